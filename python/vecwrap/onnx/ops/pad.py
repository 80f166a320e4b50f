"""Pad, in all of its modes."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import numpy as np

from ...graph.array import NUMPY, Array, Data
from .context import Context
from .known import uniform
from ..node import Node
from .registry import op


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
