"""Schedule: an editable loop list, and its one printed form, the sentence.

A sentence splits, then orders, then marks; an edit changes the middle of that. A schedule holds what the steps amount to:
the loops in order, each with its step and marks. It knows no rules: whether it is legal is the core's business.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace


class EditError(ValueError):
    """An edit names something that is not there; the message says what. (Illegal results raise vecwrap.Refusal.)"""


PARTS = ("rows", "columns", "depth")  # of a matrix unit's blocks, as step matrix names their loops


@dataclass(frozen=True)
class Loop:
    """One loop. Loops of one dim form a chain i, i.1, i.2, ... (their levels) from outer to inner.

    step: elements of the dim per iteration; 1 for the innermost of a chain.
    tile, vector, unroll, pipeline, tails, dot, matrix: marks of the loop, as the sentence's steps of these names; dot 1: products
        stay in lanes of their own; matrix: one of PARTS. group: registers of one of its vectors.
    packs: tensors that are packed on entry to its body.
    prefetches: tensors whose lines are asked for ahead, and how many iterations of this loop.
    guests: other nests of a program that run on entry to its body.
    """

    dim: str
    level: int = 0
    step: int = 1
    tile: bool = False
    vector: bool = False
    group: int = 1
    unroll: int = 1
    pipeline: bool = False
    tails: tuple[str, ...] = ()
    dot: int = 1
    matrix: str = ""
    packs: tuple[str, ...] = ()
    prefetches: tuple[tuple[str, int], ...] = ()
    guests: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return f"{self.dim}.{self.level}" if self.level else self.dim


@dataclass(frozen=True)
class Schedule:
    """dims: in the nest's order. loops: outermost first. packs: tensors that are packed before all loops.

    collapsed: pairs of dims of which the second became part of the first, in order; it is not among the dims any more.
    orders: the dims of packed buffers, slowest first, by tensor; of others as the core chooses.
    strided: how vectors of a tensor are made, by tensor; of others as the core chooses.
    stream: the output, if its vectors are stored past the caches.
    """

    dims: tuple[str, ...]
    loops: tuple[Loop, ...]
    packs: tuple[str, ...] = ()
    collapsed: tuple[tuple[str, str], ...] = ()
    orders: tuple[tuple[str, tuple[str, ...]], ...] = ()
    strided: tuple[tuple[str, str], ...] = ()
    stream: tuple[str, ...] = ()

    @staticmethod
    def naive(dims: Iterable[str]) -> Schedule:
        """The loops as the nest has them: the sentence "v1"."""
        names = tuple(dims)
        return Schedule(names, tuple(Loop(name) for name in names))

    @property
    def names(self) -> tuple[str, ...]:
        """All loops, outermost first."""
        return tuple(loop.name for loop in self.loops)

    def index(self, name: str) -> int:
        """Where a loop stands. Raises EditError if there is none of that name."""
        if name not in self.names:
            raise EditError(f"there is no loop {name}; the loops are {', '.join(self.names)}")
        return self.names.index(name)

    def with_loop(self, position: int, *loops: Loop) -> Schedule:
        """With other loops (or none) in the place of one."""
        return replace(self, loops=self.loops[:position] + loops + self.loops[position + 1:])

    def chain(self, dim: str) -> list[Loop]:
        """The loops of one dim, by level."""
        return sorted((loop for loop in self.loops if loop.dim == dim), key=lambda loop: loop.level)

    def steps(self) -> list[str]:
        """The steps of the sentence. Always in the same order, so equal schedules have equal sentences."""
        chains = [self.chain(dim) for dim in self.dims]
        order = [loop.name for loop in self.loops]
        steps = [f"collapse({into},{dim})" for into, dim in self.collapsed]
        steps += [f"split({loop.name},{loop.step})" for chain in chains for loop in chain[:-1]]
        if order != [loop.name for chain in chains for loop in chain]:
            steps.append(f"reorder({','.join(order)})")
        packs = [(tensor, place.name if place else "-") for place in (None, *self.loops) for tensor in (place or self).packs]
        steps += [f"pack({','.join((tensor, place, *dict(self.orders).get(tensor, ())))})" for tensor, place in packs]
        if tile := [loop.name for loop in self.loops if loop.tile]:
            steps.append(f"tile({','.join(tile)})")
        steps += [f"vectorize({loop.name}{f',{loop.group}' if loop.group > 1 else ''})" for loop in self.loops if loop.vector]
        steps += [f"unroll({loop.name},{loop.unroll})" for loop in self.loops if loop.unroll > 1]
        steps += [f"dot({loop.name},{loop.dot})" for loop in self.loops if loop.dot > 1]
        if unit := {loop.matrix: loop.name for loop in self.loops if loop.matrix}:
            steps.append(f"matrix({','.join(unit[part] for part in PARTS if part in unit)})")
        steps += [f"prefetch({tensor},{loop.name},{n})" for loop in self.loops for tensor, n in loop.prefetches]
        steps += [f"pipeline({loop.name})" for loop in self.loops if loop.pipeline]
        steps += [f"tail({loop.name},{how})" for loop in self.loops for how in loop.tails]
        steps += [f"strided({tensor},{how})" for tensor, how in self.strided]
        return steps + [f"stream({tensor})" for tensor in self.stream[:1]]

    def __str__(self) -> str:
        return " ".join(["v1", *self.steps()])


def schedule_of(dims: Iterable[str], steps: Iterable[tuple[str, list[str], int]]) -> Schedule:
    """The schedule that the steps of a legal sentence describe. Last what names loops as all other steps left them."""
    schedule = Schedule.naive(dims)
    for step, names, factor in sorted(steps, key=lambda step: step[0] in ("pack", "prefetch")):
        schedule = READERS[step](schedule, names, factor)
    return schedule


def read_split(schedule: Schedule, names: list[str], factor: int) -> Schedule:
    position = schedule.index(names[0])
    loop = schedule.loops[position]
    return schedule.with_loop(position, replace(loop, step=factor), Loop(loop.dim, loop.level + 1))


def read_reorder(schedule: Schedule, names: list[str], factor: int) -> Schedule:
    return replace(schedule, loops=tuple(schedule.loops[schedule.index(name)] for name in names))


def mark(schedule: Schedule, names: Iterable[str], **marks: bool | int | str | tuple[object, ...]) -> Schedule:
    """With some fields of some loops set."""
    for name in names:
        position = schedule.index(name)
        schedule = schedule.with_loop(position, replace(schedule.loops[position], **marks))  # type: ignore[arg-type]
    return schedule


def add_pack(schedule: Schedule, tensor: str, place: str, *order: str) -> Schedule:
    """place: a loop, or "-" for before all loops. order: the dims of the buffer."""
    if order:
        schedule = replace(schedule, orders=tuple(sorted((*schedule.orders, (tensor, order)))))
    if place == "-":
        return replace(schedule, packs=(*schedule.packs, tensor))
    position = schedule.index(place)
    loop = schedule.loops[position]
    return schedule.with_loop(position, replace(loop, packs=(*loop.packs, tensor)))


def add_prefetch(schedule: Schedule, tensor: str, name: str, iterations: int) -> Schedule:
    loop = schedule.loops[schedule.index(name)]
    return mark(schedule, [name], prefetches=(*loop.prefetches, (tensor, iterations)))


def add_tail(schedule: Schedule, name: str, how: str) -> Schedule:
    return mark(schedule, [name], tails=(*schedule.loops[schedule.index(name)].tails, how))


def add_matrix(schedule: Schedule, *names: str) -> Schedule:
    """rows, columns and depth of a matrix unit's blocks."""
    for part, name in zip(PARTS, names):
        schedule = mark(schedule, [name], matrix=part)
    return schedule


