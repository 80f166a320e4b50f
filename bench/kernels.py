"""Thirty dense kernels in three sizes: clang-22, clang-22 with Polly and vecwrap-clang, strict floating point, one core."""

import subprocess
import sys
from math import exp, log
from pathlib import Path

from common import CLANG, ROOT, VECWRAP, WORK, compile_c, format_seconds, pin_to_one_core, print_table, save_json

SOURCE = ROOT / "bench" / "kernels.c"
FLAGS = ["-O3", "-march=native"]
PEERS = {CLANG: (CLANG, []), "Polly": (CLANG, ["-mllvm", "-polly"]), "vecwrap-clang": (VECWRAP, [])}
Results = dict[tuple[str, int], tuple[float, str]]


def run(program: Path) -> Results:
    """Seconds and hash by kernel and size."""
    output = subprocess.run([str(program)], capture_output=True, text=True, check=True).stdout
    rows = [line.split() for line in output.splitlines()]
    return {(name, int(n)): (float(seconds), bits) for name, n, seconds, bits in rows}


def main(repetitions: int = 2) -> int:
    pin_to_one_core()
    programs = {peer: compile_c(compiler, SOURCE, WORK / f"kernels-{peer}", [*FLAGS, *more])
                for peer, (compiler, more) in PEERS.items()}
    runs: dict[str, list[Results]] = {peer: [] for peer in programs}
    for _ in range(repetitions):
        for peer, program in programs.items():
            runs[peer].append(run(program))
    cases = list(runs[CLANG][0])
    best = {peer: {case: min(r[case][0] for r in results) for case in cases} for peer, results in runs.items()}
    same = {case: runs[CLANG][0][case][1] == runs["vecwrap-clang"][0][case][1] for case in cases}
    rows = [{"kernel": name, "n": n, "identical": same[name, n],
             **{peer: best[peer][name, n] for peer in programs}} for name, n in cases]
    save_json("kernels", rows)

    def speedup(peer: str, case: tuple[str, int]) -> float:
        return best[CLANG][case] / best[peer][case]

    table = [[name, str(n), format_seconds(best[CLANG][name, n]), f"{speedup('Polly', (name, n)):.2f}x",
              f"{speedup('vecwrap-clang', (name, n)):.2f}x", "yes" if same[name, n] else "NO"] for name, n in cases]
    means = [exp(sum(log(speedup(peer, case)) for case in cases) / len(cases)) for peer in ("Polly", "vecwrap-clang")]
    table.append(["geometric mean", "", "", f"{means[0]:.2f}x", f"{means[1]:.2f}x", ""])
    print_table("thirty dense kernels, speed-up over clang-22 -O3 -march=native",
                ["kernel", "n", CLANG, "Polly", "vecwrap-clang", "same bits as clang"], table)
    return 0 if all(same.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
