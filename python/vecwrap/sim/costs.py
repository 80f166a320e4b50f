"""The cost lines of a core description: what they say, and how measured costs are put into as few of them as possible.

A line holds, for some classes and widths, the latency, the instructions that the front end counts it as, and for each unit how
many cycles it is taken. Numbers are one for all LMULs, or seven: of mf8 mf4 mf2 m1 m2 m4 m8.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

LMULS = {-3: "mf8", -2: "mf4", -1: "mf2", 0: "m1", 1: "m2", 2: "m4", 3: "m8"}
SEWS = (8, 16, 32, 64)
SCALAR_FORM = ".x"  # of a class's name: the form whose second operand is an x or f register

# Classes whose results or sources are twice as wide as SEW, and reductions that only widen their one result.
WIDE = {"vint_widen", "vint_wmul", "vint_wmac", "vint_narrow", "vfixed_clip", "vfp_wadd", "vfp_wmul", "vfp_wfma", "vfp_wconvert",
        "vfp_nconvert"}
WIDE_SUMS = {"vint_wreduce", "vfp_wreduce", "vfp_wreduce_ordered"}


@dataclass(frozen=True)
class Shape:
    sew: int
    lmul: int  # log2


@dataclass(frozen=True)
class Cost:
    latency: int
    uops: int
    use: tuple[tuple[str, int], ...]  # units, of which one is taken ("A|B"), and cycles


Table = dict[tuple[str, Shape], Cost]  # by class (with its form)


def is_vector(name: str) -> bool:
    return name[0] == "v" and name != "vset"


def legal(name: str, shape: Shape) -> bool:
    """Whether an instruction of the class can run at this shape; LLVM's models give others their worst case."""
    base = name.removesuffix(SCALAR_FORM)
    if shape.lmul < 0 and shape.sew > 64 * 2.0 ** shape.lmul or (base.startswith("vfp") and shape.sew == 8):
        return False
    return not (base in WIDE and (shape.sew == 64 or shape.lmul == 3) or base in WIDE_SUMS and shape.sew == 64)


def widths(line: dict[str, Any]) -> list[int]:
    sew = line.get("sew", 0)
    return list(SEWS) if sew == 0 else [sew] if isinstance(sew, int) else list(sew)


def at(numbers: int | list[int], lmul: int) -> int:
    return numbers if isinstance(numbers, int) else numbers[lmul + 3]


def read(lines: list[dict[str, Any]]) -> Iterator[tuple[str, Shape, Cost]]:
    """Every class and shape that the lines cover."""
    for line in lines:
        for name in line["of"].split():
            for sew in widths(line):
                for lmul in LMULS if is_vector(name) else (0,):
                    shape = Shape(sew, lmul)
                    if is_vector(name) and not legal(name, shape):
                        continue
                    use = tuple((units, at(cycles, lmul)) for units, cycles in line.get("use", {}).items())
                    yield name, shape, Cost(at(line["latency"], lmul), at(line.get("uops", 1), lmul), use)


Row = tuple[tuple[int, ...], tuple[tuple[int, Cost], ...]]  # widths (none: all), costs by LMUL


def _rows(costs: dict[Shape, Cost]) -> tuple[Row, ...]:
    """Widths that agree wherever both have a cost share a row."""
    rows: list[tuple[list[int], dict[int, Cost]]] = []
    for sew in sorted({shape.sew for shape in costs}):
        mine = {shape.lmul: cost for shape, cost in costs.items() if shape.sew == sew}
        for sews, have in rows:
            if all(have.get(lmul, cost) == cost for lmul, cost in mine.items()):
                sews.append(sew)
                have.update(mine)
                break
        else:
            rows.append(([sew], mine))
    return tuple((tuple(sews), tuple(sorted(have.items()))) for sews, have in rows)


def _numbers(values: dict[int, int]) -> str:
    if len(set(values.values())) == 1:
        return str(next(iter(values.values())))
    nearest = {lmul: min(max(lmul, min(values)), max(values)) for lmul in LMULS}  # shapes that cannot run: any number does
    return f"[{', '.join(str(values[nearest[lmul]]) for lmul in LMULS)}]"


def _line(names: list[str], row: Row) -> str:
    sews, costs = row[0], dict(row[1])
    fields = [f'of = "{" ".join(names)}"']
    if sews:
        fields.append(f"sew = {sews[0] if len(sews) == 1 else list(sews)}")
    fields.append(f"latency = {_numbers({lmul: cost.latency for lmul, cost in costs.items()})}")
    if any(cost.uops != 1 for cost in costs.values()):
        fields.append(f"uops = {_numbers({lmul: cost.uops for lmul, cost in costs.items()})}")
    units = next(iter(costs.values())).use
    used = ", ".join(f'"{name}" = {_numbers({lmul: cost.use[i][1] for lmul, cost in costs.items()})}'
                     for i, (name, _) in enumerate(units))
    return "  { " + ", ".join([*fields, f"use = {{ {used} }}"]) + " },"


def write(table: Table) -> list[str]:
    """The fewest lines: classes that cost the same share theirs."""
    by_class: dict[str, dict[Shape, Cost]] = {}
    for (name, shape), cost in table.items():
        by_class.setdefault(name, {})[shape] = cost
    shared: dict[tuple[Row, ...], list[str]] = {}
    for name, costs in by_class.items():
        rows, base = _rows(costs), by_class.get(name.removesuffix(SCALAR_FORM))
        if base is costs or base is None or _rows(base) != rows:
            shared.setdefault(rows if len(rows) > 1 else (((), rows[0][1]),), []).append(name)
    return [_line(names, row) for rows, names in shared.items() for row in rows]
