"""What element-wise ops compute: expressions of the elements at one place, and the tables that say which op is which."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import reduce

from ...expr import Apply, Const, Expr, absolute, as_expr, compare, fma, maximum, minimum, sqrt, where

Body = Callable[..., Expr]


def function(name: str) -> Body:
    """One of the core's functions."""
    return lambda x: Apply(name, (x,))


round_even, exp, log, tanh, erf, sigmoid = map(function, ("round", "exp", "log", "tanh", "erf", "sigmoid"))
sin, cos, silu = map(function, ("sin", "cos", "silu"))


def pow(x: Expr, y: Expr) -> Expr:  # as in C
    return Apply("pow", (x, y))


def truth(pred: str, a: Expr, b: Expr) -> Expr:
    """1 where a comparison holds, else 0."""
    return where(compare(pred, a, b), 1.0, 0.0)


def found(x: Expr, wanted: Expr, place: Expr, nowhere: float) -> Expr:
    """The place if x is what is wanted, or both are NaN."""
    lost = where(compare("uno", x, x), where(compare("uno", wanted, wanted), place, nowhere), nowhere)
    return where(compare("oeq", x, wanted), place, lost)


def floor(x: Expr) -> Expr:
    whole = round_even(x)
    return where(whole > x, whole - 1.0, whole)


def ceil(x: Expr) -> Expr:
    whole = round_even(x)
    return where(whole < x, whole + 1.0, whole)


def truncate(x: Expr) -> Expr:
    return where(x < 0.0, ceil(x), floor(x))


def truncate_almost(x: Expr) -> Expr:
    """Towards zero, but an integer that rounding errors only just missed is that integer. For f64."""
    nearest = round_even(x)
    return where(absolute(x - nearest) <= absolute(x) * 2.0 ** -48, nearest, truncate(x))


def clamp(x: Expr, low: float, high: float) -> Expr:
    """NaN stays NaN."""
    return minimum(high, maximum(low, x))


def hard_sigmoid(x: Expr, alpha: float, beta: float) -> Expr:
    return clamp(alpha * x + beta, 0.0, 1.0)


def gelu(x: Expr, approximate: str) -> Expr:
    """As ONNX defines it: right to some 1e-7 everywhere, but not in relative terms far below zero, where the sum cancels.

    The functions gelu and gelu_tanh (docs/math.md) are, and take half as long again; networks do not see the difference.
    """
    if approximate == "tanh":
        inner = math.sqrt(2 / math.pi) * (x + 0.044715 * (x * x * x))
        return 0.5 * x * (1.0 + tanh(inner))
    half = 0.5 * x
    return fma(half, erf(x * math.sqrt(0.5)), half)


def swish(x: Expr, alpha: float) -> Expr:
    return silu(x) if alpha == 1 else x * sigmoid(alpha * x)


def divided(x: Expr, y: Expr) -> Expr:
    """x / y; by a power of two as the product that is exactly the same."""
    if isinstance(y, Const) and abs(math.frexp(y.value)[0]) == 0.5 and 2.0 ** -100 < abs(y.value) < 2.0 ** 100:
        return x * (1 / y.value)
    return x / y


def larger(a: Expr, b: Expr) -> Expr:
    """NaN if one of them is."""
    return where(compare("uno", a, a), a, maximum(a, b))


def smaller(a: Expr, b: Expr) -> Expr:
    return where(compare("uno", a, a), a, minimum(a, b))


def sign(x: Expr) -> Expr:
    return where(x > 0.0, 1.0, where(x < 0.0, -1.0, x))


def infinite(x: Expr, detect_negative: int, detect_positive: int) -> Expr:
    below = truth("oeq", x, as_expr(-math.inf)) if detect_negative else as_expr(0.0)
    return where(compare("oeq", x, math.inf), 1.0, below) if detect_positive else below


