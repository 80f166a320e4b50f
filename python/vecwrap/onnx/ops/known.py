"""Ops whose results are known when the model is compiled."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import onnx

from ...graph.array import Array, Data, constant
from .context import Context
from ..node import Node
from .registry import op


def uniform(node: Node, shape: Sequence[int], value: Data) -> Array:
    """An array of equal elements, stored once."""
    return constant(node.op, value.reshape(())).expand(shape)


@op("Shape")
def shape(low: Context, node: Node) -> None:
    dims = np.array(low.shape(node.input(0)), np.int64)
    low.view(node, constant(node.op, dims[slice(node.attribute("start", 0), node.attribute("end"))]))


@op("Size")
def size(low: Context, node: Node) -> None:
    low.view(node, constant(node.op, np.array(math.prod(low.shape(node.input(0))), np.int64)))


@op("ConstantOfShape")
def constant_of_shape(low: Context, node: Node) -> None:
    value = node.attribute("value")
    element = np.zeros((), np.float32) if value is None else onnx.numpy_helper.to_array(value)
    low.view(node, uniform(node, low.shape(node.output(0)), element))


@op("Constant")
def literal(low: Context, node: Node) -> None:
    """What simplification left as a node."""
    value = next((v for name in ("value", "value_float", "value_floats", "value_int", "value_ints")
                  if (v := node.attribute(name)) is not None), None)
    if value is None:
        return
    known = isinstance(value, onnx.TensorProto)
    data = onnx.numpy_helper.to_array(value) if known else np.array(value, low.dtype(node.output(0)))
    low.view(node, constant(node.output(0), data))
