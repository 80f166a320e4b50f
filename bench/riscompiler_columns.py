"""Who compiles RISCompiler's operators: a column of the table is a way from a case to a riscv64 program."""

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from common import CLANG, ROOT, VECWRAP
from riscompiler_cases import Case

SOURCE = ROOT / "bench" / "riscompiler.c"
TARGET = ["--target=riscv64-linux-gnu", "-static", "-fuse-ld=lld", "-O3"]
V = "-march=rv64gcv"
SCALAR, OURS = "scalar C", "vecwrap"

Build = Callable[[Case, Path], None]  # writes the program for a case; raises RuntimeError if it cannot


def compiled(*command: str) -> Build:
    """The C file, by a compiler."""
    def build(case: Case, program: Path) -> None:
        result = subprocess.run([*command, *case.definitions(), str(SOURCE), "-o", str(program)], capture_output=True, text=True,
                                check=False)
        if result.returncode:
            raise RuntimeError(f"{command[0]} failed: {result.stderr}")

    return build


def gcc_that_vectorises() -> dict[str, Build]:
    """GCC 14 was the first to vectorise for RVV; Debian 12 has 12."""
    found = shutil.which("riscv64-linux-gnu-gcc")
    version = subprocess.run([found, "-dumpversion"], capture_output=True, text=True, check=True).stdout if found else "0"
    number = int(re.match(r"\d+", version)[0])  # type: ignore[index]
    return {f"GCC {number}": compiled(str(found), "-static", "-O3", V)} if number >= 14 else {}


def columns() -> dict[str, Build]:
    """Scalar C first: the others are relative to it."""
    return {
        SCALAR: compiled(CLANG, *TARGET, "-march=rv64gc"),
        "clang": compiled(CLANG, *TARGET, V),
        "clang -ffast-math": compiled(CLANG, *TARGET, V, "-ffast-math"),
        "Polly": compiled(CLANG, *TARGET, V, "-ffast-math", "-mllvm", "-polly"),
        **gcc_that_vectorises(),
        OURS: compiled(VECWRAP, *TARGET, V),
    }
