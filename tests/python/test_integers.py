"""Nests that compute in i32 and i64: wrapping arithmetic, kernels against the interpreter, that against numpy."""

import collections
import random
from functools import partial

import numpy as np
import pytest
import vecwrap as vw
from fuzzing.case import ALWAYS, Case
from fuzzing.nests import random_nest
from fuzzing.reductions import reduction_nest, reduction_sentence
from fuzzing.sentences import random_sentence
from fuzzing.shapes import shaped_nest
from test_fuzz import RUNNABLE, check

MAKERS = [(random_nest, random_sentence), (shaped_nest, random_sentence), (reduction_nest, reduction_sentence)]
TYPES = {"i32": np.int32, "i64": np.int64}


@pytest.mark.parametrize("dtype,seeds", [("i32", 700), ("i64", 700)])
@pytest.mark.parametrize("make_nest,make_sentence", MAKERS, ids=["random", "shaped", "lanes"])
def test_kernels_equal_the_interpreter(worker, make_nest, make_sentence, dtype, seeds):
    """Reductions may run in any order: sums of integers wrap, so all orders give the same bits."""
    statuses = collections.Counter()
    for seed in range(seeds):
        choices = random.Random(seed)
        nest, symbols = partial(make_nest, types=(dtype,))(choices)
        sentence = ALWAYS if seed % 7 == 0 else make_sentence(choices, nest)
        statuses[check(worker, Case(str(nest), sentence, choices.choice(RUNNABLE), symbols, seed))] += 1
    assert statuses["ok"] > 250, statuses


def extremes(seed: int, dtype: str) -> np.ndarray:
    chosen, ends = np.random.default_rng(seed), np.iinfo(TYPES[dtype])
    x = chosen.integers(ends.min, ends.max, 200, TYPES[dtype], endpoint=True)
    x[::3] = chosen.choice(np.array([0, 1, -1, ends.max, ends.min, 46341, 2**31 - 1, -2**31], TYPES[dtype]), x[::3].size)
    return x


CASES = {
    "add": (lambda x, y: x + y, lambda x, y: x + y),
    "mul": (lambda x, y: x * y, lambda x, y: x * y),
    "fma": (lambda x, y: vw.fma(x, y, x), lambda x, y: x * y + x),
    "neg": (lambda x, y: -x, lambda x, y: -x),
    "abs": (lambda x, y: abs(x), lambda x, y: np.abs(x)),
    "maximum": (vw.maximum, np.maximum),
    "minimum": (vw.minimum, np.minimum),
    **{pred: (lambda x, y, pred=pred: vw.where(vw.compare(pred, x, y), x - 3, y),
              lambda x, y, is_=is_: np.where(is_(x, y), x - 3, y))
       for pred, is_ in [("oeq", np.equal), ("une", np.not_equal), ("olt", np.less), ("ule", np.less_equal),
                         ("ogt", np.greater), ("oge", np.greater_equal)]},
}


@pytest.mark.parametrize("target", RUNNABLE)
@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("dtype", TYPES)
def test_operations_are_those_of_numpy(dtype, name, target):
    """numpy's arrays wrap."""
    make, exact = CASES[name]
    nest = vw.Nest("n", dtype)
    i, = nest.dims(i=200)
    X, Y, Z = (nest.tensor(t, (i,)) for t in "XYZ")
    Z[i] = make(X[i], Y[i])
    x, y, z = extremes(1, dtype), extremes(2, dtype), np.zeros(200, TYPES[dtype])
    want = exact(x, y)
    for sentence in ("v1", "v1 split(i,48) tile(i.1) vectorize(i.1)"):
        nest.schedule(sentence, target)(x, y, z)
        np.testing.assert_array_equal(z, want)
    nest.interpret(x, y, z)
    np.testing.assert_array_equal(z, want)


