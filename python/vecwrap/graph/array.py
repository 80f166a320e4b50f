"""Arrays: strided views of buffers, as in numpy, but of memory that exists only when the network runs."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

Data = npt.NDArray[Any]
ITEMSIZE = {"f32": 4, "f64": 8, "i32": 4, "i64": 8, "u8": 1, "i8": 1, "i16": 2}
NUMPY = {"f32": np.float32, "f64": np.float64, "i32": np.int32, "i64": np.int64, "u8": np.uint8, "i8": np.int8, "i16": np.int16}


@dataclass(eq=False)
class Buffer:
    """Memory of one tensor. `dtype` is how elements are stored: a key of ITEMSIZE; `size` counts elements."""

    name: str
    dtype: str
    size: int
    kind: str  # "input", "output", "constant" or "temporary"
    index: int = 0  # which input or output
    data: Callable[[], Data] | None = None  # constants: the elements in memory order; called when they are written out
    fill: float | None = None  # what lies in the margins of arrays in this buffer
    low: float = -math.inf  # a lower bound of all elements, as far as it is known

    @property
    def bytes(self) -> int:
        return self.size * ITEMSIZE[self.dtype]


@dataclass(frozen=True)
class Array:
    """A view: element [i, j, ...] lies at offset + i * strides[0] + j * strides[1] + ... elements into the buffer.

    `margin` says how many elements before and after the view along each axis exist too, and hold `buffer.fill`.
    """

    buffer: Buffer
    shape: tuple[int, ...]
    strides: tuple[int, ...]
    offset: int = 0
    margin: tuple[tuple[int, int], ...] = ()

    @property
    def rank(self) -> int:
        return len(self.shape)

    @property
    def size(self) -> int:
        return math.prod(self.shape)

    @property
    def dense(self) -> bool:
        """Elements lie side by side, in order of the axes."""
        return all(s == d or e == 1 for s, d, e in zip(self.strides, dense_strides(self.shape), self.shape))

    def _view(self, shape: Sequence[int], strides: Sequence[int], offset: int | None = None) -> Array:
        return Array(self.buffer, tuple(shape), tuple(strides), self.offset if offset is None else offset)

    def permute(self, axes: Sequence[int]) -> Array:
        """Axis k of the result is axis axes[k] of this array."""
        view = self._view([self.shape[a] for a in axes], [self.strides[a] for a in axes])
        return replace(view, margin=tuple(self.margin[a] for a in axes)) if self.margin else view

    def slice(self, axis: int, start: int, count: int, step: int = 1) -> Array:
        """`count` elements along one axis from `start` on, every `step`-th (which may be negative)."""
        shape, strides = list(self.shape), list(self.strides)
        shape[axis], strides[axis] = count, self.strides[axis] * step
        return self._view(shape, strides, self.offset + start * self.strides[axis])

    def insert(self, axis: int, extent: int = 1) -> Array:
        """A new axis along which nothing moves."""
        return self._view((*self.shape[:axis], extent, *self.shape[axis:]), (*self.strides[:axis], 0, *self.strides[axis:]))

    def squeeze(self, axis: int) -> Array:
        """Without an axis (its element 0)."""
        return self._view((*self.shape[:axis], *self.shape[axis + 1:]), (*self.strides[:axis], *self.strides[axis + 1:]))

    def expand(self, shape: Sequence[int]) -> Array:
        """Broadcast by numpy's rules: axes are added in front, those of extent 1 repeat."""
        view = self
        while view.rank < len(shape):
            view = view.insert(0)
        if any(have not in (1, want) for have, want in zip(view.shape, shape)):
            raise ValueError(f"{self.buffer.name}: shape {self.shape} does not broadcast to {tuple(shape)}")
        strides = [0 if have == 1 and want != 1 else stride for have, want, stride in zip(view.shape, shape, view.strides)]
        return view._view(shape, strides)

    def split(self, axis: int, inner: int) -> Array:
        """One axis as two: outer (extent / inner) and inner."""
        outer, stride = self.shape[axis] // inner, self.strides[axis]
        return self._view((*self.shape[:axis], outer, inner, *self.shape[axis + 1:]),
                          (*self.strides[:axis], stride * inner, stride, *self.strides[axis + 1:]))

    def window(self, axis: int, size: int, step: int = 1, dilation: int = 1) -> Array:
        """Sliding windows along an axis: it becomes the window's position; the place in it is a new last axis."""
        count = (self.shape[axis] - dilation * (size - 1) - 1) // step + 1
        shape, strides = [*self.shape, size], [*self.strides, self.strides[axis] * dilation]
        shape[axis], strides[axis] = count, self.strides[axis] * step
        return self._view(shape, strides)

    def twice(self, distance: int) -> Array:
        """This view and its like `distance` elements further, along a new first axis."""
        return self._view((2, *self.shape), (distance, *self.strides))

    def padded(self, pads: Sequence[tuple[int, int]]) -> Array | None:
        """The view that includes (before, after) elements of the margin along each axis; None if they do not exist."""
        margin = self.margin or ((0, 0),) * self.rank
        if any(p[0] > m[0] or p[1] > m[1] for p, m in zip(pads, margin)):
            return None
        shape = [e + before + after for e, (before, after) in zip(self.shape, pads)]
        return self._view(shape, self.strides, self.offset - sum(p[0] * s for p, s in zip(pads, self.strides)))

    def reshape(self, shape: Sequence[int]) -> Array | None:
        """The same elements in the same order under another shape; None if no strides can say that."""
        strides = reshaped_strides(self, shape)
        return None if strides is None else self._view(shape, strides)

    def of(self, elements: Data) -> Data:
        """The numpy array that this view is, given the buffer's elements."""
        item = elements.itemsize
        return np.lib.stride_tricks.as_strided(elements[self.offset:], self.shape, [s * item for s in self.strides])

    def value(self) -> Data:
        """The elements of a constant."""
        assert self.buffer.data is not None
        return self.of(self.buffer.data())


