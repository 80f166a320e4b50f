"""Programs of nests that benchmarks and tests share."""

from collections.abc import Callable
from typing import Any

import numpy as np
import vecwrap as vw

Extent = int | str


def softmax(rows: Extent, columns: Extent, fast_math: bool = False) -> vw.Program:
    """Row maximum m, exponentials e, sum s, quotient Y: four passes over a matrix X, or over one row at a time."""
    def nest(name: str, source: list[str], target: str, function: Callable[..., vw.Expr]) -> vw.Nest:
        made = vw.Nest(name, fast_math=fast_math)
        i, j = made.dims(i=rows, j=columns)
        index: dict[str, Any] = {t: (i,) if t in ("m", "s") else (i, j) for t in [*source, target]}
        tensors = {t: made.tensor(t, dims) for t, dims in index.items()}
        tensors[target][index[target]] = function(*(tensors[t][index[t]] for t in source))
        return made

    return vw.Program("softmax", [
        nest("max", ["X"], "m", lambda x: vw.fold(-np.inf, lambda acc: vw.maximum(acc, x))),
        nest("exp", ["X", "m"], "e", lambda x, m: vw.math("exp", x - m)),
        nest("sum", ["e"], "s", vw.sum_of),
        nest("div", ["e", "s"], "Y", lambda e, s: e / s)], ["m", "e", "s"])


def mlp(rows: Extent, inner: int, hidden: int, outer: int) -> vw.Program:
    """Y = gelu(X A + a) B."""
    first = vw.Nest("first")
    i, j, k = first.dims(i=rows, j=hidden, k=inner)
    X, A, a, h = first.tensor("X", (i, k)), first.tensor("A", (k, j)), first.tensor("a", (j,)), first.tensor("h", (i, j))
    h[i, j] = vw.sum_of(X[i, k] * A[k, j]) + a[j]
    gelu = vw.Nest("gelu")
    i, j = gelu.dims(i=rows, j=hidden)
    h, g = gelu.tensor("h", (i, j)), gelu.tensor("g", (i, j))
    g[i, j] = h[i, j] * (0.5 + 0.5 * vw.math("erf", h[i, j] * float(np.float32(0.5 ** 0.5))))
    second = vw.Nest("second")
    i, j, k = second.dims(i=rows, j=outer, k=hidden)
    g, B, Y = second.tensor("g", (i, k)), second.tensor("B", (k, j)), second.tensor("Y", (i, j))
    Y[i, j] = vw.sum_of(g[i, k] * B[k, j])
    return vw.Program("mlp", [first, gelu, second], ["h", "g"])
