"""Measurement: what a runner reports."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Measurement:
    """The time of one kernel, after its result was checked.

    sentence, target: what was compiled.
    seconds_best, seconds_median: seconds per run, over the batches.
    gflops: 1e9 floating-point operations per second, in the best batch; 0 for a nest that only moves data.
    peak_fraction: gflops over the measured FMA peak of one core, for the nest's type and the target's vectors.
    checked: what the result was compared with: "interpreter" (all of it), "shrunken" (the interpreter on a smaller nest of
        the same shape, and a second kernel at full size) or "kernel" (a second kernel at full size only).
    code: SHA-256 of the machine code.
    """

    sentence: str
    target: str
    seconds_best: float
    seconds_median: float
    gflops: float
    peak_fraction: float
    checked: str
    code: str
