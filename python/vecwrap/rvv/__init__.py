"""RISC-V Vector kernels on this machine: built by clang, run under QEMU."""

from .ruler import Ruler
from .runner import Buffer, Counts, Job, Result, measure, run
from .toolchain import available

__all__ = ["Buffer", "Counts", "Job", "Result", "Ruler", "available", "measure", "run"]
