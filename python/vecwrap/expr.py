"""Expressions evaluated at each point of a nest: a small immutable graph, lowered to the core's nodes by lower.py."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from numbers import Integral
from typing import Union

from . import _core
from .errors import NestError
from .index import Index
from .operand import Operand

Value = Union["Expr", float]
_INFINITY = float("inf")
CONVERT = "convert."  # an op that begins so goes on with a type


class Expr:
    """Base of all expressions. Arithmetic is IEEE in the nest's element type, rounded after every operation; integers wrap.

    `& | ^ ~ << >>` take a nest of i32 or i64.
    """

    def __add__(self, other: Value) -> Expr:
        return Apply("add", (self, as_expr(other)))

    def __radd__(self, other: float) -> Expr:
        return Apply("add", (as_expr(other), self))

    def __sub__(self, other: Value) -> Expr:
        return Apply("sub", (self, as_expr(other)))

    def __rsub__(self, other: float) -> Expr:
        return Apply("sub", (as_expr(other), self))

    def __mul__(self, other: Value) -> Expr:
        return Apply("mul", (self, as_expr(other)))

    def __rmul__(self, other: float) -> Expr:
        return Apply("mul", (as_expr(other), self))

    def __truediv__(self, other: Value) -> Expr:
        return Apply("div", (self, as_expr(other)))

    def __rtruediv__(self, other: float) -> Expr:
        return Apply("div", (as_expr(other), self))

    def __neg__(self) -> Expr:
        return Apply("neg", (self,))

    def __abs__(self) -> Expr:
        return Apply("abs", (self,))

    def __and__(self, other: Value) -> Expr:
        return Apply("and", (self, as_expr(other)))

    def __rand__(self, other: int) -> Expr:
        return Apply("and", (as_expr(other), self))

    def __or__(self, other: Value) -> Expr:
        return Apply("or", (self, as_expr(other)))

    def __ror__(self, other: int) -> Expr:
        return Apply("or", (as_expr(other), self))

    def __xor__(self, other: Value) -> Expr:
        return Apply("xor", (self, as_expr(other)))

    def __rxor__(self, other: int) -> Expr:
        return Apply("xor", (as_expr(other), self))

    def __invert__(self) -> Expr:
        return Apply("xor", (self, Const(-1.0)))

    def __lshift__(self, other: Value) -> Expr:
        return Apply("shl", (self, as_expr(other)))

    def __rlshift__(self, other: int) -> Expr:
        return Apply("shl", (as_expr(other), self))

    def __rshift__(self, other: Value) -> Expr:
        return Apply("ashr", (self, as_expr(other)))

    def __rrshift__(self, other: int) -> Expr:
        return Apply("ashr", (as_expr(other), self))

    def __gt__(self, other: Value) -> Condition:
        return compare("ogt", self, other)

    def __ge__(self, other: Value) -> Condition:
        return compare("oge", self, other)

    def __lt__(self, other: Value) -> Condition:
        return compare("olt", self, other)

    def __le__(self, other: Value) -> Condition:
        return compare("ole", self, other)

    def __bool__(self) -> bool:
        raise NestError("an expression has no truth value while the nest is declared; use where(condition, a, b)")


@dataclass(frozen=True, eq=False)
class Const(Expr):
    value: float


@dataclass(frozen=True, eq=False)
class Acc(Expr):
    """The accumulator of the fold it stands in."""


@dataclass(frozen=True, eq=False)
class Apply(Expr):
    op: str
    operands: tuple[Expr, ...]


@dataclass(frozen=True, eq=False)
class Choose(Expr):
    condition: Condition
    if_true: Expr
    if_false: Expr


@dataclass(frozen=True, eq=False)
class Fold(Expr):
    """A reduction over every dim that the assigned element does not move with."""

    init: Expr
    acc: Acc
    update: Expr


@dataclass(frozen=True, eq=False)
class Place(Expr):
    """The number of the reduction point, in the nest's order, whose value the fold holds in the end; -1 if that is its init."""

    fold: Fold


@dataclass(frozen=True, eq=False)
class Element(Expr):
    """`T[i, j]`: a load where it is read; where it is assigned, the output."""

    tensor: Operand
    index: tuple[Index, ...]

    def __iadd__(self, other: Value) -> Update:
        return Update(self, "add", as_expr(other))

    def __isub__(self, other: Value) -> Update:
        return Update(self, "sub", as_expr(other))

    def __imul__(self, other: Value) -> Update:
        return Update(self, "mul", as_expr(other))


@dataclass(frozen=True, eq=False)
class Update(Expr):
    """The right side of `T[i, j] += value`, on its way to `Tensor.__setitem__`."""

    target: Element
    op: str
    value: Expr


@dataclass(frozen=True)
class Condition:
    """A floating-point comparison. `pred` is one of LLVM's fcmp predicates."""

    pred: str
    left: Expr
    right: Expr

    def __bool__(self) -> bool:
        raise NestError("a condition has no truth value while the nest is declared; use where(condition, a, b)")


def operands(expr: Expr) -> tuple[Expr, ...]:
    """The expressions that `expr` uses directly."""
    if isinstance(expr, Apply):
        return expr.operands
    if isinstance(expr, Choose):
        return (expr.condition.left, expr.condition.right, expr.if_true, expr.if_false)
    if isinstance(expr, Fold):
        return (expr.init, expr.update)
    if isinstance(expr, Place):
        return (expr.fold,)
    if isinstance(expr, Update):
        raise NestError("'+=' may only stand by itself, as a statement")
    return ()


