"""What the wrapper costs where there is nothing to gain: a tiny C file, and sqlite3.c."""

import os
import resource
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import debian_source
from common import CLANG, VECWRAP, WORK, Sample, interleave, pin_to_one_core, print_table, save_json

TINY = "int add(int a, int b) { return a + b; }\n"
CASES = [("tiny file", 40), ("sqlite3.c", 3)]
FLAGS = ["-O2", "-c"]


def amalgamation() -> Path:
    """sqlite3.c, written by sqlite's own makefile from Debian's source package (needs tclsh)."""
    folder = WORK / "sqlite"
    if not (folder / "sqlite3.c").exists():
        source = debian_source.fetch("sqlite3")
        folder.mkdir(parents=True, exist_ok=True)
        for command in ([str(source / "configure"), "--disable-shared"], ["make", "sqlite3.c"]):
            subprocess.run(command, cwd=folder, check=True, env={**os.environ, "CC": CLANG}, stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL)
    return folder / "sqlite3.c"


def tiny() -> Path:
    path = WORK / "tiny.c"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(TINY)
    return path


def processor_seconds() -> float:
    """Processor time of all finished children: unlike wall time, it does not see what else the machine does."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def compile_once(compiler: str, source: Path) -> Sample:
    output = WORK / f"{source.stem}.{Path(compiler).name}.o"
    before = processor_seconds()
    subprocess.run([compiler, *FLAGS, str(source), "-o", str(output)], check=True)
    return Sample(str(hash(output.read_bytes())), processor_seconds() - before)


def measure(name: str, repetitions: int) -> dict[str, Any]:
    source = tiny() if name == "tiny file" else amalgamation()
    samples = interleave({c: partial(compile_once, c, source) for c in (CLANG, VECWRAP)}, repetitions)
    return {"file": name, "plain": samples[CLANG].seconds, "vecwrap": samples[VECWRAP].seconds,
            "identical": samples[CLANG].output == samples[VECWRAP].output}


def main() -> int:
    pin_to_one_core()
    rows = [measure(*case) for case in CASES]
    save_json("compile_time", rows)
    print_table(f"processor time to compile, {' '.join(FLAGS)}", ["file", CLANG, "vecwrap-clang", "extra", "ratio", "object"],
                [[r["file"], f"{r['plain'] * 1e3:.1f} ms", f"{r['vecwrap'] * 1e3:.1f} ms",
                  f"{(r['vecwrap'] - r['plain']) * 1e3:.1f} ms", f"{r['vecwrap'] / r['plain']:.3f}",
                  "identical" if r["identical"] else "differs"] for r in rows])
    return 0


if __name__ == "__main__":
    sys.exit(main())
