"""RISC-V Vector kernels on this machine: built by clang, run under QEMU."""

from .runner import Buffer, Job, Result, run
from .toolchain import available

__all__ = ["Buffer", "Job", "Result", "available", "run"]
