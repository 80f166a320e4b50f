"""Convolutions and matrix products: reductions of products."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from ...expr import Const, Expr, fma
from ...graph.array import Array
from .context import Context, scalar
from .factors import Factor, contract, factors
from ..node import Node
from .registry import op
from ..windows import windows_of

Final = Callable[..., Expr]


def multiply_add(acc: Expr, x: Expr, y: Expr) -> Expr:
    return fma(x, y, acc)


@op("Conv")
def conv(low: Context, node: Node) -> None:
    bias = low.optional(node, 2)
    if bias:
        low.need_floats(node, node.input(2))
    x, w = factors(low, node, math.prod(low.shape(node.input(1))[1:]), [(), (0,)])
    convolve(low, node, x, w, biased if bias else None, [bias] if bias else [])


def convolve(low: Context, node: Node, x: Factor, w: Factor, final: Final | None = None, also: Sequence[Array] = (),
             inside: Sequence[Array] = (), over: Array | None = None) -> None:
    """`also` and `inside` (see contract) are single numbers, or one for each output channel."""
    windows, out = windows_of(low.source, node), low.result(node)
    fill = 0.0 if x.zero is None else scalar(x.zero) or 0.0
    x = replace(x, array=windows.over(low.padded(node, x.array, windows.pads, fill, lambda around: around == fill)))
    group, rank = node.attribute("group", 1), windows.rank
    if w.array.shape[1] == 1 and w.array.shape[0] == group:
        w, along = w.map(partial(per_channel, rank=rank)), partial(along_channels, rank=rank)
    else:
        out, along = outputs(out, group), partial(biases, group=group, rank=rank)
        x, w = x.map(partial(images, group=group)), w.map(partial(filters, group=group, rank=rank))
    also, inside = ([along(array) if array.rank else array for array in arrays] for arrays in (also, inside))
    contract(low, node, out, x, w, final, also, inside, over)


def biased(value: Expr, bias: Expr) -> Expr:
    return value + bias


def per_channel(w: Array, rank: int) -> Array:
    """Depthwise: weights as [1, channel, position..., place...], next to the input's windows."""
    w = w.squeeze(1)
    for _ in range(rank):
        w = w.insert(1)
    return w.insert(0)


def along_channels(bias: Array, rank: int) -> Array:
    """[..., channel] as [..., channel, position...]."""
    for _ in range(rank):
        bias = bias.insert(bias.rank)
    return bias


# All as [n, group, output channel, position..., place in the window..., input channel]; one group has no axis. Input channels are
# the innermost reduction: they lie side by side in channels-last activations.


def outputs(out: Array, group: int) -> Array:
    return out.split(1, out.shape[1] // group) if group > 1 else out


def images(x: Array, group: int) -> Array:
    """From [n, channel, position..., place...]."""
    x = x.split(1, x.shape[1] // group)
    x = x.permute((0, 1, *range(3, x.rank), 2)).insert(2)
    return x.squeeze(1) if group == 1 else x


def filters(w: Array, group: int, rank: int) -> Array:
    """From [output channel, input channel, place...]."""
    return filters_by_group(w.split(0, w.shape[0] // group), rank)


def filters_by_group(w: Array, rank: int) -> Array:
    """From [group, output channel, input channel, place...]."""
    alone = w.shape[0] == 1
    w = w.permute((0, 1, *range(3, 3 + rank), 2))
    for _ in range(rank):
        w = w.insert(2)
    w = w.insert(0)
    return w.squeeze(1) if alone else w


def biases(bias: Array, group: int, rank: int) -> Array:
    bias = along_channels(bias.split(0, bias.shape[0] // group), rank).insert(0)
    return bias.squeeze(1) if group == 1 else bias


@op("MatMul")
def matmul(low: Context, node: Node) -> None:
    rows, columns = (len(low.shape(node.input(index))) for index in (0, 1))
    free = [[axis for axis in range(rows - 1)], [axis for axis in range(columns) if axis != max(columns - 2, 0)]]
    multiply(low, node, *factors(low, node, low.shape(node.input(0))[-1], free))


def multiply(low: Context, node: Node, a: Factor, b: Factor, final: Final | None = None, also: Sequence[Array] = (),
             over: Array | None = None) -> None:
    """Batches broadcast; a vector on either side is a matrix whose extra axis the result does not have."""
    out = low.result(node)
    out = out if b.array.rank > 1 else out.insert(out.rank)
    out = out if a.array.rank > 1 else out.insert(out.rank - 1)
    a = a if a.array.rank > 1 else a.map(lambda array: array.insert(0))
    b = b if b.array.rank > 1 else b.map(lambda array: array.insert(1))
    product(low, node, out, a, b, final, also, over)


def product(low: Context, node: Node, out: Array, a: Factor, b: Factor, final: Final | None = None, also: Sequence[Array] = (),
            over: Array | None = None) -> None:
    """out[..., m, n] = final(sum over k of a[..., m, k] * b[..., k, n], *also)."""
    rank = out.rank + 1

    def whole(array: Array) -> Array:
        return array.expand((*(1,) * (rank - array.rank), *array.shape))

    a = a.map(lambda array: whole(array.insert(array.rank - 1)))
    b = b.map(lambda array: whole(swapped(array).insert(array.rank - 2)))
    contract(low, node, out, a, b, final, also, (), over)


def swapped(array: Array) -> Array:
    """The last two axes exchanged."""
    return array.permute((*range(array.rank - 2), array.rank - 1, array.rank - 2))


@op("Gemm")
def gemm(low: Context, node: Node) -> None:
    node.settled("broadcast")
    left, right, alpha, beta = (node.attribute(name, default) for name, default in
                                (("transA", 0), ("transB", 0), ("alpha", 1.0), ("beta", 1.0)))
    c = low.optional(node, 2)
    if c:
        low.need_floats(node, node.input(2))
    terms = low.shape(node.input(0))[0 if left else 1]
    a, b = factors(low, node, terms, [[1 if left else 0], [0 if right else 1]])

    def final(total: Expr, *added: Expr) -> Expr:
        value = total if alpha == 1 else alpha * total
        if not added:
            return value
        return value + added[0] if beta == 1 else fma(added[0], Const(beta), value)

    product(low, node, low.result(node), a.map(swapped) if left else a, b.map(swapped) if right else b, final, [c] if c else [])
