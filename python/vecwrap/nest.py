"""Nest: what a user declares. Dims, tensors, and one assignment."""

from __future__ import annotations

from collections.abc import Sequence

from . import _core
from .bind import Argument, Bound
from .dtypes import COMPUTED, ITEMSIZE
from .errors import NestError
from .expr import Element, Expr
from .index import Dim
from .kernel import Kernel, as_target
from .lower import Lowered, Lowering, statement
from .tensor import Axis, Tensor, byte_strides, dense_strides, shape_of


class Nest:
    """A loop nest over named dims: one assignment to one tensor, with at most one reduction.

    dtype: "f32", "f64", "f16" (RISC-V with Zvfh), "i32" or "i64" (which wrap), of every operation, and of every tensor that names
        no type of its own.
    contract: products next to sums become fused multiply-adds, as under clang's -ffp-contract=on with FMA.
    fast_math: reductions may be reassociated, so results may differ in the last bits.
    """

    def __init__(self, name: str = "nest", dtype: str = "f32", *, contract: bool = True,
                 fast_math: bool = False) -> None:
        if dtype not in COMPUTED:
            raise NestError(f"dtype {dtype!r} is none of {', '.join(COMPUTED)}")
        self.name = name
        self.dtype = dtype
        self.contract = contract
        self.fast_math = fast_math
        self._dims: list[Dim] = []
        self._tensors: list[Tensor] = []
        self._lowered: Lowered | None = None

    def dims(self, **extents: int | str) -> tuple[Dim, ...]:
        """Declares dims in loop order: `m, n = nest.dims(m=64, n="n")`. A str extent is known at run time."""
        made = tuple(Dim(name, extent) for name, extent in extents.items())
        for dim in made:
            if dim.name in {d.name for d in self._dims}:
                raise NestError(f"dim {dim.name} is declared twice")
            if isinstance(dim.extent, int) and dim.extent < 1:
                raise NestError(f"dim {dim.name} has extent {dim.extent}; at least 1 is needed")
        self._declare()
        self._dims.extend(made)
        return made

    def tensor(self, name: str, shape: Sequence[Axis], *, strides: Sequence[int | str | None] | None = None,
               order: str = "C", type: str | None = None) -> Tensor:
        """Declares a tensor. Arrays are passed in the order of declaration.

        shape: per axis a dim (its extent), an int, a symbol's name, or None (any size).
        strides: per axis **elements** as an int, a name (run time; equal names are equal strides), or None (run time).
            By default dense, row-major ("C") or column-major ("F"); past an axis of unknown size, run time.
        type: of the elements in memory, a key of `dtypes.DTYPES`: reads convert from it, the assignment converts to it.
        """
        sizes = shape_of(shape)
        if name in {tensor.name for tensor in self._tensors}:
            raise NestError(f"tensor {name} is declared twice")
        if type is not None and type not in ITEMSIZE:
            raise NestError(f"tensor {name}: type {type!r} is none of {', '.join(ITEMSIZE)}")
        itemsize = ITEMSIZE[type or self.dtype]
        in_bytes = dense_strides(sizes, itemsize, order) if strides is None else byte_strides(strides, itemsize)
        if len(in_bytes) != len(sizes):
            raise NestError(f"tensor {name} has {len(sizes)} axes, but {len(in_bytes)} strides")
        self._declare()
        self._tensors.append(Tensor(name, sizes, in_bytes, self._assign, type or self.dtype))
        return self._tensors[-1]

    def scalar(self, name: str) -> Expr:
        """Declares a number that is passed at run time: a Python float or a 0-d array."""
        return self.tensor(name, ())[()]

    def _declare(self) -> None:
        if self._lowered:
            raise NestError(f"nest {self.name} is complete: declare dims and tensors before the assignment")

    def _assign(self, out: Element, value: Expr) -> None:
        if self._lowered:
            raise NestError(f"nest {self.name} has its assignment already; declare a second nest")
        made = statement(out, value, self._dims)
        self._lowered = Lowering(self.name, self.dtype, self._dims, self._tensors, made, contract=self.contract,
                                 fast_math=self.fast_math).run()

    @property
    def tensors(self) -> tuple[Tensor, ...]:
        """In the order of declaration, which is that of the arrays."""
        return tuple(self._tensors)

    @property
    def lowered(self) -> Lowered:
        """The core's nest and the recipe for its arguments. Raises NestError before the assignment."""
        if self._lowered is None:
            raise NestError(f"nest {self.name} has no assignment yet; write e.g. C[m, n] += A[m, k] * B[k, n]")
        return self._lowered

    @property
    def core(self) -> _core.Nest:
        """The core's nest."""
        return self.lowered.core

    @property
    def text(self) -> str:
        """The nest's one text form (docs/nest.md)."""
        return str(self.core)

    def bind(self, *arrays: Argument, **named: Argument) -> Bound:
        """Checks arrays and extents against the nest. Raises ArgumentError."""
        return Bound(self.lowered, self._tensors, arrays, named)

    def schedule(self, sentence: str | _core.Sentence, target: str | _core.Target = "native") -> Kernel:
        """Applies a sentence and generates code. Raises Refusal, with the reason's name, if it is illegal."""
        parsed = _core.Sentence(sentence) if isinstance(sentence, str) else sentence
        return Kernel(self.bind, self.core, parsed, as_target(target))

    def heuristic(self, target: str | _core.Target = "native") -> _core.Sentence:
        """The built-in heuristic's sentence. Raises Refusal if no schedule is expected to beat plain clang."""
        return _core.propose(self.core, as_target(target), 1)[0]

    def interpret(self, *arrays: Argument, **named: Argument) -> None:
        """Runs the reference interpreter: slow, in order, exact. Arguments as for Kernel.__call__."""
        bound = self.bind(*arrays, **named)
        _core.interpret(self.core, bound.block)