def raised(x: Expr, exponent: float) -> Expr:
    """x to the power of a multiple of one half."""
    if exponent < 0:
        return 1.0 / raised(x, -exponent)
    if exponent == 0.5:
        return sqrt(x)
    if exponent % 1:
        return raised(x, exponent - 0.5) * raised(x, 0.5)
    if exponent == 0:
        return as_expr(1.0)
    half = raised(x, exponent // 2) if exponent >= 2 else None
    squared = half * half if half is not None else None
    return x if squared is None else squared * x if exponent % 2 else squared


def log1p(x: Expr) -> Expr:
    """log(1 + x). What rounding 1 + x loses is given back as a factor (W. Kahan's way)."""
    whole = 1.0 + x
    kept = whole - 1.0
    small = compare("oeq", kept, 0.0)
    return where(small, x, where(compare("oeq", whole, math.inf), whole, log(whole) * (x / where(small, 1.0, kept))))


def softplus(x: Expr) -> Expr:
    """log(1 + exp(x)); the exponential never overflows."""
    return larger(x, as_expr(0.0)) + log1p(exp(-absolute(x)))


def sinh(x: Expr) -> Expr:
    """Near 0 from tanh, which does not cancel."""
    t, half = tanh(0.5 * x), exp(0.5 * absolute(x))
    far = (0.5 * half) * half - 0.5 / (half * half)
    return where(absolute(x) < 1.0, 2.0 * t / (1.0 - t * t), where(x < 0.0, -far, far))


def cosh(x: Expr) -> Expr:
    half = exp(0.5 * absolute(x))
    return (0.5 * half) * half + 0.5 / (half * half)


HUGE = 2.0 ** 30  # from here on, 1 is nothing next to a square


def asinh(x: Expr) -> Expr:
    size = absolute(x)
    square = size * size
    near = log1p(size + square / (1.0 + sqrt(square + 1.0)))
    value = where(size < HUGE, near, log(size) + math.log(2))
    return where(x < 0.0, -value, value)


def acosh(x: Expr) -> Expr:
    more = x - 1.0
    return where(x < HUGE, log1p(more + sqrt(more * (more + 2.0))), log(x) + math.log(2))


# op: (expression of the element and of the attributes, the attributes' defaults)
UNARY: dict[str, tuple[Body, Mapping[str, object]]] = {
    "Abs": (absolute, {}),
    "Acosh": (acosh, {}),
    "Asinh": (asinh, {}),
    "Atanh": (lambda x: 0.5 * log1p(2.0 * x / (1.0 - x)), {}),
    "Ceil": (ceil, {}),
    "Celu": (lambda x, alpha: where(x < 0.0, alpha * (exp(x * (1 / alpha)) - 1.0), x), {"alpha": 1.0}),
    "Cos": (cos, {}),
    "Cosh": (cosh, {}),
    "Elu": (lambda x, alpha: where(x < 0.0, alpha * (exp(x) - 1.0), x), {"alpha": 1.0}),
    "Erf": (erf, {}),
    "Exp": (exp, {}),
    "Floor": (floor, {}),
    "Gelu": (gelu, {"approximate": "none"}),
    "HardSigmoid": (hard_sigmoid, {"alpha": 0.2, "beta": 0.5}),
    "HardSwish": (lambda x: x * hard_sigmoid(x, 1 / 6, 0.5), {}),
    "LeakyRelu": (lambda x, alpha: where(x < 0.0, alpha * x, x), {"alpha": 0.01}),
    "Log": (log, {}),
    "Mish": (lambda x: x * tanh(softplus(x)), {}),
    "Neg": (lambda x: -x, {}),
    "Reciprocal": (lambda x: 1.0 / x, {}),
    "Relu": (lambda x: maximum(0.0, x), {}),  # in this order NaN stays NaN
    "Round": (round_even, {}),
    "Selu": (lambda x, alpha, gamma: gamma * where(x > 0.0, x, alpha * (exp(x) - 1.0)),
             {"alpha": 1.67326319217681884765625, "gamma": 1.05070102214813232421875}),
    "Shrink": (lambda x, lambd, bias: where(x < -lambd, x + bias, where(x > lambd, x - bias, 0.0)),
               {"lambd": 0.5, "bias": 0.0}),
    "Sigmoid": (sigmoid, {}),
    "Sign": (sign, {}),
    "Sin": (sin, {}),
    "Sinh": (sinh, {}),
    "Softplus": (softplus, {}),
    "Softsign": (lambda x: x / (1.0 + absolute(x)), {}),
    "Sqrt": (sqrt, {}),
    "Swish": (swish, {"alpha": 1.0}),
    "Tan": (lambda x: sin(x) / cos(x), {}),
    "Tanh": (tanh, {}),
    "ThresholdedRelu": (lambda x, alpha: where(x > alpha, x, 0.0), {"alpha": 1.0}),
}
PREDICATES: dict[str, tuple[Body, Mapping[str, object]]] = {  # the same with a bool as the result
    "IsInf": (infinite, {"detect_negative": 1, "detect_positive": 1}),
    "IsNaN": (lambda x: truth("uno", x, x), {}),
}
BINARY: dict[str, Body] = {
    "Add": lambda a, b: a + b,
    "Div": divided,
    "Mul": lambda a, b: a * b,
    "PRelu": lambda x, slope: where(x < 0.0, slope * x, x),
    "Sub": lambda a, b: a - b,
}
COMPARISONS = {"Equal": "oeq", "Greater": "ogt", "GreaterOrEqual": "oge", "Less": "olt", "LessOrEqual": "ole"}
LOGIC: dict[str, Body] = {  # of truth values, which are 0 or anything else
    "And": lambda a, b: where(compare("oeq", a, 0.0), 0.0, truth("une", b, as_expr(0.0))),
    "Not": lambda a: truth("oeq", a, as_expr(0.0)),
    "Or": lambda a, b: where(compare("une", a, 0.0), 1.0, truth("une", b, as_expr(0.0))),
    "Xor": lambda a, b: truth("une", truth("une", a, as_expr(0.0)), truth("une", b, as_expr(0.0))),
}
VARIADIC: dict[str, Body] = {
    "Max": lambda *values: reduce(larger, values),
    "Mean": lambda *values: divided(reduce(lambda a, b: a + b, values), Const(float(len(values)))),
    "Min": lambda *values: reduce(smaller, values),
    "Sum": lambda *values: reduce(lambda a, b: a + b, values),
}
