"""Products of bf16, summed in f32 under fast-math, beside torch.mm of bf16 (oneDNN), which stores bf16.

    ./run bench bf16                          all groups;   python bench/bf16.py square --rounds 15
    ./run bench bf16 --isa x86-64-avx512      bf16 as storage only. `no dot`: our code with a product per lane
    ONEDNN_MAX_CPU_ISA=AVX512_CORE_BF16 ./run bench bf16      torch without AMX
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import narrow
import peers
from common import save_json

import numpy as np

import vecwrap as vw


def nest_of(size: narrow.Size) -> vw.Nest:
    nest = vw.Nest("bf16", "f32", fast_math=True)
    m, n, k = nest.dims(m=size[0], n=size[1], k=size[2])
    A, B = nest.tensor("A", (m, k), type="bf16"), nest.tensor("B", (k, n), type="bf16")
    nest.tensor("C", (m, n))[m, n] = vw.sum_of(A[m, k] * B[k, n])
    return nest


def operands(size: narrow.Size) -> tuple[peers.Data, peers.Data, peers.Data]:
    """Small whole numbers: sums are exact in any order."""
    m, n, k = size
    rng = np.random.default_rng(m + n + k)
    a, b = ((rng.integers(-8, 9, shape).astype(np.float32).view(np.uint32) >> 16).astype(np.uint16) for shape in ((m, k), (k, n)))
    return peers.aligned(a), peers.aligned(b), peers.aligned(np.zeros((m, n), np.float32))


def floats(x: peers.Data) -> peers.Data:
    return (x.astype(np.uint32) << 16).view(np.float32)


def torch_loop(a: peers.Data, b: peers.Data, want: peers.Data) -> peers.Loop | None:
    if not (torch := peers.torch()):
        return None
    x, y = (torch.from_numpy(v.view(np.int16)).view(torch.bfloat16) for v in (a, b))
    assert np.allclose(torch.mm(x, y).float().numpy(), want, rtol=2**-8), "torch's result is wrong"
    return peers.python_loop(lambda: torch.mm(x, y))


def measure(size: narrow.Size, options: narrow.Options) -> dict[str, Any]:
    a, b, c = operands(size)
    want = floats(a).astype(np.float64) @ floats(b).astype(np.float64)
    torch = torch_loop(a, b, want)
    return narrow.compare(size, nest_of(size), (a, b, c), want, {"torch": torch} if torch else {}, options)


def main(given: Sequence[str] = ()) -> int:
    options = narrow.options_of("bf16.py", __doc__, given)
    everything = []
    for group in options.groups:
        results = [measure(size, options) for size in narrow.GROUPS[group]]
        everything += [{"group": group, **result} for result in results]
        narrow.table(f"{group}, bf16 x bf16 -> f32, {options.target.name}", ("torch",), results)
    save_json("bf16", everything)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
