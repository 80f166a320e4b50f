"""What the other generators leave out: operands read in several ways, strides that turn out to be 0 or one element only at run
time, operands apart from each other by rows of another one, functions, reductions under fast-math that may not be reordered,
collapsed loops, lanes along reductions of any stored type."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from vecwrap import _core

from .nests import FLOATS, Maker
from .reductions import ORDERINGS, reduction_sentence
from .sentences import random_sentence

TYPES = (*FLOATS, "f32", "i32")


class Wild(Maker):
    """A Maker whose layouts may all be dense, in the order of the dims: such nests collapse."""

    def __init__(self, random: Random) -> None:
        super().__init__(random, reassoc=random.random() < 0.3, types=TYPES)
        self.mixed = random.random() < 0.4
        self.dense = random.random() < 0.25

    def layout(self, tensor: int, moving: list[int]) -> list[int]:
        if not self.dense:
            return super().layout(tensor, moving)
        strides, step = [0] * len(self.extents), self.unit(tensor)
        for dim in reversed(moving):
            strides[dim] = step
            step *= self.extents[dim]
        return strides

    def inputs(self, count: int) -> list[int]:
        """Also operands that are read twice with different strides, as in A[i,k] A[j,k], and `trivial` ones."""
        accesses = super().inputs(count)
        for access in list(accesses):
            if self.random.random() < 0.2:
                tensor = self.nest.accesses[access][0]
                accesses.append(self.access(tensor, self.layout(tensor, self.some_dims()), self.unit(tensor)))
            if self.random.random() < 0.15:
                accesses.append(self.trivial(self.nest.accesses[access][0]))
        return accesses

    def some_dims(self) -> list[int]:
        return [d for d in range(len(self.extents)) if self.random.random() < 0.6]

    def trivial(self, tensor: int) -> int:
        """Every stride is a symbol, whose value is often 0 or one element."""
        strides = self.layout(tensor, self.some_dims())
        values = [s if self.random.random() < 0.5 else self.random.choice([0, self.unit(tensor)]) for s in strides]
        return self.nest.add_access(tensor, [self.number("s", value, 1) for value in values])


def whole_sum(make: Wild, a: int, b: int, acc: int) -> int:
    nest = make.nest
    return make.random.choice([lambda: nest.add("fma", a, b, acc), lambda: nest.add("sub", acc, a),
                               lambda: nest.select("une", a, nest.constant(0.0), nest.add("fma", a, b, acc), acc),
                               lambda: nest.select("ogt", a, b, nest.add("add", acc, a), nest.add("sub", acc, b))])()


def extrema(make: Wild, a: int, b: int, acc: int) -> int:
    """Of acc, a and perhaps b: of both in one direction, or a clamp, whose order counts."""
    nest, sample = make.nest, make.random.sample
    odd = [nest.add("fma", x, nest.constant(2.0), nest.constant(1.0)) for x in (a, b)]
    for x in odd[:make.random.choice([1, 2])]:
        acc = nest.select(make.random.choice(ORDERINGS), *sample([acc, x], 2), *sample([acc, x], 2))
    return acc


def in_order(make: Wild, a: int, b: int, acc: int) -> int:
    """No order but the nest's gives this result, whatever the compiler was allowed."""
    nest = make.nest
    return make.random.choice([
        lambda: nest.add("sub", a, acc), lambda: nest.add("fma", acc, nest.constant(-2.0), b),
        lambda: nest.select("ogt", a, b, a, acc), lambda: nest.add("abs", nest.add("sub", acc, a)),
        lambda: nest.select("ogt", acc, a, nest.add("add", acc, b), acc),
        lambda: nest.add("mul", nest.add("add", acc, a), nest.constant(-1.0))])()


UPDATES: tuple[Callable[[Wild, int, int, int], int], ...] = (whole_sum, whole_sum, extrema, in_order)


def update(make: Wild, loads: list[int], acc: int) -> int:
    a, b = make.random.choice(loads), make.random.choice(loads)
    if make.nest.reassoc or make.random.random() < 0.7:
        return make.random.choice(UPDATES)(make, a, b, acc)
    return make.expression(loads + [acc], make.random.choice([1, 2, 4]))


def function(make: Wild, x: int) -> int:
    """exp(x), pow(x, 2.5), ..., sometimes."""
    if make.type == "i32" or make.random.random() < 0.85:
        return x
    name = make.random.choice(sorted(_core.MATH))
    return make.nest.math(name, *[x, make.nest.constant(2.5)][:_core.MATH[name]])


def wild_nest(random: Random) -> tuple[_core.Nest, dict[str, int]]:
    make = Wild(random)
    nest = make.nest
    make.add_dims("ijl"[:random.choice([1, 2, 2, 3])], "kpq"[:random.choice([0, 1, 1, 2, 2, 3])])
    accesses = make.inputs(random.choice([1, 2, 2, 3]))
    nest.out = make.output()
    once = make.leaves([a for a in accesses if make.fixed(a)] + ([nest.out] if random.random() < 0.5 else []))
    if any(make.reduction):
        acc, loads = nest.acc(), make.leaves(accesses)
        nest.init = random.choice([nest.constant(0.0), random.choice(once)])
        nest.update = update(make, loads, acc)
        nest.final = function(make, acc if random.random() < 0.5 else make.expression([*once, acc], random.choice([1, 2, 3])))
    else:
        nest.final = function(make, make.expression(once + make.leaves(accesses), random.choice([1, 2, 4, 8])))
    assert nest.validate() == "", nest.validate()
    return nest, make.symbols


@dataclass(frozen=True)
class Collapsed:
    """A nest as the generators of sentences see it once dim `inner` is part of dim `outer`."""

    dims: list[tuple[str, int | str, bool]]
    accesses: list[tuple]
    tensors: list[str]
    tensor_types: list[str]
    type: str
    reassoc: bool
    out: int


def dense(nest: _core.Nest, outer: int) -> bool:
    """Do all accesses step over whole rows of the next dim? Then the two dims collapse."""
    (_, _, reduction), (_, inner, same) = nest.dims[outer:outer + 2]
    return reduction == same and isinstance(inner, int) and all(
        isinstance(strides[outer], int) and isinstance(strides[outer + 1], int) and strides[outer] == strides[outer + 1] * inner
        for _, _, strides, *_ in nest.accesses)


def collapsed(nest: _core.Nest, outer: int) -> Collapsed:
    dims = list(nest.dims)
    name, extent, reduction = dims[outer]
    _, inner, _ = dims.pop(outer + 1)
    dims[outer] = name, extent * inner if isinstance(extent, int) and isinstance(inner, int) else "unknown", reduction
    accesses = [(t, at, [s for d, s in enumerate(strides) if d != outer], index, scale)
                for t, at, strides, index, scale in nest.accesses]
    return Collapsed(dims, accesses, nest.tensors, nest.tensor_types, nest.type, nest.reassoc, nest.out)


def wild_sentence(random: Random, nest: _core.Nest) -> str:
    first = ""
    pairs = [d for d in range(len(nest.dims) - 1) if dense(nest, d)]
    if pairs and random.random() < 0.5:
        d = random.choice(pairs)
        first, nest = f" collapse({nest.dims[d][0]},{nest.dims[d + 1][0]})", collapsed(nest, d)
    lanes = nest.dims[-1][2] and random.random() < (0.4 if nest.reassoc or nest.type == "i32" else 0.05)
    sentence = (reduction_sentence if lanes else random_sentence)(random, nest)
    return sentence.replace("v1", "v1" + first, 1)
