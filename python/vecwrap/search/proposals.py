"""What the built-in heuristic proposes, for a nest or for the nests of a program."""

from __future__ import annotations

from dataclasses import replace

from .. import _core
from ..measure import Core
from .program import ProgramSchedule, program_schedule_of
from .schedule import Schedule, schedule_of


def proposals(core: Core, target: _core.Target, n: int) -> list[str]:
    """Up to n sentences, best guess first. A program's nests are scheduled one by one and share nothing."""
    if isinstance(core, _core.Nest):
        return [str(sentence) for sentence in _core.propose(core, target, n, always=True)]
    alone = program_schedule_of(core, _core.Sentence("v1"))
    each = [schedules(nest, target, n) for nest in core.nests]
    longest = max(map(len, each))
    return [str(combined(alone, [found[min(k, len(found) - 1)] for found in each])) for k in range(longest)]


def schedules(nest: _core.Nest, target: _core.Target, n: int) -> list[Schedule]:
    """Without streaming stores: what a program writes may be read again."""
    dims = [name for name, _, _ in nest.dims]
    return [replace(schedule_of(dims, sentence.steps), stream=()) for sentence in _core.propose(nest, target, n, always=True)]


def combined(schedule: ProgramSchedule, own: list[Schedule]) -> ProgramSchedule:
    return replace(schedule, schedules=tuple(own))
