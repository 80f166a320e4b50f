"""Products of bf16, summed in f32 under fast-math, beside torch.mm of bf16 (oneDNN), which stores bf16.

    ./run bench bf16                          all groups;   python bench/bf16.py square --rounds 15
    ./run bench bf16 --isa x86-64-avx512      bf16 as storage only. `no dot`: our code with a product per lane
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Sequence
from typing import Any

import peers
from common import pin_to_one_core, print_table, save_json
from int8 import GROUPS, Size, kernels

import numpy as np

import vecwrap as vw

COLUMNS = ("heuristic", "best", "no dot", "torch")


def nest_of(size: Size) -> vw.Nest:
    nest = vw.Nest("bf16", "f32", fast_math=True)
    m, n, k = nest.dims(m=size[0], n=size[1], k=size[2])
    A, B = nest.tensor("A", (m, k), type="bf16"), nest.tensor("B", (k, n), type="bf16")
    nest.tensor("C", (m, n))[m, n] = vw.sum_of(A[m, k] * B[k, n])
    return nest


def operands(size: Size) -> tuple[peers.Data, peers.Data, peers.Data]:
    """Small whole numbers: sums are exact in any order."""
    m, n, k = size
    rng = np.random.default_rng(m + n + k)
    a, b = ((rng.integers(-8, 9, shape).astype(np.float32).view(np.uint32) >> 16).astype(np.uint16) for shape in ((m, k), (k, n)))
    return peers.aligned(a), peers.aligned(b), peers.aligned(np.zeros((m, n), np.float32))


def floats(x: peers.Data) -> peers.Data:
    return (x.astype(np.uint32) << 16).view(np.float32)


def torch_loop(a: peers.Data, b: peers.Data, want: peers.Data) -> peers.Loop | None:
    if not (torch := peers.torch()):
        return None
    x, y = (torch.from_numpy(v.view(np.int16)).view(torch.bfloat16) for v in (a, b))
    assert np.allclose(torch.mm(x, y).float().numpy(), want, rtol=2**-8), "torch's result is wrong"
    return peers.python_loop(lambda: torch.mm(x, y))


def measure(size: Size, settings: peers.Settings, target: vw.Target) -> dict[str, Any]:
    nest, (a, b, c) = nest_of(size), operands(size)
    want = floats(a).astype(np.float64) @ floats(b).astype(np.float64)
    ours = kernels(nest, (a, b, c), target)
    for kernel in ours.values():
        kernel(a, b, c)
        assert np.array_equal(c, want), f"{size}: {kernel.sentence} is wrong"
    loops = {name: peers.Loop(kernel.loop(a, b, c)) for name, kernel in ours.items()}
    if torch := torch_loop(a, b, want):
        loops["torch"] = torch
    found = peers.timed(loops, settings)
    return {"case": "x".join(map(str, size)),
            "gflops": {name: 2.0 * math.prod(size) / t.seconds / 1e9 for name, t in found.items()},
            "sentences": {name: str(kernel.sentence) for name, kernel in ours.items()},
            "ratio": found["torch"].ratio / found["heuristic"].ratio if torch else None}


def row(result: dict[str, Any]) -> list[str]:
    speed, ratio = result["gflops"], result["ratio"]
    told = [f"{speed[name]:.0f}" if name in speed else "-" for name in COLUMNS]
    return [result["case"], *told, f"{ratio:.2f}" if ratio else "-"]


def main(given: Sequence[str] = ()) -> int:
    parser = argparse.ArgumentParser(prog="bf16.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("groups", nargs="*", metavar="group", help=f"default: all of {', '.join(GROUPS)}")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--isa", metavar="TARGET", default="native", help="what our kernels are made for (vecwrap target)")
    options = parser.parse_args(given)
    target = vw.find_target(options.isa)
    pin_to_one_core()
    everything = []
    for group in options.groups or GROUPS:
        results = [measure(size, peers.Settings(options.rounds), target) for size in GROUPS[group]]
        everything += [{"group": group, **result} for result in results]
        ratios = [result["ratio"] for result in results if result["ratio"]]
        mean = f"\nto torch: geometric mean {math.exp(sum(map(math.log, ratios)) / len(ratios)):.3f}" if ratios else ""
        print_table(f"{group}, bf16 x bf16 -> f32, {target.name}: 1e9 operations per second{mean}",
                    ["m x n x k", *COLUMNS, "ours : torch"], [row(result) for result in results])
    save_json("bf16", everything)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
