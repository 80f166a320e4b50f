"""Thirty dense kernels in three sizes: clang-22, clang-22 with Polly and vecwrap-clang, strict floating point, one core."""

import subprocess
import sys
from math import exp, log
from pathlib import Path

from common import CLANG, ROOT, VECWRAP, WORK, compile_c, format_seconds, pin_to_one_core, print_table, save_json

FLAGS = ["-O3", "-march=native"]
PEERS = {CLANG: (CLANG, []), "Polly": (CLANG, ["-mllvm", "-polly"]), "vecwrap-clang": (VECWRAP, [])}
Results = dict[tuple[str, int], tuple[float, str]]


def run(program: Path) -> Results:
    """Seconds and hash by kernel and size."""
    output = subprocess.run([str(program)], capture_output=True, text=True, check=True).stdout
    rows = [line.split() for line in output.splitlines()]
    return {(name, int(n)): (float(seconds), bits) for name, n, seconds, bits in rows}


def compare(name: str, title: str, repetitions: int) -> int:
    """Builds bench/NAME.c for every peer, runs the programs in turn and prints their table."""
    pin_to_one_core()
    programs = {peer: compile_c(compiler, ROOT / "bench" / f"{name}.c", WORK / f"{name}-{peer}", [*FLAGS, *more])
                for peer, (compiler, more) in PEERS.items()}
    runs: dict[str, list[Results]] = {peer: [] for peer in programs}
    for _ in range(repetitions):
        for peer, program in programs.items():
            runs[peer].append(run(program))
    cases = list(runs[CLANG][0])
    best = {peer: {case: min(r[case][0] for r in results) for case in cases} for peer, results in runs.items()}
    same = {case: runs[CLANG][0][case][1] == runs["vecwrap-clang"][0][case][1] for case in cases}
    rows = [{"kernel": kernel, "n": n, "identical": same[kernel, n],
             **{peer: best[peer][kernel, n] for peer in programs}} for kernel, n in cases]
    save_json(name, rows)

    def speedup(peer: str, case: tuple[str, int]) -> float:
        return best[CLANG][case] / best[peer][case]

    table = [[kernel, str(n), format_seconds(best[CLANG][kernel, n]), f"{speedup('Polly', (kernel, n)):.2f}x",
              f"{speedup('vecwrap-clang', (kernel, n)):.2f}x", "yes" if same[kernel, n] else "NO"] for kernel, n in cases]
    means = [exp(sum(log(speedup(peer, case)) for case in cases) / len(cases)) for peer in ("Polly", "vecwrap-clang")]
    table.append(["geometric mean", "", "", f"{means[0]:.2f}x", f"{means[1]:.2f}x", ""])
    print_table(f"{title}, speed-up over clang-22 -O3 -march=native",
                ["kernel", "n", CLANG, "Polly", "vecwrap-clang", "same bits as clang"], table)
    return 0 if all(same.values()) else 1


def main(repetitions: int = 2) -> int:
    return compare("kernels", "thirty dense kernels", repetitions)


if __name__ == "__main__":
    sys.exit(main())
