"""Every op as stages, before and after the graph is optimised, against onnx's reference implementation."""

import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluate import CheckFailed, evaluate
from one_op import Small, check
from vecwrap.errors import ArgumentError, UnsupportedModel
from vecwrap.onnx import compile
from vecwrap.onnx.lower import SUPPORTED

CONSTANT = "constant"
F4, F8, I4, I8 = np.float32, np.float64, np.int32, np.int64
MASK = np.array([[1, 0, 1], [0, 0, 1]], bool)
SPECIAL = np.array([0.0, -0.0, 1.0, -2.5, 0.5, 1.5, 2.5, -0.5, np.inf, -np.inf, np.nan, 3e38, 1e-30], F4)
WORDS = np.array([3, -4, 0, 2 ** 53 + 1, -2 ** 60 - 1, 7], I8)


BYTES = np.array([0, 1, 2, 3, 127, 128, 200, 255, 16, 17], np.uint8) | 1
EDGES = [0, 1, -1, 2, -7, 46341, -46341, 2 ** 16, 2 ** 24 + 1, 2 ** 31 - 1, -2 ** 31]
A4, B4 = (array.astype(I4).reshape(-1) for array in np.meshgrid(EDGES + [5], EDGES))


def K(value, dtype=I8):
    """An input that is known when the model is compiled."""
    return CONSTANT, np.array(value, dtype)


def W(*shape):
    """Known floats of a shape."""
    return CONSTANT, shape


CURVES = ["Abs", "Celu", "Elu", "Erf", "Exp", "Gelu", "HardSigmoid", "HardSwish", "Identity", "LeakyRelu", "Neg", "Relu", "Selu",
          "Shrink", "Sigmoid", "Softsign", "Tanh", "ThresholdedRelu"]
EXACT = ["Abs", "Ceil", "Floor", "IsInf", "IsNaN", "Neg", "Reciprocal", "Relu", "Round", "Sign", "Sqrt"]  # on SPECIAL
REDUCTIONS = ["ReduceL1", "ReduceL2", "ReduceMax", "ReduceMean", "ReduceMin", "ReduceProd", "ReduceSum", "ReduceSumSquare"]
INDICES = [2, -1, [0, 1, 2], [4, 0, 3], [[1, 1], [-2, 0]]]
SAME = {"strides": [2, 2]}

