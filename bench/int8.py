"""Products of 8-bit integers, summed in 32 bits, beside torch._int_mm (oneDNN) and ONNX Runtime's MatMulInteger.

    ./run bench int8                     all groups;   python bench/int8.py square --rounds 15
    ./run bench int8 --isa x86-64-avx2   without VNNI; peers use what the CPU has. `no dot`: our code with a product per lane
    ONEDNN_MAX_CPU_ISA=AVX512_CORE_VNNI ./run bench int8      torch without AMX
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

BY_ROWS = {"few rows by rows"}  # the right side lies as [n, k]
TYPES = (("i8", "i8"), ("u8", "i8"))
PEERS = ("torch", "ONNX Runtime", "ORT, B given")


def nest_of(size: narrow.Size, types: tuple[str, str], by_rows: bool) -> vw.Nest:
    nest = vw.Nest("int8", "i32")
    m, n, k = nest.dims(m=size[0], n=size[1], k=size[2])
    A, B = nest.tensor("A", (m, k), type=types[0]), nest.tensor("B", (n, k) if by_rows else (k, n), type=types[1])
    nest.tensor("C", (m, n))[m, n] = vw.sum_of(A[m, k] * (B[n, k] if by_rows else B[k, n]))
    return nest


def operands(size: narrow.Size, types: tuple[str, str]) -> tuple[peers.Data, peers.Data, peers.Data]:
    m, n, k = size
    rng = np.random.default_rng(m + n + k)
    a, b = (rng.integers(np.iinfo(t).min, np.iinfo(t).max, shape, endpoint=True).astype(t)
            for t, shape in zip((vw.dtypes.DTYPES[name] for name in types), ((m, k), (k, n))))
    return peers.aligned(a), peers.aligned(b), peers.aligned(np.zeros((m, n), np.int32))


def onnx_model(a: peers.Data, b: peers.Data, given: bool = False) -> bytes:
    """A MatMulInteger with a constant right side, which the runtime lays out in advance, or with one that is given."""
    from onnx import TensorProto, helper, numpy_helper
    kinds = {name: helper.np_dtype_to_tensor_dtype(x.dtype) for name, x in (("a", a), ("b", b))}
    inputs = [helper.make_tensor_value_info(name, kinds[name], list(x.shape)) for name, x in (("a", a), ("b", b))]
    graph = helper.make_graph([helper.make_node("MatMulInteger", ["a", "b"], ["c"])], "int8",
                              inputs if given else inputs[:1],
                              [helper.make_tensor_value_info("c", TensorProto.INT32, [a.shape[0], b.shape[1]])],
                              [] if given else [numpy_helper.from_array(b, "b")])
    model: bytes = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9).SerializeToString()
    return model


def torch_loop(a: peers.Data, b: peers.Data, want: peers.Data) -> peers.Loop | None:
    """None where torch is missing or refuses the shape."""
    if not (torch := peers.torch()):
        return None
    x, y = torch.from_numpy(a), torch.from_numpy(b)
    try:
        assert np.array_equal(torch._int_mm(x, y).numpy(), want), "torch's result is wrong"
    except RuntimeError:
        return None
    return peers.python_loop(lambda: torch._int_mm(x, y))


def peer_loops(types: tuple[str, str], a: peers.Data, b: peers.Data, want: peers.Data) -> dict[str, peers.Loop]:
    """b: as [k, n]; what lies as [n, k] is a view for torch, and in order for ONNX Runtime."""
    dense = np.ascontiguousarray(b)
    loops = {"torch": torch_loop(a, b, want) if types == ("i8", "i8") else None,
             "ONNX Runtime": peers.ort_loop(onnx_model(a, dense), {"a": a}, 1)}
    if b is dense:
        loops["ORT, B given"] = peers.ort_loop(onnx_model(a, b, given=True), {"a": a, "b": b}, 1)
    return {name: loop for name, loop in loops.items() if loop}


def measure(size: narrow.Size, types: tuple[str, str], options: narrow.Options, by_rows: bool = False) -> dict[str, Any]:
    a, b, c = operands(size, types)
    stored = np.ascontiguousarray(b.T) if by_rows else b
    want = (a.astype(np.float64) @ b.astype(np.float64)).astype(np.int32)  # exact: less than 2^53
    others = peer_loops(types, a, stored.T if by_rows else b, want)
    found = narrow.compare(size, nest_of(size, types, by_rows), (a, stored, c), want, others, options)
    return {"types": " ".join(types), **found}


def main(given: Sequence[str] = ()) -> int:
    options = narrow.options_of("int8.py", __doc__, given)
    everything = []
    for types in TYPES:
        for group in options.groups:
            results = [measure(size, types, options, group in BY_ROWS) for size in narrow.GROUPS[group]]
            everything += [{"group": group, **result} for result in results]
            narrow.table(f"{group}, {' x '.join(types)} -> i32, {options.target.name}", PEERS, results)
    save_json("int8", everything)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
