"""Pools: reductions over windows."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from ...expr import Const, Expr, absolute, as_expr, maximum, minimum, sqrt
from ...graph.array import NUMPY, Array, constant
from .context import Context
from .formulas import divided, floor, found, pow, raised
from .reduction import add
from ..node import Node
from .registry import op
from ..windows import Windows, windows_of


@op("MaxPool")
def max_pool(low: Context, node: Node) -> None:
    """The margin may hold anything that no element is less than, if no window lies in the margin only."""
    low.need_floats(node)
    node.settled("ceil_mode", "storage_order")  # in the output's shape; of the Indices only
    x, over = low.array(node.input(0)), windows_of(low.source, node)
    filled = bool(over.members(with_padding=False).all())
    x = low.padded(node, x, over.pads, -math.inf, lambda fill: fill == -math.inf or filled and fill <= x.buffer.low)
    highest = low.reduction(node, low.result(node), [over.over(x)], -math.inf, maximum)
    if node.output(1):
        indices(low, node, over, over.over(x), highest)


def indices(low: Context, node: Node, over: Windows, elements: Array, highest: Array) -> None:
    """Where each maximum lies in the input: of the places that hold it the first. A place in the margin never is it."""
    plane, channels = math.prod(over.extent), low.shape(node.input(0))[:2]
    first = np.arange(math.prod(channels), dtype=np.float64).reshape(*channels, *[1] * over.rank) * plane
    for _ in range(over.rank):
        highest = highest.insert(highest.rank)

    def final(place: Expr, before: Expr) -> Expr:
        return before + (column_major(place, over.extent) if node.attribute("storage_order", 0) else place)

    low.reduction(node, low.result(node, 1), [elements, highest, over.over(places(over))], float(plane),
                  lambda acc, x, m, place: minimum(acc, found(x, m, place, float(plane))), final, [constant("first", first)])


def places(over: Windows) -> Array:
    """The places of one padded plane, numbered in order; those in the margin come after all others."""
    widths = [(max(before, 0), max(after, 0)) for before, after in over.pads[2:]]
    inside = np.arange(math.prod(over.extent), dtype=np.float64).reshape(over.extent)
    numbers = np.pad(inside, widths, constant_values=inside.size)
    kept = tuple(slice(0, extent + sum(pads)) for extent, pads in zip(over.extent, over.pads[2:]))
    return constant("places", numbers[kept][None, None])


def column_major(place: Expr, extents: Sequence[int]) -> Expr:
    """A place that was numbered with the last axis fastest, numbered with the first axis fastest."""
    total, faster = as_expr(0.0), 1
    for axis, extent in enumerate(extents):
        row = floor(place / float(math.prod(extents[axis + 1:])))
        total = total + (row - floor(row / float(extent)) * float(extent)) * float(faster)
        faster *= extent
    return total


@op("AveragePool")
def average_pool(low: Context, node: Node) -> None:
    low.need_floats(node)
    node.settled("ceil_mode")
    over, out = windows_of(low.source, node), low.result(node)
    x = low.padded(node, low.array(node.input(0)), over.pads, 0.0, lambda fill: fill == 0)
    counts = member_counts(over, bool(node.attribute("count_include_pad", 0)), out)
    if counts.strides == (0,) * counts.rank:
        count = Const(float(counts.value().flat[0]))
        low.reduction(node, out, [over.over(x)], 0.0, add, lambda total: divided(total, count))
    else:
        low.reduction(node, out, [over.over(x)], 0.0, add, divided, [counts])


def member_counts(over: Windows, with_padding: bool, out: Array) -> Array:
    """How many elements each position's average is of, as an array next to `out`; one number if they are equal."""
    counts = over.members(with_padding).astype(NUMPY[out.buffer.dtype])
    alike = counts.size and (counts == counts.flat[0]).all()
    return constant("counts", counts.flat[0].reshape(())).expand(counts.shape) if alike else constant("counts", counts)


@op("LpPool")
def lp_pool(low: Context, node: Node) -> None:
    """The p-th root of the sum of p-th powers of the magnitudes."""
    low.need_floats(node)
    node.settled("ceil_mode")
    over, out, p = windows_of(low.source, node), low.result(node), float(node.attribute("p", 2))
    x = low.padded(node, low.array(node.input(0)), over.pads, 0.0, lambda fill: fill == 0)
    low.reduction(node, out, [over.over(x)], 0.0, lambda acc, x: acc + raised(absolute(x), p), lambda total: root(total, p))


def root(x: Expr, p: float) -> Expr:
    return x if p == 1 else sqrt(x) if p == 2 else pow(x, as_expr(1 / p))


@op("GlobalAveragePool", "GlobalMaxPool")
def global_pool(low: Context, node: Node) -> None:
    low.need_floats(node)
    x, out = low.array(node.input(0)), low.result(node)
    for _ in x.shape[2:]:
        out = out.squeeze(2)
    if node.op == "GlobalMaxPool":
        low.reduction(node, out, [x], -math.inf, maximum)
    else:
        count = Const(float(np.prod(x.shape[2:])))
        low.reduction(node, out, [x], 0.0, add, lambda total: divided(total, count))
