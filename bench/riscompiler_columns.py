"""Who compiles RISCompiler's operators: a column of the table is a way from a case to a riscv64 program."""

import re
import shutil
import subprocess

from common import CLANG, VECWRAP
from riscompiler_program import Column, compiled
from rvv_peers import peers

TARGET = ["--target=riscv64-linux-gnu", "-static", "-fuse-ld=lld", "-O3"]
V = "-march=rv64gcv"
SCALAR, OURS = "scalar C", "vecwrap"
C_COLUMNS = {  # what clang is given
    "clang": [V],
    "clang -ffast-math": [V, "-ffast-math"],
    "Polly": [V, "-ffast-math", "-mllvm", "-polly"],
}


def gcc_that_vectorises() -> dict[str, Column]:
    """GCC 14 was the first to vectorise for RVV; Debian 12 has 12."""
    found = shutil.which("riscv64-linux-gnu-gcc")
    version = subprocess.run([found, "-dumpversion"], capture_output=True, text=True, check=True).stdout if found else "0"
    number = int(re.match(r"\d+", version)[0])  # type: ignore[index]
    return {f"GCC {number}": compiled(str(found), "-static", "-O3", V)} if number >= 14 else {}


def columns(vlen: int) -> dict[str, Column]:
    """Scalar C first: the others are relative to it. The C compilers are not told the length of a vector, the others are."""
    return {
        SCALAR: compiled(CLANG, *TARGET, "-march=rv64gc"),
        **{name: compiled(CLANG, *TARGET, *options) for name, options in C_COLUMNS.items()},
        **gcc_that_vectorises(),
        **peers(vlen, [CLANG, *TARGET, "-march=rv64gc"]),
        OURS: compiled(VECWRAP, *TARGET, V),
    }
