"""onnx's backend interface on top of `compile`: what onnx's own test suite, and tools that take any backend, drive.

    from vecwrap.onnx import backend
    outputs = backend.prepare(model).run(inputs)

Compiled code has static shapes. Where a model leaves dims open, or computes shapes from its inputs (the target of a Reshape,
the axes of a ReduceSum), the first `run` compiles it for the shapes and values it is given, and later ones for any new ones.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import onnx
import onnx.shape_inference
from onnx.backend.base import Backend, BackendRep

from ..errors import ModelError
from .compile import Compiled, compile

Array = np.ndarray[Any, Any]
Arrays = Mapping[str, Array]
INTEGERS = (onnx.TensorProto.INT64, onnx.TensorProto.INT32)
SHAPING = {"Resize": (1, 2, 3), "Upsample": (1,)}  # inputs that tell shapes though they need not be integers


class VecwrapRep(BackendRep):
    """A prepared model. Making one raises ModelError, unless shapes or values that are still to come may help."""

    def __init__(self, model: onnx.ModelProto, target: str = "native") -> None:
        self.model, self.target = model, target
        given = {tensor.name for tensor in model.graph.initializer}
        inputs = [value for value in model.graph.input if value.name not in given]
        self.inputs = [value.name for value in inputs]
        tensors = all(value.type.HasField("tensor_type") for value in inputs)  # with others there is no hope
        self.open = [value.name for value in inputs if tensors and has_open_dims(value)]
        scales = {name for node in model.graph.node for k in SHAPING.get(node.op_type, ()) for name in node.input[k:k + 1]}
        self.shaping = [value.name for value in inputs if tensors and (may_tell_a_shape(value) or value.name in scales)]
        if len(self.shaping) == len(inputs):
            self.shaping = []  # with all inputs bound, nothing would be left to compute
        self.variants: dict[object, Compiled | ModelError] = {}
        self.lock = threading.Lock()
        if not self.open:
            first = self.variant({}, ())
            if isinstance(first, ModelError) and not self.shaping:
                raise first

    def run(self, inputs: Any, **_: Any) -> tuple[Any, ...]:
        """Takes inputs by position or by name; returns the outputs in the model's order."""
        arrays = self.named(inputs)
        bound: Sequence[str] = ()
        with self.lock:
            compiled = self.variant(arrays, bound)
            if isinstance(compiled, ModelError) and self.shaping:
                bound = self.shaping
                compiled = self.variant(arrays, bound)
        if isinstance(compiled, ModelError):
            raise compiled
        return tuple(compiled({name: array for name, array in arrays.items() if name not in bound}))

    def named(self, inputs: Any) -> dict[str, Array]:
        if isinstance(inputs, np.ndarray):
            inputs = [inputs]
        values = [inputs[name] for name in self.inputs] if isinstance(inputs, Mapping) else list(inputs)
        if len(values) != len(self.inputs):
            raise ModelError(f"{len(values)} inputs given; the model has {len(self.inputs)}: {', '.join(self.inputs)}")
        return {name: np.asarray(value) for name, value in zip(self.inputs, values)}

    def variant(self, arrays: Arrays, bound: Sequence[str]) -> Compiled | ModelError:
        """The model for these shapes, with the values of `bound` as constants; or why there is none. Kept for later runs."""
        shapes = {name: arrays[name].shape for name in self.open if name not in bound}
        values = {name: arrays[name] for name in bound}
        key = (*shapes.items(), *((name, array.shape, array.tobytes()) for name, array in values.items()))
        if key not in self.variants:
            try:
                self.variants[key] = compile(with_constants(self.model, values), self.target, shapes or None)
            except ModelError as refusal:
                self.variants[key] = refusal
        return self.variants[key]


def has_open_dims(value: onnx.ValueInfoProto) -> bool:
    """Does the model leave the rank or a dim of this input to its caller?"""
    tensor = value.type.tensor_type
    return not tensor.HasField("shape") or not all(dim.HasField("dim_value") for dim in tensor.shape.dim)


def may_tell_a_shape(value: onnx.ValueInfoProto) -> bool:
    """Shapes, axes, pads, starts, counts: integers, one or a row of them."""
    tensor = value.type.tensor_type
    return tensor.elem_type in INTEGERS and len(tensor.shape.dim) <= 1


def with_constants(model: onnx.ModelProto, values: Arrays) -> onnx.ModelProto:
    """The model with some inputs turned into constants."""
    if not values:
        return model
    bound = onnx.ModelProto()
    bound.CopyFrom(model)
    del bound.graph.input[:]
    bound.graph.input.extend(value for value in model.graph.input if value.name not in values)
    bound.graph.initializer.extend(onnx.numpy_helper.from_array(array, name) for name, array in values.items())
    return bound


class VecwrapBackend(Backend):
    """Compiles for the CPU that it runs on."""

    @classmethod
    def is_compatible(cls, model: onnx.ModelProto, device: str = "CPU", **kwargs: Any) -> bool:
        """Does the model compile? One whose shapes depend on its inputs counts as compatible until its first run."""
        try:
            cls.prepare(model, device, **kwargs)
        except ModelError:
            return False
        return True

    @classmethod
    def prepare(cls, model: onnx.ModelProto, device: str = "CPU", **kwargs: Any) -> VecwrapRep:
        """Compiles. Option: target, as for `compile`. Raises ModelError."""
        if not cls.supports_device(device):
            raise ModelError(f"device '{device}' is not supported; use CPU")
        return VecwrapRep(model, **kwargs)

    @classmethod
    def run_node(cls, node: onnx.NodeProto, inputs: Any, device: str = "CPU",
                 outputs_info: Sequence[tuple[np.dtype[Any], tuple[int, ...]]] | None = None, **kwargs: Any) -> tuple[Any, ...]:
        """Compiles and runs a single node. Option: opset_version (default: the newest)."""
        super().run_node(node, inputs, device, outputs_info, **kwargs)  # checks the node
        opset = kwargs.pop("opset_version", onnx.defs.onnx_opset_version())
        return cls.prepare(model_of(node, inputs, opset), device, **kwargs).run(inputs)

    @classmethod
    def supports_device(cls, device: str) -> bool:
        return device.split(":")[0] == "CPU"


def model_of(node: onnx.NodeProto, inputs: Sequence[Any], opset: int) -> onnx.ModelProto:
    """A model of one node, for inputs of these types and shapes."""
    arrays = {name: np.asarray(value) for name, value in zip(filter(None, node.input), inputs)}
    helper = onnx.helper
    ports = [helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(array.dtype), array.shape)
             for name, array in arrays.items()]
    outputs = [helper.make_empty_tensor_value_info(name) for name in node.output if name]
    graph = helper.make_graph([node], "node", ports, outputs)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid(node.domain, opset)])
    return onnx.shape_inference.infer_shapes(model)  # also gives the outputs their types


is_compatible = VecwrapBackend.is_compatible
prepare = VecwrapBackend.prepare
run_model = VecwrapBackend.run_model
run_node = VecwrapBackend.run_node
supports_device = VecwrapBackend.supports_device
