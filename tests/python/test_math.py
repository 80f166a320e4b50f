"""Nest.math: errors against mpmath, equal bits in the interpreter and in kernels, special values."""

import numpy as np
import pytest
from mpmath import mp, mpf
from vecwrap import _core, native_target, targets

mp.prec = 120
RUNNABLE = [t for t in targets() if t.vector_bytes <= native_target().vector_bytes]
ORACLES = {"exp": mp.exp, "tanh": mp.tanh, "erf": mp.erf, "sigmoid": lambda x: 1 / (1 + mp.exp(-x))}
DTYPES = {"f32": np.float32, "f64": np.float64}
# function, type, greatest error in units in the last place, where it is sampled densely
CASES = [("exp", "f32", 1.5, 90), ("exp", "f64", 1.5, 710), ("tanh", "f32", 3, 10), ("tanh", "f64", 3, 20),
         ("sigmoid", "f32", 3, 87), ("sigmoid", "f64", 3, 708), ("erf", "f32", 3, 4)]
SPECIAL = [0.0, -0.0, 1e-40, -1e-30, 1e30, -1e30, np.inf, -np.inf, np.nan]
LIMITS = {"exp": (np.inf, 0.0), "tanh": (1.0, -1.0), "sigmoid": (1.0, 0.0), "erf": (1.0, -1.0)}


def unary(name: str, dtype: str, count: int) -> _core.Nest:
    nest = _core.Nest(name, dtype)
    nest.add_dim("i", count)
    size = 4 if dtype == "f32" else 8
    x = nest.load(nest.add_access(nest.add_tensor("X"), [size]))
    nest.out = nest.add_access(nest.add_tensor("Y"), [size])
    nest.final = nest.math(name, x)
    return nest


def samples(dtype: str, bound: float) -> np.ndarray:
    random = np.random.default_rng(1)
    wide = random.uniform(-bound, bound, 1500)
    small = random.choice([-1, 1], 1500) * np.exp2(random.uniform(-30, np.log2(bound), 1500))
    return np.concatenate([wide, small, random.uniform(-2, 2, 1500)]).astype(DTYPES[dtype])


def interpreted(name: str, x: np.ndarray) -> np.ndarray:
    y = np.empty_like(x)
    _core.interpret(unary(name, "f32" if x.dtype == np.float32 else "f64", x.size), [x.ctypes.data, y.ctypes.data])
    return y


def ulps(got: np.ndarray, x: np.ndarray, oracle) -> np.ndarray:
    """Errors in units of the last place of the exact result; below the normal numbers, of the least of them."""
    info = np.finfo(got.dtype)
    errors = []
    for g, value in zip(got, x):
        want = oracle(mpf(float(value)))
        if abs(want) > mpf(float(info.max)):
            errors.append(0.0 if np.isinf(g) else np.inf)
            continue
        exponent = max(mp.frexp(want)[1] - 1 if want else info.minexp, info.minexp)
        errors.append(float(abs(mpf(float(g)) - want) / mpf(2) ** (exponent - info.nmant)))
    return np.array(errors)


@pytest.mark.parametrize("name,dtype,bound,extent", CASES)
def test_error_is_bounded(name, dtype, bound, extent):
    x = samples(dtype, extent)
    errors = ulps(interpreted(name, x), x, ORACLES[name])
    worst = int(errors.argmax())
    assert errors[worst] <= bound, f"{name}({x[worst]!r}): {errors[worst]:.2f} ulp"


@pytest.mark.parametrize("name,dtype,_,extent", CASES)
@pytest.mark.parametrize("sentence", ["v1", "v1 split(i,64) tile(i.1) vectorize(i.1)"])
@pytest.mark.parametrize("target", RUNNABLE, ids=lambda t: t.name)
def test_kernels_compute_the_same_bits(name, dtype, _, extent, sentence, target):
    x = np.concatenate([samples(dtype, extent), np.array(SPECIAL, DTYPES[dtype])])
    nest, y = unary(name, dtype, x.size), np.empty_like(x)
    kernel = _core.Loaded(_core.compile(nest, _core.Sentence(sentence), target), nest)
    kernel([x.ctypes.data, y.ctypes.data])
    want = interpreted(name, x)
    bits = f"u{x.itemsize}"
    assert np.array_equal(np.isnan(y), np.isnan(want))
    assert np.array_equal(y[~np.isnan(y)].view(bits), want[~np.isnan(y)].view(bits))


@pytest.mark.parametrize("name,dtype,_,extent", CASES)
def test_special_values(name, dtype, _, extent):
    high, low = LIMITS[name]
    x = np.array([np.nan, np.inf, 1e30, -np.inf, -1e30, 0.0], DTYPES[dtype])
    want = [np.nan, high, high, low, low, float(ORACLES[name](mpf(0)))]
    np.testing.assert_array_equal(interpreted(name, x), np.array(want, DTYPES[dtype]))


def test_exp_ends_in_denormals_and_infinity():
    x = np.array([-87.3, -90, -100, -103.9, -104.5, 88.7, 88.73], np.float32)
    errors = ulps(interpreted("exp", x), x, mp.exp)
    assert (errors <= 1.5).all(), errors
    assert interpreted("exp", x)[[4, 6]].tolist() == [0, np.inf]


def test_unknown_functions_and_types_are_refused():
    with pytest.raises(ValueError, match="no math function 'gamma'"):
        unary("gamma", "f32", 1)
    with pytest.raises(ValueError, match="erf has no form in f64"):
        unary("erf", "f64", 1)
    with pytest.raises(ValueError, match="an earlier node"):
        _core.Nest("n").math("exp", 0)


def test_every_function_is_tested():
    assert {name for name, *_ in CASES} == set(_core.MATH)
