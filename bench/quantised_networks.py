"""Networks of 8-bit integers: pairs of QuantizeLinear and DequantizeLinear around every product, as quantizers write them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from networks import Net

ACTIVATIONS = 0.03  # a step of a quantised activation; 0 is 128 of 255, after a Relu 0


class Quantised(Net):
    """Activations are unsigned bytes, weights signed ones with a scale for each output channel."""

    def rounded(self, x: str, zero: int = 128) -> str:
        parameters = self.constant(ACTIVATIONS), self.constant(zero, np.uint8)
        return str(self.op("DequantizeLinear", self.op("QuantizeLinear", x, *parameters), *parameters))

    def bytes(self, *shape: int) -> tuple[str, np.ndarray[Any, Any]]:
        """Weights along whose first axis the scales differ, and these."""
        fan_in = int(np.prod(shape[1:]))
        scales = (self.random.uniform(0.5, 1.5, shape[0]) * (2 / fan_in) ** 0.5 / 40).astype(np.float32)
        stored = np.clip(np.rint(40 * self.random.standard_normal(shape)), -127, 127)
        zeros = self.constant(np.zeros(shape[0]), np.int8)
        return str(self.op("DequantizeLinear", self.constant(stored, np.int8), self.constant(scales), zeros, axis=0)), scales

    def bias(self, scales: np.ndarray[Any, Any]) -> str:
        stored = np.rint(100 * self.random.standard_normal(scales.shape))
        scale = self.constant(scales * np.float32(ACTIVATIONS))
        return str(self.op("DequantizeLinear", self.constant(stored, np.int32), scale, axis=0))

    def layer(self, x: str, inputs: int, outputs: int) -> str:
        weight, scales = self.bytes(outputs, inputs)
        return str(self.op("Gemm", x, weight, self.bias(scales), transB=1))

    def filter(self, x: str, inputs: int, outputs: int, kernel: int) -> str:
        weight, scales = self.bytes(outputs, inputs, kernel, kernel)
        return str(self.op("Conv", x, weight, self.bias(scales), kernel_shape=[kernel] * 2, pads=[kernel // 2] * 4))

    def relu(self, x: str) -> str:
        return self.rounded(str(self.op("Relu", x)), 0)


def mlp(path: Path) -> Path:
    net = Quantised()
    x = net.relu(net.layer(net.rounded(net.input("x", (32, 784))), 784, 512))
    x = net.relu(net.layer(x, 512, 256))
    return net.save(path, net.op("Softmax", net.layer(x, 256, 10), axis=-1))


def bottleneck(path: Path) -> Path:
    """A block of ResNet-50's first stage, and the mean of each channel."""
    net = Quantised()
    x = net.rounded(net.input("x", (1, 256, 56, 56)), 0)
    body = net.relu(net.filter(x, 256, 64, 1))
    body = net.relu(net.filter(body, 64, 64, 3))
    body = net.rounded(net.filter(body, 64, 256, 1))
    return net.save(path, net.op("GlobalAveragePool", net.relu(str(net.op("Add", body, x)))))


QUANTISED: dict[str, Callable[[Path], Path]] = {"mlp_int8": mlp, "bottleneck_int8": bottleneck}
