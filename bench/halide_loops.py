"""The loops of a sentence through Halide: out[...] += left[...] * right[...] with the same splits, order, lanes and unrolling.

Halide's update stage is scheduled loop by loop as the sentence says; copies and prefetches are left out. Bounds, strides and
"no checks" are given, so that what it compiles is the loops and little else.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from typing import Any

STEP = re.compile(r"(\w+)\(([^)]*)\)")
NO_LOOPS = ("pack", "prefetch")  # steps that are left out
UNCHECKED = ("NoAsserts", "NoBoundsQuery")


class Stage:
    """The update stage while a sentence's steps are applied to it."""

    def __init__(self, halide: Any, update: Any, loops: Mapping[str, Any]) -> None:
        self.halide, self.update, self.loops = halide, update, dict(loops)
        self.tile: list[str] = []

    def split(self, name: str, factor: str) -> None:
        """`name` becomes the outer loop, `name`.1 the inner one; splitting f.1 gives f.2."""
        root, _, part = name.partition(".")
        inner = f"{root}.{int(part or 0) + 1}"
        outer_loop, inner_loop = (type(self.loops[name])(f"{text.replace('.', '_')}_{len(self.loops)}") for text in (name, inner))
        self.update.split(self.loops[name], outer_loop, inner_loop, int(factor), self.halide.TailStrategy.GuardWithIf)
        self.loops[name], self.loops[inner] = outer_loop, inner_loop

    def reorder(self, *names: str) -> None:
        self.update.reorder(*(self.loops[name] for name in reversed(names)))

    def vectorize(self, name: str, lanes: int) -> None:
        """A tile loop of several vectors: the vectors side by side, then the lanes."""
        vectors, lane = (type(self.loops[name])(text) for text in ("vectors", "lane"))
        self.update.split(self.loops[name], vectors, lane, lanes, self.halide.TailStrategy.GuardWithIf)
        self.update.vectorize(lane).unroll(vectors)

    def unroll(self, name: str, factor: str) -> None:
        self.update.unroll(self.loops[name], int(factor), self.halide.TailStrategy.GuardWithIf)


def scheduled(stage: Stage, sentence: str, lanes: int) -> None:
    """Every step of the sentence, to the letter."""
    for step, text in STEP.findall(sentence):
        names = text.split(",")
        if step in ("split", "reorder", "unroll"):
            getattr(stage, step)(*names)
        elif step == "tile":
            stage.tile = names
        elif step == "vectorize":
            for name in stage.tile:
                if name != names[0]:
                    stage.update.unroll(stage.loops[name])
            stage.vectorize(names[0], lanes)
        elif step not in NO_LOOPS:
            raise ValueError(f"{step}: a step that Halide has no loop for, in {sentence}")


def pipeline(halide: Any, extents: Mapping[str, int], walks: Sequence[Mapping[str, int]], sentence: str, lanes: int) -> Any:
    """A Func that adds into its own output; `walks`: elements per step of every loop, of out, left and right."""
    out_walk = walks[0]
    parallel = sorted((loop for loop in extents if out_walk[loop]), key=lambda loop: out_walk[loop])
    domain = halide.RDom([(0, extent) for loop, extent in extents.items() if not out_walk[loop]], "r")
    reductions = iter(range(len(extents) - len(parallel)))
    loops = {loop: halide.Var(loop) if out_walk[loop] else domain[next(reductions)] for loop in extents}

    def element(name: str, walk: Mapping[str, int]) -> Any:
        flat = halide.ImageParam(halide.Float(32), 1, name)
        flat.dim(0).set_bounds(0, 1 + sum((extents[loop] - 1) * walk[loop] for loop in extents)).set_stride(1)
        return flat[sum((loops[loop] * walk[loop] for loop in extents if walk[loop]), halide.Expr(0))]

    out = halide.Func("out")
    place = [loops[loop] for loop in parallel]
    out[place] = halide.undef(halide.Float(32))
    out[place] += element("left", walks[1]) * element("right", walks[2])
    for d, loop in enumerate(parallel):
        out.output_buffer().dim(d).set_bounds(0, extents[loop]).set_stride(out_walk[loop])
        out.bound(loops[loop], 0, extents[loop])
    names = {loop: var if out_walk[loop] else halide.RVar(var.name()) for loop, var in loops.items()}
    scheduled(Stage(halide, out.update(), names), sentence, lanes)
    return out


def target(halide: Any) -> Any:
    """This CPU, without the runtime's checks."""
    host = halide.get_jit_target_from_environment()
    for name in UNCHECKED:
        host = host.with_feature(getattr(halide.TargetFeature, name))
    return host


def seconds_to_compile(extents: Mapping[str, int], walks: Sequence[Mapping[str, int]], sentence: str, lanes: int) -> float:
    """Of compile_jit alone: lowering, LLVM at its -O3, linking into this process. Declaring and scheduling are not timed."""
    import halide
    func = pipeline(halide, extents, walks, sentence, lanes)
    machine = target(halide)
    start = time.perf_counter()
    func.compile_jit(machine)
    return time.perf_counter() - start
