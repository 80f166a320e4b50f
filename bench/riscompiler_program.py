"""A column of riscompiler.py: a way from a case to a riscv64 program, and what such programs are made of."""

import hashlib
import json
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from common import BENCH, VECWRAP
from riscompiler_cases import Case
from vecwrap.cli.config import ConfigError, prefix

SOURCE = BENCH / "riscompiler.c"


@dataclass(frozen=True)
class Column:
    """build: writes the program for a case; raises RuntimeError if it cannot. made_by: is another where a program may be."""

    build: Callable[[Case, Path], None]
    made_by: str = ""  # not known: programs are always built

    def key(self, case: Case) -> str:
        parts = [self.made_by, SOURCE.read_text(), *case.definitions()]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest() if self.made_by else ""


@cache
def identity(compiler: str) -> str:
    """The compiler as it is installed: its version and bytes, and those of what ours loads."""
    version = subprocess.run([compiler, "--version"], capture_output=True, text=True, check=False).stdout
    files = [Path(shutil.which(compiler) or compiler)]
    try:
        files += sorted((prefix() / "lib" / "vecwrap").glob("*plugin*")) if compiler == VECWRAP else []
    except ConfigError:
        return ""  # not installed: nothing says what it loads
    return version + "".join(hashlib.sha256(file.read_bytes()).hexdigest() for file in files if file.exists())


def compiled(*command: str) -> Column:
    """The C file, by a compiler."""
    def build(case: Case, program: Path) -> None:
        result = subprocess.run([*command, *case.definitions(), str(SOURCE), "-o", str(program)], capture_output=True, text=True,
                                check=False)
        if result.returncode:
            raise RuntimeError(f"{command[0]} failed: {result.stderr.strip()[-500:]}")

    compiler = identity(command[0])
    return Column(build, f"{' '.join(command)} {compiler}" if compiler else "")
