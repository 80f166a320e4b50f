"""Writes the units and costs of core descriptions out of LLVM's scheduling models, as llvm-mca tells them.

usage: python -m vecwrap.sim.derive [--llvm-mca PATH] data/cores/*.toml

What stands above the line "# Costs" of a file is kept: facts and their sources are edited by hand.
"""

import argparse
import json
import math
import os.path
import subprocess
from pathlib import Path
from typing import Any

from vecwrap.sim.costs import LMULS, SCALAR_FORM, SEWS, Cost, Shape, Table, legal, write
from vecwrap.sim.representatives import SCALAR, VECTOR

MARK = "# Costs"
ABOUT = f"""{MARK}, of LLVM 22's scheduling model for this core, by vecwrap.sim.derive. Units joined by | serve alike: one works.
# Numbers are cycles: one for every LMUL, or those of mf8 mf4 mf2 m1 m2 m4 m8. Widths: all, or sew's.
# A class's name with .x: its form with an x or f register, where it is not as the one between vectors."""
FEATURES = "+v,+zvfh,+zfh"

Wanted = list[tuple[str, Shape, str]]  # class, shape, instruction


def wanted() -> Wanted:
    found = [(name, Shape(width, 0), text) for name, of_width in SCALAR.items() for width, text in of_width.items()]
    for name, (vector, scalar) in VECTOR.items():
        forms = [(name, vector), (name + SCALAR_FORM, scalar)]
        found += [(form, Shape(sew, lmul), text.format(w=sew)) for form, text in forms if text
                  for sew in SEWS for lmul in LMULS if legal(name, Shape(sew, lmul))]
    return found


def ask(tool: str, core: str, text: str) -> dict[str, Any]:
    command = [tool, "-mtriple=riscv64", f"-mcpu={core}", f"-mattr={FEATURES}", "-instruction-tables", "-json"]
    answer: dict[str, Any] = json.loads(subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout)
    return answer


def unit_names(answer: dict[str, Any]) -> list[str]:
    """Without the prefix they share; equal units are told apart by a character that is no digit."""
    names = [name if name.isprintable() else f"{name[:-1]}{ord(name[-1])}" for name in answer["TargetInfo"]["Resources"]]
    return [name[len(os.path.commonprefix(names)):] for name in names]


def use_of(pressure: dict[int, float], throughput: float, units: list[str]) -> tuple[tuple[str, int], ...]:
    """Units under the same pressure are taken for equals, of which one serves.

    LLVM also counts the cycles before an instruction takes a unit; its throughput does not, and is believed.
    """
    groups: dict[float, list[int]] = {}
    for unit, usage in pressure.items():
        groups.setdefault(round(usage, 4), []).append(unit)
    uses = []
    for usage, members in groups.items():
        cycles = min(usage * len(members), max(1.0, throughput * len(members)))
        uses.append(("|".join(units[member] for member in members), max(1, math.ceil(cycles - 0.01))))
    return tuple(uses)


def forwarded(tool: str, core: str) -> int:
    """The latency of integer operations as the next one sees it; tables give it as one that passes a register."""
    command = [tool, "-mtriple=riscv64", f"-mcpu={core}", "-iterations=1000", "-json"]
    answer = subprocess.run(command, input="add a0, a0, a0\n", capture_output=True, text=True, check=True)
    cycles: int = json.loads(answer.stdout)["CodeRegions"][0]["SummaryView"]["TotalCycles"]
    return round(cycles / 1000)


def costs(tool: str, core: str) -> tuple[list[str], Table]:
    asked = wanted()
    text = "".join(f"vsetvli zero, a0, e{shape.sew}, {LMULS[shape.lmul]}, ta, ma\n{asm}\n" for _, shape, asm in asked)
    answer = ask(tool, core, text)
    units, region = unit_names(answer), answer["CodeRegions"][0]
    pressure: dict[int, dict[int, float]] = {}
    for entry in region["ResourcePressureView"]["ResourcePressureInfo"]:
        pressure.setdefault(entry["InstructionIndex"], {})[entry["ResourceIndex"]] = entry["ResourceUsage"]
    table = {}
    for place, (name, shape, _) in enumerate(asked):
        info = region["InstructionInfoView"]["InstructionList"][2 * place + 1]
        use = use_of(pressure.get(2 * place + 1, {}), info["RThroughput"], units)
        latency = forwarded(tool, core) if name == "int_alu" else info["Latency"]
        table[name, shape] = Cost(latency, info["NumMicroOpcodes"], use)
    return units, table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--llvm-mca", default="llvm-mca-22")
    options = parser.parse_args()
    for path in options.files:
        units, table = costs(options.llvm_mca, path.stem)
        head = path.read_text().split(MARK)[0].rstrip()
        path.write_text("\n".join([head, "", ABOUT, f"units = {json.dumps(units)}", "costs = [", *write(table), "]", ""]))


if __name__ == "__main__":
    main()
