"""RISCompiler's operators on the ruler: modelled cycles of each compiler's code, against scalar C, by category.

The columns compile the same operators; all run under the same ruler (docs/sim.md), and must print the same result. Runs are
remembered (build/bench/ruler.jsonl): a bench that was killed goes on where it stopped.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from common import WORK, save_json
from riscompiler_cases import Case, cases
from riscompiler_columns import SCALAR, columns
from riscompiler_program import Column
from riscompiler_report import Row, draw, publish, show
from ruler_memo import Memo, Run
from vecwrap.sim.cores import core_names, read_core
from vecwrap.sim.run import Options, SimError


def run(case: Case, column: Column, options: Options, memo: Memo) -> Run:
    """Raises RuntimeError or SimError."""
    if known := memo.known(key := column.key(case), options):
        return known
    with tempfile.TemporaryDirectory() as folder:
        column.build(case, program := Path(folder) / "program")
        return memo.run(program, options, key)


def measure(case: Case, columns: dict[str, Column], options: Options, memo: Memo) -> Row:
    """Cycles and instructions by column. What printed something else than scalar C has none."""
    row: Row = {"case": case.name(), "category": case.category, "batch": case.sizes["BATCH"],
                "cycles": {}, "instructions": {}, "wrong": [], "left_out": {}}
    runs = {}
    for name, column in columns.items():
        try:
            runs[name] = run(case, column, options, memo)
        except (RuntimeError, SimError) as problem:
            row["left_out"][name] = str(problem)
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


def main(arguments: Sequence[str] = ()) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--each", type=int, default=1, help="cases of every row of the tables")
    parser.add_argument("--core", default="spacemit-x60", choices=core_names())
    parser.add_argument("--vlen", type=int, help="bits of a vector register (default: the core's)")
    parser.add_argument("--batches", default="1,8")
    parser.add_argument("--first", type=int, help="only so many cases")
    parser.add_argument("--columns", help="names, separated by commas (default: all)")
    parser.add_argument("--publish", action="store_true", help="write docs/results")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="cases at a time")
    options = parser.parse_args(arguments)
    vlen = options.vlen or read_core(options.core)["vlen"]
    builds = chosen(options.columns, vlen)
    names = list(builds)
    wanted = cases(options.each, tuple(map(int, options.batches.split(","))))[:options.first]
    ruler, memo, tell = Options(core=options.core, vlen=options.vlen, function="kernel"), Memo(), progress(len(wanted), names)
    rows = []
    with ThreadPoolExecutor(options.jobs) as pool:
        for row in pool.map(lambda case: measure(case, builds, ruler, memo), wanted):
            rows.append(row)
            tell(row)
    machine = f"{options.core} (VLEN {vlen})"
    show(rows, names, machine)
    save_json("riscompiler", rows)
    draw(WORK / "riscompiler.svg", rows, names)
    if options.publish:
        publish(options.core, rows, names, machine, f"bench/riscompiler.py {' '.join(arguments)}")
    return int(any(row["wrong"] for row in rows))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
