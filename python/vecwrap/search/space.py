"""Space: the legal schedules of one nest on one target, and which edits lead from one to the next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from .. import _core
from ..kernel import as_target
from ..measure import AnyNest, core_of
from .edits import EDITS, Edit
from .schedule import EditError, Schedule, schedule_of

FACTORS = (4, 6, 8, 12, 16, 32, 48, 64)  # LoopTune's 4, 8, 16, and what register tiles of two vector widths need
UNROLLS = (1, 2, 4)
LOOP_EDITS = ("vectorize", "tile", "merge", "untile", "scalar")  # edits whose one argument is a loop


@dataclass(frozen=True)
class Actions:
    """Which edits are tried.

    factors: of split and resize. unrolls: of unroll.
    names: the edits that are allowed, from EDITS; Actions(factors=(4, 8, 16), names=("split", "swap_up", "swap_down")) is
        LoopTune's action space (thesis, 3.6.2), whose LoopNest vectorized and unrolled by itself.
    """

    factors: tuple[int, ...] = FACTORS
    unrolls: tuple[int, ...] = UNROLLS
    names: tuple[str, ...] = tuple(name for name in EDITS if name not in ("swap_up", "swap_down"))

    def __post_init__(self) -> None:
        if unknown := [name for name in self.names if name not in EDITS]:
            raise EditError(f"there is no edit {', '.join(unknown)}; the edits are {', '.join(EDITS)}")

    def candidates(self, schedule: Schedule, tensors: list[str]) -> list[Edit]:
        """Edits that name what the schedule has; whether they are legal is not known yet."""
        return [edit for edit in all_edits(schedule, tensors, self.factors, self.unrolls) if edit.name in self.names]


def all_edits(schedule: Schedule, tensors: list[str], factors: tuple[int, ...], unrolls: tuple[int, ...]) -> Iterator[Edit]:
    """Those with the largest effect first: a budget may end in the middle."""
    loops = [loop.name for loop in schedule.loops]
    packed = set(schedule.packs).union(*(loop.packs for loop in schedule.loops))
    yield from (Edit(name, (loop,)) for name in LOOP_EDITS for loop in reversed(loops))
    yield from (Edit("swap", pair) for pair in combinations(loops, 2))
    yield from (Edit("swap_up", (loop,)) for loop in loops[1:])
    yield from (Edit("swap_down", (loop,)) for loop in loops[:-1])
    yield from (Edit("split", (loop, k)) for loop in loops for k in factors)
    yield from (Edit("resize", (loop.name, k)) for loop in schedule.loops if loop.level for k in factors)
    yield from (Edit("unroll", (loop, k)) for loop in loops for k in unrolls)
    yield from (Edit("pack", (tensor, place)) for tensor in tensors if tensor not in packed for place in ("-", *loops))
    yield from (Edit("unpack", (tensor,)) for tensor in tensors if tensor in packed)


class Space:
    """Legality is what the core's compile() says, remembered per sentence; there is no second copy of its rules."""

    def __init__(self, nest: AnyNest, target: str | _core.Target = "native", actions: Actions = Actions()) -> None:
        self.nest = core_of(nest)
        self.target = as_target(target)
        self.actions = actions
        self.dims = tuple(name for name, _, _ in self.nest.dims)
        self._refusals: dict[str, _core.Refusal | None] = {}

    def check(self, sentence: str) -> None:
        """Raises the core's Refusal if the sentence is illegal for the nest."""
        if sentence not in self._refusals:
            self._refusals[sentence] = self._refusal(sentence)
        if refusal := self._refusals[sentence]:
            raise refusal.with_traceback(None)

    def _refusal(self, sentence: str) -> _core.Refusal | None:
        try:
            _core.compile(self.nest, _core.Sentence(sentence), self.target)
        except _core.Refusal as refusal:
            return refusal
        return None

    def schedule(self, sentence: str | _core.Sentence = "v1") -> Schedule:
        """The schedule of a sentence. Raises Refusal if it is illegal."""
        self.check(str(sentence))
        return schedule_of(self.dims, _core.Sentence(sentence) if isinstance(sentence, str) else sentence)

    def apply(self, schedule: Schedule, edit: Edit) -> Schedule:
        """Raises Refusal if the result is illegal, EditError if the edit names something that is not there."""
        edited = edit(schedule)
        self.check(str(edited))
        return edited

    def candidates(self, schedule: Schedule) -> list[Edit]:
        return self.actions.candidates(schedule, self.nest.tensors)

    def neighbours(self, schedule: Schedule) -> Iterator[tuple[Edit, Schedule]]:
        """The legal edits that change the schedule, and what each leads to."""
        for edit in self.candidates(schedule):
            try:
                edited = self.apply(schedule, edit)
            except (EditError, _core.Refusal):
                continue
            if edited != schedule:
                yield edit, edited
