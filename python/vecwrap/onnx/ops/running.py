"""Ops along one axis whose results are as long as it: running sums and products, the maximum as 1."""

from __future__ import annotations

import numpy as np

from ...expr import Expr, compare, where
from ...graph.array import NUMPY, Array, constant
from .context import Context
from .normalization import Rows
from .reduction import FOLDS, place_of_extreme
from ..node import Node
from .registry import op


@op("CumSum", "CumProd")
def cumulative(low: Context, node: Node) -> None:
    """Every element folds all before it, in order: as many operations as a triangle has elements."""
    low.need_floats(node, node.input(0))
    array, out = low.array(node.input(0)), low.result(node)
    axis = (low.static(node, 1, "axis") or [0])[0] % array.rank
    extent, backwards = array.shape[axis], node.attribute("reverse", 0)
    order, step = (extent - 1, -1) if backwards else (0, 1)
    array, out = (each.slice(axis, order, extent, step) for each in (array, out))
    places = constant("places", np.arange(extent, dtype=NUMPY[out.buffer.dtype]))
    behind = [1] * (array.rank - axis - 1)
    ours = places.reshape([extent, *behind, 1])
    assert ours is not None
    holds = "ogt" if node.attribute("exclusive", 0) else "oge"
    moved = array.permute([*(k for k in range(array.rank) if k != axis), axis]).insert(axis)

    def update(acc: Expr, x: Expr, place: Expr, mine: Expr) -> Expr:
        return where(compare(holds, mine, place), acc + x if node.op == "CumSum" else acc * x, acc)

    low.reduction(node, out, [moved, row(places, array.rank + 1), row(ours, array.rank + 1)], float(node.op == "CumProd"), update)


def row(array: Array, rank: int) -> Array:
    """With axes in front, along which it repeats."""
    while array.rank < rank:
        array = array.insert(0)
    return array


@op("Hardmax")
def hardmax(low: Context, node: Node) -> None:
    """1 at the first maximum of each row, 0 elsewhere; before opset 13, rows are of all axes from `axis` on."""
    low.need_floats(node)
    x, out = low.array(node.input(0)), low.result(node)
    axis = node.attribute("axis", -1 if node.opset >= 13 else 1) % x.rank
    axes = (axis,) if node.opset >= 13 else tuple(range(axis, x.rank))
    if len(axes) > 1:
        raise low.unsupported(node, "only the last axis is supported before opset 13")
    rows = Rows(x, axes)
    first = place_of_extreme(low, node, low.temporary(node, rows.kept, x.buffer.dtype), rows.inner(x), largest=True)
    places = constant("places", np.arange(x.shape[axis], dtype=NUMPY[x.buffer.dtype]).reshape(-1, *[1] * (x.rank - axis - 1)))
    low.pointwise(node, out, [rows.spread(first), row(places, x.rank)], lambda a, b: where(compare("oeq", a, b), 1.0, 0.0))


@op("LpNormalization")
def lp_normalization(low: Context, node: Node) -> None:
    """Divided by the sum of magnitudes (p=1), or by the root of the sum of squares; rows of zeros stay."""
    low.need_floats(node)
    p = node.attribute("p", 2)
    if p not in (1, 2):
        raise low.unsupported(node, f"p={p} is not supported, only 1 and 2")
    x, out = low.array(node.input(0)), low.result(node)
    rows, fold = Rows(x, (node.attribute("axis", -1) % x.rank,)), FOLDS[f"ReduceL{p}"]
    norm = low.reduction(node, low.temporary(node, rows.kept, x.buffer.dtype), [rows.inner(x)], 0.0, fold.update,
                         lambda total: fold.final(total, rows.count))
    low.pointwise(node, out, [x, rows.spread(norm)], lambda x, n: where(compare("oeq", n, 0.0), 0.0, x / n))
