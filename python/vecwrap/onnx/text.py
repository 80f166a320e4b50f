"""Strings of a model. onnx's messages accept bytes that are not UTF-8 where text belongs; nothing after loading does."""

from __future__ import annotations

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from ..errors import ModelError


def check_text(message: Message, where: str) -> None:
    """Raises ModelError for the first string, in the message or below it, that is not UTF-8."""
    for field, value in message.ListFields():
        if field.type not in (FieldDescriptor.TYPE_STRING, FieldDescriptor.TYPE_MESSAGE):
            continue
        for item in (value,) if isinstance(value, (str, bytes, Message)) else value:
            if isinstance(item, Message):
                check_text(item, where)
            elif isinstance(item, bytes):
                raise ModelError(f"{where}: not an ONNX model, or damaged ('{field.name}' is not UTF-8: {item[:40]!r})")
