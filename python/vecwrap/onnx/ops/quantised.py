"""Ops on quantised tensors.

DequantizeLinear computes nothing by itself: it says what its output is made of (see factors.py), and whoever reads more than that
gets the numbers. So models of both kinds, those with quantised ops and those with pairs of QuantizeLinear and DequantizeLinear,
become the same stages.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from ...expr import Expr, maximum, minimum, where
from ...graph.array import Array, Data, lazy_constant
from .context import STORAGE, Context, Quantised
from .contraction import convolve, multiply
from .factors import LIMITS, integers
from .formulas import Body, clamp, round_even
from ..node import Node
from .registry import op


def beside(array: Array, values: Array, axis: int) -> Array:
    """A scale or zero point: without axes, or with those of the values if there is one for every place along an axis."""
    while array.rank and array.size == 1:
        array = array.squeeze(0)
    if array.rank:
        for _ in range(values.rank - 1 - axis % values.rank):
            array = array.insert(array.rank)
        array = array.expand(values.shape)
    return array


def quantised(low: Context, node: Node, at: int, scale: int | None, zero: int, axis: int = 0) -> Quantised:
    """An input, by the numbers of its scale's and its zero point's."""
    array = low.array(node.input(at))
    by = low.array(node.input(scale)) if scale is not None else None
    around = low.optional(node, zero)
    return Quantised(array, beside(by, array, axis) if by else None, beside(around, array, axis) if around else None)


@op("DequantizeLinear", since=10)
def dequantize(low: Context, node: Node) -> None:
    """At once where onnx itself will read it, else when somebody asks for it."""
    whole(low, node)
    values = quantised(low, node, 0, 1, 2, node.attribute("axis", 1))
    low.quantised[node.output(0)] = values
    low.pending[node.output(0)] = partial(numbers, low, node, values)


def whole(low: Context, node: Node) -> None:
    """Scales per tensor or per axis, not per block."""
    node.settled("output_dtype", "saturate")  # in the output's type; of types of 8 bits that are no integers
    if node.attribute("block_size", 0) or low.array(node.input(1)).rank > 1:
        raise low.unsupported(node, "one scale for each block is not supported")
    if node.attribute("precision", 0) not in (0, 1):
        raise low.unsupported(node, "a precision other than float32 is not supported")


def numbers(low: Context, node: Node, values: Quantised) -> None:
    arrays = [array for array in (values.array, values.scale, values.zero) if array is not None]
    if all(array.buffer.kind == "constant" for array in arrays):
        low.view(node, lazy_constant(node.output(0), values.array.shape, "f32", lambda: known_numbers(arrays)))
    else:
        low.pointwise(node, low.result(node), arrays, difference, compute="f32")


def known_numbers(arrays: list[Array]) -> Data:
    x, scale, *zero = (array.value().astype(np.float32) for array in arrays)
    return np.asarray((x - zero[0] if zero else x) * scale, np.float32)


def difference(x: Expr, scale: Expr, zero: Expr | None = None) -> Expr:
    return (x if zero is None else x - zero) * scale


def stored(value: Expr, dtype: str, zero: Expr | None = None) -> Expr:
    """The nearest integer that the type holds, of two the even one."""
    whole = round_even(value)
    return clamp(whole if zero is None else whole + zero, *LIMITS[dtype])


@op("QuantizeLinear", since=10)
def quantize(low: Context, node: Node) -> None:
    whole(low, node)
    low.need_floats(node, node.input(0))
    out = low.result(node)
    if out.buffer.dtype not in LIMITS:
        raise low.unsupported(node, f"to {low.dtype(node.output(0))} is not supported")
    values = quantised(low, node, 0, 1, 2, node.attribute("axis", 1))
    arrays = [array for array in (values.array, values.scale, values.zero) if array is not None]
    low.pointwise(node, out, arrays, lambda x, scale, zero=None: stored(x / scale, out.buffer.dtype, zero), compute="f32")


@op("DynamicQuantizeLinear")
def dynamic(low: Context, node: Node) -> None:
    """The range with 0 in it becomes 0 to 255. Nothing but zeros is stored with a scale of 1, as ONNX Runtime does."""
    low.need_floats(node)
    x, out, scale, zero = low.array(node.input(0)), *(low.result(node, index) for index in range(3))
    flat = low.reshaped(node, x, (x.size,))
    least, most = (low.reduction(node, low.temporary(node, (), "f32"), [flat], 0.0, choose) for choose in (minimum, maximum))

    def step(low_end: Expr, high_end: Expr) -> Expr:
        width = high_end - low_end
        return where(width > 0.0, width / 255.0, 1.0)

    low.pointwise(node, scale, [least, most], step)
    low.pointwise(node, zero, [least, scale], lambda low_end, by: stored(-low_end / by, "u8"))
    low.pointwise(node, out, [x, scale, zero], lambda value, by, around: stored(value / by, "u8", around))


@op("MatMulInteger")
def matmul_integer(low: Context, node: Node) -> None:
    a, b = quantised(low, node, 0, None, 2, -2), quantised(low, node, 1, None, 3, -1)
    multiply(low, node, *integers(low, a, b, False))


@op("ConvInteger")
def conv_integer(low: Context, node: Node) -> None:
    convolve(low, node, *integers(low, quantised(low, node, 0, None, 2), quantised(low, node, 1, None, 3), True))


@op("QLinearMatMul")
def qlinear_matmul(low: Context, node: Node) -> None:
    a, b = quantised(low, node, 0, 1, 2, -2), quantised(low, node, 3, 4, 5, -1)
    final, also, over = requantised(low, node)
    multiply(low, node, *integers(low, a, b, False), final, also, over)


@op("QLinearConv")
def qlinear_conv(low: Context, node: Node) -> None:
    x, w, bias = quantised(low, node, 0, 1, 2), quantised(low, node, 3, 4, 5), low.optional(node, 8)
    final, also, over = requantised(low, node)
    convolve(low, node, *integers(low, x, w, True), final, also, [bias] if bias else [], over)


def requantised(low: Context, node: Node) -> tuple[Body, list[Array], Array]:
    """What is left to do with a sum that was divided by the result's scale: see contract."""
    over, zero = low.array(node.input(6)), low.array(node.input(7))
    if over.size > 1 or zero.size > 1:
        raise low.unsupported(node, "several scales of the output are not supported")
    dtype = STORAGE[low.dtype(node.output(0))]
    return (lambda value, around: stored(value, dtype, around)), [beside(zero, zero, 0)], beside(over, over, 0)
