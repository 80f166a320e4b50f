"""Runs under the ruler, remembered: a run depends on nothing but the program's bytes, the core's description and the model.

A bench that was killed goes on where it stopped, and one that is repeated simulates only programs that compilers changed. A
program whose key is known (what it is made of, compilers by their bytes) need not even be built. Runs that were published with
results (docs/results) are known everywhere.
"""

import hashlib
import json
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from common import ROOT, WORK
from vecwrap.sim.cores import flat, read_core
from vecwrap.sim.run import MODEL, Options, simulate

MEMO = WORK / "ruler-runs.jsonl"
PUBLISHED = ROOT / "docs" / "results"


@dataclass(frozen=True)
class Run:
    """printed: the exit code and what the program wrote; both must be the same for every compiler."""

    printed: tuple[int, str]
    cycles: int
    instructions: int


@cache
def described(name: str, vlen: int | None) -> bytes:
    """The core as the plugin reads it."""
    core = read_core(name)
    return flat(core, vlen or core["vlen"]).encode()


def digest(made_of: bytes, options: Options) -> str:
    parts = [made_of, str(MODEL).encode(), described(options.core, options.vlen), repr(sorted(asdict(options).items())).encode()]
    return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()[:32]


def published() -> list[Path]:
    return sorted(PUBLISHED.glob("*-runs.jsonl"))


class Memo:
    """One line of JSON for each run: under the digest of the program, and again under that of its key.

    Lines are appended whole, so several processes may share the file. seeds: files that are read too.
    """

    def __init__(self, path: Path = MEMO, seeds: Sequence[Path] = ()) -> None:
        self.path, self.runs = path, dict[str, Run]()
        for file in (*seeds, path):
            self.runs |= read_runs(file) if file.exists() else {}

    def remember(self, name: str, run: Run) -> Run:
        self.runs[name] = run
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a") as file:
            file.write(line(name, run))
        return run

    def known(self, key: str, options: Options) -> Run | None:
        """The run of the program that is made of `key`."""
        return self.runs.get(digest(key.encode(), options)) if key else None

    def run(self, program: Path, options: Options, key: str = "") -> Run:
        name = digest(program.read_bytes(), options)
        run = self.runs.get(name) or self.remember(name, measured(program, options))
        return self.remember(digest(key.encode(), options), run) if key else run

    def publish(self, path: Path, keys: Iterable[str], options: Options) -> None:
        """The runs of these keys, where they are known."""
        names = sorted(digest(key.encode(), options) for key in keys if key)
        path.write_text("".join(line(name, self.runs[name]) for name in names if name in self.runs))


def line(name: str, run: Run) -> str:
    return json.dumps([name, *run.printed, run.cycles, run.instructions]) + "\n"


def read_runs(path: Path) -> dict[str, Run]:
    rows = map(json.loads, path.read_text().splitlines())
    return {name: Run((code, output), cycles, instructions) for name, code, output, cycles, instructions in rows}


def measured(program: Path, options: Options) -> Run:
    with tempfile.TemporaryFile() as out:
        code, report = simulate(program, [], options, stdout=out)
        out.seek(0)
        return Run((code, out.read().decode(errors="replace")), report["cycles"], report["instructions"])
