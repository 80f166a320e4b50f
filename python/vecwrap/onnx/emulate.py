"""A model for RISC-V, run on this machine: as a program under QEMU."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..errors import ToolError
from ..rvv.toolchain import SYSROOT, command
from .weights import Data

if TYPE_CHECKING:
    from .compile import Compiled

TYPICAL = 256  # bits of a vector, where the target leaves that open


def outputs(compiled: Compiled, feeds: Mapping[str, Data], vlen: int = 0) -> list[Data]:
    """The outputs in the model's order, on a core with vectors of `vlen` bits (0: the target's).

    Raises ToolError where there is no C compiler for RISC-V, no C library or no QEMU, or the program fails.
    """
    bits = vlen or (TYPICAL if compiled.target.any_length else 8 * compiled.target.vector_bytes)
    with tempfile.TemporaryDirectory(prefix="vecwrap-") as name:
        folder = Path(name)
        compiled.save(folder / "net")
        np.savez(folder / "in.npz", **feeds)  # type: ignore[arg-type]
        run = [*command(folder / "net", bits, "-L", SYSROOT), str(folder / "in.npz"), "-o", str(folder / "out.npz")]
        done = subprocess.run(run, capture_output=True, text=True, check=False)
        if done.returncode:
            raise ToolError(f"{compiled.interface.name} under QEMU: {done.stderr.strip() or f'exit status {done.returncode}'}")
        with np.load(folder / "out.npz") as made:
            return [made[value.name] for value in compiled.outputs]
