"""Edit: a named step from one schedule to the next."""

from __future__ import annotations

from dataclasses import dataclass

from .edits import EDITS
from .program import AnySchedule, ProgramSchedule
from .schedule import EditError
from .share import PROGRAM_EDITS, edit_program

NAMES = (*EDITS, *PROGRAM_EDITS)


@dataclass(frozen=True)
class Edit:
    """One edit: a name from NAMES and its arguments. Prints like a step: split(m,8), of a program split(gemm:m,8)."""

    name: str
    args: tuple[str | int, ...] = ()

    def __str__(self) -> str:
        return f"{self.name}({','.join(map(str, self.args))})"

    def __call__(self, schedule: AnySchedule) -> AnySchedule:
        """Raises EditError if the edit names something that is not there."""
        if isinstance(schedule, ProgramSchedule):
            return edit_program(schedule, self.name, self.args)
        if self.name in PROGRAM_EDITS:
            raise EditError(f"{self.name} is for programs; there is one nest")
        return EDITS[self.name](schedule, *self.args)
