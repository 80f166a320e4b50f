"""Gather: by known indices, or by indices that come at run time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ...expr import Expr, where
from ...graph.array import Array, Data, constant, lazy_constant
from ...graph.graph import Check
from ...graph.stage import Read, Stage, read
from .context import Context
from .pad import runs
from ..node import Node
from .registry import op


@op("Gather")
def gather(low: Context, node: Node) -> None:
    data, indices = low.array(node.input(0)), low.array(node.input(1))
    axis = node.attribute("axis", 0) % data.rank
    if indices.buffer.kind != "constant":
        indirect(low, node, data, in_range(low, node, indices, data.shape[axis]), axis)
        return
    index = known_indices(low, node, indices.value(), data.shape[axis])
    pieces = list(runs(index.reshape(-1)))
    if len(pieces) <= 1 and data.size:
        start, count, step = pieces[0][1:] if pieces else (0, 0, 1)
        view = data.slice(axis, start, count, step)
        shape = low.shape(node.output(0))
        low.view(node, low.reshaped(node, view, shape))
    elif data.buffer.kind == "constant":
        low.view(node, lazy_constant(node.output(0), low.shape(node.output(0)), data.buffer.dtype,
                                     lambda: np.take(data.value(), index, axis)))
    else:
        indirect(low, node, data, constant(node.op, index), axis)


def known_indices(low: Context, node: Node, index: Data, extent: int) -> Data:
    """Counted from the start."""
    if ((index < -extent) | (index >= extent)).any():
        raise low.unsupported(node, f"indices must lie between {-extent} and {extent - 1}")
    return np.where(index < 0, index + extent, index).astype(np.int64)


def in_range(low: Context, node: Node, indices: Array, extent: int) -> Array:
    """The indices counted from the start; the network ends with an error before it uses one that is out of range."""
    places = low.temporary(node, indices.shape, "i64")
    low.pointwise(node, places, [indices], lambda i: where(i < 0.0, i + float(extent), i))
    wrong = low.temporary(node, (), "i64")
    low.reduction(node, wrong, [places], 0.0,
                  lambda acc, i: acc + where(i < 0.0, 1.0, where(i >= float(extent), 1.0, 0.0)))
    low.graph.add(Check(wrong.buffer))
    return places


def indirect(low: Context, node: Node, data: Array, places: Array, axis: int) -> None:
    """out[before..., index..., after...] = data[before..., places[index...], after...]."""
    index = read(places).moved(lambda strides: (*(0,) * axis, *strides, *(0,) * (data.rank - axis - 1)))
    gathered(low, node, spread(data, axis, places.rank), index, data.strides[axis])


def gathered(low: Context, node: Node, source: Read, index: Read, scale: int) -> None:
    """Each element of the result: what `source` reads, `scale` elements further for each that `index` counts."""
    out = low.result(node)
    element: Expr = replace(source, at=index, scale=scale)
    low.graph.add(Stage(node.op, out.shape, out.rank, read(out), element))


@op("GatherElements")
def gather_elements(low: Context, node: Node) -> None:
    """out[p] = data[p with indices[p] in place of its axis]."""
    data, indices = low.array(node.input(0)), low.array(node.input(1))
    axis = node.attribute("axis", 0) % data.rank
    if any(a != axis and indices.shape[a] > data.shape[a] for a in range(data.rank)):
        raise low.unsupported(node, f"indices of shape {list(indices.shape)} reach beyond data of shape {list(data.shape)}")
    places = counted(low, node, indices, data.shape[axis])
    strides = tuple(0 if a == axis else stride for a, stride in enumerate(data.strides))
    gathered(low, node, Read(data.buffer, data.offset, strides), read(places), data.strides[axis])


def counted(low: Context, node: Node, indices: Array, extent: int) -> Array:
    """Indices counted from the start, known or not."""
    if indices.buffer.kind == "constant":
        return constant(node.op, known_indices(low, node, indices.value(), extent))
    return in_range(low, node, indices, extent)


def spread(data: Array, axis: int, rank: int) -> Read:
    """Element 0 along the axis, which becomes the axes of the indices."""
    strides: Sequence[int] = (*data.strides[:axis], *(0,) * rank, *data.strides[axis + 1:])
    return Read(data.buffer, data.offset, tuple(strides))
