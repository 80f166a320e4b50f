"""Windows over a copy with a margin of zeros, read from the original instead: those that reach beyond an edge apart.

A temporary gets its margin from its producer for nothing, but an input of the network has none and is copied for it. A depthwise
convolution takes no longer than that copy. Here it walks the original: one stage for the windows inside, and for every edge one
whose windows end where the array does (what they leave out are zeros, times weights, added to a sum).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from ..expr import Acc, Apply, Expr
from .array import ITEMSIZE, Buffer
from .fuse import readers
from .graph import Graph
from .stage import Read, Stage

MOST_STAGES = 9  # the inside, four edges, four corners
NEAR = 512 << 10  # bytes of input and output that stay in a second-level cache
FEW_TERMS = 32  # in a sum: with more, the copy takes little of the time

Part = Mapping[int, tuple[int, int]]  # of a stage's dims, those that are cut: start and count


@dataclass(frozen=True)
class Axis:
    """One of the original: index = base + sum of factor * dim of the stage."""

    extent: int
    stride: int  # of the original
    base: int
    factors: tuple[int, ...]

    def runs(self, stage: Stage) -> list[Part]:
        """Positions of a window whose places in it lie inside: the dims of both. Empty if strides do not tell which."""
        moving = [d for d, factor in enumerate(self.factors) if factor]
        least = self.base + sum(min(0, self.factors[d] * (stage.extents[d] - 1)) for d in moving)
        most = self.base + sum(max(0, self.factors[d] * (stage.extents[d] - 1)) for d in moving)
        if 0 <= least and most < self.extent:
            return [{}]
        if len(moving) != 2 or not moving[0] < stage.parallel <= moving[1] or min(self.factors) < 0:
            return []
        position, place = moving
        groups = itertools.groupby(range(stage.extents[position]), lambda at: self._inside(stage, at, position, place))
        runs = [(list(positions), inside) for inside, positions in groups]
        complete = all(inside[1] for _, inside in runs)
        return [{position: (at[0], len(at)), place: inside} for at, inside in runs] if complete else []

    def _inside(self, stage: Stage, at: int, position: int, place: int) -> tuple[int, int]:
        """Of the window at a position: the first place inside, and how many."""
        start = self.base + at * self.factors[position]
        places = [k for k in range(stage.extents[place]) if 0 <= start + k * self.factors[place] < self.extent]
        return (places[0], len(places)) if places else (0, 0)


def apart(graph: Graph) -> None:
    """Rewrites graph.steps wherever a depthwise convolution is all that reads a copy with a margin."""
    for step in list(graph.steps):
        copied = copy_of(graph, step) if isinstance(step, Stage) else None
        if isinstance(step, Stage) and copied and (parts := cut(step, copied)):
            at = graph.steps.index(step)
            graph.steps[at:at + 1] = parts
            graph.steps[:] = [s for s in graph.steps if not (isinstance(s, Stage) and s.out.buffer is copied.out.buffer)]


def copy_of(graph: Graph, stage: Stage) -> Stage | None:
    """The stage that copies what `stage` sums up, from memory without the margin; None if there is more to it than that."""
    few = math.prod(stage.extents[stage.parallel:]) <= FEW_TERMS
    for read in product(stage) if few else ():
        if read.buffer.kind == "temporary" and read.buffer.fill == 0 and readers(graph, read.buffer) == [stage]:
            writers = [s for s in graph.steps if isinstance(s, Stage) and s.out.buffer is read.buffer and not s.fills]
            if len(writers) == 1 and is_copy(writers[0]) and [r.buffer for r in stage.reads()].count(read.buffer) == 1:
                return writers[0]
    return None


def product(stage: Stage) -> list[Read]:
    """The two factors, if the stage is a sum of products: leaving out those with a zero changes nothing."""
    update = stage.update
    if not (isinstance(update, Apply) and update.op == "fma" and isinstance(update.operands[2], Acc)):
        return []
    factors = [factor for factor in update.operands[:2] if isinstance(factor, Read) and factor.at is None]
    return factors if len(factors) == 2 else []


def is_copy(stage: Stage) -> bool:
    """Between the same types, and what is contiguous stays so."""
    read = stage.final
    if stage.reduces or not isinstance(read, Read) or read.at is not None or read.buffer.dtype != stage.out.buffer.dtype:
        return False
    return all(read.strides[d] == 1 for d, stride in enumerate(stage.out.strides) if stride == 1 and stage.extents[d] > 1)


def cut(stage: Stage, copied: Stage) -> list[Stage]:
    """The stage in parts that read the original; none if that is not possible, or takes too many."""
    axes, read = axes_of(stage, copied), copied.final
    assert isinstance(read, Read)
    runs = [axis.runs(stage) for axis in axes]
    if not axes or math.prod(map(len, runs)) > MOST_STAGES:
        return []
    runs[0] = [block for run in runs[0] for block in blocks(run, stage)]
    parts = list(itertools.product(*runs))
    strides = tuple(sum(axis.factors[d] * axis.stride for axis in axes) for d in range(len(stage.extents)))
    original = replace(read, offset=read.offset + sum(axis.base * axis.stride for axis in axes), strides=strides)
    return [restricted(stage, copied.out.buffer, original, {d: run for of_axis in part for d, run in of_axis.items()})
            for part in parts]


def blocks(run: Part, stage: Stage) -> list[Part]:
    """The positions of a run in even blocks: what is at the edges of its rows is near while the rest of them is."""
    if not run:
        return [run]
    (position, (start, count)), *others = run.items()
    row = sum(stage.out.strides[position] * ITEMSIZE[stage.out.buffer.dtype] for _ in range(2))
    pieces = max(1, -(-count * row // NEAR))
    ends = [count * piece // pieces for piece in range(pieces + 1)]
    return [{position: (start + first, end - first), **dict(others)} for first, end in itertools.pairwise(ends)]


def axes_of(stage: Stage, copied: Stage) -> list[Axis]:
    """What the stage reads of the copy in terms of the original's axes; none if strides do not tell."""
    read = next(read for read in stage.reads() if read.buffer is copied.out.buffer)
    assert isinstance(copied.final, Read)
    dims = sorted((d for d, extent in enumerate(copied.extents) if extent > 1), key=lambda d: -copied.out.strides[d])
    left, offset, axes = list(read.strides), read.offset - copied.out.offset, []
    left = [0 if extent == 1 else stride for stride, extent in zip(left, stage.extents)]
    for d in dims:
        stride = copied.out.strides[d]
        if stride <= 0:
            return []
        factors = tuple(value // stride if value % stride == 0 else 0 for value in left)
        base = (2 * offset + stride) // (2 * stride)  # the nearest: what is left is less than half of a step
        left = [0 if factor else value for factor, value in zip(factors, left)]
        offset -= base * stride
        axes.append(Axis(copied.extents[d], copied.final.strides[d], base, factors))
    return [] if offset or any(left) else axes


def restricted(stage: Stage, copy: Buffer, original: Read, part: Part) -> Stage:
    """The stage over part of its dims, reading the original."""
    extents = tuple(part.get(d, (0, extent))[1] for d, extent in enumerate(stage.extents))

    def moved(read: Read) -> Read:
        return replace(read, offset=read.offset + sum(start * read.strides[d] for d, (start, _) in part.items()),
                       at=moved(read.at) if read.at is not None else None)

    def change(expr: Expr) -> Expr | None:
        if not isinstance(expr, Read):
            return None
        return moved(original if expr.buffer is copy else expr)

    return stage.rewritten(change, extents=extents, out=moved(stage.out))
