"""Deterministic operands for a nest or a program: buffers with margins, and the argument block that points into them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Union

import numpy as np
import numpy.typing as npt

from .. import _core
from ..bind import Array
from ..dtypes import DTYPES
from ..errors import ArgumentError
from ..nest import Nest
from ..program import Program
from .errors import WrongResult

Core = Union[_core.Nest, _core.Program]
Work = Union[Nest, Program, Core]
Bytes = npt.NDArray[np.uint8]
Call = Callable[[Sequence[int]], None]

MARGIN = 128  # bytes around every tensor that must stay as they are
ALIGNMENT = 64  # of a tensor's first byte: a cache line
INDICES = 16  # indirect accesses get indices below this


def core_of(work: Work) -> Core:
    """The core's nest or program of one that was declared in Python, or itself."""
    return work.core if isinstance(work, (Nest, Program)) else work


def nests_of(core: Core) -> list[_core.Nest]:
    return [core] if isinstance(core, _core.Nest) else core.nests


def values_of(core: Core, symbols: Mapping[str, int]) -> dict[str, int]:
    """The symbols with their values, in the core's order. Raises ArgumentError for a missing or unknown one."""
    what = f"{'nest' if isinstance(core, _core.Nest) else 'program'} {core.name}"
    if missing := [name for name in core.symbols if name not in symbols]:
        raise ArgumentError(f"{what} needs values for its symbols {', '.join(missing)}: pass symbols={{...}}")
    if unknown := [name for name in symbols if name not in core.symbols]:
        raise ArgumentError(f"{what} has no symbol {', '.join(unknown)}; it has {', '.join(core.symbols) or 'none'}")
    return {name: int(symbols[name]) for name in core.symbols}


def extents_of(nest: _core.Nest, symbols: Mapping[str, int]) -> list[int]:
    """Iterations per dim. Raises ArgumentError for one below 1."""
    extents = [symbols[e] if isinstance(e, str) else e for _, e, _ in nest.dims]
    for (name, _, _), extent in zip(nest.dims, extents):
        if extent < 1:
            raise ArgumentError(f"dim {name} has extent {extent}; at least 1 is needed")
    return extents


class Operands:
    """Buffers for one nest or program at one size. The same seed gives the same contents.

    Strict nests get numbers of both signs; their results must agree in every bit. Where sums may be reassociated, there are
    numbers around one, so that sums do not cancel and a relative tolerance means something.
    """

    def __init__(self, core: Core, symbols: Mapping[str, int], seed: int = 0) -> None:
        self.core = core
        self.nests = nests_of(core)
        self.symbols = values_of(core, symbols)
        self.extents = [extents_of(nest, self.symbols) for nest in self.nests]
        self.tensors = core.tensors if isinstance(core, _core.Nest) else core.arguments
        written = {nest.tensors[nest.accesses[nest.out][0]] for nest in self.nests}
        self.outputs = [t for t, name in enumerate(self.tensors) if name in written]
        random = np.random.default_rng(seed)
        reaches = [self.reach(tensor) for tensor in range(len(self.tensors))]
        self.pristine = [with_margins(self.contents(t, high - low, random)) for t, (low, high) in enumerate(reaches)]
        self.buffers = [aligned_copy(data) for data in self.pristine]
        self.args = [address(buffer) + MARGIN - low for buffer, (low, _) in zip(self.buffers, reaches)]
        self.args += list(self.symbols.values())

    @property
    def points(self) -> int:
        """Iterations of the innermost bodies."""
        return sum(math.prod(extents) for extents in self.extents)

    @property
    def reassociates(self) -> bool:
        return any(nest.reassoc for nest in self.nests)

    def stored(self, tensor: int) -> str:
        """The type of the tensor's elements."""
        name = self.tensors[tensor]
        return next(t for nest in self.nests for other, t in zip(nest.tensors, nest.tensor_types) if other == name)

    def itemsize(self, tensor: int) -> int:
        return DTYPES[self.stored(tensor)].itemsize

    def reach(self, tensor: int) -> tuple[int, int]:
        """The bytes, from the tensor's address, that its accesses touch: [low, high)."""
        low, high = 0, 0
        name = self.tensors[tensor]
        spans = [self.span(access, extents) for nest, extents in zip(self.nests, self.extents)
                 for access in nest.accesses if nest.tensors[access[0]] == name]
        if spans:
            low, high = min(s[0] for s in spans), max(s[1] for s in spans) + self.itemsize(tensor)
        if low % self.itemsize(tensor) or high % self.itemsize(tensor):
            raise ArgumentError(f"elements of tensor {name} are not aligned to their size")
        return low, high

    def span(self, access: tuple[int, int, list[int | str], int, int], extents: Sequence[int]) -> tuple[int, int]:
        """The lowest and the highest byte offset of an access."""
        _, offset, strides, index, scale = access
        steps = [self.symbols[s] if isinstance(s, str) else s for s in strides]
        moves = [step * (extent - 1) for step, extent in zip(steps, extents)]
        if index >= 0:
            moves.append(scale * (INDICES - 1))
        return offset + sum(m for m in moves if m < 0), offset + sum(m for m in moves if m > 0)

    def indices(self) -> set[str]:
        """The tensors that indirect accesses read their indices from."""
        return {nest.tensors[nest.accesses[access[3]][0]] for nest in self.nests for access in nest.accesses if access[3] >= 0}

    def contents(self, tensor: int, size: int, random: np.random.Generator) -> Bytes:
        """What `size` bytes of a tensor hold at first."""
        stored = self.stored(tensor)
        dtype = DTYPES[stored]
        count = -(-size // dtype.itemsize)
        if self.tensors[tensor] in self.indices():
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
        return values + 0.5 if self.reassociates else values * 2 - 1

    def run(self, call: Call, args: Sequence[int] | None = None) -> list[Bytes]:
        """Runs on fresh contents; returns copies of the outputs' buffers, margins included.

        Raises WrongResult, naming the tensor, if anything else changed.
        """
        for tensor in self.outputs:
            np.copyto(self.buffers[tensor], self.pristine[tensor])
        call(self.args if args is None else args)
        for tensor, name in enumerate(self.tensors):
            if tensor not in self.outputs and not np.array_equal(self.buffers[tensor], self.pristine[tensor]):
                raise WrongResult(f"input {name} was written")
        return [self.buffers[tensor].copy() for tensor in self.outputs]


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
