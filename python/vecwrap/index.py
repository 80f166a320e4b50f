"""Affine index expressions: dims, and sums of dims times whole numbers (`y * 2 + ky - 1`)."""

from __future__ import annotations

from collections.abc import Mapping
from operator import index as whole

from .errors import NestError


class Index:
    """A whole number plus a sum of dims times whole numbers. Immutable."""

    def __init__(self, terms: Mapping[Dim, int], constant: int = 0) -> None:
        self.terms = {dim: factor for dim, factor in terms.items() if factor}
        self.constant = constant

    def __add__(self, other: Index | int) -> Index:
        other = as_index(other)
        terms = dict(self.terms)
        for dim, factor in other.terms.items():
            terms[dim] = terms.get(dim, 0) + factor
        return Index(terms, self.constant + other.constant)

    __radd__ = __add__

    def __mul__(self, factor: int) -> Index:
        if isinstance(factor, Index):
            raise NestError(f"{self} * {factor} is not affine: multiply dims by whole numbers only")
        return Index({dim: f * whole(factor) for dim, f in self.terms.items()}, self.constant * whole(factor))

    __rmul__ = __mul__

    def __neg__(self) -> Index:
        return self * -1

    def __sub__(self, other: Index | int) -> Index:
        return self + -as_index(other)

    def __rsub__(self, other: int) -> Index:
        return -self + other

    def __str__(self) -> str:
        parts = [dim.name if factor == 1 else f"{dim.name}*{factor}" for dim, factor in self.terms.items()]
        if self.constant or not parts:
            parts.append(str(self.constant))
        return " + ".join(parts)


class Dim(Index):
    """One dim of a nest. `extent` counts its points: an int, or the name of a symbol that is known at run time."""

    def __init__(self, name: str, extent: int | str) -> None:
        self.name = name
        self.extent = extent
        super().__init__({self: 1})

    def __repr__(self) -> str:
        return f"Dim({self.name!r}, {self.extent!r})"


def as_index(value: Index | int) -> Index:
    """An index expression from a dim, an index expression or a whole number."""
    return value if isinstance(value, Index) else Index({}, whole(value))
