"""Resize and Upsample: axis by axis, each element of the result is a weighted sum of a few of the input's (its taps)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ...expr import Acc, Const, Expr, fma
from ...graph.array import NUMPY, Array, Data, constant
from ...graph.stage import Read, Stage, read
from .context import Context
from ..node import Node
from .registry import op


@dataclass(frozen=True)
class Axis:
    """One axis: `count` elements become `wanted`; `start` and `end` crop, in parts of the input."""

    count: int
    wanted: int
    scale: float
    start: float = 0.0
    end: float = 1.0

    @property
    def length(self) -> float:
        """Of the result before it was rounded: what the reference implementation puts corners at."""
        exact = self.scale * self.count
        return self.wanted if abs(exact - self.wanted) < 1e-6 else exact


def symmetric(axis: Axis, x: Data) -> Data:
    """As half_pixel, but around the middle of the input where the size was rounded."""
    shift = axis.count / 2 * (1 - axis.wanted / axis.length)
    return shift + half_pixel(axis, x)


def half_pixel(axis: Axis, x: Data) -> Data:
    return (x + 0.5) / axis.scale - 0.5


def cropped(axis: Axis, x: Data) -> Data:
    last = axis.count - 1
    if axis.length == 1:
        return x * 0 + 0.5 * (axis.start + axis.end) * last
    return axis.start * last + x * (axis.end - axis.start) * last / (axis.length - 1)


# coordinate_transformation_mode: where in the input element x of the result lies
COORDINATES: dict[str, Callable[[Axis, Data], Data]] = {
    "align_corners": lambda axis, x: x * (axis.count - 1) / (axis.length - 1 if axis.length != 1 else 1),
    "asymmetric": lambda axis, x: x / axis.scale,
    "half_pixel": half_pixel,
    "half_pixel_symmetric": symmetric,
    "pytorch_half_pixel": lambda axis, x: half_pixel(axis, x) if axis.wanted > 1 else x,
    "tf_crop_and_resize": cropped,
}
NEAREST: dict[str, Callable[[Data], Data]] = {
    "ceil": np.ceil,
    "floor": np.floor,
    "round_prefer_ceil": lambda x: np.floor(x + 0.5),
    "round_prefer_floor": lambda x: np.ceil(x - 0.5),
}


def triangle(x: Data, _: float) -> Data:
    return np.asarray(np.maximum(1 - np.abs(x), 0))


def cubic(x: Data, a: float) -> Data:
    """Keys' kernel."""
    x = np.abs(x)
    near, far = ((a + 2) * x - (a + 3)) * x * x + 1, ((a * x - 5 * a) * x + 8 * a) * x - 4 * a
    return np.asarray(np.where(x <= 1, near, np.where(x < 2, far, 0)))


KERNELS: dict[str, tuple[int, Callable[[Data, float], Data]]] = {"cubic": (2, cubic), "linear": (1, triangle)}


@dataclass(frozen=True)
class Taps:
    """Along one axis: result[o] = plus[o] + sum over t of weights[o, t] * input[places[o, t]]."""

    places: Data
    weights: Data
    plus: Data


def taps(node: Node, axis: Axis) -> Taps:
    mode, coordinates = node.attribute("mode", "nearest"), node.attribute("coordinate_transformation_mode", "half_pixel")
    if node.opset < 11:  # Upsample, and the first Resize
        coordinates = "asymmetric"
    at = COORDINATES[coordinates](axis, np.arange(axis.wanted, dtype=np.float64))
    if mode == "nearest":
        rounding = "floor" if node.opset < 11 else node.attribute("nearest_mode", "round_prefer_floor")
        places = NEAREST[rounding](at)[:, None]
        weights = np.ones(places.shape)
    else:
        places, weights = filtered(node, axis, at, *KERNELS[mode])
    plus = np.zeros(axis.wanted)
    if coordinates == "tf_crop_and_resize":
        beyond = (at < 0) | (at > axis.count - 1)
        weights = np.where(beyond[:, None], 0, weights)
        plus = np.where(beyond, node.attribute("extrapolation_value", 0.0), plus)
    return Taps(places.clip(0, axis.count - 1).astype(np.int64), weights, plus)


