"""Beam search, depth first and breadth first (thesis, section 3.7): each schedule's `width` fastest neighbours are expanded.

A neighbour that was expanded already is not again: edits can be undone by edits, and would fill the beam with the way back.
"""

from __future__ import annotations

from typing import ClassVar

from .program import AnySchedule
from .session import Session
from .strategy import Search


class Beam(Search):
    """Time: width ^ steps."""

    width: ClassVar[int]

    def fastest(self, session: Session, schedule: AnySchedule, expanded: set[AnySchedule]) -> list[AnySchedule]:
        return [edited for edited in session.expand(schedule) if edited not in expanded][:self.width]


class BeamDfs(Beam):
    """Follows the fastest neighbour to the full depth first. Unlike greedy search it goes on when things get worse."""

    def explore(self, session: Session) -> None:
        self.visit(session, session.start, set(), session.steps)

    def visit(self, session: Session, schedule: AnySchedule, expanded: set[AnySchedule], steps: int) -> None:
        if not steps or schedule in expanded:
            return
        expanded.add(schedule)
        for edited in self.fastest(session, schedule, expanded):
            self.visit(session, edited, expanded, steps - 1)


class BeamBfs(Beam):
    """Finishes all sequences of n edits before those of n + 1."""

    def explore(self, session: Session) -> None:
        layer, expanded = [session.start], {session.start}
        for _ in range(session.steps):
            following = []
            for schedule in layer:
                fastest = self.fastest(session, schedule, expanded)
                expanded.update(fastest)
                following += fastest
            layer = following


class Beam2Dfs(BeamDfs):
    name, width = "beam2dfs", 2


class Beam4Dfs(BeamDfs):
    name, width = "beam4dfs", 4


class Beam2Bfs(BeamBfs):
    name, width = "beam2bfs", 2


class Beam4Bfs(BeamBfs):
    name, width = "beam4bfs", 4
