"""LoopNest kernels through the Python API: sgemm 64^3 to 256^3 in steps of 32, as a fraction of the FMA peak."""

import sys
import time
from typing import Any

import numpy as np

import vecwrap as vw
from common import peak_gflops, pin_to_one_core, print_table, save_json

# Good sentences for a row-major product, per vector width: a register tile, with and without packing B.
TILES = {64: [(14, 32), (9, 48), (6, 64), (8, 48), (12, 32)], 32: [(6, 16), (4, 24), (5, 16)]}
PLAIN = "v1 split(m,{rows}) split(n,{columns}) reorder(m,n,k,m.1,n.1) tile(m.1,n.1) vectorize(n.1)"
PACKED = "v1 split(m,{rows}) split(n,{columns}) reorder(n,m,k,m.1,n.1) pack(B,n) tile(m.1,n.1) vectorize(n.1)"


def gemm(n: int) -> vw.Nest:
    nest = vw.Nest("gemm", "f32")
    m, c, k = nest.dims(m=n, n=n, k=n)
    A, B, C = nest.tensor("A", (m, k)), nest.tensor("B", (k, c)), nest.tensor("C", (m, c))
    C[m, c] += A[m, k] * B[k, c]  # type: ignore[misc]  # statement syntax of the DSL
    return nest


def candidates(nest: vw.Nest) -> list[str]:
    tiles = TILES[vw.native_target().vector_bytes]
    written = [text.format(rows=r, columns=c) for r, c in tiles for text in (PLAIN, PACKED)]
    return [str(nest.heuristic()), *written]


def measure(n: int) -> dict[str, Any]:
    nest = gemm(n)
    rng = np.random.default_rng(n)
    a, b = rng.random((n, n), dtype="f4"), rng.random((n, n), dtype="f4")
    best: dict[str, Any] = {"gflops": 0.0}
    for position, sentence in enumerate(candidates(nest)):
        start = time.perf_counter()
        try:
            kernel = nest.schedule(sentence)
        except vw.Refusal:
            continue
        generated = time.perf_counter() - start
        timing = kernel.time(a, b, np.zeros((n, n), "f4"), seconds=0.1)
        if position == 0:
            best["heuristic_gflops"] = timing.gflops
        if timing.gflops > best["gflops"]:
            best |= {"n": n, "gflops": timing.gflops, "generate_ms": generated * 1e3, "sentence": sentence}
    return best


def main() -> int:
    pin_to_one_core()
    peak = peak_gflops()
    rows = [measure(n) | {"peak": peak} for n in range(64, 257, 32)]
    save_json("loopnest", rows)
    print_table(f"LoopNest sgemm kernels (FMA peak {peak:.0f} GFLOP/s)",
                ["n", "GFLOP/s", "of peak", "heuristic's", "generated in", "sentence"],
                [[str(r["n"]), f"{r['gflops']:.0f}", f"{r['gflops'] / peak:.0%}", f"{r['heuristic_gflops'] / peak:.0%}",
                  f"{r['generate_ms']:.2f} ms", r["sentence"]] for r in rows])
    return 0


if __name__ == "__main__":
    sys.exit(main())
