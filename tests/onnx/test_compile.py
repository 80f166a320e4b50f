"""vecwrap.onnx.compile: a callable object."""

import subprocess
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import onnx
import pytest
from small_onnx import FLOAT, INT64, mlp, mlp_reference, model, pair

import vecwrap.onnx
from vecwrap.errors import ArgumentError, ModelError
from vecwrap.onnx.verify import random_inputs, worst

X = np.random.default_rng(1).standard_normal((4, 16), "f4")


@pytest.fixture(scope="module")
def net():
    return vecwrap.onnx.compile(mlp())


@pytest.mark.parametrize("target", ["x86-64-avx512", "x86-64-avx2"])
def test_targets(target):
    if vecwrap.native_target().vector_bytes < vecwrap.find_target(target).vector_bytes:
        pytest.skip(f"this CPU has no {target}")
    y, = vecwrap.onnx.compile(mlp(), target)(X)
    np.testing.assert_allclose(y, mlp_reference(mlp(), X), rtol=0, atol=1e-5 * np.abs(y).max())


def test_ways_to_call(net):
    y, = net(X)
    for other in (net(x=X), net({"x": X}), net.run(None, {"x": X}), net.run(["y"], {"x": X}), net(np.asfortranarray(X)),
                  net(X.astype("f4")[:, ::1])):
        np.testing.assert_array_equal(y, other[0])


def test_two_outputs_in_order():
    both = vecwrap.onnx.compile(pair())
    a, b = X[:3, :5], X[0, :5]
    total, product = both(a, b)
    np.testing.assert_array_equal(total, a + b)
    np.testing.assert_array_equal(product, a * b)
    assert [value.name for value in both.outputs] == ["int", "out:1"]
    np.testing.assert_array_equal(both.run(["out:1"], {"in/a": a, "in.b": b})[0], product)


@pytest.mark.parametrize("arguments, message", [
    (((), {}), r"input 'x' is missing \(float32\[4, 16\]\)"),
    (((X.astype("f8"),), {}), "input 'x': expected dtype float32, got float64"),
    (((X[:2],), {}), r"input 'x': expected shape \[4, 16\], got \[2, 16\]"),
    (((X, X), {}), r"2 arrays for 1 inputs \(x\)"),
    (((X,), {"x": X}), "'x' is passed twice"),
    (((), {"z": X}), "'z' is not an input; inputs are x"),
])
def test_wrong_arguments(net, arguments, message):
    with pytest.raises(ArgumentError, match=message):
        net(*arguments[0], **arguments[1])


def test_wrong_names(net):
    with pytest.raises(ArgumentError, match="there is no output 'z'; outputs are y"):
        net.run(["z"], {"x": X})
    with pytest.raises(ModelError, match="prefix 'a b' is not a C identifier"):
        vecwrap.onnx.compile(mlp(), prefix="a b")


def test_what_nobody_asks_for_is_refused():
    with pytest.raises(ModelError, match="a model's code does not ask for AMX"):
        vecwrap.onnx.compile(mlp(), "x86-64-amx")


def test_threads():
    """The first calls, which load the code, and later ones: each thread gets its own answer."""
    net = vecwrap.onnx.compile(mlp())
    inputs = [np.random.default_rng(seed).standard_normal((4, 16), "f4") for seed in range(200)]
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda x: net(x)[0], inputs))
    for x, result in zip(inputs, results):
        np.testing.assert_array_equal(result, net(x)[0])


def test_what_it_tells(net, tmp_path):
    assert "#define NET_X_SHAPE { 4, 16 }" in net.header
    assert net.constant_bytes >= 4 * (16 * 64 + 64 + 64 * 10)
    assert net.report.flops >= 2 * 4 * (16 * 64 + 64 * 10)
    assert net.time(X, seconds=0.01).best > 0
    net.save(tmp_path / "libnet.a")
    listing = subprocess.run(["ar", "t", tmp_path / "libnet.a"], capture_output=True, text=True, check=True).stdout
    assert listing == "net.o\n" and (tmp_path / "net.h").read_text() == net.header


def test_indices_out_of_range_are_an_error():
    table = np.arange(40, dtype="f4").reshape(10, 4)
    proto = model([onnx.helper.make_node("Gather", ["table", "ids"], ["y"])], [("ids", INT64, [3])], [("y", FLOAT, [3, 4])],
                  {"table": table})
    net = vecwrap.onnx.compile(proto)
    np.testing.assert_array_equal(net(np.array([9, 0, 4]))[0], table[[9, 0, 4]])
    with pytest.raises(ArgumentError, match="an index in the inputs is out of range"):
        net(np.array([9, 10, 4]))
    assert random_inputs(net, proto, 0)["ids"].max() > 1, "all rows of the table should be tried, not just two"


@pytest.mark.parametrize("ours, reference, error, index", [
    ([1.0, 2.0], [1.0, 2.0], 0, 0),
    ([1.0, 2.5], [1.0, 2.0], 0.25, 1),
    ([np.nan, 2.0], [np.nan, 2.0], 0, 0),
    ([1.0, np.nan], [1.0, 2.0], np.inf, 1),
    ([1.0, 2.0], [np.nan, 2.0], np.inf, 0),
    ([np.inf, 2.0], [np.inf, 2.0], 0, 0),
    ([-np.inf, 2.0], [np.inf, 2.0], np.inf, 0),
])
def test_worst_element(ours, reference, error, index):
    found = worst("y", np.array(ours, "f4"), np.array(reference, "f4"), "judge")
    assert (found.error, found.index, found.bad) == (error, (index,), error > 1e-5)


def test_shapes_that_differ_are_bad():
    assert worst("y", np.zeros((2, 3), "f4"), np.zeros((3, 2), "f4"), "judge").bad


def test_nothing_to_compute(tmp_path):
    empty = vecwrap.onnx.compile(mlp("batch"), shapes={"batch": 0})
    y, = empty(X[:0])
    assert y.shape == (0, mlp_reference(mlp(), X).shape[1]) and not empty.report.kernels
    empty.save(tmp_path / "net")
    np.save(tmp_path / "x.npy", X[:0])
    subprocess.run([tmp_path / "net", tmp_path / "x.npy", "-o", tmp_path / "y.npy"], check=True)
    assert np.load(tmp_path / "y.npy").shape == y.shape


def test_calls_on_arrays_like_the_last_ones():
    """They skip checks that were done; each has outputs of its own, which begin at a cache line."""
    net = vecwrap.onnx.compile(mlp())
    results = [(net(x)[0], x) for x in (X * np.float32(number) for number in range(5))]
    for y, x in results:
        np.testing.assert_array_equal(y, net(x=x)[0])
    assert all(y.ctypes.data % 64 == 0 and y.flags.writeable for y, _ in results[1:])
    for wrong, message in [(X.astype("f8"), "expected dtype float32"), (X[:2], "expected shape"), (X.tolist(), "expected dtype")]:
        with pytest.raises(ArgumentError, match=message):
            net(wrong)
        np.testing.assert_array_equal(net(X)[0], net(x=X)[0])
    np.testing.assert_array_equal(net(np.asfortranarray(X))[0], net(X)[0])
    np.testing.assert_array_equal(net(X[:, ::-1])[0], net(np.ascontiguousarray(X[:, ::-1]))[0])
