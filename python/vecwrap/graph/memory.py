"""Where temporaries lie in the workspace: two that live at the same time do not share a byte."""

from __future__ import annotations

from dataclasses import dataclass

from .array import Buffer
from .graph import Check, Graph

ALIGNMENT = 64  # bytes: a cache line, and the widest vector


@dataclass
class Life:
    buffer: Buffer
    first: int
    last: int

    def meets(self, other: Life) -> bool:
        return self.first <= other.last and other.first <= self.last


def lives(graph: Graph) -> list[Life]:
    """From the first step that touches a temporary to the last."""
    found: dict[Buffer, Life] = {}
    for step, work in enumerate(graph.steps):
        touched = [work.buffer] if isinstance(work, Check) else [work.out.buffer, *(r.buffer for r in work.reads())]
        for buffer in touched:
            if buffer.kind == "temporary":
                found.setdefault(buffer, Life(buffer, step, step)).last = step
    return list(found.values())


def aligned(size: int) -> int:
    return -(-size // ALIGNMENT) * ALIGNMENT


def plan(graph: Graph) -> tuple[dict[Buffer, int], int]:
    """Byte offset of every temporary, and the bytes needed. Largest first, each at the lowest place that is free."""
    offsets: dict[Buffer, int] = {}
    placed: list[Life] = []
    for life in sorted(lives(graph), key=lambda life: (-life.buffer.bytes, life.first)):
        taken = sorted((offsets[other.buffer], other.buffer.bytes) for other in placed if life.meets(other))
        at = 0
        for start, size in taken:
            if at + life.buffer.bytes <= start:
                break
            at = max(at, aligned(start + size))
        offsets[life.buffer] = at
        placed.append(life)
    return offsets, aligned(max((offsets[b] + b.bytes for b in offsets), default=0))
