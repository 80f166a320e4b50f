"""Executable: machine code, and the memory that a program's temporaries may need."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .. import _core
from .operands import ALIGNMENT, Bytes, Core, address


class Executable:
    """To call with the arguments of the nest or program; workspaces of its own come after them."""

    def __init__(self, core: Core, kernel: _core.Kernel) -> None:
        self.core = core
        self.kernel = kernel
        self.loaded = _core.Loaded(kernel)
        self.workspaces: list[Bytes] = []

    def block(self, args: Sequence[int]) -> list[int]:
        if isinstance(self.core, _core.Nest):
            return list(args)
        sizes = [size + ALIGNMENT for size in _core.workspaces(self.kernel, self.core, args)]
        if sizes != [workspace.size for workspace in self.workspaces]:
            self.workspaces = [np.empty(size, np.uint8) for size in sizes]
        return [*args, *(-(-address(workspace) // ALIGNMENT) * ALIGNMENT for workspace in self.workspaces)]

    def __call__(self, args: Sequence[int]) -> None:
        self.loaded(self.block(args))

    def time(self, args: Sequence[int], batches: int, runs: int) -> list[float]:
        """Seconds per run, one value per batch."""
        return self.loaded.time(self.block(args), batches, runs)
