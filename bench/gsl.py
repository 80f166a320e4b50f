"""The GNU Scientific Library from Debian's source archive, unmodified, built by plain clang and by vecwrap-clang."""

import fcntl
import hashlib
import os
import re
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

import debian_source
from common import (CLANG, ROOT, VECWRAP, WORK, format_seconds, interleave, pin_to_one_core, print_table,
                    read_report, replaced, run_program, save_json)

FLAGS = "-O2 -march=native"  # GSL's own -O2, for this machine
CHECKED = ["cblas", "blas", "linalg"]  # the parts whose code or callers contain product loops
CASES = [("dgemm", 256), ("dgemm", 512), ("dgemm", 1024), ("dgemm_tn", 512), ("dgemm_nt", 512), ("sgemm", 512),
         ("dgemv", 512), ("dgemv", 2000), ("dgemv_t", 2000), ("dsyrk", 512)]
REPETITIONS = 3


def _logged(title: str, command: list[str], folder: Path, environment: dict[str, str]) -> str:
    """Run one step with a progress line; raises RuntimeError with the end of the log."""
    start = time.monotonic()
    print(f"[gsl] {title} ...", flush=True)
    log = folder / f"vecwrap-demo-{title.replace(' ', '-')}.log"
    shown, compiled = start, 0
    with log.open("w") as output, subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.PIPE,
                                                   stderr=subprocess.STDOUT, text=True, errors="replace") as process:
        assert process.stdout
        for line in process.stdout:
            output.write(line)
            compiled += line.startswith("libtool: compile:")
            if time.monotonic() - shown > 10:
                shown = time.monotonic()
                print(f"      {shown - start:4.0f} s  {compiled} files compiled", flush=True)
    text = log.read_text(errors="replace")
    if process.returncode:
        raise RuntimeError(f"{title} failed:\n{text[-3000:]}\nfull log: {log}")
    print(f"[gsl] {title}: {time.monotonic() - start:.0f} s", flush=True)
    return text


def _compiler_identity(compiler: str) -> str:
    """Changes whenever the build would: the bytes of the driver and the plugin, or the clang version."""
    if compiler == CLANG:
        return subprocess.run([CLANG, "--version"], capture_output=True, text=True, check=True).stdout
    files = [Path(compiler), *(Path(compiler).parent.parent / "lib" / "vecwrap").glob("*.so")]
    return "\n".join(f"{f.name} {hashlib.sha256(f.read_bytes()).hexdigest()}" for f in files)


def _folders_without_doc(folder: Path) -> str:
    """Debian's archive carries no manual text (its licence), so that folder cannot be made."""
    (line,) = re.findall(r"^SUBDIRS = (.*)$", (folder / "Makefile").read_text(), re.MULTILINE)
    return " ".join(part for part in line.split() if part != "doc")


def build(name: str, compiler: str) -> Path:
    """Configure, make and `make check` the affected parts in build/gsl/NAME, unless that was done with this compiler."""
    folder = ROOT / "build" / "gsl" / name
    folder.mkdir(parents=True, exist_ok=True)
    with (folder.parent / f"{name}.lock").open("w") as lock:  # two builds in one folder would delete each other's objects
        fcntl.flock(lock, fcntl.LOCK_EX)
        return _build(name, compiler, folder)


def _build(name: str, compiler: str, folder: Path) -> Path:
    source = debian_source.fetch("gsl")
    stamp = folder / ".checked"
    identity = _compiler_identity(compiler)
    if stamp.exists() and stamp.read_text() == identity:
        return folder
    report = folder / "report.jsonl"
    report.unlink(missing_ok=True)
    environment = {**os.environ, "CC": compiler, "CFLAGS": FLAGS, "VECWRAP_REPORT": str(report)}
    jobs = f"-j{os.cpu_count()}"
    if not (folder / "Makefile").exists():
        _logged(f"{name} configure", [str(source / "configure"), "--disable-shared", "-q"], folder, environment)
    else:
        _logged(f"{name} clean", ["make", "-s", "-k", "clean"], folder, environment)
    _logged(f"{name} make", ["make", "-s", jobs, f"SUBDIRS={_folders_without_doc(folder)}"], folder, environment)
    for part in CHECKED:
        text = _logged(f"{name} make check {part}", ["make", jobs, "-C", part, "check"], folder, environment)
        summary = re.findall(r"^# (PASS|FAIL|ERROR): *(\d+)$", text, re.MULTILINE)
        print(f"      {', '.join(f'{count} {word.lower()}' for word, count in summary) or 'no tests of its own'}", flush=True)
    stamp.write_text(identity)
    return folder


def timing_program(name: str, folder: Path) -> Path:
    """The same timing program, by the same compiler, linked to either build of the library."""
    program = WORK / f"gsl_time.{name}"
    program.parent.mkdir(parents=True, exist_ok=True)
    command = [CLANG, "-O2", f"-I{folder}", str(ROOT / "bench" / "gsl_time.c"), str(folder / ".libs" / "libgsl.a"),
               str(folder / "cblas" / ".libs" / "libgslcblas.a"), "-lm", "-o", str(program)]
    subprocess.run(command, check=True)
    return program


def measure(routine: str, size: int, programs: dict[str, Path]) -> dict[str, Any]:
    samples = interleave({name: partial(run_program, program, [routine, size]) for name, program in programs.items()},
                         REPETITIONS)
    plain, ours = samples["plain"], samples["vecwrap"]
    return {"routine": f"gsl_blas_{routine}", "n": size, "plain": plain.seconds, "vecwrap": ours.seconds,
            "identical": plain.output == ours.output}


def row(result: dict[str, Any]) -> list[str]:
    return [result["routine"], str(result["n"]), format_seconds(result["plain"]), format_seconds(result["vecwrap"]),
            f"{result['plain'] / result['vecwrap']:.1f}x", "identical" if result["identical"] else "DIFFERS"]


def main() -> int:
    try:
        folders = {"plain": build("plain", CLANG), "vecwrap": build("vecwrap", VECWRAP)}
    except RuntimeError as error:
        print(error, file=sys.stderr)
        return 1
    nests = read_report(folders["vecwrap"] / "report.jsonl")
    print(f"[gsl] make check of {', '.join(CHECKED)} passed both ways; {replaced(nests)} nests replaced in the library")
    programs = {name: timing_program(name, folder) for name, folder in folders.items()}
    pin_to_one_core()
    results = [measure(routine, size, programs) for routine, size in CASES]
    save_json("gsl", results)
    print_table(f"GNU Scientific Library, CFLAGS=\"{FLAGS}\"",
                ["routine", "n", f"CC={CLANG}", "CC=vecwrap-clang", "speed-up", "output"], [row(r) for r in results])
    return 0 if all(r["identical"] for r in results) else 1


if __name__ == "__main__":
    sys.exit(main())
