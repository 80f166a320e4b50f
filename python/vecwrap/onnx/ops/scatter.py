"""Ops that write to places that come at run time. Every element of the result looks for its updates, in order: no two race.

That takes as many comparisons as there are elements times updates that may hit each.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ...expr import Expr, compare, maximum, minimum, where
from ...graph.array import Array, constant
from ...graph.stage import read
from .context import Context
from .gather import counted
from ..node import Node
from .registry import op
from .running import row

REDUCTIONS: dict[str, Callable[[Expr, Expr], Expr]] = {
    "add": lambda acc, x: acc + x, "max": maximum, "min": minimum, "mul": lambda acc, x: acc * x, "none": lambda acc, x: x}


@op("ScatterElements", since=11)
def scatter_elements(low: Context, node: Node) -> None:
    """out = data; then out[p with indices[p] in place of its axis] = updates[p], or combined with it."""
    low.need_floats(node, node.input(0))
    data, indices, updates = low.inputs(node)
    out, axis = low.result(node), node.attribute("axis", 0) % data.rank
    combine = REDUCTIONS[node.attribute("reduction", "none")]
    if any(k != axis and indices.shape[k] > data.shape[k] for k in range(data.rank)):
        raise low.unsupported(node, f"indices of shape {list(indices.shape)} reach beyond data of shape {list(data.shape)}")
    reached = tuple(extent if k == axis else indices.shape[k] for k, extent in enumerate(data.shape))
    if reached != data.shape:
        low.copy(node, data, out)
    for k, extent in enumerate(reached):
        out, data = out.slice(k, 0, extent), data.slice(k, 0, extent)
    places = counted(low, node, indices, data.shape[axis])
    found, new = (each.permute([*(k for k in range(data.rank) if k != axis), axis]).insert(axis) for each in (places, updates))
    if not indices.size:
        low.copy(node, data, out)
        return
    low.graph.reduction(node.op, out, [found, new, numbers(data, axis)], read(data).moved(lambda s: (*s, 0)),
                        lambda acc, at, x, ours: where(compare("oeq", at, ours), combine(acc, x), acc))


def numbers(data: Array, axis: int) -> Array:
    """The index along one axis, as an array with the axes of `data` and one more."""
    shape = [data.shape[axis], *[1] * (data.rank - axis)]
    return row(constant("numbers", np.arange(data.shape[axis], dtype=np.int64).reshape(shape)), data.rank + 1)


@op("ScatterND", since=11)
def scatter_nd(low: Context, node: Node) -> None:
    """out = data; then out[indices[n]] = updates[n] for all n in order, or combined with it."""
    low.need_floats(node, node.input(0))
    data, indices, updates = low.inputs(node)
    out, combine = low.result(node), REDUCTIONS[node.attribute("reduction", "none")]
    depth, count = indices.shape[-1], indices.size // max(indices.shape[-1], 1)
    if not indices.size:
        low.copy(node, data, out)
        return
    rows = low.reshaped(node, indices, [count, depth])
    new = low.reshaped(node, updates, [count, *data.shape[depth:]])
    new = new.permute([*range(1, new.rank), 0])
    for _ in range(depth):
        new = new.insert(0)
    columns = [row(counted(low, node, rows.slice(1, k, 1).squeeze(1), data.shape[k]), data.rank + 1) for k in range(depth)]

    def update(acc: Expr, x: Expr, *indexed: Expr) -> Expr:
        value = combine(acc, x)
        for at, ours in zip(indexed[:depth], indexed[depth:]):
            value = where(compare("oeq", at, ours), value, acc)
        return value

    low.graph.reduction(node.op, out, [new, *columns, *(numbers(data, k) for k in range(depth))],
                        read(data).moved(lambda s: (*s, 0)), update)


@op("OneHot", since=9)
def one_hot(low: Context, node: Node) -> None:
    """values[1] where the new axis is at the index (which may count from the end), values[0] elsewhere."""
    low.need_floats(node, node.input(2))
    indices, values, out = low.array(node.input(0)), low.array(node.input(2)), low.result(node)
    axis = node.attribute("axis", -1) % out.rank
    depth = float(out.shape[axis])
    ours = constant("ours", np.arange(out.shape[axis], dtype=np.float64).reshape(-1, *[1] * (out.rank - axis - 1)))
    off, on = (values.slice(0, k, 1).squeeze(0) for k in (0, 1))
    low.pointwise(node, out, [indices.insert(axis), ours, off, on],
                  lambda i, k, no, yes: where(compare("oeq", where(i < 0.0, i + depth, i), k), yes, no))
