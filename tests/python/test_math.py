"""Nest.math: errors against mpmath, equal bits in the interpreter and in kernels, special values."""

import numpy as np
import pytest
from mpmath import mp, mpf
from vecwrap import _core, targets

mp.prec = 120
RUNNABLE = [t for t in targets() if _core.runs_here(t)]
ORACLES = {"exp": mp.exp, "tanh": mp.tanh, "erf": mp.erf, "sigmoid": lambda x: 1 / (1 + mp.exp(-x)), "log": mp.log,
           "log2": lambda x: mp.log(x, 2), "rsqrt": lambda x: 1 / mp.sqrt(x), "pow": mp.power, "sin": mp.sin, "cos": mp.cos,
           "silu": lambda x: x / (1 + mp.exp(-x)), "gelu": lambda x: x / 2 * mp.erfc(-x / mp.sqrt(2)),
           "gelu_tanh": lambda x: x / (1 + mp.exp(-2 * mp.sqrt(2 / mp.pi) * (x + mpf("0.044715") * x ** 3)))}
DTYPES = {"f32": np.float32, "f64": np.float64}
# function, type, greatest error in units in the last place, what it is sampled on
CASES = [("exp", "f32", 1.5, "about 90"), ("exp", "f64", 1.5, "about 710"), ("tanh", "f32", 3, "about 10"),
         ("tanh", "f64", 3, "about 20"), ("sigmoid", "f32", 3, "about 87"), ("sigmoid", "f64", 3, "about 708"),
         ("erf", "f32", 3, "about 4"), ("erf", "f64", 4, "about 6"),
         *((name, dtype, bound, "positive") for name, bound in [("log", 1), ("log2", 0.6), ("rsqrt", 1.5)] for dtype in DTYPES),
         *((name, dtype, 1, "angles") for name in ("sin", "cos") for dtype in DTYPES),
         ("silu", "f32", 4, "about 110"), ("silu", "f64", 4, "about 752"), ("gelu", "f32", 7, "about 15"),
         ("gelu", "f64", 8, "about 39"), ("gelu_tanh", "f32", 4, "about 11"), ("gelu_tanh", "f64", 4, "about 22"),
         ("pow", "f32", 1.5, "powers"), ("pow", "f64", 1.5, "powers")]
CASE_IDS = [f"{name}-{dtype}" for name, dtype, *_ in CASES]
SPECIAL = [0.0, -0.0, 1e-40, -1e-30, 1e30, -1e30, np.inf, -np.inf, np.nan, 1.0, -1.0, 0.5, -0.5, 2.0, -2.0, 3.0, -3.0, 2.5, -2.5,
           7.0, -7.0, 1e9, -1e9, 1 - 2.0 ** -24, 1 + 2.0 ** -23]
every = pytest.mark.parametrize("name,dtype,bound,where", CASES, ids=CASE_IDS)


def nest_of(name: str, dtype: str, count: int, operands: int = 1) -> _core.Nest:
    nest = _core.Nest(name, dtype)
    nest.add_dim("i", count)
    size = 4 if dtype == "f32" else 8
    loads = [nest.load(nest.add_access(nest.add_tensor(f"X{i}"), [size])) for i in range(operands)]
    nest.out = nest.add_access(nest.add_tensor("Y"), [size])
    nest.final = nest.math(name, *loads)
    return nest


def about(dtype: str, bound: float) -> list[np.ndarray]:
    """Operands of either sign up to a bound."""
    random = np.random.default_rng(1)
    wide = random.uniform(-bound, bound, 1500)
    small = random.choice([-1, 1], 1500) * np.exp2(random.uniform(-30, np.log2(bound), 1500))
    return [np.concatenate([wide, small, random.uniform(-2, 2, 1500)]).astype(DTYPES[dtype])]


