"""Sums of narrow products, and sentences that add them in groups within a lane (step dot): operands of any layout, in place,
packed or asked for ahead, dims collapsed, extents and strides constant or known at run time."""

from __future__ import annotations

from random import Random

from vecwrap import _core

from .nests import BYTES
from .wild import Collapsed, collapsed, dense

PAIRS = [("i8", "i8"), ("u8", "i8"), ("i8", "u8"), ("u8", "u8"), ("i16", "i16"), ("i16", "i8"), ("u8", "i16")]
HALVES = [("bf16", "bf16")]
EXTENTS = (1, 2, 3, 4, 5, 7, 8, 13, 16, 17, 31, 33, 40, 64, 67)
DIMS, REDUCED = "hijpk", "pk"
LEFT = ("hipk", "hipk", "ipk", "pik", "hpki", "pki", "k")
RIGHT = ("pkj", "pkj", "pkj", "jpk", "pjk", "hpkj", "j")
BLOCKS = {"rows": [3, 16, 17, 32, 32, 37, 48, 64], "lanes": [9, 16, 16, 24, 32, 32, 48, 64], "sum": [32, 64, 64, 64, 128, 192]}
FACTORS = {"rows": [1, 2, 3, 6], "lanes": [8, 16, 24, 32, 40, 64], "sum": [4, 8, 12, 16, 16, 23]}


class Product:
    """C[h,i,j] = or += sum over p, k of A B; sums of bf16 may be in any order."""

    lefts, rights = LEFT, RIGHT

    def __init__(self, random: Random, pairs: list[tuple[str, str]]) -> None:
        self.random = random
        self.types = random.choice(pairs)
        floats = "bf16" in self.types
        self.nest = _core.Nest("dot", "f32" if floats else "i32", floats)
        self.symbols: dict[str, int] = {}
        self.symbolic, self.padded = random.choice([0.0, 0.4, 0.6]), random.choice([0.0, 0.3])
        small = [1, 1, 1, 2, 3]
        self.extents = dict(zip(DIMS, [random.choice(x) for x in (small, EXTENTS, EXTENTS, small, EXTENTS)]))

    def number(self, prefix: str, value: int) -> int | str:
        if self.random.random() >= self.symbolic:
            return value
        name = f"{prefix}{len(self.symbols)}"
        self.nest.add_symbol(name)
        self.symbols[name] = value
        return name

    def access(self, tensor: int, dims: str) -> int:
        strides: list[int | str] = [0] * len(DIMS)
        unit = step = BYTES[self.nest.tensor_types[tensor]]
        for dim in reversed(dims):
            strides[DIMS.index(dim)] = step if step == unit else self.number("s", step)
            step *= self.extents[dim] + (3 if self.random.random() < self.padded else 0)
        return self.nest.add_access(tensor, strides, unit * self.random.choice([0, 0, 2]))

    def make(self) -> _core.Nest:
        nest, choice = self.nest, self.random.choice
        for dim, extent in self.extents.items():
            nest.add_dim(dim, self.number("n", extent), dim in REDUCED)
        left = nest.load(self.access(nest.add_tensor("A", self.types[0]), choice(self.lefts)))
        right = nest.load(self.access(nest.add_tensor("B", self.types[1]), choice(self.rights)))
        nest.out = self.access(nest.add_tensor("C"), choice(["hij", "hij", "ihj"]))
        acc = nest.acc()
        nest.init = choice([nest.constant(0.0), nest.load(nest.out)])
        nest.update = nest.add("fma", left, right, acc) if self.random.random() < 0.5 \
            else nest.add("add", nest.add("mul", right, left), acc)
        nest.final = self.final(acc)
        assert nest.validate() == "", nest.validate()
        return nest

    def final(self, acc: int) -> int:
        return acc


class Blocks(Product):
    """The same, in sizes around those of a matrix unit's blocks; what is stored may be more than the sum."""

    lefts, rights = LEFT[:4], RIGHT[:6]
    LONG = (1, 3, 16, 31, 63, 64, 65, 100, 128, 131, 200)

    def __init__(self, random: Random, pairs: list[tuple[str, str]]) -> None:
        super().__init__(random, pairs)
        self.extents["k"] = random.choice(self.LONG)

    def final(self, acc: int) -> int:
        nest, choice = self.nest, self.random.choice
        if self.random.random() < 0.5:
            return acc
        bias = nest.load(self.access(nest.add_tensor("bias"), choice(["j", "i", "hij"])))
        return nest.add("add", nest.add("mul", acc, nest.constant(2.0)) if choice([True, False]) else acc, bias)


