"""From a stage to the core's nest, and to what its arguments are."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import numpy as np

from .. import _core
from ..conversion import Types, target_type
from ..expr import Acc, Apply, Choose, Const, Expr, below, operands
from .array import ITEMSIZE, Buffer
from .stage import Read, Stage

WIDE = {"f64", "i64", "i32"}  # storage types that are computed with in f64: f32 holds integers up to 2^24 only


@dataclass
class Lowered:
    """A core nest; argument k is the address of tensors[k]: a buffer and a byte offset into it."""

    name: str
    nest: _core.Nest
    tensors: list[tuple[Buffer, int]]


@dataclass
class Places:
    """The tensors of a program: one for each buffer that it writes, one for each place in the others."""

    written: set[Buffer]
    tensors: dict[str, tuple[Buffer, int]] = field(default_factory=dict)  # name: buffer and byte offset
    _names: dict[object, str] = field(default_factory=dict)

    def tensor(self, buffer: Buffer, offset: int, storage: str) -> str:
        """The name of the tensor that begins so many bytes into the buffer."""
        key = (buffer, offset, storage)
        if key not in self._names:
            self._names[key] = f"t{len(self._names) + 1}"
            self.tensors[self._names[key]] = (buffer, offset)
        return self._names[key]


def lower(stage: Stage, places: Places | None = None, name: str = "nest") -> Lowered:
    """The nest of one stage; of a program's, if `places` are given. Raises ValueError if the core finds it malformed."""
    return NestBuilder(stage, places, name).run()


def moved(stage: Stage) -> set[object]:
    """Keys of what a stage moves as it is, where that is all it does (choosing aside), out's included."""
    leaves, tests = chosen(stage.final)
    reads = [leaf for leaf in leaves if isinstance(leaf, Read) and leaf.buffer.dtype == stage.out.buffer.dtype]
    zeros = [leaf for leaf in leaves if isinstance(leaf, Const) and leaf.value == 0]  # all bits 0 in every type
    tested = [e for test in tests for e in below(test) if isinstance(e, Read)]
    keys: set[object] = {read.key for read in reads}
    used = [*tested, *(read.at for read in stage.reads() if read.at is not None)]
    computes = stage.reduces or not reads or len(reads) + len(zeros) < len(leaves)
    wider = ITEMSIZE[stage.out.buffer.dtype] < 8 and any(read.buffer.dtype in WIDE for read in tested)
    if computes or wider or any(read.key in keys for read in used):
        return set()
    return keys | {stage.out.key}


def chosen(expr: Expr) -> tuple[list[Expr], list[Expr]]:
    """What nested choices choose from; and the operands of their conditions."""
    if not isinstance(expr, Choose):
        return [expr], []
    (yes, tests_yes), (no, tests_no) = chosen(expr.if_true), chosen(expr.if_false)
    return yes + no, [expr.condition.left, expr.condition.right, *tests_yes, *tests_no]


def computed_in(stage: Stage) -> str:
    """The type of a stage's arithmetic."""
    where = moved(stage)
    direct = [stored_as(e, where) for root in stage.roots for e in below(root) if isinstance(e, Read)]
    return stage.compute or ("f64" if WIDE & {*direct, stored_as(stage.out, where)} else "f32")


def types(stage: Stage, computed: str) -> Types:
    return Types((Acc,), computed, operands)


def made_in(stage: Stage) -> str:
    """The type of a stage's result, as it is computed."""
    return types(stage, computed_in(stage)).of(stage.final)


def stored_as(read: Read, moved: set[object]) -> str:
    """What is moved travels bit by bit: integers as floats of their size."""
    same_size = {4: "f32", 8: "f64"}.get(ITEMSIZE[read.buffer.dtype])
    return same_size if read.key in moved and same_size else read.buffer.dtype


