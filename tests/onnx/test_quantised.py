"""Quantised networks, as onnxruntime.quantization makes them, beside ONNX Runtime; products of bytes to the last bit."""

import numpy as np
import onnx
import onnxruntime
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static

import vecwrap
import vecwrap.onnx
from one_op import Small
from vecwrap.errors import UnsupportedModel
from vecwrap.onnx.header import C_TYPES
from vecwrap.onnx.main import NPY_TYPES
from vecwrap.onnx.ops.context import STORAGE

TARGETS = [target.name for target in vecwrap.targets() if vecwrap._core.runs_here(target)]
RANDOM = np.random.default_rng(5)
PRODUCTS = {QuantFormat.QDQ: ("Conv", "Gemm", "MatMul"), QuantFormat.QOperator: ("QLinearConv", "QLinearMatMul")}
SHAPES = {"convolutions": (1, 8, 16, 16), "perceptron": (7, 64)}


def weight(name, *shape):
    return numpy_helper.from_array(RANDOM.standard_normal(shape, np.float32) * np.float32(shape[0] ** -0.5), name)


def model(name, nodes, constants):
    ports = [helper.make_tensor_value_info("x", TensorProto.FLOAT, SHAPES[name])], [helper.make_empty_tensor_value_info("y")]
    graph = helper.make_graph(nodes, name, *ports, constants)
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    return onnx.shape_inference.infer_shapes(made)


def convolutions():
    """Padded, strided, depthwise, pointwise."""
    wide = {"pads": [1] * 4, "kernel_shape": [3, 3]}
    nodes = [helper.make_node("Conv", ["x", "w0", "b0"], ["a"], **wide), helper.make_node("Relu", ["a"], ["a1"]),
             helper.make_node("Conv", ["a1", "w1", "b1"], ["d"], group=16, **wide), helper.make_node("Relu", ["d"], ["d1"]),
             helper.make_node("Conv", ["d1", "w2"], ["e"]), helper.make_node("Conv", ["e", "w3"], ["y"], strides=[2, 2], **wide)]
    constants = [weight("w0", 16, 8, 3, 3), weight("b0", 16), weight("w1", 16, 1, 3, 3), weight("b1", 16),
                 weight("w2", 24, 16, 1, 1), weight("w3", 12, 24, 3, 3)]
    return model("convolutions", nodes, constants)


def perceptron():
    nodes = [helper.make_node("MatMul", ["x", "w0"], ["a"]), helper.make_node("Add", ["a", "b0"], ["a1"]),
             helper.make_node("Relu", ["a1"], ["a2"]), helper.make_node("Gemm", ["a2", "w1", "b1"], ["c"], transB=1),
             helper.make_node("Tanh", ["c"], ["c1"]), helper.make_node("MatMul", ["c1", "w2"], ["y"])]
    constants = [weight("w0", 64, 48), weight("b0", 48), weight("w1", 33, 48), weight("b1", 33), weight("w2", 33, 10)]
    return model("perceptron", nodes, constants)


class Samples(CalibrationDataReader):
    def __init__(self, shape):
        self.left = [{"x": RANDOM.standard_normal(shape, np.float32)} for _ in range(4)]

    def get_next(self):
        return self.left.pop() if self.left else None


def quantised(folder, name, form, per_channel, weights):
    source, path = folder / f"{name}.onnx", folder / f"{name}.quantised.onnx"
    onnx.save({"convolutions": convolutions, "perceptron": perceptron}[name](), source)
    ops = ["Conv", "MatMul"] if form == QuantFormat.QOperator else None  # others become ops of Microsoft's domain
    quantize_static(source, path, Samples(SHAPES[name]), quant_format=form, per_channel=per_channel, weight_type=weights,
                    activation_type=QuantType.QUInt8, op_types_to_quantize=ops)
    return path


