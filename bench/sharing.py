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

ROUNDS = 7
SIDES = ("apart", "shared", "numpy", "torch")
Cases = tuple[str, vw.Program, dict[str, str], list[np.ndarray], dict[str, Callable[..., Any]]]


def softmax(rows: int, columns: int) -> Cases:
    """Row maximum, exponentials, sum, quotient: four passes over a matrix, or over one row at a time."""
    def nest(name: str, source: list[str], target: str, function: Callable[..., vw.Expr]) -> vw.Nest:
        made = vw.Nest(name, fast_math=True)
        i, j = made.dims(i=rows, j=columns)
        tensors = {t: made.tensor(t, (i,) if t in ("m", "s") else (i, j)) for t in [*source, target]}
        index: dict[str, Any] = {t: (i,) if t in ("m", "s") else (i, j) for t in tensors}
        tensors[target][index[target]] = function(*(tensors[t][index[t]] for t in source))
        return made

    program = vw.Program("softmax", [
        nest("max", ["X"], "m", lambda x: vw.fold(-np.inf, lambda acc: vw.maximum(acc, x))),
        nest("exp", ["X", "m"], "e", lambda x, m: vw.math("exp", x - m)),
        nest("sum", ["e"], "s", vw.sum_of),
        nest("div", ["e", "s"], "Y", lambda e, s: e / s)], ["m", "e", "s"])
    lanes = "reorder(i,j,j.1) tile(j.1) vectorize(j.1)"

    def sentence(at: str) -> str:
        return (f"v1 nest(max){at} split(j,64) {lanes} nest(exp){at} split(j,64) {lanes} nest(sum){at} split(j,64) {lanes} "
                f"nest(div) split(j,64) {lanes}")

    def by_numpy(x: np.ndarray, y: np.ndarray) -> None:
        e = np.exp(x - x.max(1, keepdims=True))
        np.divide(e, e.sum(1, keepdims=True), out=y)

    x = np.random.default_rng(1).standard_normal((rows, columns)).astype("f4")
    sentences = {"apart": sentence(""), "shared": sentence(" at(div,i)")}
    return (f"softmax {rows} x {columns}", program, sentences, [x, np.empty_like(x)],
            {"numpy": by_numpy, **by_torch(lambda torch, x: torch.softmax(x, 1))})


def mlp(rows: int, inner: int, hidden: int) -> Cases:
    """gelu(X A + a) B: the hidden layer as a whole, or a block of rows at a time."""
    first = vw.Nest("first")
    i, j, k = first.dims(i=rows, j=hidden, k=inner)
    X, A, a, H = first.tensor("X", (i, k)), first.tensor("A", (k, j)), first.tensor("a", (j,)), first.tensor("H", (i, j))
    H[i, j] = vw.sum_of(X[i, k] * A[k, j]) + a[j]
    gelu = vw.Nest("gelu")
    i, j = gelu.dims(i=rows, j=hidden)
    H, G = gelu.tensor("H", (i, j)), gelu.tensor("G", (i, j))
    G[i, j] = H[i, j] * (0.5 + 0.5 * vw.math("erf", H[i, j] * float(np.float32(0.5 ** 0.5))))
    second = vw.Nest("second")
    i, j, k = second.dims(i=rows, j=inner, k=hidden)
    G, B, Y = second.tensor("G", (i, k)), second.tensor("B", (k, j)), second.tensor("Y", (i, j))
    Y[i, j] = vw.sum_of(G[i, k] * B[k, j])
    program = vw.Program("mlp", [first, gelu, second], ["H", "G"])
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
    return (f"mlp {rows} x {inner} x {hidden}", program, {"apart": sentence(""), "shared": sentence(" at(second,i)")}, arrays,
            by_torch(gelu_of))


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
    (softmax, (128, 128)), (softmax, (1536, 128)), (softmax, (512, 768)), (softmax, (2048, 1024)),
    (mlp, (96, 256, 1024)), (mlp, (480, 256, 1024)), (mlp, (1920, 64, 256)))


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
