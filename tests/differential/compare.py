"""Compiles one random program with plain clang and with vecwrap-clang and compares what the two print."""

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from programs import Program


@dataclass
class Outcome:
    """What a comparison found; `difference` is empty when both programs did the same."""

    replaced: int = 0
    refused: int = 0
    difference: str = ""
    skipped: bool = False  # plain clang's program does not run: the source reads out of bounds


def run(command: list[str], environment: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, env=environment)


def compare(program: Program, clang: str, vecwrap: str, folder: Path) -> Outcome:
    """clang and vecwrap compile the program's language."""
    source, report = folder / ("program.cpp" if program.language == "c++" else "program.c"), folder / "report.jsonl"
    source.write_text(program.source)
    report.unlink(missing_ok=True)
    plain, ours = folder / "plain", folder / "ours"
    built = run([clang, "-w", *program.flags, str(source), "-o", str(plain)])
    if built.returncode:
        raise RuntimeError(f"the generator wrote an invalid program: {built.stderr}")
    expected = run([str(plain)])
    if expected.returncode:
        return Outcome(skipped=True)
    environment = {**os.environ, "VECWRAP_REPORT": str(report), "VECWRAP_CLANG": clang}
    built = run([vecwrap, "-w", *program.flags, str(source), "-o", str(ours)], environment)
    if built.returncode:
        return Outcome(difference=f"vecwrap-clang failed: {built.stderr}")
    outcome = Outcome()
    for line in report.read_text().splitlines() if report.exists() else []:
        if json.loads(line).get("replaced"):
            outcome.replaced += 1
        else:
            outcome.refused += 1
    actual = run([str(ours)])
    if (actual.returncode, actual.stdout) != (expected.returncode, expected.stdout):
        pairs = zip(expected.stdout.splitlines(), actual.stdout.splitlines())
        first = next((f"{a} | {b}" for a, b in pairs if a != b), f"exit code {actual.returncode}")
        outcome.difference = f"first difference (plain | vecwrap): {first}"
    return outcome
