"""Reference: what the result of a nest or a program must be, and what that is known from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from .. import _core
from .check import difference, points, shrunken
from .errors import WrongResult
from .kernel import Executable
from .operands import Bytes, Call, Core, Operands

SECOND = "v1"  # the second kernel of large nests: scalar loops in the nest's own order


class Reference:
    """The expected result for one nest or program at one size. Computed once, used by all its measurements.

    Nests of at most `exact_points` points are run by the reference interpreter. For larger ones, which would take it
    seconds, a kernel is checked twice: by the interpreter on a shrunken nest of the same shape, and at full size against
    an independent kernel, scalar loops in source order, which went through the shrunken check itself. Programs are not shrunken.
    """

    def __init__(self, core: Core, symbols: Mapping[str, int], target: _core.Target, *, seed: int,
                 exact_points: int) -> None:
        self.core = core
        self.target = target
        self.exact_points = exact_points
        self.operands = Operands(core, symbols, seed)
        self.exact = self.operands.points <= exact_points
        self.expected = self.compute()

    def compute(self) -> list[Bytes]:
        if self.exact:
            return self.operands.run(lambda args: _core.interpret(self.core, args))
        second = _core.Sentence(SECOND)
        self.check_corner(second)
        return self.operands.run(Executable(_core.compile(self.core, second, self.target)))

    def check(self, kernel: Call, sentence: _core.Sentence) -> str:
        """Returns what the result was compared with (Measurement.checked). Raises WrongResult."""
        self.compare(sentence, lambda: self.operands.run(kernel), self.expected)
        if self.exact:
            return "interpreter"
        return "shrunken" if self.check_corner(sentence) else "kernel"

    def check_corner(self, sentence: _core.Sentence) -> bool:
        """Checks a sentence on the shrunken nest; False if even that is too large for the interpreter, or refused."""
        if isinstance(self.core, _core.Program):
            return False
        small, args = shrunken(self.operands, sentence)
        if points(small, args) > self.exact_points:
            return False
        try:
            kernel = Executable(_core.compile(small, sentence, self.target))
        except _core.Refusal:  # an extent that is smaller now may not admit the same sentence
            return False
        expected = self.operands.run(lambda block: _core.interpret(small, block), args)
        self.compare(sentence, lambda: self.operands.run(kernel, args), expected)
        return True

    def compare(self, sentence: _core.Sentence, run: Callable[[], list[Bytes]], expected: list[Bytes]) -> None:
        try:
            wrong = difference(self.operands, expected, run())
        except WrongResult as changed:
            wrong = str(changed)
        if wrong:
            raise WrongResult(f"{self.core.name} under {sentence} on {self.target.name}: {wrong}\n{self.core}")

    def flops(self) -> float:
        """Floating-point operations of one run; a fused multiply-add counts two."""
        return _core.flops(self.core, self.args)

    @property
    def args(self) -> Sequence[int]:
        return self.operands.args
