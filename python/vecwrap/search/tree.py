"""Where a loop stands in the printed loop tree."""

from __future__ import annotations

from .program import AnySchedule, ProgramSchedule


def line_of(schedule: AnySchedule, loop: str, tree: list[str]) -> int:
    """The line of a loop. One that is not printed, for it has one iteration within its host's loops, is where its nest is."""
    if not isinstance(schedule, ProgramSchedule):
        return next(number for number, line in enumerate(tree) if is_loop(line, loop))
    nest, _, name = loop.partition(":")
    place = schedule.place(nest)
    hosts = around(tree, place[0]) if place else []
    own = (number for number in around(tree, nest) if number not in hosts and is_loop(tree[number], name))
    return next(own, leaf_of(tree, nest))


def is_loop(line: str, loop: str) -> bool:
    return line.lstrip().startswith(f"for {loop} in ")


def indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def leaf_of(tree: list[str], nest: str) -> int:
    return next(number for number, line in enumerate(tree) if line.strip() == nest)


def around(tree: list[str], nest: str) -> list[int]:
    """The lines of the loops that a nest is in, innermost first."""
    found = []
    last = leaf_of(tree, nest)
    for number in range(last, -1, -1):
        if indent(tree[number]) < indent(tree[last]):
            found.append(number)
            last = number
    return found
