"""Ops that compute each element from the elements at the same place."""

from __future__ import annotations

import math

import numpy as np

from ...expr import Expr, as_expr, compare, maximum, minimum, where
from ...graph.array import Array
from .context import FLOATS, Context, retyped, scalar
from .formulas import (BINARY, COMPARISONS, LOGIC, PREDICATES, UNARY, VARIADIC, clamp, pow, raised, truncate,
                       truncate_almost, truth)
from .integers import RANGES, arithmetic
from .known import uniform
from ..node import Node
from .registry import op


@op(*UNARY, *PREDICATES)
def unary(low: Context, node: Node) -> None:
    low.need_floats(node)
    body, defaults = (UNARY | PREDICATES)[node.op]
    values = {name: node.attribute(name, default) for name, default in defaults.items()}
    low.pointwise(node, low.result(node), low.inputs(node), lambda x: body(x, **values))


@op(*BINARY)
def binary(low: Context, node: Node) -> None:
    if node.op == "Sub" and node.input(0) == node.input(1) and low.dtype(node.input(0)) not in FLOATS:
        low.view(node, uniform(node, low.shape(node.output(0)), np.zeros((), low.dtype(node.output(0)))))
        return  # onnx's definition of NegativeLogLikelihoodLoss makes zeros this way, of int64 too
    body = arithmetic(node.op, low.dtype(node.input(0)))
    if body is None:
        low.need_floats(node)
    low.pointwise(node, low.result(node), operands(low, node), body or BINARY[node.op])


def operands(low: Context, node: Node) -> list[Array]:
    """Two arrays that broadcast by numpy's rules. Before opset 7, an attribute named the first axis of the second's."""
    left, right = low.inputs(node)
    if node.opset < 7:
        node.settled("broadcast")
        axis = node.attribute("axis", 1 if node.op == "PRelu" and right.size > 1 else left.rank - right.rank)
        while right.rank + axis < left.rank:
            right = right.insert(right.rank)
    return [left, right]


@op(*VARIADIC)
def variadic(low: Context, node: Node) -> None:
    if node.op not in ("Max", "Min"):
        low.need_floats(node)
    low.need_exact(node)
    low.pointwise(node, low.result(node), low.inputs(node), VARIADIC[node.op])


@op(*LOGIC)
def logic(low: Context, node: Node) -> None:
    arrays = operands(low, node) if len(node.inputs) == 2 else low.inputs(node)
    low.pointwise(node, low.result(node), arrays, LOGIC[node.op])


@op(*COMPARISONS)
def comparison(low: Context, node: Node) -> None:
    arrays = operands(low, node)
    exact(low, node, arrays)
    low.pointwise(node, low.result(node), arrays, lambda a, b: truth(COMPARISONS[node.op], a, b))


def exact(low: Context, node: Node, arrays: list[Array]) -> None:
    """Integers are compared as f64, which is exact if one of the two is known and not huge, or both have 32 bits."""
    known = [value for array in arrays if (value := scalar(array)) is not None]
    if any(low.dtype(name) == "int64" for name in node.inputs) and not any(abs(value) < 2 ** 53 for value in known):
        raise low.unsupported(node, "int64 values are compared with constant scalars only")


@op("Clip")
def clip(low: Context, node: Node) -> None:
    low.need_exact(node)
    x, *rest = low.inputs(node)
    given = [low.optional(node, 1), low.optional(node, 2)]
    if node.opset < 11:
        bounds = [node.attribute("min", -math.inf), node.attribute("max", math.inf)]
        low.pointwise(node, low.result(node), [x], lambda value: clamp(value, *bounds))
        return

    def body(value: Expr, *ends: Expr) -> Expr:
        left = iter(ends)
        value = maximum(next(left), value) if given[0] else value
        return minimum(next(left), value) if given[1] else value

    low.pointwise(node, low.result(node), [x, *rest], body)


@op("Pow")
def power(low: Context, node: Node) -> None:
    """Multiplications where the exponent is a known multiple of one half, and not large; else C's pow."""
    if low.dtype(node.input(0)) not in FLOATS:
        integer_power(low, node)
        return
    arrays = operands(low, node)
    exponent = scalar(arrays[1])
    if exponent is None or exponent * 2 % 1 or abs(exponent) > 64:
        low.pointwise(node, low.result(node), arrays, pow)
    else:
        low.pointwise(node, low.result(node), arrays[:1], lambda x: raised(x, exponent))


def integer_power(low: Context, node: Node) -> None:
    """Of an integer by a float: in f64, as numpy does it, then truncated. By integers it would have to be exact."""
    low.need_floats(node, node.input(1))
    low.pointwise(node, low.result(node), operands(low, node), lambda x, y: truncate_almost(pow(x, y)))


@op("Where", since=9)
def choose(low: Context, node: Node) -> None:
    """Moves elements of any type."""
    low.pointwise(node, low.result(node), low.inputs(node), lambda c, a, b: where(compare("une", c, 0.0), a, b))


@op("Cast", "CastLike")
def cast(low: Context, node: Node) -> None:
    node.settled("to", "saturate", "round_mode")  # the output's type says it
    array, name = low.array(node.input(0)), node.output(0)
    wanted, have = low.dtype(name), low.dtype(node.input(0))
    if wanted == have:
        low.view(node, array)
    elif wanted == "bool":
        low.pointwise(node, low.result(node), [array], lambda x: truth("une", x, as_expr(0.0)))
    elif have in FLOATS and wanted not in FLOATS:
        low.pointwise(node, low.result(node), [array], truncate)
    elif have not in (*FLOATS, "bool") and wanted in RANGES and not RANGES[wanted].holds(RANGES.get(have)):
        low.pointwise(node, low.result(node), [array], RANGES[wanted].wrapped)  # what reads it may be fused with it
    elif array.buffer.kind == "constant" and wanted in FLOATS:
        low.view(node, retyped(array, "f32" if wanted == "float32" else "f64"))
    elif (have, wanted) == ("float64", "float32"):
        low.pointwise(node, low.result(node), [array], lambda x: x, "f32")  # rounded, even between stages of f64
    else:
        low.copy(node, array, low.result(node))
