"""From a loaded model to a Source: shapes fixed, functions inlined, constants folded, what does nothing removed.

All of it is done by onnx and onnxscript, on a proto that holds no large tensor (see load.py).
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace

import onnx
import onnx.inliner

from ..errors import ModelError
from .load import STANDARD, Model, all_nodes, one_line
from .source import Source

Shapes = Mapping[str, Sequence[int] | int]


def simplify(model: Model, shapes: Shapes | None = None, supported: Collection[str] = ()) -> Source:
    """A model with static shapes. Ops that are not `supported` are replaced by their function bodies from the ONNX standard.

    `shapes` gives dims per input, or a number per symbolic dim. Raises ModelError where symbolic dims are left.
    """
    set_shapes(model, shapes or {})
    forget_inferred(model)
    if model.proto.functions:
        model.proto = onnx.inliner.inline_local_functions(model.proto)
    infer(model)
    optimize(model)
    expand(model, set(supported))
    return Source(model)


def set_shapes(model: Model, shapes: Shapes) -> None:
    """Gives every dim of every input a number."""
    inputs = {value.name: value for value in model.proto.graph.input if value.name not in model.constants}
    symbols = _named_dims(model, inputs, shapes)
    for value in inputs.values():
        if not value.type.HasField("tensor_type"):
            raise ModelError(f"{model.name}: input '{value.name}' is not a tensor; only tensors can be inputs")
        tensor = value.type.tensor_type
        if not tensor.HasField("shape") and value.name not in shapes:
            raise ModelError(f"{model.name}: input '{value.name}' has no shape; give it one: --shape {value.name}=DIM,DIM,...")
        for axis, dim in enumerate(tensor.shape.dim):
            if dim.HasField("dim_param") and dim.dim_param in symbols:
                dim.dim_value = symbols[dim.dim_param]
            if not dim.HasField("dim_value"):
                raise ModelError(_missing(model, value, axis))
            if dim.dim_value < 0:
                raise ModelError(f"{model.name}: dim {axis} of input '{value.name}' is {dim.dim_value}")


def _named_dims(model: Model, inputs: Mapping[str, onnx.ValueInfoProto], shapes: Shapes) -> dict[str, int]:
    """Writes given shapes into the inputs; the value of each symbolic dim that they, or its name, tell."""
    known = {dim.dim_param for value in inputs.values() for dim in value.type.tensor_type.shape.dim} - {""}
    symbols: dict[str, int] = {}
    for name, given in shapes.items():
        dims = [given] if isinstance(given, int) else [int(dim) for dim in given]
        if any(dim < 0 for dim in dims):
            raise ModelError(f"--shape {name}: dims must not be negative, got {_comma(dims)}")
        if name in inputs:
            for symbol, dim in _write_shape(model, inputs[name], dims):
                _agree(symbols, symbol, dim, name)
        elif name in known and len(dims) == 1:
            _agree(symbols, name, dims[0], name)
        else:
            raise ModelError(f"--shape {name}: {model.name} has no input or symbolic dim of that name; "
                             f"it has {', '.join([*inputs, *sorted(known)]) or 'no inputs'}")
    return symbols


def _write_shape(model: Model, value: onnx.ValueInfoProto, dims: Sequence[int]) -> Iterator[tuple[str, int]]:
    """Sets the dims of one input; yields the names that they had."""
    shape = value.type.tensor_type.shape
    if not value.type.tensor_type.HasField("shape"):
        shape.dim.extend(onnx.TensorShapeProto.Dimension() for _ in dims)
    if len(shape.dim) != len(dims):
        raise ModelError(f"--shape {value.name}: {len(dims)} dims given, the input has {len(shape.dim)} ({shape_text(value)})")
    for axis, (dim, given) in enumerate(zip(shape.dim, dims)):
        if dim.HasField("dim_value") and dim.dim_value != given:
            raise ModelError(f"--shape {value.name}: dim {axis} is {dim.dim_value} in {model.name} and cannot become {given}; "
                             f"export the model with a dynamic dim there")
        if dim.dim_param:
            yield dim.dim_param, given
        dim.dim_value = given


def _agree(symbols: dict[str, int], symbol: str, dim: int, source: str) -> None:
    if symbols.setdefault(symbol, dim) != dim:
        raise ModelError(f"--shape {source}: dim '{symbol}' is {dim} here and {symbols[symbol]} in another --shape")


def _missing(model: Model, value: onnx.ValueInfoProto, axis: int) -> str:
    name = value.type.tensor_type.shape.dim[axis].dim_param
    which = f"dim {axis} ('{name}')" if name else f"dim {axis}"
    example = ",".join(str(dim.dim_value) if dim.HasField("dim_value") else dim.dim_param or "DIM"
                       for dim in value.type.tensor_type.shape.dim)
    return f"{model.name}: {which} of input '{value.name}' is not fixed; give its shape: --shape {value.name}={example}"


def shape_text(value: onnx.ValueInfoProto) -> str:
    return ",".join(dim.dim_param or str(dim.dim_value) for dim in value.type.tensor_type.shape.dim)


def _comma(dims: Sequence[int]) -> str:
    return ",".join(map(str, dims))


def forget_inferred(model: Model) -> None:
    """Shapes that the exporter noted are of its symbolic dims, and sometimes wrong; inference will find better ones."""
    graph = model.proto.graph
    del graph.value_info[:]
    for value in graph.output:
        for dim in value.type.tensor_type.shape.dim:
            if not dim.HasField("dim_value"):
                dim.ClearField("value")


def infer(model: Model) -> None:
    try:
        model.proto = onnx.shape_inference.infer_shapes(model.proto, check_type=True, strict_mode=True, data_prop=True)
    except (onnx.shape_inference.InferenceError, ValueError, RuntimeError) as error:
        raise ModelError(f"{model.name}: shapes or types do not fit: {one_line(error)}") from None


def optimize(model: Model) -> None:
    """Folds small constants, evaluates shapes, removes what does nothing. A model that the optimizer breaks stays as it was."""
    from onnxscript import optimizer
    trial = replace(model)
    with _quiet("onnxscript", "onnx_ir"):
        try:
            trial.proto = optimizer.optimize(model.proto, inline=False)
            forget_inferred(trial)
            infer(trial)
        except Exception as error:  # it raises anything; some of its rewrites are not valid in old opsets
            logging.getLogger(__name__).info("%s: not optimized: %s", model.name, one_line(error))
            return
    if _ports(trial.proto) == _ports(model.proto):
        model.proto = trial.proto


def _ports(proto: onnx.ModelProto) -> tuple[list[str], list[str]]:
    return [value.name for value in proto.graph.input], [value.name for value in proto.graph.output]


def expand(model: Model, supported: set[str]) -> None:
    """Replaces ops that are not supported by the standard's definitions in terms of others, where those are supported."""
    for op in standard_ops(model):
        if op not in supported and has_body(op, opset(model)) and (trial := expanded(model, op, supported)):
            model.proto = trial.proto