class NestBuilder:
    def __init__(self, stage: Stage, places: Places | None, name: str) -> None:
        self.stage, self.places = stage, places
        self.moved = moved(stage)
        self.type = computed_in(stage)
        self.nest = _core.Nest(name, self.type, True)  # no names of this network: equal nests have equal texts
        self.tensors: list[tuple[Buffer, int]] = []
        self.accesses: dict[object, int] = {}
        self.nodes: dict[object, int] = {}
        self.lowered: dict[tuple[int, str], int] = {}  # by the expression and what it is computed in
        self.types = types(stage, self.type)

    def run(self) -> Lowered:
        stage, nest = self.stage, self.nest
        for d, extent in enumerate(stage.extents):
            nest.add_dim(f"d{d}" if d < stage.parallel else f"r{d - stage.parallel}", extent, d >= stage.parallel)
        for root in ("init", "update", "final"):
            expr = getattr(stage, root)
            if expr is not None:
                setattr(nest, root, self.node(expr))
        nest.out = self.access(stage.out, self.types.of(stage.final))
        if wrong := nest.validate():
            raise ValueError(f"stage {stage.name}: {wrong}")
        return Lowered(stage.name, nest, self.tensors)

    def node(self, expr: Expr, beside: str | None = None) -> int:
        """`beside`: the type of what the expression is an operand of."""
        type = self.types.own(expr) or beside or self.type
        if (id(expr), type) not in self.lowered:
            self.lowered[id(expr), type] = self.make(expr, type)
        return self.lowered[id(expr), type]

    def once(self, key: tuple[object, ...]) -> int:
        """Equal nodes are one node."""
        if key not in self.nodes:
            op, *rest = key
            if op == "const":
                made = self.nest.constant(float.fromhex(str(rest[0])), str(rest[1]))
            elif op == "convert":
                made = self.nest.convert(*rest)  # type: ignore[arg-type]
            elif op in _core.PREDS:
                made = self.nest.select(str(op), *rest)  # type: ignore[arg-type]
            elif op in _core.OPS:
                made = self.nest.add(str(op), *rest)  # type: ignore[arg-type]
            else:
                made = self.nest.math(str(op), *rest)  # type: ignore[arg-type]
            self.nodes[key] = made
        return self.nodes[key]

    def make(self, expr: Expr, type: str) -> int:
        if isinstance(expr, Const):
            value = float(np.float32(expr.value)) if type == "f32" else float(expr.value)
            return self.once(("const", value.hex(), type))
        if isinstance(expr, Read):
            access = self.access(expr, type)
            key = ("load", access)
            if key not in self.nodes:
                self.nodes[key] = self.nest.load(access)
            return self.nodes[key]
        if isinstance(expr, Acc):
            if ("acc",) not in self.nodes:
                self.nodes["acc",] = self.nest.acc()
            return self.nodes["acc",]
        if target_type(expr):
            (part,) = operands(expr)
            return self.once(("convert", self.node(part), type)) if self.types.of(part) != type else self.node(part)
        inputs = [self.node(operand, type) for operand in operands(expr)]
        if isinstance(expr, Choose):
            return self.once((expr.condition.pred, *inputs))
        assert isinstance(expr, Apply)
        return self.once((expr.op, *inputs))

    def storage(self, read: Read) -> str:
        return stored_as(read, self.moved)

    def access(self, read: Read, type: str) -> int:
        """By itself, a nest has a tensor for every place: it holds no offset of this network, and may pack any of them."""
        key = (type, read.key)
        if key not in self.accesses:
            size = ITEMSIZE[read.buffer.dtype]
            at = self.access(read.at, self.type) if read.at is not None else -1
            tensor, offset = self.tensor(read, read.offset * size)
            strides = [s * size for s in read.strides]
            self.accesses[key] = self.nest.add_access(tensor, strides, offset, at, read.scale * size, type)
        return self.accesses[key]

    def tensor(self, read: Read, offset: int) -> tuple[int, int]:
        """The tensor of a place so many bytes into its buffer, and how many bytes into the tensor that is."""
        if self.places is None:
            self.tensors.append((read.buffer, offset))
            return self.nest.add_tensor(f"t{len(self.tensors)}", self.storage(read)), 0
        begin = 0 if read.buffer in self.places.written else offset
        name = self.places.tensor(read.buffer, begin, self.storage(read))
        known = list(self.nest.tensors)
        return known.index(name) if name in known else self.nest.add_tensor(name, self.storage(read)), offset - begin


def word(name: str, longest: int = 60) -> str:
    """A symbol's name."""
    return re.sub(r"^[^A-Za-z_]", "_", re.sub(r"[^A-Za-z0-9_.]+", "_", name))[:longest] or "_"
