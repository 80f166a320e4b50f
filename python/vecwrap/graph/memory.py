"""Where temporaries lie in the workspace: two that live at the same time do not share a byte."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .array import Buffer
from .graph import Check
from .groups import Group
from .stage import Stage

Step = Stage | Check | Group

ALIGNMENT = 64  # bytes: a cache line, and the widest vector


@dataclass
class Life:
    buffer: Buffer
    first: int
    last: int

    def meets(self, other: Life) -> bool:
        return self.first <= other.last and other.first <= self.last


def touched(step: Step) -> list[Buffer]:
    """Buffers that must exist while a step runs."""
    if isinstance(step, Check):
        return [step.buffer]
    return step.touched() if isinstance(step, Group) else [step.out.buffer, *(read.buffer for read in step.reads())]


def lives(steps: Sequence[Step]) -> list[Life]:
    """From the first step that touches a temporary to the last."""
    found: dict[Buffer, Life] = {}
    for step, work in enumerate(steps):
        for buffer in touched(work):
            if buffer.kind == "temporary":
                found.setdefault(buffer, Life(buffer, step, step)).last = step
    return list(found.values())


def aligned(size: int) -> int:
    return -(-size // ALIGNMENT) * ALIGNMENT


def plan(steps: Sequence[Step]) -> tuple[dict[Buffer, int], int]:
    """Byte offset of every temporary, and the bytes needed. Largest first, each at the lowest place that is free."""
    offsets: dict[Buffer, int] = {}
    placed: list[Life] = []
    for life in sorted(lives(steps), key=lambda life: (-life.buffer.bytes, life.first)):
        taken = sorted((offsets[other.buffer], other.buffer.bytes) for other in placed if life.meets(other))
        at = 0
        for start, size in taken:
            if at + life.buffer.bytes <= start:
                break
            at = max(at, aligned(start + size))
        offsets[life.buffer] = at
        placed.append(life)
    return offsets, aligned(max((offsets[b] + b.bytes for b in offsets), default=0))