@pytest.mark.parametrize("per_channel", [False, True], ids=["tensor", "channel"])
@pytest.mark.parametrize("weights", [QuantType.QInt8, QuantType.QUInt8], ids=["i8", "u8"])
@pytest.mark.parametrize("form", [QuantFormat.QDQ, QuantFormat.QOperator], ids=["qdq", "qoperator"])
@pytest.mark.parametrize("name", SHAPES)
def test_networks_compute_what_onnx_runtime_computes(name, form, per_channel, weights, tmp_path):
    """But for steps of a quantised value: where its fraction is a half up to rounding, either neighbour is right."""
    path = quantised(tmp_path, name, form, per_channel, weights)
    x = RANDOM.standard_normal(SHAPES[name], np.float32)
    want, = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"]).run(None, {"x": x})
    for target in TARGETS:
        net = vecwrap.onnx.compile(path, target)
        got, = net(x)
        assert abs(got - want).max() <= 0.05 * abs(want).max() and np.mean(abs(got - want) > 1e-4 * abs(want).max()) < 0.05
        integer = [kernel for kernel in net.report.kernels if str(kernel["name"]).startswith("products")]
        assert len(integer) == sum(node.op_type in PRODUCTS[form] for node in onnx.load(path).graph.node)
        assert all("round" in str(kernel["nest"]) for kernel in integer[:-1]), "requantised by a kernel of its own"
        assert all(" i32 " in str(kernel["nest"]).splitlines()[0] for kernel in integer)


def runtime(small):
    session = onnxruntime.InferenceSession(small.model().SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, small.feeds)


def check(small):
    want = runtime(small)
    for target in TARGETS:
        for ours, theirs in zip(vecwrap.onnx.compile(small.model(), target).run(None, small.feeds), want, strict=True):
            assert ours.dtype == theirs.dtype
            np.testing.assert_array_equal(ours, theirs)


BYTES = st.sampled_from([np.int8, np.uint8])


def some(random, dtype, *shape):
    return random.integers(np.iinfo(dtype).min, np.iinfo(dtype).max, shape, endpoint=True).astype(dtype)


@settings(max_examples=15, deadline=None)
@given(st.data())
def test_products_of_bytes_are_exact(data):
    """Zero points that are known and not, of one operand and of both, per column."""
    random = np.random.default_rng(data.draw(st.integers(0, 99)))
    m, n, k = (data.draw(st.integers(1, 40)) for _ in "mnk")
    left, right = (np.uint8, np.int8) if data.draw(st.booleans()) else (np.uint8, np.uint8)
    small = Small()
    known = data.draw(st.tuples(*[st.booleans()] * 3))
    put = [small.constant if each else small.input for each in known]
    a, b = small.input(some(random, left, m, k)), put[0](some(random, right, k, n))
    zeros = put[1](some(random, left)), put[2](some(random, right, *([n] if data.draw(st.booleans()) else [])))
    small.results = [small.node("MatMulInteger", a, b, *zeros)]
    check(small)


@settings(max_examples=15, deadline=None)
@given(st.data())
def test_values_are_rounded_and_saturated_as_in_onnx_runtime(data):
    random = np.random.default_rng(data.draw(st.integers(0, 99)))
    dtype, scale = data.draw(BYTES), np.float32(data.draw(st.sampled_from([0.25, 0.1, 3.0])))
    x = np.concatenate([np.arange(-400, 400, dtype=np.float32) * scale / 2, random.standard_normal(99, np.float32) * 1e4])
    small = Small()
    stored = small.node("QuantizeLinear", small.input(x), small.constant(scale), small.constant(some(random, dtype)))
    small.results = [stored, small.node("DequantizeLinear", stored, small.input(scale), small.input(some(random, dtype)))]
    check(small)


def test_a_product_of_many_terms_keeps_its_value():
    """Integers of 32 bits would wrap around: numbers are multiplied instead."""
    small, terms = Small(), 2 ** 16
    one = small.constant(np.float32(1))
    a, b = (small.node("DequantizeLinear", put(np.full(shape, 255, np.uint8)), one)
            for put, shape in ((small.input, (1, terms)), (small.constant, (terms, 1))))
    small.results = [small.node("MatMul", a, b)]
    got, = vecwrap.onnx.compile(small.model()).run(None, small.feeds)
    np.testing.assert_allclose(got, [[255.0 ** 2 * terms]], rtol=1e-4)


def test_every_type_has_a_name_in_c_and_in_files():
    assert set(STORAGE) == set(C_TYPES) == set(NPY_TYPES)


def test_scales_per_block_are_refused():
    small = Small()
    scales = small.constant(np.ones((2, 4), np.float32))
    small.results = [small.node("DequantizeLinear", small.input(np.ones((4, 4), np.int8)), scales, axis=0, block_size=2)]
    with pytest.raises(UnsupportedModel, match="one scale for each block"):
        vecwrap.onnx.compile(small.model())
