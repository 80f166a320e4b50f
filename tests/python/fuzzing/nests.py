"""Random nests. All choices come from one random.Random, so hypothesis can drive and shrink them."""

from __future__ import annotations

from random import Random

from vecwrap import _core

POINTS = 30_000  # bound on the points of one nest: the interpreter walks them one by one
EXTENTS = (1, 2, 3, 4, 5, 7, 8, 9, 11, 13, 15, 16, 17, 19, 23, 29, 31, 32, 33, 37, 41, 43, 47, 48, 53, 59, 61, 63, 64, 65,
           67, 70)
LARGE_POINTS = 3_000_000
LARGE_EXTENTS = (3, 16, 33, 64, 100, 129, 200, 257, 384, 500, 700)  # several blocks of every level of a schedule
BITS = ("and", "or", "xor", "shl", "ashr", "lshr", "mulh", "umulh")
OPERATIONS = [op for op in _core.OPS if op not in ("const", "load", "acc", "select", "place", "convert")]
ARITHMETIC = [op for op in OPERATIONS if op not in BITS]
WORDS = [op for op in OPERATIONS if op not in ("div", "sqrt", "round", "pow2", "exponent", "biased")]
INTEGERS = {"i32": WORDS, "i64": [op for op in WORDS if "mulh" not in op]}  # what they have
CONSTANTS = (0.0, -0.0, 1.0, -1.0, 0.5, 3.0, -2.5)
WHOLE = (0.0, 1.0, -1.0, 3.0, -2.0, 2147483647.0, -2147483648.0)
LONG = (*WHOLE, 32.0, 63.0, 2.0**32, 2.0**62 + 2.0**40, -2.0**63)
FLOATS = ("f32", "f64")
OPERANDS = {"neg": 1, "abs": 1, "sqrt": 1, "round": 1, "pow2": 1, "exponent": 1, "biased": 1, "fma": 3}
BYTES = {"f32": 4, "f64": 8, "i32": 4, "i64": 8, "u8": 1, "i8": 1, "f16": 2, "bf16": 2, "i16": 2, "u16": 2}
STORED = {"f32": _core.TYPES, "f64": [t for t in _core.TYPES if "f16" not in t], "i32": ["i32", "i16", "u16", "i8", "u8", "f32"],
          "i64": ["i64", "i32", "i32", "i16", "u16", "i8", "u8"],
          "f16": ["f16", "f32"]}
INDICES = 5  # the values of an index are less


