"""Arithmetic on integers of up to 32 bits: computed in floating point, where it is exact, and wrapped around as in C.

int32 is computed in f64, uint8 and int8 in f32 (graph/nests.py). int64 has more digits than f64: it is not computed with.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ...expr import Const, Expr, compare, fma, where
from .context import Context
from .formulas import floor, truncate
from ..node import Node
from .registry import op


@dataclass(frozen=True)
class Range:
    """The values of a type: `count` of them, from `least` on. The count is a power of two."""

    least: float
    count: float

    def wrapped(self, x: Expr) -> Expr:
        """The one value that differs from an integer by a multiple of the count."""
        return fma(floor((x - self.least) * (1 / self.count)), Const(-self.count), x)

    def holds(self, other: Range | None) -> bool:
        """Every value of the other type? (None: 64 bits.)"""
        return other is not None and self.least <= other.least and other.least + other.count <= self.least + self.count


RANGES = {"int32": Range(-2.0 ** 31, 2.0 ** 32), "uint8": Range(0.0, 2.0 ** 8), "int8": Range(-2.0 ** 7, 2.0 ** 8)}


def product(a: Expr, b: Expr, values: Range) -> Expr:
    """a * b but for a multiple of the count: what the rounded product has above it goes, what rounding took comes back."""
    rounded = a * b
    rest = fma(floor(rounded * (1 / values.count)), Const(-values.count), rounded)
    return rest + fma(a, b, -rounded)


def quotient(a: Expr, b: Expr) -> Expr:
    """Towards zero; nothing for a division by zero. Dividing integers never rounds up to the next one here."""
    return where(compare("oeq", b, 0.0), 0.0, truncate(a / b))


# op: (its exact result, before it is wrapped around)
EXACT: dict[str, Callable[[Expr, Expr, Range], Expr]] = {
    "Add": lambda a, b, values: a + b,
    "Div": lambda a, b, values: quotient(a, b),
    "Mul": product,
    "Sub": lambda a, b, values: a - b,
}


def arithmetic(op_name: str, dtype: str) -> Callable[[Expr, Expr], Expr] | None:
    """The body of an op on two integers; None if there is none."""
    values, exact = RANGES.get(dtype), EXACT.get(op_name)
    if values is None or exact is None:
        return None
    return lambda a, b: values.wrapped(exact(a, b, values))


@op("Mod")
def modulo(low: Context, node: Node) -> None:
    """With fmod=1 the sign is the dividend's as in C, else the divisor's as in Python; nothing is left by a zero."""
    if low.dtype(node.input(0)) not in RANGES:
        raise low.unsupported(node, f"of {low.dtype(node.input(0))} is not supported, only of {', '.join(RANGES)}")
    rounded = truncate if node.attribute("fmod", 0) else floor
    low.pointwise(node, low.result(node), low.inputs(node),
                  lambda a, b: where(compare("oeq", b, 0.0), 0.0, fma(-rounded(a / b), b, a)))