# (op, inputs, attributes); a tuple is the shape of random floats, "" an absent input. What begins with _ is for small_of.
CASES = [
    *[(op, [(3, 4, 5)], {}) for op in CURVES],
    *[(op, [SPECIAL], {}) for op in EXACT],
    ("Celu", [(7,)], {"alpha": 0.5}),
    ("Elu", [(7,)], {"alpha": 2.0}),
    ("Gelu", [(3, 4)], {"approximate": "tanh"}),
    ("HardSigmoid", [(7,)], {"alpha": 0.5, "beta": 0.6}),
    ("IsInf", [SPECIAL], {"detect_negative": 0}),
    ("IsInf", [SPECIAL], {"detect_positive": 0}),
    ("LeakyRelu", [(7,)], {"alpha": 0.2}),
    ("Selu", [(7,)], {"alpha": 2.0, "gamma": 3.0}),
    ("Shrink", [(20,)], {"lambd": 0.3, "bias": 0.1}),
    ("Swish", [(7,)], {"alpha": 0.7, "_opset": 24}),
    ("ThresholdedRelu", [(7,)], {"alpha": 0.2}),
    ("Exp", [np.array([1.0, 2.0])], {}),
    *[(op, [(3, 1, 5), (4, 1)], {}) for op in ("Add", "Div", "Mul", "Sub", "Max", "Min", "Sum")],
    *[(op, [SPECIAL, np.ones(13, F4)], {}) for op in ("Max", "Min", "Greater", "LessOrEqual", "Equal")],
    *[(op, [BYTES, BYTES[::-1].copy()], {}) for op in ("Add", "Sub", "Mul", "Div", "Mod", "Max", "Min")],
    *[("Mod", [A4, np.where(B4 == 0, 7, B4)], {"fmod": fmod}) for fmod in (0, 1)],
    ("Clip", [A4, K(-7, I4), K(2 ** 24 + 1, I4)], {}),
    ("Max", [A4, B4], {}),
    ("ReduceMin", [A4.reshape(2, -1), K([1])], {"_opset": 20}),
    ("ArgMax", [A4.reshape(2, -1)], {"axis": 1}),
    ("Add", [(2, 3), K(2.5, F4)], {}),
    ("Div", [(2, 3), K(8.0, F4)], {}),
    ("Div", [(2, 3), K(3.0, F4)], {}),
    ("Div", [K(1.0, F4), (2, 3)], {}),
    ("Max", [(3,)], {}),
    ("Sum", [(2, 3), (3,), (2, 1)], {}),
    ("Mean", [(2, 3), (3,), (2, 1)], {}),
    ("PRelu", [(2, 3, 4), W(3, 1)], {}),
    *[("Pow", [np.abs(SPECIAL[:8]) + 0.1, K(e, F4)], {}) for e in (2.0, 3.0, 0.5, -1.0, -0.5, 1.5, 0.0, 7.0, 1.0)],
    ("Pow", [(3, 4), K(2)], {}),
    *[(op, [(3, 4), (4,)], {}) for op in ("Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual")],
    ("Equal", [np.array([3, -1, 2 ** 53 + 1], I8), K(3)], {}),
    ("Greater", [np.array([3, -1, 2 ** 24 + 1], I4), np.array([2, -1, 2 ** 24], I4)], {}),
    *[(op, [MASK, ~MASK[:1]], {}) for op in ("And", "Or", "Xor", "Equal")],
    ("Not", [MASK], {}),
    ("Where", [MASK, (2, 3), (3,)], {}),
    ("Where", [(CONSTANT, MASK), (2, 3), K(-1e9, F4)], {}),
    ("Where", [MASK, WORDS.reshape(2, 3), K(5)], {}),
    ("Clip", [(4, 5), K(-0.5, F4), K(0.5, F4)], {}),
    ("Clip", [(4, 5), "", K(0.5, F4)], {}),
    ("Clip", [(4, 5), K(0.1, F4)], {}),
    ("Clip", [(4, 5), (), ()], {}),
    ("Clip", [(4, 5)], {"min": -0.2, "max": 0.3, "_opset": 6}),
    ("Cast", [(3, 4)], {"to": 11}),
    ("Cast", [SPECIAL[:8]], {"to": 7}),
    ("Cast", [SPECIAL], {"to": 9}),
    ("Cast", [WORDS], {"to": 1}),
    ("Cast", [WORDS], {"to": 9}),
    ("Cast", [MASK], {"to": 1}),
    ("Cast", [np.array([1.5, -7.25, 1e-3])], {"to": 1}),
    ("CastLike", [np.array([1, 2], I4), (1,)], {}),
    ("Dropout", [(3, 4)], {"_outputs": 2}),
    ("Dropout", [(3, 4), K(0.3, F4), K(False, bool)], {}),
    # movement
    ("Reshape", [(2, 3, 4), K([4, -1])], {}),
    ("Reshape", [WORDS, K([3, 2])], {}),
    ("Flatten", [(2, 3, 4)], {"axis": 2}),
    ("Flatten", [(2, 3, 4)], {"axis": 0}),
    ("Squeeze", [(1, 3, 1, 2), K([0, -2])], {}),
    ("Squeeze", [(1, 3, 1, 2)], {}),
    ("Unsqueeze", [(3, 2), K([0, -1])], {}),
    ("Transpose", [(2, 3, 4)], {}),
    ("Transpose", [(2, 3, 4)], {"perm": [1, 0, 2]}),
    ("Expand", [(3, 1), K([2, 1, 4])], {}),
    ("Slice", [(5, 6, 7), K([1, -2]), K([4, -100]), K([0, 2]), K([2, -1])], {}),
    ("Slice", [(5, 6), K([1, 2]), K([1000, 4])], {}),
    ("Slice", [WORDS, K([-1]), K([-1000]), K([0]), K([-2])], {}),
    ("Slice", [(5, 6)], {"starts": [1], "ends": [-1], "axes": [1], "_opset": 9}),
    ("Split", [(4, 7), K([2, 4, 1])], {"axis": 1, "_outputs": 3}),
    ("Split", [(4, 7)], {"axis": 1, "num_outputs": 3, "_outputs": 3}),
    ("Split", [(4, 7)], {"_outputs": 2, "split": [1, 3], "_opset": 11}),
    ("Concat", [(2, 3), W(2, 1), (2, 2)], {"axis": -1}),
    ("Concat", [WORDS, WORDS[:2]], {"axis": 0}),
    ("Concat", [MASK, (CONSTANT, MASK)], {"axis": 0}),
    ("Tile", [(2, 3), K([2, 3])], {}),
    ("DepthToSpace", [(1, 8, 2, 3)], {"blocksize": 2}),
    ("DepthToSpace", [(1, 8, 2, 3)], {"blocksize": 2, "mode": "CRD"}),
    ("SpaceToDepth", [(1, 2, 4, 6)], {"blocksize": 2}),
    ("Pad", [(3, 4), K([1, 0, 2, 1])], {}),
    ("Pad", [(3, 4), K([2, 1]), "", K([-1])], {"mode": "reflect"}),
    ("Pad", [(3, 4), K([1, 2, 0, 3])], {"mode": "edge"}),
    ("Pad", [(3, 4), K([1, 2, 0, 3])], {"mode": "reflect"}),
    ("Pad", [(3, 4), K([1, 5, 0, 3])], {"mode": "wrap"}),
    ("Pad", [(3, 4)], {"pads": [1, 0, 0, 1], "value": 1.5, "_opset": 10}),
    ("Shape", [(3, 4, 5)], {"start": 1}),
    ("Size", [(3, 4, 5)], {}),
    ("ConstantOfShape", [K([2, 3])], {}),
    ("Constant", [], {"value_floats": [1.0, 2.0]}),
    ("Slice", [(5, 6), K([2, 3]), K([2, 5])], {}),
    ("Split", [(4, 3), K([4, 0])], {"_outputs": 2}),
    ("Concat", [(0, 3), (2, 3)], {"axis": 0}),
    ("Reshape", [(2, 0, 4), K([0, 7, 1])], {"allowzero": 1}),
    ("Transpose", [(2, 0, 4)], {}),
    ("Gather", [(5, 6), np.zeros((0, 2), I8)], {}),
    ("Trilu", [(2, 4, 5)], {}),
    ("Trilu", [(4, 5), K(-1)], {"upper": 0}),
    ("Trilu", [WORDS.reshape(2, 3)], {}),
    *[("Gather", [(5, 6), K(index)], {"axis": axis}) for axis in (0, 1) for index in INDICES],
    ("Gather", [(5, 6), np.array([[4, -5], [0, 3]])], {}),
    ("Gather", [(5, 6, 2), np.array([2, -1], I4)], {"axis": 1}),
    ("Gather", [W(5, 6), np.array([3, 0])], {}),
    ("Gather", [WORDS, np.array([3, 4])], {}),
    *[("GatherElements", [(3, 4), index], {"axis": 1}) for index in (K([[3, -4], [1, 1], [2, 0]]), np.array([[-1], [0], [2]]))],
    ("GatherElements", [WORDS.reshape(2, 3), np.array([[1, 0, -1]], I4)], {}),
    ("Resize", [(1, 2, 4, 5), "", K([1, 1, 2, 0.6], F4)], {}),
    ("Resize", [(1, 2, 4, 5), "", "", K([1, 2, 7, 3])], {"mode": "linear"}),
    ("Resize", [(1, 2, 4, 5), "", "", K([1, 2, 3, 9])], {"mode": "linear", "coordinate_transformation_mode": "align_corners"}),
    ("Resize", [(1, 2, 4, 5), "", "", K([6, 9])], {"mode": "cubic", "axes": [2, 3], "exclude_outside": 1}),
    ("Resize", [(1, 2, 8, 9), "", "", K([5, 4])], {"mode": "linear", "axes": [2, 3], "antialias": 1}),
    ("Resize", [(4, 5), K([0.4, 0.6, 0.6, 1.2], F4), "", K([3, 3])],
     {"mode": "linear", "coordinate_transformation_mode": "tf_crop_and_resize", "extrapolation_value": 10.0}),
    ("Resize", [(1, 1, 3, 4), "", K([1, 1, 1, 1], F4)], {"mode": "linear"}),
    ("Upsample", [(1, 1, 2, 3), K([1, 1, 2, 3], F4)], {"_opset": 9}),
    # contractions
    ("MatMul", [(3, 4), (4, 5)], {}),
    ("MatMul", [(2, 1, 3, 4), (5, 4, 6)], {}),
    ("MatMul", [(4,), (2, 4, 5)], {}),
    ("MatMul", [(2, 3, 4), (4,)], {}),
    ("MatMul", [(4,), (4,)], {}),
    ("MatMul", [np.ones((2, 3)), np.ones((3, 2))], {}),
    ("MatMul", [(3, 0), (0, 5)], {}),
    ("MatMul", [(0, 3), (3, 5)], {}),
    ("Gemm", [(3, 4), (4, 5)], {}),
    ("Gemm", [(4, 3), W(5, 4), W(5)], {"transA": 1, "transB": 1, "alpha": 0.5, "beta": 2.0}),
    ("Gemm", [(3, 4), (4, 5), (3, 1)], {}),
    ("Gemm", [(3, 4), (4, 5), ()], {"alpha": 0.25}),
    ("Conv", [(2, 3, 7), W(4, 3, 3)], {}),
    ("Conv", [(1, 3, 6, 5), W(4, 3, 3, 3), W(4)], {"pads": [1, 1, 1, 1]}),
    ("Conv", [(1, 3, 6, 5), W(4, 3, 3, 3), W(4)], {"pads": [0, 1, 2, 0], "strides": [2, 2]}),
    ("Conv", [(1, 4, 6, 5), W(6, 2, 3, 2), W(6)], {"group": 2, "dilations": [1, 2]}),
    ("Conv", [(1, 4, 6, 5), W(4, 1, 3, 3), W(4)], {"group": 4, "pads": [1, 1, 1, 1]}),
    ("Conv", [(1, 2, 6, 5), W(4, 1, 3, 3)], {"group": 2}),
    ("Conv", [(1, 2, 4, 5, 3), W(3, 2, 2, 3, 1), W(3)], {"pads": [1, 0, 0, 0, 1, 0]}),
    ("Conv", [(1, 3, 6, 5), (4, 3, 1, 1)], {"kernel_shape": [1, 1], "strides": [2, 1]}),
    ("Conv", [(1, 2, 6, 5), W(3, 2, 3, 2)], {"auto_pad": "SAME_UPPER", **SAME}),
    ("Conv", [(1, 2, 6, 5), W(3, 2, 3, 2)], {"auto_pad": "SAME_LOWER", **SAME}),
    ("Conv", [(1, 2, 6, 5), W(3, 2, 3, 2)], {"auto_pad": "VALID", **SAME}),
    # pools
    ("MaxPool", [(1, 2, 6, 5)], {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1], "strides": [2, 2]}),
    ("MaxPool", [(1, 2, 7, 7)], {"kernel_shape": [3, 3], "strides": [2, 2], "ceil_mode": 1, "dilations": [1, 2]}),
    ("MaxPool", [np.arange(50, dtype=F4).reshape(1, 2, 5, 5)], {"kernel_shape": [2, 2], "strides": [2, 2], "_outputs": 2}),
    ("AveragePool", [(1, 2, 6, 5)], {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1]}),
    ("AveragePool", [(1, 2, 6, 5)], {"kernel_shape": [3, 2], "pads": [1, 1, 1, 0], "count_include_pad": 1}),
    ("AveragePool", [(1, 2, 6, 6)], {"kernel_shape": [3, 3], "strides": [2, 2], "ceil_mode": 1, "count_include_pad": 1}),
    ("AveragePool", [(1, 2, 6, 6)], {"kernel_shape": [2, 2], "strides": [2, 2]}),
    ("GlobalAveragePool", [(2, 3, 4, 5)], {}),
    ("GlobalMaxPool", [(2, 3, 4, 5)], {}),
    # reductions
    *[(op, [(3, 4, 5), K([0, 2])], {"_opset": 18}) for op in REDUCTIONS],
    ("ReduceSum", [(3, 4, 5), K([-1])], {"keepdims": 0}),
    ("ReduceSum", [(3, 4)], {"keepdims": 0}),
    ("ReduceSum", [(3, 4)], {"noop_with_empty_axes": 1}),
    ("ReduceMean", [(3, 4, 5)], {"axes": [1], "_opset": 13}),
    ("ReduceMax", [MASK, K([1])], {"_opset": 20}),
    ("ReduceSum", [(3, 0, 5), K([1])], {}),
    ("ReduceMax", [(3, 0), K([0])], {"_opset": 20}),
    ("ArgMax", [(3, 4)], {"axis": 1}),
    ("ArgMin", [np.array([[2, 1, 1, 3], [0, 0, 5, 0]], F4)], {"axis": 1, "keepdims": 0}),
    ("ArgMax", [np.array([[3, 1, 3, 3], [0, 0, 0, 0]], F4)], {"axis": -1, "select_last_index": 1}),
    # normalizations
    ("Softmax", [(3, 4, 5)], {}),
    ("Softmax", [(3, 4, 5)], {"axis": 1}),
    ("Softmax", [np.array([[1000, 999, -1000], [-1000, -1000, -1001]], F4)], {}),
    ("LayerNormalization", [(2, 3, 4), W(4), W(4)], {"_outputs": 3}),
    ("LayerNormalization", [(2, 3, 4), W(3, 4)], {"axis": 1, "epsilon": 1e-3}),
    ("RMSNormalization", [(2, 3, 4), W(4)], {"_opset": 23}),
    ("InstanceNormalization", [(2, 3, 4, 5), W(3), W(3)], {}),
    ("BatchNormalization", [(2, 3, 4, 5), W(3), W(3), W(3), K([0.5, 1.0, 2.0], F4)], {}),
    ("BatchNormalization", [(2, 3, 4), (3,), (3,), (3,), np.array([0.5, 1.0, 2.0], F4)], {"epsilon": 1e-2}),
    ("BatchNormalization", [(2, 3, 4), (3,), (3,), (3,), (3,)], {"training_mode": 1, "momentum": 0.7, "_outputs": 3}),
]


