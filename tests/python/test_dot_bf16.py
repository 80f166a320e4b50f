"""Step dot on bf16: two products per lane added to f32, where fast-math lets the target round as it likes (docs/sentence.md)."""

import random

import numpy as np
import pytest
import vecwrap as vw
from vecwrap import _core, find_target

TARGET = "x86-64-avx512-bf16"
SENTENCES = ["split(j,32) split(i,3) reorder(j,i,k,i.1,j.1) tile(i.1,j.1) vectorize(j.1) dot(k,2)",
             "split(j,16) split(k,8) reorder(j,k,i,k.1,j.1) pack(B,k) tile(j.1) vectorize(j.1) dot(k.1,2) unroll(k.1,2)",
             "split(j,48) split(i,2) reorder(j,i,k,i.1,j.1) pack(B,j) pack(A,i) tile(i.1,j.1) vectorize(j.1) dot(k,2)"]
needs_bf16 = pytest.mark.skipif(not _core.runs_here(find_target(TARGET)), reason="needs AVX512-BF16")


def gemm(m: int, n: int, k: int, fast_math: bool = True) -> vw.Nest:
    nest = vw.Nest("gemm", fast_math=fast_math)
    i, j, p = nest.dims(i=m, j=n, k=k)
    A, B, C = nest.tensor("A", (i, p), type="bf16"), nest.tensor("B", (p, j), type="bf16"), nest.tensor("C", (i, j))
    C[i, j] = vw.sum_of(A[i, p] * B[p, j])
    return nest


def floats(x):
    return (x.astype(np.uint32) << 16).view(np.float32).astype(np.float64)


def halves(x):
    return (x.astype(np.float32).view(np.uint32) >> 16).astype(np.uint16)


def numbers(rng, shape, exponents):
    """bf16: any sign and fraction, biased exponents (0: subnormal numbers) of a range."""
    signs, fractions = rng.integers(0, 2, shape), rng.integers(0, 128, shape)
    return (signs << 15 | rng.integers(*exponents, shape) << 7 | fractions).astype(np.uint16)


def bound(a, b):
    """What sums of n terms in any order may be apart: each has n roundings (n u / (1 - n u) times the terms' sizes), takes
    results below 2^-126 as zero n times, and leaves terms with a subnormal factor out."""
    n, u, least = a.shape[1], 2.0**-24, 2.0**-126
    rounding = 2 * (n + 1) * u / (1 - (n + 1) * u) * (abs(a) @ abs(b))
    small = lambda x: np.where(abs(x) < least, abs(x), 0)  # noqa: E731
    return rounding + n * least + small(a) @ abs(b) + abs(a) @ small(b)


@needs_bf16
@pytest.mark.parametrize("exponents", [(100, 140), (0, 2), (0, 100), (60, 68), (0, 190)])
@pytest.mark.parametrize("sentence", [*SENTENCES, None])
def test_results_are_within_the_bound(sentence, exponents):
    for m, n, k in [(1, 16, 2), (5, 33, 7), (7, 50, 64), (12, 96, 33)]:
        nest, rng = gemm(m, n, k), np.random.default_rng(m * n * k)
        text = f"v1 {sentence}" if sentence else str(_core.propose(nest.core, find_target(TARGET), 1, always=True)[0])
        assert "dot(" in text
        try:
            kernel = nest.schedule(text, TARGET)
        except vw.Refusal as refusal:
            assert refusal.name in ("bad-factor", "pack-size", "tile-extent"), refusal
            continue
        a, b = numbers(rng, (m, k), exponents), numbers(rng, (k, n), exponents)
        got, want = np.zeros((m, n), np.float32), np.zeros((m, n), np.float32)
        kernel(a, b, got)
        nest.interpret(a, b, want)
        apart = abs(got.astype(np.float64) - want)
        assert (apart <= bound(floats(a), floats(b))).all(), (text, apart.max())


