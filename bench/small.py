"""The smallest nests, 2 x 2 upwards: where a kernel begins to pay, and what the guard costs where it does not."""

import sys

from common import CLANG, ROOT, VECWRAP, WORK, compile_c, pin_to_one_core, print_table, save_json
from kernels import FLAGS, Results, run

SOURCE = ROOT / "bench" / "small.c"


def main(repetitions: int = 5) -> int:
    pin_to_one_core()
    programs = {peer: compile_c(peer, SOURCE, WORK / f"small-{number}", FLAGS)
                for number, peer in enumerate((CLANG, VECWRAP))}
    runs: dict[str, list[Results]] = {peer: [] for peer in programs}
    for _ in range(repetitions):
        for peer, program in programs.items():
            runs[peer].append(run(program))
    cases = list(runs[CLANG][0])
    plain, ours = ({case: min(r[case][0] for r in runs[peer]) for case in cases} for peer in programs)
    same = {case: runs[CLANG][0][case][1] == runs[VECWRAP][0][case][1] for case in cases}
    save_json("small", [{"nest": name, "n": n, "plain_ns": plain[name, n], "vecwrap_ns": ours[name, n],
                         "identical": same[name, n]} for name, n in cases])
    print_table("the smallest nests, nanoseconds per call", ["nest", "n", CLANG, "vecwrap-clang", "speed-up", "same bits"],
                [[name, str(n), f"{plain[name, n]:.1f}", f"{ours[name, n]:.1f}", f"{plain[name, n] / ours[name, n]:.2f}x",
                  "yes" if same[name, n] else "NO"] for name, n in cases])
    return 0 if all(same.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
