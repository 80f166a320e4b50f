"""Tuner: LoopTool's tuning interface. A nest or a program under a schedule that is always legal, with a cursor on one loop."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .. import _core
from ..measure import Work, Measurement, Runner
from .edit import Edit
from .editing import Editing
from .program import AnySchedule
from .schedule import EditError
from .actions import Actions
from .space import Space
from .tree import line_of


@dataclass(frozen=True)
class State:
    schedule: AnySchedule
    cursor: int = 0  # index of a loop's name


class Tuner(Editing):
    """Edits a schedule step by step.

    Edits work on the loop under the cursor, or on the one that is named; the cursor follows. An edit that the core refuses
    raises its Refusal, one that names something that is not there raises EditError; either leaves everything as it was. So
    every state compiles: `sentence` is legal at any time.

    Loops of a program are named with their nest, as in "div:i"; without it, the nest is the one under the cursor.

    sentence: where to start, by default the nest's own loops. symbols: values for gflops() of nests with run-time extents.
    """

    def __init__(self, work: Work, target: str | _core.Target = "native", sentence: str | _core.Sentence = "v1", *,
                 runner: Runner | None = None, symbols: Mapping[str, int] | None = None,
                 actions: Actions = Actions()) -> None:
        self.space = Space(work, target, actions)
        self.runner = runner or Runner()
        self.symbols = symbols
        self._past: list[State] = []
        self._future: list[State] = []
        self._state = State(self.space.schedule(sentence))

    @property
    def schedule(self) -> AnySchedule:
        return self._state.schedule

    @property
    def sentence(self) -> _core.Sentence:
        """The schedule's one text form; legal for the nest on the target."""
        return _core.Sentence(str(self.schedule))

    @property
    def cursor(self) -> str:
        """The name of the loop under the cursor."""
        return self.schedule.names[self._state.cursor]

    def measure(self) -> Measurement:
        """Runs the nest as it is now, checked; remembered by the runner."""
        return self.runner.measure(self.space.core, self.sentence, self.space.target, self.symbols)

    def gflops(self) -> float:
        """1e9 floating-point operations per second of the nest as it is now."""
        return self.measure().gflops

    def up(self) -> None:
        """Moves the cursor to the next outer loop."""
        self._move(-1)

    def down(self) -> None:
        """Moves the cursor to the next inner loop."""
        self._move(1)

    def move_to(self, loop: str) -> None:
        """Moves the cursor to a loop."""
        self._become(State(self.schedule, self.schedule.index(self._name(loop))))

    def undo(self) -> None:
        """Back to the state before the last edit or cursor move. Raises EditError at the beginning."""
        self._travel(self._past, self._future, "undo")

    def redo(self) -> None:
        """Forward again, after undo(). Raises EditError if nothing was undone since the last edit."""
        self._travel(self._future, self._past, "redo")

    def apply(self, edit: Edit) -> None:
        """One of legal_edits(), or any other edit. The cursor stays on its line."""
        schedule = self.space.apply(self.schedule, edit)
        self._become(State(schedule, min(self._state.cursor, len(schedule.names) - 1)))

    def legal_edits(self, loop: str | None = None) -> list[Edit]:
        """The edits that would succeed and change something; with `loop`, only those of that loop."""
        edits = [edit for edit, _ in self.space.neighbours(self.schedule)]
        return edits if loop is None else [edit for edit in edits if self._name(loop) in edit.args]

    def __str__(self) -> str:
        """The loop tree; "> " marks the cursor."""
        tree = _core.compile(self.space.core, self.sentence, self.space.target).loop_tree.splitlines()
        at = line_of(self.schedule, self.cursor, tree)
        return "\n".join(("> " if number == at else "  ") + line for number, line in enumerate(tree))

    def _follow(self, edit: Edit, loop: str) -> None:
        """An edit; the cursor goes to a loop."""
        schedule = self.space.apply(self.schedule, edit)
        self._become(State(schedule, schedule.index(loop)))

    def _move(self, by: int) -> None:
        cursor = self._state.cursor + by
        if not 0 <= cursor < len(self.schedule.names):
            raise EditError(f"the cursor is on the {'outermost' if by < 0 else 'innermost'} loop, {self.cursor}")
        self._become(State(self.schedule, cursor))

    def _become(self, state: State) -> None:
        self._past.append(self._state)
        self._future.clear()
        self._state = state

    def _travel(self, source: list[State], other: list[State], what: str) -> None:
        if not source:
            raise EditError(f"there is nothing to {what}")
        other.append(self._state)
        self._state = source.pop()
