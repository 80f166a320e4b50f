"""Running a case that is a program, in the way of case.py: guarded operands, and a guarded workspace."""

from __future__ import annotations

import numpy as np
from vecwrap import Refusal, Sentence, _core, find_target

from .guarded import Guarded
from .nests import BYTES
from .stack import executables
from .values import DTYPES, is_nan, numbers


def reach(program: _core.Program, tensor: str, symbols: dict[str, int]) -> tuple[int, int]:
    """The bytes from the tensor's address that its accesses touch: [low, high)."""
    def value(number: int | str) -> int:
        return symbols[number] if isinstance(number, str) else number

    low = high = 0
    for nest in program.nests:
        for owner, offset, strides, *_ in nest.accesses:
            if nest.tensors[owner] == tensor:
                moves = [value(s) * (value(extent) - 1) for s, (_, extent, _) in zip(strides, nest.dims)]
                low = min(low, offset + sum(m for m in moves if m < 0))
                high = max(high, offset + sum(m for m in moves if m > 0) + BYTES[nest.tensor_types[owner]])
    return low, high


def run_program(text: str, sentence: str, target: str, symbols: dict[str, int], seed: int,
                vlen: int = 0) -> tuple[str, str]:
    """Status and detail, as an Outcome has them."""
    program = _core.Program.parse(text)
    try:
        kernel = _core.compile(program, Sentence(sentence), find_target(target))
    except Refusal as refusal:
        return "refused", refusal.name
    written = {nest.tensors[nest.accesses[nest.out][0]] for nest in program.nests}
    stored = {name: t for nest in program.nests for name, t in zip(nest.tensors, nest.tensor_types)}
    for flush, loaded in zip(("end", "start"), executables(kernel, lambda: _core.Loaded(kernel), vlen)):
        results = []
        for code in (lambda args: _core.interpret(program, args), loaded):
            random = np.random.default_rng(seed)
            buffers, args = [], []
            for name in program.arguments:
                low, high = reach(program, name, symbols)
                size = high - low
                buffers.append(Guarded(size, flush))
                buffers[-1].write(numbers(random, size // BYTES[stored[name]], stored[name]).tobytes())
                if name not in written:
                    buffers[-1].seal()
                args.append(buffers[-1].address - low)
            args += [symbols[s] for s in program.symbols]
            sizes = _core.workspaces(kernel, program, args) if code is loaded else []
            workspaces = [Guarded(size, flush if size % 64 else "end") for size in sizes]
            code(args + [workspace.address for workspace in workspaces])
            results.append([b.read() for b in buffers])
        for name, want, got in zip(program.arguments, *results):
            bits = np.dtype(f"u{BYTES[stored[name]]}")
            nan, also = (is_nan(np.frombuffer(data, DTYPES[stored[name]]), stored[name]) for data in (want, got))
            wrong = np.flatnonzero((np.frombuffer(want, bits) != np.frombuffer(got, bits)) & ~(nan & also))
            if wrong.size:
                return "wrong", f"{name}: {wrong.size} elements differ, first at {int(wrong[0])}"
    return "ok", ""