def array_of(spec, rng):
    return rng.standard_normal(spec).astype(F4) if isinstance(spec, tuple) else spec


def small_of(op, inputs, attributes):
    attributes = dict(attributes)
    outputs, small = attributes.pop("_outputs", 1), Small(attributes.pop("_opset", 21))
    rng = np.random.default_rng(zlib.crc32(op.encode()))
    names = []
    for spec in inputs:
        known = isinstance(spec, tuple) and spec[:1] == (CONSTANT,)
        array = array_of(spec[1] if known else spec, rng) if not isinstance(spec, str) else None
        names.append("" if array is None else small.constant(array) if known else small.input(array))
    then = attributes.pop("_then", None)  # onnx does not infer the output's type of every op
    made = small.node(op, *names, outputs=outputs, **attributes)
    made = small.node(then, made) if then else made
    small.results = made if outputs > 1 else [made]
    return small


@pytest.mark.parametrize("op, inputs, attributes", CASES, ids=[f"{op}-{k}" for k, (op, *_) in enumerate(CASES)])
def test_op(op, inputs, attributes):
    check(small_of(op, inputs, attributes), compiled=True)


TWO = {"kernel_shape": [2], "pads": [0, 1], "strides": [1], "dilations": [1]}


def rows(x):
    """Softmax before opset 13: of all axes from axis 1 on."""
    powers = np.exp(x.reshape(len(x), -1))
    return (powers / powers.sum(1, keepdims=True)).reshape(x.shape)


