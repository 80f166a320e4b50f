"""Constant operands are laid out for the loops that read them: panels as wide as the register tile, walked in order.

Bytes that a target multiplies in groups within a lane (step `dot`) lie in those groups, which nothing has to put together then.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from ..expr import Acc, Apply, Expr, below
from .array import ITEMSIZE, Array, Buffer, Data, dense_strides
from .dims import select, split
from .nests import computed_in
from .stage import Read, Stage

WIDEST = 4  # vectors in a panel
GROUP = 4  # bytes of a lane
BYTES = {"i8", "u8"}
FEW_ROWS = 64  # by which operands of one sign lie in groups, too: with more, one that is packed is summed up once for all of them


def blocked(stage: Stage, vector_bytes: int, groups: bool = False) -> Stage:
    """The stage with its constant operands re-laid out and the output's contiguous dim split into panels.

    groups: the target multiplies and adds groups of bytes.

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
    inner = [vector]
    if groups and (dim := grouped(stage, vector)) is not None:
        stage = split(stage, dim, GROUP)
        stage = select(stage, [*(d for d in range(len(stage.extents)) if d != dim + 1), dim + 1])
        inner.append(len(stage.extents) - 1)
    change: dict[object, Expr] = {read.key: relaid(read, stage, inner) for read in updated(stage) if relayable(read, stage)}
    return stage.rewritten(change)


def grouped(stage: Stage, vector: int) -> int | None:
    """The reduction dim along which bytes that fill all lanes are neighbours, and move with a constant along the lanes."""
    reads = updated(stage)
    bytewise = len(reads) == 2 and not {read.buffer.dtype for read in reads} - BYTES
    if computed_in(stage) != "i32" or not bytewise or not is_product_added(stage):
        return None
    still, moving = sorted(reads, key=lambda read: read.strides[vector] != 0)
    rows = math.prod(extent for extent, stride in zip(stage.extents[:stage.parallel], moving.strides) if not stride)
    if still.strides[vector] or not moving.strides[vector] or not relayable(moving, stage) or still.at is not None:
        return None
    if still.buffer.dtype == moving.buffer.dtype and rows > FEW_ROWS:
        return None
    fits = [d for d in range(stage.parallel, len(stage.extents))
            if still.strides[d] == 1 and moving.strides[d] and stage.extents[d] % GROUP == 0]
    return fits[-1] if fits else None


def is_product_added(stage: Stage) -> bool:
    """Is the update acc + a * b, rounded once or twice?"""
    expr = stage.update
    if not isinstance(expr, Apply):
        return False
    if expr.op == "fma":
        return isinstance(expr.operands[2], Acc) and all(isinstance(factor, Read) for factor in expr.operands[:2])
    products = [term for term in expr.operands if isinstance(term, Apply) and term.op == "mul"]
    return (expr.op == "add" and any(isinstance(term, Acc) for term in expr.operands) and len(products) == 1 and
            all(isinstance(factor, Read) for factor in products[0].operands))


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


def relaid(read: Read, stage: Stage, inner: list[int]) -> Read:
    """The same elements in the order of the loops: outer parallel dims, reduction dims, the inner ones (vector dim, groups)."""
    moving = [d for d in range(len(stage.extents)) if read.strides[d] and d not in inner]
    moving += [d for d in inner if read.strides[d]]
    shape = [stage.extents[d] for d in moving]
    source = Array(read.buffer, tuple(shape), tuple(read.strides[d] for d in moving), read.offset)
    strides = [0] * len(stage.extents)
    for d, stride in zip(moving, dense_strides(shape)):
        strides[d] = stride

    def elements() -> Data:
        return np.ascontiguousarray(source.value()).reshape(-1)

    panels = Buffer(read.buffer.name, read.buffer.dtype, math.prod(shape), "constant", data=elements)
    return replace(read, buffer=panels, offset=0, strides=tuple(strides))
