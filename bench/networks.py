"""The five networks of the benchmarks as ONNX files, with random weights, node for node as torch.onnx exports them.

The tests have the same networks in torch.nn (tests/support/models.py) and check that these agree with their exports; writing
them here once more keeps torch, which is many times larger than all else together, out of `./run demo`.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET = 17
LOWEST = float(np.finfo(np.float32).min)
Arrays = dict[str, np.ndarray[Any, Any]]


class Net:
    """A graph under construction; values are their names."""

    def __init__(self) -> None:
        self.random = np.random.default_rng(7)
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []
        self.inputs: list[onnx.ValueInfoProto] = []

    def input(self, name: str, shape: Sequence[int], dtype: int = TensorProto.FLOAT) -> str:
        self.inputs.append(helper.make_tensor_value_info(name, dtype, shape))
        return name

    def constant(self, value: Any, dtype: type = np.float32) -> str:
        self.constants.append(numpy_helper.from_array(np.asarray(value, dtype), f"c{len(self.constants)}"))
        return self.constants[-1].name

    def weight(self, *shape: int, std: float, mean: float = 0) -> str:
        return self.constant(mean + std * self.random.standard_normal(shape, np.float32))

    def op(self, kind: str, *inputs: str, outputs: int = 1, **attributes: Any) -> Any:
        """The name of the output, or the names of all."""
        names = [f"v{len(self.nodes)}.{k}" for k in range(outputs)]
        self.nodes.append(helper.make_node(kind, inputs, names, **attributes))
        return names[0] if outputs == 1 else names

    def conv(self, x: str, inputs: int, outputs: int, kernel: int, stride: int = 1, groups: int = 1, scale: float = 1) -> str:
        """With a bias: exporters fold batch norms into convolutions."""
        fan_in = inputs // groups * kernel * kernel
        weight = self.weight(outputs, inputs // groups, kernel, kernel, std=scale * (2 / fan_in) ** 0.5)
        return str(self.op("Conv", x, weight, self.weight(outputs, std=0.1), dilations=[1, 1], group=groups,
                           kernel_shape=[kernel] * 2, pads=[kernel // 2] * 4, strides=[stride] * 2))

    def gemm(self, x: str, inputs: int, outputs: int) -> str:
        return str(self.op("Gemm", x, self.weight(outputs, inputs, std=inputs ** -0.5), self.weight(outputs, std=0.1),
                           alpha=1.0, beta=1.0, transB=1))

    def linear(self, x: str, inputs: int, outputs: int) -> str:
        """Of more than two dims: exported as a product and a sum."""
        product = self.op("MatMul", x, self.weight(inputs, outputs, std=inputs ** -0.5))
        return str(self.op("Add", self.weight(outputs, std=0.1), product))

    def norm(self, x: str, size: int, epsilon: float) -> str:
        return str(self.op("LayerNormalization", x, self.weight(size, std=0.2, mean=1), self.weight(size, std=0.1),
                           axis=-1, epsilon=epsilon))

    def heads(self, x: str, shape: Sequence[int], perm: Sequence[int]) -> str:
        return str(self.op("Transpose", self.op("Reshape", x, self.constant(shape, np.int64), allowzero=0), perm=perm))

    def classify(self, x: str, channels: int) -> str:
        flat = self.op("Flatten", self.op("GlobalAveragePool", x), axis=1)
        return self.gemm(flat, channels, 1000)

    def save(self, path: Path, *outputs: str) -> Path:
        ports = [helper.make_empty_tensor_value_info(name) for name in outputs]
        graph = helper.make_graph(self.nodes, path.stem, self.inputs, ports, self.constants)
        model = helper.make_model(graph, ir_version=8, opset_imports=[helper.make_opsetid("", OPSET)])
        path.parent.mkdir(parents=True, exist_ok=True)
        onnx.save(onnx.shape_inference.infer_shapes(model), path)
        return path


def resnet50(path: Path) -> Path:
    net = Net()
    x = net.op("Relu", net.conv(net.input("x", (1, 3, 224, 224)), 3, 64, 7, 2))
    x = net.op("MaxPool", x, ceil_mode=0, dilations=[1, 1], kernel_shape=[3, 3], pads=[1] * 4, strides=[2, 2])
    inputs = 64
    for stage, blocks in enumerate((3, 4, 6, 3)):
        width = 64 << stage
        for block in range(blocks):
            stride = 2 if stage and not block else 1
            body = net.op("Relu", net.conv(x, inputs, width, 1))
            body = net.op("Relu", net.conv(body, width, width, 3, stride))
            body = net.conv(body, width, 4 * width, 1, scale=0.3)
            shortcut = net.conv(x, inputs, 4 * width, 1, stride) if not block else x
            x = net.op("Relu", net.op("Add", body, shortcut))
            inputs = 4 * width
    return net.save(path, net.classify(x, inputs))


def mobilenet_v2(path: Path) -> Path:
    net = Net()
    bounds = net.constant(0), net.constant(6)

    def relu6(x: str) -> str:
        return str(net.op("Clip", x, *bounds))

    x, inputs = relu6(net.conv(net.input("x", (1, 3, 224, 224)), 3, 32, 3, 2)), 32
    for expand, outputs, blocks, first in ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1),
                                           (6, 160, 3, 2), (6, 320, 1, 1)):
        for block in range(blocks):
            width, stride = inputs * expand, 1 if block else first
            body = relu6(net.conv(x, inputs, width, 1)) if expand > 1 else x
            body = net.conv(relu6(net.conv(body, width, width, 3, stride, width)), width, outputs, 1)
            x = net.op("Add", x, body) if stride == 1 and inputs == outputs else body
            inputs = outputs
    return net.save(path, net.classify(relu6(net.conv(x, inputs, 1280, 1)), 1280))


def attend(net: Net, parts: Sequence[str], mask: Callable[[str], str], size: Sequence[int], heads: int) -> str:
    """Softmax(Q K^T / sqrt(d) under a mask) V, for three projections of `size`: batch, length, hidden."""
    split = (*size[:2], heads, -1)
    query, key, value = (net.heads(x, split, perm) for x, perm in zip(parts, ((0, 2, 1, 3), (0, 2, 3, 1), (0, 2, 1, 3))))
    scores = net.op("Div", net.op("MatMul", query, key), net.constant((size[2] // heads) ** 0.5))
    mixed = net.op("MatMul", net.op("Softmax", mask(scores), axis=-1), value)
    return str(net.op("Reshape", net.op("Transpose", mixed, perm=(0, 2, 1, 3)), net.constant(size, np.int64), allowzero=0))


def bert_tiny(path: Path) -> Path:
    net, hidden, size = Net(), 128, (1, 128, 128)
    ids, given = (net.input(name, (1, 128), TensorProto.INT64) for name in ("input_ids", "attention_mask"))
    x = net.op("Add", net.op("Gather", net.weight(30522, hidden, std=1), ids), net.weight(128, hidden, std=1))
    kinds = net.op("Gather", net.weight(2, hidden, std=1), net.constant(np.zeros((1, 128)), np.int64))
    x = net.norm(net.op("Add", x, kinds), hidden, 1e-12)
    wide = net.op("Unsqueeze", net.op("Unsqueeze", given, net.constant([1], np.int64)), net.constant([2], np.int64))
    mask = net.op("Sub", net.constant(1), net.op("Cast", wide, to=TensorProto.FLOAT))
    mask = net.op("Mul", mask, net.constant(LOWEST))
    for _ in range(2):
        parts = [net.linear(x, hidden, hidden) for _ in range(3)]
        mixed = net.linear(attend(net, parts, lambda scores: str(net.op("Add", scores, mask)), size, 2), hidden, hidden)
        x = net.norm(net.op("Add", x, mixed), hidden, 1e-12)
        wide = net.linear(x, hidden, 4 * hidden)
        error = net.op("Add", net.op("Erf", net.op("Div", wide, net.constant(2 ** 0.5))), net.constant(1))
        gelu = net.op("Mul", net.op("Mul", wide, error), net.constant(0.5))
        x = net.norm(net.op("Add", x, net.linear(gelu, 4 * hidden, hidden)), hidden, 1e-12)
    first = net.op("Gather", x, net.constant(0, np.int64), axis=1)
    return net.save(path, x, net.op("Tanh", net.gemm(first, hidden, hidden)))


def gpt2_block(path: Path) -> Path:
    net, hidden, size = Net(), 768, (1, 128, 768)
    x = net.input("x", size)
    causal = net.constant(np.tril(np.ones((128, 128))), np.bool_)
    parts = net.op("Split", net.linear(net.norm(x, hidden, 1e-5), hidden, 3 * hidden), net.constant([hidden] * 3, np.int64),
                   outputs=3, axis=2)
    mixed = attend(net, parts, lambda scores: str(net.op("Where", causal, scores, net.constant(LOWEST))), size, 12)
    x = net.op("Add", x, net.linear(mixed, hidden, hidden))
    wide = net.linear(net.norm(x, hidden, 1e-5), hidden, 4 * hidden)
    cube = net.op("Mul", wide, net.op("Mul", wide, wide))
    inner = net.op("Add", wide, net.op("Mul", cube, net.constant(0.044715)))
    tanh = net.op("Add", net.op("Tanh", net.op("Mul", inner, net.constant((2 / np.pi) ** 0.5))), net.constant(1))
    gelu = net.op("Mul", net.op("Mul", wide, net.constant(0.5)), tanh)
    return net.save(path, net.op("Add", x, net.linear(gelu, 4 * hidden, hidden)))


def mlp(path: Path) -> Path:
    net = Net()
    x = net.op("Relu", net.gemm(net.input("x", (32, 784)), 784, 512))
    x = net.op("Tanh", net.gemm(x, 512, 256))
    return net.save(path, net.op("Softmax", net.gemm(x, 256, 10), axis=-1))


NETWORKS: dict[str, Callable[[Path], Path]] = {
    "resnet50": resnet50, "mobilenet_v2": mobilenet_v2, "bert_tiny": bert_tiny, "gpt2_block": gpt2_block, "mlp": mlp}
BOUNDS = {"input_ids": 30522, "attention_mask": 2}  # of integer inputs


def inputs(path: Path, seed: int = 0) -> Arrays:
    """Random inputs that fit a network."""
    random = np.random.default_rng(seed)
    values = onnx.load(path, load_external_data=False).graph.input
    shapes = {value.name: [dim.dim_value for dim in value.type.tensor_type.shape.dim] for value in values}
    return {name: random.integers(0, BOUNDS[name], shape) if name in BOUNDS else random.standard_normal(shape, np.float32)
            for name, shape in shapes.items()}
