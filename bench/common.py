"""Shared by the benchmarks and the demo: build with either compiler, run interleaved, one core, tables and JSON."""

import json
import os
import platform
import re
import statistics
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
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


def pin_to_one_core() -> None:
    """Benchmarks are about one core; the last one is usually the quietest."""
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


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


def print_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(title=title, title_justify="left", caption=f"{cpu_name()}, one core", caption_justify="left")
    for position, column in enumerate(columns):
        last = position == len(columns) - 1
        table.add_column(column, justify="left" if position == 0 else "right", no_wrap=not last, overflow="fold")
    for row in rows:
        table.add_row(*row)
    Console(width=None if sys.stdout.isatty() else 150).print(table)


def save_json(name: str, rows: list[dict[str, Any]]) -> None:
    """Results for machines, beside the table for people: build/bench/NAME.json."""
    WORK.mkdir(parents=True, exist_ok=True)
    result = {"benchmark": name, "cpu": cpu_name(), "rows": rows}
    (WORK / f"{name}.json").write_text(json.dumps(result, indent=1) + "\n")


def format_seconds(seconds: float) -> str:
    if seconds >= 1:
        return f"{seconds:.2f} s"
    return f"{seconds * 1e3:.1f} ms" if seconds >= 1e-3 else f"{seconds * 1e6:.0f} us"
