"""Program: nests that run one after the other in one kernel, and may share loops. See docs/program.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from . import _core
from .bind import Argument, Array, Bound, Place, by_name, overlaps
from .dtypes import DTYPES
from .errors import ArgumentError, NestError
from .kernel import Kernel, as_target
from .nest import Nest
from .tensor import Tensor


class Program:
    """Nests in order. Tensors with the same name are the same tensor; all nests declare them alike.

    temporaries: tensors that only the program sees. One nest writes each of them, later ones read it.
    """

    def __init__(self, name: str, nests: Sequence[Nest], temporaries: Sequence[str] = ()) -> None:
        self.name = name
        self.nests = tuple(nests)
        self.tensors = declared(self.nests)
        for temporary in temporaries:
            if temporary in self.tensors and None in self.tensors[temporary].shape:
                raise NestError(f"temporary {temporary} needs a shape; None is for arrays that are passed")
        check_pointers(self.nests, self.tensors)
        self.core = _core.Program(name, [nest.core for nest in self.nests], list(temporaries))
        self.arguments = [tensor for tensor in self.tensors.values() if tensor.name not in temporaries]

    @property
    def text(self) -> str:
        """The program's one text form."""
        return str(self.core)

    def bind(self, *arrays: Argument, **named: Argument) -> BoundProgram:
        """Checks arrays and extents against all nests. Raises ArgumentError."""
        return BoundProgram(self, arrays, named)

    def schedule(self, sentence: str | _core.Sentence = "v1", target: str | _core.Target = "native") -> Kernel:
        """Applies a sentence and generates one kernel. Raises Refusal, with the reason's name, if it is illegal."""
        parsed = _core.Sentence(sentence) if isinstance(sentence, str) else sentence
        return Kernel(self.bind, self.core, parsed, as_target(target))

    def interpret(self, *arrays: Argument, **named: Argument) -> None:
        """Runs the reference interpreter, nest by nest. Arguments as for Kernel.__call__."""
        _core.interpret(self.core, self.bind(*arrays, **named).block)


class BoundProgram:
    """One call: the argument block, and the arrays that must live as long as it is used."""

    def __init__(self, program: Program, positional: Sequence[Argument], named: Mapping[str, Argument]) -> None:
        self.program = program
        self.values = by_name(program.arguments, positional, named)
        self.extents: dict[str, Argument] = {n: v for n, v in self.values.items() if n not in program.tensors}
        for tensor in program.arguments:
            self.find_extents(tensor)
        for tensor in program.tensors.values():
            self.values.setdefault(tensor.name, self.stand_in(tensor))
        self.written = {nest.lowered.out.name for nest in program.nests}
        self.bounds = [self.bind(nest) for nest in program.nests]
        self.check_overlap()
        self.block = self.argument_block()

    def find_extents(self, tensor: Tensor) -> None:
        array = self.values.get(tensor.name)
        if array is None:
            raise ArgumentError(f"tensor {tensor.name} is missing")
        if isinstance(array, np.ndarray):
            for size, wanted in zip(array.shape, tensor.shape):
                if isinstance(wanted, str):
                    self.extents.setdefault(wanted, size)

    def stand_in(self, tensor: Tensor) -> Array:
        """An array with a temporary's shape; its memory is never touched."""
        shape = []
        for size in tensor.shape:
            known = self.extents.get(size) if isinstance(size, str) else size
            if not isinstance(known, (int, np.integer)):
                raise ArgumentError(f"extent {size} of temporary {tensor.name} is in no array's shape; pass {size}=...")
            shape.append(int(known))
        return np.empty(shape, DTYPES[self.program.nests[0].dtype])

    def bind(self, nest: Nest) -> Bound:
        lowered, tensors = nest.lowered, nest.tensors
        used = {extent for _, extent, _ in lowered.core.dims} | {size for tensor in tensors for size in tensor.shape}
        arguments: dict[str, Any] = {tensor.name: self.values[tensor.name] for tensor in tensors}
        arguments.update({name: value for name, value in self.extents.items() if name in used})
        return Bound(lowered, tensors, (), arguments)

    def check_overlap(self) -> None:
        arrays = [(t.name, self.values[t.name]) for t in self.program.arguments]
        for name, array in arrays:
            for other, second in arrays:
                both = isinstance(array, np.ndarray) and isinstance(second, np.ndarray)
                if name in self.written and name != other and both and overlaps(array, second):  # type: ignore[arg-type]
                    raise ArgumentError(f"the output {name} overlaps {other}; pass a copy of one of them")

    def argument_block(self) -> list[int]:
        """Every name means one address or one number, whichever nest uses it."""
        known: dict[str, int] = {}
        for nest, bound in zip(self.program.nests, self.bounds):
            for name, value in zip([*nest.core.tensors, *nest.core.symbols], bound.block):
                if known.setdefault(name, value) != value:
                    raise ArgumentError(f"{name} is {value} in nest {nest.name}, but {known[name]} in an earlier one")
        return [known[name] for name in [*self.program.core.arguments, *self.program.core.symbols]]

    def again(self, kernel: _core.Loaded) -> _core.KernelCall | None:
        """See Arguments.again."""
        if any(bound.has_numbers for bound in self.bounds):
            return None
        names = [tensor.name for tensor in self.program.arguments]
        known: dict[str, Place] = {}
        for nest, bound in zip(self.program.nests, self.bounds):
            order = [tensor.name for tensor in bound.arrays]
            for name, (array, number) in zip([*nest.core.tensors, *nest.core.symbols], bound.places()):
                if array < 0 or order[array] in names:  # temporaries are the kernel's own
                    known[name] = (names.index(order[array]) if array >= 0 else -1, number)
        return _core.KernelCall(kernel, [self.values[name] for name in names], [name in self.written for name in names],
                                [known[name] for name in [*self.program.core.arguments, *self.program.core.symbols]])


def declared(nests: Sequence[Nest]) -> dict[str, Tensor]:
    """The tensors by name, in order. Raises NestError where two nests disagree."""
    tensors: dict[str, Tensor] = {}
    for nest in nests:
        for tensor in nest.tensors:
            first = tensors.setdefault(tensor.name, tensor)
            if first.shape != tensor.shape or first.strides != tensor.strides:
                raise NestError(f"nest {nest.name} declares {tensor.name} with shape {tensor.shape}, strides {tensor.strides}, "
                                f"an earlier nest with {first.shape} and {first.strides}")
    return tensors


def check_pointers(nests: Sequence[Nest], tensors: Mapping[str, Tensor]) -> None:
    """A second pointer into a tensor (see Lowering.pointer) would hide that it is the same one."""
    written = {nest.lowered.out.name for nest in nests}
    for nest in nests:
        for name, pointer in zip(nest.core.tensors, nest.lowered.pointers):
            moved = name not in tensors
            if moved and (pointer.tensor.name in written or len(nests) > 1):
                raise NestError(f"nest {nest.name} reads {pointer.tensor.name} at a constant index along an axis whose stride "
                                "is known only at run time; declare the strides")
