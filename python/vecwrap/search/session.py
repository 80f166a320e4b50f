"""Session: one search under way. Strategies ask it to evaluate schedules; it remembers, keeps the budget and the trajectory."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from .. import _core
from ..measure import Runner
from .edit import Edit
from .progress import Update
from .result import Evaluation, SearchResult
from .program import AnySchedule
from .schedule import EditError
from .space import Space


class Spent(Exception):
    """The budget is used up; the message says which part."""


@dataclass(frozen=True)
class Budget:
    """When a search ends, at the latest.

    seconds: wall-clock time, from the first measurement on; one that has begun is finished.
    evaluations: measurements; what is known already costs none. None: no limit.
    """

    seconds: float | None = 10.0
    evaluations: int | None = None

    def __post_init__(self) -> None:
        if self.seconds is None and self.evaluations is None:
            raise ValueError("a search needs a budget: seconds, evaluations, or both")

    def check(self, seconds: float, evaluations: int) -> None:
        """Raises Spent."""
        if self.seconds is not None and seconds >= self.seconds:
            raise Spent("time")
        if self.evaluations is not None and evaluations >= self.evaluations:
            raise Spent("evaluations")

    def fraction(self, seconds: float, evaluations: int) -> float:
        """How much is spent, 0 to 1."""
        return max(seconds / self.seconds if self.seconds else 0.0,
                   evaluations / self.evaluations if self.evaluations else 0.0)


class Session:
    """start: where the search begins. steps: how long a sequence of edits may be. random: seeded."""

    def __init__(self, space: Space, runner: Runner, symbols: Mapping[str, int], result: SearchResult, *, budget: Budget,
                 steps: int, start: str, report: Update) -> None:
        self.space = space
        self.runner = runner
        self.symbols = symbols
        self.result = result
        self.budget = budget
        self.steps = steps
        self.report = report
        self.random = Random(result.seed)
        self.measured = 0  # by this session, not counting what it resumed from
        self._seconds = {evaluation.sentence: evaluation.seconds for evaluation in result.evaluations}
        self._best = min(self._seconds.values(), default=math.inf)
        self._before = result.elapsed
        self._began = time.perf_counter()
        self.start = space.schedule(start)

    @property
    def elapsed(self) -> float:
        """Seconds since the session began."""
        return time.perf_counter() - self._began

    def evaluate(self, schedule: AnySchedule, parent: AnySchedule | None = None, edit: Edit | None = None) -> float:
        """Seconds per run of a legal schedule: measured once. Raises Spent when the budget is used up."""
        sentence = str(schedule)
        if sentence not in self._seconds:
            if self._seconds:  # a search has one evaluation at least
                self.budget.check(self.elapsed, self.measured)
            self._seconds[sentence] = self._measure(sentence, str(parent or ""), str(edit or ""))
        return self._seconds[sentence]

    def _measure(self, sentence: str, parent: str, edit: str) -> float:
        found = self.runner.measure(self.space.core, sentence, self.space.target, self.symbols)
        self.measured += 1
        self.result.evaluations.append(
            Evaluation(self._before + self.elapsed, sentence, found.seconds_best, found.gflops, parent, edit))
        self._best = min(self._best, found.seconds_best)
        self.report(self.budget.fraction(self.elapsed, self.measured),
                    f"{self.measured} measured, best {self._best * 1e6:.1f} us")
        return found.seconds_best

    def neighbours(self, schedule: AnySchedule) -> list[tuple[Edit, AnySchedule]]:
        """What legal edits lead to. Raises Spent when the time is used up, for generating code takes time as well."""
        self.budget.check(self.elapsed, 0)
        return list(self.space.neighbours(schedule))

    def expand(self, schedule: AnySchedule) -> list[AnySchedule]:
        """The neighbours, each evaluated once, fastest first."""
        reached = {edited: self.evaluate(edited, schedule, edit) for edit, edited in self.neighbours(schedule)}
        return sorted(reached, key=lambda edited: reached[edited])

    def random_neighbour(self, schedule: AnySchedule) -> tuple[Edit, AnySchedule] | None:
        """A legal edit, or None if there is none. Raises Spent when the time is used up.

        First a kind of edit, then one of that kind: else the many factors of splits would leave no room for the rest.
        """
        self.budget.check(self.elapsed, 0)
        candidates = self.space.candidates(schedule)
        self.random.shuffle(candidates)
        kinds = {name: self.random.random() for name in self.space.actions.names}
        candidates.sort(key=lambda edit: kinds[edit.name])
        return next(((edit, edited) for edit in candidates if (edited := self.follow(schedule, edit)) is not None), None)

    def follow(self, schedule: AnySchedule, edit: Edit) -> AnySchedule | None:
        """What an edit leads to, or None if it is illegal or changes nothing."""
        try:
            edited = self.space.apply(schedule, edit)
        except (EditError, _core.Refusal):
            return None
        return edited if edited != schedule else None

    def finish(self, stopped: str) -> SearchResult:
        self.result.stopped = stopped
        self.result.elapsed = self._before + self.elapsed
        return self.result
