"""A few ops together: what lies where, what is copied, and that the numbers are right."""

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from one_op import Small, check

F4, I8 = np.float32, np.int64


def chain(small, x, *steps):
    for op, attributes, *inputs in steps:
        x = small.node(op, x, *inputs, **attributes)
    return x


def copies(graph, op):
    """Stages that only move the input of an op into a padded buffer."""
    return [step for step in graph.steps if step.name == op and not step.reduces]


THREE = {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1]}


def weights(small, *shape):
    return small.constant(np.random.default_rng(1).standard_normal(shape).astype(F4) / math.sqrt(math.prod(shape[1:])))


def convolved(small):
    """A convolution of an input: every test's beginning."""
    x = small.input(np.random.default_rng(0).standard_normal((1, 3, 6, 6)).astype(F4))
    return small.node("Conv", x, weights(small, 4, 3, 1, 1))


def test_producers_write_into_padded_arrays():
    small = Small()
    x = chain(small, convolved(small), ("Relu", {}))
    small.results = [chain(small, x, ("Conv", THREE, weights(small, 2, 4, 3, 3)))]
    assert not copies(check(small, compiled=True), "Conv")


def test_a_max_pool_reads_zeros_around_what_is_never_negative():
    small = Small()
    x = chain(small, convolved(small), ("Relu", {}))
    small.results = [chain(small, x, ("MaxPool", THREE)), chain(small, x, ("Conv", THREE, weights(small, 2, 4, 3, 3)))]
    assert not copies(check(small, compiled=True), "MaxPool")


def test_a_max_pool_reads_no_zeros_around_what_may_be_negative():
    small = Small()
    x = chain(small, convolved(small), ("Neg", {}))
    small.results = [chain(small, x, ("MaxPool", THREE)), chain(small, x, ("Conv", THREE, weights(small, 2, 4, 3, 3)))]
    graph = check(small, compiled=True)
    assert copies(graph, "MaxPool") and not copies(graph, "Conv")


def test_only_pools_read_infinities_around_what_may_be_negative():
    small = Small()
    small.results = [chain(small, convolved(small), ("Neg", {}), ("MaxPool", THREE))]
    assert not copies(check(small, compiled=True), "MaxPool")


def test_a_value_read_with_different_paddings():
    small = Small()
    x = chain(small, convolved(small), ("Relu", {}))
    five = {"kernel_shape": [5, 5], "pads": [2, 2, 2, 2], "strides": [2, 2]}
    a = chain(small, x, ("Conv", THREE, weights(small, 2, 4, 3, 3)))
    b = chain(small, x, ("Conv", five, weights(small, 3, 4, 5, 5)))
    average = chain(small, x, ("AveragePool", THREE))
    small.results = [a, b, average, small.node("Add", x, x)]
    graph = check(small, compiled=True)
    assert not copies(graph, "Conv") and not copies(graph, "AveragePool")


def test_parts_are_written_into_padded_arrays():
    small = Small()
    a = convolved(small)
    x = small.node("Concat", small.node("Relu", a), small.node("Tanh", a), axis=1)
    small.results = [chain(small, x, ("Conv", THREE, weights(small, 2, 8, 3, 3)))]
    check(small, compiled=True)


def test_inputs_outputs_and_constants_are_copied_where_they_are_padded():
    small = Small()
    x = small.input(np.random.default_rng(0).standard_normal((1, 4, 6, 6)).astype(F4))
    a = chain(small, x, ("Conv", THREE, weights(small, 4, 4, 3, 3)))
    b = chain(small, a, ("Conv", THREE, weights(small, 4, 4, 3, 3)))
    small.results = [a, b]
    assert len(copies(check(small, compiled=True), "Conv")) == 2


def test_residual_blocks():
    small = Small()
    x = chain(small, convolved(small), ("Relu", {}))
    for _ in range(2):
        first, second = (("Conv", THREE, weights(small, 4, 4, 3, 3)) for _ in "ab")
        y = chain(small, x, first, ("Relu", {}), second)
        x = small.node("Relu", small.node("Add", y, x))
    x = small.node("Flatten", small.node("GlobalAveragePool", x))
    small.results = [small.node("Gemm", x, weights(small, 5, 4), transB=1)]
    check(small, tolerance=5e-6, compiled=True)