def filtered(node: Node, axis: Axis, at: Data, reach: int, kernel: Callable[[Data, float], Data]) -> tuple[Data, Data]:
    """The places that the kernel covers, and their weights; stretched where that keeps from aliasing."""
    shrink = min(axis.scale, 1.0) if node.attribute("antialias", 0) else 1.0
    wide = reach / shrink
    places = np.floor(at - wide)[:, None] + 1 + np.arange(int(np.ceil(2 * wide)))
    weights = kernel((places - at[:, None]) * shrink, node.attribute("cubic_coeff_a", -0.75))
    if node.attribute("exclude_outside", 0):
        weights = np.where((places >= 0) & (places < axis.count), weights, 0)
    return places, weights / weights.sum(1, keepdims=True)


@op("Resize", "Upsample", since=7)
def resize(low: Context, node: Node) -> None:
    """Shape inference knows the sizes; axes that stay as they are cost nothing."""
    low.need_floats(node, node.input(0))
    node.settled("nearest_mode", "cubic_coeff_a", "exclude_outside", "extrapolation_value", "antialias",
                 "coordinate_transformation_mode", "keep_aspect_ratio_policy")
    array, shape = low.array(node.input(0)), low.shape(node.output(0))
    made = [(k, taps(node, axis)) for k, axis in enumerate(axes_of(low, node, array.shape, shape))]
    work = [(k, tap) for k, tap in made if not unchanged(tap, array.shape[k])]
    for k, tap in work[:-1]:
        wanted = (*array.shape[:k], shape[k], *array.shape[k + 1:])
        array = along(low, node, low.temporary(node, wanted, array.buffer.dtype, like=array), array, k, tap)
    if work:
        along(low, node, low.result(node), array, *work[-1])
    else:
        low.view(node, array)


def unchanged(tap: Taps, count: int) -> bool:
    kept = np.where(tap.weights == 0, -1, tap.places)
    return bool(len(kept) == count and (kept.max(1) == np.arange(count)).all()
                and (tap.weights.max(1) == 1).all() and not tap.plus.any())


def axes_of(low: Context, node: Node, before: tuple[int, ...], after: tuple[int, ...]) -> list[Axis]:
    """What the node says about each axis of its input."""
    rank = len(before)
    chosen = [axis % rank for axis in node.attribute("axes", range(rank))]
    scales, sizes, roi = numbers(low, node, 2 if node.opset > 10 else 1), numbers(low, node, 3), numbers(low, node, 1)
    scales = node.attribute("scales") if node.opset < 9 else scales
    axes = [Axis(count, wanted, wanted / max(count, 1)) for count, wanted in zip(before, after)]
    ratios = [sizes[k] / before[axis] for k, axis in enumerate(chosen)] if len(sizes) else []
    policy = {"not_larger": min, "not_smaller": max}.get(node.attribute("keep_aspect_ratio_policy", "stretch"))
    for k, axis in enumerate(chosen):
        scale = policy(ratios) if ratios and policy else ratios[k] if ratios else scales[k]
        start, end = (roi[k], roi[k + len(chosen)]) if node.opset > 10 and len(roi) else (0.0, 1.0)
        axes[axis] = Axis(before[axis], after[axis], float(scale), float(start), float(end))
    return axes


def numbers(low: Context, node: Node, index: int) -> Data:
    """An input that must be known; empty if it is absent."""
    value = low.constant(node.input(index))
    if node.input(index) and value is None:
        raise low.unsupported(node, f"input {index} ('{node.input(index)}') must be constant")
    return np.zeros(0) if value is None else value.reshape(-1)


def along(low: Context, node: Node, out: Array, array: Array, axis: int, tap: Taps) -> Array:
    """Adds the stage for one axis. Which elements are read is known, so the indices are constants."""
    def per_tap(values: Data) -> Read:
        strides = tuple(values.shape[1] if k == axis else 0 for k in range(array.rank))
        return Read(constant(node.op, values).buffer, 0, (*strides, 1))

    acc = Acc()
    weights = per_tap(tap.weights.astype(NUMPY[out.buffer.dtype]))
    start = constant(node.op, tap.plus.astype(NUMPY[out.buffer.dtype])).buffer
    init: Expr = Read(start, 0, tuple(int(k == axis) for k in range(array.rank + 1))) if tap.plus.any() else Const(0.0)
    still = tuple(0 if k == axis else stride for k, stride in enumerate((*array.strides, 0)))
    element = Read(array.buffer, array.offset, still, per_tap(tap.places), array.strides[axis])
    low.graph.add(Stage(node.op, (*out.shape, tap.places.shape[1]), out.rank, read(out).moved(lambda s: (*s, 0)),
                        acc, init, fma(element, weights, acc), acc))
    return out
