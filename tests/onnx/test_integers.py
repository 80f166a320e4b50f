"""Integers of 32 bits wrap around."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import helper

from one_op import Small, check
from op_cases import A4, B4, EDGES, I4, I8, small_of

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


CASTS = [(np.int32, np.uint8), (np.int32, np.int8), (np.uint8, np.int8), (np.int8, np.uint8), (np.int64, np.int32),
         (np.int64, np.uint8), (np.int8, np.int32), (np.uint8, np.int32), (np.float64, np.float32)]


@pytest.mark.parametrize("have,wanted", CASTS)
@pytest.mark.parametrize("wide", [np.float32, np.float64])
def test_what_reads_a_cast_reads_what_it_would_have_stored(have, wanted, wide):
    """Fused with it or not: numbers that do not fit wrap around, or are rounded."""
    x = np.array([0, 1, -1, 127, 128, -128, -129, 255, 256, 300, 1000, -1000, 2**31 - 1, -2**31, 2**31, 2**40 + 5]).astype(have)
    x = x * have(1 / 3) if have is np.float64 else x
    small = Small()
    value = small.input(x)
    value = small.node("Cast", value if have is np.int64 else small.node("Add", value, value), to=code(wanted))
    small.results = [small.node("Mul", small.node("Cast", value, to=code(wide)), small.constant(wide(0.5)))]
    twice = (x if have is np.int64 else x + x).astype(wanted)
    check(small, [twice.astype(wide) * wide(0.5)], tolerance=0, compiled=True)


def code(dtype):
    return helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
