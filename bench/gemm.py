"""Matrix products beside OpenBLAS, MKL, ONNX Runtime, OpenVINO: square, of networks, GEMV, transposed, odd, f64, with a factor.

    ./run bench gemm                     all groups;   python bench/gemm.py square odd --rounds 15
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import peers
from common import pin_to_one_core, print_table, save_json

import numpy as np

import vecwrap as vw
from vecwrap import _core

TARGETS = ("x86-64-avx512", "x86-64-avx2")
NUMPY = {"f32": np.float32, "f64": np.float64}
CHAIN = 16  # products per session run, where they can be chained: a session costs microseconds
# Beside what the heuristic proposes: register tiles per vector width, rows or columns outermost, B packed, blocks of columns.
TILES = {64: [(14, 32), (13, 32), (10, 32), (9, 48), (8, 48), (6, 64)], 32: [(6, 16), (4, 24), (5, 16)]}
STEPS = {64: 2, 32: 4}  # of k, unrolled
WRITTEN = [f"v1 split(m,{{rows}}) split(n,{{columns}}) reorder({order},k,m.1,n.1) {packed}tile(m.1,n.1) vectorize(n.1) "
           "unroll(k,{steps})" for order, packed in (("m,n", ""), ("n,m", ""), ("n,m", "pack(B,n) "))]
WRITTEN.append("v1 split(n,256) split(n.1,{columns}) split(m,{rows}) reorder(n,m,n.1,k,m.1,n.2) tile(m.1,n.2) vectorize(n.2) "
               "unroll(k,{steps})")


@dataclass(frozen=True)
class Product:
    """C[m,n] = A[m,k] B[k,n]; `a` and `b` are T for operands that lie transposed in memory; `factor`: C += alpha A B."""

    m: int
    n: int
    k: int
    dtype: str = "f32"
    a: str = "N"
    b: str = "N"
    factor: bool = False

    def __str__(self) -> str:
        kind = "" if (self.a, self.b) == ("N", "N") else f" {self.a}{self.b}"
        return f"{self.m}x{self.n}x{self.k}{kind}{' f64' if self.dtype == 'f64' else ''}{' alpha' * self.factor}"

    @property
    def flops(self) -> float:
        return 2.0 * self.m * self.n * self.k


ODD = [1, 2, 3, 5, 7, 13, 17, 31, 33]
GROUPS: dict[str, list[Product]] = {
    "square": [Product(n, n, n) for n in range(64, 257, 32)],
    "large": [Product(512, 512, 512), Product(1024, 1024, 1024), Product(128, 768, 768), Product(128, 3072, 768)],
    "gemv": [Product(1, 1024, 1024), Product(1, 4096, 4096), Product(1, 768, 3072)],
    "transposed": [Product(n, n, n, a=a, b=b) for n in (128, 256, 512) for a, b in ("NT", "TN", "TT")],
    "odd": [*[Product(n, n, n) for n in (*ODD, 37, 61, 127, 251)],
            Product(31, 1, 33), Product(7, 127, 61), Product(127, 3, 251)],
    "f64": [Product(n, n, n, "f64") for n in (64, 127, 256, 512)],
    "factor": [Product(n, n, n, dtype, factor=True) for dtype in ("f32", "f64") for n in (64, 127, 256, 512, 1024)],
}
ALPHA = 1.5


def nest_of(case: Product) -> vw.Nest:
    nest = vw.Nest("gemm", case.dtype)
    m, n, k = nest.dims(m=case.m, n=case.n, k=case.k)
    A = nest.tensor("A", (m, k), order="F" if case.a == "T" else "C")
    B = nest.tensor("B", (k, n), order="F" if case.b == "T" else "C")
    C = nest.tensor("C", (m, n))
    if case.factor:
        C[m, n] += (nest.scalar("alpha") * A[m, k]) * B[k, n]  # type: ignore[misc]
    else:
        C[m, n] = vw.sum_of(A[m, k] * B[k, n])
    return nest


def operands(case: Product) -> tuple[peers.Data, peers.Data, peers.Data]:
    """Columns of 1/sqrt(k): chained products neither vanish nor overflow."""
    rng, dtype = np.random.default_rng(case.m * 7 + case.k), NUMPY[case.dtype]
    a = np.asarray(rng.standard_normal((case.m, case.k)), dtype, order="F" if case.a == "T" else "C")
    b = np.asarray(rng.standard_normal((case.k, case.n)) / math.sqrt(case.k), dtype, order="F" if case.b == "T" else "C")
    return peers.aligned(a), peers.aligned(b), peers.aligned(np.zeros((case.m, case.n), dtype))


def sentences(nest: vw.Nest, target: _core.Target) -> list[str]:
    """The heuristic's first, its others, and those that are written above."""
    proposed = [str(sentence) for sentence in _core.propose(nest.core, target, 6, always=True)]
    tiles, steps = TILES[target.vector_bytes], STEPS[target.vector_bytes]
    return proposed + [text.format(rows=r, columns=c, steps=steps) for r, c in tiles for text in WRITTEN]