class Maker:
    """Builds one nest, and the values of its symbols."""

    def __init__(self, random: Random, reassoc: bool = False, large: bool = False, types: tuple[str, ...] = FLOATS) -> None:
        self.random = random
        self.large = large
        self.mixed = False  # tensors store other types than the nest's
        self.type = random.choice(types)
        self.constants = {"i32": WHOLE, "i64": LONG}.get(self.type, CONSTANTS)
        self.size = BYTES[self.type]
        self.nest = _core.Nest("random", self.type, reassoc)
        self.symbols: dict[str, int] = {}
        self.extents: list[int] = []
        self.reduction: list[bool] = []

    def number(self, prefix: str, value: int, chance: float) -> int | str:
        """The value itself, or a symbol that holds it; equal values may share a symbol."""
        if self.random.random() >= chance:
            return value
        same = [name for name, v in self.symbols.items() if v == value and name.startswith(prefix)]
        if same and self.random.random() < 0.5:
            return self.random.choice(same)
        name = f"{prefix}{len(self.symbols)}"
        self.symbols[name] = value
        self.nest.add_symbol(name)
        return name

    def add_dims(self, names: str, reductions: str) -> None:
        left, chance = LARGE_POINTS if self.large else POINTS, self.random.choice([0, 0.5, 1])
        for name in names + reductions:
            extent = min(self.random.choice(LARGE_EXTENTS if self.large else EXTENTS), max(left, 1))
            left //= extent
            self.nest.add_dim(name, self.number("n", extent, chance), name in reductions)
            self.extents.append(extent)
            self.reduction.append(name in reductions)

    def tensor(self, name: str) -> int:
        types = STORED[self.type]
        stored = self.random.choice(types) if self.mixed and self.random.random() < 0.6 else self.type
        return self.nest.add_tensor(name, stored)

    def unit(self, tensor: int) -> int:
        return BYTES[self.nest.tensor_types[tensor]]

    def layout(self, tensor: int, moving: list[int]) -> list[int]:
        """Byte strides of a dense, padded or reversed array over the moving dims, in a random order of axes."""
        strides = [0] * len(self.extents)
        step = self.unit(tensor) * self.random.choice([1, 1, 1, 1, 2, 3])
        order = list(moving)
        if self.random.random() < 0.5:
            self.random.shuffle(order)
        for dim in reversed(order):
            strides[dim] = step * self.random.choice([1, 1, 1, 1, 1, -1])
            step *= self.extents[dim] + self.random.choice([0, 0, 0, 1, 5])
        return strides

    def access(self, tensor: int, strides: list[int], offset: int = 0, chance: float | None = None) -> int:
        chance = self.random.choice([0, 0, 0.5, 1]) if chance is None else chance
        unit = self.unit(tensor)
        # A stride of 0 says that the access does not move; the out access needs it constant where it is 0.
        return self.nest.add_access(tensor, [s and self.number("s", s, 0 if s == unit else chance) for s in strides], offset)

    def index(self) -> int:
        """An access to a tensor of small integers."""
        tensor = self.nest.add_tensor(f"I{len(self.nest.tensors)}", self.random.choice(["i32", "i64"]))
        return self.access(tensor, self.layout(tensor, [d for d in range(len(self.extents)) if self.random.random() < 0.5]))

    def inputs(self, count: int) -> list[int]:
        """Accesses of `count` tensors that move with random dims, some twice at an offset (stencils)."""
        accesses = []
        for index in range(count):
            tensor = self.tensor("ABDE"[index])
            moving = [d for d in range(len(self.extents)) if self.random.random() < 0.65]
            strides = self.layout(tensor, moving)
            if self.random.random() < 0.15 and len(moving) >= 2:  # X[y + ky]: two dims, one axis
                strides[moving[1]] = strides[moving[0]] * self.random.choice([1, 2])
            chance = self.random.choice([0, 0, 0.5, 1])
            unit = self.unit(tensor)
            first = self.access(tensor, strides, unit * self.random.choice([0, 0, 1, -3]), chance)
            accesses.append(first)
            for _ in range(self.random.choice([0, 0, 0, 1, 2])):
                again = self.nest.accesses[first]
                accesses.append(self.nest.add_access(tensor, again[2], again[1] + unit * self.random.randint(-4, 4)))
            if self.random.random() < 0.15:
                accesses.append(self.nest.add_access(tensor, self.nest.accesses[first][2], 0, self.index(),
                                                     unit * self.random.choice([1, 3, 17, -2])))
        return accesses

    def output(self) -> int:
        moving = [d for d, reduction in enumerate(self.reduction) if not reduction]
        tensor = self.tensor("C")
        return self.access(tensor, self.layout(tensor, moving), self.unit(tensor) * self.random.choice([0, 0, 2]))

    def fixed(self, access: int) -> bool:
        """Does the access stand still in all reduction dims?"""
        _, _, strides, index, _ = self.nest.accesses[access]
        still = all(not reduction or stride == 0 for reduction, stride in zip(self.reduction, strides))
        return still and (index < 0 or self.fixed(index))

    def expression(self, leaves: list[int], operations: int) -> int:
        """A random node over the leaves; every leaf is offered, the newest result most often."""
        pool = list(leaves)
        for _ in range(operations):
            op = self.random.choice([*INTEGERS.get(self.type, ARITHMETIC), "select", "fma", "add", "mul"])
            inputs = [pool[-1] if self.random.random() < 0.5 else self.random.choice(pool) for _ in range(4)]
            if op == "select":
                x, y = inputs[:2]
                inputs = self.random.choice([inputs, [x, y, x, y], [x, y, y, x]])  # the latter may be a maximum or a minimum
                pool.append(self.nest.select(self.random.choice(_core.PREDS), *inputs))
            else:
                if op == "biased":  # of NaN, whose bits are open, it is open too
                    inputs[0] = self.nest.select("ord", inputs[0], inputs[0], inputs[0], self.nest.constant(1.0, self.type))
                pool.append(self.nest.add(op, *inputs[:OPERANDS.get(op, 2)]))
        return pool[-1]

    def leaves(self, accesses: list[int]) -> list[int]:
        return [self.nest.load(a) for a in accesses] + [self.nest.constant(self.random.choice(self.constants))]


def common_update(make: Maker, loads: list[int], acc: int) -> int:
    """The reductions that programs are made of."""
    nest = make.nest
    a, b = make.random.choice(loads), make.random.choice(loads)
    kind = make.random.randrange(5)
    if kind == 0:
        return nest.add("add", acc, nest.add("mul", a, b))
    if kind == 1:
        return nest.add("fma", nest.add("neg", a), b, acc)
    if kind == 2:
        return nest.select("ogt", acc, a, acc, a)
    if kind == 3:  # if (a != 0) acc += a * b
        return nest.select("une", a, nest.constant(0.0), nest.add("fma", a, b, acc), acc)
    return nest.add("fma", a, b, acc)


def random_nest(random: Random, types: tuple[str, ...] = FLOATS, mixed: float = 0.2) -> tuple[_core.Nest, dict[str, int]]:
    """Any nest of 1 to 3 parallel and 0 to 3 reduction dims; so many of them store several types."""
    make = Maker(random, types=types)
    make.mixed = random.random() < mixed
    nest = make.nest
    names = "ijl"[:random.choice([1, 2, 2, 3])]
    make.add_dims(names, "kpq"[:random.choice([0, 1, 1, 1, 2, 3])])
    accesses = make.inputs(random.choice([1, 2, 2, 3]))
    nest.out = make.output()
    once = make.leaves([a for a in accesses if make.fixed(a)] + ([nest.out] if random.random() < 0.5 else []))
    if any(make.reduction):
        acc = nest.acc()
        loads = make.leaves(accesses)
        nest.init = make.expression(once, random.choice([0, 0, 1]))
        usual = random.random() < 0.7
        nest.update = common_update(make, loads, acc) if usual else make.expression(loads + [acc], random.choice([1, 2, 4]))
        nest.final = acc if random.random() < 0.5 else make.expression(once + [acc], random.choice([1, 2, 3]))
    else:
        # Without a reduction every access may be read in the one expression there is.
        nest.final = make.expression(once + make.leaves(accesses), random.choice([1, 2, 4, 8]))
    assert nest.validate() == "", nest.validate()
    return nest, make.symbols
