"""The core descriptions: data/cores/*.toml, and the flat text that the plugin reads."""

import tomllib
from pathlib import Path
from typing import Any

from vecwrap.sim import costs

FOLDER = Path(__file__).parents[1] / "data" / "cores"
NUMBERS = ("width", "window", "memory_latency", "occupancy_follows_vl", "completes_in_order")
CACHE = ("name", "bytes", "ways", "line", "latency")


def core_names() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def read_core(name: str) -> dict[str, Any]:
    core: dict[str, Any] = tomllib.loads((FOLDER / f"{name}.toml").read_text())
    return core


def table_of(core: dict[str, Any]) -> costs.Table:
    return {(name, shape): cost for name, shape, cost in costs.read(core["costs"])}


def flat(core: dict[str, Any], vlen: int) -> str:
    """What cpp/vecwrap/sim/core.cpp reads: a fact a line; units as bits."""
    lines = [f"name {core['name']}", f"vlen {vlen}", *(f"{key} {int(core[key])}" for key in NUMBERS)]
    lines += ["cache " + " ".join(str(cache[key]) for key in CACHE) for cache in core["caches"]]
    bit = {unit: 1 << place for place, unit in enumerate(core["units"])}
    for (name, shape), cost in table_of(core).items():
        scalar = name.endswith(costs.SCALAR_FORM)
        pairs = " ".join(f"{sum(bit[unit] for unit in units.split('|'))} {cycles}" for units, cycles in cost.use)
        lines.append(f"op {name.removesuffix(costs.SCALAR_FORM)} {int(scalar)} {shape.sew} {shape.lmul} "
                     f"{cost.latency} {cost.uops} {len(cost.use)} {pairs}")
    return "\n".join(lines) + "\n"
