"""Reductions whose order is free, under sentences that put the lanes along them.

All values are small whole numbers, so sums are exact in any order and the comparison stays bit for bit. What is compared
is odd: the larger of +0 and -0 is whichever comes first. Products are of 1 and -1.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from vecwrap import _core

from .nests import FLOATS, Maker
from .sentences import FACTORS, chain, interleave, pack

ORDERINGS = ("ogt", "oge", "olt", "ole", "ugt", "uge", "ult", "ule")


def term(make: Maker, loads: list[int]) -> int:
    """Something to reduce: a whole number."""
    nest, choice = make.nest, make.random.choice
    a, b, one = choice(loads), choice(loads), nest.constant(1.0)
    return choice([lambda: a, lambda: nest.add("mul", a, b), lambda: nest.add("fma", a, b, one),
                   lambda: nest.add("abs", nest.add("sub", a, b)), lambda: nest.add("neg", a),
                   lambda: nest.select("ogt", a, b, a, one)])()


def total(make: Maker, loads: list[int], acc: int) -> int:
    nest, a, b = make.nest, term(make, loads), term(make, loads)
    return make.random.choice([lambda: nest.add("add", acc, a), lambda: nest.add("add", a, acc),
                               lambda: nest.add("sub", acc, a), lambda: nest.add("fma", a, b, acc),
                               lambda: nest.add("fma", a, b, nest.add("add", acc, a))])()


def added(make: Maker, loads: list[int], acc: int) -> int:
    return make.nest.add("add", *make.random.sample([acc, term(make, loads)], 2))


def product(make: Maker, loads: list[int], acc: int) -> int:
    nest = make.nest
    sign = nest.select("oge", term(make, loads), nest.constant(0.0), nest.constant(1.0), nest.constant(-1.0))
    return nest.add("mul", *make.random.sample([acc, sign], 2))


def extremum(make: Maker, loads: list[int], acc: int) -> int:
    nest, sample = make.nest, make.random.sample
    odd = nest.add("fma", term(make, loads), nest.constant(2.0), nest.constant(1.0))
    return nest.select(make.random.choice(ORDERINGS), *sample([acc, odd], 2), *sample([acc, odd], 2))


UPDATES: tuple[Callable[[Maker, list[int], int], int], ...] = (total, total, product, extremum)


def row(make: Maker, lanes: int) -> list[int]:
    """Strides of an array that is contiguous along dim `lanes`, or still, and moves with random other dims."""
    strides = [0] * len(make.extents)
    if make.random.random() < 0.9:
        strides[lanes] = make.size
    step = make.size * (make.extents[lanes] + make.random.choice([0, 0, 1, 5]))
    for dim in make.random.sample(range(len(strides)), len(strides)):
        if dim != lanes and make.random.random() < 0.8:
            strides[dim] = step * make.random.choice([1, 1, 1, -1])
            step *= make.extents[dim] + make.random.choice([0, 0, 2])
    return strides


def reduction_nest(random: Random, types: tuple[str, ...] = FLOATS,
                   in_order: bool = False) -> tuple[_core.Nest, dict[str, int]]:
    """0 to 2 parallel and 1 to 3 reduction dims; the last one is contiguous in memory. in_order: a sum without fast-math."""
    make = Maker(random, reassoc=types == FLOATS and not in_order, types=types)
    nest = make.nest
    make.add_dims("ij"[:random.choice([0, 1, 1, 2])], "pqk"[-random.choice([1, 1, 2, 3]):])
    lanes = len(make.extents) - 1
    accesses = [make.access(nest.add_tensor("AB"[i]), row(make, lanes)) for i in range(random.choice([1, 2]))]
    fixed = nest.load(nest.add_access(nest.add_tensor("D"), [0 if r else make.size for r in make.reduction]))
    nest.out = make.output()
    once = [fixed, nest.constant(random.choice(make.constants)), nest.load(nest.out)]
    acc = nest.acc()
    update = added if in_order else random.choice(UPDATES)
    starts = once if update in (total, added) else [nest.constant(random.choice([1.0, -3.0]))]
    nest.init = random.choice(starts)
    nest.update = update(make, [nest.load(a) for a in accesses], acc)
    nest.final = acc if random.random() < 0.5 else make.expression([*once, acc], random.choice([1, 2, 3]))
    assert nest.validate() == "", nest.validate()
    return nest, make.symbols


def reduction_sentence(random: Random, nest: _core.Nest) -> str:
    """The lanes along the last dim; mostly legal."""
    steps: list[str] = []
    loops = {name: [loop for loop, _ in chain(random, name, extent, steps)] for name, extent, _ in nest.dims[:-1]}
    parallel = [name for name, _, reduction in nest.dims if not reduction]
    name, extent, _ = nest.dims[-1]
    inner = lanes_chain(random, name, extent, steps)
    tile = [loops[dim].pop() for dim in parallel if len(loops[dim]) > 1 and random.random() < 0.8]
    rolled = [loops[dim] for dim, _, reduction in nest.dims[:-1] if reduction] + [inner[:-1]]
    outer = interleave(random, [loops[dim] for dim in parallel])
    reductions = interleave(random, rolled)
    order = outer + reductions + tile + inner[-1:]
    if random.random() < 0.05:
        random.shuffle(order)
    if len(order) > 1:
        steps.append(f"reorder({','.join(order)})")
    steps += pack(random, nest, ["-", *outer]) if random.random() < 0.4 else []
    steps += [f"tile({','.join([*tile, inner[-1]])})", f"vectorize({inner[-1]})"]
    if reductions and reductions[-1] not in inner and random.random() < 0.4:
        steps.append(f"unroll({reductions[-1]},{random.choice([2, 3, 4])})")
    return " ".join(["v1", *steps])


def lanes_chain(random: Random, name: str, extent: int | str, steps: list[str]) -> list[str]:
    """The loops of the reduction that is vectorized: one to three, the last one a few vectors long."""
    loops, covered = [name], extent if isinstance(extent, int) else None
    for level in range(random.choice([1, 1, 1, 2] if covered is None or covered > 64 else [0, 1, 1, 2])):
        factor = random.choice([f for f in FACTORS if covered is None or f <= covered])
        steps.append(f"split({loops[-1]},{factor})")
        loops.append(f"{name}.{level + 1}")
        covered = factor
    return loops
