"""Einsum: a reduction of products whose dims have letters."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

from ...expr import Expr, fma
from ...graph.array import Array
from .context import Context
from ..node import Node
from .registry import op

Letters = Sequence[str]


@op("Einsum")
def einsum(low: Context, node: Node) -> None:
    """Letters that the result does not have are summed over."""
    low.need_floats(node)
    arrays, out = low.inputs(node), low.result(node)
    terms, wanted = letters(node.attribute("equation"), [array.rank for array in arrays])
    summed = sorted({letter for term in terms for letter in term} - set(wanted))
    dims = [*wanted, *summed]
    walks = [walk(array, term, dims) for array, term in zip(arrays, terms)]

    def update(acc: Expr, *factors: Expr) -> Expr:
        return fma(reduce(lambda a, b: a * b, factors[:-1]), factors[-1], acc) if len(factors) > 1 else acc + factors[0]

    if summed:
        low.reduction(node, out, walks, 0.0, update)
    else:
        low.pointwise(node, out, walks, lambda *factors: reduce(lambda a, b: a * b, factors))


def letters(equation: str, ranks: Sequence[int]) -> tuple[list[Letters], Letters]:
    """The dims of each operand and of the result; those of an ellipsis are called by their distance from its end."""
    left, arrow, right = equation.replace(" ", "").partition("->")
    operands = left.split(",")
    terms = [spelled(operand, rank) for operand, rank in zip(operands, ranks)]
    hidden = (rank - len(operand.replace("...", "")) for operand, rank in zip(operands, ranks) if "..." in operand)
    beyond = max(hidden, default=0)
    if not arrow:  # what occurs once, in the order of the alphabet
        right = "..." * (beyond > 0) + "".join(sorted(c for c in set(left) - {",", "."} if left.count(c) == 1))
    return terms, spelled(right, len(right.replace("...", "")) + beyond * ("..." in right))


def spelled(term: str, rank: int) -> Letters:
    before, dots, after = term.partition("...")
    count = rank - len(before) - len(after)
    return [*before, *([str(count - k) for k in range(count)] if dots else []), *after]


def walk(array: Array, term: Letters, dims: Letters) -> Array:
    """The operand with an axis for each dim; a letter that occurs twice walks the diagonal."""
    shape, strides = [1] * len(dims), [0] * len(dims)
    for letter, extent, stride in zip(term, array.shape, array.strides):
        k = dims.index(letter)
        shape[k] = max(shape[k], extent)
        strides[k] += stride if extent > 1 else 0
    return Array(array.buffer, tuple(shape), tuple(strides), array.offset)
