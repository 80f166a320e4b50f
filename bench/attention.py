"""Products in groups, of BERT's and GPT-2's sizes: softmax(Q K^T / 8 under a mask) V, and gelu(X W + b)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import peers
from networks import LOWEST, Net

import numpy as np

Arrays = dict[str, peers.Data]


@dataclass(frozen=True)
class Group:
    """A few ops of a network; `torch` is given its inputs' and constants' arrays."""

    op: str
    name: str
    net: Callable[[], tuple[Net, str]]
    shapes: dict[str, tuple[int, ...]]
    torch: Callable[..., Any]

    def __str__(self) -> str:
        return self.name


def attention(heads: int, length: int, causal: bool) -> Group:
    shape = (1, heads, length, 64)

    def net() -> tuple[Net, str]:
        made = Net()
        query, key, value = (made.input(name, shape) for name in "qkv")
        scores = made.op("MatMul", query, made.op("Transpose", key, perm=[0, 1, 3, 2]))
        scores = made.op("Mul", scores, made.constant(0.125))
        if causal:
            scores = made.op("Where", made.constant(np.tril(np.ones((length, length))), np.bool_), scores, made.constant(LOWEST))
        return made, str(made.op("MatMul", made.op("Softmax", scores, axis=-1), value))

    return Group("attention", f"attention {heads}x{length}x64{' causal' if causal else ''}", net, dict.fromkeys("qkv", shape),
                 lambda torch, q, k, v: torch.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=causal))


def feed_forward(rows: int, hidden: int) -> Group:
    """The weights are known, as in a network."""
    def net() -> tuple[Net, str]:
        made = Net()
        wide = made.linear(made.input("x", (1, rows, hidden)), hidden, 4 * hidden)
        return made, str(made.op("Gelu", wide))

    def torch_of(torch: Any, x: Any, weight: Any, bias: Any) -> Any:
        return torch.nn.functional.gelu(torch.nn.functional.linear(x, weight.T, bias))

    return Group("feedforward", f"matmul+bias+gelu {rows}x{4 * hidden}x{hidden}", net, {"x": (1, rows, hidden)}, torch_of)


GROUPS = [attention(12, 128, False), attention(12, 384, False), attention(12, 128, True), feed_forward(128, 768)]


def prepared(group: Group) -> tuple[bytes, Arrays, list[peers.Data]]:
    """The model, its inputs, and these with its constants as torch's function takes them."""
    from onnx import helper, numpy_helper, shape_inference
    net, result = group.net()
    graph = helper.make_graph(net.nodes, "group", net.inputs, [helper.make_empty_tensor_value_info(result)], net.constants)
    model = shape_inference.infer_shapes(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=9))
    random = np.random.default_rng(5)
    inputs = {name: random.standard_normal(shape, np.float32) for name, shape in group.shapes.items()}
    known = [numpy_helper.to_array(tensor) for tensor in net.constants] if group.op == "feedforward" else []
    made: bytes = model.SerializeToString()
    return made, inputs, [*inputs.values(), *known]
