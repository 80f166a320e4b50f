"""The machines that kernels are made for: what the compiler assumes of each, and what this one says about itself."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from .. import _core

FIELDS = {  # of a target's description, in the order in which they are shown
    "vector_bytes": "bytes of a vector register",
    "vector_regs": "vector registers",
    "vnni": "instructions for sums of products of bytes (step dot)",
    "bf16": "instructions for sums of products of bf16 (step dot)",
    "amx": "a matrix unit for bytes and bf16 (step matrix), which a process has to ask for",
    "widest_group": "of them that one instruction takes as a vector",
    "fma_latency": "cycles of a fused multiply-add",
    "fma_per_cycle": "of them started per cycle",
    "l1_bytes": "first-level data cache",
    "l1_ways": "of it",
    "l2_bytes": "second-level cache",
    "l3_cycles": "until a line of the third-level cache is there, where that is long",
    "vector_units": "operations on vectors started per cycle, multiply-adds among them (x86)",
    "stack_bytes": "stack that packed buffers of a kernel may use",
}


def description(target: _core.Target) -> dict[str, Any]:
    """What code generation and strategies know of a target."""
    return {"name": target.name, **{field: getattr(target, field) for field in FIELDS}}


def detected() -> dict[str, Any]:
    """What cpuid says. Its model or features find the core that schedules are for; a sentence gives the same bytes everywhere."""
    cpu = _core.this_cpu()
    caches = [{"level": c.level, "holds": c.holds, "bytes": c.bytes, "ways": c.ways, "line_bytes": c.line_bytes}
              for c in cpu.caches]
    missing = [feature for feature in _core.known_features() if feature not in cpu.features]
    return {"cpu": cpu.name.strip(), "features": cpu.features, "missing": missing, "caches": caches}


def table(shown: dict[str, Any]) -> str:
    lines = [shown["name"], *(f"  {field:14}{shown[field]:>8}  {meaning}" for field, meaning in FIELDS.items())]
    if "cpu" in shown:
        lines += ["detected", f"  cpu       {shown['cpu']}", f"  features  {' '.join(shown['features'])}",
                  f"  missing   {' '.join(shown['missing'])}"]
        lines += [f"  L{c['level']} {c['holds']:5} {c['bytes']:>10} bytes, {c['ways']} ways of {c['line_bytes']} bytes"
                  for c in shown["caches"]]
    return "\n".join(lines)


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="vecwrap target", description=__doc__)
    made.add_argument("--show", metavar="NAME", help="a target's description; native: also what was detected")
    made.add_argument("--json", action="store_true", help="the description as JSON")
    return made


def main(arguments: list[str] | None = None) -> int:
    """Without --show: the names, x86-64's widest first, native's marked, then those to be asked for, then RISC-V's."""
    given = parser().parse_args(arguments)
    try:
        if given.show is None:
            native = _core.native_target().name.partition("@")[0]
            lists = _core.targets(), _core.asked_targets(), _core.assembly_targets(), _core.core_targets()
            names = [target.name for targets in lists for target in targets]
            print(json.dumps(names) if given.json else "\n".join(f"{name}{' (native)' * (name == native)}" for name in names))
            return 0
        shown = description(_core.find_target(given.show))
    except _core.Refusal as refusal:
        print(f"vecwrap target: {refusal}", file=sys.stderr)
        return 2
    if given.show == "native":
        shown.update(detected())
    print(json.dumps(shown, indent=1) if given.json else table(shown))
    return 0
