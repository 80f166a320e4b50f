"""Runs kernels under QEMU, many in one process: a small harness takes their code and jobs, memory lies between guard pages."""

from __future__ import annotations

import json
import struct
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

from ..errors import ToolError
from ..sim.cores import flat, read_core
from ..sim.run import SimError, find_plugin
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

    def packed(self, measured: bool) -> bytes:
        parts = [struct.pack("<5q", self.kernel, self.at_end, len(self.buffers), len(self.symbols), measured)]
        for buffer in self.buffers:
            parts += [struct.pack("<3q", len(buffer.data), buffer.low, buffer.output), buffer.data]
        return b"".join([*parts, struct.pack(f"<{len(self.symbols)}q", *self.symbols)])


@dataclass(frozen=True)
class Counts:
    """What the ruler counted in one run with warm caches: instructions (by class as well) and modelled cycles of `core`."""

    core: str
    instructions: int
    cycles: int
    classes: dict[str, int]

    @classmethod
    def of(cls, report: dict[str, Any]) -> Counts:
        return cls(report["core"], report["instructions"], report["cycles"],
                   {name: row["instructions"] for name, row in report["classes"].items()})


@dataclass(frozen=True)
class Result:
    """signal: what stopped the kernel, 0 if nothing did. outputs: what the output buffers hold after one run.

    counts: of another run, if the batch was measured and the kernel not stopped.
    """

    signal: int
    outputs: tuple[bytes, ...]
    counts: Counts | None = None


@lru_cache(maxsize=1)
def harness() -> tempfile.TemporaryDirectory[str]:
    """A folder with the harness, for as long as this process lives."""
    folder = tempfile.TemporaryDirectory(prefix="vecwrap-rvv-")
    build([HARNESS], Path(folder.name) / "harness")
    return folder


class Runnable(Protocol):
    """A kernel, or other machine code that takes an argument block as kernels do and needs no relocation."""

    @property
    def code(self) -> bytes: ...


def run(kernels: Sequence[Runnable], jobs: Sequence[Job], vlen: int, seconds: float = SECONDS) -> list[Result]:
    """What each job did on a core with vectors of `vlen` bits.

    Raises ToolError where a tool is missing or fails, or the batch takes longer than `seconds`.
    """
    return execute(kernels, jobs, vlen, seconds, [])


def measure(kernels: Sequence[Runnable], jobs: Sequence[Job], vlen: int, core: str = "spacemit-x60",
            seconds: float = SECONDS) -> list[Result]:
    """As run, with what the ruler counts in a second run of each job: on a model of `core`, with vectors of `vlen` bits."""
    with tempfile.TemporaryDirectory(prefix="vecwrap-rvv-") as folder:
        description, out = Path(folder) / "core", Path(folder) / "report"
        description.write_text(flat(read_core(core), vlen))
        try:
            options = ["-plugin", f"{find_plugin()},core={description},out={out},region=each"]
        except SimError as error:
            raise ToolError(str(error)) from None
        results = execute(kernels, jobs, vlen, seconds, options)
        reports = (Counts.of(json.loads(line)) for line in out.read_text().splitlines()) if out.exists() else iter(())
        return [result if result.signal else replace(result, counts=next(reports)) for result in results]


def execute(kernels: Sequence[Runnable], jobs: Sequence[Job], vlen: int, seconds: float, options: list[str]) -> list[Result]:
    codes = [kernel.code for kernel in kernels]
    packed = [struct.pack("<q", len(codes)), *(struct.pack("<q", len(code)) + code for code in codes)]
    packed += [job.packed(bool(options)) for job in jobs]
    try:
        done = subprocess.run(command(Path(harness().name) / "harness", vlen, *options), input=b"".join(packed),
                              capture_output=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired as error:
        raise ToolError(f"a batch of {len(jobs)} kernels took more than {seconds} s under QEMU") from error
    results = list(unpacked(done.stdout, jobs))
    if done.returncode or len(results) < len(jobs):
        message = done.stderr.decode(errors="replace").strip() or f"exit status {done.returncode}"
        raise ToolError(f"QEMU stopped at job {len(results)} of {len(jobs)}: {message}")
    return results


def unpacked(data: bytes, jobs: Sequence[Job]) -> Iterator[Result]:
    """The results that are there."""
    at = 0
    for job in jobs:
        sizes = [len(buffer.data) for buffer in job.buffers if buffer.output]
        if at + 8 + sum(sizes) > len(data):
            break
        signal, outputs = struct.unpack_from("<q", data, at)[0], []
        at += 8
        for size in sizes:
            outputs.append(data[at:at + size])
            at += size
        yield Result(signal, tuple(outputs))
