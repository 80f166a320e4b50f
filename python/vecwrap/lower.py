"""From one assignment to the core's nest, and to the recipe for its argument block (see bind.py)."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from . import _core
from .conversion import Types, target_type
from .dtypes import BITS, DTYPES
from .errors import NestError
from .expr import Acc, Apply, Choose, Const, Element, Expr, Fold, Place, Update, below, operands
from .index import Dim
from .operand import Operand


@dataclass(frozen=True)
class Strides:
    """constant + sum over axes of factor * (byte stride of that axis of the array)."""

    tensor: Operand
    constant: int = 0
    axes: tuple[tuple[int, int], ...] = ()  # (axis, factor)


@dataclass
class Lowered:
    """A core nest, and where each of its arguments comes from."""

    core: _core.Nest
    out: Operand
    elements: list[Element] = field(default_factory=list)      # everything touched, for bounds checks
    pointers: list[Strides] = field(default_factory=list)      # per core tensor: array address + this
    symbols: list[str | Strides] = field(default_factory=list)  # per core symbol: an extent's name, or a stride


@dataclass(frozen=True)
class Statement:
    """`out = final`, with at most one reduction: acc = init, then acc = update for every reduction point."""

    out: Element
    final: Expr
    fold: Fold | None


def statement(out: Element, value: Expr, dims: Sequence[Dim]) -> Statement:
    """Brings an assignment into normal form. Raises NestError if it has none."""
    moved = {dim for index in out.index for dim in index.terms}
    reduced = [dim for dim in dims if dim not in moved]
    if isinstance(value, Update):
        plain = not reduced or folds(value.value)
        value = Apply(value.op, (value.target, value.value)) if plain else accumulate(value)
    found = folds(value)
    names = ", ".join(dim.name for dim in reduced)
    if len(found) > 1:
        raise NestError(f"{out.tensor.name}: one assignment holds one reduction; split it into two nests")
    if reduced and not found:
        raise NestError(f"{out.tensor.name} does not move with {names}: reduce with '+=', sum_of(...) or fold(...)")
    if found and not reduced:
        raise NestError(f"{out.tensor.name} moves with every dim, so there is nothing to reduce over")
    return Statement(out, value, found[0] if found else None)


def accumulate(update: Update) -> Expr:
    """`C += v` over reduction dims: start from C, end in C."""
    acc = Acc()
    return Fold(update.target, acc, Apply(update.op, (acc, update.value)))


def folds(root: Expr) -> list[Fold]:
    return [expr for expr in below(root) if isinstance(expr, Fold)]


class Lowering:
    """Builds the core nest of one statement."""

    def __init__(self, name: str, dtype: str, dims: Sequence[Dim], tensors: Sequence[Operand], made: Statement,
                 *, contract: bool, fast_math: bool) -> None:
        self.core = _core.Nest(name, dtype, fast_math)
        self.dtype = dtype
        self.dims = list(dims)
        self.tensors = list(tensors)
        self.contract = contract
        self.made = made
        self.result = Lowered(self.core, made.out.tensor)
        self.pointers: dict[Strides, int] = {}
        self.strides: dict[Strides, str] = {}
        self.accesses: dict[tuple[object, ...], int] = {}
        self.reads: list[tuple[Element, object]] = []  # and the place
        self.nodes: dict[tuple[object, ...], int] = {}
        self.lowered: dict[tuple[int, str], int] = {}  # by the expression and what it is computed in
        self.types = Types((Acc, Place, Fold), dtype, operands)

    def run(self) -> Lowered:
        moved = {dim for index in self.made.out.index for dim in index.terms}
        for name in dict.fromkeys(dim.extent for dim in self.dims if isinstance(dim.extent, str)):
            self.core.add_symbol(name)
            self.result.symbols.append(name)
        for dim in self.dims:
            self.core.add_dim(dim.name, dim.extent, dim not in moved)
        for tensor in self.tensors:
            self.pointer(Strides(tensor))
        self.roots()
        if wrong := self.core.validate():
            raise NestError(f"nest {self.core.name}: {wrong}")
        return self.result

    def roots(self) -> None:
        fold = self.made.fold
        if fold is not None:
            self.core.init = self.node(fold.init)
            self.core.update = self.node(fold.update)
            self.lowered[id(fold), self.dtype] = self.node(fold.acc)
            self.check_update(fold)
        self.core.final = self.node(self.made.final)
        self.core.out = self.access(self.made.out, self.types.of(self.made.final))
        self.check_reads()

    def check_update(self, fold: Fold) -> None:
        for expr in below(fold.update):
            if isinstance(expr, Element) and expr.tensor is self.made.out.tensor:
                raise NestError(f"{expr.tensor.name} is read while it is being reduced into; use fold(...) and its acc")

    def check_reads(self) -> None:
        written = next(place for element, place in self.reads if element is self.made.out)
        for element, place in self.reads:
            if element.tensor is self.made.out.tensor and place != written:
                raise NestError(f"{element.tensor.name} is read at another place than it is written; "
                                "read from a second tensor and pass a copy")

    def node(self, expr: Expr, beside: str | None = None) -> int:
        """`beside`: the type of what the expression is an operand of."""
        type = self.types.own(expr) or beside or self.dtype
        if (id(expr), type) not in self.lowered:
            self.lowered[id(expr), type] = self.lower(expr, type)
        return self.lowered[id(expr), type]

    def lower(self, expr: Expr, type: str) -> int:
        if isinstance(expr, Const):
            return self.constant(expr.value, type)
        if isinstance(expr, Element):
            access = self.access(expr, type)
            return self.once(("load", access), lambda: self.core.load(access))
        if isinstance(expr, Acc):
            if self.made.fold is None or expr is not self.made.fold.acc:
                raise NestError("an acc may only stand inside its own fold(...)")
            return self.once(("acc",), self.core.acc)
        if isinstance(expr, Choose):
            return self.choose(expr, type)
        if isinstance(expr, Place):
            return self.apply("place")
        if isinstance(expr, Apply) and target_type(expr):
            return self.converted(self.node(expr.operands[0]), self.types.of(expr.operands[0]), type)
        if isinstance(expr, Apply):
            return self.fused(expr, type) if self.contract else self.apply(expr.op, *self.all(expr.operands, type))
        raise NestError(f"{expr.__class__.__name__} cannot stand here")

    def all(self, parts: Sequence[Expr], type: str) -> list[int]:
        return [self.node(part, type) for part in parts]

    def converted(self, node: int, type: str, to: str) -> int:
        return node if type == to else self.once(("convert", node, to), lambda: self.core.convert(node, to))

    def once(self, key: tuple[object, ...], make: Callable[[], int]) -> int:
        """Equal nodes are one node."""
        if key not in self.nodes:
            self.nodes[key] = make()
        return self.nodes[key]

    def apply(self, op: str, *inputs: int) -> int:
        make = self.core.math if op in _core.MATH else self.core.add
        try:
            return self.once((op, *inputs), lambda: make(op, *inputs))
        except ValueError as error:
            raise NestError(f"nest {self.core.name}: {error}") from None

    def integer(self, value: float, type: str) -> int:
        """A constant of integers; +-inf are the ends of what there is. Nodes hold doubles: what none is, is put together from its
        halves."""
        end = 2**(BITS[type] - 1)
        whole = {math.inf: end - 1, -math.inf: -end}.get(value, value)
        if not float(whole).is_integer() or not -end <= whole < end:
            raise NestError(f"nest {self.core.name} computes in {type}, which does not hold {value}")
        exact = float(int(whole))
        if int(exact) == int(whole):
            return self.once(("const", exact.hex(), type), lambda: self.core.constant(exact, type))
        high, low = int(whole) >> 32, int(whole) & 0xffffffff
        return self.apply("or", self.apply("shl", self.integer(high, type), self.integer(32, type)), self.integer(low, type))

    def constant(self, value: float, type: str) -> int:
        if type in BITS:
            return self.integer(value, type)
        rounded = float(DTYPES[type].type(value)) if type in ("f32", "f16") else float(value)
        return self.once(("const", rounded.hex(), type), lambda: self.core.constant(rounded, type))

    def choose(self, expr: Choose, type: str) -> int:
        pred = expr.condition.pred
        inputs = self.all(operands(expr), type)
        return self.once((pred, *inputs), lambda: self.core.select(pred, *inputs))

    def fused(self, expr: Apply, type: str) -> int:
        """Products next to a sum contract as clang's -ffp-contract=on does: the left one if both sides are products."""
        if expr.op in ("add", "sub"):
            left, right = expr.operands
            if isinstance(left, Apply) and left.op == "mul":
                rest = self.node(right, type)
                return self.apply("fma", *self.all(left.operands, type), self.negated(rest, expr.op == "sub"))
            if isinstance(right, Apply) and right.op == "mul":
                x, y = self.all(right.operands, type)
                return self.apply("fma", self.negated(x, expr.op == "sub"), y, self.node(left, type))
        return self.apply(expr.op, *self.all(expr.operands, type))

    def negated(self, node: int, wanted: bool) -> int:
        return self.apply("neg", node) if wanted else node

    def pointer(self, base: Strides) -> int:
        """The core tensor for an array's address, moved by whole steps along axes whose strides are not constant."""
        if base not in self.pointers:
            same = sum(other.tensor is base.tensor for other in self.pointers)
            self.pointers[base] = self.core.add_tensor(base.tensor.name + (f".{same}" if same else ""), base.tensor.type)
            self.result.pointers.append(base)
        return self.pointers[base]

    def stride(self, source: Strides) -> int | str:
        """A byte stride: its value if known, else the core symbol that holds it."""
        if not source.axes:
            return source.constant
        if source not in self.strides:
            name = self.stride_name(source)
            if name in self.core.symbols and name not in self.strides.values():
                raise NestError(f"symbol {name} is an extent; name the stride of {source.tensor.name} differently")
            if name not in self.core.symbols:
                self.core.add_symbol(name)
                self.result.symbols.append(source)
            self.strides[source] = name
        return self.strides[source]

    def stride_name(self, source: Strides) -> str:
        (axis, factor), *more = source.axes
        declared = source.tensor.strides[axis]
        if isinstance(declared, str) and factor == 1 and not more and not source.constant:
            return declared
        parts = [f"s{a}" + ("" if f == 1 else f"x{f}" if f > 0 else f"m{-f}") for a, f in source.axes]
        if source.constant:
            parts.append(f"c{source.constant}".replace("-", "m"))
        return "_".join([source.tensor.name, *parts])

    def along(self, tensor: Operand, factors: Sequence[int]) -> Strides:
        """The bytes moved by factors[axis] steps along each axis."""
        constant, axes = 0, []
        for axis, (factor, stride) in enumerate(zip(factors, tensor.strides)):
            if isinstance(stride, int):
                constant += factor * stride
            elif factor:
                axes.append((axis, factor))
        return Strides(tensor, constant, tuple(axes))

    def access(self, element: Element, type: str) -> int:
        """Of the element, read as the type."""
        tensor = element.tensor
        if tensor not in self.tensors:
            raise NestError(f"tensor {tensor.name} belongs to another nest")
        for index in element.index:
            for dim in index.terms:
                if dim not in self.dims:
                    raise NestError(f"dim {dim.name} belongs to another nest")
        base = self.along(tensor, [index.constant for index in element.index])
        strides = [self.stride(self.along(tensor, [index.terms.get(dim, 0) for index in element.index]))
                   for dim in self.dims]
        pointer = self.pointer(Strides(tensor, 0, base.axes))
        place = (pointer, base.constant, *strides)
        self.reads.append((element, place))
        if (type, place) not in self.accesses:
            self.accesses[type, place] = self.core.add_access(pointer, strides, base.constant, read_as=type)
            self.result.elements.append(element)
        return self.accesses[type, place]
