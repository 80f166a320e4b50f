"""Is a kernel's result the reference's? Bit for bit for strict nests, within a tolerance where sums may be reassociated."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from .. import _core
from ..bind import Array
from ..dtypes import DTYPES
from .operands import MARGIN, Bytes, Operands, extents_of

SLACK = 8.0  # roundings of reassociated sums that are forgiven, times the square root of the reduction's length
ROLLED = 16  # elements of a dim that a shrunken nest keeps for a loop that is not split


def tolerance(operands: Operands) -> float:
    """Relative to the largest element: rounding errors of n additions in random directions grow with sqrt(n)."""
    return sum(tolerance_of(nest, extents) for nest, extents in zip(operands.nests, operands.extents))


def tolerance_of(nest: _core.Nest, extents: Sequence[int]) -> float:
    if not nest.reassoc:
        return 0.0
    length = math.prod(extent for extent, (_, _, reduction) in zip(extents, nest.dims) if reduction)
    return SLACK * math.sqrt(length) * float(np.finfo(DTYPES[nest.type]).eps)


def difference(operands: Operands, expected: Sequence[Bytes], actual: Sequence[Bytes]) -> str:
    """Empty if the output buffers agree, else where they do not. Two NaNs are equal: IEEE leaves their payload open."""
    for tensor, want, got in zip(operands.outputs, expected, actual):
        if wrong := difference_in(DTYPES[operands.stored(tensor)], want, got, tolerance(operands)):
            return wrong if len(operands.outputs) == 1 else f"{operands.tensors[tensor]}: {wrong}"
    return ""


def difference_in(dtype: np.dtype[Any], expected: Bytes, actual: Bytes, relative: float) -> str:
    inside = slice(MARGIN, expected.size - MARGIN)
    outside = expected != actual
    outside[inside] = False
    if outside.any():
        return f"byte {int(np.flatnonzero(outside)[0]) - MARGIN} from the output's first one was written, outside of it"
    want, got = expected[inside].view(dtype), actual[inside].view(dtype)
    differs = differing(want, got, relative)
    if not differs.any():
        return ""
    at = int(np.flatnonzero(differs)[0])
    return f"{int(differs.sum())} of {differs.size} elements differ, first at {at}: want {want[at]!r}, got {got[at]!r}"


def differing(want: Array, got: Array, relative: float) -> Array:
    """Which elements differ: in their bits, and by more than the tolerance."""
    size = want.dtype.itemsize
    bits = want.view(f"u{size}") != got.view(f"u{size}")
    with np.errstate(invalid="ignore"):
        bits &= ~((want != want) & (got != got))
        if relative:
            scale = np.abs(want[np.isfinite(want)], dtype=np.float64).max(initial=0.0)
            step = float(np.finfo(want.dtype).eps) * scale if want.dtype.kind == "f" else 1.0
            allowed = max(relative * scale, step)  # what is stored in fewer bits may round the other way
            bits &= ~(np.abs(want.astype(np.float64) - got.astype(np.float64)) <= allowed)
    return np.asarray(bits)


def shrunken(operands: Operands, sentence: _core.Sentence) -> tuple[_core.Nest, list[int]]:
    """The nest over a corner of its points, and its argument block: two outer steps of every dim, and the same tails.

    It reads and writes a part of the same buffers, so what the full nest may touch bounds what this one may.
    """
    splits: dict[str, int] = {}
    for step, names, factor in sentence.steps:
        if step == "split":
            splits.setdefault(names[0], factor)
    (nest,), (full,) = operands.nests, operands.extents
    extents = [corner(extent, splits.get(name)) for (name, _, _), extent in zip(nest.dims, full)]
    symbols = dict(operands.symbols)
    symbols |= {symbol: extent for (_, symbol, _), extent in zip(nest.dims, extents) if isinstance(symbol, str)}
    return resized(nest, extents), operands.args[:len(nest.tensors)] + list(symbols.values())


def corner(extent: int, factor: int | None) -> int:
    step = factor or ROLLED
    return min(extent, 2 * step + extent % step)


def resized(nest: _core.Nest, extents: Sequence[int]) -> _core.Nest:
    """The same nest with other constant extents. The text form is the one place that has all of a nest."""
    rows = iter(zip(nest.dims, extents))
    lines = []
    for line in str(nest).splitlines():
        if line.startswith("dim "):
            (name, extent, reduction), size = next(rows)
            line = f"dim {name} {extent if isinstance(extent, str) else size}{' reduce' if reduction else ''}"
        lines.append(line)
    return _core.Nest.parse("\n".join(lines) + "\n")


def points(nest: _core.Nest, args: Sequence[int]) -> int:
    symbols = dict(zip(nest.symbols, args[len(nest.tensors):]))
    return math.prod(extents_of(nest, symbols))