@pytest.mark.parametrize("op, inputs, attributes, want", [  # what the reference implementation gets wrong
    ("Add", [(2, 3, 4, 5), (3, 4)], {"broadcast": 1, "axis": 1, "_opset": 6}, lambda a, b: a + b[..., None]),
    ("GatherElements", [(3, 4), np.array([[-1, 0, 2]])], {"axis": 1}, lambda x, i: np.take_along_axis(x[:1], i, 1)),
    ("Mean", [(3, 1, 5), (4, 1)], {}, lambda a, b: (a + b) / 2),
    ("MaxPool", [(2, 3, 9)], {"kernel_shape": [2], "auto_pad": "SAME_UPPER"}, lambda x: pooled("MaxPool", x, TWO)),
    ("Pad", [(3, 4), K([1, -1, 2, 1]), K(2.5, F4)], {}, lambda x: np.pad(x[:, 1:], ((1, 2), (0, 1)), constant_values=2.5)),
    ("Softmax", [(3, 4, 5)], {"axis": 1, "_opset": 11}, rows),
])
def test_op_by_definition(op, inputs, attributes, want):
    small = small_of(op, inputs, attributes)
    check(small, [want(*small.feeds.values())], compiled=True)


def test_every_op_has_a_case():
    assert SUPPORTED == {op for op, *_ in CASES}