def below(root: Expr) -> list[Expr]:
    """Every expression under `root`, each once, root first."""
    seen: dict[int, Expr] = {}
    todo = [root]
    while todo:
        expr = todo.pop()
        if id(expr) not in seen:
            seen[id(expr)] = expr
            todo.extend(operands(expr))
    return list(seen.values())


def as_expr(value: Value) -> Expr:
    """An expression from an expression or a number."""
    if isinstance(value, Expr):
        return value
    if isinstance(value, Index):
        raise NestError(f"dim or index {value} is used as a value; indices may only stand inside [...]")
    return Const(int(value) if isinstance(value, Integral) else float(value))  # 64 bits are more than a double has


def fold(init: Value, step: Callable[[Expr], Expr]) -> Expr:
    """`acc = init; for every reduction point, in order: acc = step(acc)`; the value is the last acc.

    `fold(-inf, lambda acc: maximum(acc, X[i, k]))` is a row maximum.
    """
    acc = Acc()
    return Fold(as_expr(init), acc, as_expr(step(acc)))


def sum_of(value: Value, init: Value = 0.0) -> Expr:
    """The sum of `value` over the reduction dims, in order, starting from `init`."""
    return fold(init, lambda acc: acc + value)


def argmax(value: Value, *, last: bool = False) -> Expr:
    """Where `value` is largest: the number of the first (or last) such point of the reduction dims, in their order.

    NaN is never the largest; where all values are, or are the least that there is, the answer is 0.
    """
    return _place(as_expr(value), "oge" if last else "ogt", -_INFINITY)


def argmin(value: Value, *, last: bool = False) -> Expr:
    """Where `value` is smallest, as `argmax`."""
    return _place(as_expr(value), "ole" if last else "olt", _INFINITY)


def _place(value: Expr, pred: str, init: float) -> Expr:
    acc = Acc()
    return maximum(Place(Fold(Const(init), acc, where(compare(pred, value, acc), value, acc))), 0.0)


def fma(a: Value, b: Value, c: Value) -> Expr:
    """`a * b + c`, rounded once."""
    return Apply("fma", (as_expr(a), as_expr(b), as_expr(c)))


def sqrt(x: Value) -> Expr:
    """The correctly rounded square root."""
    return Apply("sqrt", (as_expr(x),))


def round_even(x: Value) -> Expr:
    """The nearest integer, of two the even one, still as a float."""
    return Apply("round", (as_expr(x),))


def convert(x: Value, type: str) -> Expr:
    """`x` in another type of arithmetic, "f32" or "i32": an integer becomes the nearest float, a float is truncated.

    Only what is assigned may convert, not what is reduced. Numbers and elements beside a conversion have its type.
    """
    if type not in ("f32", "i32"):
        raise NestError(f"convert(x, {type!r}): nests convert between f32 and i32")
    return Apply(CONVERT + type, (as_expr(x),))


def lshr(x: Value, count: Value) -> Expr:
    """`x >> count` of the unsigned number with x's bits: zeros come in. (`>>` copies the sign.) Counts are modulo 32 or 64."""
    return Apply("lshr", (as_expr(x), as_expr(count)))


def mulh(a: Value, b: Value) -> Expr:
    """The upper half of the 64 bits of `a * b`, of numbers with a sign: `a * b >> 32`. Takes a nest of i32."""
    return Apply("mulh", (as_expr(a), as_expr(b)))


def umulh(a: Value, b: Value) -> Expr:
    """`mulh` of the unsigned numbers with the bits of a and b."""
    return Apply("umulh", (as_expr(a), as_expr(b)))


def math(name: str, *x: Value) -> Expr:
    """A function of docs/math.md's table, as arithmetic: `math("exp", x)`, `math("pow", x, y)`."""
    if name not in _core.MATH:
        raise NestError(f"there is no function {name!r}; there are {', '.join(_core.MATH)}")
    if len(x) != _core.MATH[name]:
        raise NestError(f"{name} takes {_core.MATH[name]} operands, not {len(x)}")
    return Apply(name, tuple(map(as_expr, x)))


def absolute(x: Value) -> Expr:
    """The absolute value: clears the sign bit, also of a NaN."""
    return Apply("abs", (as_expr(x),))


def compare(pred: str, a: Value, b: Value) -> Condition:
    """A comparison by LLVM's name: `oeq ogt oge olt ole one ord uno ueq ugt uge ult ule une true false`."""
    return Condition(pred, as_expr(a), as_expr(b))


def where(condition: Condition, if_true: Value, if_false: Value) -> Expr:
    """`condition ? if_true : if_false`. Both sides are evaluated."""
    return Choose(condition, as_expr(if_true), as_expr(if_false))


def maximum(a: Value, b: Value) -> Expr:
    """`a > b ? a : b`, so b where either is NaN."""
    a, b = as_expr(a), as_expr(b)
    return where(a > b, a, b)


def minimum(a: Value, b: Value) -> Expr:
    """`a < b ? a : b`, so b where either is NaN."""
    a, b = as_expr(a), as_expr(b)
    return where(a < b, a, b)


def relu(x: Value) -> Expr:
    """`x > 0 ? x : 0`."""
    return maximum(x, 0.0)
