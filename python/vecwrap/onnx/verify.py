"""Is a compiled model right? Random inputs, ONNX Runtime (or onnx's reference evaluator) beside it, the worst element."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx

from . import emulate
from .compile import Compiled
from .load import ModelLike, load
from .weights import Data

TOLERANCE = {"float32": 1e-5, "float64": 1e-12}  # of other types every element must be equal


@dataclass(frozen=True)
class Difference:
    """The worst element of one output. `error` is |ours - reference|, relative to the largest |reference|."""

    name: str
    error: float
    tolerance: float
    index: tuple[int, ...]
    ours: float
    reference: float
    judge: str

    @property
    def bad(self) -> bool:
        return not self.error <= self.tolerance

    def __str__(self) -> str:
        where = ",".join(map(str, self.index))
        verdict = f"WRONG, more than {self.tolerance:.0e}" if self.bad else "ok"
        return (f"{self.name}: worst relative error {self.error:.2e} at [{where}]: {self.ours:.9g}, "
                f"{self.judge} says {self.reference:.9g}: {verdict}")


def verify(compiled: Compiled, model: ModelLike, seed: int = 0) -> list[Difference]:
    """The worst element of each output, for one set of random inputs."""
    feeds = random_inputs(compiled, model, seed)
    ours = emulate.outputs(compiled, feeds) if compiled.target.is_riscv else compiled(**feeds)
    judge, reference = reference_outputs(model, feeds)
    return [worst(value.name, a, np.asarray(b), judge) for value, a, b in zip(compiled.outputs, ours, reference)]


def worst(name: str, ours: Data, reference: Data, judge: str) -> Difference:
    tolerance = TOLERANCE.get(ours.dtype.name, 0.0)
    if ours.shape != reference.shape or not ours.size:
        return Difference(name, 0.0 if ours.shape == reference.shape else np.inf, tolerance, (), ours.size, reference.size, judge)
    a, b = ours.astype(np.float64), reference.astype(np.float64)
    finite = np.abs(b[np.isfinite(b)])
    with np.errstate(invalid="ignore"):
        distance = np.where((a == b) | (np.isnan(a) & np.isnan(b)), 0.0, np.abs(a - b))
    distance = np.where(np.isnan(distance), np.inf, distance) / max(finite.max(initial=0.0), np.finfo(np.float32).tiny)
    index = tuple(int(i) for i in np.unravel_index(int(distance.argmax()), distance.shape))
    return Difference(name, float(distance[index]), tolerance, index, float(a[index]), float(b[index]), judge)


def random_inputs(compiled: Compiled, model: ModelLike, seed: int) -> dict[str, Data]:
    """Normal floats; integers are 0 or 1, which suits masks, or, where they choose rows of a table, any row."""
    random = np.random.default_rng(seed)
    limits = dict(table_rows(load(model).proto))
    feeds: dict[str, Data] = {}
    for value in compiled.inputs:
        if value.dtype.kind == "f":
            feeds[value.name] = random.standard_normal(value.shape).astype(value.dtype)
        else:
            feeds[value.name] = random.integers(0, limits.get(value.name, 2), value.shape).astype(value.dtype)
    return feeds


def table_rows(proto: onnx.ModelProto) -> Iterator[tuple[str, int]]:
    """Inputs that are the indices of a Gather from a table of known size, perhaps after a Cast; and that size."""
    shapes: dict[str, list[int]] = {v.name: [d.dim_value for d in v.type.tensor_type.shape.dim] for v in proto.graph.input}
    shapes |= {tensor.name: list(tensor.dims) for tensor in proto.graph.initializer}
    origin: dict[str, str] = {}
    for node in proto.graph.node:
        if node.op_type in ("Cast", "Identity"):
            origin[node.output[0]] = origin.get(node.input[0], node.input[0])
        if node.op_type == "Gather" and (shape := shapes.get(node.input[0])):
            axis = next((attribute.i for attribute in node.attribute if attribute.name == "axis"), 0)
            yield origin.get(node.input[1], node.input[1]), max(shape[axis], 1)


def reference_outputs(model: ModelLike, feeds: Mapping[str, Data]) -> tuple[str, list[Any]]:
    """Who judged, and the outputs."""
    content = model.SerializeToString() if isinstance(model, onnx.ModelProto) else model
    try:
        import onnxruntime
    except ImportError:
        return "onnx.reference", reference_evaluator(model, feeds)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    try:
        session = onnxruntime.InferenceSession(content if isinstance(content, bytes) else str(content), options,
                                               providers=["CPUExecutionProvider"])
        return "ONNX Runtime", list(session.run(None, dict(feeds)))
    except Exception as error:  # its exceptions have no common base; a model that it lacks something for is judged by onnx
        logging.getLogger(__name__).info("ONNX Runtime: %s", error)
        return "onnx.reference", reference_evaluator(model, feeds)


def reference_evaluator(model: ModelLike, feeds: Mapping[str, Data]) -> list[Any]:
    from onnx.reference import ReferenceEvaluator
    whole = onnx.load_from_string(model) if isinstance(model, bytes) else model
    return list(ReferenceEvaluator(whole if isinstance(whole, onnx.ModelProto) else onnx.load(whole)).run(None, dict(feeds)))
