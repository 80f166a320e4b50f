"""Constants that are read when they are needed, not before: a compiler that holds all weights at once needs too much memory."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx

from ..errors import ModelError, UnsupportedModel

Data = npt.NDArray[Any]


class FileBlob:
    """Bytes of an open file. It stays open: the weights are those of the file that was checked, whatever its name holds later."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = path.open("rb")
        self.size = os.fstat(self._file.fileno()).st_size

    def read(self, start: int, end: int) -> memoryview:
        out = bytearray(end - start)
        at = memoryview(out)
        while at and (got := os.preadv(self._file.fileno(), [at], end - len(at))):
            at = at[got:]
        if at:
            raise ModelError(f"{self.path}: became shorter while it was read; try again")
        return memoryview(out)


class MemoryBlob:
    """The same for bytes in memory."""

    def __init__(self, data: bytes) -> None:
        self.data = memoryview(data)
        self.size = len(data)

    def read(self, start: int, end: int) -> memoryview:
        return self.data[start:end]


@dataclass(frozen=True)
class Constant:
    """A tensor of known elements. `load` decodes them, each time anew."""

    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    load: Callable[[], Data]

    @property
    def nbytes(self) -> int:
        return math.prod(self.shape) * self.dtype.itemsize


def numpy_type(data_type: int, what: str) -> np.dtype[Any]:
    """The numpy type of an ONNX element type (TensorProto.DataType); `what` has it."""
    try:
        return np.dtype(onnx.helper.tensor_dtype_to_np_dtype(data_type))
    except (KeyError, ValueError, TypeError):
        raise UnsupportedModel(f"{what}: element type {data_type} is not known") from None


def constant_of(tensor: onnx.TensorProto) -> Constant:
    """A constant from a tensor that is in memory anyway."""
    return Constant(numpy_type(tensor.data_type, tensor.name), tuple(tensor.dims), lambda: onnx.numpy_helper.to_array(tensor))


def raw_constant(header: onnx.TensorProto, blob: FileBlob | MemoryBlob, start: int, end: int) -> Constant:
    """A constant whose little-endian elements are blob[start:end]."""
    dtype, shape = numpy_type(header.data_type, f"initializer '{header.name}'"), tuple(header.dims)
    want = raw_bytes(header.data_type, dtype, shape)
    if end - start != want:
        raise ModelError(f"initializer '{header.name}' has {end - start} bytes, "
                         f"but shape {list(shape)} of {type_name(header.data_type)} takes {want}")

    def load() -> Data:
        data = blob.read(start, end)
        if packed_bits(header.data_type) == 8 * dtype.itemsize:
            return np.frombuffer(data, dtype.newbyteorder("<")).reshape(shape)
        tensor = onnx.TensorProto(data_type=header.data_type, dims=shape, raw_data=bytes(data))
        return onnx.numpy_helper.to_array(tensor)
    return Constant(dtype, shape, load)


def whole_constant(header: onnx.TensorProto, blob: FileBlob | MemoryBlob, start: int, end: int) -> Constant:
    """A constant from a serialized TensorProto at blob[start:end] that holds its elements in typed fields."""
    def load() -> Data:
        try:
            return onnx.numpy_helper.to_array(onnx.TensorProto.FromString(bytes(blob.read(start, end))))
        except ValueError as error:
            raise ModelError(f"initializer '{header.name}' is damaged: {str(error).splitlines()[0]}") from None
    return Constant(numpy_type(header.data_type, f"initializer '{header.name}'"), tuple(header.dims), load)


def type_name(data_type: int) -> str:
    return str(onnx.TensorProto.DataType.Name(data_type)).lower()


def packed_bits(data_type: int) -> int:
    """How many bits one element takes in raw_data."""
    name = type_name(data_type)
    packed = {"int2": 2, "uint2": 2, "int4": 4, "uint4": 4, "float4e2m1": 4}
    return packed.get(name) or 8 * np.dtype(onnx.helper.tensor_dtype_to_np_dtype(data_type)).itemsize


def raw_bytes(data_type: int, dtype: np.dtype[Any], shape: tuple[int, ...]) -> int:
    return (math.prod(shape) * packed_bits(data_type) + 7) // 8
