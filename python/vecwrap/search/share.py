"""Edits of programs: any edit of one of its nests, and which nests share loops."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from .edits import EDITS
from .program import ProgramSchedule, settle
from .schedule import EditError


def unsettle(schedule: ProgramSchedule, nest: str) -> ProgramSchedule:
    """The nest runs by itself."""
    place = schedule.place(nest)
    if place is None:
        return schedule
    host = schedule.of(place[0])
    loops = tuple(replace(loop, guests=tuple(guest for guest in loop.guests if guest != nest)) for loop in host.loops)
    return schedule.with_schedule(place[0], replace(host, loops=loops))


def share(schedule: ProgramSchedule, nest: str, at: str = "") -> ProgramSchedule:
    """The nest runs in a loop of another one ("div:i"); without `at`, in one loop more than now.

    By itself it goes to the outermost loop of the nest that reads what it writes, or of that one's host.
    """
    schedule.of(nest)
    host, _, loop = (at or deeper(schedule, nest)).partition(":")
    return settle(unsettle(schedule, nest), nest, host, loop)


def deeper(schedule: ProgramSchedule, nest: str) -> str:
    """The loop inside of the one that the nest runs in."""
    place = schedule.place(nest)
    reader = schedule.consumers[schedule.nests.index(nest)]
    if place is None and not reader:
        raise EditError(f"no later nest reads what {nest} writes")
    host = place[0] if place else schedule.root(reader)
    loops = schedule.of(host).loops
    position = schedule.of(host).index(place[1]) + 1 if place else 0
    if position == len(loops):
        raise EditError(f"{nest} runs in the innermost loop of {host}")
    return f"{host}:{loops[position].name}"


def unshare(schedule: ProgramSchedule, nest: str) -> ProgramSchedule:
    """The nest runs in one loop less than now; from the outermost one it goes back to run by itself."""
    place = schedule.place(nest)
    if place is None:
        schedule.of(nest)
        raise EditError(f"{nest} runs by itself")
    host = schedule.of(place[0])
    position = host.index(place[1])
    alone = unsettle(schedule, nest)
    return settle(alone, nest, place[0], host.loops[position - 1].name) if position else alone


PROGRAM_EDITS: dict[str, Callable[..., ProgramSchedule]] = {"share": share, "unshare": unshare}


def edit_program(schedule: ProgramSchedule, name: str, args: tuple[str | int, ...]) -> ProgramSchedule:
    """An edit whose loops and tensors are named with their nest. Raises EditError as Edit does."""
    if name in PROGRAM_EDITS:
        return PROGRAM_EDITS[name](schedule, *args)
    parts = [arg.partition(":") if isinstance(arg, str) else None for arg in args]
    nests = {part[0] for part in parts if part}
    if len(nests) != 1 or not all(part is None or part[2] for part in parts):
        raise EditError(f"name the loops of one nest as in {schedule.names[0]}, not {', '.join(map(str, args))}")
    nest = nests.pop()
    bare = [part[2] if part else arg for part, arg in zip(parts, args)]
    return schedule.with_schedule(nest, EDITS[name](schedule.of(nest), *bare))
