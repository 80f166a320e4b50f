"""The operators of the LoopNest paper (thesis, table 3.1): how fast they run, and how long generating code takes beside LLVM.

Generating is `compile` of a nest and its sentence: loop tree, vector program, machine code. Beside it: Halide, compile_jit of
the same scheduled loops, as the thesis had it; and LLVM (llvmlite), given loops without a schedule: parsed, -O3, machine code.
A copy of the same bytes stands beside: operators that do little with each are bound by where those come from.
"""

from __future__ import annotations

import argparse
import math
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import halide_loops
import llvm_loops
import peers
from common import pin_to_one_core, print_table, save_json

import numpy as np

import vecwrap as vw
from vecwrap import _core
from vecwrap.measure import Operands


@dataclass(frozen=True)
class Operator:
    """out += left * right. Each operand names the loops that walk each of its dense axes: "yp" is index y + p.

    Loops that the output does not have are reductions.
    """

    name: str
    extents: Mapping[str, int]
    out: str
    left: str
    right: str

    def strides(self, axes: str) -> dict[str, int]:
        """Elements per step of every loop."""
        found, dense = dict.fromkeys(self.extents, 0), 1
        for axis in reversed(axes.split()):
            for loop in axis:
                found[loop] += dense
            dense *= sum(self.extents[loop] - 1 for loop in axis) + 1
        return found

    def elements(self, axes: str) -> int:
        return math.prod(sum(self.extents[loop] - 1 for loop in axis) + 1 for axis in axes.split())

    def nest(self) -> _core.Nest:
        nest = _core.Nest("operator", "f32")
        for loop, extent in self.extents.items():
            nest.add_dim(loop, extent, loop not in self.out)
        out, left, right = (nest.add_access(nest.add_tensor(name), [4 * stride for stride in self.strides(axes).values()])
                            for name, axes in (("out", self.out), ("left", self.left), ("right", self.right)))
        acc = nest.acc()
        nest.out, nest.init, nest.final = out, nest.load(out), acc
        nest.update = nest.add("fma", nest.load(left), nest.load(right), acc)
        return nest


def product(n: int) -> Operator:
    return Operator(f"MM-{n}", dict(m=n, n=n, k=n), "m n", "m k", "k n")


def convolution(name: str, channels: int, size: int) -> Operator:
    return Operator(name, dict(y=size, x=size, f=channels, p=3, q=3, c=channels), "y x f", "yp xq c", "p q c f")


def depthwise(name: str, channels: int, size: int) -> Operator:
    return Operator(name, dict(y=size, x=size, c=channels, p=3, q=3), "y x c", "yp xq c", "p q c")


RESNET, MOBILENET = [(64, 56), (128, 28), (256, 14), (512, 7)], [(32, 112), (144, 56), (384, 14), (960, 7)]
GENERATED = [*(convolution(f"CONV-{i}", *sizes) for i, sizes in enumerate(RESNET, 1)),
             *(depthwise(f"DWCONV-{i}", *sizes) for i, sizes in enumerate(MOBILENET, 1)), *map(product, (64, 128, 256, 512))]
TARGETS = ("x86-64-avx512@native", "x86-64-avx2@native")
COMPILERS = {"halide": "Halide (same schedule)", "llvm": "LLVM (plain loops)"}
LAYOUTS = [
    convolution("NHWC", 64, 56),
    Operator("NCHW16c", dict(g=4, y=56, x=56, f=16, d=4, p=3, q=3, c=16), "g y x f", "d yp xq c", "g d p q c f"),
    Operator("NCHW", dict(f=64, y=56, x=56, c=64, p=3, q=3), "f y x", "c yp xq", "f c p q"),
    depthwise("depthwise NHWC", 64, 56),
]


def median_seconds(run: Callable[[], object], times: int) -> float:
    def once() -> float:
        start = time.perf_counter()
        run()
        return time.perf_counter() - start

    return statistics.median(once() for _ in range(times))


def generation(operator: Operator) -> dict[str, Any]:
    """Generating: from nest and sentence to machine code. Choosing the sentence is apart, for LoopNest is given it too."""
    nest, target = operator.nest(), vw.native_target()
    sentence = _core.propose(nest, target, 1, always=True)[0]
    found = {"case": operator.name, "sentence": str(sentence),
             "generate": median_seconds(lambda: _core.compile(nest, sentence, target), 21),
             "choose": median_seconds(lambda: _core.propose(nest, target, 1, always=True), 5)}
    walks = [operator.strides(axes) for axes in (operator.out, operator.left, operator.right)]
    if peers.module("halide"):
        lanes = target.vector_bytes // 4
        found["halide"] = statistics.median(
            halide_loops.seconds_to_compile(operator.extents, walks, str(sentence), lanes) for _ in range(3))
    if peers.module("llvmlite"):
        loops = [(extent, [strides[loop] for strides in walks]) for loop, extent in operator.extents.items()]
        found["llvm"] = median_seconds(lambda: llvm_loops.compile(loops), 3)
    return found


