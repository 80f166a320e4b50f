"""Nests that sum in one type and finish in another: kernels against the interpreter, that against numpy."""

import collections
import random

import numpy as np
import pytest
import vecwrap as vw
from fuzzing.case import ALWAYS, Case
from fuzzing.mixed import mixed_nest
from fuzzing.sentences import random_sentence
from test_fuzz import RUNNABLE, check
from vecwrap import _core

LIMITS = {"i8": (-128, 127), "u8": (0, 255)}


@pytest.mark.parametrize("block", range(2))
def test_kernels_equal_the_interpreter(worker, block):
    statuses = collections.Counter()
    for seed in range(block * 500, block * 500 + 500):
        choices = random.Random(seed)
        text, symbols = mixed_nest(choices)
        sentence = ALWAYS if seed % 5 == 0 else random_sentence(choices, _core.Nest.parse(text))
        statuses[check(worker, Case(text, sentence, choices.choice(RUNNABLE), symbols, seed))] += 1
    assert statuses["ok"] > 200, statuses


def requantised(m, n, k, result="u8", types=("u8", "i8")):
    """C = clamp(round(relu((sum A B + bias) * scale)) + 3): in floats from the sum on."""
    nest = vw.Nest("requantised", "i32")
    i, j, p = nest.dims(m=m, n=n, k=k)
    A, B = nest.tensor("A", (i, p), type=types[0]), nest.tensor("B", (p, j), type=types[1])
    bias, scale = nest.tensor("bias", (j,)), nest.tensor("scale", (j,), type="f32")
    C = nest.tensor("C", (i, j), type=result)
    x = vw.relu(vw.convert(vw.sum_of(A[i, p] * B[p, j]) + bias[j], "f32") * scale[j])
    low, high = LIMITS.get(result, (-1e9, 1e9))
    C[i, j] = vw.minimum(vw.maximum(vw.round_even(x) + 3.0, float(low)), float(high))
    return nest


def reference(a, b, bias, scale, result):
    sums = a.astype(np.int64) @ b.astype(np.int64) + bias
    x = np.maximum(sums.astype(np.int32).astype(np.float32) * scale, np.float32(0))
    low, high = LIMITS.get(result, (-1e9, 1e9))
    return np.clip(np.round(x) + np.float32(3), np.float32(low), np.float32(high)).astype(vw.dtypes.DTYPES[result])


def operands(m, n, k, types=("u8", "i8")):
    rng = np.random.default_rng(m * n + k)
    a, b = (rng.integers(np.iinfo(t).min, np.iinfo(t).max, s, endpoint=True).astype(t)
            for t, s in zip((vw.dtypes.DTYPES[t] for t in types), ((m, k), (k, n))))
    return a, b, rng.integers(-1000, 1000, n).astype(np.int32), (rng.random(n) * 2e-3).astype(np.float32)


SENTENCES = [None, "v1 split(n,8) split(m,2) reorder(n,m,k,m.1,n.1) tile(m.1,n.1) vectorize(n.1)",
             "v1 reorder(n,m,k)", "v1 split(k,8) split(n,16) reorder(k,m,n,k.1,n.1) pack(C,-) tile(n.1) vectorize(n.1)"]


@pytest.mark.parametrize("target", RUNNABLE)
@pytest.mark.parametrize("sentence", SENTENCES)
@pytest.mark.parametrize("result", ["u8", "i8", "i32", "f32"])
def test_a_product_is_requantised_in_its_kernel(result, sentence, target):
    for m, n, k in [(5, 37, 19), (16, 64, 32), (1, 8, 4)]:
        nest = requantised(m, n, k, result)
        a, b, bias, scale = operands(m, n, k)
        want = reference(a, b, bias, scale, result)
        nest.interpret(a, b, bias, scale, got := np.zeros_like(want))
        np.testing.assert_array_equal(got, want)
        chosen = sentence if sentence and m > 1 else _core.propose(nest.core, vw.find_target(target), 1, always=True)[0]
        nest.schedule(chosen, target)(a, b, bias, scale, got := np.zeros_like(want))
        np.testing.assert_array_equal(got, want)


@pytest.mark.parametrize("target", RUNNABLE)
def test_floats_become_integers_truncated_or_the_least(target):
    nest = vw.Nest("truncated", "f32")
    (i,) = nest.dims(i=37)
    X, Y = nest.tensor("X", (i,)), nest.tensor("Y", (i,), type="i32")
    Y[i] = (vw.convert(X[i], "i32") << 1) ^ 5
    x = np.linspace(-40, 40, 37, dtype=np.float32)
    x[:6] = [np.nan, np.inf, -np.inf, 3e9, -2147483648.0, 2147483520.0]
    with np.errstate(invalid="ignore"):
        whole = np.where((x >= -2.0 ** 31) & (x < 2.0 ** 31), x, np.float32(-2.0 ** 31)).astype(np.int64)
    want = ((whole.astype(np.int32) << 1) ^ 5).astype(np.int32)
    for sentence in ("v1 split(i,16) tile(i.1) vectorize(i.1)", "v1"):
        nest.schedule(sentence, target)(x, got := np.zeros(37, np.int32))
        np.testing.assert_array_equal(got, want)


@pytest.mark.parametrize("target", RUNNABLE)
def test_functions_of_sums_of_integers(target):
    nest = vw.Nest("gate", "i32")
    i, k = nest.dims(i=21, k=9)
    X, Y = nest.tensor("X", (i, k), type="i8"), nest.tensor("Y", (i,), type="f32")
    Y[i] = vw.math("sigmoid", vw.convert(vw.sum_of(X[i, k]), "f32") * 0.01)
    x = np.random.default_rng(3).integers(-128, 127, (21, 9)).astype(np.int8)
    nest.interpret(x, want := np.zeros(21, np.float32))
    np.testing.assert_allclose(want, 1 / (1 + np.exp(-0.01 * x.sum(1))), rtol=1e-6)
    kernel = nest.schedule(_core.propose(nest.core, vw.find_target(target), 1, always=True)[0], target)
    kernel(x, got := np.zeros(21, np.float32))
    np.testing.assert_array_equal(got, want)


def test_what_does_not_mix_is_refused():
    nest = vw.Nest("n", "f64")
    (i,) = nest.dims(i=4)
    X, Y = nest.tensor("X", (i,)), nest.tensor("Y", (i,))
    with pytest.raises(vw.NestError, match="is of i32, which does not mix with f64"):
        Y[i] = vw.convert(vw.convert(X[i], "i32"), "f32")
    with pytest.raises(vw.NestError, match="nests convert between f32 and i32"):
        vw.convert(X[i], "f64")
    nest = vw.Nest("n", "i32")
    i, k = nest.dims(i=4, k=4)
    X, Y = nest.tensor("X", (i, k), type="f32"), nest.tensor("Y", (i,))
    with pytest.raises(vw.NestError, match="init and update compute in i32; only final may convert"):
        Y[i] = vw.sum_of(vw.convert(vw.convert(X[i, k], "f32") * 2.5, "i32"))


def test_riscv_refuses_by_name():
    nest = requantised(4, 16, 8)
    with pytest.raises(vw.Refusal, match="converts between types") as refusal:
        nest.schedule("v1 split(n,8) tile(n.1) vectorize(n.1)", "riscv64-rvv256")
    assert refusal.value.name == "compute-type"