def add_collapse(schedule: Schedule, into: str, dim: str) -> Schedule:
    """Two dims whose loops are whole become one, with the second one's marks: its body. Raises EditError if one is split."""
    for name in (into, dim):
        schedule.index(name)
        if len(schedule.chain(name)) > 1:
            raise EditError(f"{name} is split: only whole loops are collapsed")
    outer, inner = schedule.chain(into)[0], schedule.chain(dim)[0]
    if outer == inner:
        raise EditError(f"{into} cannot be collapsed with itself")
    joined = replace(inner, dim=into, packs=outer.packs + inner.packs, guests=outer.guests + inner.guests)
    loops = tuple(joined if loop == outer else loop for loop in schedule.loops if loop != inner)
    return replace(schedule, dims=tuple(name for name in schedule.dims if name != dim), loops=loops,
                   collapsed=(*schedule.collapsed, (into, dim)))


def add_strided(schedule: Schedule, tensor: str, how: str) -> Schedule:
    return replace(schedule, strided=(*schedule.strided, (tensor, how)))


READERS: dict[str, Callable[[Schedule, list[str], int], Schedule]] = {
    "collapse": lambda schedule, names, factor: add_collapse(schedule, *names),
    "split": read_split,
    "reorder": read_reorder,
    "tile": lambda schedule, names, factor: mark(schedule, names, tile=True),
    "vectorize": lambda schedule, names, factor: mark(schedule, names, vector=True, group=max(factor, 1)),
    "unroll": lambda schedule, names, factor: mark(schedule, names, unroll=factor),
    "pipeline": lambda schedule, names, factor: mark(schedule, names, pipeline=True),
    "tail": lambda schedule, names, factor: add_tail(schedule, *names),
    "dot": lambda schedule, names, factor: mark(schedule, names, dot=factor),
    "matrix": lambda schedule, names, factor: add_matrix(schedule, *names),
    "pack": lambda schedule, names, factor: add_pack(schedule, *names),
    "prefetch": lambda schedule, names, factor: add_prefetch(schedule, names[0], names[1], factor),
    "stream": lambda schedule, names, factor: replace(schedule, stream=tuple(names)),
    "strided": lambda schedule, names, factor: add_strided(schedule, *names),
}
