"""Who compiles RISCompiler's operators: a column of the table is a way from a case to a riscv64 program."""

import re
import shutil
import subprocess
from functools import partial
from pathlib import Path

from common import BENCH, CLANG, VECWRAP
from riscompiler_cases import Case
from rvv_peers import Build, peers

SOURCE = BENCH / "riscompiler.c"
TARGET = ["--target=riscv64-linux-gnu", "-static", "-fuse-ld=lld", "-O3"]
V = "-march=rv64gcv"
SCALAR, OURS = "scalar C", "vecwrap"
C_COLUMNS = {  # what clang is given
    "clang": [V],
    "clang -ffast-math": [V, "-ffast-math"],
    "Polly": [V, "-ffast-math", "-mllvm", "-polly"],
}


def compiled(*command: str) -> Build:
    """The C file, by a compiler: writes the program for a case; raises RuntimeError if it cannot."""
    def build(case: Case, program: Path) -> None:
        result = subprocess.run([*command, *case.definitions(), str(SOURCE), "-o", str(program)], capture_output=True, text=True,
                                check=False)
        if result.returncode:
            raise RuntimeError(f"{command[0]} failed: {result.stderr.strip()[-500:]}")

    return build


def gcc_that_vectorises() -> dict[str, Build]:
    """GCC 14 was the first to vectorise for RVV; Debian 12 has 12."""
    found = shutil.which("riscv64-linux-gnu-gcc")
    version = subprocess.run([found, "-dumpversion"], capture_output=True, text=True, check=True).stdout if found else "0"
    number = int(re.match(r"\d+", version)[0])  # type: ignore[index]
    return {f"GCC {number}": compiled(str(found), "-static", "-O3", V)} if number >= 14 else {}


def columns(vlen: int) -> dict[str, Build]:
    """Scalar C first: the others are relative to it. The C compilers are not told the length of a vector, the others are."""
    return {
        SCALAR: compiled(CLANG, *TARGET, "-march=rv64gc"),
        **{name: compiled(CLANG, *TARGET, *options) for name, options in C_COLUMNS.items()},
        **gcc_that_vectorises(),
        **peers(vlen, partial(compiled, CLANG, *TARGET, "-march=rv64gc")),
        OURS: compiled(VECWRAP, *TARGET, V),
    }
