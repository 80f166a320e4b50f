"""The cases of test_ops.py: at least one for every op."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from one_op import Data, Small

Case = tuple[str, list[Any], dict[str, Any]]

CONSTANT = "constant"
F4, F8, I4, I8 = np.float32, np.float64, np.int32, np.int64
MASK = np.array([[1, 0, 1], [0, 0, 1]], bool)
SPECIAL = np.array([0.0, -0.0, 1.0, -2.5, 0.5, 1.5, 2.5, -0.5, np.inf, -np.inf, np.nan, 3e38, 1e-30], F4)
WORDS = np.array([3, -4, 0, 2 ** 53 + 1, -2 ** 60 - 1, 7], I8)


BYTES = np.array([0, 1, 2, 3, 127, 128, 200, 255, 16, 17], np.uint8) | 1
U1, I1 = np.uint8, np.int8
SIGNED = (np.arange(7 * 6) * 37 % 256 - 128).reshape(7, 6).astype(I1)
UNSIGNED = (np.arange(5 * 7) * 91 % 256).reshape(5, 7).astype(U1)
IMAGE = (np.arange(2 * 5 * 6) * 53 % 256).reshape(1, 2, 5, 6).astype(U1)
FILTERS = (np.arange(3 * 2 * 3 * 3) * 29 % 256 - 128).reshape(3, 2, 3, 3).astype(I1)
EDGES = [0, 1, -1, 2, -7, 46341, -46341, 2 ** 16, 2 ** 24 + 1, 2 ** 31 - 1, -2 ** 31]
A4, B4 = (array.astype(I4).reshape(-1) for array in np.meshgrid(EDGES + [5], EDGES))


def K(value: Any, dtype: Any = I8) -> tuple[str, Data]:
    """An input that is known when the model is compiled."""
    return CONSTANT, np.array(value, dtype)


def W(*shape: int) -> tuple[str, tuple[int, ...]]:
    """Known floats of a shape."""
    return CONSTANT, shape


CURVES = ["Abs", "Asinh", "Celu", "Cos", "Cosh", "Elu", "Erf", "Exp", "Gelu", "HardSigmoid", "HardSwish", "Identity",
          "LeakyRelu", "Mish", "Neg", "Relu", "Selu", "Shrink", "Sigmoid", "Sin", "Sinh", "Softplus", "Softsign", "Tan",
          "Tanh", "ThresholdedRelu"]
EXACT = ["Abs", "Ceil", "Floor", "IsInf", "IsNaN", "Neg", "Reciprocal", "Relu", "Round", "Sign", "Sqrt"]  # on SPECIAL
REDUCTIONS = ["ReduceL1", "ReduceL2", "ReduceMax", "ReduceMean", "ReduceMin", "ReduceProd", "ReduceSum", "ReduceSumSquare"]
INDICES = [2, -1, [0, 1, 2], [4, 0, 3], [[1, 1], [-2, 0]]]
SAME = {"strides": [2, 2]}

# (op, inputs, attributes); a tuple is the shape of random floats, "" an absent input. What begins with _ is for small_of.
CASES: list[Case] = [
    *[(op, [(3, 4, 5)], {}) for op in CURVES],
    *[(op, [SPECIAL], {}) for op in EXACT],
    ("Acosh", [np.array([1, 1.00001, 1.5, 3, 1e12, 3e38, np.inf, np.nan], F4)], {}),
    ("Atanh", [np.array([0, 1e-6, -0.3, 0.99, -0.99999, 1, -1, np.nan], F4)], {}),
    *[(op, [np.array([0, 1e-6, -3e-4, 0.5, -20, 60, -90, 3e38, np.inf, -np.inf], F4)], {}) for op in ("Asinh", "Softplus")],
    *[(op, [np.array([0, 1e-6, -3e-4, 0.5, -20, 60, -89, np.inf, -np.inf], F4)], {}) for op in ("Cosh", "Sinh")],
    *[("Log", [np.abs(SPECIAL).astype(dtype)], {}) for dtype in (F4, F8)],
    *[(op, [np.array([[0.5, -2.0, 1e-3]])], {}) for op in ("Erf", "Gelu", "Sinh", "Asinh", "Softplus")],
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
    *[(op, [SIGNED, SIGNED[::-1] | 1], {}) for op in ("Add", "Sub", "Mul", "Max", "Equal")],
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
    ("Pow", [np.array([2, 0.5, -2, 0, np.inf, 7, -3, 1], F4), np.array([0.3, -1.7, 3, 0, -2, 20, 5, np.nan], F4)], {}),
    ("Pow", [np.abs(SPECIAL[:8]) + 0.1, K(0.3, F4)], {}),
    ("Pow", [np.array([[1.5], [2.0], [-3.0]]), np.array([2, 3, -1], I8)], {}),
    *[("Pow", [np.array([3, 7, -2, 10, 0, 1000], integer), np.array([5, 3, 3, 0.5, 2, -1], F4)], {}) for integer in (I4, I8)],
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
    ("ScatterElements", [(3, 4), np.array([[1, -4], [0, 2]]), (2, 2)], {"axis": 1}),
    ("ScatterElements", [(2, 4), K([[1, 1, 1], [0, 2, 0]]), (2, 3)], {"axis": 1, "reduction": "add"}),
    ("ScatterElements", [(4,), np.array([3, 0], I4), (2,)], {"reduction": "max"}),
    ("ScatterND", [(4, 3), np.array([[2], [-4]]), (2, 3)], {}),
    ("ScatterND", [(4, 3, 2), np.array([[[1, 2], [0, 0]], [[1, 2], [3, 1]]]), (2, 2, 2)], {"reduction": "mul"}),
    *[("OneHot", [np.array([[0, -1], [2, 7]]), K(3), np.array([0.5, 2], F4)], {"axis": axis}) for axis in (-1, 0, 1)],
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
    ("QuantizeLinear", [(3, 40), K(0.02, F4), K(120, U1)], {}),
    ("QuantizeLinear", [(3, 4), np.array([0.1, 0.2, 0.03, 0.5], F4), np.array([0, 9, -7, 127], I1)], {"axis": 1}),
    ("QuantizeLinear", [(3, 4), K(0.25, F4)], {"_opset": 13}),
    ("DequantizeLinear", [SIGNED, K(0.3, F4), K(-4, I1)], {}),
    ("DequantizeLinear", [SIGNED.astype(I4), K(0.3, F4)], {}),
    ("DequantizeLinear", [BYTES.reshape(2, -1), np.array([0.1, 0.7], F4), np.array([5, 200], U1)], {"axis": -2}),
    ("DynamicQuantizeLinear", [(3, 40)], {"_outputs": 3}),
    ("MatMulInteger", [UNSIGNED, (CONSTANT, SIGNED), K(130, U1)], {}),
    ("MatMulInteger", [UNSIGNED, SIGNED, np.array(3, U1), np.array(-9, I1)], {}),
    ("MatMulInteger", [UNSIGNED, (CONSTANT, SIGNED), np.array(250, U1), K([1, 2, -3, 120, -128, 0], I1)], {}),
    ("ConvInteger", [IMAGE, (CONSTANT, FILTERS), K(77, U1)], {"pads": [1, 0, 1, 2]}),
    ("ConvInteger", [IMAGE, FILTERS, np.array(77, U1)], {"pads": [1, 1, 1, 1], "strides": [2, 1]}),
    *[("QLinearMatMul", [a, K(0.02, F4), K(140, U1), b, scale, zero, K(0.7, F4), K(100, U1)], {})
      for a, b, scale, zero in [(UNSIGNED, (CONSTANT, SIGNED), K(0.01, F4), K(0, I1)),
                                (UNSIGNED, SIGNED, K(0.01, F4), K(4, I1))]],
    ("QLinearConv", [IMAGE, K(0.02, F4), K(100, U1), (CONSTANT, FILTERS), K([0.01, 0.02, 0.004], F4), K([0, 0, 0], I1),
                     K(0.7, F4), K(90, U1), K([1000, -200, 0], I4)], {"pads": [1, 1, 1, 1]}),
    ("QLinearConv", [IMAGE, K(0.02, F4), K(100, U1), (CONSTANT, FILTERS[:2, :1]), K(0.01, F4), K(3, I1), K(0.1, F4), K(90, U1)],
     {"group": 2, "pads": [1, 0, 0, 1]}),
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
    ("ConvTranspose", [(1, 3, 4, 5), W(3, 2, 3, 3), W(2)], {}),
    ("ConvTranspose", [(1, 2, 3, 3), W(2, 1, 3, 3)], {"strides": [2, 2], "output_padding": [1, 1]}),
    ("ConvTranspose", [(1, 2, 4), W(2, 3, 3)], {"dilations": [2], "pads": [3, 4]}),
    ("ConvTranspose", [(1, 2, 4, 4), W(2, 3, 3, 3)], {"strides": [2, 2], "auto_pad": "SAME_UPPER"}),
    ("ConvTranspose", [(1, 2, 3, 3), W(2, 3, 3, 3)], {"strides": [3, 2], "output_shape": [10, 8]}),
    ("Einsum", [(3, 4), (4, 5)], {"equation": "ij,jk->ik"}),
    ("Einsum", [(3, 4)], {"equation": "ij->i"}),
    ("Einsum", [(3, 4)], {"equation": "ij->ji"}),
    ("Einsum", [(2, 3, 3)], {"equation": "...ii->...i"}),
    ("Einsum", [(2, 1, 3, 4), (1, 5, 4, 6)], {"equation": "...ij,...jk"}),
    ("Einsum", [(2, 3), (3, 4), (4, 2)], {"equation": "ab, bc, ca -> b"}),
    # pools
    ("MaxPool", [(1, 2, 6, 5)], {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1], "strides": [2, 2]}),
    ("MaxPool", [(1, 2, 7, 7)], {"kernel_shape": [3, 3], "strides": [2, 2], "ceil_mode": 1, "dilations": [1, 2]}),
    ("MaxPool", [np.arange(50, dtype=F4).reshape(1, 2, 5, 5)], {"kernel_shape": [2, 2], "strides": [2, 2], "_outputs": 2}),
    ("AveragePool", [(1, 2, 6, 5)], {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1]}),
    ("AveragePool", [(1, 2, 6, 5)], {"kernel_shape": [3, 2], "pads": [1, 1, 1, 0], "count_include_pad": 1}),
    ("AveragePool", [(1, 2, 6, 6)], {"kernel_shape": [3, 3], "strides": [2, 2], "ceil_mode": 1, "count_include_pad": 1}),
    ("AveragePool", [(1, 2, 6, 6)], {"kernel_shape": [2, 2], "strides": [2, 2]}),
    *[("LpPool", [(1, 2, 6, 5)], {"kernel_shape": [3, 2], "pads": [1, 0, 1, 1], "p": p, "_opset": 22}) for p in (1, 2, 3)],
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
    *[("CumSum", [(3, 4, 5), K(axis, I4)], {"reverse": r, "exclusive": e}) for axis in (-1, 1) for r in (0, 1) for e in (0, 1)],
    ("CumProd", [(3, 4), K(0)], {"_opset": 26}),
    ("Hardmax", [np.array([[3, 1, 3, 3], [0, 0, 5, 0]], F4)], {}),
    ("Hardmax", [(2, 3, 4)], {"axis": 1}),
    ("LpNormalization", [np.array([[[1, -2], [3, 0.5]], [[0, 0], [-7, 0]]], F4)], {"axis": 1}),
    ("ReduceLogSumExp", [np.array([[1000, 999.5], [-2, 3]], F4), K([1])], {"_opset": 18}),
    ("ReduceLogSum", [np.arange(12, dtype=F4).reshape(3, 4), K([0])], {"_opset": 18}),
    # normalizations
    ("LogSoftmax", [(3, 4, 5)], {"axis": 1}),
    ("LRN", [(2, 2, 3, 4)], {"size": 3, "alpha": 0.1, "beta": 0.6, "bias": 1.5}),
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


def array_of(spec: Any, rng: np.random.Generator) -> Data:
    return rng.standard_normal(spec).astype(F4) if isinstance(spec, tuple) else np.asarray(spec)


def small_of(op: str, inputs: Sequence[Any], attributes: Mapping[str, Any]) -> Small:
    """One node on these inputs."""
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
