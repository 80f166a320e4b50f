"""The dims of a stage: split, dropped, merged and put in order, without changing what it computes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from ..expr import Expr
from .stage import Read, Stage

Strides = Callable[[tuple[int, ...]], tuple[int, ...]]


def with_dims(stage: Stage, extents: Sequence[int], parallel: int, strides: Strides) -> Stage:
    """The stage over other dims; `strides` turns the strides of each read into those along the new dims."""
    def change(expr: Expr) -> Expr | None:
        return expr.moved(strides) if isinstance(expr, Read) else None

    return stage.rewritten(change, extents=tuple(extents), parallel=parallel, out=stage.out.moved(strides))


def select(stage: Stage, dims: Sequence[int]) -> Stage:
    """Only these dims, in this order; the others have extent 1."""
    parallel = sum(d < stage.parallel for d in dims)
    return with_dims(stage, [stage.extents[d] for d in dims], parallel, lambda s: tuple(s[d] for d in dims))


def split(stage: Stage, dim: int, inner: int) -> Stage:
    """One dim as two, outer and inner."""
    extents = (*stage.extents[:dim], stage.extents[dim] // inner, inner, *stage.extents[dim + 1:])
    return with_dims(stage, extents, stage.parallel + (dim < stage.parallel),
                     lambda s: (*s[:dim], s[dim] * inner, s[dim], *s[dim + 1:]))


def merge(stage: Stage, outer: int, inner: int) -> Stage:
    """Two dims as one, at the place of the inner one."""
    extents = list(stage.extents)
    extents[inner] *= extents[outer]
    parallel = stage.parallel - (outer < stage.parallel)
    del extents[outer]
    return with_dims(stage, extents, parallel, lambda s: tuple(v for d, v in enumerate(s) if d != outer))


def places(stage: Stage) -> list[Read]:
    """Everything that is addressed."""
    return [stage.out, *stage.reads()]


def normalised(stage: Stage) -> Stage:
    """Without dims of extent 1, merged where all accesses allow it, parallel dims in the order of the output's memory."""
    if stage.reduces and all(extent == 1 for extent in stage.extents[stage.parallel:]):
        stage = without_reduction(stage)
    kept = [d for d, extent in enumerate(stage.extents) if extent > 1]
    if not kept:  # a single element; the core wants a dim along which the output moves
        return with_dims(stage, (1,), 1, lambda s: (1,))
    stage = merged(select(stage, kept))
    order = sorted(range(stage.parallel), key=lambda d: -abs(stage.out.strides[d]))
    return select(stage, [*order, *range(stage.parallel, len(stage.extents))])


def without_reduction(stage: Stage) -> Stage:
    """One reduction step only: final over update over init."""
    assert stage.init is not None and stage.update is not None
    once = stage.rewritten(lambda e: stage.init if e is stage.acc else None).update
    final = replace(stage, init=None, update=None).rewritten(lambda e: once if e is stage.acc else None).final
    plain = replace(stage, init=None, update=None, final=final)
    return select(plain, range(stage.parallel)) if stage.parallel else with_dims(plain, (1,), 1, lambda s: (0,))


def merged(stage: Stage) -> Stage:
    addressed = places(stage)
    for inner in range(len(stage.extents)):
        for outer in range(len(stage.extents)):
            same_kind = (outer < stage.parallel) == (inner < stage.parallel)
            if outer != inner and same_kind and all(
                    p.strides[outer] == p.strides[inner] * stage.extents[inner] for p in addressed):
                return merged(merge(stage, outer, inner))
    return stage
