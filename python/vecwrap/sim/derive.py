"""Writes data/cores/*.json: costs out of LLVM's scheduling models, asked of llvm-mca; the rest from the table below.

usage: python -m vecwrap.sim.derive [--llvm-mca PATH] FOLDER
"""

import argparse
import json
import math
import subprocess
from pathlib import Path
from typing import Any

from vecwrap.sim.representatives import SCALAR, VECTOR

LMULS = {-3: "mf8", -2: "mf4", -1: "mf2", 0: "m1", 1: "m2", 2: "m4", 3: "m8"}
LLVM = "LLVM 22 scheduling model"
ASSUMED = "assumed: not published"

CORES: dict[str, dict[str, Any]] = {
    "spacemit-x60": {
        "vlen": 256, "width": 2, "window": 0, "completes_in_order": True, "memory_latency": 150,
        "caches": [["L1D", 32768, 4, 64, 4], ["L2", 524288, 16, 64, 20]],
        "sources": {"vlen": "SpacemiT K1 data sheet", "width": LLVM, "window": f"{LLVM} (in order)",
                    "caches": f"sizes: SpacemiT K1 data sheet; L1 latency: {LLVM}; ways, L2 latency {ASSUMED}"}},
    "sifive-x280": {
        "vlen": 512, "width": 2, "window": 0, "completes_in_order": False, "memory_latency": 150,
        "caches": [["L1D", 32768, 8, 64, 3], ["L2", 262144, 8, 64, 15]],
        "sources": {"vlen": "SiFive X280 product brief", "width": LLVM, "window": f"{LLVM} (in order)",
                    "caches": f"L1 latency: {LLVM}; sizes, ways, L2 latency {ASSUMED}"}},
    "sifive-p670": {
        "vlen": 128, "width": 4, "window": 160, "completes_in_order": False, "memory_latency": 150,
        "caches": [["L1D", 32768, 8, 64, 4], ["L2", 524288, 8, 64, 12]],
        "sources": {"vlen": "SiFive P670 product brief", "width": LLVM, "window": f"{LLVM} (MicroOpBufferSize)",
                    "caches": f"L1 latency: {LLVM}; sizes, ways, L2 latency {ASSUMED}"}},
}

Key = tuple[str, bool, int, int]  # class, scalar form, SEW, log2(LMUL)


def legal(sew: int, lmul: int) -> bool:
    return lmul >= 0 or sew <= 64 * 2.0 ** lmul


def rows() -> list[tuple[Key, str]]:
    found: list[tuple[Key, str]] = [((name, False, width, 0), text) for name, widths in SCALAR.items()
                                    for width, text in widths.items()]
    for name, forms in VECTOR.items():
        for sew in (8, 16, 32, 64):
            found += [((name, bool(scalar), sew, lmul), text.format(w=sew)) for lmul in LMULS if legal(sew, lmul)
                      for scalar, text in enumerate(forms) if text]
    return found


def uses_of(pressure: dict[int, float], throughput: float) -> list[list[int]]:
    """Units under the same pressure are taken for equals, of which one serves.

    LLVM also counts the cycles before an instruction takes a unit; its throughput does not, and is believed.
    """
    groups: dict[float, list[int]] = {}
    for unit, usage in pressure.items():
        groups.setdefault(round(usage, 4), []).append(unit)
    uses = []
    for usage, units in groups.items():
        cycles = min(usage * len(units), max(1.0, throughput * len(units)))
        uses.append([sum(1 << unit for unit in units), max(1, math.ceil(cycles - 0.01))])
    return uses


def ask(tool: str, core: str, text: str) -> dict[str, Any]:
    command = [tool, "-mtriple=riscv64", f"-mcpu={core}", "-mattr=+v,+zvfh", "-instruction-tables", "-json"]
    answer = subprocess.run(command, input=text, capture_output=True, text=True, check=True)
    region: dict[str, Any] = json.loads(answer.stdout)["CodeRegions"][0]
    return region


def costs(tool: str, core: str) -> list[list[Any]]:
    wanted = rows()
    text = "".join(f"vsetvli zero, a0, e{sew}, {LMULS[lmul]}, ta, ma\n{asm}\n" for (_, _, sew, lmul), asm in wanted)
    region = ask(tool, core, text)
    pressure: dict[int, dict[int, float]] = {}
    for entry in region["ResourcePressureView"]["ResourcePressureInfo"]:
        pressure.setdefault(entry["InstructionIndex"], {})[entry["ResourceIndex"]] = entry["ResourceUsage"]
    out = []
    for place, ((name, scalar, sew, lmul), _) in enumerate(wanted):
        info = region["InstructionInfoView"]["InstructionList"][2 * place + 1]
        uses = uses_of(pressure.get(2 * place + 1, {}), info["RThroughput"])
        out.append([name, int(scalar), sew, lmul, info["Latency"], info["NumMicroOpcodes"], uses])
    return out


def write(path: Path, description: dict[str, Any], table: list[list[Any]]) -> None:
    """One cost a line, so that a change of LLVM's model reads as a change of lines."""
    head = json.dumps({**description, "sources": {**description["sources"], "costs": f"{LLVM}, by vecwrap.sim.derive",
                                                        "completes_in_order": "what llvm-mca's pipeline does for this core"}}, indent=1)
    body = ",\n".join("  " + json.dumps(row) for row in table)
    path.write_text(f"{head[:-2]},\n \"costs\": [\n{body}\n ]\n}}\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--llvm-mca", default="llvm-mca-22")
    options = parser.parse_args()
    for name, facts in CORES.items():
        description = {"name": name, **facts, "occupancy_follows_vl": False}
        write(options.folder / f"{name}.json", description, costs(options.llvm_mca, name))


if __name__ == "__main__":
    main()
