"""Plain C sgemm: ijk with run-time n (strict FP), ikj with constant n, and ijk under fast-math against Polly."""

import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from common import (CLANG, ROOT, VECWRAP, WORK, compile_c, interleave, peak_gflops, pin_to_one_core, print_table,
                    run_program, save_json)

SOURCE = ROOT / "bench" / "sgemm.c"
STRICT = ["-O3", "-march=native"]
FAST = ["-O3", "-march=native", "-ffast-math"]
POLLY = ["-mllvm", "-polly"]


class Case(NamedTuple):
    name: str
    n: int
    definitions: list[str]
    flags: list[str]
    peers: dict[str, tuple[str, list[str]]]  # name: compiler, further flags


PLAIN_AND_OURS: dict[str, tuple[str, list[str]]] = {CLANG: (CLANG, []), "vecwrap-clang": (VECWRAP, [])}
IJK, IKJ = ["-DORDER_IJK"], ["-DORDER_IKJ"]
CASES = [Case("ijk, run-time n", n, IJK, STRICT, PLAIN_AND_OURS) for n in (256, 1024)]
CASES += [Case("ikj, constant n", n, [*IKJ, f"-DN={n}"], STRICT, PLAIN_AND_OURS) for n in (128, 192, 256)]
CASES += [Case("ijk, run-time n, -ffast-math", 1536, IJK, FAST, {**PLAIN_AND_OURS, "Polly": (CLANG, POLLY)})]


def program(case: Case, peer: str, compiler: str, flags: Sequence[str]) -> Path:
    name = f"sgemm-{case.name}-{case.n}-{peer}".replace(" ", "_").replace(",", "")
    return compile_c(compiler, SOURCE, WORK / name, [*case.flags, *case.definitions, *flags])


def measure(case: Case) -> list[dict[str, Any]]:
    programs = {peer: program(case, peer, *how) for peer, how in case.peers.items()}
    samples = interleave({peer: partial(run_program, path, [case.n]) for peer, path in programs.items()}, 3)
    reference = samples[CLANG]
    return [{"case": case.name, "n": case.n, "peer": peer, "gflops": 2 * case.n**3 / s.seconds / 1e9,
             "identical": s.output == reference.output, "strict": "-ffast-math" not in case.flags}
            for peer, s in samples.items()]


def main() -> int:
    pin_to_one_core()
    peak = peak_gflops()
    rows = [row for case in CASES for row in measure(case)]
    save_json("sgemm", [{"case": "FMA peak", "gflops": peak}, *rows])
    print_table(f"plain C sgemm, GFLOP/s (FMA peak {peak:.0f})",
                ["nest", "n", "compiler", "GFLOP/s", "of peak", "same bits as clang"],
                [[r["case"], str(r["n"]), r["peer"], f"{r['gflops']:.1f}", f"{r['gflops'] / peak:.0%}",
                  "yes" if r["identical"] else "no"] for r in rows])
    return 0 if all(r["identical"] for r in rows if r["strict"]) else 1


if __name__ == "__main__":
    sys.exit(main())
