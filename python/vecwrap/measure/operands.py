"""Deterministic operands for a nest: buffers with margins, and the argument block that points into them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Union

import numpy as np
import numpy.typing as npt

from .. import _core
from ..bind import Array
from ..dtypes import DTYPES
from ..errors import ArgumentError
from ..nest import Nest
from .errors import WrongResult

AnyNest = Union[Nest, _core.Nest]
Bytes = npt.NDArray[np.uint8]
Call = Callable[[Sequence[int]], None]

MARGIN = 128  # bytes around every tensor that must stay as they are
ALIGNMENT = 64  # of a tensor's first byte: a cache line
INDICES = 16  # indirect accesses get indices below this


def core_of(nest: AnyNest) -> _core.Nest:
    """The core's nest of a nest that was declared in Python, or itself."""
    return nest.core if isinstance(nest, Nest) else nest


def values_of(nest: _core.Nest, symbols: Mapping[str, int]) -> dict[str, int]:
    """The nest's symbols with their values, in its order. Raises ArgumentError for a missing or unknown one."""
    if missing := [name for name in nest.symbols if name not in symbols]:
        raise ArgumentError(f"nest {nest.name} needs values for its symbols {', '.join(missing)}: pass symbols={{...}}")
    if unknown := [name for name in symbols if name not in nest.symbols]:
        raise ArgumentError(f"nest {nest.name} has no symbol {', '.join(unknown)}; it has {', '.join(nest.symbols) or 'none'}")
    return {name: int(symbols[name]) for name in nest.symbols}


def extents_of(nest: _core.Nest, symbols: Mapping[str, int]) -> list[int]:
    """Iterations per dim. Raises ArgumentError for one below 1."""
    extents = [symbols[e] if isinstance(e, str) else e for _, e, _ in nest.dims]
    for (name, _, _), extent in zip(nest.dims, extents):
        if extent < 1:
            raise ArgumentError(f"dim {name} has extent {extent}; at least 1 is needed")
    return extents


class Operands:
    """Buffers for one nest at one size. The same seed gives the same contents.

    Strict nests get numbers of both signs; their results must agree in every bit. Nests that may be reassociated get
    numbers around one, so that sums do not cancel and a relative tolerance means something.
    """

    def __init__(self, nest: _core.Nest, symbols: Mapping[str, int], seed: int = 0) -> None:
        self.nest = nest
        self.symbols = values_of(nest, symbols)
        self.extents = extents_of(nest, self.symbols)
        self.out = nest.accesses[nest.out][0]
        random = np.random.default_rng(seed)
        reaches = [self.reach(tensor) for tensor in range(len(nest.tensors))]
        self.pristine = [with_margins(self.contents(t, high - low, random)) for t, (low, high) in enumerate(reaches)]
        self.buffers = [aligned_copy(data) for data in self.pristine]
        self.args = [address(buffer) + MARGIN - low for buffer, (low, _) in zip(self.buffers, reaches)]
        self.args += list(self.symbols.values())

    @property
    def points(self) -> int:
        """Iterations of the innermost body."""
        return int(np.prod(self.extents, dtype=object))

    def itemsize(self, tensor: int) -> int:
        return DTYPES[self.nest.tensor_types[tensor]].itemsize

    def reach(self, tensor: int) -> tuple[int, int]:
        """The bytes, from the tensor's address, that its accesses touch: [low, high)."""
        low, high = 0, 0
        spans = [self.span(access) for access in self.nest.accesses if access[0] == tensor]
        if spans:
            low, high = min(s[0] for s in spans), max(s[1] for s in spans) + self.itemsize(tensor)
        if low % self.itemsize(tensor) or high % self.itemsize(tensor):
            raise ArgumentError(f"elements of tensor {self.nest.tensors[tensor]} are not aligned to their size")
        return low, high

    def span(self, access: tuple[int, int, list[int | str], int, int]) -> tuple[int, int]:
        """The lowest and the highest byte offset of an access."""
        _, offset, strides, index, scale = access
        steps = [self.symbols[s] if isinstance(s, str) else s for s in strides]
        moves = [step * (extent - 1) for step, extent in zip(steps, self.extents)]
        if index >= 0:
            moves.append(scale * (INDICES - 1))
        return offset + sum(m for m in moves if m < 0), offset + sum(m for m in moves if m > 0)

    def contents(self, tensor: int, size: int, random: np.random.Generator) -> Bytes:
        """What `size` bytes of a tensor hold at first."""
        stored = self.nest.tensor_types[tensor]
        dtype = DTYPES[stored]
        count = -(-size // dtype.itemsize)
        if tensor in {self.nest.accesses[access[3]][0] for access in self.nest.accesses if access[3] >= 0}:
            values = random.integers(0, INDICES, count)
        elif stored == "bf16":
            return (self.numbers(count, random).astype(np.float32).view(np.uint32) >> 16).astype(dtype).view(np.uint8)[:size]
        elif dtype.kind == "f":
            return self.numbers(count, random).astype(dtype).view(np.uint8)[:size]
        else:
            values = random.integers(0, 4, count) if dtype.kind == "u" else random.integers(-8, 9, count)
        return values.astype(dtype).view(np.uint8)[:size]

    def numbers(self, count: int, random: np.random.Generator) -> Array:
        values = random.random(count)
        return values + 0.5 if self.nest.reassoc else values * 2 - 1

    def run(self, call: Call, args: Sequence[int] | None = None) -> Bytes:
        """Runs on fresh contents; returns a copy of the output's buffer, margins included.

        Raises WrongResult, naming the tensor, if anything but the output changed.
        """
        np.copyto(self.buffers[self.out], self.pristine[self.out])
        call(self.args if args is None else args)
        for tensor, name in enumerate(self.nest.tensors):
            if tensor != self.out and not np.array_equal(self.buffers[tensor], self.pristine[tensor]):
                raise WrongResult(f"input {name} was written")
        return self.buffers[self.out].copy()


def with_margins(contents: Bytes) -> Bytes:
    margin = np.full(MARGIN, 0xA5, np.uint8)
    return np.concatenate([margin, contents, margin])


def aligned_copy(data: Bytes) -> Bytes:
    """A copy whose first byte after the margin is aligned."""
    room = np.empty(data.size + ALIGNMENT, np.uint8)
    skip = -(address(room) + MARGIN) % ALIGNMENT
    copy = room[skip:skip + data.size]
    np.copyto(copy, data)
    return copy


def address(array: Bytes) -> int:
    return int(array.__array_interface__["data"][0])
