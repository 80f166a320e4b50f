"""Both compilers, and what one command line leaves behind when run by each of them."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

BIN = Path(os.environ.get("VECWRAP_BIN", Path(sys.prefix) / "bin"))
SOURCES = Path(__file__).parent.parent / "driver" / "sources"
OURS = {"c": BIN / "vecwrap-clang", "c++": BIN / "vecwrap-clang++"}
PLAIN = {"c": "clang-22", "c++": "clang++-22"}


def clean_environment(**extra: str) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("VECWRAP_")}
    return {**kept, **extra}


@dataclass
class Outcome:
    """All that a compiler run leaves behind."""

    code: int
    stdout: str
    stderr: str
    files: dict[str, bytes] = field(default_factory=dict)


def normalized(text: str) -> str:
    """Drop what differs between any two runs (temporary names) and the flags that the driver adds."""
    text = re.sub(r' ?"?-fpass-plugin=[^" \n]*"?', "", text)
    text = re.sub(r' "?--(start|end)-no-unused-arguments"?', "", text)
    return re.sub(r"/tmp/([\w.+]+)-[0-9a-f]{6}\.(\w+)", r"/tmp/\1-XXXXXX.\2", text)


def run_here(command: list[str], folder: Path, stdin: str | None = None, **environment: str) -> Outcome:
    result = subprocess.run(command, cwd=folder, input=stdin, capture_output=True, text=True, errors="replace",
                            env=clean_environment(**environment), check=False, timeout=120)
    files = {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}
    return Outcome(result.returncode, normalized(result.stdout), normalized(result.stderr), files)


def fresh_copy(folder: Path) -> Path:
    """Both runs happen in a folder of the same name: debug information and depfiles hold paths."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(SOURCES, folder)
    return folder
