"""The order in which stages fuse: who takes on what is not left to the order of the stages."""

from __future__ import annotations

from typing import Any

import evaluate
import numpy as np
import pytest

from vecwrap.expr import Expr, fma, maximum
from vecwrap.graph import fuse as module
from vecwrap.graph.array import Array
from vecwrap.graph.fuse import fuse
from vecwrap.graph.graph import Graph
from vecwrap.graph.stage import Stage

SHAPE = (4, 8)
X = (np.arange(32).reshape(SHAPE) * 7 % 11 - 5).astype(np.float32)


def product(graph: Graph, x: Array, dtype: str = "f32") -> Array:
    """x times its own transpose: [4, 4]."""
    out = graph.temporary("product", (4, 4), dtype)
    rows, columns = x.insert(1).expand((4, 4, 8)), x.insert(0).expand((4, 4, 8))
    return graph.reduction("product", out, [rows, columns], 0.0, lambda acc, a, b: fma(a, b, acc))


def polynomial(x: Expr) -> Expr:
    """Eight operations: two of these are more than a product's registers take on at once."""
    return maximum(x * x * 0.5 + x * 0.25 + 1.0, 0.0) * 0.125 + 2.0


def names(graph: Graph) -> list[str]:
    return [step.name for step in graph.steps if isinstance(step, Stage)]


def fused(graph: Graph) -> list[str]:
    """The stages' names, after comparing what they compute with what they computed."""
    inputs: dict[str, Any] = {"x": np.abs(X % 4).astype(np.uint8) if graph.inputs[0].dtype == "u8" else X}
    wanted = evaluate.evaluate(graph, inputs)
    fuse(graph)
    for got, want in zip(evaluate.evaluate(graph, inputs), wanted, strict=True):
        np.testing.assert_array_equal(got, want)
    return names(graph)


def test_a_product_takes_on_one_stage_after_the_other() -> None:
    """Had the stages behind it joined first, they would be too much for it."""
    graph = Graph()
    value = product(graph, graph.input("x", SHAPE, "f32"))
    for n in range(3):
        out = graph.temporary(f"t{n}", (4, 4)) if n < 2 else graph.output("y", (4, 4), "f32")
        value = graph.pointwise(f"p{n}", out, [value], polynomial)
    assert 8 < module.operations(graph.steps[1].final) <= module.EPILOGUE < 2 * module.operations(graph.steps[1].final)
    assert fused(graph) == ["product+p0+p1+p2"]


def test_what_is_too_much_at_once_stays_apart() -> None:
    graph = Graph()
    value = product(graph, graph.input("x", SHAPE, "f32"))
    graph.pointwise("p", graph.output("y", (4, 4), "f32"), [value], lambda x: polynomial(polynomial(x)))
    assert fused(graph) == ["product", "p"]


def widened(graph: Graph) -> list[str]:
    """A product of small bytes, made floats for two readers: the dtypes of the temporaries that are left."""
    value = product(graph, graph.input("x", SHAPE, "u8"), "u8")
    floats = graph.pointwise("widen", graph.temporary("floats", (4, 4)), [value], lambda x: x * 0.5)
    for n in range(2):
        graph.pointwise(f"r{n}", graph.output(f"y{n}", (4, 4), "f32"), [floats], lambda x: maximum(x, 3.0) + 1.0)
    fused(graph)
    return [step.out.buffer.dtype for step in graph.steps if isinstance(step, Stage) and step.out.buffer.kind == "temporary"]


def test_bytes_are_made_floats_where_they_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before the product takes the floats on: bytes are less to store and to read."""
    assert widened(Graph()) == ["u8"]
    monkeypatch.setattr(module, "widen_where_read", lambda graph: None)
    assert widened(Graph()) == ["f32"]


def test_a_value_with_several_readers_is_not_appended() -> None:
    graph = Graph()
    value = product(graph, graph.input("x", SHAPE, "f32"))
    for n in range(2):
        graph.pointwise(f"r{n}", graph.output(f"y{n}", (4, 4), "f32"), [value], lambda x: x + 1.0)
    assert fused(graph) == ["product", "r0", "r1"]


def test_a_copy_disappears_into_all_its_readers() -> None:
    graph = Graph()
    x = graph.input("x", SHAPE, "f32")
    copy = graph.copy("copy", x.permute((1, 0)), graph.temporary("copy", (8, 4)))
    for n in range(2):
        graph.pointwise(f"r{n}", graph.output(f"y{n}", (8, 4), "f32"), [copy], polynomial)
    assert fused(graph) == ["r0", "r1"]
