"""ProgramSchedule: a schedule per nest of a program, and which nests run in the loops of others.

A nest that runs in another's loop is a guest of that loop (Loop.guests), so it stays where it is when loops move. Loops are
named with their nest, as in "div:i".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Union

from .. import _core
from .schedule import EditError, Loop, Schedule, mark, schedule_of


@dataclass(frozen=True)
class ProgramSchedule:
    """nests: names, in the program's order. schedules: theirs. consumers: per nest, the last one that reads its output, or ""."""

    nests: tuple[str, ...]
    schedules: tuple[Schedule, ...]
    consumers: tuple[str, ...]

    def of(self, nest: str) -> Schedule:
        """Raises EditError if there is no such nest."""
        if nest not in self.nests:
            raise EditError(f"there is no nest {nest}; the nests are {', '.join(self.nests)}")
        return self.schedules[self.nests.index(nest)]

    def with_schedule(self, nest: str, schedule: Schedule) -> ProgramSchedule:
        """With another schedule for one nest; guests stay in the program's order."""
        ordered = tuple(replace(loop, guests=tuple(g for g in self.nests if g in loop.guests)) for loop in schedule.loops)
        schedules = [replace(schedule, loops=ordered) if name == nest else old for name, old in zip(self.nests, self.schedules)]
        return replace(self, schedules=tuple(schedules))

    def place(self, nest: str) -> tuple[str, str] | None:
        """The host and its loop that the nest runs in; None: it runs by itself."""
        for host, schedule in zip(self.nests, self.schedules):
            for loop in schedule.loops:
                if nest in loop.guests:
                    return host, loop.name
        return None

    def root(self, nest: str) -> str:
        """The nest that runs by itself, in whose loops this one runs, or itself."""
        while place := self.place(nest):
            nest = place[0]
        return nest

    def lines(self, nest: str) -> Iterator[tuple[str, Loop]]:
        """The nest's loops with those of its guests, as they are printed."""
        for loop in self.of(nest).loops:
            yield nest, loop
            for guest in loop.guests:
                yield from self.lines(guest)

    @property
    def names(self) -> tuple[str, ...]:
        """All loops, in the order of the loop tree."""
        return tuple(f"{owner}:{loop.name}" for nest in self.nests if not self.place(nest) for owner, loop in self.lines(nest))

    def index(self, name: str) -> int:
        """Where a loop stands among the names. Raises EditError if there is none of that name."""
        if name not in self.names:
            raise EditError(f"there is no loop {name}; the loops are {', '.join(self.names)}")
        return self.names.index(name)

    def steps(self) -> Iterator[str]:
        """The steps of the sentence. A nest without steps is not named."""
        for nest, schedule in zip(self.nests, self.schedules):
            place = self.place(nest)
            steps = [f"at({place[0]},{place[1]})"] * (place is not None) + schedule.steps() if place else schedule.steps()
            yield from [f"nest({nest})", *steps] if steps else []

    def __str__(self) -> str:
        return " ".join(["v1", *self.steps()])


AnySchedule = Union[Schedule, ProgramSchedule]


def consumer(program: _core.Program, writer: _core.Nest) -> str:
    """The last nest that reads what another one writes."""
    written = writer.tensors[writer.accesses[writer.out][0]]
    later = program.nests[[nest.name for nest in program.nests].index(writer.name) + 1:]
    return next((nest.name for nest in reversed(later) if nest.tensors[nest.accesses[nest.out][0]] != written
                 and any(nest.tensors[access[0]] == written for access in nest.accesses)), "")


def by_nest(sentence: _core.Sentence, nests: Iterable[str]) -> dict[str, list[tuple[str, list[str], int]]]:
    """The steps of each nest."""
    steps: dict[str, list[tuple[str, list[str], int]]] = {name: [] for name in nests}
    current = next(iter(steps))
    for step in sentence.steps:
        if step[0] == "nest":
            current = step[1][0]
        else:
            steps[current].append(step)
    return steps


def program_schedule_of(program: _core.Program, sentence: _core.Sentence) -> ProgramSchedule:
    """The schedule that a legal sentence describes. Places last: they name loops as all other steps left them."""
    names = tuple(nest.name for nest in program.nests)
    steps = by_nest(sentence, names)
    schedules = tuple(schedule_of([dim for dim, _, _ in nest.dims], [step for step in steps[nest.name] if step[0] != "at"])
                      for nest in program.nests)
    schedule = ProgramSchedule(names, schedules, tuple(consumer(program, nest) for nest in program.nests))
    for nest in names:
        for _, (host, loop), _ in (step for step in steps[nest] if step[0] == "at"):
            schedule = settle(schedule, nest, host, loop)
    return schedule


def settle(schedule: ProgramSchedule, nest: str, host: str, loop: str) -> ProgramSchedule:
    """The nest becomes a guest of a loop. Raises EditError if that is not there."""
    of_host = schedule.of(host)
    guests = of_host.loops[of_host.index(loop)].guests
    return schedule.with_schedule(host, mark(of_host, [loop], guests=(*guests, nest)))
