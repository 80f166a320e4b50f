"""Random programs: chains of nests over temporaries, and sentences that share their loops."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

from vecwrap import _core

from .nests import BYTES, STORED
from .sentences import random_sentence, strided

EXTENTS = (1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 24, 32, 33)
MOST_POINTS = 6000
FACTORS = (1, 2, 2, 3, 4, 4, 7, 8, 16)


@dataclass(frozen=True)
class Value:
    """A tensor: its extent and its stride in elements, or what holds them, per axis."""

    name: str
    extents: tuple[int, ...]
    strides: tuple[int, ...]


class Chain:
    """Builds nests, each from the values of earlier ones."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.type = random.choice(["f32", "f32", "f64", "i32"])
        self.symbolic = random.choice([0.0, 0.0, 0.6])
        self.symbols: dict[str, int] = {}
        self.is_symbol: dict[str, bool] = {}
        self.nests: list[_core.Nest] = []
        self.values: list[Value] = []
        self.temporaries: list[str] = []
        self.names = 0
        self.mixed = random.random() < 0.2  # some tensors store other types than the nests'
        self.types: dict[str, str] = {}
        self.reverses = random.random() < 0.25  # some axes run backwards

    def value(self, extents: tuple[int, ...], forwards: bool = False) -> Value:
        """A dense layout, mostly row-major, its rows perhaps padded, some of its axes perhaps reversed."""
        axes = list(range(len(extents)))
        if self.random.random() < 0.15:
            self.random.shuffle(axes)
        strides, step = [0] * len(extents), 1
        for axis in reversed(axes):
            strides[axis] = -step if self.reverses and not forwards and self.random.random() < 0.25 else step
            step *= extents[axis] + self.random.choice([0, 0, 0, 2])
        self.names += 1
        if self.mixed and self.random.random() < 0.5:
            self.types[f"t{self.names}"] = self.random.choice(STORED[self.type])
        return Value(f"t{self.names}", extents, tuple(strides))

    def bytes(self, value: Value) -> int:
        return BYTES[self.types.get(value.name, self.type)]

    def number(self, nest: _core.Nest, kind: str, number: int) -> int | str:
        """The number, or a symbol for it: the same one wherever a program means the same."""
        name = f"{kind}{number}".replace("-", "m")
        if number == 1 or not self.is_symbol.setdefault(name, self.random.random() < self.symbolic):
            return number
        self.symbols[name] = number
        if name not in nest.symbols:
            nest.add_symbol(name)
        return name

    def nest(self, extents: tuple[int, ...], reduced: tuple[int, ...]) -> _core.Nest:
        nest = _core.Nest(f"n{len(self.nests)}", self.type)
        for d, extent in enumerate(extents):
            nest.add_dim("ijkl"[d], self.number(nest, "n", extent), d in reduced)
        return nest

    def access(self, nest: _core.Nest, value: Value, terms: list[tuple[int, int]], offset: int = 0) -> int:
        """terms: per axis (dim of the nest, factor)."""
        strides: list[int | str] = [0] * len(nest.dims)
        size = self.bytes(value)
        for (dim, factor), stride in zip(terms, value.strides):
            dim_moves = strides[dim] == 0
            strides[dim] = self.number(nest, "s", stride * size) if factor == 1 and dim_moves and stride > 1 \
                else int(strides[dim] if isinstance(strides[dim], int) else 0) + factor * stride * size
        tensor = nest.tensors.index(value.name) if value.name in nest.tensors else self.tensor(nest, value)
        for known, (owner, at, same, *_) in enumerate(nest.accesses):
            if (owner, at, same) == (tensor, offset * size, strides):
                return known
        return nest.add_access(tensor, strides, offset * size)

    def tensor(self, nest: _core.Nest, value: Value) -> int:
        return nest.add_tensor(value.name, self.types.get(value.name, self.type))

    def other(self, nest: _core.Nest, extents: tuple[int, ...]) -> int:
        """A second operand over the parallel dims: an earlier value of that shape, or a new tensor of some of the dims."""
        same = [v for v in self.values if v.extents == extents]
        if same and self.random.random() < 0.7:
            return nest.load(self.access(nest, self.random.choice(same), [(d, 1) for d in range(len(extents))]))
        dims = sorted(self.random.sample(range(len(extents)), self.random.randint(0, len(extents))))
        value = self.value(tuple(extents[d] for d in dims))
        if self.random.random() < 0.1:  # strides of 0 that only the run may know
            value = replace(value, strides=tuple(self.random.choice([0, s]) for s in value.strides))
        return nest.load(self.access(nest, value, [(d, 1) for d in dims]))

    def add(self, last: bool) -> None:
        kinds = [self.elementwise, self.elementwise, self.reduce, self.window, self.product]
        self.random.choice(kinds)(self.random.choice(self.values[-2:]), last)

    def finish(self, nest: _core.Nest, extents: tuple[int, ...], last: bool) -> None:
        """The output over the parallel dims, which come first."""
        whole = [v for v in self.values if v.extents == extents and v.name not in self.temporaries]
        if whole and self.random.random() < 0.2:
            out = self.random.choice(whole)  # overwritten
        else:
            temporary = not last and self.random.random() < 0.8
            out = self.value(extents, temporary)
            self.temporaries += [out.name] * temporary
        nest.out = self.access(nest, out, [(d, 1) for d in range(len(extents))])
        elsewhere = [a for a, (t, *_) in enumerate(nest.accesses) if t == nest.accesses[nest.out][0] and a != nest.out]
        if elsewhere or nest.validate():  # a nest reads its output only where it writes it
            return
        self.nests.append(nest)
        self.values.append(out)

    def join(self, nest: _core.Nest, x: int, y: int) -> int:
        op = self.random.choice(["add", "mul", "sub", "max"])
        return nest.select("ogt", x, y, x, y) if op == "max" else nest.add(op, x, y)

    def elementwise(self, value: Value, last: bool) -> None:
        order = list(range(len(value.extents)))
        if self.random.random() < 0.2:
            self.random.shuffle(order)
        extents = tuple(value.extents[axis] for axis in order)
        nest = self.nest(extents, ())
        x = nest.load(self.access(nest, value, [(order.index(axis), 1) for axis in range(len(order))]))
        nest.final = self.join(nest, x, self.other(nest, extents))
        self.finish(nest, extents, last)

    def reduce(self, value: Value, last: bool) -> None:
        axis = self.random.randrange(len(value.extents))
        kept = [a for a in range(len(value.extents)) if a != axis]
        extents = tuple(value.extents[a] for a in kept)
        if not extents:
            return
        nest = self.nest((*extents, value.extents[axis]), (len(extents),))
        terms = [(len(extents) if a == axis else kept.index(a), 1) for a in range(len(value.extents))]
        x = nest.load(self.access(nest, value, terms))
        self.fold(nest, x, extents, last)

    def fold(self, nest: _core.Nest, x: int, extents: tuple[int, ...], last: bool) -> None:
        acc = nest.acc()
        nest.init = self.random.choice([lambda: nest.constant(0.0), lambda: self.other(nest, extents)])()
        nest.update = nest.select("ogt", x, acc, x, acc) if self.random.random() < 0.3 else nest.add("add", acc, x)
        nest.final = self.random.choice([lambda: acc, lambda: nest.add("mul", acc, self.other(nest, extents))])()
        self.finish(nest, extents, last)

    def window(self, value: Value, last: bool) -> None:
        """Sliding windows along one axis: a reduction, or some fixed neighbours."""
        axis, stride = self.random.randrange(len(value.extents)), self.random.choice([1, 1, 2])
        width = min(self.random.choice([2, 3]), value.extents[axis])
        extents = tuple((e - width) // stride + 1 if a == axis else e for a, e in enumerate(value.extents))
        if self.random.random() < 0.5:
            nest = self.nest(extents, ())
            terms = [(a, stride if a == axis else 1) for a in range(len(extents))]
            loads = [nest.load(self.access(nest, value, terms, p * value.strides[axis])) for p in range(width)]
            nest.final = loads[0]
            for load in loads[1:]:
                nest.final = self.join(nest, nest.final, load)
            return self.finish(nest, extents, last)
        nest = self.nest((*extents, width), (len(extents),))
        strides = [0] * len(nest.dims)
        for a, step in enumerate(value.strides):
            strides[a] = step * (stride if a == axis else 1) * self.bytes(value)
        strides[-1] = value.strides[axis] * self.bytes(value)
        tensor = self.tensor(nest, value)
        return self.fold(nest, nest.load(nest.add_access(tensor, strides)), extents, last)

    def product(self, value: Value, last: bool) -> None:
        """The last axis times a matrix."""
        *rows, inner = value.extents
        columns = self.random.choice(EXTENTS[:10])
        weights = self.value((inner, columns))
        extents, d = (*rows, columns), len(rows)
        if len(extents) > 3:
            return
        nest = self.nest((*extents, inner), (d + 1,))
        x = nest.load(self.access(nest, value, [*((a, 1) for a in range(d)), (d + 1, 1)]))
        w = nest.load(self.access(nest, weights, [(d + 1, 1), (d, 1)]))
        nest.init, acc = nest.constant(0.0), nest.acc()
        nest.update, nest.final = nest.add("fma", x, w, acc), acc
        self.finish(nest, extents, last)


def random_program(random: Random) -> tuple[_core.Program, dict[str, int]]:
    chain, left = Chain(random), MOST_POINTS
    extents = []
    for _ in range(random.choice([1, 2, 2, 3])):
        extents.append(min(random.choice(EXTENTS), max(1, left)))
        left //= extents[-1]
    chain.values.append(chain.value(tuple(extents)))
    wanted = random.randint(2, 4)
    for _ in range(12):
        if len(chain.nests) < wanted:
            chain.add(len(chain.nests) + 1 == wanted)
    read = {t for nest in chain.nests for t in nest.tensors}
    return _core.Program("random", chain.nests, [t for t in chain.temporaries if t in read]), chain.symbols


def outer_loops(nest: _core.Nest, steps: list[str]) -> list[str]:
    """Loops that others can share, if the sentence is legal."""
    order = [name for name, _, _ in nest.dims]
    tile: list[str] = []
    for step in steps:
        name, arguments = step.rstrip(")").split("(")
        if name == "split":
            loop = arguments.split(",")[0]
            dim, _, level = loop.partition(".")
            order.insert(order.index(loop) + 1, f"{dim}.{int(level or 0) + 1}")
        if name == "reorder":
            order = arguments.split(",")
        if name == "tile":
            tile = arguments.split(",")
    return [loop for loop in order if loop not in tile]


def guest_steps(random: Random, nest: _core.Nest) -> list[str]:
    """A nest whose extents will be those of a region: few splits, none of which needs to know the extent."""
    kind = random.random()
    if kind < 0.5:
        return [] if kind < 0.3 else random_sentence(random, nest).split()[1:]
    parallel = [name for name, _, reduction in nest.dims if not reduction]
    inner = parallel[-1] if random.random() < 0.8 else random.choice(parallel)
    factor = random.choice(FACTORS)
    rest = [name for name, _, _ in nest.dims]
    steps = [f"split({inner},{factor})", f"reorder({','.join([*rest, inner + '.1'])})", f"tile({inner}.1)"]
    return steps + ([f"vectorize({inner}.1)", *strided(random, nest)] if random.random() < 0.8 else [])


def inputs(nest: _core.Nest) -> set[str]:
    return {nest.tensors[tensor] for a, (tensor, *_) in enumerate(nest.accesses) if a != nest.out}


def random_program_sentence(random: Random, program: _core.Program) -> str:
    """Hosts first, as their loops are what others share."""
    nests, sections, loops = program.nests, [], {}
    for n in reversed(range(len(nests))):
        written = nests[n].tensors[nests[n].accesses[nests[n].out][0]]
        readers = [m for m in range(n + 1, len(nests)) if written in nests[m].tensors]
        host = random.choice(readers) if readers and random.random() < 0.8 else None
        beside = [m for m in range(n + 1, len(nests)) if inputs(nests[m]) & inputs(nests[n])]
        if beside and random.random() < (0.2 if readers else 0.8):
            host = random.choice(beside)
        if random.random() < 0.03 and n + 1 < len(nests):
            host = random.randrange(n + 1, len(nests))
        steps = random_sentence(random, nests[n]).split()[1:] if host is None else guest_steps(random, nests[n])
        if host is None and random.random() < 0.4:
            steps = guest_steps(random, nests[n])
        loops[n] = outer_loops(nests[n], steps)
        places = loops.get(host, []) if host is not None else []
        if places:
            loop = places[0] if random.random() < 0.5 else random.choice(places)
            steps.insert(0, f"at({nests[host].name},{loop})")
        if steps:
            sections.insert(0, " ".join([f"nest({nests[n].name})", *steps]))
    return " ".join(["v1", *sections])
