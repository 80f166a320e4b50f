"""Random search (thesis, section 3.7), and the heuristic's proposals as the baseline of all searches."""

from __future__ import annotations

from .proposals import proposals
from .session import Session
from .strategy import Search

STALE = 100  # random walks in a row without a new schedule: the space is exhausted
PROPOSALS = 8


class RandomWalk(Search):
    """Sequences of `steps` random edits from the start; every schedule on the way is evaluated."""

    name = "random"

    def explore(self, session: Session) -> None:
        stale = 0
        while stale < STALE:
            known = session.measured
            self.walk(session)
            stale = 0 if session.measured > known else stale + 1

    def walk(self, session: Session) -> None:
        schedule = session.start
        for _ in range(session.steps):
            step = session.random_neighbour(schedule)
            if step is None:
                return
            edit, edited = step
            session.evaluate(edited, schedule, edit)
            schedule = edited


class Heuristic(Search):
    """No search: measures what the built-in heuristic proposes, best guess first."""

    name = "heuristic"

    def explore(self, session: Session) -> None:
        for sentence in proposals(session.space.core, session.space.target, PROPOSALS):
            session.evaluate(session.space.schedule(sentence))
