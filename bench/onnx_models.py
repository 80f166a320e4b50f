"""Networks through vecwrap-onnx: what compiling costs, and what they take beside ONNX Runtime, both on one core."""

import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import onnxruntime
from common import WORK, format_seconds, pin_to_one_core, print_table, save_json
from networks import NETWORKS, inputs
from quantised_networks import QUANTISED

import vecwrap.onnx

FOLDER = WORK / "networks"
WORST = 1e-5  # error relative to the largest element
WORST_QUANTISED = 0.05  # a fraction near a half may be rounded to either side, by several layers
BATCH_SECONDS = 0.02  # runs are timed in batches of at least this long
WARM_UP = 3
COLUMNS = ["network", "file", "compile", "peak memory", "object", "vecwrap", "ONNX Runtime", "faster", "worst error"]
MB = 1e6


@dataclass(frozen=True)
class Result:
    """One network. Times in seconds, sizes in MB (10^6 bytes); ratio is ONNX Runtime's time over ours."""

    network: str
    file: float
    compile: float  # of the whole vecwrap-onnx process
    peak: float  # of its memory
    object: float
    ours: float
    runtime: float
    ratio: float
    error: float


# A small process in between: a child starts with the peak of the process that it is forked from.
LAUNCHER = """import resource, subprocess, sys
code = subprocess.call(sys.argv[1:])
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(code)"""


def compile_object(model: Path, output: Path) -> tuple[float, float]:
    """Runs vecwrap-onnx; seconds and peak resident MB of its process. Raises RuntimeError with its message."""
    start = time.monotonic()
    command = [sys.executable, "-m", "vecwrap.cli.onnx", str(model), "-o", str(output)]
    result = subprocess.run([sys.executable, "-c", LAUNCHER, *command], capture_output=True, text=True, check=False)
    if result.returncode:
        raise RuntimeError(f"vecwrap-onnx {model} exited with {result.returncode}: {result.stderr}")
    return time.monotonic() - start, int(result.stdout.split()[-1]) * 1024 / MB


def seconds_per_run(run: Callable[[], object], runs: int) -> float:
    start = time.perf_counter()
    for _ in range(runs):
        run()
    return (time.perf_counter() - start) / runs


def paired(first: Callable[[], object], second: Callable[[], object], rounds: int) -> tuple[float, float, float]:
    """Median seconds of both, taken in turns, and the median of second over first within a round."""
    seconds_per_run(first, WARM_UP), seconds_per_run(second, WARM_UP)
    counts = [max(1, round(BATCH_SECONDS / seconds_per_run(run, 1))) for run in (first, second)]
    pairs = [(seconds_per_run(first, counts[0]), seconds_per_run(second, counts[1])) for _ in range(rounds)]
    return (statistics.median(a for a, _ in pairs), statistics.median(b for _, b in pairs),
            statistics.median(b / a for a, b in pairs))


def session(model: Path) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])


def worst_error(ours: Sequence[np.ndarray], theirs: Sequence[np.ndarray]) -> float:
    return max(float(np.abs(a - b).max() / np.abs(b).max()) for a, b in zip(ours, theirs, strict=True))


def measure(name: str, rounds: int = 15) -> Result:
    model = {**NETWORKS, **QUANTISED}[name](FOLDER / f"{name}.onnx")
    compiled = model.with_suffix(".o")
    seconds, peak = compile_object(model, compiled)
    net, runtime, arrays = vecwrap.onnx.compile(model), session(model), inputs(model)
    error = worst_error(net(arrays), runtime.run(None, arrays))
    ours, theirs, ratio = paired(lambda: net(arrays), lambda: runtime.run(None, arrays), rounds)
    return Result(name, model.stat().st_size / MB, seconds, peak, compiled.stat().st_size / MB, ours, theirs, ratio, error)


def row(r: Result) -> list[str]:
    return [r.network, f"{r.file:.1f} MB", format_seconds(r.compile), f"{r.peak:.0f} MB", f"{r.object:.1f} MB",
            format_seconds(r.ours), format_seconds(r.runtime), f"{r.ratio:.2f}x", f"{r.error:.1e}"]


def main(rounds: int = 15) -> int:
    """The table, and build/bench/onnx_models.json; nonzero if an error is too large."""
    pin_to_one_core()
    results = []
    for name in [*NETWORKS, *QUANTISED]:
        print(f"[onnx] {name}", flush=True)
        results.append(measure(name, rounds))
    save_json("onnx_models", [asdict(result) for result in results])
    print_table(f"vecwrap-onnx beside ONNX Runtime {onnxruntime.__version__} with one thread", COLUMNS, [row(r) for r in results])
    return 0 if all(r.error <= (WORST_QUANTISED if r.network in QUANTISED else WORST) for r in results) else 1


if __name__ == "__main__":
    sys.exit(main())