def test_attention():
    small, rng = Small(), np.random.default_rng(0)
    x = small.input(rng.standard_normal((1, 6, 8)).astype(F4))
    q, k, v = small.node("Split", small.node("MatMul", x, weights(small, 8, 24)), axis=2, num_outputs=3, outputs=3)
    shape = small.constant(np.array([1, 6, 2, 4]))
    q, k, v = (small.node("Reshape", part, shape) for part in (q, k, v))
    q, k = small.node("Transpose", q, perm=[0, 2, 1, 3]), small.node("Transpose", k, perm=[0, 2, 3, 1])
    scores = small.node("MatMul", q, k)
    mask = small.constant(np.tril(np.ones((6, 6), bool)))
    scores = small.node("Where", mask, scores, small.constant(np.array(np.finfo(F4).min)))
    mixed = small.node("MatMul", small.node("Softmax", scores), small.node("Transpose", v, perm=[0, 2, 1, 3]))
    back = small.node("Reshape", small.node("Transpose", mixed, perm=[0, 2, 1, 3]), small.constant(np.array([1, 6, 8])))
    small.results = [small.node("Add", x, small.node("MatMul", back, weights(small, 8, 8)))]
    check(small, tolerance=5e-6, compiled=True)


def test_views_of_inputs_and_constants_as_outputs():
    small = Small()
    x = small.input(np.arange(12, dtype=I8).reshape(3, 4))
    table = small.constant(np.arange(2000, dtype=F4).reshape(4, 500))
    small.results = [small.node("Transpose", x), small.node("Identity", x), small.node("Transpose", table)]
    check(small, compiled=True)


def around(size):
    """Windows that keep the extents."""
    return {"kernel_shape": [size, size], "pads": [size // 2] * 4, "strides": [1, 1]}


STEPS = {  # what makes a value of the same shape from one or two others
    "Conv": lambda small, x, y, size: small.node("Conv", x, weights(small, 4, 4, size, size), **around(size)),
    "Depthwise": lambda small, x, y, size: small.node("Conv", x, weights(small, 4, 1, size, size), group=4, **around(size)),
    "MaxPool": lambda small, x, y, size: small.node("MaxPool", x, **around(size)),
    "AveragePool": lambda small, x, y, size: small.node("AveragePool", x, **around(size)),
    "Relu": lambda small, x, y, size: small.node("Relu", x),
    "Neg": lambda small, x, y, size: small.node("Neg", x),
    "Identity": lambda small, x, y, size: small.node("Identity", x),
    "Add": lambda small, x, y, size: small.node("Add", x, y),
    "Concat": lambda small, x, y, size: small.node("Concat", *(half(small, each) for each in (x, y)), axis=1),
    "Transpose": lambda small, x, y, size: small.node("Transpose", x, perm=[0, 1, 3, 2]),
}


def half(small, x):
    bounds = (small.constant(np.array([value], I8)) for value in (1, 3, 1))
    return small.node("Slice", x, *bounds)


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_any_network_of_windows(data):
    """Values read with several paddings, through views, by pools and convolutions, as outputs and as inputs."""
    small = Small()
    values = [small.input(np.random.default_rng(0).standard_normal((1, 4, 5, 5)).astype(F4))]
    for _ in range(data.draw(st.integers(2, 8))):
        step, size = data.draw(st.sampled_from(sorted(STEPS))), data.draw(st.sampled_from([1, 3, 5]))
        x, y = data.draw(st.sampled_from(values)), data.draw(st.sampled_from(values))
        values.append(STEPS[step](small, x, y, size))
    small.results = sorted({values[-1], data.draw(st.sampled_from(values[1:]))})
    check(small, tolerance=2e-5, compiled=data.draw(st.integers(0, 7)) == 0)
