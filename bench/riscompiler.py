"""RISCompiler's operators on the ruler: modelled cycles of each compiler's code, against scalar C, by category.

usage: riscompiler.py [--each N] [--core NAME] [--batches 1,8,16]

The columns are the same C file; all run under the same ruler (docs/sim.md), and must print the same result.
"""

import argparse
import math
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from common import CLANG, ROOT, VECWRAP, WORK, print_table, save_json
from riscompiler_cases import Case, cases
from vecwrap.sim.cores import core_names
from vecwrap.sim.run import Options, simulate

SOURCE = ROOT / "bench" / "riscompiler.c"
TARGET = ["--target=riscv64-linux-gnu", "-static", "-fuse-ld=lld", "-O3"]
V = "-march=rv64gcv"
SCALAR = "scalar C"

COLUMNS: dict[str, list[str]] = {
    SCALAR: [CLANG, *TARGET, "-march=rv64gc"],
    "clang": [CLANG, *TARGET, V],
    "clang -ffast-math": [CLANG, *TARGET, V, "-ffast-math"],
    "Polly": [CLANG, *TARGET, V, "-ffast-math", "-mllvm", "-polly"],
    "vecwrap": [VECWRAP, *TARGET, V],
}


def gcc_that_vectorises() -> dict[str, list[str]]:
    """GCC 14 was the first to vectorise for RVV."""
    found = shutil.which("riscv64-linux-gnu-gcc")
    version = subprocess.run([found, "-dumpversion"], capture_output=True, text=True, check=True).stdout if found else "0"
    number = int(re.match(r"\d+", version)[0])  # type: ignore[index]
    return {f"GCC {number}": [str(found), "-static", "-O3", V]} if number >= 14 else {}


def measure(case: Case, columns: dict[str, list[str]], core: str) -> dict[str, Any]:
    row: dict[str, Any] = {"case": case.name(), "category": case.category, "cycles": {}, "instructions": {}, "wrong": []}
    with tempfile.TemporaryDirectory() as folder:
        printed = {}
        for name, command in columns.items():
            program, out = Path(folder) / "program", Path(folder) / "out"
            subprocess.run([*command, *case.definitions(), str(SOURCE), "-o", str(program)], check=True, capture_output=True)
            with out.open("wb") as file:
                code, report = simulate(program, [], Options(core=core, function="kernel"), stdout=file)
            printed[name] = (code, out.read_bytes())
            row["cycles"][name], row["instructions"][name] = report["cycles"], report["instructions"]
    row["wrong"] = [name for name in columns if printed[name] != printed[SCALAR]]
    return row


def mean(values: list[float]) -> float:
    return math.exp(sum(map(math.log, values)) / len(values))


def speedups(rows: list[dict[str, Any]], name: str) -> float:
    return mean([row["cycles"][SCALAR] / row["cycles"][name] for row in rows])


def chart(path: Path, table: dict[str, dict[str, float]], names: list[str]) -> None:
    """Bars as in the paper's figure 6: speed relative to scalar C, a group for each category."""
    colours = ["#888888", "#4477aa", "#66ccee", "#ccbb44", "#ee6677", "#228833"]
    most = max(value for row in table.values() for value in row.values())
    step = 14 * (len(names) + 1)
    parts = []
    for group, (category, row) in enumerate(table.items()):
        for place, name in enumerate(names):
            height = 220 * row[name] / most
            parts.append(f'<rect x="{40 + group * step + 14 * place}" y="{260 - height:.1f}" width="12" height="{height:.1f}" '
                         f'fill="{colours[place % len(colours)]}"><title>{category}, {name}: {row[name]:.2f}</title></rect>')
        parts.append(f'<text transform="translate({46 + group * step},270) rotate(30)" font-size="10">{category}</text>')
    parts += [f'<text x="{40 + 120 * place}" y="16" font-size="12" fill="{colours[place % len(colours)]}">{name}</text>'
              for place, name in enumerate(names)]
    path.write_text(f'<svg xmlns="http://www.w3.org/2000/svg" width="{80 + len(table) * step}" height="340" '
                    f'font-family="sans-serif">{"".join(parts)}</svg>\n')


def report(rows: list[dict[str, Any]], names: list[str], core: str) -> int:
    categories = list(dict.fromkeys(row["category"] for row in rows))
    table = {category: {name: speedups([row for row in rows if row["category"] == category], name) for name in names}
             for category in categories}
    table["all"] = {name: speedups(rows, name) for name in names}
    print_table(f"RISCompiler's operators, {core}, modelled cycles: speed relative to scalar C (geometric means)",
                ["category", "cases", *names],
                [[category, str(sum(row["category"] in (category, "all") for row in rows) if category != "all" else len(rows)),
                  *(f"{row[name]:.2f}" for name in names)] for category, row in table.items()])
    best = sum(row["cycles"]["vecwrap"] <= min(row["cycles"].values()) for row in rows)
    print(f"vecwrap is the fastest column, or as fast, in {best} of {len(rows)} cases")
    wrong = [f"{row['case']}: {', '.join(row['wrong'])}" for row in rows if row["wrong"]]
    print("\n".join(["results differ from scalar C's:", *wrong]) if wrong else "every column printed what scalar C printed")
    WORK.mkdir(parents=True, exist_ok=True)
    chart(WORK / "riscompiler.svg", table, names)
    save_json("riscompiler", rows)
    return bool(wrong)


def main(arguments: Sequence[str] = ()) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--each", type=int, default=1, help="cases of every row of the tables")
    parser.add_argument("--core", default="spacemit-x60", choices=core_names())
    parser.add_argument("--batches", default="1,8")
    parser.add_argument("--first", type=int, help="only so many cases")
    options = parser.parse_args(arguments)
    columns = {**COLUMNS, **gcc_that_vectorises()}
    wanted = cases(options.each, tuple(map(int, options.batches.split(","))))[:options.first]
    rows = []
    for place, case in enumerate(wanted):
        rows.append(measure(case, columns, options.core))
        cycles = rows[-1]["cycles"]
        print(f"[{place + 1}/{len(wanted)}] {case.category}: {case.name()}: "
              + ", ".join(f"{name} {cycles[SCALAR] / cycles[name]:.2f}" for name in columns), file=sys.stderr, flush=True)
    return report(rows, list(columns), options.core)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
