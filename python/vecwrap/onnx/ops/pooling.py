"""Pools: reductions over windows."""

from __future__ import annotations

import math

import numpy as np

from ...expr import Const, maximum
from ...graph.array import NUMPY, Array, constant
from .context import Context
from .formulas import divided
from .reduction import add
from .registry import Node, op
from .windows import Windows, windows_of


@op("MaxPool")
def max_pool(low: Context, node: Node) -> None:
    """The margin may hold anything that no element is less than, if no window lies in the margin only."""
    low.need_floats(node)
    node.settled("ceil_mode", "storage_order")  # in the output's shape; of the Indices only, which are refused
    x, over = low.array(node.input(0)), windows_of(low.source, node)
    filled = bool(over.members(with_padding=False).all())
    x = low.padded(node, x, over.pads, -math.inf, lambda fill: fill == -math.inf or filled and fill <= x.buffer.low)
    low.reduction(node, low.result(node), [over.over(x)], -math.inf, maximum)


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
