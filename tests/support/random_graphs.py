"""Random small ONNX models: element by element, products, convolutions, pools, reductions, views, quantised values. All choices
are one random.Random's. Nothing in them jumps (comparisons, rounding of what is not exact): two right answers are close."""

from __future__ import annotations

from math import prod
from random import Random
from typing import Any

import numpy as np
from onnx import TensorProto
from one_op import Small

Shape = tuple[int, ...]
UNARY = ("Relu", "Sigmoid", "Tanh", "Abs", "Neg", "Erf", "Softplus", "HardSwish", "LeakyRelu", "Identity")
SIZES = (1, 2, 3, 4, 5, 7, 8, 12, 16, 17)
MOST = 20_000  # elements of a value


class RandomModel:
    """Grows a model from the values it has so far."""

    def __init__(self, seed: int) -> None:
        self.random, self.data = Random(seed), np.random.default_rng(seed)
        self.small = Small(opset=17)
        self.shapes: dict[str, Shape] = {}
        shape = self.first_shape()
        start = self.random.choice([self.floats, self.floats, self.quantised])
        self.last = start(shape)
        for _ in range(self.random.randint(2, 8)):
            self.step()
        others = self.random.sample(sorted(self.shapes), 1) if self.random.random() < 0.3 else []
        used = {name for node in self.small.nodes for name in node.output}
        self.small.results = [name for name in dict.fromkeys([self.last, *others]) if name in used]

    def first_shape(self) -> Shape:
        channels, size = self.random.choice([1, 3, 4, 8, 16, 24]), self.random.choice([5, 7, 8, 12, 16])
        image = (self.random.choice([1, 1, 2]), channels, size, self.random.choice([size, 9]))
        return self.random.choice([image, image, (self.random.choice(SIZES), self.random.choice(SIZES) * 4), (2, 6, 20)])

    def array(self, *shape: int, scale: float = 1.0) -> np.ndarray[Any, Any]:
        return (self.data.standard_normal(shape) * scale).astype(np.float32)

    def floats(self, shape: Shape) -> str:
        return self.keep(self.small.input(self.array(*shape)), shape)

    def quantised(self, shape: Shape) -> str:
        """Bytes, a product or convolution of them, and bytes again. Scales are powers of two: all of it is exact."""
        signed = self.random.random() < 0.5
        x = self.bytes(self.small.input(self.array(*shape)), 2.0**-5, 0 if signed else 128, signed)
        if len(shape) == 4:
            weight = (self.random.choice([3, 8, 17]), shape[1], 3, 3)
            y = self.small.node("Conv", x, self.weight(weight), pads=[1] * 4)
            made: Shape = (shape[0], weight[0], *shape[2:])
        else:
            made = (*shape[:-1], self.random.choice([3, 16, 17]))
            y = self.small.node("MatMul", x, self.weight((shape[-1], made[-1])))
        y = self.small.node("Relu", y) if self.random.random() < 0.5 else y
        if self.random.random() < 0.3:
            return self.keep(self.cut(y), made)
        return self.keep(self.bytes(y, 2.0**-2, 0 if signed else 100, signed) if self.random.random() < 0.7 else y, made)

    def cut(self, y: str) -> str:
        """Whole numbers, times something as integers of 32 bits; what is left of them in a byte."""
        byte = self.small.node("QuantizeLinear", y, *(self.small.constant(np.asarray(v)) for v in (np.float32(0.25), np.int8(0))))
        y = self.small.node("Cast", byte, to=TensorProto.INT32)
        y = self.small.node("Mul", y, self.small.constant(np.array(self.random.choice([3, -7, 1000]), np.int32)))
        y = self.small.node("Cast", y, to=self.random.choice([TensorProto.UINT8, TensorProto.INT8, TensorProto.INT32]))
        return str(self.small.node("Cast", y, to=TensorProto.FLOAT))

    def weight(self, shape: Shape) -> str:
        w = self.data.integers(-127, 128, shape).astype(np.int8)
        known = [self.small.constant(np.asarray(v)) for v in (w, np.float32(2.0**-7), np.int8(0))]
        return str(self.small.node("DequantizeLinear", *known))

    def bytes(self, x: str, scale: float, zero: int, signed: bool) -> str:
        known = [self.small.constant(np.asarray(v)) for v in (np.float32(scale), (np.int8 if signed else np.uint8)(zero))]
        return str(self.small.node("DequantizeLinear", self.small.node("QuantizeLinear", x, *known), *known))

    def keep(self, name: str, shape: Shape) -> str:
        self.shapes[name] = shape
        self.last = name
        return name

    def step(self) -> None:
        shape = self.shapes[self.last]
        steps = [self.unary, self.binary, self.reduce, self.view, self.transpose, self.concat, self.slice, self.softmax]
        steps += [self.product] * 2 if len(shape) > 1 else []
        steps += [self.convolution, self.convolution, self.pool] if len(shape) == 4 and min(shape[2:]) > 2 else []
        self.random.choice(steps)(self.last, shape)

    def unary(self, x: str, shape: Shape) -> None:
        self.keep(self.small.node(self.random.choice(UNARY), x), shape)

    def binary(self, x: str, shape: Shape) -> None:
        same = [name for name, other in self.shapes.items() if other == shape]
        cut = self.random.randint(0, len(shape))
        some = tuple(self.random.choice([1, n]) for n in shape[cut:])
        y = self.random.choice(same) if self.random.random() < 0.5 else self.small.constant(self.array(*some))
        self.keep(self.small.node(self.random.choice(["Add", "Mul", "Max", "Min", "Sub"]), x, y), shape)

    def product(self, x: str, shape: Shape) -> None:
        columns, rows = self.random.choice(SIZES), shape[-1]
        w = self.array(rows, columns, scale=rows**-0.5)
        if len(shape) == 2 and self.random.random() < 0.5:
            y = self.small.node("Gemm", x, self.small.constant(w.T.copy()), self.small.constant(self.array(columns)), transB=1)
        else:
            y = self.small.node("MatMul", x, self.small.constant(w))
        self.keep(y, (*shape[:-1], columns))

    def convolution(self, x: str, shape: Shape) -> None:
        n, c, *size = shape
        grouped = self.random.random() < 0.3
        filters = c * self.random.choice([1, 2]) if grouped else self.random.choice([1, 3, 8, 16, 20])
        kernel = [self.random.choice([1, 2, 3]) for _ in size]
        strides, pads = [self.random.choice([1, 1, 2]) for _ in size], [self.random.choice([0, 1]) for _ in range(4)]
        w = self.array(filters, 1 if grouped else c, *kernel, scale=(kernel[0] * kernel[1] * (1 if grouped else c)) ** -0.5)
        bias = [self.small.constant(self.array(filters))] if self.random.random() < 0.5 else []
        y = self.small.node("Conv", x, self.small.constant(w), *bias, group=c if grouped else 1, strides=strides, pads=pads)
        self.keep(y, (n, filters, *((size[d] + pads[d] + pads[d + 2] - kernel[d]) // strides[d] + 1 for d in range(2))))

    def pool(self, x: str, shape: Shape) -> None:
        n, c, *size = shape
        if self.random.random() < 0.2:
            self.keep(self.small.node("GlobalAveragePool", x), (n, c, 1, 1))
            return
        op = self.random.choice(["MaxPool", "AveragePool"])
        strides, pads = [self.random.choice([1, 2]) for _ in size], [self.random.choice([0, 1])] * 4
        y = self.small.node(op, x, kernel_shape=[3, 2], strides=strides, pads=pads)
        self.keep(y, (n, c, *((size[d] + 2 * pads[0] - (3, 2)[d]) // strides[d] + 1 for d in range(2))))

    def reduce(self, x: str, shape: Shape) -> None:
        op = self.random.choice(["ReduceMean", "ReduceMax", "ReduceMin", "ReduceL2"])
        axes = sorted(self.random.sample(range(len(shape)), self.random.randint(1, max(1, len(shape) - 1))))
        kept = self.random.random() < 0.5 or len(axes) == len(shape)
        left = tuple(1 if d in axes else n for d, n in enumerate(shape) if kept or d not in axes)
        self.keep(self.small.node(op, x, axes=axes, keepdims=int(kept)), left)

    def softmax(self, x: str, shape: Shape) -> None:
        axis = self.random.randrange(len(shape))
        self.keep(self.small.node(self.random.choice(["Softmax", "LogSoftmax"]), x, axis=axis), shape)

    def view(self, x: str, shape: Shape) -> None:
        cut = self.random.randint(0, len(shape))
        made = self.random.choice([(prod(shape[:cut]), prod(shape[cut:])), (1, *shape) if len(shape) < 4 else (-1,), shape[::-1]])
        known = (prod(shape),) if made == (-1,) else made
        self.keep(self.small.node("Reshape", x, self.small.constant(np.array(made, np.int64))), known)

    def transpose(self, x: str, shape: Shape) -> None:
        order = self.random.sample(range(len(shape)), len(shape))
        self.keep(self.small.node("Transpose", x, perm=order), tuple(shape[d] for d in order))

    def concat(self, x: str, shape: Shape) -> None:
        axis = self.random.randrange(len(shape))
        around = shape[:axis], shape[axis + 1:]
        fits = [name for name, other in self.shapes.items()
                if len(other) == len(shape) and (other[:axis], other[axis + 1:]) == around]
        parts = [x, *(self.random.choice(fits) for _ in range(self.random.choice([1, 1, 2])))]
        total = sum(self.shapes[name][axis] for name in parts)
        if prod(shape) // shape[axis] * total <= MOST:
            self.keep(self.small.node("Concat", *parts, axis=axis), (*shape[:axis], total, *shape[axis + 1:]))

    def slice(self, x: str, shape: Shape) -> None:
        axis, step = self.random.randrange(len(shape)), self.random.choice([1, 1, 2, -1])
        n = shape[axis]
        first, last = (self.random.randint(0, n // 2), n) if step > 0 else (n - 1, -n - 1)
        known = [self.small.constant(np.array([v], np.int64)) for v in (first, last, axis, step)]
        left = len(range(n)[first:last if step > 0 else None:step])
        self.keep(self.small.node("Slice", x, *known), (*shape[:axis], left, *shape[axis + 1:]))
