"""Kernel: a nest or a program under a sentence, compiled for one target."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np

from . import _core
from .bind import Argument
from .disassemble import disassemble
from .variants import runnable

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


class Kernel:
    """Machine code that can be looked at, run on numpy arrays and timed."""

    def __init__(self, bind: Callable[..., Arguments], nest: _core.Nest | _core.Program, sentence: _core.Sentence,
                 target: _core.Target) -> None:
        self._bind = bind
        self._nest = nest
        self._core = _core.compile(nest, sentence, target)
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
        """Memory that a program's temporaries need beyond the stack, in bytes; allocated for each call."""
        return self._core.workspace_bytes

    def _with_workspace(self, block: list[int]) -> tuple[list[int], object]:
        """The block of the machine code, and what must live as long."""
        if not self.workspace_bytes:
            return block, None
        workspace = np.empty(self.workspace_bytes + LINE, np.uint8)
        return [*block, -(-workspace.ctypes.data // LINE) * LINE], workspace

    def __call__(self, *arrays: Argument, **named: Argument) -> None:
        """Runs the kernel on arrays in order of declaration, or by name; writes the output array in place.

        Raises ArgumentError, before anything runs, if an array does not fit.
        """
        bound = self._bind(*arrays, **named)
        block, _workspace = self._with_workspace(bound.block)
        self._loaded(block)

    def loop(self, *arrays: Argument, **named: Argument) -> Callable[[int], float]:
        """A function that runs the kernel so many times on these arrays; it returns the seconds that took."""
        bound = self._bind(*arrays, **named)
        return lambda runs: runs * self._loaded.time(bound.block, 1, runs)[0]

    def time(self, *arrays: Argument, batches: int = 15, seconds: float = 0.3, **named: Argument) -> Timing:
        """Times repeated runs for about `seconds` in all. The output array holds the last run's result."""
        bound = self._bind(*arrays, **named)
        block, _workspace = self._with_workspace(bound.block)
        once = min(self._loaded.time(block, 2, 1))
        runs = max(1, int(seconds / batches / max(once, 1e-8)))
        samples = self._loaded.time(block, batches, runs)
        best = min(samples)
        return Timing(best, statistics.median(samples), _core.flops(self._nest, bound.block) / best / 1e9)


def as_target(target: str | _core.Target) -> _core.Target:
    """A target from its name, or itself. Raises Refusal for an unknown name."""
    return _core.find_target(target) if isinstance(target, str) else target