def expanded(model: Model, op: str, supported: set[str]) -> Model | None:
    """The model without this op; None if that brings other ops that are not supported."""
    before = set(standard_ops(model)) - {op}
    trial = replace(model)
    try:  # one op at a time: the inliner needs the types of all values
        trial.proto = onnx.inliner.inline_selected_functions(model.proto, [("", op)], inline_schema_functions=True)
        infer(trial)
        optimize(trial)
        expand(trial, supported | before | {op})
        left = {node.op_type for node in Source(trial).nodes}
    except (ModelError, RuntimeError):
        return None  # some bodies do not pass onnx's own inference; the inliner knows no types of omitted inputs
    return trial if left <= supported | before else None


def standard_ops(model: Model) -> list[str]:
    return sorted({node.op_type for node in all_nodes(model.proto.graph.node) if node.domain in STANDARD})


def opset(model: Model) -> int:
    return next((entry.version for entry in model.proto.opset_import if entry.domain in STANDARD), 1)


def has_body(op: str, version: int) -> bool:
    try:
        schema = onnx.defs.get_schema(op, version)
    except onnx.defs.SchemaError:
        return False
    body: bool = schema.has_function or schema.has_context_dependent_function  # type: ignore[attr-defined] # not in its stubs
    return body


@contextmanager
def _quiet(*loggers: str) -> Iterator[None]:
    """What third parties warn about while they work does not concern our users."""
    levels = {name: logging.getLogger(name).level for name in loggers}
    for name in loggers:
        logging.getLogger(name).setLevel(logging.ERROR)
    try:
        yield
    finally:
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)
