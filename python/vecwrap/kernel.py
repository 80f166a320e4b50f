"""Kernel: a nest or a program under a sentence, compiled for one target."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np

from . import _core
from .bind import Argument
from .disassemble import disassemble
from .variants import runnable

SLICE = 5e-4  # seconds of a batch at most: well below a scheduler's time slice, so that other processes leave some alone
LINE = 64  # bytes of a cache line: vectors of a workspace shall not cross them


@dataclass(frozen=True)
class Timing:
    """Seconds per run, over several batches. gflops is that of the best batch, in 1e9 operations per second."""

    best: float
    median: float
    gflops: float


class Arguments(Protocol):
    """Checked arguments, and what keeps them alive."""

    block: list[int]

    def again(self, kernel: _core.Loaded) -> _core.KernelCall | None:
        """For calls with arrays like these, which need not be checked once more; None where a number was passed."""
        ...


class Kernel:
    """Machine code that can be looked at, run on numpy arrays and timed."""

    def __init__(self, bind: Callable[..., Arguments], nest: _core.Nest | _core.Program, sentence: _core.Sentence,
                 target: _core.Target) -> None:
        self._bind = bind
        self._nest = nest
        self._core = _core.compile(nest, sentence, target)
        self._again: _core.KernelCall | None = None  # for arrays like the last call's
        self.sentence = sentence
        self.target = target

    @property
    def loop_tree(self) -> str:
        """The loops, as the sentence arranged them."""
        return self._core.loop_tree

    @property
    def vector_program(self) -> str:
        """The target-neutral vector program, with explicit registers."""
        return self._core.vector_program

    @property
    def code(self) -> bytes:
        """Position-independent machine code."""
        return self._core.code

    @property
    def stack_bytes(self) -> int:
        """The most stack the kernel uses, in bytes, packed buffers included."""
        return self._core.stack_bytes

    @property
    def assembly(self) -> str:
        """The code, disassembled; of RISC-V targets as it was emitted. Raises ToolError where llvm-mc is missing."""
        return self._core.assembly("kernel") or disassemble(self.code)

    @cached_property
    def _loaded(self) -> _core.Loaded:
        runnable(self.target)
        return _core.Loaded(self._core)

    @property
    def workspace_bytes(self) -> int:
        """Memory that a program's temporaries of constant size need beyond the stack, in bytes; allocated for each call."""
        return self._core.workspace_bytes

    def _with_workspaces(self, block: list[int]) -> tuple[list[int], object]:
        """The block of the machine code, and what must live as long."""
        if isinstance(self._nest, _core.Nest) or not (self._core.workspace_bytes or self._core.temporaries):
            return block, None
        sizes = _core.workspaces(self._core, self._nest, block)
        workspaces = [np.empty(size + LINE, np.uint8) for size in sizes]
        return [*block, *(-(-workspace.ctypes.data // LINE) * LINE for workspace in workspaces)], workspaces

    def __call__(self, *arrays: Argument, **named: Argument) -> None:
        """Runs the kernel on arrays in order of declaration, or by name; writes the output array in place.

        Raises ArgumentError, before anything runs, if an array does not fit.
        """
        if named or self._again is None or not self._again(*arrays):
            self._first(arrays, named)

    def _first(self, arrays: tuple[Argument, ...], named: Mapping[str, Argument]) -> None:
        """A call on arrays of shapes that are not those of the last one."""
        bound = self._bind(*arrays, **named)
        block, workspaces = self._with_workspaces(bound.block)
        self._loaded(block)
        self._again = None if named or workspaces else bound.again(self._loaded)

    def loop(self, *arrays: Argument, **named: Argument) -> Callable[[int], float]:
        """A function that runs the kernel so many times on these arrays; it returns the seconds that took."""
        bound = self._bind(*arrays, **named)
        block, workspaces = self._with_workspaces(bound.block)
        alive = bound, workspaces
        return lambda runs: runs * self._loaded.time(block, 1, runs)[0] if alive else 0.0

    def time(self, *arrays: Argument, batches: int = 15, seconds: float = 0.3, **named: Argument) -> Timing:
        """Times repeated runs for about `seconds` in all, in `batches` or more. The output array holds the last run's result."""
        bound = self._bind(*arrays, **named)
        block, _workspaces = self._with_workspaces(bound.block)
        once = min(self._loaded.time(block, 2, 1))
        once = max(once, 1e-8)
        runs = max(1, int(min(seconds / batches, SLICE) / once))
        samples = self._loaded.time(block, max(batches, int(seconds / once / runs)), runs)
        best = min(samples)
        return Timing(best, statistics.median(samples), _core.flops(self._nest, bound.block) / best / 1e9)


def as_target(target: str | _core.Target) -> _core.Target:
    """A target from its name, or itself. Raises Refusal for an unknown name."""
    return _core.find_target(target) if isinstance(target, str) else target
