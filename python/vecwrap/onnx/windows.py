"""Sliding windows of convolutions and pools: where each begins, and what lies beyond the edges."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np

from ..graph.array import Array, Data
from .node import Node
from .source import Source

WEIGHTS = {"QLinearConv": 3}  # which input they are, if not the second


@dataclass(frozen=True)
class Windows:
    """Along each spatial axis: `count` windows of `size` elements. All tuples have one entry per spatial axis."""

    size: tuple[int, ...]
    step: tuple[int, ...]
    dilation: tuple[int, ...]
    extent: tuple[int, ...]  # of the input
    count: tuple[int, ...]
    before: tuple[int, ...]  # padding in front
    declared: tuple[int, ...]  # padding behind, as the node has it

    @property
    def rank(self) -> int:
        return len(self.size)

    @property
    def after(self) -> tuple[int, ...]:
        """Padding behind that windows reach into; negative if they do not even reach the end."""
        return tuple((count - 1) * step + dilation * (size - 1) + 1 - extent - before for count, step, dilation, size,
                     extent, before in zip(self.count, self.step, self.dilation, self.size, self.extent, self.before))

    @property
    def pads(self) -> tuple[tuple[int, int], ...]:
        """Of all axes of the input, batch and channels included."""
        return ((0, 0), (0, 0), *zip(self.before, self.after))

    def over(self, array: Array) -> Array:
        """[n, c, spatial...] (padded) as [n, c, window's position..., place in the window...]."""
        for axis in range(self.rank):
            array = array.window(2 + axis, self.size[axis], self.step[axis], self.dilation[axis])
        return array

    def members(self, with_padding: bool) -> Data:
        """How many elements each window has inside of the input, or of the input with its declared padding."""
        along: list[Data] = [self._members(axis, with_padding) for axis in range(self.rank)]
        return reduce(np.multiply.outer, along)

    def _members(self, axis: int, with_padding: bool) -> Data:
        """Along one axis."""
        first = np.arange(self.count[axis]) * self.step[axis] - self.before[axis]
        places = first[:, None] + np.arange(self.size[axis]) * self.dilation[axis]
        low, high = (-self.before[axis], self.declared[axis]) if with_padding else (0, 0)
        inside: Data = (places >= low) & (places < self.extent[axis] + high)
        return np.asarray(inside.sum(axis=1))


def windows(node: Node, inside: Sequence[int], outside: Sequence[int], size: Sequence[int]) -> Windows:
    """The windows of a node whose input and output have these shapes."""
    rank = len(inside) - 2
    ones = [1] * rank
    step, dilation = node.attribute("strides", ones), node.attribute("dilations", ones)
    pads = node.attribute("pads", [0] * (2 * rank))
    if node.attribute("auto_pad", "NOTSET") != "NOTSET":
        pads = automatic(node.attribute("auto_pad"), inside[2:], outside[2:], size, step, dilation)
    return Windows(tuple(size), tuple(step), tuple(dilation), tuple(inside[2:]), tuple(outside[2:]),
                   tuple(pads[:rank]), tuple(pads[rank:]))


def windows_of(source: Source, node: Node) -> Windows:
    """The windows of a convolution, MaxPool or AveragePool."""
    size = node.attribute("kernel_shape") or source.value(node.input(WEIGHTS.get(node.op, 1)))[1][2:]
    return windows(node, source.value(node.input(0))[1], source.value(node.output(0))[1], size)


def automatic(rule: str, extents: Sequence[int], counts: Sequence[int], sizes: Sequence[int], steps: Sequence[int],
              dilations: Sequence[int]) -> list[int]:
    """The pads that SAME_UPPER, SAME_LOWER and VALID mean: all before, then all after."""
    total = [max((count - 1) * step + dilation * (size - 1) + 1 - extent, 0) if rule != "VALID" else 0
             for extent, count, size, step, dilation in zip(extents, counts, sizes, steps, dilations)]
    less, more = [pad // 2 for pad in total], [math.ceil(pad / 2) for pad in total]
    return [*more, *less] if rule == "SAME_LOWER" else [*less, *more]
