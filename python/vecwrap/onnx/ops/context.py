"""What ops are lowered with: values of the model as arrays, places for results, stages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from ...errors import UnsupportedModel
from ...expr import Const, Expr
from ...graph.array import NUMPY, Array, Data, lazy_constant
from ...graph.graph import Graph, Layout
from ..layout import Layouts
from ..source import Source
from ..node import Node

STORAGE = {"float32": "f32", "float64": "f64", "int32": "i32", "int64": "i64", "bool": "u8", "uint8": "u8",
           "int8": "i8"}
FLOATS = ("float32", "float64")


@dataclass(frozen=True)
class Quantised:
    """Integers that stand for (element - zero) * scale (None: 0 and 1): each a single number, or one beside every element."""

    array: Array
    scale: Array | None
    zero: Array | None


class Context:
    """One model on its way into a graph."""

    def __init__(self, source: Source, graph: Graph, layouts: Layouts) -> None:
        self.source, self.graph, self.layouts = source, graph, layouts
        self.arrays: dict[str, Array] = {}  # of every value that is known so far
        self.places: dict[str, Array] = {}  # of outputs that nothing was written to yet
        self.pending: dict[str, Callable[[], object]] = {}  # makes a value when it is read
        self.quantised: dict[str, Quantised] = {}  # what values are made of that are integers with a scale
        self._padded: dict[tuple[object, ...], Array] = {}

    def unsupported(self, node: Node, missing: str) -> UnsupportedModel:
        """The exception for what this op does not do."""
        return self.source.refusal(node.proto, missing)

    # What is known of values before the run.

    def dtype(self, name: str) -> str:
        """Element type by numpy's name."""
        return str(np.dtype(self.source.value(name)[0]).name)

    def shape(self, name: str) -> tuple[int, ...]:
        return tuple(self.source.value(name)[1])

    def constant(self, name: str) -> Data | None:
        """The elements, if they are known; None if they are not, or if the value is absent."""
        if not name:
            return None
        array = self.array(name)
        return array.value() if array.buffer.kind == "constant" else None

    def static(self, node: Node, index: int, what: str) -> list[int] | None:
        """The integers of an input that must be known; None if it is absent."""
        if not (name := node.input(index)):
            return None
        value = self.constant(name)
        if value is None:
            raise self.unsupported(node, f"{what} '{name}' must be constant")
        return [int(element) for element in value.reshape(-1)]

    # Arrays.

    def array(self, name: str) -> Array:
        """Where a value lies."""
        if name not in self.arrays and name in self.pending:
            self.pending.pop(name)()
        if name not in self.arrays:
            constant = self.source.constants[name]
            self.arrays[name] = lazy_constant(name, constant.shape, STORAGE[constant.dtype.name], constant.load)
        return self.arrays[name]

    def inputs(self, node: Node) -> list[Array]:
        return [self.array(name) for name in node.inputs if name]

    def optional(self, node: Node, index: int) -> Array | None:
        return self.array(node.input(index)) if node.input(index) else None

    def need_floats(self, node: Node, *names: str) -> None:
        """Arithmetic is done on floats only."""
        for name in names or [name for name in node.inputs if name]:
            if self.dtype(name) not in FLOATS:
                raise self.unsupported(node, f"arithmetic on {self.dtype(name)} ('{name}')")

    def need_exact(self, node: Node, *names: str) -> None:
        """For ops that only compare and choose: f64 has room for all of these, but not for int64."""
        for name in names or filter(None, node.inputs):
            if self.dtype(name) == "int64":
                raise self.unsupported(node, f"arithmetic on int64 ('{name}')")

    def result(self, node: Node, index: int = 0) -> Array:
        """Where an op writes an output: the network's own output, or memory laid out as its readers like it."""
        name = node.output(index)
        array = self.places.pop(name, None)
        if array is None:
            shape, boolean = self.shape(name), self.dtype(name) == "bool"
            storage = "f32" if boolean else STORAGE[self.dtype(name)]
            array = self.graph.temporary(name, shape, storage, self.layouts.layout(name, len(shape)))
        array.buffer.low = self.layouts.low(name)
        self.arrays[name] = array
        return array

    def view(self, node: Node, array: Array, index: int = 0) -> None:
        """An output that is a view of what exists."""
        self.arrays[node.output(index)] = array

    def temporary(self, node: Node, shape: Sequence[int], dtype: str, like: Array | None = None) -> Array:
        """Memory for a value between two stages of an op; axes in the order in which `like` has them."""
        return self.graph.temporary(self.graph.fresh(node.op), shape, dtype, Layout(memory_order(like)) if like else None)

    # Stages.

    def pointwise(self, node: Node, out: Array, arrays: Sequence[Array], body: Callable[..., Expr], compute: str = "") -> Array:
        """out = body(*arrays), element by element; known scalars become part of the expression."""
        known = [literal(array, out) for array in arrays]
        varying = [array for array, value in zip(arrays, known) if value is None]

        def mixed(*reads: Expr) -> Expr:
            left = iter(reads)
            return body(*(next(left) if value is None else Const(value) for value in known))

        return self.graph.pointwise(node.op, out, [converted(array, out) for array in varying], mixed, compute)

    def reduction(self, node: Node, out: Array, arrays: Sequence[Array], init: float, update: Callable[..., Expr],
                  final: Callable[..., Expr] | None = None, also: Sequence[Array] = ()) -> Array:
        """out = final(fold of update over the axes that the arrays have after out's, *also)."""
        if not all(array.size for array in arrays):
            return self.pointwise(node, out, also, partial(final, Const(init)) if final else lambda: Const(init))
        return self.graph.reduction(node.op, out, [converted(array, out) for array in arrays], init, update, final,
                                    [converted(array, out) for array in also])

    def copy(self, node: Node, array: Array, out: Array) -> Array:
        """Moves elements; known ones are converted to the type of `out` now."""
        return self.graph.copy(node.op, converted(array, out), out)

    def dense(self, node: Node, array: Array) -> Array:
        """The same elements, side by side in order of the axes."""
        return array if array.dense else self.copy(node, array, self.temporary(node, array.shape, array.buffer.dtype))

    def reshaped(self, node: Node, array: Array, shape: Sequence[int]) -> Array:
        """The elements under another shape; through a copy if strides cannot say it."""
        view = array.reshape(shape)
        if view is None:
            view = self.dense(node, array).reshape(shape)
        assert view is not None
        return view

    def padded(self, node: Node, array: Array, pads: Sequence[tuple[int, int]], fill: float,
               fits: Callable[[float], bool]) -> Array:
        """The array with elements added before and after (or cut off, if negative) along each axis.

        `fits` tells whether what its margin already holds may be read; otherwise it is copied into the middle of `fill`.
        """
        for axis, (before, after) in enumerate(pads):
            if before < 0 or after < 0:
                array = array.slice(axis, max(-before, 0), array.shape[axis] + min(before, 0) + min(after, 0))
        pads = tuple((max(before, 0), max(after, 0)) for before, after in pads)
        if not any(map(any, pads)):
            return array
        view = array.padded(pads) if array.buffer.fill is not None and fits(array.buffer.fill) else None
        return self._copied(node, array, pads, fill) if view is None else view

    def _copied(self, node: Node, array: Array, pads: tuple[tuple[int, int], ...], fill: float) -> Array:
        key = (array, pads, fill)
        if key not in self._padded:
            layout = Layout(self.layouts.channels_last(array.rank), pads, fill)
            copy = self.graph.temporary(self.graph.fresh(node.op), array.shape, array.buffer.dtype, layout)
            view = self.copy(node, array, copy).padded(pads)
            assert view is not None
            self._padded[key] = view
        return self._padded[key]


