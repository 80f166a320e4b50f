"""Reductions along axes."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ...expr import Const, Expr, absolute, fma, maximum, minimum, sqrt, where
from ...graph.array import NUMPY, Array, constant
from .context import Context
from .formulas import divided, exp, found, log
from ..node import Node
from .registry import op


def add(acc: Expr, x: Expr) -> Expr:
    return acc + x


@dataclass(frozen=True)
class Fold:
    """acc = init; acc = update(acc, element) for all elements; final(acc, how many)."""

    init: float
    update: Callable[[Expr, Expr], Expr]
    final: Callable[[Expr, int], Expr] = lambda acc, count: acc


FOLDS = {
    "ReduceL1": Fold(0.0, lambda acc, x: acc + absolute(x)),
    "ReduceLogSum": Fold(0.0, add, lambda acc, count: log(acc)),
    "ReduceL2": Fold(0.0, lambda acc, x: fma(x, x, acc), lambda acc, count: sqrt(acc)),
    "ReduceMax": Fold(-math.inf, maximum),
    "ReduceMean": Fold(0.0, add, lambda acc, count: divided(acc, Const(float(count)))),
    "ReduceMin": Fold(math.inf, minimum),
    "ReduceProd": Fold(1.0, lambda acc, x: acc * x),
    "ReduceSum": Fold(0.0, add),
    "ReduceSumSquare": Fold(0.0, lambda acc, x: fma(x, x, acc)),
}


@op(*FOLDS)
def reduce(low: Context, node: Node) -> None:
    if node.op not in ("ReduceMax", "ReduceMin"):
        low.need_floats(node, node.input(0))
    low.need_exact(node, node.input(0))
    node.settled("keepdims")  # in the output's shape
    array, out = low.array(node.input(0)), low.result(node)
    axes = reduced_axes(low, node, array.rank)
    fold = FOLDS[node.op]
    kept = [extent for axis, extent in enumerate(array.shape) if axis not in axes]
    count = math.prod(array.shape[axis] for axis in axes)
    if not axes:
        low.pointwise(node, out, [array], lambda x: fold.final(fold.update(Const(fold.init), x), 1))
        return
    flat = out.reshape(kept)  # at most without axes of extent 1
    assert flat is not None
    low.reduction(node, flat, [last(array, axes)], fold.init, fold.update, lambda acc: fold.final(acc, count))


@op("ReduceLogSumExp")
def reduce_log_sum_exp(low: Context, node: Node) -> None:
    """The maximum is taken out first: no exponential overflows."""
    low.need_floats(node, node.input(0))
    node.settled("keepdims")
    array, out = low.array(node.input(0)), low.result(node)
    axes = reduced_axes(low, node, array.rank)
    rows = last(array, axes)
    kept = rows.shape[:array.rank - len(axes)]
    flat = out.reshape(kept)
    assert flat is not None
    if not axes:
        low.pointwise(node, out, [array], lambda x: x)
        return
    highest = low.reduction(node, low.temporary(node, kept, array.buffer.dtype), [rows], -math.inf, maximum, finite)
    spread = highest
    for _ in axes:
        spread = spread.insert(spread.rank)
    low.reduction(node, flat, [rows, spread], 0.0, lambda acc, x, m: acc + exp(x - m), lambda acc, m: log(acc) + m, [highest])


def finite(x: Expr) -> Expr:
    """Infinities as 0: nothing to take out."""
    return where(absolute(x) < math.inf, x, 0.0)


@op("ArgMax", "ArgMin")
def arg(low: Context, node: Node) -> None:
    low.need_exact(node)
    node.settled("keepdims")
    array, out = low.array(node.input(0)), low.result(node)
    axis = node.attribute("axis", 0) % array.rank
    flat = out.reshape([extent for k, extent in enumerate(array.shape) if k != axis])
    assert flat is not None
    place_of_extreme(low, node, flat, last(array, [axis]), node.op == "ArgMax", bool(node.attribute("select_last_index", 0)))


def place_of_extreme(low: Context, node: Node, out: Array, rows: Array, largest: bool, backwards: bool = False) -> Array:
    """The extreme value of each row first; then the least (or, backwards, the greatest) place that holds it."""
    extent, fold = rows.shape[-1], FOLDS["ReduceMax" if largest else "ReduceMin"]
    extreme = low.reduction(node, low.temporary(node, rows.shape[:-1], rows.buffer.dtype), [rows], fold.init, fold.update)
    places = constant("places", np.arange(extent, dtype=NUMPY[rows.buffer.dtype])).expand(rows.shape)
    nowhere, choose = (-1.0, maximum) if backwards else (float(extent), minimum)
    return low.reduction(node, out, [rows, extreme.insert(extreme.rank), places], nowhere,
                         lambda acc, x, m, place: choose(acc, found(x, m, place, nowhere)))


def reduced_axes(low: Context, node: Node, rank: int) -> list[int]:
    """From the attribute or the input; none given means all, or none at all where the node says so."""
    axes = node.attribute("axes") if node.has("axes") else low.static(node, 1, "axes")
    if not axes:
        return [] if node.attribute("noop_with_empty_axes", 0) else list(range(rank))
    node.settled("noop_with_empty_axes")
    return sorted({axis % rank for axis in axes})


def last(array: Array, axes: Sequence[int]) -> Array:
    """These axes behind the others, those that lie closest together in memory innermost."""
    inner = sorted(axes, key=lambda axis: -abs(array.strides[axis]))
    return array.permute([*(axis for axis in range(array.rank) if axis not in axes), *inner])