def fastest(operator: Operator, target: vw.Target, operands: Operands) -> tuple[_core.Loaded, _core.Loaded, str]:
    """The heuristic's kernel; the fastest of what it proposes, and that one's sentence."""
    nest, trials = operator.nest(), []
    for sentence in _core.propose(nest, target, 6, always=True):
        kernel = _core.Loaded(_core.compile(nest, sentence, target), nest)
        trials.append((min(kernel.time(operands.args, 7, 1)), kernel, str(sentence)))
    _, best, written = min(trials, key=lambda trial: trial[0])
    return trials[0][1], best, written


def kernel_loop(kernel: _core.Loaded, operands: Operands) -> peers.Loop:
    return peers.Loop(lambda runs: kernel.time(operands.args, 1, runs))


def copy_loop(operator: Operator) -> peers.Loop:
    """Reads as many bytes as the operator's operands have, and writes as many."""
    read = np.ones(operator.elements(operator.left) + operator.elements(operator.right), np.float32)
    written = np.zeros_like(read)
    return peers.python_loop(lambda: np.copyto(written, read))


def speed(operator: Operator, name: str) -> dict[str, Any]:
    """On one instruction set: the heuristic's kernel and the fastest it proposes, in the same rounds as its peak and a copy."""
    nest, target = operator.nest(), vw.find_target(name)
    operands = Operands(nest, {})
    first, best, sentence = fastest(operator, target, operands)
    loops = {"peak": peers.peak_loop(target), "copy": copy_loop(operator),
             "heuristic": kernel_loop(first, operands), "best": kernel_loop(best, operands)}
    found, flops = peers.timed(loops, peers.Settings()), _core.flops(nest, operands.args)
    best_name = min(("heuristic", "best"), key=lambda loop: found[loop].ratio)
    return {"heuristic": flops / found["heuristic"].seconds / 1e9, "gflops": flops / found[best_name].seconds / 1e9,
            "of_peak": flops / found[best_name].ratio, "peak": 1 / found["peak"].seconds / 1e9, "sentence": sentence,
            "seconds": found[best_name].seconds, "copy_seconds": found["copy"].seconds}


def row(case: str, results: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """All instruction sets, then the widest one's time, a copy's, and the sentence."""
    ours = [f"{r['heuristic']:.1f} / {r['gflops']:.1f} ({r['of_peak']:.1%})" for r in results.values()]
    widest = next(iter(results.values()))
    return [case, *ours, *(f"{widest[kind] * 1e6:.1f}" for kind in ("seconds", "copy_seconds")), widest["sentence"]]


def geometric_mean(values: Sequence[float]) -> float:
    return math.exp(sum(map(math.log, values)) / len(values))


def milliseconds(found: Mapping[str, Any], name: str) -> str:
    return f"{found[name] * 1e3:.3f}" if name in found else "-"


def main(given: Sequence[str] = ()) -> int:
    argparse.ArgumentParser(prog="loopnest.py", description=__doc__).parse_args(given)
    pin_to_one_core()
    targets = [name for name in TARGETS if _core.runs_here(vw.find_target(name))]
    fast = {operator.name: {name: speed(operator, name) for name in targets} for operator in [*LAYOUTS, *GENERATED]}
    print_table("LoopNest's operators, GFLOP/s: heuristic / best (of the FMA peak in the same rounds)",
                ["operator", *targets, "us", "a copy, us", "sentence"], [row(*result) for result in fast.items()])
    made = [generation(operator) for operator in GENERATED]
    mean = geometric_mean([r["generate"] for r in made]) * 1e3
    beside = " and ".join(f"{geometric_mean([r[peer] / r['generate'] for r in made]):.0f} times faster than {name}"
                          for peer, name in COMPILERS.items() if all(peer in r for r in made))
    print_table(f"generating code, milliseconds: geometric mean {mean:.3f}, {beside}",
                ["operator", "generate", "choose a sentence", *COMPILERS.values()],
                [[r["case"], *(milliseconds(r, name) for name in ("generate", "choose", *COMPILERS))] for r in made])
    speeds = [{"table": "speed", "case": case, "target": name, **r} for case, found in fast.items() for name, r in found.items()]
    save_json("loopnest", speeds + [{"table": "generation", **r} for r in made])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