@pytest.mark.parametrize("target", RUNNABLE)
def test_constants_of_all_64_bits(target):
    """Those that no double is, too: they are put together."""
    for value in (2**63 - 1, -2**63, 2**53 + 1, -2**53 - 1, 0x9e3779b97f4a7c15 - 2**64, 0x5555555555555555, 2**32 - 1, -1):
        nest = vw.Nest("n", "i64")
        i, = nest.dims(i=11)
        X, Y = nest.tensor("X", (i,)), nest.tensor("Y", (i,))
        Y[i] = X[i] + value
        x, y = np.arange(11), np.zeros(11, np.int64)
        for sentence in ("v1", "v1 tile(i) vectorize(i)"):
            nest.schedule(sentence, target)(x, y)
            np.testing.assert_array_equal(y, x + np.int64(value))


def test_no_constant_is_rounded():
    nest = vw.Nest("n", "i64")
    i, = nest.dims(i=11)
    X, Y = nest.tensor("X", (i,)), nest.tensor("Y", (i,))
    with pytest.raises(vw.NestError, match="which does not hold 9223372036854775808"):
        Y[i] = X[i] + 2**63


STORED = ["i32", "i16", "u16", "i8", "u8"]


@pytest.mark.parametrize("target", RUNNABLE)
@pytest.mark.parametrize("stored", STORED)
def test_products_of_narrow_elements_are_summed_in_64_bits(stored, target):
    """Exactly, and by the instruction that multiplies 32 bits."""
    dtype = vw.dtypes.DTYPES[stored]
    ends = np.iinfo(dtype)
    a = np.random.default_rng(1).integers(ends.min, ends.max, (3, 201), dtype, endpoint=True)
    b = np.random.default_rng(2).integers(ends.min, ends.max, (3, 201), dtype, endpoint=True)
    a[:, :4], b[:, :4] = [ends.min, ends.min, ends.max, 0], [ends.min, ends.max, ends.max, ends.min]
    nest, y = vw.Nest("dot", "i64"), np.full(3, 5)
    i, k = nest.dims(i=3, k=201)
    A, B, Y = nest.tensor("A", (i, k), type=stored), nest.tensor("B", (i, k), type=stored), nest.tensor("Y", (i,))
    Y[i] += A[i, k] * B[i, k]
    for sentence in ("v1", "v1 split(k,16) reorder(i,k,k.1) tile(k.1) vectorize(k.1)"):
        schedule, y[:] = nest.schedule(sentence, target), 5
        schedule(a, b, y)
        np.testing.assert_array_equal(y, 5 + (a.astype(np.int64) * b).sum(1))
        assert ".words" in schedule.vector_program


@pytest.mark.parametrize("target", RUNNABLE)
@pytest.mark.parametrize("stored", STORED)
def test_longs_are_cut_as_they_are_stored(stored, target):
    dtype = vw.dtypes.DTYPES[stored]
    nest, x, y = vw.Nest("n", "i64"), extremes(3, "i64"), np.zeros(200, dtype)
    i, = nest.dims(i=200)
    X, Y = nest.tensor("X", (i,)), nest.tensor("Y", (i,), type=stored)
    Y[i] = X[i] >> 7
    for sentence in ("v1", "v1 split(i,48) tile(i.1) vectorize(i.1)"):
        nest.schedule(sentence, target)(x, y)
        np.testing.assert_array_equal(y, (x >> 7).astype(dtype))


def test_what_integers_do_not_have_is_refused():
    nest = vw.Nest("n", "i32")
    i, = nest.dims(i=8)
    X, Y = nest.tensor("X", (i,)), nest.tensor("Y", (i,))
    with pytest.raises(vw.NestError, match=r"node %1 \(sqrt\) takes a nest of f32 or f64"):
        Y[i] = vw.sqrt(X[i])
    with pytest.raises(vw.NestError, match="computes in i32, which does not hold 0.5"):
        Y[i] = X[i] * 0.5
    with pytest.raises(vw.NestError, match="is to f16, which takes a nest of f32"):
        nest.tensor("H", (i,), type="f16")[i] = X[i]
