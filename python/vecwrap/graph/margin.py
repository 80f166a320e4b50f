"""Margins: the zeros (or other constant) around an array that convolutions and pools read beyond its edges."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .array import Array


def pieces(array: Array, order: Sequence[int]) -> Iterator[Array]:
    """Arrays that together cover the margin of `array`; `order` names its axes from slowest to fastest in memory.

    Axis by axis from the slowest: what lies before and after it, along the whole width of the faster axes.
    """
    whole = array.padded(array.margin)
    assert whole is not None
    for position, axis in enumerate(order):
        before, after = array.margin[axis]
        if not before + after:
            continue
        inside = whole
        for slower in order[:position]:  # what lies beyond those is covered
            inside = inside.slice(slower, array.margin[slower][0], array.shape[slower])
        slower = order[position - 1] if position else -1
        if slower >= 0 and min(array.margin[slower]) >= 1:
            yield between_rows(inside, slower, axis, before + after, before + array.shape[axis])
        elif before == after:
            yield inside.slice(axis, 0, before).twice(inside.strides[axis] * (before + array.shape[axis]))
        else:
            yield from (piece for piece in (inside.slice(axis, 0, before),
                                            inside.slice(axis, before + array.shape[axis], after)) if piece.size)


def between_rows(inside: Array, row: int, axis: int, count: int, start: int) -> Array:
    """The end of each row and the start of the next are one run of memory; from the row before the first to the last."""
    piece = inside.slice(row, -1, inside.shape[row] + 1)
    return piece.slice(axis, start, count)
