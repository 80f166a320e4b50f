"""Depthwise convolutions of inputs: read in place, the windows at the edges apart; the same bits as over a padded copy."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from vecwrap import _core
from vecwrap.expr import fma, relu
from vecwrap.graph import build as building
from vecwrap.graph.array import Array, constant
from vecwrap.graph.graph import Graph, Layout
from vecwrap.onnx.compile import fill as fill_constants

Pads = tuple[tuple[int, int], tuple[int, int]]


def depthwise(height: int, width: int, channels: int, size: int, step: int, pads: Pads, dilation: int = 1, fill: float = 0,
              bias: bool = True) -> Graph:
    graph = Graph()
    x = graph.input("x", (height, width, channels), "f32")
    copy = graph.temporary("padded", x.shape, "f32", Layout((0, 1, 2), (*pads, (0, 0)), fill))
    padded = graph.copy("copy", x, copy).padded((*pads, (0, 0)))
    assert padded is not None
    windows = padded.window(0, size, step, dilation).window(1, size, step, dilation)
    rng = np.random.default_rng(size)
    w = constant("w", rng.standard_normal((size, size, channels)).astype(np.float32)).permute((2, 0, 1)).insert(0).insert(0)
    also = [constant("b", rng.standard_normal(channels).astype(np.float32))] if bias else []
    out = graph.output("y", windows.shape[:3], "f32")
    graph.reduction("conv", out, [windows, w], 0.0, lambda acc, a, b: fma(a, b, acc), lambda total, *b: relu(sum(b, total)), also)
    return graph


def run(graph: Graph) -> tuple[npt.NDArray[np.float32], int]:
    """The output, and how many kernels made it."""
    built = building.build(graph, _core.native_target())
    x = np.random.default_rng(1).standard_normal(built.inputs[0].size).astype(np.float32)
    loaded = built.module.load()
    fill_constants(loaded.constants, built)
    loaded.seal()
    y, work = np.empty(built.outputs[0].size, np.float32), np.empty(built.workspace_bytes + 64, np.uint8)
    work = work[-work.ctypes.data % 64:]
    place = work.ctypes.data if built.workspace_bytes else 0
    assert loaded.run([x.ctypes.data], [y.ctypes.data], place, built.workspace_bytes) == 0
    return y, len(built.kernels)


SAME = ((1, 1), (1, 1))
CASES = {  # arguments of depthwise: kernels
    "3x3": ((9, 11, 20, 3, 1, SAME), 9),
    "no edge behind": ((8, 10, 16, 3, 2, ((1, 0), (1, 0))), 4),
    "rows in blocks": ((300, 40, 32, 3, 1, SAME), 24),
    "rows only": ((9, 11, 20, 3, 1, ((1, 1), (0, 0))), 3),
    "5x5, stride 2": ((9, 13, 7, 5, 2, ((2, 2), (2, 2))), 9),
    "dilated": ((12, 12, 8, 3, 3, ((2, 2), (2, 2)), 2), 4),
}


@pytest.mark.parametrize("name", CASES)
def test_the_same_bits(name, monkeypatch):
    arguments, kernels = CASES[name]
    apart, made = run(depthwise(*arguments))
    monkeypatch.setattr(building, "apart", lambda graph: None)
    padded, _ = run(depthwise(*arguments))
    assert np.array_equal(apart.view(np.int32), padded.view(np.int32))
    assert made == kernels


@pytest.mark.parametrize("arguments", [
    (9, 11, 4, 5, 1, ((2, 2), (2, 2))),  # 25 parts
    (9, 11, 4, 3, 1, ((3, 0), (0, 0))),  # a window that is all margin
    (9, 11, 4, 3, 1, SAME, 1, 1.0),  # ones around: they count
], ids=["many", "outside", "ones"])
def test_left_as_they_are(arguments, monkeypatch):
    found, kernels = run(depthwise(*arguments))
    monkeypatch.setattr(building, "apart", lambda graph: None)
    padded, as_before = run(depthwise(*arguments))
    assert kernels == as_before and np.array_equal(found, padded)


def test_a_copy_that_others_read_stays():
    graph = depthwise(9, 11, 4, 3, 1, SAME)
    copy = next(step.out for step in graph.steps if step.name == "copy")
    second = graph.output("z", (9 * 11 * 4,), "f32")
    source = Array(copy.buffer, (9 * 11 * 4,), (1,), 0)
    graph.pointwise("also", second, [source], relu)
    steps = len(graph.steps)
    building.apart(graph)
    assert len(graph.steps) == steps
