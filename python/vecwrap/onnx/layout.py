"""How temporaries should lie in memory, decided before lowering from who reads them.

Activations of convolutional parts lie channels-last: channels are what is computed side by side, and a window's rows are one
run of memory. What is read beyond its edges gets a margin, so that its producer writes into the middle of the padded array
and nothing is copied.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..graph.graph import Layout
from .node import Node
from .source import Source
from .windows import Windows, windows_of

Pads = tuple[tuple[int, int], ...]

SPATIAL = {"Conv", "MaxPool", "AveragePool", "GlobalAveragePool", "GlobalMaxPool", "BatchNormalization",
           "InstanceNormalization", "QLinearConv", "ConvInteger"}
NEUTRAL = {  # element by element, or views: what they read and write should lie alike
    "Abs", "Add", "Cast", "Clip", "Concat", "DequantizeLinear", "Div", "Dropout", "Elu", "Erf", "Exp", "Gelu", "HardSigmoid",
    "HardSwish", "Identity", "LeakyRelu", "Max", "Mean", "Min", "Mul", "Neg", "PRelu", "Pad", "Pow", "QuantizeLinear",
    "Reciprocal", "Relu", "Selu", "Sigmoid", "Slice", "Split", "Sqrt", "Sub", "Sum", "Tanh", "Where"}
ALIASES = {"Identity", "Dropout"}  # the output is the input
LEAST = {"Abs": 0.0, "Exp": 0.0, "HardSigmoid": 0.0, "Relu": 0.0, "Sigmoid": 0.0, "Softmax": 0.0, "Sqrt": 0.0}
NOT_LESS = {"MaxPool", "GlobalMaxPool", "GlobalAveragePool", "Dropout", "Identity"}  # than the least of the input


@dataclass(frozen=True)
class Margin:
    """What readers need around an array."""

    pads: Pads
    fill: float

    def merged(self, other: Margin | None) -> Margin:
        """For both; if they want different things around them, zeros win, for that is what convolutions want."""
        if other is None or self.fill != other.fill:
            return self if other is None or self.fill == 0 else other
        return Margin(tuple((max(a, c), max(b, d)) for (a, b), (c, d) in zip(self.pads, other.pads)), self.fill)


class Layouts:
    """Hints for every value of a model."""

    def __init__(self, source: Source, nodes: Sequence[Node]) -> None:
        self.source = source
        self._spatial = self._find_spatial(nodes)
        self._low: dict[str, float] = {}
        for node in nodes:
            self._low[node.output(0)] = self._least(node)
        self._margins: dict[str, Margin] = {}
        for node in reversed(nodes):
            self._demand(node)

    def layout(self, name: str, rank: int) -> Layout | None:
        """For the temporary that will hold a value; None if it may be dense."""
        margin = self._margins.get(name)
        if name not in self._spatial and margin is None:
            return None
        return Layout(self.channels_last(rank), margin.pads if margin else (), margin.fill if margin else 0.0)

    def low(self, name: str) -> float:
        """No element of the value is less (NaNs aside)."""
        return self._low.get(name, -math.inf)

    @staticmethod
    def channels_last(rank: int) -> tuple[int, ...]:
        return (0, *range(2, rank), 1)

    def _find_spatial(self, nodes: Sequence[Node]) -> set[str]:
        """Values with channels: those of spatial ops, and what touches them element by element."""
        found: set[str] = set()
        size = -1
        while len(found) != size:
            size = len(found)
            for node in nodes:
                ours = [name for name in [*node.inputs, *node.outputs[:1]] if name and self._rank(name) >= 3
                        and self._rank(name) == self._rank(node.output(0))]
                if node.op in SPATIAL:
                    found.update({node.input(0), node.output(0)} & set(ours))
                elif node.op in NEUTRAL and found & set(ours):
                    found.update(ours)
        return found

    def _rank(self, name: str) -> int:
        return len(self.source.value(name)[1])

    def _zero(self, node: Node) -> float | None:
        """The zero point of the first input, if it is known and the only one."""
        if not (name := node.input(2)):
            return 0.0
        zero = self.source.constant(name) if node.op in AROUND or node.op == "DequantizeLinear" else None
        return float(zero.flat[0]) if zero is not None and zero.size == 1 else None

    def _least(self, node: Node) -> float:
        if node.op in NOT_LESS:
            return self.low(node.input(0))
        if node.op == "Clip":
            least = self.source.constant(node.input(1)) if node.input(1) else None
            return float(least) if least is not None else node.attribute("min", -math.inf)
        return LEAST.get(node.op, -math.inf)

    def _demand(self, node: Node) -> None:
        """Notes what a node reads beyond the edges of its first input."""
        name = node.input(0)
        if node.op in ALIASES and node.output(0) in self._margins:
            self._margins[name] = self._margins[node.output(0)].merged(self._margins.get(name))
        zero = self._zero(node)
        if node.op in AROUND and zero is None:
            return
        margin = self._margins.get(node.output(0)) if node.op == "DequantizeLinear" else None
        if margin and margin.fill == 0 and zero is not None:  # products read the integers
            self._margins[name] = Margin(margin.pads, zero).merged(self._margins.get(name))
        if node.op in FILLS or node.op in AROUND:
            over = windows_of(self.source, node)
            pads = tuple((max(before, 0), max(after, 0)) for before, after in over.pads)
            if any(map(any, pads)):
                margin = Margin(pads, FILLS[node.op](over, self.low(name)) if node.op in FILLS else zero or 0.0)
                self._margins[name] = margin.merged(self._margins.get(name))


AROUND = {"QLinearConv", "ConvInteger"}  # their zero point stands around their input


def pool_fill(over: Windows, low: float) -> float:
    """What may lie around the input of a MaxPool without ever being the maximum; zeros if they may."""
    return 0.0 if low >= 0 and over.members(with_padding=False).all() else -math.inf


FILLS: dict[str, Callable[[Windows, float], float]] = {
    "Conv": lambda over, low: 0.0,
    "AveragePool": lambda over, low: 0.0,
    "MaxPool": pool_fill,
}