def positive(dtype: str) -> list[np.ndarray]:
    """All exponents, denormals included, and many numbers near 1."""
    random, info = np.random.default_rng(2), np.finfo(DTYPES[dtype])
    wide = np.exp2(random.uniform(info.minexp - info.nmant + 1, info.maxexp - 1, 1500))
    near = 1 + random.choice([-1, 1], 1500) * np.exp2(random.uniform(-info.nmant, -2, 1500))
    return [np.concatenate([wide, near, random.uniform(0.4, 2.2, 1500)]).astype(DTYPES[dtype])]


def powers(dtype: str) -> list[np.ndarray]:
    """Results with all exponents."""
    random, info = np.random.default_rng(3), np.finfo(DTYPES[dtype])
    x = np.concatenate([np.exp2(random.uniform(-40, 40, 2000)), *positive(dtype)]).astype(DTYPES[dtype])
    x = x[x != 1]
    y = random.uniform(info.minexp - info.nmant - 3, info.maxexp + 3, x.size) / np.log2(x.astype(np.float64))
    return [x, y.astype(DTYPES[dtype])]


def angles(dtype: str) -> list[np.ndarray]:
    """Up to the bound, and as close to multiples of a quarter turn as numbers come."""
    random = np.random.default_rng(4)
    bits = 20 if dtype == "f32" else 40
    wide = random.choice([-1, 1], 2000) * np.exp2(random.uniform(-30, bits, 2000))
    near = np.rint(np.exp2(random.uniform(0, bits - 1, 2000))) * (np.pi / 2)
    return [np.concatenate([wide, near, random.uniform(-7, 7, 1500)]).astype(DTYPES[dtype])]


def samples(dtype: str, where: str) -> list[np.ndarray]:
    kind, *bound = where.split()
    return about(dtype, float(bound[0])) if bound else {"positive": positive, "powers": powers, "angles": angles}[kind](dtype)


def specials(operands: int, dtype: str) -> list[np.ndarray]:
    grid = np.meshgrid(*[np.array(SPECIAL, DTYPES[dtype])] * operands)
    return [np.ascontiguousarray(axis.ravel()) for axis in grid]


def interpreted(name: str, *x: np.ndarray) -> np.ndarray:
    y = np.empty_like(x[0])
    nest = nest_of(name, "f32" if y.dtype == np.float32 else "f64", y.size, len(x))
    _core.interpret(nest, [array.ctypes.data for array in (*x, y)])
    return y


def ulps(got: np.ndarray, oracle, *x: np.ndarray) -> np.ndarray:
    """Errors in units of the last place of the exact result; below the normal numbers, of the least of them."""
    info = np.finfo(got.dtype)
    errors = []
    for g, *values in zip(got, *x):
        want = oracle(*(mpf(float(value)) for value in values))
        if abs(want) >= mpf(float(info.max)) * (1 + mpf(2) ** (-info.nmant - 2)):
            errors.append(0.0 if np.isinf(g) else np.inf)
            continue
        exponent = max(mp.frexp(want)[1] - 1 if want else info.minexp, info.minexp)
        errors.append(float(abs(mpf(float(g)) - want) / mpf(2) ** (exponent - info.nmant)))
    return np.array(errors)


@every
def test_error_is_bounded(name, dtype, bound, where):
    x = samples(dtype, where)
    errors = ulps(interpreted(name, *x), ORACLES[name], *x)
    worst = int(errors.argmax())
    assert errors[worst] <= bound, f"{name}({[array[worst] for array in x]}): {errors[worst]:.2f} ulp"


@every
@pytest.mark.parametrize("sentence", ["v1", "v1 split(i,64) tile(i.1) vectorize(i.1)"])
@pytest.mark.parametrize("target", RUNNABLE, ids=lambda t: t.name)
def test_kernels_compute_the_same_bits(name, dtype, bound, where, sentence, target):
    usual = samples(dtype, where)
    x = [np.concatenate(pair) for pair in zip(usual, specials(len(usual), dtype))]
    nest, y = nest_of(name, dtype, x[0].size, len(x)), np.empty_like(x[0])
    kernel = _core.Loaded(_core.compile(nest, _core.Sentence(sentence), target), nest)
    kernel([array.ctypes.data for array in (*x, y)])
    want = interpreted(name, *x)
    bits = f"u{y.itemsize}"
    assert np.array_equal(np.isnan(y), np.isnan(want))
    assert np.array_equal(y[~np.isnan(y)].view(bits), want[~np.isnan(y)].view(bits))


