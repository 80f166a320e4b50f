"""Tensors as a nest declares them: a name, a shape and strides, each constant or known at run time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Union

from .errors import NestError
from .expr import Element, Expr, Update, Value, as_expr
from .index import Dim, Index, as_index
from .operand import Operand

Axis = Union[Dim, int, str, None]
Assign = Callable[[Element, Expr], None]


class Tensor(Operand):
    """One operand of a nest, to write expressions with. `assign` takes what is assigned to an element."""

    def __init__(self, name: str, shape: Sequence[int | str | None], strides: Sequence[int | str | None],
                 assign: Assign, type: str) -> None:
        super().__init__(name, shape, strides, type)
        self._assign = assign

    def __getitem__(self, index: Index | int | tuple[Index | int, ...]) -> Element:
        indices = index if isinstance(index, tuple) else (index,)
        if len(indices) != len(self.shape):
            raise NestError(f"tensor {self.name} has {len(self.shape)} axes, but {len(indices)} indices were written")
        return Element(self, tuple(as_index(i) for i in indices))

    def __setitem__(self, index: Index | int | tuple[Index | int, ...], value: Value) -> None:
        if isinstance(value, Update) and value.target.tensor is not self:
            raise NestError(f"assign to {self.name} with '=', '+=', '-=' or '*=' only")
        self._assign(self[index], as_expr(value))

    def __repr__(self) -> str:
        return f"Tensor({self.name!r}, shape={self.shape}, strides={self.strides})"


def shape_of(axes: Sequence[Axis]) -> tuple[int | str | None, ...]:
    """The shape that a list of dims, sizes and symbol names stands for."""
    return tuple(axis.extent if isinstance(axis, Dim) else axis for axis in axes)


def dense_strides(shape: Sequence[int | str | None], itemsize: int, order: str) -> tuple[int | None, ...]:
    """Row-major ("C") or column-major ("F") byte strides; None from the first axis whose size is not constant."""
    if order not in ("C", "F"):
        raise NestError(f"order {order!r} is neither 'C' (row-major) nor 'F' (column-major)")
    axes = range(len(shape)) if order == "F" else reversed(range(len(shape)))
    strides: list[int | None] = [None] * len(shape)
    step: int | None = itemsize
    for axis in axes:
        strides[axis] = step
        size = shape[axis]
        step = step * size if step is not None and isinstance(size, int) else None
    return tuple(strides)


def byte_strides(strides: Sequence[int | str | None], itemsize: int) -> tuple[int | str | None, ...]:
    """Strides written in elements, in bytes."""
    return tuple(s * itemsize if isinstance(s, int) else s for s in strides)
