"""What the tables of products of narrow elements have in common (int8.py, bf16.py)."""

from __future__ import annotations

import argparse
import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import peers
from common import pin_to_one_core, print_table

import numpy as np

import vecwrap as vw
from vecwrap import _core

Size = tuple[int, int, int]
GROUPS: dict[str, list[Size]] = {
    "square": [(n, n, n) for n in (64, 96, 128, 192, 256, 384, 512, 768, 1024)],
    "bert": [(128, 768, 768), (128, 3072, 768), (128, 768, 3072), (384, 768, 768)],
    "odd": [(17, 33, 31), (61, 127, 37), (127, 251, 253)],
    "few rows": [(m, 1024, 1024) for m in (1, 4, 8, 16)],
    "few rows by rows": [(m, 1024, 1024) for m in (1, 4, 8, 16)],
}
OURS = ("heuristic", "best", "no dot", "AMX")
UNIT = "x86-64-amx"
RATIOS = ("ratio", "AMX ratio")


@dataclass(frozen=True)
class Options:
    groups: list[str]
    settings: peers.Settings
    target: vw.Target


def options_of(program: str, doc: str | None, given: Sequence[str]) -> Options:
    """From here on the process stays on one core."""
    parser = argparse.ArgumentParser(prog=program, description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("groups", nargs="*", metavar="group", help=f"default: all of {', '.join(GROUPS)}")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--isa", metavar="TARGET", default="native", help="what our kernels are made for (vecwrap target)")
    options = parser.parse_args(given)
    target = vw.find_target(options.isa)
    pin_to_one_core()
    return Options(options.groups or list(GROUPS), peers.Settings(options.rounds), target)


def kernels(nest: vw.Nest, arrays: Sequence[peers.Data], target: vw.Target) -> dict[str, vw.Kernel]:
    """The heuristic's kernel, the fastest of its other proposals in a short trial, and its first proposal without step dot; where
    this process may use a matrix unit that the target does without, the heuristic's kernel with it."""
    proposals = _core.propose(nest.core, target, 40, always=True)
    made = [nest.schedule(sentence, target) for sentence in proposals[:8]]
    plain = [sentence for sentence in proposals if not any(step in str(sentence) for step in ("dot(", "matrix("))]
    found = {"heuristic": made[0], "best": min(made, key=lambda kernel: kernel.time(*arrays, seconds=0.01, batches=5).best)}
    if plain:
        found["no dot"] = nest.schedule(plain[0], target)
    unit = vw.find_target(UNIT)
    if target.bf16 and not target.amx and _core.runs_here(unit):
        found["AMX"] = nest.schedule(_core.propose(nest.core, unit, 1, always=True)[0], unit)
    return found


def compare(size: Size, nest: vw.Nest, arrays: tuple[peers.Data, peers.Data, peers.Data], want: peers.Data,
            others: Mapping[str, peers.Loop], options: Options) -> dict[str, Any]:
    """Our kernels, whose results are `want`, beside other loops: 1e9 operations per second, and the best peer's time to ours."""
    ours = kernels(nest, arrays, options.target)
    for kernel in ours.values():
        kernel(*arrays)
        assert np.array_equal(arrays[2], want), f"{size}: {kernel.sentence} is wrong"
    loops = {name: peers.Loop(kernel.loop(*arrays)) for name, kernel in ours.items()}
    found = peers.timed(loops | dict(others), options.settings)
    speed = {name: 2.0 * math.prod(size) / t.seconds / 1e9 for name, t in found.items()}
    peer = max(others, key=speed.__getitem__, default=None)
    return {"case": "x".join(map(str, size)), "gops": speed, "peer": peer,
            "sentences": {name: str(kernel.sentence) for name, kernel in ours.items()},
            "ratio": found[peer].ratio / found["heuristic"].ratio if peer else None,
            "AMX ratio": found[peer].ratio / found["AMX"].ratio if peer and "AMX" in found else None}


def matrix_unit() -> str:
    """What a table says where peers may use another unit than our first columns."""
    cap = os.environ.get("ONEDNN_MAX_CPU_ISA")
    if "amx-tile" not in _core.this_cpu().features:
        return ""
    return "\npeers may multiply with AMX, as our column of that name does" + \
        (f"; torch's oneDNN at most with {cap} (ONEDNN_MAX_CPU_ISA)" if cap else "")


def table(title: str, names: Sequence[str], results: Sequence[Mapping[str, Any]]) -> None:
    """`names`: the peers' columns."""
    def row(result: Mapping[str, Any]) -> list[str]:
        speed = result["gops"]
        told = [f"{speed[name]:.0f}" if name in speed else "-" for name in (*OURS, *names)]
        ratios = [f"{result[name]:.2f}" if result[name] else "-" for name in RATIOS]
        return [result["case"], *told, *ratios, result["peer"] or "-"]

    means = [f"{name} {mean:.3f}" for name, ratio in zip(("ours", "AMX"), RATIOS) if (mean := mean_of(results, ratio))]
    said = f"\nto the best peer, geometric mean: {', '.join(means)}" if means else ""
    print_table(f"{title}: 1e9 operations per second{matrix_unit()}{said}",
                ["m x n x k", *OURS, *names, "ours : best peer", "AMX : best peer", "best peer"],
                [row(result) for result in results])


def mean_of(results: Sequence[Mapping[str, Any]], ratio: str) -> float | None:
    ratios = [result[ratio] for result in results if result[ratio]]
    return math.exp(sum(map(math.log, ratios)) / len(ratios)) if ratios else None