def kernels(nest: vw.Nest, target: str, arrays: Sequence[peers.Data], scalars: dict[str, float]) -> dict[str, vw.Kernel]:
    """The heuristic's kernel, and the fastest of all known sentences in a short trial; schedules are for this core."""
    machine = vw.find_target(f"{target}@native")
    trials: dict[str, tuple[float, vw.Kernel]] = {}
    for sentence in dict.fromkeys(sentences(nest, machine)):
        try:
            kernel = nest.schedule(sentence, machine)
        except vw.Refusal:
            continue
        trials[sentence] = (kernel.time(*arrays, seconds=0.01, batches=5, **scalars).best, kernel)
    first = next(iter(trials.values()))[1]
    return {"heuristic": first, "best": min(trials.values(), key=lambda trial: trial[0])[1]}


def onnx_model(case: Product, b: peers.Data, times: int) -> bytes:
    """A chain of MatMuls with a constant right side."""
    from onnx import helper, numpy_helper
    kind = helper.np_dtype_to_tensor_dtype(b.dtype)
    names = ["a", *(f"t{i}" for i in range(times - 1)), "c"]
    nodes = [helper.make_node("MatMul", [x, "b"], [y]) for x, y in zip(names, names[1:])]
    graph = helper.make_graph(nodes, "gemm", [helper.make_tensor_value_info("a", kind, [case.m, case.k])],
                              [helper.make_tensor_value_info("c", kind, [case.m, case.n])],
                              [numpy_helper.from_array(np.ascontiguousarray(b), "b")])
    model: bytes = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9).SerializeToString()
    return model


def check(case: Product, name: str, a: peers.Data, b: peers.Data, c: peers.Data) -> None:
    wanted = (a @ b) * (ALPHA if case.factor else 1.0)
    assert np.allclose(c, wanted, rtol=1e-3, atol=1e-3 * float(np.abs(wanted).max())), f"{case}: {name} is wrong"


def peer_loops(case: Product, a: peers.Data, b: peers.Data) -> dict[str, peers.Loop]:
    """Constant right sides (ONNX Runtime, OpenVINO) may be laid out in advance; BLAS gets both operands as they are."""
    c = np.zeros((case.m, case.n), a.dtype)
    blas = {"OpenBLAS": peers.openblas(case.dtype), "MKL": peers.mkl(case.dtype)}
    factors = (ALPHA, 1.0) if case.factor else (1.0, 0.0)
    loops = {name: peers.gemm_loop(function, a, b, c, *factors) for name, function in blas.items() if function}
    for name, loop in loops.items():
        c[...] = 0
        loop.run(1)
        check(case, name, a, b, c)
    if case.factor:
        return loops
    times = CHAIN if case.n == case.k else 1
    model, feeds = onnx_model(case, b, times), {"a": np.ascontiguousarray(a)}
    found = {"ONNX Runtime": peers.ort_loop(model, feeds, times)}
    if case.dtype == "f32":  # OpenVINO computes f64 in f32
        found["OpenVINO"] = peers.openvino_loop(model, feeds, times)
    return {**loops, **{name: loop for name, loop in found.items() if loop}}


