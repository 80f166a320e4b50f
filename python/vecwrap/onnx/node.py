"""Node: a node of the model, as one op's lowering is given it."""

from __future__ import annotations

from typing import Any

import onnx


class Node:
    """A node of the model. Remembers which attributes were looked at: one that nobody looks at must not be ignored."""

    def __init__(self, proto: onnx.NodeProto, opset: int) -> None:
        self.proto, self.opset = proto, opset
        self.op: str = proto.op_type
        self.inputs = list(proto.input)
        self.outputs = list(proto.output)
        self._attributes = {attribute.name: attribute for attribute in proto.attribute}
        self._seen: set[str] = set()

    def input(self, index: int) -> str:
        """The name of an input; "" if an optional one is absent."""
        return self.inputs[index] if index < len(self.inputs) else ""

    def output(self, index: int) -> str:
        return self.outputs[index] if index < len(self.outputs) else ""

    def attribute(self, name: str, default: Any = None) -> Any:
        """An attribute's value: int, float, str, list or TensorProto."""
        self._seen.add(name)
        if name not in self._attributes:
            return default
        value = onnx.helper.get_attribute_value(self._attributes[name])
        return value.decode() if isinstance(value, bytes) else value

    def has(self, name: str) -> bool:
        return name in self._attributes

    def settled(self, *names: str) -> None:
        """Attributes that need no look: shape inference has used them, or they change nothing here."""
        self._seen.update(names)

    @property
    def unseen(self) -> list[str]:
        return [name for name in self._attributes if name not in self._seen]
