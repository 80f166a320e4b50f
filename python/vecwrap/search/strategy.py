"""Strategy: anything that proposes schedules. Search: those that measure."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar, Protocol

from .. import _core
from ..kernel import as_target
from ..measure import Core, Runner, Work, core_of, nests_of
from ..measure.cache import cpu_name
from ..measure.operands import values_of
from .progress import progress_bar
from .proposals import proposals
from .result import SearchResult
from .session import Budget, Session, Spent
from .actions import Actions
from .space import Space


class Strategy(Protocol):
    """Searches, the heuristic and models share this interface."""

    def propose(self, work: Work, target: str | _core.Target = "native", n: int = 1) -> list[_core.Sentence]:
        """Up to n legal sentences that differ, best first."""
        ...


@dataclass(frozen=True)
class Settings:
    """What all searches have in common.

    budget: when to end. seed: of every random choice. steps: the longest sequence of edits from the start.
    start: "naive" (the loops as they are), "heuristic" (the built-in heuristic's sentence) or a sentence.
    actions: the edits. runner: who measures; one of its own by default. symbols: values of the symbols.
    progress: show a bar, where rich is installed.
    """

    budget: Budget = Budget()
    seed: int = 0
    steps: int = 10
    start: str = "naive"
    actions: Actions = Actions()
    runner: Runner | None = None
    symbols: Mapping[str, int] = field(default_factory=dict)
    progress: bool = False

    def sentence(self, core: Core, target: _core.Target) -> str:
        """The start as a sentence."""
        if self.start == "heuristic":
            return proposals(core, target, 1)[0]
        return "v1" if self.start == "naive" else self.start


class Search(ABC):
    """A strategy that edits, measures and edits again. A subclass is one `explore`, and a name for the table."""

    name: ClassVar[str]

    def __init__(self, settings: Settings = Settings(), **changes: object) -> None:
        """Search(seed=1, budget=Budget(2)) is Search(Settings(seed=1, budget=Budget(2)))."""
        self.settings = replace(settings, **changes)  # type: ignore[arg-type]
        self.runner = self.settings.runner or Runner()

    @abstractmethod
    def explore(self, session: Session) -> None:
        """Evaluates schedules until there is nothing left to try. The session's Spent may pass through."""

    def search(self, work: Work, target: str | _core.Target = "native", resume: SearchResult | None = None) -> SearchResult:
        """Runs the search; the budget does not include the reference's result, which is computed first.

        resume: an earlier result for the same nest or program and target: what it measured is known and costs nothing, and the
        result continues it. Raises Refusal if the start is illegal, ArgumentError for missing symbols.
        """
        settings, machine, core = self.settings, as_target(target), core_of(work)
        self.runner.prepare(core, machine, settings.symbols)
        result = self.continued(resume, core, machine) if resume else self.empty(core, machine)
        with progress_bar(self.name, settings.progress) as report:
            session = Session(Space(core, machine, settings.actions), self.runner, settings.symbols, result,
                              budget=settings.budget, steps=settings.steps, start=settings.sentence(core, machine), report=report)
            try:
                session.evaluate(session.start)
                self.explore(session)
            except Spent as part:
                return session.finish(str(part))
            return session.finish("done")

    def propose(self, work: Work, target: str | _core.Target = "native", n: int = 1) -> list[_core.Sentence]:
        """The n fastest sentences that a search finds."""
        return [_core.Sentence(found.sentence) for found in self.search(work, target).top(n)]

    def empty(self, core: Core, target: _core.Target) -> SearchResult:
        return SearchResult(self.name, self.settings.seed, str(core), values_of(core, self.settings.symbols), target.name,
                            cpu_name(), self.runner.peak(target, nests_of(core)[0].type))

    def continued(self, earlier: SearchResult, core: Core, target: _core.Target) -> SearchResult:
        """A result that starts with an earlier one's trajectory. Raises ValueError if that is of something else."""
        fresh = self.empty(core, target)
        for what in ("nest", "symbols", "target", "cpu"):
            if getattr(earlier, what) != getattr(fresh, what):
                raise ValueError(f"this result cannot be resumed here: its {what} differs")
        return replace(fresh, evaluations=list(earlier.evaluations), elapsed=earlier.elapsed)
