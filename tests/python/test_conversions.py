"""Tensors that store another type than the nest computes in: kernels against the interpreter, that against numpy."""

import itertools

import numpy as np
import pytest
from fuzzing.case import Case, run
from fuzzing.nests import BYTES, STORED
from fuzzing.values import is_nan
from vecwrap import _core, targets

RUNNABLE = [t.name for t in targets() if _core.runs_here(t)]
COMPUTED = ["f32", "f64", "i32", "i64"]


def text(computed: str, source: str, result: str, count: int | str, op: str = "neg %0") -> str:
    def typed(name: str, stored: str) -> str:
        return name if stored == computed else f"{name}:{stored}"
    symbol = "" if isinstance(count, int) else f"symbol {count}\n"
    return (f"nest copy {computed} strict\n{symbol}dim i {count}\ntensor {typed('A', source)} {typed('C', result)}\n"
            f"access a0 A + 0 : i*{BYTES[source]}\naccess a1 C + 0 : i*{BYTES[result]}\n"
            f"%0 = load a0\n%1 = {op}\nfinal %1\nout a1\n")


@pytest.mark.parametrize("target", RUNNABLE)
@pytest.mark.parametrize("computed", COMPUTED)
def test_vectors_convert_as_the_interpreter_does(computed, target):
    """Whole vectors and tails of every pair of types; what vectors cannot do is refused for i64 alone."""
    exact = 0
    for source, result in itertools.product(STORED[computed], repeat=2):
        for count, symbol, seed in itertools.product([5, 37, 70], [False, True], [0, 1]):
            nest = text(computed, source, result, "n" if symbol else count)
            sentence = f"v1 split(i,{min(count, 32)}) tile(i.1) vectorize(i.1)"
            outcome = run(Case(nest, sentence, target, {"n": count} if symbol else {}, seed))
            refused = outcome.detail == "vector-type" and "i64" in (source, result) and computed != "i64"
            assert outcome.status == "ok" or refused, outcome
            exact += outcome.status == "ok"
    assert exact >= 12 * (len(STORED[computed]) - (computed in ("f32", "f64"))) ** 2


@pytest.mark.parametrize("computed", COMPUTED)
def test_scalar_code_converts_as_the_interpreter_does(computed):
    for source, result in itertools.product(STORED[computed], repeat=2):
        assert run(Case(text(computed, source, result, 70), "v1", RUNNABLE[0], {}, 3)).status == "ok", (source, result)


@pytest.mark.parametrize("target", RUNNABLE)
def test_packed_and_broadcast_operands_convert(target):
    """A product of half precision matrices: one operand is packed, the other fills the lanes."""
    nest = text("f32", "bf16", "f32", 1).splitlines()[0].replace("copy", "product")
    nest += """
dim i 7
dim j 40
dim k 9 reduce
tensor A:f16 B:i8 C:bf16
access a0 A + 0 : i*18 k*2
access a1 B + 0 : k*40 j*1
access a2 C + 0 : i*80 j*2
%0 = const 0
%1 = load a0
%2 = load a1
%3 = acc
%4 = fma %1 %2 %3
init %0
update %4
final %3
out a2
"""
    vectors = _core.find_target(target).vector_bytes // 4 * 2
    sentence = f"v1 split(i,3) split(j,{vectors}) reorder(j,i,k,i.1,j.1) pack(B,j) tile(i.1,j.1) vectorize(j.1)"
    assert run(Case(nest, sentence, target, {}, 1)).status == "ok"


@pytest.mark.parametrize("target", RUNNABLE)
def test_strided_vectors_do_not_convert(target):
    nest = text("f32", "i32", "f32", 64).replace("a0 A + 0 : i*4", "a0 A + 0 : i*8")
    outcome = run(Case(nest, "v1 split(i,32) tile(i.1) vectorize(i.1)", target, {}, 1))
    assert (outcome.status, outcome.detail) == ("refused", "vector-type")


def converted(source: str, result: str, x: np.ndarray, dtype: type) -> np.ndarray:
    y = np.empty(x.size, dtype)
    nest = _core.Nest.parse(text("f32", source, result, x.size))
    nest.final = 0
    _core.interpret(nest, [x.ctypes.data, y.ctypes.data])
    return y


def test_every_half_is_read():
    bits = np.arange(65536, dtype=np.uint16)
    np.testing.assert_array_equal(converted("f16", "f32", bits, np.float32), bits.view(np.float16).astype(np.float32))
    np.testing.assert_array_equal(converted("bf16", "f32", bits, np.float32), (bits.astype(np.uint32) << 16).view(np.float32))


def rounding_cases() -> np.ndarray:
    """All exponents, and ties between neighbours."""
    random = np.random.default_rng(1)
    bits = random.integers(0, 2**32, 20000, np.uint32)
    ties = np.concatenate([bits & 0xFFFFE000 | 0x1000, bits & 0xFFFF0000 | 0x8000, bits & 0xFFFF0000 | 0x7FFF])
    special = np.array([0, -0.0, np.inf, -np.inf, np.nan, 65504, 65519, 65520, 2e-8, 3e-8, 6e-8, 1e-45, 3.4e38], np.float32)
    return np.concatenate([bits.view(np.float32), ties.view(np.float32), special,
                           np.exp2(random.uniform(-26, 17, 5000)).astype(np.float32)])


def test_f16_rounds_as_numpy_does():
    x = rounding_cases()
    with np.errstate(over="ignore"):
        want = x.astype(np.float16)
    got = converted("f32", "f16", x, np.uint16)
    known = ~np.isnan(x)
    assert np.array_equal(got[known], want.view(np.uint16)[known]) and np.isnan(got.view(np.float16)[~known]).all()


def test_bf16_is_the_nearest_one_and_the_even_one_of_two():
    x = rounding_cases()
    x = x[np.abs(x) < 3.3e38]
    got = converted("f32", "bf16", x, np.uint16)
    value = (got.astype(np.uint32) << 16).view(np.float32).astype(np.float64)
    for neighbour in (got + np.uint16(1), got - np.uint16(1)):
        other = (neighbour.astype(np.uint32) << 16).view(np.float32).astype(np.float64)
        with np.errstate(invalid="ignore"):
            here, there = np.abs(value - x), np.abs(other - x)
        assert not (there < here).any()
        tie = (there == here) & (value != other)
        assert tie.sum() > 1000 or not tie.any()
        assert (got[tie] % 2 == 0).all()
    limits = converted("f32", "bf16", np.array([np.nan, np.inf, -np.inf, 3.4e38], np.float32), np.uint16)
    assert is_nan(limits[:1], "bf16").all() and limits[1:].tolist() == [0x7F80, 0xFF80, 0x7F80]


def test_half_precision_takes_a_nest_of_f32():
    nest = _core.Nest("n", "f64")
    nest.add_dim("i", 1)
    nest.final = nest.load(nest.add_access(nest.add_tensor("A", "f16"), [2]))
    nest.out = nest.add_access(nest.add_tensor("C"), [8])
    assert nest.validate() == "access a0 is to f16, which takes a nest of f32"
