"""Stages: what becomes one loop nest. Expressions are those of vecwrap.expr with Read at the leaves."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ..expr import Acc, Apply, Choose, Condition, Const, Expr, below, operands
from .array import Array, Buffer


@dataclass(frozen=True, eq=False)
class Read(Expr):
    """The element at offset + sum of strides[d] * index of dim d; if `at` is set, + scale * (the integer read there)."""

    buffer: Buffer
    offset: int
    strides: tuple[int, ...]
    at: Read | None = None
    scale: int = 0

    @property
    def key(self) -> tuple[object, ...]:
        """Equal for reads of the same place."""
        return (self.buffer, self.offset, self.strides, self.at.key if self.at is not None else None, self.scale)

    def moved(self, strides: Callable[[tuple[int, ...]], tuple[int, ...]]) -> Read:
        """The same read over other dims."""
        return replace(self, strides=strides(self.strides), at=self.at.moved(strides) if self.at is not None else None)


@dataclass(eq=False)
class Stage:
    """out[P] = final(acc), acc folded over the reduction dims from init by update; without them, out[P] = final.

    `extents` holds the parallel dims, then the reduction dims.
    """

    name: str
    extents: tuple[int, ...]
    parallel: int
    out: Read
    final: Expr
    init: Expr | None = None
    update: Expr | None = None
    acc: Acc = field(default_factory=Acc)
    fills: bool = False  # writes the margin of a buffer that another stage writes
    compute: str = ""  # the type of its arithmetic; by default what its operands need (nests.py)

    @property
    def reduces(self) -> bool:
        return self.parallel < len(self.extents)

    @property
    def roots(self) -> list[Expr]:
        return [root for root in (self.init, self.update, self.final) if root is not None]

    def reads(self) -> list[Read]:
        """Every place read, once; index reads included."""
        found: dict[object, Read] = {}
        for root in self.roots:
            for expr in below(root):
                read = expr if isinstance(expr, Read) else None
                while read is not None:
                    found.setdefault(read.key, read)
                    read = read.at
        return list(found.values())

    def rewritten(self, change: Mapping[object, Expr] | Callable[[Expr], Expr | None], **fields: object) -> Stage:
        """With expressions replaced (see substitute) and fields set."""
        memo: dict[int, Expr] = {}
        roots = {name: substitute(root, change, memo) for name in ("init", "update", "final")
                 if (root := getattr(self, name)) is not None}
        return replace(self, **{**roots, **fields})  # type: ignore[arg-type]


def substitute(root: Expr, change: Mapping[object, Expr] | Callable[[Expr], Expr | None], memo: dict[int, Expr]) -> Expr:
    """`root` with leaves replaced: by Read.key, or by whatever the function returns that is not None."""
    if id(root) in memo:
        return memo[id(root)]
    new: Expr | None
    if callable(change):
        new = change(root)
    else:
        new = change.get(root.key) if isinstance(root, Read) else None
    if new is None:
        parts = tuple(substitute(part, change, memo) for part in operands(root))
        if isinstance(root, Apply) and parts != root.operands:
            new = Apply(root.op, parts)
        elif isinstance(root, Choose):
            new = Choose(Condition(root.condition.pred, parts[0], parts[1]), parts[2], parts[3])
        else:
            new = root
    memo[id(root)] = new
    return new


def read(array: Array) -> Read:
    """The element of an array whose axes are the dims of the stage."""
    return Read(array.buffer, array.offset, array.strides)


def pointwise(name: str, out: Array, arrays: Sequence[Array], body: Callable[..., Expr], compute: str = "") -> Stage:
    """out = body(*arrays), element by element; the arrays broadcast to out's shape."""
    final = body(*(read(array.expand(out.shape)) for array in arrays))
    return Stage(name, out.shape, out.rank, read(out), final, compute=compute)


def reduction(name: str, out: Array, arrays: Sequence[Array], init: float | Expr, update: Callable[..., Expr],
              final: Callable[..., Expr] | None = None, also: Sequence[Array] = ()) -> Stage:
    """acc = init; acc = update(acc, *arrays) over the axes that the arrays have after out's; out = final(acc, *also).

    Every array has out's axes, then the reduction's; axes of extent 1 broadcast. `also` has out's axes only.
    """
    rank = max(array.rank for array in arrays)
    extents = tuple(max(array.shape[axis] for array in arrays if array.rank > axis) for axis in range(rank))
    extents = (*out.shape, *extents[out.rank:])
    zeros = (0,) * (rank - out.rank)
    acc = Acc()
    widened = [read(replace(array.expand(out.shape), margin=())).moved(lambda s: (*s, *zeros)) for array in also]
    place = read(out).moved(lambda s: (*s, *zeros))
    start = init if isinstance(init, Expr) else Const(float(init))
    step = update(acc, *(read(array.expand(extents)) for array in arrays))
    return Stage(name, extents, out.rank, place, final(acc, *widened) if final else acc, start, step, acc)
