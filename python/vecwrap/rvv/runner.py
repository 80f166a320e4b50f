"""Runs kernels under QEMU, many in one process: compiled to assembly, linked with a small harness, between guard pages."""

from __future__ import annotations

import struct
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from .. import _core
from ..errors import ToolError
from .toolchain import HARNESS, build, command

SECONDS = 60  # for one batch; a kernel that hangs ends it


@dataclass(frozen=True)
class Buffer:
    """A tensor's memory. `low`: bytes from the address that the kernel is given to the first byte, usually <= 0."""

    data: bytes
    low: int = 0
    output: bool = False


@dataclass(frozen=True)
class Job:
    """One call of a kernel of the batch. at_end: buffers end where a page faults, else they begin there."""

    kernel: int
    buffers: tuple[Buffer, ...]
    symbols: tuple[int, ...] = ()
    at_end: bool = True

    def packed(self) -> bytes:
        parts = [struct.pack("<4q", self.kernel, self.at_end, len(self.buffers), len(self.symbols))]
        for buffer in self.buffers:
            parts += [struct.pack("<3q", len(buffer.data), buffer.low, buffer.output), buffer.data]
        return b"".join([*parts, struct.pack(f"<{len(self.symbols)}q", *self.symbols)])


@dataclass(frozen=True)
class Result:
    """signal: what stopped the kernel, 0 if nothing did. outputs: what the output buffers hold afterwards."""

    signal: int
    outputs: tuple[bytes, ...]


@lru_cache(maxsize=1)
def harness() -> tempfile.TemporaryDirectory[str]:
    """A folder with the compiled harness, for as long as this process lives."""
    folder = tempfile.TemporaryDirectory(prefix="vecwrap-rvv-")
    build([HARNESS], Path(folder.name) / "harness.o", "-c")
    return folder


def text(kernels: Sequence[_core.Kernel]) -> str:
    """All kernels, and the table through which the harness calls them."""
    names = [f"kernel_{i}" for i in range(len(kernels))]
    table = "    .section .rodata\n    .balign 8\n    .globl vecwrap_kernels\nvecwrap_kernels:\n"
    return "".join(kernel.assembly(name) for name, kernel in zip(names, kernels)) + table + "".join(
        f"    .quad {name}\n" for name in names)


def run(kernels: Sequence[_core.Kernel], jobs: Sequence[Job], vlen: int, seconds: float = SECONDS) -> list[Result]:
    """What each job did on a core with vectors of `vlen` bits.

    Raises ToolError where a tool is missing or fails, or the batch takes longer than `seconds`.
    """
    with tempfile.TemporaryDirectory(prefix="vecwrap-rvv-") as folder:
        source, program = Path(folder) / "kernels.s", Path(folder) / "batch"
        source.write_text(text(kernels))
        build([Path(harness().name) / "harness.o", source], program)
        packed = b"".join(job.packed() for job in jobs)
        try:
            done = subprocess.run(command(program, vlen), input=packed, capture_output=True, timeout=seconds, check=False)
        except subprocess.TimeoutExpired as error:
            raise ToolError(f"a batch of {len(jobs)} kernels took more than {seconds} s under QEMU") from error
    results = list(unpacked(done.stdout, jobs))
    if done.returncode or len(results) < len(jobs):
        message = done.stderr.decode(errors="replace").strip() or f"exit status {done.returncode}"
        raise ToolError(f"QEMU stopped at job {len(results)} of {len(jobs)}: {message}")
    return results


def unpacked(data: bytes, jobs: Sequence[Job]) -> list[Result]:
    """The results that are there."""
    results, at = [], 0
    for job in jobs:
        sizes = [len(buffer.data) for buffer in job.buffers if buffer.output]
        if at + 8 + sum(sizes) > len(data):
            break
        signal, outputs = struct.unpack_from("<q", data, at)[0], []
        at += 8
        for size in sizes:
            outputs.append(data[at:at + size])
            at += size
        results.append(Result(signal, tuple(outputs)))
    return results
