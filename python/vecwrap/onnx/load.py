"""Reading a model: from a file, bytes or a ModelProto to a small, checked ModelProto and weights that are read on demand.

Everything that can be wrong with a file ends in one `ModelError` that says what, where and what to do.
"""

from __future__ import annotations

import mmap
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import onnx
from google.protobuf.message import DecodeError

from ..errors import ModelError, UnsupportedModel
from . import wire
from .text import check_text
from .weights import Constant, FileBlob, MemoryBlob, constant_of, raw_constant, whole_constant

LARGE = 1024  # bytes; what is larger is no shape, axis or scalar, and is kept away from parsers and optimizers
STANDARD = ("", "ai.onnx")

ModelLike = str | os.PathLike[str] | bytes | onnx.ModelProto


@dataclass
class Model:
    """A model with its large constants taken out of the proto, where typed graph inputs stand in for them."""

    proto: onnx.ModelProto
    name: str  # for messages
    constants: dict[str, Constant] = field(default_factory=dict)
    files: list[Path] = field(default_factory=list)  # the model and its external data

    def stand_ins(self) -> list[onnx.ValueInfoProto]:
        """The graph inputs that are constants."""
        return [value for value in self.proto.graph.input if value.name in self.constants]


def load(model: ModelLike) -> Model:
    """Reads and checks a model. Raises ModelError (UnsupportedModel for ops outside of the ONNX standard)."""
    if isinstance(model, (str, os.PathLike)):
        return _Loader(str(model), Path(model).parent).from_file(Path(model))
    if isinstance(model, onnx.ModelProto):
        return _Loader("model", None).from_bytes(model.SerializeToString())
    return _Loader("model", None).from_bytes(bytes(model))


class _Loader:
    """One model on its way in. `folder` is where external data lies, if anywhere."""

    def __init__(self, name: str, folder: Path | None) -> None:
        self.name = name
        self.folder = folder
        self.blobs: dict[str, FileBlob] = {}
        self.model = Model(onnx.ModelProto(), name)

    def from_file(self, path: Path) -> Model:
        try:
            if path.is_dir():
                raise ModelError(f"{path}: is a folder; name the .onnx file in it")
            blob = FileBlob(path)
        except OSError as error:
            raise ModelError(f"{path}: {error.strerror}") from None
        self.model.files.append(path)
        if not blob.size:
            raise ModelError(f"{path}: is empty")
        with path.open("rb") as file, mmap.mmap(file.fileno(), blob.size, access=mmap.ACCESS_READ) as data:
            return self.finish(data, blob)

    def from_bytes(self, data: bytes) -> Model:
        if not data:
            raise ModelError(f"{self.name}: is empty")
        return self.finish(data, MemoryBlob(data))

    def finish(self, data: wire.Bytes, blob: FileBlob | MemoryBlob) -> Model:
        try:
            small, taken = wire.take_weights(data, LARGE)
            self.model.proto = proto = onnx.ModelProto.FromString(small)
            headers = [(onnx.TensorProto.FromString(weights.header), weights) for weights in taken]
        except (wire.WireError, DecodeError) as error:
            raise ModelError(f"{self.name}: not an ONNX model, or damaged ({error})") from None
        for message in (proto, *(header for header, _ in headers)):
            check_text(message, self.name)
        check_versions(proto, self.name)
        if proto.graph.sparse_initializer:
            name = proto.graph.sparse_initializer[0].values.name
            raise UnsupportedModel(f"{self.name}: initializer '{name}' is sparse; convert it to a dense tensor")
        for header, weights in headers:
            stored = raw_constant(header, blob, *weights.raw) if weights.raw else whole_constant(header, blob, *weights.tensor)
            self.take(header, stored)
        self.take_rest()
        check_domains(proto, self.name)
        check_graph(proto, self.name)
        return self.model

    def take(self, tensor: onnx.TensorProto, constant: Constant) -> None:
        """A constant leaves the proto."""
        if tensor.name in self.model.constants:
            raise ModelError(f"{self.name}: initializer '{tensor.name}' occurs twice")
        self.model.constants[tensor.name] = constant

    def take_rest(self) -> None:
        """External initializers, and large tensors in Constant nodes; then stand-ins for all that was taken."""
        graph = self.model.proto.graph
        self.fill_attributes()
        initializers = list(graph.initializer)
        nodes = [node for node in graph.node if not self.large_node(node)]
        del graph.initializer[:]
        for tensor in initializers:
            self.external_or_small(tensor)
        if len(nodes) < len(graph.node):
            del graph.node[:]
            graph.node.extend(nodes)
        given = {tensor.name for tensor in graph.initializer} | set(self.model.constants)
        self.model.proto.ir_version = max(self.model.proto.ir_version, 4)  # until then initializers had to be inputs, too
        inputs = [value for value in graph.input if value.name not in given]
        del graph.input[:]
        graph.input.extend([*inputs, *(stand_in(name, c) for name, c in self.model.constants.items())])

    def external_or_small(self, tensor: onnx.TensorProto) -> None:
        if tensor.data_location != onnx.TensorProto.EXTERNAL:
            self.model.proto.graph.initializer.append(tensor)
            return
        constant = self.external(tensor)
        if constant.nbytes > LARGE:
            self.take(tensor, constant)
        else:
            self.model.proto.graph.initializer.append(onnx.numpy_helper.from_array(constant.load(), tensor.name))

    def large_node(self, node: onnx.NodeProto) -> bool:
        """Takes the tensor of a Constant node, if it is large."""
        if node.op_type != "Constant" or node.domain not in STANDARD or len(node.output) != 1:
            return False
        tensor = next((a.t for a in node.attribute if a.name == "value" and a.HasField("t")), None)
        if tensor is None or tensor.ByteSize() <= LARGE:
            return False
        kept = onnx.TensorProto()
        kept.CopyFrom(tensor)
        kept.name = node.output[0]
        self.take(kept, constant_of(kept))
        return True

    def external(self, tensor: onnx.TensorProto) -> Constant:
        """A tensor whose elements are in another file."""
        entries = {entry.key: entry.value for entry in tensor.external_data}
        what = f"{self.name}: initializer '{tensor.name}'"
        location = entries.get("location", "")
        if self.folder is None:
            raise ModelError(f"{what} is in external file '{location}'; pass the model's path, or load its data first")
        if not location or Path(location).is_absolute() or ".." in Path(location).parts:
            raise ModelError(f"{what} is in external file '{location}', which is not inside of the model's folder")
        blob = self.blob(location, what)
        try:
            start = int(entries.get("offset", 0))
            end = start + int(entries.get("length", blob.size - start))
        except ValueError:
            raise ModelError(f"{what}: the offset or length of its external data is not a number") from None
        if not 0 <= start <= end <= blob.size:
            raise ModelError(f"{what} needs bytes {start} to {end} of {blob.path}, which has {blob.size}; "
                             f"is the file cut off, or of another model?")
        return raw_constant(tensor, blob, start, end)

    def blob(self, location: str, what: str) -> FileBlob:
        if location not in self.blobs:
            path = Path(self.folder or ".") / location
            try:
                self.blobs[location] = FileBlob(path)
            except OSError as error:
                raise ModelError(f"{what} is in external file {path}: {error.strerror}") from None
            self.model.files.append(path)
        return self.blobs[location]

    def fill_attributes(self) -> None:
        """Tensors in attributes may be external too."""
        for node in all_nodes(self.model.proto.graph.node):
            for attribute in node.attribute:
                if attribute.HasField("t") and attribute.t.data_location == onnx.TensorProto.EXTERNAL:
                    attribute.t.CopyFrom(onnx.numpy_helper.from_array(self.external(attribute.t).load(), attribute.t.name))


