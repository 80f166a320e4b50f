"""Small ONNX models, made in place."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper

FLOAT, INT64, BOOL = onnx.TensorProto.FLOAT, onnx.TensorProto.INT64, onnx.TensorProto.BOOL
Port = tuple[str, int, Sequence[int | str]]


def model(nodes: Sequence[onnx.NodeProto], inputs: Sequence[Port], outputs: Sequence[Port],
          weights: dict[str, np.ndarray[Any, Any]] | None = None, opset: int = 17, **options: Any) -> onnx.ModelProto:
    """A model of these nodes. Ports are (name, type, shape)."""
    given, made = ([helper.make_tensor_value_info(*port) for port in ports] for ports in (inputs, outputs))
    tensors = [numpy_helper.from_array(array, name) for name, array in (weights or {}).items()]
    graph = helper.make_graph(list(nodes), "small", given, made, tensors)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8, **options)


def mlp(batch: int | str = 4, seed: int = 0) -> onnx.ModelProto:
    """y = relu(x w1 + b1) w2 with 16, 64 and 10 features. The weight matrices are large ones to the loader, the bias is not."""
    random = np.random.default_rng(seed)
    weights = {"w1": random.standard_normal((16, 64), "f4"), "b1": random.standard_normal(64, "f4"),
               "w2": random.standard_normal((64, 10), "f4")}
    nodes = [helper.make_node("MatMul", ["x", "w1"], ["h"]), helper.make_node("Add", ["h", "b1"], ["a"]),
             helper.make_node("Relu", ["a"], ["r"], name="act"), helper.make_node("MatMul", ["r", "w2"], ["y"])]
    return model(nodes, [("x", FLOAT, [batch, 16])], [("y", FLOAT, [batch, 10])], weights)


def mlp_reference(proto: onnx.ModelProto, x: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """What `mlp` computes, in double precision."""
    w = {tensor.name: numpy_helper.to_array(tensor).astype("f8") for tensor in proto.graph.initializer}
    result: np.ndarray[Any, Any] = np.maximum(x.astype("f8") @ w["w1"] + w["b1"], 0) @ w["w2"]
    return result


def pair() -> onnx.ModelProto:
    """Two inputs and two outputs with awkward names: s = a + b, p = a * b."""
    nodes = [helper.make_node("Add", ["in/a", "in.b"], ["int"]), helper.make_node("Mul", ["in/a", "in.b"], ["out:1"])]
    return model(nodes, [("in/a", FLOAT, [3, 5]), ("in.b", FLOAT, [5])], [("int", FLOAT, [3, 5]), ("out:1", FLOAT, [3, 5])])
