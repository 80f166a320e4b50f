"""vecwrap.onnx.backend: its own behaviour, and onnx's backend test suite."""

import unittest
from pathlib import Path

import numpy as np
import onnx_suite
import pytest
from onnx import TensorProto, helper
from onnx_page import page

from vecwrap.errors import ModelError
from vecwrap.onnx import backend

ROOT = Path(__file__).parents[2]
EXPECTED = Path(__file__).with_name("expected_failures.txt")
PAGE = ROOT / "docs" / "onnx-ops.md"
X = np.arange(6, dtype=np.float32).reshape(2, 3) - 2


def model(nodes, inputs, outputs, opset=18):
    ports = [[helper.make_tensor_value_info(name, *port) for name, port in side.items()] for side in (inputs, outputs)]
    return helper.make_model(helper.make_graph(nodes, "g", *ports), opset_imports=[helper.make_opsetid("", opset)])


def reshape_model():
    return model([helper.make_node("Reshape", ["x", "to"], ["y"])],
                 {"x": (TensorProto.FLOAT, (2, 3)), "to": (TensorProto.INT64, ("rank",))}, {"y": (TensorProto.FLOAT, ("a", "b"))})


def test_run_node():
    y, = backend.run_node(helper.make_node("Relu", ["x"], ["y"]), [X])
    assert np.array_equal(y, np.maximum(X, 0))


def test_run_model_by_position_and_by_name():
    relu = model([helper.make_node("Relu", ["x"], ["y"])], {"x": (TensorProto.FLOAT, (2, 3))}, {"y": (TensorProto.FLOAT, (2, 3))})
    for inputs in ([X], {"x": X}, X):
        y, = backend.run_model(relu, inputs)
        assert np.array_equal(y, np.maximum(X, 0))
    with pytest.raises(ModelError, match="2 inputs given; the model has 1: x"):
        backend.run_model(relu, [X, X])


def test_values_that_tell_shapes_are_bound_when_they_come():
    prepared = backend.prepare(reshape_model())
    for shape in ([3, 2], [6, 1], [3, 2], [-1, 2]):
        y, = prepared.run([X, np.array(shape)])
        assert np.array_equal(y, X.reshape(shape))
    assert sum(not isinstance(variant, ModelError) for variant in prepared.variants.values()) == 3


def test_open_dims_are_taken_from_the_arrays():
    prepared = backend.prepare(model([helper.make_node("Relu", ["x"], ["y"])], {"x": (TensorProto.FLOAT, ("n", 3))},
                                     {"y": (TensorProto.FLOAT, ("n", 3))}))
    for rows in (1, 4, 1):
        y, = prepared.run([np.ones((rows, 3), np.float32)])
        assert y.shape == (rows, 3)
    assert len(prepared.variants) == 2


def test_bad_values_are_refused_by_the_run():
    with pytest.raises(ModelError):
        backend.prepare(reshape_model()).run([X, np.array([4, 2])])


def test_what_cannot_be_compiled_is_refused_by_prepare():
    det = model([helper.make_node("Det", ["x"], ["y"], "d")], {"x": (TensorProto.FLOAT, (3, 3))}, {"y": (TensorProto.FLOAT, ())})
    with pytest.raises(ModelError, match=r"node 'd' \(Det, opset 18\)"):
        backend.prepare(det)
    assert not backend.is_compatible(det)
    assert backend.is_compatible(reshape_model())


def test_devices():
    assert backend.supports_device("CPU") and backend.supports_device("CPU:0") and not backend.supports_device("CUDA")
    with pytest.raises(ModelError, match="device 'CUDA:1' is not supported"):
        backend.prepare(reshape_model(), "CUDA:1")


# ---- onnx's suite

def raising(error):
    def case(_):
        if error:
            raise error
    return case


@pytest.mark.parametrize(("error", "result"), [
    (None, "passed"), (ModelError("model: node 'n' (Op, opset 3): no"), "refused"), (AssertionError("1 != 2"), "wrong"),
    (ValueError("oops"), "crashed"), (unittest.SkipTest("not today"), "crashed")])
def test_outcomes_are_told_apart(error, result):
    outcome = onnx_suite.run_case("test_it_cpu", "Node", raising(error))
    assert outcome.result == result
    assert result != "refused" or outcome.reason == "no"


@pytest.fixture(scope="module")
def outcomes(request):
    """Without --onnx, only the cases that should pass are run."""
    return onnx_suite.sweep(None if request.config.getoption("--onnx") else EXPECTED)


def told(outcomes, most=40):
    lines = [f"{o.name}: {o.result}: {o.detail[:300]}" for o in outcomes]
    return "\n".join([f"{len(lines)} cases:", *lines[:most]])


def test_no_case_is_wrong_or_crashes(outcomes):
    bad = [o for o in outcomes if o.result in ("wrong", "crashed")]
    assert not bad, told(bad)


def test_cases_that_should_pass_do(outcomes, request):
    assert len(outcomes) > 200
    expected = {line.split(":")[0] for line in EXPECTED.read_text().splitlines()}
    refused = [o for o in outcomes if o.result == "refused" and o.name not in expected]
    assert not refused or request.config.getoption("--update-golden"), told(refused)


@pytest.fixture
def whole(request, outcomes):
    if not request.config.getoption("--onnx"):
        pytest.skip("only with --onnx")
    return outcomes


def test_expected_failures_fail_for_the_reasons_given(golden, whole):
    golden(EXPECTED, "".join(f"{o.name}: {o.reason}\n" for o in whole if o.result == "refused"))


def test_refusals_name_what_is_missing(whole):
    """A refusal of a node names it; every message is one line."""
    unclear = [o for o in whole if o.result == "refused" and (not o.reason or "\n" in o.detail)]
    assert not unclear, told(unclear)


def test_float_cases_of_the_ops_that_models_need_pass(whole):
    refused = [o for o in whole if o.result == "refused" and o.floats and o.op in onnx_suite.NEEDED_OPS]
    assert not refused, told(refused)


def test_page_of_ops_is_up_to_date(golden, whole):
    golden(PAGE, page(whole))
