"""Actions: which edits a search tries."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, permutations

from .edit import NAMES, Edit
from .edits import HOWS
from .program import AnySchedule, ProgramSchedule
from .schedule import EditError, Schedule

FACTORS = (4, 6, 8, 12, 16, 32, 48, 64)  # LoopTune's 4, 8, 16, and what register tiles of two vector widths need
UNROLLS = (1, 2, 4)
GROUPS = (1, 2, 4, 8)  # registers of a vector
DOTS = (4, 2, 1)  # products in a lane
AHEAD = (0, 1, 4, 16)  # iterations that lines are asked for ahead
LOOP_EDITS = ("vectorize", "tile", "merge", "untile", "scalar")  # edits whose one argument is a loop


# Rarely faster, but legal nearly everywhere: a search would spend its time on them. Who wants them names them.
RARE = ("swap_up", "swap_down", "prefetch", *HOWS, "unstride", "stream", "unstream", "collapse", "expand")


@dataclass(frozen=True)
class Actions:
    """Which edits are tried.

    factors: of split and resize. unrolls: of unroll.
    names: the edits that are allowed, from NAMES, by default those that are not RARE.

    Actions(factors=(4, 8, 16), names=("split", "swap_up", "swap_down")) is LoopTune's action space (thesis, 3.6.2), whose
    LoopNest vectorized and unrolled by itself.
    """

    factors: tuple[int, ...] = FACTORS
    unrolls: tuple[int, ...] = UNROLLS
    names: tuple[str, ...] = tuple(name for name in NAMES if name not in RARE)

    def __post_init__(self) -> None:
        if unknown := [name for name in self.names if name not in NAMES]:
            raise EditError(f"there is no edit {', '.join(unknown)}; the edits are {', '.join(NAMES)}")

    def candidates(self, schedule: AnySchedule, tensors: dict[str, list[str]]) -> list[Edit]:
        """Edits that name what the schedule has; whether they are legal is not known yet. tensors: by nest."""
        if isinstance(schedule, ProgramSchedule):
            edits = program_edits(schedule, tensors, self.factors, self.unrolls)
        else:
            edits = all_edits(schedule, next(iter(tensors.values())), self.factors, self.unrolls)
        return [edit for edit in edits if edit.name in self.names]


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
    yield from (Edit("group", (loop.name, k)) for loop in schedule.loops if loop.vector for k in GROUPS)
    yield from (Edit("pack", (tensor, place)) for tensor in tensors if tensor not in packed for place in ("-", *loops))
    yield from (Edit("unpack", (tensor,)) for tensor in tensors if tensor in packed)
    yield from (Edit("dot", (loop, k)) for loop in loops for k in DOTS)
    yield from rare_edits(schedule, tensors)


def rare_edits(schedule: Schedule, tensors: list[str]) -> Iterator[Edit]:
    whole = [loop.name for loop in schedule.loops if len(schedule.chain(loop.dim)) == 1]
    yield from (Edit("prefetch", (tensor, loop, k)) for tensor in tensors for loop in schedule.names for k in AHEAD)
    yield from (Edit(name, (tensor,)) for name in (*HOWS, "unstride", "stream", "unstream") for tensor in tensors)
    yield from (Edit("collapse", pair) for pair in permutations(whole, 2))
    yield from (Edit("expand", (loop,)) for loop in whole)


def program_edits(schedule: ProgramSchedule, tensors: dict[str, list[str]], factors: tuple[int, ...],
                  unrolls: tuple[int, ...]) -> Iterator[Edit]:
    """Who runs where, then the edits of each nest."""
    for nest, partners in zip(schedule.nests, schedule.partners):
        hosts = dict.fromkeys(host for partner in reversed(partners) for host in (partner, schedule.root(partner)))
        yield from (Edit("share", (nest, f"{host}:{loop}")) for host in hosts for loop in schedule.of(host).names)
        yield Edit("unshare", (nest,))
    for nest, own in zip(schedule.nests, schedule.schedules):
        for edit in all_edits(own, tensors[nest], factors, unrolls):
            yield Edit(edit.name, tuple(f"{nest}:{arg}" if isinstance(arg, str) else arg for arg in edit.args))
