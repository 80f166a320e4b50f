"""From arrays to a kernel's argument block. Everything that could go wrong is checked here, before anything runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Union

import numpy as np
import numpy.typing as npt

from . import _core
from .dtypes import DTYPES
from .errors import ArgumentError
from .lower import Lowered, Strides
from .operand import Operand

Array = npt.NDArray[Any]
Argument = Union[Array, float, int]
Place = tuple[int, int]  # number of an array, bytes behind its first element; or -1, and a number
OVERLAP_WORK = 100_000  # bound on numpy's exact overlap search


class Bound:
    """One call: the argument block, and the arrays that must live as long as it is used."""

    def __init__(self, lowered: Lowered, tensors: Sequence[Operand], positional: Sequence[Argument],
                 named: Mapping[str, Argument]) -> None:
        self.lowered = lowered
        values = by_name(tensors, positional, named)
        self.symbols = {name: values.pop(name) for name in list(values) if name not in {t.name for t in tensors}}
        self.arrays = {tensor: self.array(tensor, values) for tensor in tensors}
        self.has_numbers = any(array is not values[tensor.name] for tensor, array in self.arrays.items())
        self.extents: dict[str, int] = {}
        self.find_extents()
        self.check_strides()
        self.check_bounds()
        self.check_output()
        self.check_overlap()
        self.block = self.argument_block()

    def array(self, tensor: Operand, values: Mapping[str, Argument]) -> Array:
        """The array of one tensor: right dtype, rank, constant sizes and alignment. Scalars may be plain numbers."""
        if tensor.name not in values:
            raise ArgumentError(f"tensor {tensor.name} is missing")
        value, dtype = values[tensor.name], DTYPES[tensor.type]
        if not isinstance(value, np.ndarray):
            if tensor.shape or tensor is self.lowered.out or isinstance(value, (list, tuple)):
                raise ArgumentError(f"{tensor.name}: expected a numpy array, got {type(value).__name__}")
            value = np.array(value, dtype)
        if value.dtype != dtype:
            raise ArgumentError(f"{tensor.name}: expected dtype {dtype}, got {value.dtype}")
        if value.ndim != len(tensor.shape):
            raise ArgumentError(f"{tensor.name}: expected {len(tensor.shape)} axes, got {value.ndim}")
        if address(value) % dtype.itemsize or any(s % dtype.itemsize for s in value.strides):
            raise ArgumentError(f"{tensor.name}: elements are not aligned to their {dtype.itemsize} bytes; pass a copy")
        return value

    def find_extents(self) -> None:
        """Extents come from the arrays' shapes, or by keyword; all mentions of one symbol must agree."""
        for name, value in self.symbols.items():
            if not isinstance(value, (int, np.integer)):
                raise ArgumentError(f"'{name}' is neither a tensor nor an extent of this nest")
            self.extents[name] = int(value)
        for tensor, array in self.arrays.items():
            for axis, (size, wanted) in enumerate(zip(array.shape, tensor.shape)):
                have = self.extents.setdefault(wanted, size) if isinstance(wanted, str) else wanted
                if have is not None and have != size:
                    meaning = f"{wanted} = {have}" if isinstance(wanted, str) else str(have)
                    raise ArgumentError(f"{tensor.name}: axis {axis} has size {size}, expected {meaning}")
        for name, extent, _ in self.lowered.core.dims:
            if isinstance(extent, str) and extent not in self.extents:
                raise ArgumentError(f"extent {extent} of dim {name} is in no tensor's shape; pass {extent}=...")
            if self.extent(extent) < 1:
                raise ArgumentError(f"dim {name} has extent {self.extent(extent)}; a kernel needs at least 1")

    def extent(self, extent: int | str) -> int:
        return self.extents[extent] if isinstance(extent, str) else extent

    def check_strides(self) -> None:
        """Strides that the kernel has folded in must be the array's (an axis of size 1 never moves)."""
        for tensor, array in self.arrays.items():
            for axis, (stride, wanted) in enumerate(zip(array.strides, tensor.strides)):
                if isinstance(wanted, int) and stride != wanted and array.shape[axis] > 1:
                    raise ArgumentError(f"{tensor.name}: axis {axis} has a stride of {stride} bytes, "
                                        f"expected {wanted}; declare the tensor's strides, or pass a copy")

    def check_bounds(self) -> None:
        """No index may leave its array."""
        sizes = {name: self.extent(extent) for name, extent, _ in self.lowered.core.dims}
        for element in self.lowered.elements:
            shape = self.arrays[element.tensor].shape
            for axis, index in enumerate(element.index):
                moves = [factor * (sizes[dim.name] - 1) for dim, factor in index.terms.items()]
                low = index.constant + sum(m for m in moves if m < 0)
                high = index.constant + sum(m for m in moves if m > 0)
                if low < 0 or high >= shape[axis]:
                    raise ArgumentError(f"{element.tensor.name}: index {index} runs from {low} to {high} "
                                        f"on axis {axis}, which has size {shape[axis]}")

    def check_output(self) -> None:
        """The output must be writeable, and no element of it may be written from two points."""
        out, core = self.lowered.out, self.lowered.core
        if not self.arrays[out].flags.writeable:
            raise ArgumentError(f"{out.name} is the output, but the array is read-only")
        steps = [(abs(self.symbol_value(stride)), self.extent(extent))
                 for (_, extent, reduction), stride in zip(core.dims, core.accesses[core.out][2]) if not reduction]
        reach = 0
        for step, extent in sorted((s, e) for s, e in steps if e > 1):
            if step <= reach:
                raise ArgumentError(f"{out.name} is the output, but its strides make elements overlap")
            reach += step * (extent - 1)

    def check_overlap(self) -> None:
        out = self.lowered.out
        for tensor, array in self.arrays.items():
            if tensor is not out and overlaps(self.arrays[out], array):
                raise ArgumentError(f"the output {out.name} overlaps {tensor.name}; pass a copy of one of them")

    def stride_value(self, source: Strides) -> int:
        strides = self.arrays[source.tensor].strides
        return source.constant + sum(factor * strides[axis] for axis, factor in source.axes)

    def symbol_value(self, symbol: int | str) -> int:
        if isinstance(symbol, int):
            return symbol
        source = self.lowered.symbols[self.lowered.core.symbols.index(symbol)]
        return self.extents[source] if isinstance(source, str) else self.stride_value(source)

    def argument_block(self) -> list[int]:
        self.check_named_strides()
        pointers = [address(self.arrays[p.tensor]) + self.stride_value(p) for p in self.lowered.pointers]
        return pointers + [self.symbol_value(name) for name in self.lowered.core.symbols]

    def places(self) -> list[Place]:
        """Where each of the kernel's arguments comes from."""
        order = list(self.arrays)
        pointers = [(order.index(p.tensor), self.stride_value(p)) for p in self.lowered.pointers]
        return pointers + [(-1, self.symbol_value(name)) for name in self.lowered.core.symbols]

    def again(self, kernel: _core.Loaded) -> _core.KernelCall | None:
        """See Arguments.again."""
        if self.has_numbers:
            return None
        written = [tensor is self.lowered.out for tensor in self.arrays]
        return _core.KernelCall(kernel, list(self.arrays.values()), written, self.places())

    def check_named_strides(self) -> None:
        """A stride symbol that several axes share must have one value."""
        seen: dict[str, tuple[int, str]] = {}
        for tensor, array in self.arrays.items():
            for axis, name in enumerate(tensor.strides):
                if not isinstance(name, str):
                    continue
                value, where = seen.setdefault(name, (array.strides[axis], tensor.name))
                if value != array.strides[axis]:
                    raise ArgumentError(f"stride {name} is {value} bytes in {where}, "
                                        f"but {array.strides[axis]} in {tensor.name}")


def address(array: Array) -> int:
    """The address of element [0, 0, ...], whatever the signs of the strides."""
    return int(array.__array_interface__["data"][0])


def overlaps(a: Array, b: Array) -> bool:
    """Do two arrays share an element? Assumed where proving the contrary takes too long."""
    try:
        return np.shares_memory(a, b, max_work=OVERLAP_WORK)  # type: ignore[arg-type] # any bound is allowed
    except np.exceptions.TooHardError:
        return True


def by_name(tensors: Sequence[Operand], positional: Sequence[Argument],
            named: Mapping[str, Argument]) -> dict[str, Argument]:
    if len(positional) > len(tensors):
        raise ArgumentError(f"{len(positional)} arrays for {len(tensors)} tensors")
    values = {tensor.name: value for tensor, value in zip(tensors, positional)}
    for name, value in named.items():
        if name in values:
            raise ArgumentError(f"{name} is passed twice")
        values[name] = value
    return values