@needs_bf16
def test_whole_numbers_are_exact():
    for m, n, k in [(3, 17, 9), (33, 70, 130)]:
        nest, rng = gemm(m, n, k), np.random.default_rng(k)
        a, b = (halves(rng.integers(-8, 9, shape)) for shape in ((m, k), (k, n)))
        c = np.zeros((m, n), np.float32)
        nest.schedule(_core.propose(nest.core, find_target(TARGET), 1, always=True)[0], TARGET)(a, b, c)
        assert np.array_equal(c, floats(a) @ floats(b))


def flushed(x):
    return np.where(abs(x) < 2.0**-126, np.copysign(np.float32(0), x), x).astype(np.float32)


def added(a, b, c):
    """a * b + c rounded once, subnormal operands and results taken as zero."""
    nest, y = vw.Nest("fma"), np.zeros_like(c)
    i, = nest.dims(i=len(a))
    A, B, C, Y = (nest.tensor(name, (i,)) for name in "ABCY")
    Y[i] = vw.fma(A[i], B[i], C[i])
    nest.interpret(flushed(a), flushed(b), flushed(c), y)
    return flushed(y)


@needs_bf16
def test_what_the_instruction_computes():
    """Intel SDM vol. 2, VDPBF16PS: the second pair's product is added first; each addition rounds once, to nearest."""
    rng, n = np.random.default_rng(0), 4096
    for exponents in [(110, 140), (0, 70), (50, 80)]:
        a, b = numbers(rng, (1, 2), exponents), numbers(rng, (2, n), exponents)
        nest, got = gemm(1, n, 2), np.zeros((1, n), np.float32)
        nest.schedule("v1 split(j,16) reorder(i,j,k,j.1) tile(j.1) vectorize(j.1) dot(k,2)", TARGET)(a, b, got)
        x, y = floats(a).astype(np.float32), floats(b).astype(np.float32)
        first = added(np.full(n, x[0, 1]), y[1], np.zeros(n, np.float32))
        want = added(np.full(n, x[0, 0]), y[0], first)
        np.testing.assert_array_equal(got[0], want)


def test_rounding_and_order_are_the_source_s_without_fast_math():
    sentence = f"v1 {SENTENCES[0]}"
    with pytest.raises(vw.Refusal, match="in any order") as refusal:
        gemm(4, 32, 8, fast_math=False).schedule(sentence, TARGET)
    assert refusal.value.name == "dot-shape"
    nest = gemm(64, 64, 64, fast_math=False)
    assert "dot(" not in str(_core.propose(nest.core, find_target(TARGET), 1, always=True)[0])


@pytest.mark.parametrize("target", ["x86-64", "x86-64-avx2", "x86-64-avx512-vnni"])
def test_targets_without_the_instruction_refuse(target):
    with pytest.raises(vw.Refusal, match=f"{target} has no instruction for sums in f32 of products of bf16 and bf16") as refusal:
        gemm(4, 32, 8).schedule(f"v1 {SENTENCES[0]}", target)
    assert refusal.value.name == "dot-type"


@needs_bf16
def test_random_shapes_stay_within_the_bound():
    for seed in range(60):
        choices = random.Random(seed)
        m, n, k = (choices.choice([1, 2, 3, 5, 8, 17, 33, 65]) for _ in range(3))
        nest, rng = gemm(m, n, k), np.random.default_rng(seed)
        proposals = _core.propose(nest.core, find_target(TARGET), 6, always=True)
        a, b = numbers(rng, (m, k), (90, 150)), numbers(rng, (k, n), (90, 150))
        want = np.zeros((m, n), np.float32)
        nest.interpret(a, b, want)
        for sentence in proposals:
            got = np.zeros_like(want)
            nest.schedule(sentence, TARGET)(a, b, got)
            assert (abs(got.astype(np.float64) - want) <= bound(floats(a), floats(b))).all(), str(sentence)
