"""Denominators for tests/support/minimax.py: P(z) / Q(z) that agrees with a function at Chebyshev's points."""

from __future__ import annotations

import struct
from collections.abc import Callable

from mpmath import mp, mpf

Function = Callable[[mpf], mpf]


def denominator(f: Function, degree: int, bound: float, middle: float, single: bool) -> list[float]:
    """Q's coefficients but for the highest, which is 1; P is one degree less. The points are even in (z - middle) / (z + middle),
    which suits functions that fall like 1 / z."""
    last = (mpf(bound) - middle) / (mpf(bound) + middle)
    count = 2 * degree
    system, right = mp.matrix(count, count), mp.matrix(count, 1)
    for row in range(count):
        t = -1 + (last + 1) * (1 - mp.cos(mp.pi * (row + mpf(0.5)) / count)) / 2
        z = middle * (1 + t) / (1 - t)
        value = f(z)
        for k in range(degree):
            system[row, k], system[row, degree + k] = z ** k, -value * z ** k
        right[row] = value * z ** degree
    found = [float(q) for q in list(mp.lu_solve(system, right))[degree:]]
    return [struct.unpack("f", struct.pack("f", q))[0] for q in found] if single else found
