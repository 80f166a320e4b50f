"""What lowering sees of a model: nodes in order, static shapes and types, constants on demand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import onnx

from ..errors import UnsupportedModel
from .load import STANDARD, Model
from .weights import Constant, Data, constant_of, numpy_type

FOLDED_BYTES, FOLDED_GROWTH = 1 << 20, 8  # what folding may make: this much in any case, or this many times its inputs
KEPT = {"DequantizeLinear"}  # what its result is made of is worth more
RANDOM = {"RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike", "Multinomial", "Bernoulli", "Dropout"}


@dataclass(frozen=True)
class Value:
    """A tensor of the graph."""

    name: str
    dtype: np.dtype[Any]
    shape: tuple[int, ...]


class Source:
    """A simplified model. Nodes that compute constants are gone; their results are constants, computed when asked for."""

    def __init__(self, model: Model) -> None:
        graph = model.proto.graph
        self.name = model.name
        self.files = model.files
        self.constants: dict[str, Constant] = {**{t.name: constant_of(t) for t in graph.initializer}, **model.constants}
        self._opsets = {"" if e.domain in STANDARD else e.domain: e.version for e in model.proto.opset_import}
        self._values: dict[str, Value] = {}
        for value in [*graph.input, *graph.value_info, *graph.output]:
            if (known := static_value(value)):
                self._values[value.name] = known
        self.inputs = [self._required(v.name, "input") for v in graph.input if v.name not in self.constants]
        self.nodes = [node for node in graph.node if not self._folded(node)]
        for node in self.nodes:
            self._check(node)
        self.outputs = [self._required(value.name, "output") for value in graph.output]

    def opset(self, domain: str = "") -> int:
        version: int = self._opsets.get("" if domain in STANDARD else domain, 1)
        return version

    def value(self, name: str) -> tuple[np.dtype[Any], tuple[int, ...]]:
        """Element type and shape of any value, constants included."""
        if name in self.constants:
            return self.constants[name].dtype, self.constants[name].shape
        return self._values[name].dtype, self._values[name].shape

    def constant(self, name: str) -> Data | None:
        """The elements of a constant, decoded anew by each call; None for other values. Large ones: see `constants`."""
        return self.constants[name].load() if name in self.constants else None

    def where(self, node: onnx.NodeProto) -> str:
        """How messages name a node."""
        name = node.name or next(iter(filter(None, node.output)), "?")
        op = node.op_type if node.domain in STANDARD else f"{node.domain}.{node.op_type}"
        return f"{self.name}: node '{name}' ({op}, opset {self.opset(node.domain)})"

    def refusal(self, node: onnx.NodeProto, missing: str) -> UnsupportedModel:
        """The exception to raise for a node that cannot be compiled; `missing` says what about it is not supported."""
        return UnsupportedModel(f"{self.where(node)}: {missing}")

    def _required(self, name: str, role: str) -> Value:
        if name in self.constants:
            return Value(name, *self.value(name))
        if name not in self._values:
            raise UnsupportedModel(f"{self.name}: {role} '{name}' is not a tensor of known type and shape")
        return self._values[name]

    def _check(self, node: onnx.NodeProto) -> None:
        for name in filter(None, node.output):
            if name not in self._values:
                raise self.refusal(node, f"the type or shape of its output '{name}' is not known before the run")

    def _folded(self, node: onnx.NodeProto) -> bool:
        """Does this node compute a constant? Then that is what its outputs become."""
        inputs, outputs = [*filter(None, node.input)], [*filter(None, node.output)]
        if not all(name in self.constants for name in inputs) or not all(name in self._values for name in outputs):
            return False
        if not foldable(node):
            return False
        made = sum(Constant(self._values[o].dtype, self._values[o].shape, _nothing).nbytes for o in outputs)
        if made > max(FOLDED_BYTES, FOLDED_GROWTH * sum(self.constants[name].nbytes for name in inputs)):
            return False
        feeds = {name: self.constants[name] for name in inputs}
        for output in outputs:
            dtype, shape = self._values[output].dtype, self._values[output].shape
            self.constants[output] = Constant(dtype, shape, partial(self._evaluate, node, feeds, output))
        return True

    def _evaluate(self, node: onnx.NodeProto, feeds: Mapping[str, Constant], output: str) -> Data:
        from onnx.reference import ReferenceEvaluator
        anonymous = onnx.TypeProto()
        graph = onnx.helper.make_graph([node], "folded", [onnx.helper.make_value_info(name, anonymous) for name in feeds],
                                       [onnx.helper.make_value_info(output, anonymous)])
        model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", self.opset())])
        try:
            result = ReferenceEvaluator(model).run(None, {name: constant.load() for name, constant in feeds.items()})
        except Exception as error:  # whatever the reference implementation raises, it could not do it
            raise self.refusal(node, f"onnx cannot compute this constant ({error})") from None
        return np.asarray(next(iter(result)), self._values[output].dtype).reshape(self._values[output].shape)


def foldable(node: onnx.NodeProto) -> bool:
    """Are its outputs the same whenever it runs on the same inputs, and has it any inputs (or is a constant itself)?"""
    has_subgraphs = any(attribute.g.node or attribute.graphs for attribute in node.attribute)
    return bool(node.domain in STANDARD and node.op_type not in RANDOM | KEPT and not has_subgraphs
                and (node.input or node.op_type == "Constant"))


def _nothing() -> Data:
    raise AssertionError("only its size is asked for")


def static_value(value: onnx.ValueInfoProto) -> Value | None:
    """Type and shape of a value, if it is a tensor and all of its dims are numbers."""
    tensor = value.type.tensor_type
    if not value.type.HasField("tensor_type") or not tensor.HasField("shape") or not tensor.elem_type:
        return None
    if any(not dim.HasField("dim_value") for dim in tensor.shape.dim):
        return None
    return Value(value.name, numpy_type(tensor.elem_type, f"value '{value.name}'"), tuple(d.dim_value for d in tensor.shape.dim))
