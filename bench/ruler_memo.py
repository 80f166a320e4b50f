"""Runs under the ruler, remembered: a run depends on nothing but the program's bytes, the core's description and the plugin.

A bench that was killed goes on where it stopped, and one that is repeated simulates only programs that compilers changed.
"""

import hashlib
import json
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from common import WORK
from vecwrap.sim.cores import read_core
from vecwrap.sim.run import Options, find_plugin, simulate

MEMO = WORK / "ruler.jsonl"


@dataclass(frozen=True)
class Run:
    """printed: the exit code and what the program wrote; both must be the same for every compiler."""

    printed: tuple[int, str]
    cycles: int
    instructions: int


def digest(program: Path, options: Options) -> str:
    parts = [program.read_bytes(), find_plugin().read_bytes(), repr(sorted(read_core(options.core).items())).encode(),
             repr(sorted(asdict(options).items())).encode()]
    return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()


class Memo:
    """One line of JSON for each run; lines are appended whole, so several processes may share the file."""

    def __init__(self, path: Path = MEMO) -> None:
        self.path, self.runs = path, dict[str, dict[str, Any]]()
        for line in path.read_text().splitlines() if path.exists() else []:
            row = json.loads(line)
            self.runs[row["digest"]] = row

    def run(self, program: Path, options: Options) -> Run:
        key = digest(program, options)
        if key not in self.runs:
            self.runs[key] = {"digest": key, **measured(program, options)}
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("a") as file:
                file.write(json.dumps(self.runs[key]) + "\n")
        row = self.runs[key]
        return Run((row["code"], row["output"]), row["cycles"], row["instructions"])


def measured(program: Path, options: Options) -> dict[str, Any]:
    with tempfile.TemporaryFile() as out:
        code, report = simulate(program, [], options, stdout=out)
        out.seek(0)
        return {"code": code, "output": out.read().decode(errors="replace"), "cycles": report["cycles"],
                "instructions": report["instructions"]}
