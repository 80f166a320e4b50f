"""Integers of 32 bits wrap around."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

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
