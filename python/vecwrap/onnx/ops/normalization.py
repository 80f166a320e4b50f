"""Normalizations: statistics of rows first, then one pass that uses them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ...expr import Const, Expr, fma, maximum, sqrt
from ...graph.array import Array, Data, lazy_constant
from .context import Context
from .contraction import along_channels
from .formulas import divided, exp, log, pow
from .reduction import add, last
from ..node import Node
from .registry import op


@dataclass(frozen=True)
class Rows:
    """An array and the axes along which it is normalized."""

    array: Array
    axes: tuple[int, ...]

    @property
    def count(self) -> int:
        return math.prod(self.array.shape[axis] for axis in self.axes)

    @property
    def kept(self) -> list[int]:
        return [extent for axis, extent in enumerate(self.array.shape) if axis not in self.axes]

    def inner(self, array: Array) -> Array:
        """An array of our shape with the normalized axes last."""
        return last(array, self.axes)

    def spread(self, statistic: Array) -> Array:
        """One number per row, next to the array."""
        for axis in sorted(self.axes):
            statistic = statistic.insert(axis)
        return statistic


@op("Softmax")
def softmax(low: Context, node: Node) -> None:
    """The maximum is subtracted first; each row is divided by its sum as the product with the reciprocal."""
    low.need_floats(node)
    x, out = low.array(node.input(0)), low.result(node)
    rows, dtype = softmax_rows(node, x), out.buffer.dtype
    highest = low.reduction(node, low.temporary(node, rows.kept, dtype), [rows.inner(x)], -math.inf, maximum)
    powers = low.temporary(node, x.shape, dtype, like=out)
    low.pointwise(node, powers, [x, rows.spread(highest)], lambda x, m: exp(x - m))
    factor = low.reduction(node, low.temporary(node, rows.kept, dtype), [rows.inner(powers)], 0.0, add, lambda s: 1.0 / s)
    low.pointwise(node, out, [powers, rows.spread(factor)], lambda p, f: p * f)


@op("LogSoftmax")
def log_softmax(low: Context, node: Node) -> None:
    """x - maximum - log(sum of exp(x - maximum))."""
    low.need_floats(node)
    x, out = low.array(node.input(0)), low.result(node)
    rows = softmax_rows(node, x)
    highest = low.reduction(node, low.temporary(node, rows.kept, x.buffer.dtype), [rows.inner(x)], -math.inf, maximum)
    total = low.reduction(node, low.temporary(node, rows.kept, x.buffer.dtype), [rows.inner(x), rows.inner(rows.spread(highest))],
                          0.0, lambda acc, x, m: acc + exp(x - m), log)
    low.pointwise(node, out, [x, rows.spread(highest), rows.spread(total)], lambda x, m, t: x - m - t)


def softmax_rows(node: Node, x: Array) -> Rows:
    """Along one axis; before opset 13, along all axes from `axis` on."""
    axis = node.attribute("axis", -1 if node.opset >= 13 else 1) % x.rank
    return Rows(x, (axis,) if node.opset >= 13 else tuple(range(axis, x.rank)))


def mean_of(low: Context, node: Node, rows: Rows, out: Array) -> Array:
    return low.reduction(node, out, [rows.inner(rows.array)], 0.0, add, lambda total: divided(total, Const(float(rows.count))))


def variance_of(low: Context, node: Node, rows: Rows, mean: Array | None, out: Array,
                final: Callable[[Expr], Expr] = lambda variance: variance) -> Array:
    """A function of the mean square of the distances to the mean; of the elements themselves without one."""
    def update(acc: Expr, x: Expr, *center: Expr) -> Expr:
        distance = x - center[0] if center else x
        return fma(distance, distance, acc)

    centers = [rows.inner(rows.spread(mean))] if mean else []
    return low.reduction(node, out, [rows.inner(rows.array), *centers], 0.0, update,
                         lambda total: final(divided(total, Const(float(rows.count)))))


def inverse_deviation(low: Context, node: Node, rows: Rows, mean: Array | None, out: Array, epsilon: float) -> Array:
    """1 / sqrt(variance + epsilon)."""
    return variance_of(low, node, rows, mean, out, lambda variance: 1.0 / sqrt(variance + epsilon))


def normalized(x: Expr, mean: Expr, factor: Expr, scale: Expr, bias: Expr | None = None) -> Expr:
    value = (x - mean) * factor
    return value * scale if bias is None else fma(value, scale, bias)


@op("LayerNormalization")
def layer_normalization(low: Context, node: Node) -> None:
    low.need_floats(node)
    node.settled("stash_type")  # at least as precise as the type of the input
    x, scale, *bias = low.inputs(node)
    rows = Rows(x, tuple(range(node.attribute("axis", -1) % x.rank, x.rank)))
    out = low.result(node)
    mean = mean_of(low, node, rows, statistic(low, node, rows, 1))
    factor = inverse_deviation(low, node, rows, mean, statistic(low, node, rows, 2), node.attribute("epsilon", 1e-5))
    low.pointwise(node, out, [x, rows.spread(mean), rows.spread(factor), scale, *bias], normalized)


def statistic(low: Context, node: Node, rows: Rows, index: int) -> Array:
    """Where one number per row goes: an output, if the node has it."""
    if not node.output(index):
        return low.temporary(node, rows.kept, rows.array.buffer.dtype)
    place = low.result(node, index).reshape(rows.kept)
    assert place is not None
    return place


@op("LRN")
def local_response_normalization(low: Context, node: Node) -> None:
    """Divided by a power of the squares of the channels around."""
    low.need_floats(node)
    x, size = low.array(node.input(0)), node.attribute("size")
    alpha, beta, bias = (node.attribute(name, default) for name, default in (("alpha", 1e-4), ("beta", 0.75), ("bias", 1.0)))
    pads = tuple(((size - 1) // 2, size // 2) if axis == 1 else (0, 0) for axis in range(x.rank))
    around = low.padded(node, x, pads, 0.0, lambda fill: fill == 0).window(1, size)
    low.reduction(node, low.result(node), [around], 0.0, lambda acc, x: fma(x, x, acc),
                  lambda total, x: x / pow(fma(total, Const(alpha / size), Const(bias)), Const(beta)), [x])


@op("RMSNormalization")
def rms_normalization(low: Context, node: Node) -> None:
    low.need_floats(node)
    node.settled("stash_type")
    x, scale = low.inputs(node)
    rows = Rows(x, tuple(range(node.attribute("axis", -1) % x.rank, x.rank)))
    place = low.temporary(node, rows.kept, x.buffer.dtype)
    factor = inverse_deviation(low, node, rows, None, place, node.attribute("epsilon", 1e-5))
    low.pointwise(node, low.result(node), [x, rows.spread(factor), scale], lambda x, f, s: x * f * s)


@op("InstanceNormalization", since=6)
def instance_normalization(low: Context, node: Node) -> None:
    low.need_floats(node)
    x, *parameters = low.inputs(node)
    rows, out = Rows(x, tuple(range(2, x.rank))), low.result(node)
    mean = mean_of(low, node, rows, low.temporary(node, rows.kept, x.buffer.dtype))
    place = low.temporary(node, rows.kept, x.buffer.dtype)
    factor = inverse_deviation(low, node, rows, mean, place, node.attribute("epsilon", 1e-5))
    channels = [along_channels(array, x.rank - 2) for array in parameters]
    low.pointwise(node, out, [x, rows.spread(mean), rows.spread(factor), *channels], normalized)


@op("BatchNormalization", since=6)
def batch_normalization(low: Context, node: Node) -> None:
    """x * factor + shift per channel. Of known statistics, both are computed now."""
    low.need_floats(node)
    if not node.attribute("spatial", 1):
        raise low.unsupported(node, "spatial=0 is not supported")
    if node.attribute("training_mode", 0) or node.opset < 7 and not node.attribute("is_test", 0):
        trained(low, node)
        return
    node.settled("momentum")
    x, *parameters = low.inputs(node)
    epsilon, out = node.attribute("epsilon", 1e-5), low.result(node)
    if all(array.buffer.kind == "constant" for array in parameters):
        folded = [along_channels(array, x.rank - 2) for array in factor_and_shift(node, parameters, epsilon)]
        low.pointwise(node, out, [x, *folded], fma)
        return
    channels = [along_channels(array, x.rank - 2) for array in parameters]
    low.pointwise(node, out, [x, *channels], by_statistics(epsilon))


def trained(low: Context, node: Node) -> None:
    """Normalized by the statistics of this batch; the running ones move towards them."""
    x, scale, bias, *running = low.inputs(node)
    rows = Rows(x, tuple(axis for axis in range(x.rank) if axis != 1))
    dtype, momentum = x.buffer.dtype, node.attribute("momentum", 0.9)
    mean = mean_of(low, node, rows, low.temporary(node, rows.kept, dtype))
    variance = variance_of(low, node, rows, mean, low.temporary(node, rows.kept, dtype))
    channels = [along_channels(array, x.rank - 2) for array in (scale, bias, mean, variance)]
    low.pointwise(node, low.result(node), [x, *channels], by_statistics(node.attribute("epsilon", 1e-5)))
    for index, (old, new) in enumerate(zip(running, (mean, variance)), 1):
        if node.output(index):
            low.pointwise(node, low.result(node, index), [old, new], lambda a, b: a * momentum + b * (1 - momentum))


def by_statistics(epsilon: float) -> Callable[..., Expr]:
    """The body that normalizes by a mean and a variance per channel."""
    return lambda x, scale, bias, mean, variance: normalized(x, mean, 1.0 / sqrt(variance + epsilon), scale, bias)


def factor_and_shift(node: Node, parameters: Sequence[Array], epsilon: float) -> list[Array]:
    """Factor and shift, when they are needed; computed in f64."""
    shape, dtype = parameters[0].shape, parameters[0].buffer.dtype

    def values() -> tuple[Data, Data]:
        scale, bias, mean, variance = (np.asarray(array.value(), np.float64) for array in parameters)
        factor = scale / np.sqrt(variance + epsilon)
        return factor, bias - mean * factor

    return [lazy_constant(f"{node.op}.factor", shape, dtype, lambda: values()[0]),
            lazy_constant(f"{node.op}.shift", shape, dtype, lambda: values()[1])]
