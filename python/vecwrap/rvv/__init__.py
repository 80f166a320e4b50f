"""RISC-V Vector kernels on this machine: run under QEMU, counted and timed by the ruler."""

from ..errors import ToolError
from ..measure import WrongResult
from .ruler import Ruler
from .runner import Buffer, Counts, Job, Result, measure, run
from .toolchain import available

__all__ = ["Buffer", "Counts", "Job", "Result", "Ruler", "ToolError", "WrongResult", "available", "measure", "run"]
