"""Stages over the same rows become one kernel; nobody else loses a value by that."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

import vecwrap.onnx
from vecwrap import native_target
from vecwrap.expr import maximum
from vecwrap.graph.array import Array
from vecwrap.graph.graph import Graph
from vecwrap.graph.groups import Group, grouped
from vecwrap.graph.memory import plan
from vecwrap.graph.stage import Stage

SHAPE = (512, 256)


def normal(seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(SHAPE).astype(np.float32)


def model(*nodes: onnx.NodeProto, outputs: tuple[str, ...] = ("y",)) -> onnx.ModelProto:
    values = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs]
    graph = helper.make_graph(nodes, "one", [helper.make_tensor_value_info("x", TensorProto.FLOAT, SHAPE)], values)
    return onnx.shape_inference.infer_shapes(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9))


@pytest.mark.parametrize("op", ["Softmax", "LogSoftmax"])
def test_one_kernel_without_workspace(op: str) -> None:
    net = vecwrap.onnx.compile(model(helper.make_node(op, ["x"], ["y"], axis=-1)))
    assert len(net.report.kernels) == 1 and net.workspace_bytes == 0
    x = normal()
    shifted = x.astype(np.float64) - x.max(1, keepdims=True)
    wanted = np.exp(shifted) / np.exp(shifted).sum(1, keepdims=True)
    assert np.allclose(net(x)[0], np.log(wanted) if op == "LogSoftmax" else wanted, rtol=1e-5)


def test_what_others_read_stays() -> None:
    """The maximum is an output too: it is no temporary of the kernel."""
    axis = helper.make_node("Constant", [], ["axis"], value_ints=[1])
    net = vecwrap.onnx.compile(model(axis, helper.make_node("ReduceMax", ["x", "axis"], ["m"], keepdims=1),
                                     helper.make_node("Sub", ["x", "m"], ["y"]), outputs=("y", "m")))
    x = normal()
    y, m = net(x)
    assert (m == x.max(1, keepdims=True)).all() and (y == x - m).all()


def rows(graph: Graph) -> None:
    """Maximum of each row, taken from it."""
    x = graph.input("x", SHAPE, "f32")
    highest = graph.reduction("max", graph.temporary("m", SHAPE[:1]), [x], float("-inf"), maximum)
    graph.pointwise("sub", graph.output("y", SHAPE, "f32"), [x, highest.insert(1)], lambda a, b: a - b)


def test_inner_buffers_take_no_workspace() -> None:
    graph = Graph()
    rows(graph)
    steps = grouped(graph, native_target())
    assert len(steps) == 1 and isinstance(steps[0], Group) and {b.name for b in steps[0].inner} == {"m"}
    assert plan(graph.steps)[1] and not plan(steps)[1]


def test_a_value_that_a_later_stage_reads_is_not_joined() -> None:
    graph = Graph()
    rows(graph)
    stage = graph.steps[0]
    assert isinstance(stage, Stage)
    highest = Array(stage.out.buffer, SHAPE[:1], (1,))
    graph.pointwise("later", graph.output("z", SHAPE[:1], "f32"), [highest], lambda a: a + 1.0)
    assert not any(isinstance(step, Group) for step in grouped(graph, native_target()))
