"""The outer layers of a serialized ModelProto, without parsing it.

Weights are nearly all of a model. A protobuf parser would copy every one of them; walking over the fields finds where
they lie in the file, and what is left for the parser is small.
Encoding: https://protobuf.dev/programming-guides/encoding. Field numbers: onnx.proto.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from mmap import mmap

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
MODEL_GRAPH, GRAPH_INITIALIZER = 7, 5
TENSOR_RAW = 9
TENSOR_PAYLOAD = {4, 5, 6, 7, TENSOR_RAW, 10, 11}  # float, int32, string, int64, raw, double and uint64 data


Bytes = bytes | mmap


class WireError(ValueError):
    """Bytes that are not protobuf, or not all of it."""


@dataclass(frozen=True)
class Field:
    """One field of a message: the whole of it is data[begin:end], what it holds is data[start:end]."""

    number: int
    wire: int
    begin: int
    start: int
    end: int


@dataclass(frozen=True)
class Weights:
    """An initializer whose elements stay where they are: its other fields, and the spans [start, end) in the file.

    `raw` is the span of raw_data; other ways to store elements need the whole tensor.
    """

    header: bytes
    tensor: tuple[int, int]
    raw: tuple[int, int] | None


def varint(data: Bytes, at: int, end: int) -> tuple[int, int]:
    """The number at `at`, and where the next thing starts."""
    value = 0
    for count, byte in enumerate(data[at:min(at + 10, end)]):
        value |= (byte & 0x7F) << 7 * count
        if byte < 0x80:
            return value, at + count + 1
    raise WireError(f"cut off at byte {end}" if end - at < 10 else f"damaged at byte {at}")


def fields(data: Bytes, start: int, end: int) -> Iterator[Field]:
    """The fields of the message in data[start:end]."""
    at = start
    while at < end:
        tag, inside = varint(data, at, end)
        number, wire = tag >> 3, tag & 7
        if wire == BYTES:
            length, inside = varint(data, inside, end)
            stop = inside + length
        elif wire == VARINT:
            _, stop = varint(data, inside, end)
        elif wire in (FIXED64, FIXED32):
            stop = inside + (8 if wire == FIXED64 else 4)
        else:
            raise WireError(f"damaged at byte {at}")
        if number == 0:
            raise WireError(f"damaged at byte {at}")
        if stop > end:
            raise WireError(f"cut off: byte {at} announces data up to byte {stop}, but it ends at byte {end}")
        yield Field(number, wire, at, inside, stop)
        at = stop


def encoded(number: int, content: bytes) -> bytes:
    """A field that holds bytes."""
    return _varint_bytes(number << 3 | BYTES) + _varint_bytes(len(content)) + content


def _varint_bytes(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def take_weights(data: Bytes, limit: int) -> tuple[bytes, list[Weights]]:
    """A serialized ModelProto without the initializers whose elements take more than `limit` bytes, and those."""
    parts: list[bytes] = []
    taken: list[Weights] = []
    for field in fields(data, 0, len(data)):
        if (field.number, field.wire) == (MODEL_GRAPH, BYTES):
            parts.append(encoded(MODEL_GRAPH, _graph(data, field, limit, taken)))
        else:
            parts.append(bytes(data[field.begin:field.end]))
    return b"".join(parts), taken


def _graph(data: Bytes, graph: Field, limit: int, taken: list[Weights]) -> bytes:
    parts: list[bytes] = []
    for field in fields(data, graph.start, graph.end):
        weights = None
        if (field.number, field.wire) == (GRAPH_INITIALIZER, BYTES) and field.end - field.start > limit:
            weights = _weights(data, field, limit)
        if weights:
            taken.append(weights)
        else:
            parts.append(bytes(data[field.begin:field.end]))
    return b"".join(parts)


def _weights(data: Bytes, tensor: Field, limit: int) -> Weights | None:
    inside = list(fields(data, tensor.start, tensor.end))
    payload = [field for field in inside if field.number in TENSOR_PAYLOAD]
    if sum(field.end - field.start for field in payload) <= limit:
        return None
    header = b"".join(bytes(data[field.begin:field.end]) for field in inside if field.number not in TENSOR_PAYLOAD)
    raw = next(((field.start, field.end) for field in payload if field.number == TENSOR_RAW), None)
    return Weights(header, (tensor.start, tensor.end), raw)
