"""Products of 8-bit integers, summed in 32 bits, beside torch._int_mm (oneDNN) and ONNX Runtime's MatMulInteger.

    ./run bench int8                     all groups;   python bench/int8.py square --rounds 15
    ./run bench int8 --isa x86-64-avx2   without VNNI; peers use what the CPU has. `no dot`: our code with a product per lane
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Sequence
from typing import Any

import peers
from common import pin_to_one_core, print_table, save_json

import numpy as np

import vecwrap as vw
from vecwrap import _core

Size = tuple[int, int, int]
GROUPS: dict[str, list[Size]] = {
    "square": [(n, n, n) for n in (64, 96, 128, 192, 256, 384, 512, 768, 1024)],
    "bert": [(128, 768, 768), (128, 3072, 768), (128, 768, 3072), (384, 768, 768)],
    "odd": [(17, 33, 31), (61, 127, 37), (127, 251, 253)],
    "few rows": [(m, 1024, 1024) for m in (1, 4, 8, 16)],
    "few rows by rows": [(m, 1024, 1024) for m in (1, 4, 8, 16)],
}
BY_ROWS = {"few rows by rows"}  # the right side lies as [n, k]
TYPES = (("i8", "i8"), ("u8", "i8"))
COLUMNS = ("heuristic", "best", "no dot", "torch", "ONNX Runtime", "ORT, B given")


def nest_of(size: Size, types: tuple[str, str], by_rows: bool) -> vw.Nest:
    nest = vw.Nest("int8", "i32")
    m, n, k = nest.dims(m=size[0], n=size[1], k=size[2])
    A, B = nest.tensor("A", (m, k), type=types[0]), nest.tensor("B", (n, k) if by_rows else (k, n), type=types[1])
    nest.tensor("C", (m, n))[m, n] = vw.sum_of(A[m, k] * (B[n, k] if by_rows else B[k, n]))
    return nest


def operands(size: Size, types: tuple[str, str]) -> tuple[peers.Data, peers.Data, peers.Data]:
    m, n, k = size
    rng = np.random.default_rng(m + n + k)
    a, b = (rng.integers(np.iinfo(t).min, np.iinfo(t).max, shape, endpoint=True).astype(t)
            for t, shape in zip((vw.dtypes.DTYPES[name] for name in types), ((m, k), (k, n))))
    return peers.aligned(a), peers.aligned(b), peers.aligned(np.zeros((m, n), np.int32))


def kernels(nest: vw.Nest, arrays: Sequence[peers.Data], target: vw.Target) -> dict[str, vw.Kernel]:
    """The heuristic's kernel, the fastest of its other proposals in a short trial, and its first proposal without step dot."""
    proposals = _core.propose(nest.core, target, 40, always=True)
    made = [nest.schedule(sentence, target) for sentence in proposals[:8]]
    plain = [sentence for sentence in proposals if "dot(" not in str(sentence)]
    found = {"heuristic": made[0], "best": min(made, key=lambda kernel: kernel.time(*arrays, seconds=0.01, batches=5).best)}
    return found | ({"no dot": nest.schedule(plain[0], target)} if plain else {})


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


def measure(size: Size, types: tuple[str, str], settings: peers.Settings, target: vw.Target,
            by_rows: bool = False) -> dict[str, Any]:
    nest, (a, b, c) = nest_of(size, types, by_rows), operands(size, types)
    stored = np.ascontiguousarray(b.T) if by_rows else b
    want = (a.astype(np.float64) @ b.astype(np.float64)).astype(np.int32)  # exact: less than 2^53
    ours = kernels(nest, (a, stored, c), target)
    for kernel in ours.values():
        kernel(a, stored, c)
        assert np.array_equal(c, want), f"{size}: {kernel.sentence} is wrong"
    loops = {name: peers.Loop(kernel.loop(a, stored, c)) for name, kernel in ours.items()}
    loops |= peer_loops(types, a, stored.T if by_rows else b, want)
    found = peers.timed(loops, settings)
    speed = {name: 2.0 * math.prod(size) / t.seconds / 1e9 for name, t in found.items()}
    peer = max((name for name in speed if name not in ours), key=speed.__getitem__)
    return {"case": "x".join(map(str, size)), "types": " ".join(types), "gops": speed, "peer": peer,
            "sentences": {name: str(kernel.sentence) for name, kernel in ours.items()},
            "ratio": found[peer].ratio / found["heuristic"].ratio}


def row(result: dict[str, Any]) -> list[str]:
    speed = result["gops"]
    told = [f"{speed[name]:.0f}" if name in speed else "-" for name in COLUMNS]
    return [result["case"], *told, f"{result['ratio']:.2f} {result['peer']}"]


def main(given: Sequence[str] = ()) -> int:
    parser = argparse.ArgumentParser(prog="int8.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("groups", nargs="*", metavar="group", help=f"default: all of {', '.join(GROUPS)}")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--isa", metavar="TARGET", default="native", help="what our kernels are made for (vecwrap target)")
    options = parser.parse_args(given)
    target = vw.find_target(options.isa)
    pin_to_one_core()
    everything = []
    for types in TYPES:
        for group in options.groups or GROUPS:
            settings = peers.Settings(options.rounds)
            results = [measure(size, types, settings, target, group in BY_ROWS) for size in GROUPS[group]]
            everything += [{"group": group, **result} for result in results]
            mean = math.exp(sum(math.log(result["ratio"]) for result in results) / len(results))
            title = f"{group}, {' x '.join(types)} -> i32, {target.name}: 1e9 operations per second"
            print_table(f"{title}\nto the best peer: geometric mean {mean:.3f}",
                        ["m x n x k", *COLUMNS, "ours : best peer"],
                        [row(result) for result in results])
    save_json("int8", everything)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