def stand_in(name: str, constant: Constant) -> onnx.ValueInfoProto:
    return onnx.helper.make_tensor_value_info(name, onnx.helper.np_dtype_to_tensor_dtype(constant.dtype), constant.shape)


def all_nodes(nodes: Iterable[onnx.NodeProto]) -> Iterator[onnx.NodeProto]:
    """Nodes and those in their subgraphs."""
    for node in nodes:
        yield node
        for attribute in node.attribute:
            for graph in ([attribute.g] if attribute.HasField("g") else []) + list(attribute.graphs):
                yield from all_nodes(graph.node)


def check_versions(proto: onnx.ModelProto, name: str) -> None:
    if not proto.ir_version or not proto.HasField("graph"):
        raise ModelError(f"{name}: not an ONNX model (no IR version or no graph)")
    if proto.ir_version > onnx.IR_VERSION:
        raise ModelError(f"{name}: IR version {proto.ir_version} is newer than onnx {onnx.__version__} knows "
                         f"({onnx.IR_VERSION}); update the onnx package")
    opset = next((entry.version for entry in proto.opset_import if entry.domain in STANDARD), 1)
    newest = onnx.defs.onnx_opset_version()
    if not 1 <= opset <= newest:
        raise ModelError(f"{name}: opset {opset} is not between 1 and {newest}, the newest that onnx {onnx.__version__} "
                         f"knows; update the onnx package")


def check_domains(proto: onnx.ModelProto, name: str) -> None:
    """Ops must be the standard's, or functions of the model."""
    opsets = {entry.domain: entry.version for entry in proto.opset_import}
    local = {(function.domain, function.name) for function in proto.functions}
    bodies = (node for function in proto.functions for node in function.node)
    for node in all_nodes([*proto.graph.node, *bodies]):
        if node.domain not in STANDARD and (node.domain, node.op_type) not in local:
            raise UnsupportedModel(f"{name}: node '{node.name or node.output[0]}' is {node.domain}.{node.op_type} "
                                   f"(opset {opsets.get(node.domain, '?')}); ops of domain {node.domain} are not supported")


def check_graph(proto: onnx.ModelProto, name: str) -> None:
    try:
        onnx.checker.check_model(proto)
    except (onnx.checker.ValidationError, ValueError, RuntimeError) as error:
        raise ModelError(f"{name}: not a valid model: {one_line(error)}") from None


def one_line(error: Exception) -> str:
    """What an exception says first; onnx's go on with a trace of contexts."""
    text = str(error).strip()
    return " ".join(text.split("\n\n")[0].split()) or type(error).__name__
