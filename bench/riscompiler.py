"""RISCompiler's operators on the ruler: modelled cycles of each compiler's code, against scalar C, by category.

The columns compile the same operators; all run under the same ruler (docs/sim.md), and must print the same result. Runs are
remembered (build/bench/ruler-runs.jsonl, docs/results): a bench that was killed goes on where it stopped.
"""

import argparse
import math
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from common import WORK, save_json
from riscompiler_cases import Case, cases
from riscompiler_columns import OURS, SCALAR, columns
from riscompiler_program import Column
from riscompiler_report import Row, draw, publish, show
from ruler_memo import PUBLISHED, Memo, Run, published
from vecwrap.sim.cores import core_names, read_core
from vecwrap.sim.run import Options, SimError


class NotSimulated(Exception):
    """The time is up."""


@dataclass(frozen=True)
class Bench:
    """ends: no run begins after that (time.monotonic)."""

    options: Options
    memo: Memo
    ends: float = math.inf

    def run(self, case: Case, column: Column) -> Run:
        """Raises RuntimeError or SimError where there is no program, or it ends otherwise; NotSimulated."""
        if known := self.memo.known(key := column.key(case), self.options):
            return known
        if time.monotonic() > self.ends:
            raise NotSimulated
        with tempfile.TemporaryDirectory() as folder:
            column.build(case, program := Path(folder) / "program")
            return self.memo.run(program, self.options, key)

    def unknown(self, case: Case, columns: dict[str, Column]) -> int:
        """How many programs of the case were not simulated yet."""
        return sum(self.memo.known(column.key(case), self.options) is None for column in columns.values())

    def row(self, case: Case, columns: dict[str, Column]) -> Row | None:
        try:
            return measure(case, columns, self)
        except NotSimulated:
            return None


def measure(case: Case, columns: dict[str, Column], bench: Bench) -> Row:
    """Cycles and instructions by column. What printed something else than scalar C has none."""
    row: Row = {"case": case.name(), "category": case.category, "batch": case.sizes["BATCH"],
                "cycles": {}, "instructions": {}, "wrong": [], "left_out": {}}
    runs = {}
    for name, column in columns.items():
        try:
            runs[name] = bench.run(case, column)
        except (RuntimeError, SimError) as problem:
            row["left_out"][name] = str(problem)
    if SCALAR not in runs:
        raise SystemExit(f"{SCALAR}, which the others are compared with: {row['left_out'][SCALAR]}")
    for name, found in runs.items():
        if found.printed == runs[SCALAR].printed:
            row["cycles"][name], row["instructions"][name] = found.cycles, found.instructions
        else:
            row["wrong"].append(name)
    return row


def progress(total: int, names: list[str]) -> Callable[[Row], None]:
    done = []

    def tell(row: Row) -> None:
        done.append(row)
        cycles = row["cycles"]
        print(f"[{len(done)}/{total}] {row['category']}: {row['case']}: "
              + ", ".join(f"{name} {cycles[SCALAR] / cycles[name]:.2f}" for name in names if name in cycles),
              file=sys.stderr, flush=True)

    return tell


def chosen(names: str | None, vlen: int) -> dict[str, Column]:
    """Scalar C, and the columns that were asked for."""
    known = columns(vlen)
    wanted = [SCALAR, *names.split(",")] if names else list(known)
    unknown = [name for name in wanted if name not in known]
    if unknown:
        raise SystemExit(f"--columns {','.join(unknown)}: there are {', '.join(known)}")
    return {name: column for name, column in known.items() if name in wanted}


def measured(wanted: list[Case], builds: dict[str, Column], bench: Bench, jobs: int) -> list[Row]:
    """Rows of the cases, in their order. Those of which most is known are simulated first: time may run out."""
    tell, rows = progress(len(wanted), list(builds)), {}
    first = sorted(wanted, key=lambda case: bench.unknown(case, builds))
    with ThreadPoolExecutor(jobs) as pool:
        for row in pool.map(lambda case: bench.row(case, builds), first):
            if row:
                rows[row["case"], row["category"]] = row
                tell(row)
    return [rows[key] for case in wanted if (key := (case.name(), case.category)) in rows]


def numbers(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split(",")))


def main(arguments: Sequence[str] = ()) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--each", type=int, default=1, help="cases of every row of the tables")
    parser.add_argument("--core", default="spacemit-x60", choices=core_names())
    parser.add_argument("--vlen", type=int, help="bits of a vector register (default: the core's)")
    parser.add_argument("--batches", type=numbers, default="1,8")
    parser.add_argument("--first", type=int, help="only so many cases")
    parser.add_argument("--columns", help="names, separated by commas (default: all)")
    parser.add_argument("--publish", action="store_true", help="write docs/results")
    parser.add_argument("--minutes", type=float, default=math.inf, help="what is not simulated by then is left out")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="cases at a time")
    options = parser.parse_args(arguments)
    vlen = options.vlen or read_core(options.core)["vlen"]
    builds = chosen(options.columns, vlen)
    names = list(builds)
    drawn = cases(options.each, options.batches)
    wanted = [case for turn in range(options.each) for case in drawn[turn::options.each]][:options.first]  # all rows in turn
    ruler, ends = Options(core=options.core, vlen=options.vlen, function="kernel"), time.monotonic() + 60 * options.minutes
    bench = Bench(ruler, Memo(seeds=published()), ends)
    rows = measured(wanted, builds, bench, options.jobs)
    if not rows:
        raise SystemExit(f"no case was simulated in {options.minutes:g} minutes")
    machine = f"{options.core} (VLEN {vlen})"
    show(rows, names, machine, len(wanted))
    save_json("riscompiler", rows)
    draw(WORK / "riscompiler.svg", rows, names)
    if options.publish:
        publish(options.core, rows, names, machine, f"bench/riscompiler.py {' '.join(arguments)}", len(wanted))
        others = [column for name, column in builds.items() if name != OURS]
        keys = [column.key(case) for case in wanted for column in others]
        bench.memo.publish(PUBLISHED / f"riscompiler-{options.core}-runs.jsonl", keys, ruler)
    return int(any(row["wrong"] for row in rows))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
