"""Space: the legal schedules of one nest or program on one target, and which edits lead from one to the next."""

from __future__ import annotations

from collections.abc import Iterator

from .. import _core
from ..kernel import as_target
from ..measure import Work, core_of, nests_of
from .actions import Actions
from .edit import Edit
from .program import AnySchedule, program_schedule_of
from .schedule import EditError, schedule_of


class Space:
    """Legality is what the core's compile() says, remembered per sentence; there is no second copy of its rules."""

    def __init__(self, work: Work, target: str | _core.Target = "native", actions: Actions = Actions()) -> None:
        self.core = core_of(work)
        self.target = as_target(target)
        self.actions = actions
        self.tensors = {nest.name: nest.tensors for nest in nests_of(self.core)}
        self._refusals: dict[str, _core.Refusal | None] = {}

    def check(self, sentence: str) -> None:
        """Raises the core's Refusal if the sentence is illegal."""
        if sentence not in self._refusals:
            self._refusals[sentence] = self._refusal(sentence)
        if refusal := self._refusals[sentence]:
            raise refusal.with_traceback(None)

    def _refusal(self, sentence: str) -> _core.Refusal | None:
        try:
            _core.compile(self.core, _core.Sentence(sentence), self.target)
        except _core.Refusal as refusal:
            return refusal
        return None

    def schedule(self, sentence: str | _core.Sentence = "v1") -> AnySchedule:
        """The schedule of a sentence. Raises Refusal if it is illegal."""
        self.check(str(sentence))
        parsed = _core.Sentence(sentence) if isinstance(sentence, str) else sentence
        if isinstance(self.core, _core.Program):
            return program_schedule_of(self.core, parsed)
        return schedule_of([name for name, _, _ in self.core.dims], parsed.steps)

    def apply(self, schedule: AnySchedule, edit: Edit) -> AnySchedule:
        """Raises Refusal if the result is illegal, EditError if the edit names something that is not there."""
        edited = edit(schedule)
        self.check(str(edited))
        return edited

    def candidates(self, schedule: AnySchedule) -> list[Edit]:
        grouped = self.target.widest_group > 1
        return [edit for edit in self.actions.candidates(schedule, self.tensors) if grouped or edit.name != "group"]

    def neighbours(self, schedule: AnySchedule) -> Iterator[tuple[Edit, AnySchedule]]:
        """The legal edits that change the schedule, and what each leads to."""
        for edit in self.candidates(schedule):
            try:
                edited = self.apply(schedule, edit)
            except (EditError, _core.Refusal):
                continue
            if edited != schedule:
                yield edit, edited
