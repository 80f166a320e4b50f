"""The table of ops."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .context import Context
from ..node import Node

Lowering = Callable[[Context, Node], None]


@dataclass(frozen=True)
class Op:
    """How to lower an op, from the opset version on in which it got the meaning that the lowering implements."""

    lower: Lowering
    since: int = 1


OPS: dict[str, Op] = {}


def op(*names: str, since: int = 1) -> Callable[[Lowering], Lowering]:
    """Enters a function into the table."""
    def enter(function: Lowering) -> Lowering:
        OPS.update({name: Op(function, since) for name in names})
        return function

    return enter
