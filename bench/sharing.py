"""Programs: the same nests under sentences with and without shared loops, each one kernel, beside numpy and torch.

All sides run on one core, in turn, in several rounds; each reports its best round.
"""

import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import vecwrap as vw
from common import format_seconds, pin_to_one_core, print_table, save_json
from nest_programs import mlp, softmax

ROUNDS = 7
SIDES = ("apart", "shared", "numpy", "torch")
Cases = tuple[str, vw.Program, dict[str, str], list[np.ndarray], dict[str, Callable[..., Any]]]


def softmax_case(rows: int, columns: int) -> Cases:
    """Row maximum, exponentials, sum, quotient: four passes over a matrix, or over one row at a time."""
    lanes = "reorder(i,j,j.1) tile(j.1) vectorize(j.1)"

    def sentence(at: str) -> str:
        return (f"v1 nest(max){at} split(j,64) {lanes} nest(exp){at} split(j,64) {lanes} nest(sum){at} split(j,64) {lanes} "
                f"nest(div) split(j,64) {lanes}")

    def by_numpy(x: np.ndarray, y: np.ndarray) -> None:
        e = np.exp(x - x.max(1, keepdims=True))
        np.divide(e, e.sum(1, keepdims=True), out=y)

    x = np.random.default_rng(1).standard_normal((rows, columns)).astype("f4")
    sentences = {"apart": sentence(""), "shared": sentence(" at(div,i)")}
    return (f"softmax {rows} x {columns}", softmax(rows, columns, fast_math=True), sentences, [x, np.empty_like(x)],
            {"numpy": by_numpy, **by_torch(lambda torch, x: torch.softmax(x, 1))})


def mlp_case(rows: int, inner: int, hidden: int) -> Cases:
    """gelu(X A + a) B: the hidden layer as a whole, or a block of rows at a time."""
    inside = "split(i,8) split(j,48) reorder(j,i,k,i.1,j.1) tile(i.1,j.1) vectorize(j.1)"
    host = "split(i,24) split(i.1,8) split(j,48) reorder(i,j,i.1,k,i.2,j.1) tile(i.2,j.1) vectorize(j.1)"
    rowwise = "split(j,64) reorder(i,j,j.1) tile(j.1) vectorize(j.1)"

    def sentence(at: str) -> str:
        return f"v1 nest(first){at} {inside} nest(gelu){at} {rowwise} nest(second) {host}"

    def gelu_of(torch: Any, x: Any, A: Any, a: Any, B: Any) -> Any:
        return torch.nn.functional.gelu(torch.addmm(a, x, A)) @ B

    random = np.random.default_rng(1)
    arrays = [random.standard_normal(shape).astype("f4") * 0.1
              for shape in ((rows, inner), (inner, hidden), (hidden,), (hidden, inner), (rows, inner))]
    sentences = {"apart": sentence(""), "shared": sentence(" at(second,i)")}
    return f"mlp {rows} x {inner} x {hidden}", mlp(rows, inner, hidden, inner), sentences, arrays, by_torch(gelu_of)


def by_torch(function: Callable[..., Any]) -> dict[str, Callable[..., Any]]:
    """Torch on one thread, where it is installed."""
    try:
        import torch
    except ImportError:
        return {}
    torch.set_num_threads(1)
    return {"torch": lambda *arrays: function(torch, *map(torch.from_numpy, arrays[:-1]))}


def seconds_of(call: Callable[[], Any]) -> float:
    """The best of some runs."""
    best = float("inf")
    for _ in range(10):
        began = time.perf_counter()
        call()
        best = min(best, time.perf_counter() - began)
    return best


def measure(case: Cases) -> dict[str, Any]:
    name, program, sentences, arrays, peers = case
    kernels = {how: program.schedule(sentence) for how, sentence in sentences.items()}
    best: dict[str, float] = {}
    for _ in range(ROUNDS):
        for how, kernel in kernels.items():
            best[how] = min(best.get(how, 1.0), kernel.time(*arrays, batches=5, seconds=0.05).best)
        for peer, call in peers.items():
            best[peer] = min(best.get(peer, 1.0), seconds_of(lambda call=call: call(*arrays)))  # type: ignore[misc]
    return {"program": name, "seconds": best, "workspace": {how: kernel.workspace_bytes for how, kernel in kernels.items()}}


CASES: tuple[tuple[Callable[..., Cases], tuple[int, ...]], ...] = (
    (softmax_case, (128, 128)), (softmax_case, (1536, 128)), (softmax_case, (512, 768)), (softmax_case, (2048, 1024)),
    (mlp_case, (96, 256, 1024)), (mlp_case, (480, 256, 1024)), (mlp_case, (1920, 64, 256)))


def cells(row: dict[str, Any]) -> list[str]:
    best = row["seconds"]
    times = [format_seconds(best[how]) if how in best else "" for how in SIDES]
    return [row["program"], *times, f"{best['apart'] / best['shared']:.2f}", f"{row['workspace']['apart'] >> 10} KiB"]


def main() -> int:
    pin_to_one_core()
    rows = [measure(make(*sizes)) for make, sizes in CASES]
    print_table("programs in one kernel", ["program", *SIDES, "apart : shared", "workspace apart"], [cells(row) for row in rows])
    save_json("sharing", rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())
