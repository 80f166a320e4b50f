"""The core descriptions: data/cores/*.json, and the flat text that the plugin reads."""

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[1] / "data" / "cores"


def core_names() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.json"))


def read_core(name: str) -> dict[str, Any]:
    core: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text())
    return core


def flat(core: dict[str, Any], vlen: int) -> str:
    lines = [f"name {core['name']}", f"vlen {vlen}", f"width {core['width']}", f"window {core['window']}",
             f"memory {core['memory_latency']}", f"follows_vl {int(core['occupancy_follows_vl'])}",
             f"completes_in_order {int(core['completes_in_order'])}"]
    lines += ["cache " + " ".join(map(str, cache)) for cache in core["caches"]]
    for name, scalar, sew, lmul, latency, uops, uses in core["costs"]:
        pairs = " ".join(f"{units} {cycles}" for units, cycles in uses)
        lines.append(f"op {name} {scalar} {sew} {lmul} {latency} {uops} {len(uses)} {pairs}")
    return "\n".join(lines) + "\n"
