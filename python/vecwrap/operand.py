"""What an expression knows of a tensor: its name, shape, strides and element type."""

from __future__ import annotations

from collections.abc import Sequence


class Operand:
    """`shape`: per axis an int, a symbol's name, or None (whatever the array has). `strides`: per axis **bytes** as an int
    (the array must have exactly that stride), a symbol's name, or None (whatever the array has). `type`: of the elements in
    memory.
    """

    def __init__(self, name: str, shape: Sequence[int | str | None], strides: Sequence[int | str | None], type: str) -> None:
        self.name = name
        self.shape = tuple(shape)
        self.strides = tuple(strides)
        self.type = type
