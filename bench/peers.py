"""Peers side by side: everything that is compared is a loop, and the loops are timed in turns on one core.

A peer whose package is not installed is left out, and named. `./run bench` installs them all.
"""

from __future__ import annotations

import ctypes
import importlib
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from common import CLANG, ROOT, WORK  # before numpy: it says how many threads

import numpy as np

import vecwrap as vw
from vecwrap.measure.peak import peak_kernel

Data = np.ndarray[Any, Any]
LINE = 64  # bytes
ORT = {"intra_op_num_threads": 1, "inter_op_num_threads": 1, "log_severity_level": 4}
OPENVINO = {"INFERENCE_NUM_THREADS": 1, "PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": "f32"}  # bf16 otherwise


@dataclass(frozen=True)
class Loop:
    """`run(n)` does something n times; each time does the work `times` times."""

    run: Callable[[int], object]
    times: int = 1

    def seconds(self, runs: int) -> float:
        """Per piece of work: time that this process had the core for, so that waiting for others' turns is not counted."""
        start = time.process_time()
        self.run(runs)
        return (time.process_time() - start) / (runs * self.times)


@dataclass(frozen=True)
class Settings:
    """rounds: how often everybody is timed; batch: seconds of each time."""

    rounds: int = 9
    batch: float = 0.01


@dataclass(frozen=True)
class Timed:
    """seconds: per run, the median; ratio: the median of this over the first loop's, within a round."""

    seconds: float
    ratio: float


def timed(loops: Mapping[str, Loop], settings: Settings) -> dict[str, Timed]:
    """All loops in turns, so that a slow moment of the machine hits everyone."""
    counts = {name: runs_in(loop, settings.batch) for name, loop in loops.items()}
    rounds = [{name: loop.seconds(counts[name]) for name, loop in loops.items()} for _ in range(settings.rounds)]
    first = next(iter(loops))
    return {name: Timed(statistics.median(each[name] for each in rounds),
                        statistics.median(each[name] / each[first] for each in rounds)) for name in loops}


def runs_in(loop: Loop, seconds: float) -> int:
    loop.run(2)
    return max(1, round(seconds / max(loop.seconds(3) * loop.times, 1e-9)))


def python_loop(run: Callable[[], object], times: int = 1) -> Loop:
    """A Python call as a loop."""
    def loop(runs: int) -> None:
        for _ in range(runs):
            run()

    return Loop(loop, times)


def peak_loop(target: vw.Target, type: str = "f32") -> Loop:
    """The FMA peak as one more loop, since clocks move within minutes: its seconds are those of one operation."""
    kernel, operands, flops = peak_kernel(target, type)
    return Loop(lambda runs: kernel.time(operands.args, 1, runs), round(flops))


def aligned(x: Data) -> Data:
    """A copy that begins on a cache line, as in every peer's own memory; numpy's arrays begin 16 bytes off one."""
    room = np.empty(x.nbytes + LINE, np.uint8)
    skip = -room.ctypes.data % LINE
    copy = room[skip:skip + x.nbytes].view(x.dtype).reshape(x.shape, order="C" if x.flags.c_contiguous else "F")
    copy[...] = x
    return copy


@cache
def module(name: str) -> Any:
    """A peer's package, or None."""
    try:
        return importlib.import_module(name)
    except ImportError:
        print(f"[bench] {name} is not installed: left out", flush=True)
        return None


@cache
def torch() -> Any:
    found = module("torch")
    if found:
        found.set_num_threads(1)
        found.set_grad_enabled(False)
    return found


def ort_loop(model: bytes, feeds: Mapping[str, Data], times: int = 1) -> Loop | None:
    if not (ort := module("onnxruntime")):
        return None
    options = ort.SessionOptions()
    for name, value in ORT.items():
        setattr(options, name, value)
    session = ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    return python_loop(lambda: session.run(None, dict(feeds)), times)


def openvino_loop(model: bytes, feeds: Mapping[str, Data], times: int = 1) -> Loop | None:
    if not (openvino := module("openvino")):
        return None
    core = openvino.Core()
    try:
        request = core.compile_model(core.read_model(model), "CPU", OPENVINO).create_infer_request()
    except RuntimeError as error:  # its own code generator refuses some products of a single row
        print(f"[bench] OpenVINO left out: {str(error).strip().splitlines()[-1]}", flush=True)
        return None
    for name, array in feeds.items():
        request.set_tensor(name, openvino.Tensor(array, shared_memory=True))
    return python_loop(request.infer, times)


# BLAS from C: at 64^3 a Python call takes as long as the product.

@cache
def blas_loops() -> ctypes.CDLL:
    """bench/blas.c as a library."""
    WORK.mkdir(parents=True, exist_ok=True)
    made = str(WORK / "libblas_loop.so")
    subprocess.run([CLANG, "-O2", "-shared", "-fPIC", str(ROOT / "bench" / "blas.c"), "-o", made], check=True)
    return ctypes.CDLL(made)


def openblas(dtype: str) -> int | None:
    """numpy's own OpenBLAS: the address of its gemm."""
    found = sorted(Path(np.__file__).parent.with_name("numpy.libs").glob("*openblas*"))
    return symbol(str(found[0]), f"scipy_{'s' if dtype == 'f32' else 'd'}gemm_64_") if found else None


def mkl(dtype: str) -> int | None:
    """The one inside of torch."""
    package = torch()
    library = Path(package.__file__).parent / "lib" / "libtorch_cpu.so" if package else None
    return symbol(str(library), f"{'s' if dtype == 'f32' else 'd'}gemm_") if library and library.exists() else None


def symbol(library: str, name: str) -> int | None:
    try:
        return ctypes.cast(getattr(ctypes.CDLL(library), name), ctypes.c_void_p).value
    except (AttributeError, OSError):
        print(f"[bench] {Path(library).name} has no {name}: left out", flush=True)
        return None


def gemm_loop(function: int, a: Data, b: Data, c: Data, alpha: float = 1, beta: float = 0) -> Loop:
    """c = alpha a b + beta c by Fortran's gemm. Row-major arrays are transposed column-major ones, so it computes c' = b' a'.

    Arguments are passed by address: 64-bit integers suit both widths of BLAS, small and little-endian as they are.
    """
    scalar = ctypes.c_float if c.dtype == np.float32 else ctypes.c_double
    flags = [ctypes.c_char(b"N" if x.flags.c_contiguous else b"T") for x in (b, a)]
    sizes = [ctypes.c_int64(n) for n in (c.shape[1], c.shape[0], a.shape[1])]
    leading = [ctypes.c_int64(x.shape[1] if x.flags.c_contiguous else x.shape[0]) for x in (b, a, c)]
    factor, kept = scalar(alpha), scalar(beta)
    values: Sequence[Any] = [*flags, *sizes, factor, b, leading[0], a, leading[1], kept, c, leading[2]]
    addresses = (ctypes.c_void_p * 13)(*(v.ctypes.data if isinstance(v, np.ndarray) else ctypes.addressof(v) for v in values))

    def loop(runs: int) -> None:
        assert values  # alive as long as their addresses
        blas_loops().loop_gemm(ctypes.c_void_p(function), addresses, ctypes.c_long(runs))

    return Loop(loop)
