"""Writes what code is arranged by out of the core descriptions: the rows of cpp/vecwrap/target/cores.def.

usage: python -m vecwrap.sim.arranging > cpp/vecwrap/target/cores.def
"""

from typing import Any

from vecwrap.sim.cores import core_names, read_core, table_of
from vecwrap.sim.costs import Cost, Shape, Table

WIDTH = 32  # bits of an element
GROUPS = range(4)  # logarithms of registers


def cycles(cost: Cost) -> int:
    return max(used for _, used in cost.use)


def units(cost: Cost) -> int:
    """Units that serve alike, of those that are held longest."""
    return next(len(names.split("|")) for names, used in cost.use if used == cycles(cost))


def groups(table: Table, name: str) -> list[Cost]:
    return [table[name, Shape(WIDTH, log)] for log in GROUPS]


def row(core: dict[str, Any]) -> str:
    table, (first, second) = table_of(core), core["caches"][:2]
    one = Shape(WIDTH, 0)
    fields: dict[str, object] = {
        "name": f'"{core["name"]}"', "vlen": core["vlen"], "width": core["width"], "in_order": str(not core["window"]).lower(),
        "integers": units(table["int_alu", one]), "scalar_memory": units(table["fp_load", one]),
        "floats": units(table["vfp_fma", one])}
    for name, of in {"memory": "vload_unit", "strided": "vload_strided", "vector_float": "vfp_fma", "move": "vfp_move"}.items():
        costs = groups(table, of)
        fields[name] = listed([cycles(cost) for cost in costs])
        fields[f"{name.removeprefix('vector_')}_latency"] = listed([cost.latency for cost in costs])
    fields |= {name: listed([cost.latency for cost in groups(table, of)])
               for name, of in {"ordered_sum": "vfp_reduce_ordered", "sum": "vfp_reduce"}.items()}
    fields |= {"scalar_load_latency": table["fp_load", one].latency, "scalar_float_latency": table["fp_fma", one].latency,
               "miss": second["latency"] - first["latency"], "line": first["line"], "ways": first["ways"],
               "l1_bytes": first["bytes"], "l2_bytes": second["bytes"], "zicbop": str(core["zicbop"]).lower()}
    return "{" + ", ".join(f".{name} = {value}" for name, value in fields.items()) + "},"


def listed(numbers: list[int]) -> str:
    return "{" + ", ".join(map(str, numbers)) + "}"


def text() -> str:
    lines = ["// Written by python -m vecwrap.sim.arranging.", *(row(read_core(name)) for name in core_names())]
    return "".join(f"{line}\n" for line in lines)


if __name__ == "__main__":
    print(text(), end="")
