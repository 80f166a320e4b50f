"""The networks of the tests and benchmarks: plain torch.nn with seeded random weights, exported by both of torch's exporters.

Nothing is downloaded. Weights and statistics keep activations near one and outputs dependent on inputs, so that mistakes show.
"""

import math
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

Arrays = dict[str, np.ndarray]
EXPORTERS: dict[str, dict[str, Any]] = {  # options of torch.onnx.export
    "torchscript": {"dynamo": False, "opset_version": 17},
    "dynamo": {"dynamo": True, "opset_version": 18},  # its oldest: at 17 it writes Split with an attribute of 18
    # Batch norms, shape arithmetic and dropout as they are: the compiler has to fold them itself.
    "unfolded": {"dynamo": False, "opset_version": 13, "do_constant_folding": False,
                 "training": torch.onnx.TrainingMode.PRESERVE},
    "unoptimized": {"dynamo": True, "opset_version": 20, "optimize": False},
}
BRANCH_END = 0.3  # weight of a residual branch's last batch norm; with 1, ONNX Runtime and torch differ by more than 1e-5
CALIBRATION = 4  # inputs from which the batch norms' statistics are taken


def conv(inputs: int, outputs: int, kernel: int, stride: int = 1, groups: int = 1) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False)


class Bottleneck(nn.Module):
    """ResNet-50's block: 1x1, 3x3, 1x1 (He et al., 2015, figure 5), with the stride on the 3x3."""

    def __init__(self, inputs: int, width: int, stride: int) -> None:
        super().__init__()
        outputs = 4 * width
        self.body = nn.Sequential(conv(inputs, width, 1), nn.BatchNorm2d(width), nn.ReLU(),
                                  conv(width, width, 3, stride), nn.BatchNorm2d(width), nn.ReLU(),
                                  conv(width, outputs, 1), nn.BatchNorm2d(outputs))
        same = stride == 1 and inputs == outputs
        self.shortcut = nn.Identity() if same else nn.Sequential(conv(inputs, outputs, 1, stride), nn.BatchNorm2d(outputs))

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(self.body(x) + self.shortcut(x))


def resnet50() -> nn.Module:
    layers: list[nn.Module] = [conv(3, 64, 7, 2), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(3, 2, 1)]
    inputs = 64
    for stage, blocks in enumerate((3, 4, 6, 3)):
        for block in range(blocks):
            layers.append(Bottleneck(inputs, 64 << stage, 2 if stage and not block else 1))
            inputs = 4 * (64 << stage)
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(inputs, 1000))


class InvertedResidual(nn.Module):
    """MobileNet-v2's block: expand, depthwise 3x3, project (Sandler et al., 2018)."""

    def __init__(self, inputs: int, outputs: int, stride: int, expand: int) -> None:
        super().__init__()
        width = inputs * expand
        head = [conv(inputs, width, 1), nn.BatchNorm2d(width), nn.ReLU6()] if expand > 1 else []
        self.body = nn.Sequential(*head, conv(width, width, 3, stride, groups=width), nn.BatchNorm2d(width), nn.ReLU6(),
                                  conv(width, outputs, 1), nn.BatchNorm2d(outputs))
        self.residual = stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.body(x)
        return x + y if self.residual else y


MOBILENET = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1))


def mobilenet_v2() -> nn.Module:
    layers: list[nn.Module] = [conv(3, 32, 3, 2), nn.BatchNorm2d(32), nn.ReLU6()]
    inputs = 32
    for expand, outputs, blocks, stride in MOBILENET:
        for block in range(blocks):
            layers.append(InvertedResidual(inputs, outputs, stride if not block else 1, expand))
            inputs = outputs
    layers += [conv(inputs, 1280, 1), nn.BatchNorm2d(1280), nn.ReLU6(), nn.AdaptiveAvgPool2d(1), nn.Flatten()]
    return nn.Sequential(*layers, nn.Dropout(0.2), nn.Linear(1280, 1000))


