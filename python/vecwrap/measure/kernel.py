"""Executable: machine code, and the workspace that a program's may need."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .. import _core
from .operands import ALIGNMENT, address


class Executable:
    """To call with the arguments of the nest or program; a workspace of its own comes last."""

    def __init__(self, kernel: _core.Kernel) -> None:
        self.loaded = _core.Loaded(kernel)
        self.workspace = np.empty(kernel.workspace_bytes + ALIGNMENT, np.uint8)
        self.last = [-(-address(self.workspace) // ALIGNMENT) * ALIGNMENT] if kernel.workspace_bytes else []

    def __call__(self, args: Sequence[int]) -> None:
        self.loaded([*args, *self.last])

    def time(self, args: Sequence[int], batches: int, runs: int) -> list[float]:
        """Seconds per run, one value per batch."""
        return self.loaded.time([*args, *self.last], batches, runs)
