"""Convolutions and matrix products: reductions of products."""

from __future__ import annotations

from ...expr import Const, Expr, fma
from ...graph.array import Array
from .context import Context
from ..node import Node
from .registry import op
from ..windows import windows_of


def multiply_add(acc: Expr, x: Expr, y: Expr) -> Expr:
    return fma(x, y, acc)


@op("Conv")
def conv(low: Context, node: Node) -> None:
    low.need_floats(node)
    over, out = windows_of(low.source, node), low.result(node)
    x = over.over(low.padded(node, low.array(node.input(0)), over.pads, 0.0, lambda fill: fill == 0))
    w, bias = low.array(node.input(1)), low.optional(node, 2)
    group, rank = node.attribute("group", 1), over.rank
    if w.shape[1] == 1 and w.shape[0] == group:
        w, also = per_channel(w, bias, rank)
    else:
        out, x, w, also = grouped(out, x, w.split(0, w.shape[0] // group), bias, rank)
    low.reduction(node, out, [x, w], 0.0, multiply_add, biased if also else None, also)


def biased(value: Expr, bias: Expr) -> Expr:
    return value + bias


def per_channel(w: Array, bias: Array | None, rank: int) -> tuple[Array, list[Array]]:
    """Depthwise: weights as [1, channel, position..., place...], next to the input's windows."""
    w = w.squeeze(1)
    for _ in range(rank):
        w = w.insert(1)
    return w.insert(0), [along_channels(bias, rank)] if bias else []


def along_channels(bias: Array, rank: int) -> Array:
    """[..., channel] as [..., channel, position...]."""
    for _ in range(rank):
        bias = bias.insert(bias.rank)
    return bias


def grouped(out: Array, x: Array, w: Array, bias: Array | None, rank: int) -> tuple[Array, Array, Array, list[Array]]:
    """All as [n, group, output channel, position..., place in the window..., input channel]; one group has no axis.

    Weights come as [group, output channel, input channel, place...]. Input channels are the innermost reduction: they lie side
    by side in channels-last activations.
    """
    group = w.shape[0]
    out, x = out.split(1, out.shape[1] // group), x.split(1, x.shape[1] // group)
    x = x.permute((0, 1, *range(3, x.rank), 2)).insert(2)
    w = w.permute((0, 1, *range(3, 3 + rank), 2))
    for _ in range(rank):
        w = w.insert(2)
    w = w.insert(0)
    also = [along_channels(bias.split(0, bias.shape[0] // group), rank).insert(0)] if bias else []
    if group == 1:
        out, x, w, also = out.squeeze(1), x.squeeze(1), w.squeeze(1), [array.squeeze(1) for array in also]
    return out, x, w, also


@op("MatMul")
def matmul(low: Context, node: Node) -> None:
    """Batches broadcast; a vector on either side is a matrix whose extra axis the result does not have."""
    low.need_floats(node)
    a, b, out = low.array(node.input(0)), low.array(node.input(1)), low.result(node)
    out = out if b.rank > 1 else out.insert(out.rank)
    out = out if a.rank > 1 else out.insert(out.rank - 1)
    a = a if a.rank > 1 else a.insert(0)
    b = b if b.rank > 1 else b.insert(1)
    product(low, node, out, a, b)


def product(low: Context, node: Node, out: Array, a: Array, b: Array, scale: float = 1.0, plus: Array | None = None,
            plus_scale: float = 1.0) -> None:
    """out[..., m, n] = scale * sum over k of a[..., m, k] * b[..., k, n] + plus_scale * plus[..., m, n]."""
    a, b = a.insert(a.rank - 1), swapped(b).insert(b.rank - 2)
    rank = out.rank + 1
    a, b = (array.expand((*(1,) * (rank - array.rank), *array.shape)) for array in (a, b))

    def final(total: Expr, *added: Expr) -> Expr:
        value = total if scale == 1 else scale * total
        if not added:
            return value
        return value + added[0] if plus_scale == 1 else fma(added[0], Const(plus_scale), value)

    low.reduction(node, out, [a, b], 0.0, multiply_add, final, [plus] if plus else [])


def swapped(array: Array) -> Array:
    """The last two axes exchanged."""
    return array.permute((*range(array.rank - 2), array.rank - 1, array.rank - 2))


@op("Gemm")
def gemm(low: Context, node: Node) -> None:
    low.need_floats(node)
    node.settled("broadcast")
    a, b, c = low.array(node.input(0)), low.array(node.input(1)), low.optional(node, 2)
    a = swapped(a) if node.attribute("transA", 0) else a
    b = swapped(b) if node.attribute("transB", 0) else b
    product(low, node, low.result(node), a, b, node.attribute("alpha", 1.0), c, node.attribute("beta", 1.0))
