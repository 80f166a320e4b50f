"""Operators of BERT's sizes beside torch and ONNX Runtime: softmax, layer normalization, gelu, transposes, attention.

    ./run bench operators                all;   python bench/operators.py softmax --rounds 15

Everybody is called from Python, with one op (or one group of attention.py) per call; "from C" is the same code of ours without
that call's cost.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import peers
from attention import GROUPS, Group, prepared
from common import pin_to_one_core, print_table, save_json

import numpy as np

import vecwrap.onnx


@dataclass(frozen=True)
class Case:
    """One op on one input of a shape; `scales` is how many parameters as long as the last axis it has."""

    op: str
    shape: tuple[int, ...]
    torch: Callable[..., Any]  # of torch, the input and the parameters
    attributes: dict[str, Any] = field(default_factory=dict)
    scales: int = 0
    opset: int = 17

    def __str__(self) -> str:
        return f"{self.op.lower()} {'x'.join(map(str, self.shape))}"


def layer_norm(torch: Any, x: Any, *parameters: Any) -> Any:
    return torch.nn.functional.layer_norm(x, x.shape[-1:], *parameters, 1e-5)


def transposed(*axes: int) -> Callable[..., Any]:
    return lambda torch, x: x.permute(axes).contiguous()


CASES = [
    *(Case("Softmax", shape, lambda torch, x: torch.softmax(x, -1), {"axis": -1}) for shape in ((12, 128, 128), (12, 384, 384))),
    *(Case("LayerNormalization", shape, layer_norm, {"epsilon": 1e-5}, 2)
      for shape in ((128, 768), (384, 768), (512, 1024))),
    *(Case("Gelu", shape, lambda torch, x: torch.nn.functional.gelu(x), opset=20) for shape in ((128, 3072), (384, 3072))),
    Case("Gelu", (128, 3072), lambda torch, x: torch.nn.functional.gelu(x, approximate="tanh"), {"approximate": "tanh"},
         opset=20),
    Case("Transpose", (768, 768), transposed(1, 0), {"perm": [1, 0]}),
    Case("Transpose", (128, 3072), transposed(1, 0), {"perm": [1, 0]}),
    Case("Transpose", (128, 12, 64), transposed(1, 0, 2), {"perm": [1, 0, 2]}),
    Case("Transpose", (128, 12, 64), transposed(1, 2, 0), {"perm": [1, 2, 0]}),
]


def onnx_model(case: Case, parameters: Sequence[peers.Data]) -> bytes:
    from onnx import TensorProto, helper, numpy_helper, shape_inference
    names = [f"p{i}" for i in range(len(parameters))]
    node = helper.make_node(case.op, ["x", *names], ["y"], **case.attributes)
    graph = helper.make_graph([node], "one", [helper.make_tensor_value_info("x", TensorProto.FLOAT, case.shape)],
                              [helper.make_empty_tensor_value_info("y")],
                              [numpy_helper.from_array(array, name) for name, array in zip(names, parameters)])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", case.opset)], ir_version=9)
    made: bytes = shape_inference.infer_shapes(model).SerializeToString()
    return made


def one_op(case: Case) -> tuple[bytes, dict[str, peers.Data], list[peers.Data]]:
    """As attention.prepared."""
    rng = np.random.default_rng(5)
    x = rng.standard_normal(case.shape, np.float32)
    parameters = [rng.standard_normal(case.shape[-1:], np.float32) for _ in range(case.scales)]
    return onnx_model(case, parameters), {"x": x}, [x, *parameters]


def measure(case: Case | Group, settings: peers.Settings) -> dict[str, Any]:
    model, feeds, arrays = prepared(case) if isinstance(case, Group) else one_op(case)
    net, inputs = vecwrap.onnx.compile(model), list(feeds.values())
    loops: dict[str, peers.Loop] = {"vecwrap": peers.python_loop(lambda: net(*inputs)), "from C": peers.Loop(net.loop(*inputs))}
    if torch := peers.torch():
        tensors = [torch.from_numpy(array) for array in arrays]
        loops["torch"] = peers.python_loop(lambda: case.torch(torch, *tensors))
        wanted = case.torch(torch, *tensors).numpy()
        assert np.allclose(net(*inputs)[0], wanted, rtol=1e-4, atol=1e-5), f"{case}: not what torch computes"
    if session := peers.ort_loop(model, feeds):
        loops["ONNX Runtime"] = session
    times = peers.timed(loops, settings)
    peer = min((name for name in loops if name not in ("vecwrap", "from C")), key=lambda name: times[name].seconds)
    return {"case": str(case), "seconds": {name: t.seconds for name, t in times.items()},
            "peer": peer, "ratio": times[peer].ratio, "ratio_from_c": times[peer].ratio / times["from C"].ratio,
            "sentences": [kernel["sentence"] for kernel in net.report.kernels]}


def main(given: Sequence[str] = ()) -> int:
    parser = argparse.ArgumentParser(prog="operators.py", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ops", nargs="*", metavar="op", help="default: all")
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args(given)
    pin_to_one_core()
    everything: list[Case | Group] = [*CASES, *GROUPS]
    cases = [case for case in everything if not options.ops or case.op.lower() in options.ops]
    results = [measure(case, peers.Settings(options.rounds)) for case in cases]
    save_json("operators", results)
    mean = math.exp(sum(math.log(result["ratio"]) for result in results) / len(results))
    names = ["vecwrap", "from C", "torch", "ONNX Runtime"]
    worst = min(result["ratio"] for result in results)
    print_table(f"operators, microseconds; to the best peer: geometric mean {mean:.2f}, worst {worst:.2f}",
                ["op", *names, "ours : best peer", "from C"],
                [[r["case"], *(f"{r['seconds'][n] * 1e6:.1f}" if n in r["seconds"] else "-" for n in names),
                  f"{r['ratio']:.2f} {r['peer']}", f"{r['ratio_from_c']:.2f}"] for r in results])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