def measure(case: Product, settings: peers.Settings, targets: Sequence[str]) -> dict[str, Any]:
    nest, (a, b, c) = nest_of(case), operands(case)
    scalars = {"alpha": ALPHA} if case.factor else {}
    loops: dict[str, peers.Loop] = {}
    chosen: dict[str, str] = {}
    for target in targets:
        for name, kernel in kernels(nest, target, (a, b, c), scalars).items():
            c[...] = 0
            kernel(a, b, c, **scalars)
            check(case, str(kernel.sentence), a, b, c)
            loops[f"{target} {name}"] = peers.Loop(kernel.loop(a, b, c, **scalars))
            chosen[f"{target} {name}"] = str(kernel.sentence)
    ours = list(loops)
    theirs = peer_loops(case, a, b)
    top = {name: peers.peak_loop(vw.find_target(name), case.dtype) for name in targets}
    found = peers.timed({**loops, **theirs, **top}, settings)
    gflops = {name: case.flops / found[name].seconds / 1e9 for name in [*loops, *theirs]}
    peaks = {name: 1 / found[name].seconds / 1e9 for name in top}
    peer = max(theirs, key=gflops.__getitem__)
    best = max(ours, key=gflops.__getitem__)
    widest = max(peaks, key=peaks.__getitem__)
    of_peak = case.flops * found[widest].ratio / found[best].ratio
    return {"case": str(case), "gflops": gflops, "peaks": peaks, "sentences": chosen, "best": best, "peer": peer,
            "ratio": found[peer].ratio / found[best].ratio, "of_peak": of_peak}


def row(result: dict[str, Any], targets: Sequence[str]) -> list[str]:
    gflops = result["gflops"]
    ours = [f"{gflops[f'{target} heuristic']:.1f} / {gflops[f'{target} best']:.1f}" for target in targets]
    return [result["case"], *ours, *(f"{gflops[p]:.1f}" if p in gflops else "-" for p in PEERS),
            f"{result['ratio']:.2f} {result['peer']}", f"{result['of_peak']:.0%}"]


PEERS = ["OpenBLAS", "MKL", "ONNX Runtime", "OpenVINO"]


def summary(results: Sequence[dict[str, Any]]) -> str:
    ratios = [result["ratio"] for result in results]
    worst = min(results, key=lambda result: float(result["ratio"]))
    mean = math.exp(sum(map(math.log, ratios)) / len(ratios))
    return f"geometric mean {mean:.3f}, worst {worst['ratio']:.2f} ({worst['case']})"


def main(given: Sequence[str] = ()) -> int:
    parser = argparse.ArgumentParser(prog="gemm.py", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("groups", nargs="*", metavar="group", help=f"default: all of {', '.join(GROUPS)}")
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args(given)
    pin_to_one_core()
    native = vw.native_target()
    targets = [name for name in TARGETS if vw.find_target(name).vector_bytes <= native.vector_bytes]
    everything = []
    for group in options.groups or GROUPS:
        results = [measure(case, peers.Settings(options.rounds), targets) for case in GROUPS[group]]
        everything += [{"group": group, **result} for result in results]
        told = ", ".join(f"{name} {max(r['peaks'][name] for r in results):.0f}" for name in targets)
        print_table(f"{group}: GFLOP/s, heuristic / best sentence known (FMA peak: {told})\nto the best peer: {summary(results)}",
                    ["m x n x k", *targets, *PEERS, "ours : best peer", "of peak"], [row(result, targets) for result in results])
    save_json("gemm", everything)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