@pytest.mark.parametrize("op, inputs, attributes, missing", [
    ("Einsum", [(3, 4), (4, 5)], {"equation": "ij,jk->ik"}, "the op is not supported"),
    ("Add", [np.ones(3, I8), np.ones(3, I8)], {}, "arithmetic on int64"),
    ("Clip", [np.ones(3, I8), K(0, I8)], {}, "arithmetic on int64"),
    ("Relu", [np.ones(3, I4)], {}, "arithmetic on int32"),
    ("Mod", [(3,), (3,)], {"fmod": 1}, "of float32"),
    ("Equal", [np.ones(3, I8), np.ones(3, I8)], {}, "constant scalars only"),
    ("Pow", [(3,), K(0.3, F4)], {}, "multiple of one half"),
    ("Erf", [np.ones(3)], {}, "float32 only"),
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


@st.composite
def windows(draw, rank):
    """Attributes of a convolution or pool, and an input shape that they fit."""
    size = draw(st.lists(st.integers(1, 3), min_size=rank, max_size=rank))
    attributes = {"kernel_shape": size, "strides": draw(st.lists(st.integers(1, 3), min_size=rank, max_size=rank)),
                  "dilations": draw(st.lists(st.integers(1, 2), min_size=rank, max_size=rank))}
    reach = [(s - 1) * d + 1 for s, d in zip(size, attributes["dilations"])]
    extents = [r + draw(st.integers(0, 4)) for r in reach]
    attributes["pads"] = [draw(st.integers(0, s // 2)) for s in size * 2]
    return attributes, extents


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_convolution(data):
    attributes, extents = data.draw(windows(data.draw(st.integers(1, 3))))
    group, inputs, outputs = (data.draw(st.integers(1, 3)) for _ in range(3))
    weights = W(group * outputs, inputs, *attributes["kernel_shape"])
    check(small_of("Conv", [(2, group * inputs, *extents), weights], {"group": group, **attributes}))


@settings(max_examples=60, deadline=None)
@given(st.data(), st.sampled_from(["MaxPool", "AveragePool"]))
def test_any_pool(data, op):
    attributes, extents = data.draw(windows(data.draw(st.integers(1, 2))))
    small = small_of(op, [(1, 2, *extents)], attributes)
    check(small, [pooled(op, small.feeds["in0"], attributes)])  # the reference's pools do not know every combination


@settings(max_examples=60, deadline=None)
@given(st.data(), st.sampled_from([0, 1]))
def test_any_index_of_a_maximum(data, storage_order):
    attributes, extents = data.draw(windows(data.draw(st.integers(1, 3))))
    shape = (2, 2, *extents)
    x = np.random.default_rng(data.draw(st.integers(0, 99))).integers(-2, 3, shape).astype(F4)  # with equals
    small = small_of("MaxPool", [x], {**attributes, "storage_order": storage_order, "_outputs": 2})
    plane = np.arange(np.prod(extents)).reshape(extents[::-1]).T if storage_order else np.arange(np.prod(extents))
    plane = np.broadcast_to(plane.reshape(extents), shape) + np.arange(4).reshape(2, 2, *[1] * len(extents)) * np.prod(extents)
    values, places = window_elements(x, attributes, -np.inf), window_elements(plane, attributes, np.nan)
    every = values.reshape(*values.shape[:x.ndim], -1)
    first = np.argmax(every, axis=-1)[..., None]
    index = np.take_along_axis(places.reshape(every.shape), first, -1)[..., 0].astype(I8)
    check(small, [every.max(-1).astype(F4), index], compiled=True)


def pooled(op, x, attributes):
    """Pools by their definition."""
    every = window_elements(x, attributes, np.nan)
    return (np.nanmax if op == "MaxPool" else np.nanmean)(every, axis=tuple(range(x.ndim, every.ndim))).astype(F4)


def window_elements(x, attributes, fill):
    """[n, c, position..., place in the window...]."""
    rank, pads = x.ndim - 2, attributes["pads"]
    widths = [(0, 0), (0, 0), *zip(pads[:rank], pads[rank:])]
    padded = np.pad(x.astype(F8), widths, constant_values=fill)
    size = [(s - 1) * d + 1 for s, d in zip(attributes["kernel_shape"], attributes["dilations"])]
    every = np.lib.stride_tricks.sliding_window_view(padded, size, tuple(range(2, 2 + rank)))
    every = every[(..., *(slice(None, None, d) for d in attributes["dilations"]))]
    return every[(slice(None), slice(None), *(slice(None, None, s) for s in attributes["strides"]))]


WORD = st.one_of(st.sampled_from(EDGES), st.integers(-2 ** 31, 2 ** 31 - 1))


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(["Add", "Sub", "Mul", "Div"]), st.lists(st.tuples(WORD, WORD), min_size=1, max_size=9))
def test_integers_wrap_around(op, pairs):
    a, b = np.array(pairs, I4).T
    exact = {"Add": lambda x, y: x + y, "Sub": lambda x, y: x - y, "Mul": lambda x, y: x * y,
             "Div": lambda x, y: (abs(x) // abs(y) * (1 if (x < 0) == (y < 0) else -1)) if y else 0}[op]
    want = [(exact(x, y) + 2 ** 31) % 2 ** 32 - 2 ** 31 for x, y in pairs]
    check(small_of(op, [a.copy(), b.copy()], {}), [np.array(want, I4)], compiled=True)


def test_integers_wrap_around_between_stages():
    """Fused ops see what would have been stored."""
    small = Small()
    a, b = small.input(A4), small.input(B4)
    small.results = [small.node("Add", small.node("Div", small.node("Mul", a, b), small.constant(I4(3))), b)]
    a8, b8 = A4.astype(I8), B4.astype(I8)
    half = np.trunc((a8 * b8).astype(I4) / 3).astype(I8)
    check(small, [(half + b8).astype(I4)], compiled=True)


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
