"""Ops that only move elements. Most are views: they cost nothing."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from ...expr import compare, where
from ...graph.array import constant
from .context import Context
from .known import uniform
from ..node import Node
from .registry import op

ALONG = ("axes", "axis", "allowzero", "shape")  # attributes that are in the output's shape already


@op("Reshape", "Flatten", "Squeeze", "Unsqueeze")
def reshape(low: Context, node: Node) -> None:
    """Shape inference knows the shape, whatever attributes or inputs it comes from."""
    node.settled(*ALONG)
    array, shape = low.array(node.input(0)), low.shape(node.output(0))
    if array.size != math.prod(shape):  # inference does not check this
        raise low.unsupported(node, f"{list(array.shape)} cannot become {list(shape)}, which has another number of elements")
    low.view(node, low.reshaped(node, array, shape))


@op("Identity")
def identity(low: Context, node: Node) -> None:
    low.view(node, low.array(node.input(0)))


@op("Dropout", since=7)
def dropout(low: Context, node: Node) -> None:
    """Does nothing unless it trains; the mask keeps everything."""
    node.settled("ratio", "seed")
    training = low.constant(node.input(2))
    if node.input(2) and (training is None or training.any()):
        raise low.unsupported(node, "training_mode must be constant and false")
    low.view(node, low.array(node.input(0)))
    if node.output(1):
        low.view(node, uniform(node, low.shape(node.output(1)), np.ones((), bool)), 1)


@op("Transpose")
def transpose(low: Context, node: Node) -> None:
    array = low.array(node.input(0))
    low.view(node, array.permute(node.attribute("perm", list(reversed(range(array.rank))))))


@op("Expand")
def expand(low: Context, node: Node) -> None:
    low.view(node, low.array(node.input(0)).expand(low.shape(node.output(0))))


@op("Slice")
def slices(low: Context, node: Node) -> None:
    array = low.array(node.input(0))
    for axis, start, end, step in ranges(low, node, array.rank):
        begin, stop, stride = slice(start, end, step).indices(array.shape[axis])
        array = array.slice(axis, begin, len(range(begin, stop, stride)), stride)
    low.view(node, array)


def ranges(low: Context, node: Node, rank: int) -> Iterator[tuple[int, int, int, int]]:
    """Axis, start, end, step: attributes before opset 10, inputs since then."""
    if node.opset < 10:
        starts, ends, axes, steps = node.attribute("starts"), node.attribute("ends"), node.attribute("axes"), None
    else:
        starts, ends, axes, steps = (low.static(node, k, w) for k, w in enumerate(("starts", "ends", "axes", "steps"), 1))
    axes = [axis % rank for axis in axes] if axes else range(len(starts))
    for axis, start, end, step in zip(axes, starts, ends, steps or [1] * len(starts)):
        yield axis, start, end, step


@op("Split", since=2)
def split(low: Context, node: Node) -> None:
    """Inference knows the parts' shapes; a part that nobody named is skipped all the same."""
    node.settled("split", "num_outputs")
    array = low.array(node.input(0))
    axis, start = node.attribute("axis", 0) % array.rank, 0
    sizes = low.static(node, 1, "split") if node.opset >= 13 else None
    for index, name in enumerate(node.outputs):
        count = sizes[index] if sizes else low.shape(name)[axis]
        if name:
            low.view(node, array.slice(axis, start, count), index)
        start += count


@op("Concat", since=4)
def concat(low: Context, node: Node) -> None:
    out, start = low.result(node), 0
    axis = node.attribute("axis") % out.rank
    for name in node.inputs:
        part = low.array(name)
        low.copy(node, part, out.slice(axis, start, part.shape[axis]))
        start += part.shape[axis]


@op("Tile", since=6)
def tile(low: Context, node: Node) -> None:
    """Each axis of the result as (repetition, element): the source repeats along the first."""
    array, out = low.array(node.input(0)), low.result(node)
    for axis in reversed(range(array.rank)):
        out = out.split(axis, array.shape[axis]) if array.shape[axis] else out.insert(axis)
        array = array.insert(axis)
    low.copy(node, array, out)


@op("DepthToSpace")
def depth_to_space(low: Context, node: Node) -> None:
    array, out, block = low.array(node.input(0)), low.result(node), node.attribute("blocksize")
    if node.attribute("mode", "DCR") == "DCR":  # channels are (row in block, column in block, channel)
        parts = array.split(1, array.shape[1] // block).split(2, array.shape[1] // block ** 2).permute((0, 3, 4, 1, 5, 2))
    else:
        parts = array.split(1, block ** 2).split(2, block).permute((0, 1, 4, 2, 5, 3))
    low.copy(node, parts, out.split(3, block).split(2, block))


@op("SpaceToDepth")
def space_to_depth(low: Context, node: Node) -> None:
    array, out, block = low.array(node.input(0)), low.result(node), node.attribute("blocksize")
    parts = array.split(3, block).split(2, block)
    if node.attribute("mode", "DCR") == "DCR":
        low.copy(node, parts.permute((0, 3, 5, 1, 2, 4)), out.split(1, array.shape[1]).split(1, block))
    else:
        low.copy(node, parts.permute((0, 1, 3, 5, 2, 4)), out.split(1, block ** 2).split(2, block))


@op("Trilu")
def trilu(low: Context, node: Node) -> None:
    """A selection by a constant mask."""
    array, diagonal = low.array(node.input(0)), low.static(node, 1, "k") or [0]
    cut = np.triu if node.attribute("upper", 1) else np.tril
    mask = constant(node.op, cut(np.ones(array.shape[-2:], np.float32), diagonal[0]))
    low.pointwise(node, low.result(node), [array, mask], lambda x, m: where(compare("une", m, 0.0), x, 0.0))
