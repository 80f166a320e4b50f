"""Shared by the benchmarks and the demo: build with either compiler, run interleaved, one core, tables and JSON."""

import json
import os
import platform
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):  # read by numpy and torch: import this before them
    os.environ.setdefault(_name, "1")

ROOT = Path(__file__).resolve().parent.parent
BENCH = ROOT / "bench"
WORK = ROOT / "build" / "bench"
BIN = Path(sys.prefix) / "bin"
CLANG = "clang-22"
VECWRAP = str(BIN / "vecwrap-clang")
VECWRAPXX = str(BIN / "vecwrap-clang++")


@dataclass(frozen=True)
class Sample:
    """One run of a program that prints `output HASH` and `seconds S` lines (see examples/example.h)."""

    output: str
    seconds: float


def _busy_ticks() -> dict[int, int]:
    """Per core: ticks since boot that were not idle (proc(5), /proc/stat)."""
    rows = [line.split() for line in Path("/proc/stat").read_text().splitlines() if re.match(r"cpu\d", line)]
    return {int(row[0][3:]): sum(map(int, row[1:9])) - int(row[4]) - int(row[5]) for row in rows}


def pin_to_one_core() -> None:
    """Benchmarks are about one core: the one that was least busy during the last half second."""
    before = _busy_ticks()
    time.sleep(0.5)
    after = _busy_ticks()
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0), key=lambda core: after[core] - before[core])})


def compile_c(compiler: str, source: Path, output: Path, flags: Sequence[str], report: Path | None = None) -> Path:
    """Compile one C file to an executable; with `report`, the plugin appends its JSON lines there.

    Raises RuntimeError with the compiler's output.
    """
    output.parent.mkdir(parents=True, exist_ok=True)
    environment = dict(os.environ)
    if report:
        report.unlink(missing_ok=True)
        environment["VECWRAP_REPORT"] = str(report)
    command = [compiler, *flags, str(source), "-o", str(output), "-lm"]
    result = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if result.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{result.stderr}")
    return output


def read_report(path: Path) -> list[dict[str, Any]]:
    """The plugin's report: one dictionary per nest, in order of appearance, every nest once."""
    if not path.exists():
        return []
    rows: dict[str, dict[str, Any]] = {}
    for line in path.read_text().splitlines():
        rows[line] = json.loads(line)
    return list(rows.values())


def replaced(rows: list[dict[str, Any]]) -> int:
    return sum(bool(row["replaced"]) for row in rows)


def run_program(program: Path, arguments: Sequence[object] = ()) -> Sample:
    """Run once; raises RuntimeError if the program fails or prints something else."""
    result = subprocess.run([str(program), *map(str, arguments)], capture_output=True, text=True, check=False)
    output = re.findall(r"^output (\S+)$", result.stdout, re.MULTILINE)
    seconds = re.findall(r"^seconds (\S+)$", result.stdout, re.MULTILINE)
    if result.returncode or not output or not seconds:
        raise RuntimeError(f"{program} exited with {result.returncode}: {result.stdout}{result.stderr}")
    return Sample(" ".join(output), float(seconds[-1]))


def interleave(programs: dict[str, Callable[[], Sample]], repetitions: int) -> dict[str, Sample]:
    """Run all programs in turn, so that a slow moment of the machine hits everyone; medians, and outputs compared.

    An output that changes between runs of one program becomes "unstable".
    """
    samples: dict[str, list[Sample]] = {name: [] for name in programs}
    for _ in range(repetitions):
        for name, run in programs.items():
            samples[name].append(run())
    return {name: Sample(runs[0].output if len({r.output for r in runs}) == 1 else "unstable",
                         statistics.median(r.seconds for r in runs))
            for name, runs in samples.items()}


def peak_gflops() -> float:
    """Single-precision FMA peak of this core, measured now (bench/peak.c)."""
    program = compile_c(CLANG, ROOT / "bench" / "peak.c", WORK / "peak", ["-O2", "-march=native"])
    return 1e-9 / min(run_program(program).seconds for _ in range(3))


def cpu_name() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor() or "unknown CPU"


def machine() -> str:
    """What a table's numbers are of, and how far to trust them."""
    load = os.getloadavg()[0]
    return f"{cpu_name()}, one core, load {load:.1f}{' (busy: noisy numbers)' if load > 1.5 else ''}"


def print_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(title=title, title_justify="left", caption=machine(), caption_justify="left")
    for position, column in enumerate(columns):
        last = position == len(columns) - 1
        table.add_column(column, justify="left" if position == 0 else "right", no_wrap=not last, overflow="fold")
    for row in rows:
        table.add_row(*row)
    Console(width=None if sys.stdout.isatty() else 150).print(table)


def save_json(name: str, rows: list[dict[str, Any]]) -> None:
    """Results for machines, beside the table for people: build/bench/NAME.json."""
    WORK.mkdir(parents=True, exist_ok=True)
    result = {"benchmark": name, "cpu": cpu_name(), "load": os.getloadavg()[0], "rows": rows}
    (WORK / f"{name}.json").write_text(json.dumps(result, indent=1) + "\n")


def format_seconds(seconds: float) -> str:
    if seconds >= 1:
        return f"{seconds:.2f} s"
    return f"{seconds * 1e3:.1f} ms" if seconds >= 1e-3 else f"{seconds * 1e6:.0f} us"
