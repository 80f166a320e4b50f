"""Greedy search with lookahead (thesis, section 3.7)."""

from __future__ import annotations

from typing import ClassVar

from .program import AnySchedule
from .session import Session
from .strategy import Search


class Greedy1(Search):
    """Goes one edit towards the fastest schedule within `lookahead` edits; ends where none is faster than the current one.

    With a lookahead of 2 it tolerates one edit that makes things worse. Time: steps * edits ^ lookahead.
    """

    name = "greedy1"
    lookahead: ClassVar[int] = 1

    def explore(self, session: Session) -> None:
        current = session.start
        for _ in range(session.steps):
            step = self.promising(session, current)
            if step is None:
                return
            current = step

    def promising(self, session: Session, current: AnySchedule) -> AnySchedule | None:
        """The first step towards the fastest schedule that can be seen from here; None if that is the current one."""
        first: dict[AnySchedule, AnySchedule | None] = {current: None}  # schedule: the first step of a shortest way to it
        best, layer = current, [current]
        for _ in range(self.lookahead):
            reached = []
            for schedule in layer:
                for edited in session.expand(schedule):
                    if edited not in first:
                        first[edited] = first[schedule] or edited
                        reached.append(edited)
                        best = min(best, edited, key=session.evaluate)
            layer = reached
        return first[best]


class Greedy2(Greedy1):
    """Lookahead of two edits."""

    name = "greedy2"
    lookahead = 2
