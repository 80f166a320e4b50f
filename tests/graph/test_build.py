"""Random graphs of views, pointwise stages, reductions, contractions and windows: fused and blocked ones compute what the
unfused ones do, and so does the machine code. All values are small integers, so every order of summation gives the same bits.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import evaluate
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vecwrap import _core
from vecwrap.expr import Apply, fma, maximum, relu
from vecwrap.graph.array import Array, constant
from vecwrap.graph.build import build, optimised
from vecwrap.graph.graph import Graph, Layout
from vecwrap.graph.stage import Stage, reduction

Plan = list[tuple[str, int, int, int]]
plans = st.lists(st.tuples(st.sampled_from(["scale", "relu", "add", "row", "permute", "slice", "reshape", "sum", "max", "matmul",
                                            "conv", "copy"]),
                           st.integers(0, 7), st.integers(0, 7), st.integers(0, 5)), min_size=1, max_size=8)


class Maker:
    """One step of a plan after another, on values made so far."""

    def __init__(self, shape: tuple[int, ...], plan: Plan) -> None:
        self.graph = Graph()
        self.values = [self.graph.input("x", shape, "f32")]
        for kind, a, b, c in plan:
            if (made := getattr(self, kind)(self.values[-1 - a % len(self.values)], b, c)) is not None:
                self.values.append(made)
        last = self.values[-1]
        self.graph.copy("output", last, self.graph.output("y", last.shape, "f32"))

    def temporary(self, shape: tuple[int, ...], c: int) -> Array:
        """A layout in which axes are rotated, sometimes with a margin."""
        order = (*range(c % len(shape), len(shape)), *range(c % len(shape)))
        margin = ((1, 1),) * len(shape) if c >= 4 else ()
        return self.graph.temporary(f"t{len(self.values)}", shape, "f32", Layout(order, margin))

    def values_of(self, shape: tuple[int, ...]) -> Array:
        return constant("c", (np.arange(math.prod(shape)) % 5 - 2).astype(np.float32).reshape(shape))

    def pointwise(self, x: Array, c: int, body: Callable[..., Any], *more: Array) -> Array:
        return self.graph.pointwise("p", self.temporary(x.shape, c), [x, *more], body)

    def scale(self, x: Array, b: int, c: int) -> Array:
        return self.pointwise(x, c, lambda v: v * 2.0 - float(b))

    def relu(self, x: Array, b: int, c: int) -> Array:
        return self.pointwise(x, c, relu)

    def copy(self, x: Array, b: int, c: int) -> Array:
        return self.pointwise(x, c, lambda v: v)

    def add(self, x: Array, b: int, c: int) -> Array | None:
        other = next((v for v in self.values[b % len(self.values):] if v.shape == x.shape), x)
        return self.pointwise(x, c, lambda v, w: v - w * 3.0, other)

    def row(self, x: Array, b: int, c: int) -> Array:
        return self.pointwise(x, c, lambda v, w: v + w, self.values_of(x.shape[b % x.rank:]))

    def permute(self, x: Array, b: int, c: int) -> Array:
        return x.permute((*range(b % x.rank, x.rank), *range(b % x.rank)))

    def slice(self, x: Array, b: int, c: int) -> Array | None:
        axis = b % x.rank
        return x.slice(axis, 1, x.shape[axis] - 1) if x.shape[axis] > 1 else None

    def reshape(self, x: Array, b: int, c: int) -> Array | None:
        return x.reshape((x.shape[0] * math.prod(x.shape[1:2]), *x.shape[2:]))

    def sum(self, x: Array, b: int, c: int) -> Array | None:
        return self.folded(x, c, 1.0, lambda acc, v: acc + v)

    def max(self, x: Array, b: int, c: int) -> Array | None:
        return self.folded(x, c, -math.inf, lambda acc, v: maximum(v, acc))

    def folded(self, x: Array, c: int, init: float, update: Callable[..., Any]) -> Array | None:
        if x.rank < 2:
            return None
        return self.graph.reduction("r", self.temporary(x.shape[:-1], c), [x], init, update, lambda acc: acc - 1.0)

    def matmul(self, x: Array, b: int, c: int) -> Array | None:
        if x.size > 2000:
            return None
        width = (1, 3, 16, 40, 64, 128, 130, 17)[b]
        weights = self.values_of((width, x.shape[-1]))
        out = self.temporary((*x.shape[:-1], width), c)
        weights = weights.expand((*x.shape[:-1], *weights.shape))
        return self.graph.reduction("mm", out, [x.insert(x.rank - 1), weights], 0.0, lambda acc, v, w: fma(v, w, acc))

    def conv(self, x: Array, b: int, c: int) -> Array | None:
        if x.rank < 2 or x.shape[-1] < 2:
            return None
        padded = x.padded(((0, 0),) * (x.rank - 1) + ((1, 1),))
        windows = (padded or x).window(x.rank - 1, 2, 1 + b % 2)
        out = self.temporary(windows.shape[:-1], c)
        weights = self.values_of((2,)).expand(windows.shape)
        return self.graph.reduction("cv", out, [windows, weights], 0.0, lambda acc, v, w: fma(v, w, acc))


shapes = st.sampled_from([(4, 6), (2, 3, 5), (1, 8, 4), (33,), (3, 1, 2, 4), (2, 16, 6)])


def numbers(shape: tuple[int, ...]) -> npt.NDArray[np.float32]:
    return (np.arange(math.prod(shape)) * 7 % 11 - 5).astype(np.float32).reshape(shape)


def exact(result: npt.NDArray[Any]) -> bool:
    """Larger integers than this are rounded, differently by different orders of summation."""
    return bool(np.all(np.abs(result) < 2 ** 20))


@given(shapes, plans)
@settings(max_examples=150, deadline=None)
def test_optimised_graphs_compute_the_same(shape: tuple[int, ...], plan: Plan) -> None:
    inputs = {"x": numbers(shape)}
    graph = Maker(shape, plan).graph
    expected, = evaluate.evaluate(graph, inputs)
    before = len(graph.steps)
    optimised(graph, 64)
    assert len(graph.steps) <= before
    result, = evaluate.evaluate(graph, inputs)
    if exact(expected):
        np.testing.assert_array_equal(result, expected)


@pytest.mark.parametrize("target", [t.name for t in _core.targets() if _core.runs_here(t)])
@given(shapes, plans)
@settings(max_examples=60, deadline=None)
def test_machine_code_computes_the_same(target: str, shape: tuple[int, ...], plan: Plan) -> None:
    x = numbers(shape)
    expected, = evaluate.evaluate(Maker(shape, plan).graph, {"x": x})
    built = build(Maker(shape, plan).graph, _core.find_target(target))
    loaded = built.module.load()
    with memoryview(loaded.constants).cast("B") as memory:
        at = 0

        def sink(piece: Any) -> None:
            nonlocal at
            data = memoryview(piece).cast("B")
            memory[at:at + len(data)] = data
            at += len(data)

        built.write_constants(sink)
        assert at == built.constant_bytes
    loaded.seal()
    workspace = np.full(built.workspace_bytes + 64, 0xff, np.uint8)  # whatever is read before it is written is a NaN
    aligned = -(-workspace.ctypes.data // 64) * 64
    result = np.empty(expected.size, np.float32)
    assert loaded.run([x.ctypes.data], [result.ctypes.data], aligned, built.workspace_bytes) == 0
    if exact(expected):
        np.testing.assert_array_equal(result, expected)


def chain(*steps: str) -> Graph:
    return Maker((1, 8, 4), [(step, 0, 4, 0) for step in steps]).graph


def names(graph: Graph) -> list[str]:
    return [step.name for step in graph.steps if isinstance(step, Stage)]


def test_what_follows_a_contraction_joins_it() -> None:
    graph = chain("matmul", "row", "relu", "scale")
    optimised(graph, 64)
    assert len(graph.steps) == 1


def test_an_expensive_epilogue_stays_apart() -> None:
    graph = Graph()
    x = graph.input("x", (8, 16), "f32")
    out = graph.temporary("t", (8, 32))
    weights = constant("w", np.ones((32, 16), np.float32))
    graph.reduction("mm", out, [x.insert(1), weights.expand((8, 32, 16))], 0.0, lambda acc, v, w: fma(v, w, acc))
    graph.pointwise("gelu", graph.output("y", (8, 32), "f32"), [out], lambda v: Apply("erf", (v,)) * v)
    optimised(graph, 64)
    assert names(graph) == ["mm", "gelu"]


def test_weights_lie_in_panels() -> None:
    """64 columns, 16-byte vectors: four panels of four vectors, the reduction inside, 16 floats side by side."""
    graph = chain("matmul")
    optimised(graph, 16)
    stage = graph.steps[0]
    assert isinstance(stage, Stage)
    weights = next(read for read in stage.reads() if read.buffer.kind == "constant")
    assert weights.strides == (16 * 4, 0, 1, 16) and stage.extents == (4, 8, 16, 4)


@pytest.mark.parametrize("dtype,rows,terms,groups,grouped", [
    ("u8", 100, 64, True, True), ("u8", 100, 64, False, False), ("u8", 100, 66, True, False),
    ("i8", 8, 64, True, True), ("i8", 100, 64, True, False)])
def test_bytes_lie_in_the_groups_that_a_lane_takes(dtype: str, rows: int, terms: int, groups: bool, grouped: bool) -> None:
    """Panels, the sum by fours, 64 columns, four neighbours along the sum; operands of one sign only by few rows."""
    weights = np.arange(terms * 128).astype(np.int8).reshape(128, terms)
    graph = Graph()
    x, out = graph.input("x", (rows, terms), dtype), graph.output("y", (rows, 128), "i32")
    shape = (rows, 128, terms)
    graph.add(replace(reduction("mm", out, [x.insert(1), constant("w", weights).expand(shape)], 0.0,
                                lambda acc, v, w: fma(v, w, acc)), compute="i32"))
    optimised(graph, 64, groups=groups)
    stage = graph.steps[0]
    assert isinstance(stage, Stage)
    read = next(read for read in stage.reads() if read.buffer.kind == "constant")
    if grouped:
        assert stage.extents == (2, rows, 64, terms // 4, 4) and read.strides == (terms * 64, 0, 4, 256, 1)
        assert read.buffer.data is not None
        laid = np.asarray(read.buffer.data()).reshape(2, terms // 4, 64, 4)
        np.testing.assert_array_equal(laid, weights.reshape(2, 64, terms // 4, 4).transpose(0, 2, 1, 3))
    else:
        assert stage.extents == (2, rows, 64, terms) and read.strides == (terms * 64, 0, 1, 64)
