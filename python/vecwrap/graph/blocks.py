"""Constant operands are laid out for the loops that read them: panels as wide as the register tile, walked in order."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from ..expr import Expr
from .array import ITEMSIZE, Array, Buffer, Data, dense_strides
from .dims import select, split
from .nests import computed_in
from .stage import Read, Stage, below

WIDEST = 4  # vectors in a panel


def blocked(stage: Stage, vector_bytes: int) -> Stage:
    """The stage with its constant operands re-laid out and the output's contiguous dim split into panels.

    The loop over panels runs outside: one panel of weights, and of channels in a depthwise convolution, stays in the
    caches while the whole image passes.
    """
    if not stage.reduces:
        return stage
    vector = next((d for d in range(stage.parallel) if stage.out.strides[d] == 1), None)
    weights = [read for read in updated(stage) if relayable(read, stage)]
    if vector is None or not weights:
        return stage
    width = panel(stage.extents[vector], vector_bytes // ITEMSIZE[computed_in(stage)])
    if width < stage.extents[vector]:
        stage = split(stage, vector, width)
        order = [vector, *(d for d in range(len(stage.extents)) if d not in (vector, vector + 1))]
        order.insert(stage.parallel - 1, vector + 1)  # panels outermost, the lanes innermost
        stage = select(stage, order)
        vector = stage.parallel - 1
    change: dict[object, Expr] = {read.key: relaid(read, stage, vector) for read in updated(stage) if relayable(read, stage)}
    return stage.rewritten(change)


def updated(stage: Stage) -> list[Read]:
    assert stage.update is not None
    return [expr for expr in below(stage.update) if isinstance(expr, Read)]


def relayable(read: Read, stage: Stage) -> bool:
    """A constant of which every element is read from one place of the stage's dims."""
    moving = [extent for extent, stride in zip(stage.extents, read.strides) if stride]
    return read.buffer.kind == "constant" and read.at is None and math.prod(moving) <= read.buffer.size


def panel(extent: int, lanes: int) -> int:
    """The widest panel of whole vectors, WIDEST at most, that divides the extent; the extent if there is none."""
    return next((v * lanes for v in range(WIDEST, 0, -1) if extent % (v * lanes) == 0), extent)


def relaid(read: Read, stage: Stage, vector: int) -> Read:
    """The same elements in the order of the loops: outer parallel dims, reduction dims, the vector dim fastest."""
    moving = [d for d in range(len(stage.extents)) if read.strides[d] and d != vector]
    moving += [vector] if read.strides[vector] else []
    shape = [stage.extents[d] for d in moving]
    source = Array(read.buffer, tuple(shape), tuple(read.strides[d] for d in moving), read.offset)
    strides = [0] * len(stage.extents)
    for d, stride in zip(moving, dense_strides(shape)):
        strides[d] = stride

    def elements() -> Data:
        return np.ascontiguousarray(source.value()).reshape(-1)

    panels = Buffer(read.buffer.name, read.buffer.dtype, math.prod(shape), "constant", data=elements)
    return replace(read, buffer=panels, offset=0, strides=tuple(strides))
