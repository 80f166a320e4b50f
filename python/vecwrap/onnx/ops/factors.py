"""Operands of products: floats, or integers of 8 bits that stand for (element - zero) * scale.

Products of integers are summed as integers of 32 bits, which is exact, and the sum is scaled: an i32 nest (with step `dot`) and
an element-wise stage that takes on whatever follows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ...expr import Expr, fma
from ...graph.array import Array, Data, constant, lazy_constant
from ...graph.graph import Layout
from ...graph.stage import reduction
from .context import Context, Quantised, memory_order, scalar
from ..node import Node

LIMITS = {"u8": (0, 255), "i8": (-128, 127)}
MOST_TERMS = 2 ** 31 // 2 ** 16  # of a sum that cannot leave 32 bits
View = Callable[[Array], Array]


@dataclass(frozen=True)
class Factor:
    """An operand as it is stored. Plain floats have neither scale nor zero point."""

    array: Array
    scale: Array | None = None
    zero: Array | None = None  # a single number

    @property
    def integer(self) -> bool:
        return self.array.buffer.dtype not in ("f32", "f64")

    def map(self, view: View) -> Factor:
        """Another view of the elements, and of their scales."""
        return replace(self, array=view(self.array), scale=view(self.scale) if self.scale and self.scale.rank else self.scale)


def factors(low: Context, node: Node, terms: int, free: Sequence[Sequence[int]]) -> tuple[Factor, Factor]:
    """The first two inputs of a product of so many terms: as integers if both are quantised and the scales move along `free` axes
    only, which the sums do not run over; else as floats."""
    left, right = (low.quantised.get(node.input(index)) for index in (0, 1))
    if left and right and terms <= MOST_TERMS and all(map(summable, (left, right), free)):
        return integers(low, left, right, not free[0])
    low.need_floats(node, node.input(0), node.input(1))
    return Factor(low.array(node.input(0))), Factor(low.array(node.input(1)))


def summable(values: Quantised, free: Sequence[int]) -> bool:
    moving = [axis for axis, stride in enumerate(values.scale.strides) if stride] if values.scale else []
    return values.array.buffer.dtype in LIMITS and set(moving) <= set(free)


def integers(low: Context, left: Quantised, right: Quantised, padded: bool) -> tuple[Factor, Factor]:
    """The right one less its zero point; the left one as it is if that can be made up for later (see `summed`). Around a left one
    that is `padded` stands its zero point, which must be known."""
    weights = Factor(centred(low, right), right.scale)
    zero = left.zero
    if zero is None or zero.rank == 0 and weights.array.buffer.kind == "constant" and (not padded or scalar(zero) is not None):
        return Factor(left.array, left.scale, None if zero is None or scalar(zero) == 0 else zero), weights
    return Factor(centred(low, left), left.scale), weights


def centred(low: Context, values: Quantised) -> Array:
    """The integers less their zero points."""
    array, zero = values.array, values.zero
    if zero is None or scalar(zero) == 0:
        return array
    around = zero.expand(array.shape)
    if "constant" != array.buffer.kind or "constant" != zero.buffer.kind:
        out = low.graph.temporary(low.graph.fresh("centred"), array.shape, "i16", Layout(memory_order(array)))
        return low.graph.pointwise("centred", out, [array, around], lambda x, z: x - z)
    few, (least, most) = small(zero).value(), LIMITS[array.buffer.dtype]
    fits = least - int(few.max()) >= -128 and most - int(few.min()) <= 127
    return lazy_constant(array.buffer.name, array.shape, "i8" if fits else "i16",
                         lambda: array.value().astype(np.int32) - around.value())


def small(array: Array) -> Array:
    """One of what repeats: an extent of 1 along axes along which nothing moves."""
    for axis, stride in enumerate(array.strides):
        array = array.slice(axis, 0, 1) if stride == 0 else array
    return array


def summed(low: Context, out: Array, left: Factor, right: Factor, also: Sequence[Array] = ()) -> Array:
    """out = sum of (left - zero) * right + also, in 32 bits: the zero point is taken away times the sums of the right one."""
    added = [*also]
    if left.zero is not None:
        few = small(right.array)
        axes = tuple(range(out.rank, few.rank))

        def sums() -> Data:
            return np.asarray(few.value().sum(axes, dtype=np.int32))

        added += [left.zero, lazy_constant("sums", few.shape[:out.rank], "i32", sums)]

    def final(total: Expr, *values: Expr) -> Expr:
        for value in values[:len(also)]:
            total = total + value
        return fma(-values[-2], values[-1], total) if left.zero is not None else total

    stage = reduction("products", out, [left.array, right.array], 0.0, lambda acc, x, y: fma(x, y, acc), final, added)
    low.graph.add(replace(stage, compute="i32"))
    return out


def contract(low: Context, node: Node, out: Array, left: Factor, right: Factor, final: Callable[..., Expr] | None = None,
             also: Sequence[Array] = (), inside: Sequence[Array] = (), over: Array | None = None) -> Array:
    """out = final(sum of left * right, *also). Of integers, `inside` is part of the sum, whose scale is divided by `over`."""
    if not left.integer:
        return low.reduction(node, out, [left.array, right.array], 0.0, lambda acc, x, y: fma(x, y, acc), final, also)
    if out.buffer.dtype == "i32":
        return summed(low, out, left, right, inside)
    total = low.graph.temporary(low.graph.fresh("sums"), out.shape, "i32", Layout(memory_order(out)))
    summed(low, total, left, right, inside)
    scale = scale_of(low, [beside(factor.scale, out.rank) for factor in (left, right)], over)

    def scaled(value: Expr, by: Expr, *more: Expr) -> Expr:
        return final(value * by, *more) if final else value * by

    return low.pointwise(node, out, [total, scale, *also], scaled, compute="f32")


def beside(scale: Array | None, rank: int) -> Array:
    """A scale over the first axes only."""
    assert scale is not None
    while scale.rank > rank:
        scale = scale.squeeze(scale.rank - 1)
    return small(scale)


def scale_of(low: Context, scales: Sequence[Array], over: Array | None) -> Array:
    """The product, divided by `over`: of known numbers, a known one."""
    arrays = [*scales, *([over] if over else [])]
    if all(array.buffer.kind == "constant" for array in arrays):
        first, second, *rest = (array.value().astype(np.float32) for array in arrays)
        made = first * second
        return constant("scale", np.asarray(made / rest[0] if rest else made, np.float32))
    shape = np.broadcast_shapes(*(array.shape for array in arrays))
    out = low.graph.temporary(low.graph.fresh("scale"), shape, "f32")
    return low.graph.pointwise("scale", out, arrays, lambda a, b, *c: a * b / c[0] if c else a * b)
