"""RISCompiler's operators on the ruler: modelled cycles of each compiler's code, against scalar C, by category.

usage: riscompiler.py [--each N] [--core NAME] [--vlen BITS] [--batches 1,8,16] [--columns NAME,NAME] [--jobs N]

The columns compile the same operators; all run under the same ruler (docs/sim.md), and must print the same result. Runs are
remembered (build/bench/ruler.jsonl): a bench that was killed goes on where it stopped.
"""

import argparse
import math
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from common import WORK, print_table, save_json
from riscompiler_cases import Case, cases
from riscompiler_chart import chart
from riscompiler_columns import OURS, SCALAR, Build, columns
from ruler_memo import Memo
from vecwrap.sim.cores import core_names
from vecwrap.sim.run import Options

Row = dict[str, Any]


def measure(case: Case, builds: dict[str, Build], options: Options, memo: Memo) -> Row:
    row: Row = {"case": case.name(), "category": case.category, "cycles": {}, "instructions": {}, "wrong": [], "left_out": {}}
    printed = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, build in builds.items():
            try:
                build(case, program := Path(folder) / "program")
            except RuntimeError as problem:
                row["left_out"][name] = str(problem)
                continue
            run = memo.run(program, options)
            printed[name] = run.printed
            row["cycles"][name], row["instructions"][name] = run.cycles, run.instructions
    row["wrong"] = [name for name in printed if printed[name] != printed[SCALAR]]
    return row


def mean(values: list[float]) -> float:
    return math.exp(sum(map(math.log, values)) / len(values))


def speedups(rows: list[Row], names: list[str]) -> dict[str, float]:
    """Geometric means over the cases that a column has."""
    have = {name: [row["cycles"][SCALAR] / row["cycles"][name] for row in rows if name in row["cycles"]] for name in names}
    return {name: mean(values) for name, values in have.items() if values}


def compared(rows: list[Row], names: list[str]) -> str:
    """The others' best of each case beside ours."""
    others = [min(cycles for name, cycles in row["cycles"].items() if name != OURS) for row in rows]
    ours = [row["cycles"][OURS] for row in rows]
    best = sum(a <= b for a, b in zip(ours, others))
    return (f"{OURS}: fastest, or as fast, in {best} of {len(rows)} cases ({best / len(rows):.0%}); "
            f"{mean([b / a for a, b in zip(ours, others)]):.2f}x the best other column of each case")


def report(rows: list[Row], names: list[str], machine: str) -> int:
    categories: dict[str, list[Row]] = {}
    for row in rows:
        categories.setdefault(row["category"], []).append(row)
    categories["all"] = rows
    table = {category: speedups(of, names) for category, of in categories.items()}
    print_table(f"RISCompiler's operators, {machine}, modelled cycles: speed relative to scalar C (geometric means)",
                ["category", "cases", *names],
                [[category, str(len(of)), *(f"{table[category][name]:.2f}" if name in table[category] else "-" for name in names)]
                 for category, of in categories.items()])
    if OURS in names:
        print(compared(rows, names))
    wrong = [f"{row['case']}: {', '.join(row['wrong'])}" for row in rows if row["wrong"]]
    print("\n".join(["results differ from scalar C's:", *wrong]) if wrong else "every column printed what scalar C printed")
    WORK.mkdir(parents=True, exist_ok=True)
    chart(WORK / "riscompiler.svg", table, names)
    save_json("riscompiler", rows)
    return bool(wrong)


def progress(total: int, names: list[str]) -> Callable[[Row], None]:
    done = []

    def tell(row: Row) -> None:
        done.append(row)
        cycles = row["cycles"]
        print(f"[{len(done)}/{total}] {row['category']}: {row['case']}: "
              + ", ".join(f"{name} {cycles[SCALAR] / cycles[name]:.2f}" for name in names if name in cycles),
              file=sys.stderr, flush=True)

    return tell


def chosen(names: str | None) -> dict[str, Build]:
    """Scalar C, and the columns that were asked for."""
    known = columns()
    wanted = [SCALAR, *names.split(",")] if names else list(known)
    unknown = [name for name in wanted if name not in known]
    if unknown:
        raise SystemExit(f"--columns {','.join(unknown)}: there are {', '.join(known)}")
    return {name: build for name, build in known.items() if name in wanted}


def main(arguments: Sequence[str] = ()) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--each", type=int, default=1, help="cases of every row of the tables")
    parser.add_argument("--core", default="spacemit-x60", choices=core_names())
    parser.add_argument("--vlen", type=int, help="bits of a vector register (default: the core's)")
    parser.add_argument("--batches", default="1,8")
    parser.add_argument("--first", type=int, help="only so many cases")
    parser.add_argument("--columns", help="names, separated by commas (default: all)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="cases at a time")
    options = parser.parse_args(arguments)
    builds = chosen(options.columns)
    names = list(builds)
    wanted = cases(options.each, tuple(map(int, options.batches.split(","))))[:options.first]
    ruler, memo, tell = Options(core=options.core, vlen=options.vlen, function="kernel"), Memo(), progress(len(wanted), names)
    rows = []
    with ThreadPoolExecutor(options.jobs) as pool:
        for row in pool.map(lambda case: measure(case, builds, ruler, memo), wanted):
            rows.append(row)
            tell(row)
    return report(rows, names, options.core + (f", VLEN {options.vlen}" if options.vlen else ""))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
