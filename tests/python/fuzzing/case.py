"""One case: a nest, a sentence, a target and the values of the symbols. Running it compares kernel and interpreter."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass

import numpy as np
from vecwrap import Refusal, Sentence, _core, find_target

from .guarded import Guarded
from .nests import BYTES, FLOATS, INDICES
from .program_case import run_program
from .stack import executables
from .values import DTYPES, indices_of, is_nan, numbers, whole_numbers

HEURISTIC = "heuristic"  # in place of a sentence: what the heuristic proposes for the nest
ALWAYS = "always"  # the same, where it has to propose something
UNTOUCHED = 0xC5  # what lies in output slots that no point of the nest writes


@dataclass(frozen=True)
class Case:
    nest: str
    sentence: str
    target: str
    symbols: dict[str, int]
    seed: int
    vlen: int = 0  # of the machine that assembly is simulated on

    def dump(self) -> str:
        """A reproducer: one JSON line that `python -m fuzzing.worker` takes on its standard input."""
        return json.dumps(asdict(self))

    def __str__(self) -> str:
        values = " ".join(f"{name}={value}" for name, value in self.symbols.items())
        return f"{self.nest}{self.sentence}\n{self.target} seed={self.seed} {values}\n{self.dump()}"


@dataclass(frozen=True)
class Outcome:
    """`status`: ok, refused (detail: the refusal's name) or wrong (detail: where)."""

    status: str
    detail: str = ""


def run(case: Case) -> Outcome:
    if case.nest.startswith("program"):
        return Outcome(*run_program(case.nest, case.sentence, case.target, case.symbols, case.seed, case.vlen))
    nest, target = _core.Nest.parse(case.nest), find_target(case.target)
    try:
        proposed = case.sentence in (HEURISTIC, ALWAYS)
        sentence = _core.propose(nest, target, 1, case.sentence == ALWAYS)[0] if proposed else Sentence(case.sentence)
    except Refusal as refusal:
        return Outcome("refused", refusal.name)
    try:
        compiled = _core.compile(nest, sentence, target)
    except Refusal as refusal:
        return Outcome("wrong" if proposed else "refused", f"{sentence}: {refusal}" if proposed else refusal.name)
    contents = operands(nest, case)
    for flush, kernel in zip(("end", "start"), executables(compiled, lambda: _core.Loaded(compiled, nest), case.vlen)):
        expected = execute(nest, case, contents, flush, lambda args: _core.interpret(nest, args))
        actual = execute(nest, case, contents, flush, kernel)
        if wrong := difference(nest, expected, actual):
            return Outcome("wrong", f"{wrong} (buffers flush with their {flush})")
    return Outcome("ok")


def value(case: Case, number: int | str) -> int:
    return case.symbols[number] if isinstance(number, str) else number


def reach(nest: _core.Nest, case: Case, tensor: int) -> tuple[int, int]:
    """The bytes from the tensor's address that its accesses touch: [low, high)."""
    spans = []
    for owner, offset, strides, index, scale in nest.accesses:
        if owner == tensor:
            moves = [value(case, s) * (value(case, extent) - 1) for s, (_, extent, _) in zip(strides, nest.dims)]
            moves.append(scale * (INDICES - 1) if index >= 0 else 0)
            spans.append((offset + sum(m for m in moves if m < 0), offset + sum(m for m in moves if m > 0)))
    size = BYTES[nest.tensor_types[tensor]]
    return (min(low for low, _ in spans), max(high for _, high in spans) + size) if spans else (0, 0)


def operands(nest: _core.Nest, case: Case) -> list[bytes]:
    """What each tensor's bytes hold before the run."""
    random = np.random.default_rng(case.seed)
    out = nest.accesses[nest.out][0]
    reads_out = any(tensor == out for i, (tensor, *_) in enumerate(nest.accesses) if i != nest.out) or reads(nest)
    indices = {nest.accesses[index][0] for _, _, _, index, _ in nest.accesses if index >= 0}
    contents = []
    for tensor in range(len(nest.tensors)):
        low, high = reach(nest, case, tensor)
        count = (high - low) // BYTES[nest.tensor_types[tensor]]
        if tensor == out and not reads_out:
            contents.append(bytes([UNTOUCHED]) * (high - low))
        else:
            make = indices_of if tensor in indices else whole_numbers if nest.reassoc else numbers
            contents.append(make(random, count, nest.tensor_types[tensor]).tobytes())
    return contents


def reads(nest: _core.Nest) -> bool:
    return f"load a{nest.out}\n" in str(nest)


def execute(nest, case, contents, flush, kernel) -> list[bytes]:
    """Runs on fresh guarded buffers; inputs are read-only. Returns what all buffers hold afterwards."""
    buffers, args = [], []
    out = nest.accesses[nest.out][0]
    for tensor, data in enumerate(contents):
        buffer = Guarded(len(data), flush)
        buffer.write(data)
        if tensor != out:
            buffer.seal()
        buffers.append(buffer)
        args.append(buffer.address - reach(nest, case, tensor)[0])
    kernel(args + [case.symbols[name] for name in nest.symbols])
    return [buffer.read() for buffer in buffers]


MOVES = {"const", "load", "acc", "neg", "abs", "select"}


def moves(nest: _core.Nest) -> bool:
    """Are numbers only moved, chosen and given signs? Then NaN keep their bits, too."""
    operations = {found[1] for found in re.finditer(r"^%\d+ = (\w+)", str(nest), re.MULTILINE)}
    return operations <= MOVES and not nest.reassoc and nest.type in FLOATS and set(nest.tensor_types) == {nest.type}


def difference(nest, expected: list[bytes], actual: list[bytes]) -> str:
    """Empty if all bits agree. Two NaNs that arithmetic made or passed are equal: which operand's payload survives is open."""
    exact = moves(nest)
    for tensor, (want, got) in enumerate(zip(expected, actual)):
        stored = nest.tensor_types[tensor]
        dtype = DTYPES[stored]
        bits = np.dtype(f"u{np.dtype(dtype).itemsize}")
        w, g = np.frombuffer(want, dtype), np.frombuffer(got, dtype)
        differs = w.view(bits) != g.view(bits)
        if not exact:
            differs &= ~(is_nan(w, stored) & is_nan(g, stored))
        if differs.any():
            at = int(np.flatnonzero(differs)[0])
            return (f"tensor {nest.tensors[tensor]}: {int(differs.sum())} of {differs.size} elements differ, "
                    f"first at {at}: want {w[at]!r}, got {g[at]!r}")
    return ""
