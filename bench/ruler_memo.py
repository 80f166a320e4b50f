"""Runs under the ruler, remembered: a run depends on nothing but the program's bytes, the core's description and the plugin.

A bench that was killed goes on where it stopped, and one that is repeated simulates only programs that compilers changed. A
program whose key is known (what it is made of) need not even be built.
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


def digest(made_of: bytes, options: Options) -> str:
    parts = [made_of, find_plugin().read_bytes(), repr(sorted(read_core(options.core).items())).encode(),
             repr(sorted(asdict(options).items())).encode()]
    return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()


class Memo:
    """One line of JSON for each run and each key; lines are appended whole, so several processes may share the file."""

    def __init__(self, path: Path = MEMO) -> None:
        self.path, self.runs, self.programs = path, dict[str, dict[str, Any]](), dict[str, str]()
        for line in path.read_text().splitlines() if path.exists() else []:
            row = json.loads(line)
            if "key" in row:
                self.programs[row["key"]] = row["digest"]
            else:
                self.runs[row["digest"]] = row

    def append(self, row: dict[str, Any]) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a") as file:
            file.write(json.dumps(row) + "\n")

    def known(self, key: str, options: Options) -> Run | None:
        """The run of the program that is made of `key`."""
        found = self.runs.get(self.programs.get(digest(key.encode(), options), ""))
        return run_of(found) if key and found else None

    def run(self, program: Path, options: Options, key: str = "") -> Run:
        name = digest(program.read_bytes(), options)
        if name not in self.runs:
            self.runs[name] = {"digest": name, **measured(program, options)}
            self.append(self.runs[name])
        if key:
            self.append({"key": digest(key.encode(), options), "digest": name})
        return run_of(self.runs[name])


def run_of(row: dict[str, Any]) -> Run:
    return Run((row["code"], row["output"]), row["cycles"], row["instructions"])


def measured(program: Path, options: Options) -> dict[str, Any]:
    with tempfile.TemporaryFile() as out:
        code, report = simulate(program, [], options, stdout=out)
        out.seek(0)
        return {"code": code, "output": out.read().decode(errors="replace"), "cycles": report["cycles"],
                "instructions": report["instructions"]}
