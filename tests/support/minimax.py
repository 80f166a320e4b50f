"""Fits the polynomials of cpp/vecwrap/ir/math.cpp and prints them as cpp/vecwrap/ir/math_tables.h.

`python tests/support/minimax.py > cpp/vecwrap/ir/math_tables.h`. Remez's exchange in 200 bits; coefficients are rounded
to their type before the next ones are fitted, so that those make up for what the rounding lost. Two at a time: an odd
power times a polynomial does not alternate around 0.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from mpmath import mp, mpf

from rational import denominator

mp.prec = 200
GRID = 1500  # Chebyshev points that stand for the interval
ROUNDS = 15
Function = Callable[[mpf], mpf]


@dataclass
class Fit:
    """p(x) ~ f(x) on [low, high], with the least maximum of |weight(x) * (p(x) - f(x))|."""

    name: str
    meaning: str
    f: Function
    weight: Function
    degree: int
    low: mpf
    high: mpf
    single: bool

    def round(self, value: mpf) -> mpf:
        return mpf(struct.unpack("f", struct.pack("f", float(value)))[0] if self.single else float(value))

    def coefficients(self) -> tuple[list[mpf], mpf]:
        """Lowest first, and the error that remains."""
        xs = [self.low + (self.high - self.low) * (1 - mp.cos(mp.pi * (i + mpf(0.5)) / GRID)) / 2 for i in range(GRID)]
        values, weights = [self.f(x) for x in xs], [self.weight(x) for x in xs]
        fixed: list[mpf] = []
        while len(fixed) <= self.degree:
            rest = [v - mp.polyval(fixed[::-1], x) for v, x in zip(values, xs)] if fixed else values
            free = remez(xs, rest, weights, len(fixed), self.degree)
            fixed += map(self.round, free[:2])
        errors = [w * (mp.polyval(fixed[::-1], x) - v) for x, v, w in zip(xs, values, weights)]
        return fixed, max(abs(e) for e in errors)


def remez(xs: list[mpf], values: list[mpf], weights: list[mpf], lowest: int, degree: int) -> list[mpf]:
    """The coefficients of x^lowest to x^degree."""
    count = degree + 1 - lowest
    reference = [int(round(float((GRID - 1) * (1 - mp.cos(mp.pi * i / count)) / 2))) for i in range(count + 1)]
    for _ in range(ROUNDS):
        system, right = mp.matrix(count + 1, count + 1), mp.matrix(count + 1, 1)
        for row, at in enumerate(reference):
            for c in range(count):
                system[row, c] = xs[at] ** (c + lowest)
            system[row, count] = (-1) ** row / weights[at]
            right[row] = values[at]
        free = list(mp.lu_solve(system, right))[:count]
        errors = [w * (mp.polyval(free[::-1], x) * x ** lowest - v) for x, v, w in zip(xs, values, weights)]
        extremes = thinned(alternating(errors), errors, count + 1)
        if len(extremes) <= count or max(map(abs, errors)) < mpf("1.001") * min(abs(errors[e]) for e in extremes):
            break
        reference = extremes
    return free


def alternating(errors: list[mpf]) -> list[int]:
    """Where the error is greatest between two changes of its sign."""
    found: list[int] = []
    for at, error in enumerate(errors):
        if not found or (errors[found[-1]] > 0) != (error > 0):
            found.append(at)
        elif abs(error) > abs(errors[found[-1]]):
            found[-1] = at
    return found


def thinned(extremes: list[int], errors: list[mpf], count: int) -> list[int]:
    """At most `count` that still alternate: the least goes, with its lesser neighbour unless it is the first or last."""
    kept = list(extremes)
    while len(kept) > count:
        size = [abs(errors[e]) for e in kept]
        ends = len(kept) == count + 1
        least = min((0, len(kept) - 1) if ends else range(len(kept)), key=lambda i: size[i])
        if 0 < least < len(kept) - 1:
            start = least - 1 if size[least - 1] < size[least + 1] else least
            del kept[start:start + 2]
        else:
            del kept[least]
    return kept


def exp_rest(r: mpf) -> mpf:
    return (mp.exp(r) - 1 - r) / r ** 2


ERF_BOUND = 3.92  # from there on, erf is 1 in single precision
ERF_FACTOR = 0.25


def quotient(f: Callable[[float], float], bound: float, degree: int) -> list[float]:
    """Q of P(u) / Q(u) ~ f(u) on [0, bound], both of that degree: its coefficients in single precision, but the highest, 1.

    Linear least squares of P - f Q, weighted with 1 / Q of the round before (Sanathanan and Koerner) and with more where the
    error was great (Lawson).
    """
    u = bound * ((1 - np.cos(np.pi * (np.arange(2000) + 0.5) / 2000)) / 2) ** 2
    values = np.array([f(float(v)) for v in u])
    powers = np.vander(u / bound, degree + 1, increasing=True)
    weight, below = np.ones_like(u), np.ones_like(u)
    least, best = np.inf, [0.0]
    for _ in range(120):
        scale = (np.sqrt(weight) / below)[:, None]
        system = np.hstack([powers / values[:, None], -powers[:, :degree]]) * scale
        found = np.linalg.lstsq(system, powers[:, degree] * scale[:, 0], rcond=None)[0]
        below = powers[:, :degree] @ found[degree + 1:] + powers[:, degree]
        error = np.abs(powers @ found[:degree + 1] / below / values - 1)
        if error.max() < least:
            least, best = float(error.max()), [float(q) for q in found[degree + 1:]]
        weight = weight * np.sqrt(error / error.max() + 1e-3)
        weight /= weight.sum()
    return [float(np.float32(q * bound ** (degree - i))) for i, q in enumerate(best)]


ERF_BELOW = quotient(lambda u: math.erf(math.sqrt(u)) / math.sqrt(u), ERF_BOUND ** 2, 5)


def erf_below(u: mpf) -> mpf:
    return mp.polyval([1, *ERF_BELOW[::-1]], u)


def erf_slope(u: mpf) -> mpf:
    return mp.erf(mp.sqrt(u)) / mp.sqrt(u)


def erf_weight(x: mpf) -> mpf:
    return mp.erfc(x) * x / mp.erf(x) if x else mpf(1) * mp.sqrt(mp.pi) / 2


def atanh_rest(w: mpf) -> mpf:
    """(2 atanh(s) / s - 2 - 2/3 w - 2/5 w^2) / w^3 at w = s^2, by its series."""
    return mp.nsum(lambda n: 2 * w ** (n - 3) / (2 * n + 1), [3, 60])


ERF_MIDDLE = mpf("2.96875")


def erf_rate(t: mpf) -> mpf:
    x = t + ERF_MIDDLE
    return -mp.log(mp.erfc(x)) / x if x else 2 / mp.sqrt(mp.pi)


def sin_rest(w: mpf) -> mpf:
    """(sin(r) - r) / r^3 at w = r^2."""
    return mp.nsum(lambda n: (-1) ** int(n) * w ** (n - 1) / mp.factorial(2 * n + 1), [1, 25])


def cos_rest(w: mpf) -> mpf:
    """(cos(r) - 1 + w / 2) / w^2 at w = r^2."""
    return mp.nsum(lambda n: (-1) ** int(n) * w ** (n - 2) / mp.factorial(2 * n), [2, 26])


GELU_BOUND = {True: 14.5, False: 38.625}  # -x gelu(-x) is 0 from there on, in single and in double precision


def scaled_erfc(z: mpf) -> mpf:
    """erfc(z / sqrt 2) e^(z^2 / 2)."""
    return mp.erfc(z / mp.sqrt(2)) * mp.exp(z * z / 2)


GELU_BELOW = {True: denominator(scaled_erfc, 5, GELU_BOUND[True], 3, True),
              False: denominator(scaled_erfc, 11, GELU_BOUND[False], 4, False)}


def gelu_fit(single: bool) -> Fit:
    def below(z: mpf) -> mpf:
        return mp.polyval([1, *GELU_BELOW[single][::-1]], z)

    name, bound = f"kGeluAboveF{32 if single else 64}", GELU_BOUND[single]
    return Fit(name, f"erfc(z / sqrt 2) e^(z^2 / 2) Q(z) for 0 <= z <= {bound}", lambda z: scaled_erfc(z) * below(z),
               lambda z: 1 / (scaled_erfc(z) * below(z)), len(GELU_BELOW[single]) - 1, mpf(0), mpf(bound), single)


LN2 = mp.log(2)
TINY = mpf(10) ** -9
FITS = [
    Fit("kExpF32", "(e^r - 1 - r) / r^2 for |r| <= ln 2", exp_rest, lambda r: r ** 2 / mp.exp(r), 5, -LN2, LN2, True),
    Fit("kExpF64", "the same", exp_rest, lambda r: r ** 2 / mp.exp(r), 11, -LN2, LN2, False),
    Fit("kErfAbove", "(erf(x) / x - 1/4) Q(u) at u = x^2 for |x| <= 3.92", lambda u: (erf_slope(u) - ERF_FACTOR) * erf_below(u),
        lambda u: 1 / (erf_slope(u) * erf_below(u)), 5, TINY, mpf(ERF_BOUND) ** 2, True),
    Fit("kErfF64", "-log(1 - erf(x)) / x at x = t + 2.96875 for 0 <= x <= 5.9375", erf_rate,
        lambda t: erf_weight(t + ERF_MIDDLE), 29, -ERF_MIDDLE, ERF_MIDDLE, False),
    Fit("kAtanhF32", "(2 atanh(s) / s - 2 - 2/3 w - 2/5 w^2) / w^3 at w = s^2 for |s| <= 1/5", atanh_rest,
        lambda w: w ** 3 / 2, 2, TINY, mpf("0.0401"), True),
    Fit("kAtanhF64", "the same", atanh_rest, lambda w: w ** 3 / 2, 6, TINY, mpf("0.0401"), False),
    Fit("kSinF32", "(sin(r) - r) / r^3 at w = r^2 for |r| <= 0.86", sin_rest, lambda w: w, 3, TINY, mpf("0.74"), True),
    Fit("kSinF64", "the same", sin_rest, lambda w: w, 6, TINY, mpf("0.74"), False),
    Fit("kCosF32", "(cos(r) - 1 + w / 2) / w^2 at w = r^2 for |r| <= 0.86", cos_rest,
        lambda w: w ** 2, 2, TINY, mpf("0.74"), True),
    Fit("kCosF64", "the same", cos_rest, lambda w: w ** 2, 6, TINY, mpf("0.74"), False),
    gelu_fit(True), gelu_fit(False),
]


def table(fit: Fit) -> str:
    coefficients, error = fit.coefficients()
    lines = [f"/// {fit.meaning}; relative error of the function {mp.nstr(error, 2)}.",
             f"inline constexpr double {fit.name}[] = {{"]
    return "\n".join([*lines, *(f"    {float(c)!r}," for c in coefficients), "};"])


def below_table(name: str, coefficients: list[float]) -> str:
    lines = ["/// Q's coefficients, but for the highest, which is 1.", f"inline constexpr double {name}[] = {{"]
    return "\n".join([*lines, *(f"    {q!r}," for q in coefficients), "};\n"])


def pair_table(name: str, meaning: str, value: mpf) -> str:
    """The two doubles whose sum is nearest."""
    high = float(value)
    return f"/// {meaning} in two doubles.\ninline constexpr double {name}[] = {{{high!r}, {float(value - high)!r}}};\n"


def gelu_tables() -> list[str]:
    bounds = "\n".join(f"inline constexpr double kGeluBoundF{32 if single else 64} = {bound};"
                       for single, bound in GELU_BOUND.items())
    slope = 2 * mp.sqrt(2 / mp.pi)
    return [below_table("kGeluBelowF32", GELU_BELOW[True]), below_table("kGeluBelowF64", GELU_BELOW[False]), bounds + "\n",
            pair_table("kGeluLinear", "-2 sqrt(2 / pi)", -slope),
            pair_table("kGeluCubic", "that times 0.044715", -slope * mpf("0.044715"))]


def header() -> str:
    said = "// Minimax coefficients, lowest first. Printed by tests/support/minimax.py, which says how."
    return "\n".join([said, "#pragma once", "", "namespace vecwrap {", "",
                      *(table(fit) + "\n" for fit in FITS), below_table("kErfBelow", ERF_BELOW), *gelu_tables(),
                      "} // namespace vecwrap", ""])


if __name__ == "__main__":
    print(header(), end="")
