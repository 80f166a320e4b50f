"""Every op as stages, before and after the graph is optimised, against onnx's reference implementation."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluate import CheckFailed, evaluate
from one_op import check
from op_cases import CASES, F4, I4, I8, K, small_of
from vecwrap.errors import ArgumentError, UnsupportedModel
from vecwrap.onnx import compile
from vecwrap.onnx.lower import SUPPORTED


@pytest.mark.parametrize("op, inputs, attributes", CASES, ids=[f"{op}-{k}" for k, (op, *_) in enumerate(CASES)])
def test_op(op, inputs, attributes):
    check(small_of(op, inputs, attributes), compiled=True)


def rows(x):
    """Softmax before opset 13: of all axes from axis 1 on."""
    powers = np.exp(x.reshape(len(x), -1))
    return (powers / powers.sum(1, keepdims=True)).reshape(x.shape)


def among_channels(x):
    """LRN of size 4 by its definition: one channel before, two after."""
    squares = np.pad(x.astype(np.float64) ** 2, [(0, 0), (1, 2), (0, 0), (0, 0)])
    total = sum(squares[:, k:k + x.shape[1]] for k in range(4))
    return (x / (1 + 0.1 / 4 * total) ** 0.75).astype(F4)


def log_rows(x):
    """LogSoftmax, where exponentials underflow."""
    highest = x.max(1, keepdims=True)
    return (x - highest - np.log(np.exp(x.astype(np.float64) - highest).sum(1, keepdims=True))).astype(F4)


FAR = np.array([[1000, 999, -1000], [-1000, -1000, -1001], [1, 2, 3]], F4)


@pytest.mark.parametrize("op, inputs, attributes, want", [  # what the reference implementation gets wrong
    ("Add", [(2, 3, 4, 5), (3, 4)], {"broadcast": 1, "axis": 1, "_opset": 6}, lambda a, b: a + b[..., None]),
    ("GatherElements", [(3, 4), np.array([[-1, 0, 2]])], {"axis": 1}, lambda x, i: np.take_along_axis(x[:1], i, 1)),
    ("LpNormalization", [(3, 4)], {"p": 1, "axis": 0}, lambda x: x / np.abs(x).sum(0)),
    ("LRN", [(2, 7, 3, 4)], {"size": 4, "alpha": 0.1}, among_channels),
    ("LogSoftmax", [FAR], {}, log_rows),
    ("ReduceLogSumExp", [np.full((2, 3), -np.inf, F4), K([1])], {"keepdims": 0, "_opset": 18}, lambda x: x[:, 0]),
    ("Mean", [(3, 1, 5), (4, 1)], {}, lambda a, b: (a + b) / 2),
    ("Pad", [(3, 4), K([1, -1, 2, 1]), K(2.5, F4)], {}, lambda x: np.pad(x[:, 1:], ((1, 2), (0, 1)), constant_values=2.5)),
    ("Softmax", [(3, 4, 5)], {"axis": 1, "_opset": 11}, rows),
])
def test_op_by_definition(op, inputs, attributes, want):
    small = small_of(op, inputs, attributes)
    check(small, [want(*small.feeds.values())], compiled=True)


def test_every_op_has_a_case():
    assert SUPPORTED == {op for op, *_ in CASES}


@pytest.mark.parametrize("op, inputs, attributes, missing", [
    ("Det", [(3, 3)], {}, "the op is not supported"),
    ("Add", [np.ones(3, I8), np.ones(3, I8)], {}, "arithmetic on int64"),
    ("Clip", [np.ones(3, I8), K(0, I8)], {}, "arithmetic on int64"),
    ("Relu", [np.ones(3, I4)], {}, "arithmetic on int32"),
    ("Mod", [(3,), (3,)], {"fmod": 1}, "of float32"),
    ("Equal", [np.ones(3, I8), np.ones(3, I8)], {}, "constant scalars only"),
    ("Pow", [np.ones(3, I4), np.ones(3, I4)], {}, "arithmetic on int32"),
    ("Gather", [(5, 6), K([1, 5])], {}, "between -5 and 4"),
    ("GatherElements", [(2, 3), np.zeros((3, 3), I8)], {"axis": 1}, "indices of shape"),
    ("Abs", [np.ones(3, np.float16)], {}, "element type float16"),
])
def test_refusals_say_where_and_what(op, inputs, attributes, missing):
    small = small_of(op, inputs, attributes)
    with pytest.raises(UnsupportedModel, match=missing) as info:
        small.graph()
    assert "\n" not in str(info.value) and op in str(info.value) or "float16" in missing


def test_indices_are_checked_before_they_are_used():
    small = small_of("Gather", [(5, 6), np.array([4, -5])], {})
    graph = check(small)
    net = compile(small.model())
    for wrong in (5, -6, 2 ** 62, -2 ** 62, 2 ** 63 - 1, -2 ** 63):
        feeds = {**small.feeds, "in1": np.array([0, wrong])}
        with pytest.raises(CheckFailed):
            evaluate(graph, feeds)
        with pytest.raises(ArgumentError, match="index"):
            net.run(None, feeds)


def test_computed_values_are_gathered():
    small = small_of("Relu", [(5, 6)], {})
    table, = small.results
    small.results = [small.node("Gather", table, small.input(np.array([3, -5])))]
    check(small, compiled=True)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_slice(data):
    shape = data.draw(st.lists(st.integers(1, 6), min_size=1, max_size=3))
    starts, ends, steps = zip(*(data.draw(ranges(extent)) for extent in shape))
    check(small_of("Slice", [tuple(shape), K(starts), K(ends), K(range(len(shape))), K(steps)], {}))


@st.composite
def ranges(draw, extent):
    """Start, end and step with something between, in all ways of counting."""
    start, last = draw(st.integers(0, extent - 1)), draw(st.integers(0, extent - 1))
    forward = start < last or start == last and draw(st.booleans())
    end = last + 1 if forward else last - 1
    beyond = draw(st.booleans())
    end = end - extent if 0 <= end < extent and beyond else end if end >= 0 else -100
    end = 2 ** 40 if end == extent and beyond else end
    return draw(st.sampled_from([start, start - extent])), end, draw(st.integers(1, 3)) * (1 if forward else -1)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_broadcast(data):
    shape = data.draw(st.lists(st.integers(1, 4), min_size=1, max_size=4))
    ones = [tuple(data.draw(st.sampled_from([1, extent])) for extent in shape) for _ in "ab"]
    shapes = [each[data.draw(st.integers(0, len(shape))):] for each in ones]
    check(small_of("Sub", [tuple(shape), shapes[0]], {}))
    check(small_of("Max", [shapes[0], shapes[1], tuple(shape)], {}))
