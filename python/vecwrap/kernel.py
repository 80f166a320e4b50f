"""Kernel: a nest under a sentence, compiled for one target."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from . import _core
from .bind import Argument, Bound
from .disassemble import disassemble
from .errors import ArgumentError


@dataclass(frozen=True)
class Timing:
    """Seconds per run, over several batches. gflops is that of the best batch, in 1e9 operations per second."""

    best: float
    median: float
    gflops: float


class Kernel:
    """Machine code that can be looked at, run on numpy arrays and timed."""

    def __init__(self, bind: Callable[..., Bound], nest: _core.Nest, sentence: _core.Sentence,
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
        """The code, disassembled. Raises ToolError where llvm-mc is missing."""
        return disassemble(self.code)

    @cached_property
    def _loaded(self) -> _core.Loaded:
        native = _core.native_target()
        if native.vector_bytes < self.target.vector_bytes:
            raise ArgumentError(f"this CPU cannot run {self.target.name} kernels; schedule for {native.name}")
        return _core.Loaded(self._core, self._nest)

    def __call__(self, *arrays: Argument, **named: Argument) -> None:
        """Runs the kernel on arrays in order of declaration, or by name; writes the output array in place.

        Raises ArgumentError, before anything runs, if an array does not fit.
        """
        bound = self._bind(*arrays, **named)
        self._loaded(bound.block)

    def loop(self, *arrays: Argument, **named: Argument) -> Callable[[int], float]:
        """A function that runs the kernel so many times on these arrays; it returns the seconds that took."""
        bound = self._bind(*arrays, **named)
        return lambda runs: runs * self._loaded.time(bound.block, 1, runs)[0]

    def time(self, *arrays: Argument, batches: int = 15, seconds: float = 0.3, **named: Argument) -> Timing:
        """Times repeated runs for about `seconds` in all. The output array holds the last run's result."""
        bound = self._bind(*arrays, **named)
        once = min(self._loaded.time(bound.block, 2, 1))
        runs = max(1, int(seconds / batches / max(once, 1e-8)))
        samples = self._loaded.time(bound.block, batches, runs)
        best = min(samples)
        return Timing(best, statistics.median(samples), _core.flops(self._nest, bound.block) / best / 1e9)


def as_target(target: str | _core.Target) -> _core.Target:
    """A target from its name, or itself. Raises Refusal for an unknown name."""
    return _core.find_target(target) if isinstance(target, str) else target
