"""One core for the length of a measurement: no migration, warm caches, and the caller's affinity afterwards."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager

from ..errors import ArgumentError


def current_core() -> int:
    """The core that this thread runs on now (sched_getcpu(3)); Python has no call of its own for it."""
    core: int = ctypes.CDLL(None).sched_getcpu()
    return core if core >= 0 else min(os.sched_getaffinity(0))


@contextmanager
def pinned(core: int | None = None) -> Iterator[int]:
    """Pins the calling thread to `core` (by default the one it is on), and restores what was allowed before.

    Raises ArgumentError if this process may not use that core.
    """
    allowed = os.sched_getaffinity(0)
    chosen = current_core() if core is None else core
    if chosen not in allowed:
        raise ArgumentError(f"core {chosen} is not among those this process may use: {sorted(allowed)}")
    os.sched_setaffinity(0, {chosen})
    try:
        yield chosen
    finally:
        os.sched_setaffinity(0, allowed)