def memory_order(array: Array) -> tuple[int, ...]:
    """Axes from slowest to fastest."""
    return tuple(sorted(range(array.rank), key=lambda axis: -abs(array.strides[axis])))


def scalar(array: Array) -> float | None:
    """The one value of a known array, if it has one only."""
    if array.buffer.kind != "constant" or any(stride and extent > 1 for stride, extent in zip(array.strides, array.shape)):
        return None
    return float(array.value().flat[0]) if array.size else None


def literal(array: Array, out: Array) -> float | None:
    """A known scalar that may stand in an expression. Integers on their way to integers may not: they have more digits."""
    value = scalar(array)
    return None if value and array.buffer.dtype == out.buffer.dtype in ("i32", "i64") else value


def converted(array: Array, out: Array) -> Array:
    """Known bools and integers that meet floats become floats now; integers become f64, which holds more of them."""
    stored = array.buffer.dtype
    if array.buffer.kind != "constant" or stored in ("f32", "f64", out.buffer.dtype):
        return array
    return retyped(array, "f32" if stored in ("u8", "i8") and out.buffer.dtype != "f64" else "f64")


def retyped(array: Array, dtype: str) -> Array:
    """A constant in another storage type."""
    data = array.buffer.data
    assert data is not None

    def elements() -> Data:
        return data().astype(NUMPY[dtype])

    return replace(array, buffer=replace(array.buffer, dtype=dtype, data=elements))