INF, NAN = np.inf, np.nan
GATES = ("silu", "gelu", "gelu_tanh")
LIMITS = {"exp": [NAN, INF, INF, 0, 0, 1], "tanh": [NAN, 1, 1, -1, -1, 0], "sigmoid": [NAN, 1, 1, 0, 0, 0.5],
          "erf": [NAN, 1, 1, -1, -1, 0], "log": [NAN, INF, np.log(1e30), NAN, NAN, -INF],
          "log2": [NAN, INF, np.log2(1e30), NAN, NAN, -INF], "rsqrt": [NAN, 0, 1e-15, NAN, NAN, INF],
          "sin": [NAN] * 5 + [0], "cos": [NAN] * 5 + [1], **dict.fromkeys(GATES, [NAN, INF, 1e30, 0, 0, 0])}


@pytest.mark.parametrize("name,dtype", [(name, dtype) for name in LIMITS for dtype in DTYPES])
def test_special_values(name, dtype):
    x = np.array([NAN, INF, 1e30, -INF, -1e30, 0.0], DTYPES[dtype])
    got = interpreted(name, x)
    np.testing.assert_allclose(got, np.array(LIMITS[name], DTYPES[dtype]), rtol=1e-6)
    assert not np.signbit(got[5]) or np.isinf(got[5])


@pytest.mark.parametrize("dtype", DTYPES)
def test_special_powers(dtype):
    """C's rules, as the C library behind numpy has them: signed zeros, infinities, NaN, odd and even exponents."""
    x, y = specials(2, dtype)
    with np.errstate(all="ignore"):
        want = np.power(x.astype(np.float64), y.astype(np.float64)).astype(DTYPES[dtype])
    got = interpreted("pow", x, y)
    np.testing.assert_allclose(got, want, rtol=4 * np.finfo(got.dtype).eps)
    known = ~np.isnan(want)
    assert np.array_equal(np.signbit(got)[known], np.signbit(want)[known])


@pytest.mark.parametrize("dtype", DTYPES)
def test_logarithms_of_powers_of_two_are_exact(dtype):
    k = np.arange(-140 if dtype == "f32" else -1070, 127)
    assert np.array_equal(interpreted("log2", np.exp2(k, dtype=np.float64).astype(DTYPES[dtype])), k)


def test_exp_ends_in_denormals_and_infinity():
    x = np.array([-87.3, -90, -100, -103.9, -104.5, 88.7, 88.73], np.float32)
    errors = ulps(interpreted("exp", x), mp.exp, x)
    assert (errors <= 1.5).all(), errors
    assert interpreted("exp", x)[[4, 6]].tolist() == [0, np.inf]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", GATES)
def test_gates_keep_the_sign_of_what_vanishes(name, dtype):
    got = interpreted(name, np.array([-0.0, -1e-40, -INF, -1e30], DTYPES[dtype]))
    assert np.signbit(got).all() and abs(got).max() < 1e-39


def test_unknown_functions_and_operands_are_refused():
    with pytest.raises(ValueError, match="no math function 'gamma'"):
        nest_of("gamma", "f32", 1)
    with pytest.raises(ValueError, match="pow takes 2 operands, not 1"):
        nest_of("pow", "f64", 1)
    with pytest.raises(ValueError, match="an earlier node"):
        _core.Nest("n").math("exp", 0)


def test_every_function_is_tested():
    assert {name for name, *_ in CASES} == set(_core.MATH)
    assert set(LIMITS) | {"pow"} == set(_core.MATH)
