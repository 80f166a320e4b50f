"""Nests that compute in i32: wrapping arithmetic, kernels against the interpreter, that against numpy."""

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

MAKERS = [(partial(random_nest, types=("i32",)), random_sentence), (partial(shaped_nest, types=("i32",)), random_sentence),
          (partial(reduction_nest, types=("i32",)), reduction_sentence)]


@pytest.mark.parametrize("make_nest,make_sentence", MAKERS, ids=["random", "shaped", "lanes"])
def test_kernels_equal_the_interpreter(worker, make_nest, make_sentence):
    """Reductions may run in any order: sums of integers wrap, so all orders give the same bits."""
    statuses = collections.Counter()
    for seed in range(700):
        choices = random.Random(seed)
        nest, symbols = make_nest(choices)
        sentence = ALWAYS if seed % 7 == 0 else make_sentence(choices, nest)
        statuses[check(worker, Case(str(nest), sentence, choices.choice(RUNNABLE), symbols, seed))] += 1
    assert statuses["ok"] > 250, statuses


def wrapped(x: np.ndarray) -> np.ndarray:
    return x.astype(np.int64).astype(np.uint64).astype(np.uint32).view(np.int32)


def extremes(seed: int) -> np.ndarray:
    chosen = np.random.default_rng(seed)
    x = chosen.integers(-2**31, 2**31, 200)
    x[::3] = chosen.choice([0, 1, -1, 2**31 - 1, -2**31, 46341], x[::3].size)
    return x.astype(np.int32)


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
def test_operations_are_those_of_numpy(name, target):
    """numpy computes in 64 bits, of which the lower half counts."""
    make, exact = CASES[name]
    nest = vw.Nest("n", "i32")
    i, = nest.dims(i=200)
    X, Y, Z = (nest.tensor(t, (i,)) for t in "XYZ")
    Z[i] = make(X[i], Y[i])
    x, y, z = extremes(1), extremes(2), np.zeros(200, np.int32)
    want = wrapped(exact(x.astype(np.int64), y.astype(np.int64)))
    for sentence in ("v1", "v1 split(i,48) tile(i.1) vectorize(i.1)"):
        nest.schedule(sentence, target)(x, y, z)
        np.testing.assert_array_equal(z, want)
    nest.interpret(x, y, z)
    np.testing.assert_array_equal(z, want)


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