def dot_nest(random: Random, pairs: list[tuple[str, str]] | None = None) -> tuple[_core.Nest, dict[str, int], int]:
    """The nest, what its symbols are, how many elements a lane takes at most."""
    product = Product(random, pairs or PAIRS)
    wide = "i16" in product.types or "bf16" in product.types
    return product.make(), product.symbols, 2 if wide else 4


def matrix_nest(random: Random, pairs: list[tuple[str, str]]) -> tuple[_core.Nest, dict[str, int]]:
    blocks = Blocks(random, pairs)
    return blocks.make(), blocks.symbols


def merged(random: Random, nest: _core.Nest) -> tuple[list[str], _core.Nest | Collapsed]:
    """Some steps collapse, and the nest as it is after them."""
    steps, seen = [], nest
    while random.random() < 0.6 and (pairs := [d for d in range(len(seen.dims) - 1) if dense(seen, d)]):
        d = random.choice(pairs)
        steps.append(f"collapse({seen.dims[d][0]},{seen.dims[d + 1][0]})")
        seen = collapsed(seen, d)
    return steps, seen


def split(random: Random, dim: tuple[str, int | str, bool], kind: str, steps: list[str],
          factors: dict[str, list[int]] = FACTORS) -> list[str]:
    """The loops of a dim, outermost first."""
    name, extent, _ = dim
    factor = random.choice(factors[kind])
    if not isinstance(extent, str) and (extent <= factor or kind == "sum" and random.random() < 0.4):
        return [name]
    steps.append(f"split({name},{factor})")
    return [name, f"{name}.1"]


def packs(random: Random, nest: _core.Nest | Collapsed, places: list[str],
          chances: tuple[tuple[str, float], ...] = (("A", 0.25), ("B", 0.6)), ordered: float = 0.15) -> list[str]:
    steps = []
    for tensor, chance in chances:
        strides = next(s for t, _, s, *_ in nest.accesses if nest.tensors[t] == tensor)
        dims = [name for (name, _, _), stride in zip(nest.dims, strides) if stride]
        order = "".join("," + dim for dim in random.sample(dims, len(dims))) if random.random() < ordered else ""
        if random.random() < chance:
            steps.append(f"pack({tensor},{random.choice(places)}{order})")
    return steps


def dot_sentence(random: Random, nest: _core.Nest, group: int) -> str:
    """Lanes of groups of so many elements; 0: blocks of a matrix unit."""
    factors = FACTORS if group else BLOCKS
    steps, seen = merged(random, nest)
    parallel = [dim for dim in seen.dims if not dim[2]]
    reduced = [dim for dim in seen.dims if dim[2]]
    lanes = split(random, parallel[-1], "lanes", steps, factors)
    rows = split(random, parallel[-2], "rows", steps, factors) if len(parallel) > 1 else []
    sums = split(random, reduced[-1], "sum", steps, factors)
    tile = [loops[-1] for loops in (rows, lanes) if loops]
    outer = [name for name, _, _ in parallel[:-2]] + [loops[0] for loops in (lanes, rows) if len(loops) > 1]
    chunks = [name for name, _, _ in reduced[:-1]] + sums[:-1]
    cut = random.choice([len(outer), len(outer), random.randint(0, len(outer))])
    rolled = outer[:cut] + chunks + outer[cut:]
    steps.append(f"reorder({','.join([*rolled, sums[-1], *tile])})")
    scope = max([rolled.index(loop) for loop in outer], default=-1) + 1  # packs lie outside of the reductions that follow
    chances = (("A", 0.25), ("B", 0.6)) if group else (("A", 0.03), ("B", 0.97), ("C", 0.1))
    steps += packs(random, seen, ["-", *rolled[:scope], *rolled[:scope][-1:] * 2], chances, 0.15 if group else 0.02)
    steps += [f"tile({','.join(tile)})", f"vectorize({tile[-1]})"]
    steps.append(f"dot({sums[-1]},{group})" if group else f"matrix({','.join([*tile, sums[-1]])})")
    if random.random() < 0.3:
        steps.append(f"unroll({sums[-1]},{random.choice([2, 3])})")
    if random.random() < 0.25:
        steps.append(f"prefetch({random.choice('AB')},{random.choice([*rolled, sums[-1]])},{random.choice([1, 2, 7, 5000])})")
    return " ".join(["v1", *steps])
