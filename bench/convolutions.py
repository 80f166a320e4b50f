"""Convolutions, batch 1, beside torch (oneDNN) and ONNX Runtime: ResNet-50's layers, MobileNet-v2's depthwise ones.

    ./run bench convolutions             all groups;   python bench/convolutions.py mobilenet --rounds 15

Layers are models of one Conv with constant weights, and everybody gets images in the layout that it likes: vecwrap and torch
channels last, ONNX Runtime channels first. LoopNest's own convolutions are in loopnest.py.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import peers
from common import pin_to_one_core, print_table, save_json

import numpy as np

import vecwrap.onnx


@dataclass(frozen=True)
class Layer:
    """A square input of `size`, `channels` to `filters`, padded so that stride 1 keeps the size."""

    channels: int
    filters: int
    size: int
    kernel: int
    stride: int = 1
    groups: int = 1

    def __str__(self) -> str:
        kind = " depthwise" if self.groups > 1 else ""
        return f"{self.channels}>{self.filters} {self.size}x{self.size} {self.kernel}x{self.kernel}/{self.stride}{kind}"

    @property
    def out(self) -> int:
        return (self.size + 2 * (self.kernel // 2) - self.kernel) // self.stride + 1

    @property
    def flops(self) -> float:
        return 2.0 * self.out ** 2 * self.filters * self.kernel ** 2 * self.channels / self.groups


def bottlenecks() -> list[Layer]:
    """The four stages of ResNet-50: the first block of each reduces the size in its 3x3."""
    layers = [Layer(3, 64, 224, 7, 2)]
    for inside, size, before in ((64, 56, 64), (128, 56, 256), (256, 28, 512), (512, 14, 1024)):
        stride = 1 if inside == 64 else 2
        after, less = 4 * inside, size // stride
        layers += [Layer(before, inside, size, 1), Layer(inside, inside, size, 3, stride), Layer(inside, after, less, 1),
                   Layer(before, after, size, 1, stride), Layer(after, inside, less, 1), Layer(inside, inside, less, 3)]
    return list(dict.fromkeys(layers))


MOBILENET = [(32, 112, 1), (96, 112, 2), (144, 56, 1), (144, 56, 2), (192, 28, 1), (192, 28, 2), (384, 14, 1), (576, 14, 1),
             (576, 14, 2), (960, 7, 1)]
GROUPS = {"resnet50": bottlenecks(), "mobilenet": [Layer(c, c, size, 3, stride, c) for c, size, stride in MOBILENET]}


def onnx_model(layer: Layer, weights: peers.Data, channels_last: bool = False) -> bytes:
    """One Conv; with `channels_last`, between Transposes from and to that layout."""
    from onnx import TensorProto, helper, numpy_helper

    def image(name: str, channels: int, size: int) -> Any:
        shape = [1, size, size, channels] if channels_last else [1, channels, size, size]
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)

    x, y = ("x0", "y0") if channels_last else ("x", "y")
    conv = helper.make_node("Conv", [x, "w"], [y], kernel_shape=[layer.kernel] * 2, strides=[layer.stride] * 2,
                            pads=[layer.kernel // 2] * 4, group=layer.groups)
    around = [helper.make_node("Transpose", ["x"], ["x0"], perm=[0, 3, 1, 2]), conv,
              helper.make_node("Transpose", ["y0"], ["y"], perm=[0, 2, 3, 1])]
    graph = helper.make_graph(around if channels_last else [conv], "conv", [image("x", layer.channels, layer.size)],
                              [image("y", layer.filters, layer.out)], [numpy_helper.from_array(weights, "w")])
    model: bytes = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9).SerializeToString()
    return model


def torch_loop(layer: Layer, x: peers.Data, weights: peers.Data) -> peers.Loop | None:
    if not (torch := peers.torch()):
        return None
    conv = torch.nn.Conv2d(layer.channels, layer.filters, layer.kernel, layer.stride, layer.kernel // 2, groups=layer.groups,
                           bias=False).eval()
    conv.weight.data = torch.from_numpy(weights)
    conv, image = conv.to(memory_format=torch.channels_last), torch.from_numpy(x).to(memory_format=torch.channels_last)
    return peers.python_loop(lambda: conv(image))


def measure(layer: Layer, settings: peers.Settings) -> dict[str, Any]:
    rng = np.random.default_rng(layer.channels)
    x = rng.standard_normal((1, layer.channels, layer.size, layer.size), np.float32)
    weights = rng.standard_normal((layer.filters, layer.channels // layer.groups, layer.kernel, layer.kernel), np.float32)
    net = vecwrap.onnx.compile(onnx_model(layer, weights, channels_last=True))
    ours = np.ascontiguousarray(x.transpose(0, 2, 3, 1))
    loops = {"vecwrap": peers.python_loop(lambda: net(ours))}
    found = {"ONNX Runtime": peers.ort_loop(onnx_model(layer, weights), {"x": x}), "torch": torch_loop(layer, x, weights)}
    loops |= {name: loop for name, loop in found.items() if loop}
    times = peers.timed(loops, settings)
    peer = min((name for name in loops if name != "vecwrap"), key=lambda name: times[name].seconds)
    return {"case": str(layer), "peer": peer, "ratio": times[peer].ratio, "seconds": {n: t.seconds for n, t in times.items()},
            "gflops": layer.flops / times["vecwrap"].seconds / 1e9,
            "sentences": [kernel["sentence"] for kernel in net.report.kernels]}


def table(title: str, results: Sequence[dict[str, Any]]) -> None:
    names = ["vecwrap", "ONNX Runtime", "torch"]
    ratios = [float(result["ratio"]) for result in results]
    mean = math.exp(sum(map(math.log, ratios)) / len(ratios))
    print_table(f"{title}: microseconds; to the best peer: geometric mean {mean:.2f}, worst {min(ratios):.2f}",
                ["layer", *names, "GFLOP/s", "ours : best peer"],
                [[r["case"], *(f"{r['seconds'][n] * 1e6:.0f}" if n in r["seconds"] else "-" for n in names),
                  f"{r['gflops']:.0f}", f"{r['ratio']:.2f} {r['peer']}"] for r in results])


def main(given: Sequence[str] = ()) -> int:
    parser = argparse.ArgumentParser(prog="convolutions.py", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("groups", nargs="*", metavar="group", help=f"default: all of {', '.join(GROUPS)}")
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args(given)
    pin_to_one_core()
    everything: list[dict[str, Any]] = []
    for group in options.groups or GROUPS:
        results = [measure(layer, peers.Settings(options.rounds)) for layer in GROUPS[group]]
        table(group, results)
        everything += [{"group": group, **result} for result in results]
    save_json("convolutions", everything)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