def dense_strides(shape: Sequence[int]) -> tuple[int, ...]:
    """Elements side by side, the last axis fastest."""
    return tuple(math.prod(shape[axis + 1:]) for axis in range(len(shape)))


def groups(have: Sequence[int], want: Sequence[int]) -> list[tuple[list[int], list[int]]]:
    """Smallest runs of axes of two shapes (of equal size) with equal products."""
    found, i, j = [], 0, 0
    while i < len(have) or j < len(want):
        left, right = [i] if i < len(have) else [], [j] if j < len(want) else []
        i, j = i + len(left), j + len(right)
        while math.prod(have[k] for k in left) != math.prod(want[k] for k in right):
            if math.prod(have[k] for k in left) < math.prod(want[k] for k in right):
                left.append(i)
                i += 1
            else:
                right.append(j)
                j += 1
        found.append((left, right))
    return found


def reshaped_strides(array: Array, shape: Sequence[int]) -> list[int] | None:
    if not array.size:
        return list(dense_strides(shape))
    strides: list[int] = []
    for left, right in groups(array.shape, shape):
        moving = [axis for axis in left if array.shape[axis] != 1]
        for outer, inner in zip(moving, moving[1:]):
            if array.strides[outer] != array.strides[inner] * array.shape[inner]:
                return None
        step = array.strides[moving[-1]] if moving else 0
        strides += [step * inner for inner in dense_strides([shape[axis] for axis in right])]
    return strides


def constant(name: str, values: Data, dtype: str | None = None) -> Array:
    """An array of known elements."""
    return lazy_constant(name, values.shape, dtype or dtype_of(values), lambda: values)


def lazy_constant(name: str, shape: Sequence[int], dtype: str, values: Callable[[], Data]) -> Array:
    """An array whose elements are known but not looked at before they are needed."""
    buffer = Buffer(name, dtype, math.prod(shape), "constant",
                    data=lambda: np.ascontiguousarray(values(), NUMPY[dtype]).reshape(-1))
    return Array(buffer, tuple(shape), dense_strides(shape))


def dtype_of(values: Data) -> str:
    """The storage type of a numpy array; bool is stored as u8. Raises KeyError for others."""
    names = {np.dtype(t): name for name, t in NUMPY.items()} | {np.dtype(np.bool_): "u8"}
    return names[values.dtype]
