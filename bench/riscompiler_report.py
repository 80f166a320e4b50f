"""RISCompiler's operators as tables: geometric means over what a column has, by operator and batch, and by category."""

import json
import math
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from common import CLANG, print_table
from riscompiler_chart import chart
from riscompiler_columns import C_COLUMNS, OURS, SCALAR
from riscompiler_program import identity
from ruler_memo import PUBLISHED
from rvv_peers import PACKAGES

Row = dict[str, Any]
Table = dict[str, dict[str, float]]  # group: column: speed relative to scalar C


def mean(values: list[float]) -> float:
    return math.exp(sum(map(math.log, values)) / len(values))


def speedups(rows: list[Row], names: list[str]) -> dict[str, float]:
    """Geometric means over the cases that a column has."""
    have = {name: [row["cycles"][SCALAR] / row["cycles"][name] for row in rows if name in row["cycles"]] for name in names}
    return {name: mean(values) for name, values in have.items() if values}


def by_operator(row: Row) -> str:
    return f"{row['category'].split()[0]}, batch {row['batch']}"  # the groups of figure 6


def by_category(row: Row) -> str:
    return str(row["category"])


def grouped(rows: list[Row], key: Callable[[Row], str]) -> dict[str, list[Row]]:
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    return {**groups, "all": rows}


def ahead(rows: list[Row], others: Callable[[str], bool]) -> float:
    """How many times faster ours is than the best of the others, where there is one; geometric mean, 0 without a case."""
    best = [(row, [cycles for name, cycles in row["cycles"].items() if others(name)]) for row in rows]
    ratios = [min(cycles) / row["cycles"][OURS] for row, cycles in best if cycles]
    return mean(ratios) if ratios else 0


def compared(rows: list[Row]) -> list[str]:
    """The best other column of each case, and the best of clang's, beside ours."""
    rows = [row for row in rows if OURS in row["cycles"]]
    if not rows:
        return []
    best = sum(row["cycles"][OURS] == min(row["cycles"].values()) for row in rows)
    return [f"{OURS} is fastest, or as fast, in {best} of {len(rows)} cases ({best / len(rows):.0%}).",
            f"It is {ahead(rows, lambda name: name != OURS):.2f}x the best other column of each case, "
            f"{ahead(rows, lambda name: name in C_COLUMNS):.2f}x the best of {', '.join(C_COLUMNS)} (geometric means)."]


def lines(groups: dict[str, list[Row]], names: list[str]) -> list[list[str]]:
    table = {group: speedups(rows, names) for group, rows in groups.items()}
    return [[group, str(len(rows)), *(f"{table[group][name]:.2f}" if name in table[group] else "-" for name in names)]
            for group, rows in groups.items()]


def notes(rows: list[Row], names: list[str], drawn: int) -> list[str]:
    """What is not in the means, and why."""
    text = [f"{drawn - len(rows)} of the {drawn} cases that were drawn: not simulated in the time given."] * (len(rows) < drawn)
    for name in names:
        missing = [row["left_out"][name] for row in rows if name in row["left_out"]]
        if missing:
            reasons = sorted({reason.splitlines()[0][:150] for reason in missing})
            text.append(f"{name} has no code for {len(missing)} of {len(rows)} cases: {'; '.join(reasons)}.")
    for name in names:
        if wrong := sum(name in row["wrong"] for row in rows):
            text.append(f"{name} printed something else than scalar C in {wrong} of {len(rows)} cases, which do not count.")
    return text if any(row["wrong"] for row in rows) else [*text, "Every column printed what scalar C printed."]


def markdown(header: list[str], rows: list[list[str]]) -> str:
    return "\n".join("| " + " | ".join(row) + " |" for row in (header, ["---"] * len(header), *rows))


def show(rows: list[Row], names: list[str], machine: str, drawn: int) -> None:
    for key, what in ((by_operator, "operator"), (by_category, "category")):
        print_table(f"RISCompiler's operators, {machine}, modelled cycles: speed relative to scalar C (geometric means)",
                    [what, "cases", *names], lines(grouped(rows, key), names))
    print("\n".join([*compared(rows), *notes(rows, names, drawn)]))


def draw(path: Path, rows: list[Row], names: list[str]) -> None:
    chart(path, {group: speedups(of, names) for group, of in grouped(rows, by_operator).items()}, names)


def publish_page(name: str, title: str, command: str, parts: list[str]) -> None:
    PUBLISHED.mkdir(parents=True, exist_ok=True)
    clang = identity(CLANG).splitlines()[0]
    written = (f"Written by `{command}`. Modelled cycles and counts are those of [the ruler](../sim.md). "
               f"{clang}; {', '.join(PACKAGES)}; vecwrap {version('vecwrap')}.")
    (PUBLISHED / f"{name}.md").write_text("\n\n".join([f"# {title}", written, *parts]) + "\n")


def publish(core: str, rows: list[Row], names: list[str], machine: str, command: str, drawn: int) -> None:
    """The tables, the picture and the numbers that they are made of, in docs/results."""
    name = f"riscompiler-{core}"
    tables = [markdown([what, "cases", *names], lines(grouped(rows, key), names))
              for key, what in ((by_operator, "operator"), (by_category, "category"))]
    publish_page(name, f"RISCompiler's operators on {machine}", command, [
        "Speed relative to scalar C, geometric means.", f"![speed by operator and batch size]({name}.svg)", *tables,
        *compared(rows), *notes(rows, names, drawn), f"Every case: [{name}.json]({name}.json)."])
    draw(PUBLISHED / f"{name}.svg", rows, names)
    (PUBLISHED / f"{name}.json").write_text("[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]\n")
