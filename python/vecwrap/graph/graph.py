"""Graph: the stages of a network in order, and its memory."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from ..expr import Const, Expr
from . import margin
from .array import Array, Buffer, dense_strides
from .stage import Stage, pointwise, reduction


@dataclass(eq=False)
class Check:
    """The run ends with an error unless the i64 in this buffer is 0."""

    buffer: Buffer


@dataclass
class Layout:
    """How a temporary should lie in memory. Hints only: every array is read through its strides.

    order: axes from slowest to fastest. margin: elements that consumers read beyond it, per axis, holding `fill`.
    """

    order: tuple[int, ...]
    margin: tuple[tuple[int, int], ...] = ()
    fill: float = 0.0


@dataclass
class Graph:
    """Built by op lowerings; then fused, blocked, planned and compiled by build.py."""

    name: str = "net"
    inputs: list[Buffer] = field(default_factory=list)
    outputs: list[Buffer] = field(default_factory=list)
    steps: list[Stage | Check] = field(default_factory=list)
    _counter: int = 0

    def input(self, name: str, shape: Sequence[int], dtype: str) -> Array:
        buffer = Buffer(name, dtype, math.prod(shape), "input", len(self.inputs))
        self.inputs.append(buffer)
        return Array(buffer, tuple(shape), dense_strides(shape))

    def output(self, name: str, shape: Sequence[int], dtype: str) -> Array:
        buffer = Buffer(name, dtype, math.prod(shape), "output", len(self.outputs))
        self.outputs.append(buffer)
        return Array(buffer, tuple(shape), dense_strides(shape))

    def temporary(self, name: str, shape: Sequence[int], dtype: str = "f32", layout: Layout | None = None) -> Array:
        """Fresh memory. With margins, the steps that fill them are added here."""
        layout = layout or Layout(tuple(range(len(shape))))
        beyond = layout.margin or ((0, 0),) * len(shape)
        outer = [extent + before + after for extent, (before, after) in zip(shape, beyond)]
        strides = [0] * len(shape)
        for axis, stride in zip(layout.order, dense_strides([outer[axis] for axis in layout.order])):
            strides[axis] = stride
        offset = sum(before * stride for (before, _), stride in zip(beyond, strides))
        buffer = Buffer(name, dtype, math.prod(outer), "temporary")
        array = Array(buffer, tuple(shape), tuple(strides), offset, beyond if layout.margin else ())
        if any(sum(pair) for pair in beyond):
            buffer.fill = layout.fill
            for piece in margin.pieces(array, layout.order):
                stage = pointwise(f"fill_{name}", piece, [], lambda: Const(layout.fill))
                self.add(replace(stage, fills=True))
        return array

    def add(self, step: Stage | Check) -> None:
        """A stage whose output has no elements has nothing to do."""
        if isinstance(step, Check) or 0 not in step.extents[:step.parallel]:
            self.steps.append(step)

    def fresh(self, hint: str) -> str:
        self._counter += 1
        return f"{hint}.{self._counter}"

    def pointwise(self, name: str, out: Array, arrays: Sequence[Array], body: Callable[..., Expr], compute: str = "") -> Array:
        """Adds out = body(*arrays); the arrays broadcast."""
        self.add(pointwise(name, out, arrays, body, compute))
        return out

    def reduction(self, name: str, out: Array, arrays: Sequence[Array], init: float | Expr, update: Callable[..., Expr],
                  final: Callable[..., Expr] | None = None, also: Sequence[Array] = ()) -> Array:
        """Adds a reduction; see stage.reduction."""
        self.add(reduction(name, out, arrays, init, update, final, also))
        return out

    def copy(self, name: str, source: Array, out: Array) -> Array:
        return self.pointwise(name, out, [source], lambda x: x)
