"""Ops that only move elements. Most are views: they cost nothing."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence

import numpy as np
import onnx

from ...expr import compare, where
from ...graph.array import NUMPY, Array, Data, constant
from .context import Context
from .registry import Node, op

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


def uniform(node: Node, shape: Sequence[int], value: Data) -> Array:
    """An array of equal elements, stored once."""
    return constant(node.op, value.reshape(())).expand(shape)


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


@op("Pad", since=2)
def pad(low: Context, node: Node) -> None:
    """In every mode the result consists of runs of the input, some of them backwards; or of one value."""
    array, out, mode = low.array(node.input(0)), low.result(node), node.attribute("mode", "constant")
    widths = pad_widths(low, node, array.rank)
    for axis, (before, after) in enumerate(widths):
        kept = array.shape[axis] + min(before, 0) + min(after, 0)
        array = array.slice(axis, max(-before, 0), max(kept, 0))
    widths = [(max(before, 0), max(after, 0)) for before, after in widths]
    if mode == "constant":
        surround(low, node, out, array, widths)
        return
    axes = [list(runs(np.pad(np.arange(extent), width, mode))) for extent, width in zip(array.shape, widths)]
    for pieces in itertools.product(*axes):
        source, target = array, out
        for axis, (at, start, count, step) in enumerate(pieces):
            source, target = source.slice(axis, start, count, step), target.slice(axis, at, count)
        low.copy(node, source, target)


def pad_widths(low: Context, node: Node, rank: int) -> list[tuple[int, int]]:
    """(before, after) for every axis."""
    pads = (node.attribute("pads") if node.opset < 11 else low.static(node, 1, "pads")) or []
    axes = low.static(node, 3, "axes")
    places = [axis % rank for axis in axes] if axes is not None else range(rank)
    widths = [(0, 0)] * rank
    for axis, before, after in zip(places, pads, pads[len(pads) // 2:]):
        widths[axis] = (before, after)
    return widths


def surround(low: Context, node: Node, out: Array, array: Array, widths: Sequence[tuple[int, int]]) -> None:
    """The value on all sides, axis by axis, then the middle."""
    value = pad_value(low, node, out)
    middle = out
    for axis, (before, after) in enumerate(widths):
        inside = middle.shape[axis] - before - after
        for start, count in ((0, before), (before + inside, after)):
            low.pointwise(node, middle.slice(axis, start, count), [value], lambda x: x)
        middle = middle.slice(axis, before, inside)
    low.copy(node, array, middle)


def pad_value(low: Context, node: Node, out: Array) -> Array:
    """An attribute before opset 11; then an input, of one element."""
    given = low.optional(node, 2)
    if given is None:
        return uniform(node, (), np.array(node.attribute("value", 0.0), NUMPY[out.buffer.dtype]))
    return low.reshaped(node, given, ())


def runs(index: Data) -> Iterator[tuple[int, int, int, int]]:
    """A list of places as runs: (where it begins in the list, first place, count, step)."""
    at = 0
    while at < len(index):
        step = int(index[at + 1] - index[at]) if at + 1 < len(index) else 1
        count = 1
        while at + count < len(index) and index[at + count] - index[at + count - 1] == step:
            count += 1
        yield at, int(index[at]), count, step
        at += count


@op("Shape")
def shape(low: Context, node: Node) -> None:
    dims = np.array(low.shape(node.input(0)), np.int64)
    low.view(node, constant(node.op, dims[slice(node.attribute("start", 0), node.attribute("end"))]))


@op("Size")
def size(low: Context, node: Node) -> None:
    low.view(node, constant(node.op, np.array(math.prod(low.shape(node.input(0))), np.int64)))


@op("ConstantOfShape")
def constant_of_shape(low: Context, node: Node) -> None:
    value = node.attribute("value")
    element = np.zeros((), np.float32) if value is None else onnx.numpy_helper.to_array(value)
    low.view(node, uniform(node, low.shape(node.output(0)), element))


@op("Constant")
def literal(low: Context, node: Node) -> None:
    """What simplification left as a node."""
    value = next((v for name in ("value", "value_float", "value_floats", "value_int", "value_ints")
                  if (v := node.attribute(name)) is not None), None)
    if value is None:
        return
    known = isinstance(value, onnx.TensorProto)
    data = onnx.numpy_helper.to_array(value) if known else np.array(value, low.dtype(node.output(0)))
    low.view(node, constant(node.output(0), data))


@op("Trilu")
def trilu(low: Context, node: Node) -> None:
    """A selection by a constant mask."""
    array, diagonal = low.array(node.input(0)), low.static(node, 1, "k") or [0]
    cut = np.triu if node.attribute("upper", 1) else np.tril
    mask = constant(node.op, cut(np.ones(array.shape[-2:], np.float32), diagonal[0]))
    low.pointwise(node, low.result(node), [array, mask], lambda x, m: where(compare("une", m, 0.0), x, 0.0))