class Attention(nn.Module):
    """Multi-head attention written out, as exporters see it in the wild; `mask` is added to the scores."""

    def __init__(self, hidden: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.query, self.key, self.value, self.out = (nn.Linear(hidden, hidden) for _ in range(4))

    def split(self, x: Tensor) -> Tensor:
        return x.view(x.shape[0], x.shape[1], self.heads, -1).transpose(1, 2)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        query, key, value = self.split(self.query(x)), self.split(self.key(x)), self.split(self.value(x))
        scores = query @ key.transpose(-1, -2) / math.sqrt(query.shape[-1]) + mask
        mixed = torch.softmax(scores, -1) @ value
        return self.out(mixed.transpose(1, 2).reshape(x.shape))  # type: ignore[no-any-return]


class BertLayer(nn.Module):
    def __init__(self, hidden: int, heads: int) -> None:
        super().__init__()
        self.attention, self.norm1 = Attention(hidden, heads), nn.LayerNorm(hidden, eps=1e-12)
        self.mlp = nn.Sequential(nn.Linear(hidden, 4 * hidden), nn.GELU(), nn.Linear(4 * hidden, hidden))
        self.norm2 = nn.LayerNorm(hidden, eps=1e-12)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        x = self.norm1(x + self.attention(x, mask))
        return self.norm2(x + self.mlp(x))  # type: ignore[no-any-return]


class BertTiny(nn.Module):
    """google/bert_uncased_L-2_H-128_A-2's shape: embeddings, two layers, pooler."""

    def __init__(self, vocabulary: int = 30522, positions: int = 512, hidden: int = 128, heads: int = 2) -> None:
        super().__init__()
        self.word, self.position, self.kind = (nn.Embedding(n, hidden) for n in (vocabulary, positions, 2))
        self.norm = nn.LayerNorm(hidden, eps=1e-12)
        self.layers = nn.ModuleList(BertLayer(hidden, heads) for _ in range(2))
        self.pooler = nn.Linear(hidden, hidden)

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> tuple[Tensor, Tensor]:
        positions = torch.arange(input_ids.shape[1])
        x = self.word(input_ids) + self.position(positions) + self.kind(torch.zeros_like(input_ids))
        x = self.norm(x)
        mask = (1.0 - attention_mask[:, None, None, :].to(x.dtype)) * torch.finfo(x.dtype).min
        for layer in self.layers:
            x = layer(x, mask)
        return x, torch.tanh(self.pooler(x[:, 0]))


class Gpt2Block(nn.Module):
    """GPT-2's block (Radford et al., 2019): norms before, one product for query, key and value, tanh GELU, causal mask."""

    mask: Tensor

    def __init__(self, hidden: int = 768, heads: int = 12, positions: int = 1024) -> None:
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(hidden), nn.LayerNorm(hidden)
        self.qkv, self.out = nn.Linear(hidden, 3 * hidden), nn.Linear(hidden, hidden)
        self.mlp = nn.Sequential(nn.Linear(hidden, 4 * hidden), nn.GELU("tanh"), nn.Linear(4 * hidden, hidden))
        self.register_buffer("mask", torch.tril(torch.ones(positions, positions, dtype=torch.bool)))

    def attention(self, x: Tensor) -> Tensor:
        batch, length, hidden = x.shape
        parts = self.qkv(x).split(hidden, 2)
        query, key, value = (p.view(batch, length, self.heads, hidden // self.heads).transpose(1, 2) for p in parts)
        scores = query @ key.transpose(-1, -2) / math.sqrt(query.shape[-1])
        scores = torch.where(self.mask[:length, :length], scores, torch.finfo(scores.dtype).min)
        mixed = (torch.softmax(scores, -1) @ value).transpose(1, 2).reshape(batch, length, hidden)
        return self.out(mixed)  # type: ignore[no-any-return]

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.attention(self.norm1(x))
        return x + self.mlp(self.norm2(x))  # type: ignore[no-any-return]


def mlp() -> nn.Module:
    return nn.Sequential(nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 256), nn.Tanh(), nn.Linear(256, 10), nn.Softmax(-1))


@dataclass(frozen=True)
class Model:
    """A network and its inputs; `normal` inputs are float32, the others int64 below the given bound."""

    build: Callable[[], nn.Module]
    shapes: Mapping[str, tuple[int, ...]]
    bounds: Mapping[str, int]  # of the integer inputs

    def inputs(self, seed: int = 0) -> Arrays:
        random = np.random.default_rng(seed)
        return {name: random.integers(0, self.bounds[name], shape) if name in self.bounds
                else random.standard_normal(shape, np.float32) for name, shape in self.shapes.items()}


IMAGE = {"x": (1, 3, 224, 224)}
MODELS = {
    "resnet50": Model(resnet50, IMAGE, {}),
    "mobilenet_v2": Model(mobilenet_v2, IMAGE, {}),
    "bert_tiny": Model(BertTiny, {"input_ids": (1, 128), "attention_mask": (1, 128)},
                       {"input_ids": 30522, "attention_mask": 2}),
    "gpt2_block": Model(Gpt2Block, {"x": (1, 128, 768)}, {}),
    "mlp": Model(mlp, {"x": (32, 784)}, {}),
}


def randomize(module: nn.Module) -> None:
    """Weights of variance 2/fan-in (before a ReLU) or 1/fan-in; norms and biases away from their defaults."""
    for layer in module.modules():
        if isinstance(layer, nn.Conv2d):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
        elif isinstance(layer, nn.Linear):
            nn.init.normal_(layer.weight, std=layer.in_features ** -0.5)
            nn.init.normal_(layer.bias, std=0.1)
        elif isinstance(layer, (nn.BatchNorm2d, nn.LayerNorm)):
            nn.init.uniform_(layer.weight, 0.5, 1.5)
            nn.init.normal_(layer.bias, std=0.1)
    for layer in module.modules():
        if isinstance(layer, (Bottleneck, InvertedResidual)):
            nn.init.uniform_(layer.body[-1].weight, 0.5 * BRANCH_END, 1.5 * BRANCH_END)  # type: ignore[arg-type]


def calibrate(name: str, module: nn.Module) -> None:
    """Gives batch norms the statistics of some inputs, as training would: else most of a deep network's signal fades."""
    norms = [layer for layer in module.modules() if isinstance(layer, nn.BatchNorm2d)]
    for norm in norms:
        norm.momentum = 1.0
    if norms:
        samples = [tensors(name, seed) for seed in range(100, 100 + CALIBRATION)]
        module.train()(*(torch.cat(parts) for parts in zip(*samples)))


@lru_cache(maxsize=1)
def make(name: str) -> nn.Module:
    """The network in inference mode; the same weights every time."""
    torch.manual_seed(7)
    module = MODELS[name].build()
    randomize(module)
    with torch.no_grad():
        calibrate(name, module)
    return module.eval()


def tensors(name: str, seed: int = 0) -> tuple[Tensor, ...]:
    return tuple(torch.from_numpy(array) for array in MODELS[name].inputs(seed).values())


def export(name: str, exporter: str, path: Path) -> Path:
    """Write one ONNX file, weights inside; the same bytes are not promised between runs."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")  # the older exporter announces its end
        torch.onnx.export(make(name), tensors(name), str(path), input_names=list(MODELS[name].shapes),
                          external_data=False, verbose=False, **EXPORTERS[exporter])
    return path
