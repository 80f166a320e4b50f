"""Models of a few nodes, and what comes out of their graphs, against onnx's reference implementation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import onnx
import onnx.shape_inference
from onnx import helper, numpy_helper
from onnx.reference import ReferenceEvaluator

from evaluate import evaluate
from vecwrap.graph.build import optimised
from vecwrap.graph.graph import Graph
from vecwrap.onnx import compile
from vecwrap.onnx.load import load
from vecwrap.onnx.lower import SUPPORTED, lower
from vecwrap.onnx.simplify import simplify
from vecwrap.onnx.source import Source

Data = np.ndarray[Any, Any]


@dataclass
class Small:
    """Nodes under construction. Values are named by what makes them."""

    opset: int = 21
    nodes: list[onnx.NodeProto] = field(default_factory=list)
    feeds: dict[str, Data] = field(default_factory=dict)
    known: dict[str, Data] = field(default_factory=dict)
    results: list[str] = field(default_factory=list)

    def input(self, array: Data) -> str:
        return self._named("in", self.feeds, array)

    def constant(self, array: Data) -> str:
        return self._named("known", self.known, array)

    def _named(self, role: str, where: dict[str, Data], array: Data) -> str:
        name = f"{role}{len(where)}"
        where[name] = np.asarray(array)
        return name

    def node(self, op: str, *inputs: str, outputs: int = 1, **attributes: Any) -> Any:
        """The name of its output; a list, if there are several."""
        names = [f"{op}_{len(self.nodes)}_{k}" for k in range(outputs)]
        self.nodes.append(helper.make_node(op, list(inputs), names, name=f"n{len(self.nodes)}", **attributes))
        return names if outputs > 1 else names[0]

    def model(self) -> onnx.ModelProto:
        inputs = [self._info(name, array) for name, array in self.feeds.items()]
        known = [numpy_helper.from_array(array, name) for name, array in self.known.items()]
        blank = [helper.make_value_info(name, onnx.TypeProto()) for name in self.results]
        opsets = [helper.make_opsetid("", self.opset)]
        graph = helper.make_graph(self.nodes, "small", inputs, blank, known)
        model = helper.make_model(graph, opset_imports=opsets, ir_version=8)
        return onnx.shape_inference.infer_shapes(model, strict_mode=True, data_prop=True)

    def expected(self) -> list[Data]:
        with np.errstate(all="ignore"):
            return [np.asarray(value) for value in ReferenceEvaluator(self.model()).run(self.results, self.feeds)]

    @staticmethod
    def _info(name: str, array: Data) -> onnx.ValueInfoProto:
        return helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(array.dtype), array.shape)

    def source(self) -> Source:
        return simplify(load(self.model()), None, SUPPORTED)

    def graph(self) -> Graph:
        return lower(self.source())


def check(small: Small, expected: Sequence[Data] | None = None, tolerance: float = 2e-6, compiled: bool = False) -> Graph:
    """The graph computes what it should, as lowered, as optimised and as machine code. Returns the graph as lowered."""
    want = small.expected() if expected is None else expected
    graph, rewritten = small.graph(), small.graph()
    optimised(rewritten, 64, groups=True)
    for each in (graph, rewritten):
        for values, array in zip(evaluate(each, small.feeds), want, strict=True):
            close(values, array.reshape(-1), tolerance)
    for values, array in zip(compile(small.model()).run(None, small.feeds) if compiled else (), want):
        close(values, array, tolerance)
    return graph


def close(got: Data, want: Data, tolerance: float) -> None:
    """Relative to the largest finite value; exactly for integers, bools, infinities and NaNs."""
    assert got.shape == want.shape and (got.dtype == want.dtype or want.dtype == bool)  # u8 in graphs
    if want.dtype.kind != "f":
        np.testing.assert_array_equal(got, want)
        return
    finite = np.abs(want[np.isfinite(want)]).max(initial=1e-30)
    np.testing.assert_allclose(got, want, rtol=tolerance, atol=tolerance * finite)
