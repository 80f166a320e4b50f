"""Which type each expression of a nest is computed in."""

from __future__ import annotations

from collections.abc import Callable

from .expr import CONVERT, Apply, Expr

Operands = Callable[[Expr], tuple[Expr, ...]]


def target_type(expr: Expr) -> str | None:
    """Of a conversion, what it converts to."""
    return expr.op.removeprefix(CONVERT) if isinstance(expr, Apply) and expr.op.startswith(CONVERT) else None


class Types:
    """Conversions say their type, accumulators have the nest's; numbers and elements take the type of what they stand beside."""

    def __init__(self, accumulators: tuple[type[Expr], ...], default: str, operands: Operands) -> None:
        self.accumulators, self.default, self.operands = accumulators, default, operands
        self._own: dict[int, tuple[Expr, str | None]] = {}  # with the expression, so that no other gets its id

    def own(self, expr: Expr) -> str | None:
        """What the expression says itself; None if it says nothing."""
        if id(expr) not in self._own:
            self._own[id(expr)] = expr, self._find(expr)
        return self._own[id(expr)][1]

    def _find(self, expr: Expr) -> str | None:
        if isinstance(expr, self.accumulators):
            return self.default
        return target_type(expr) or next((own for part in self.operands(expr) if (own := self.own(part))), None)

    def of(self, root: Expr) -> str:
        """Of an expression by itself."""
        return self.own(root) or self.default
