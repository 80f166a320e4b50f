"""A runner for searches: kernels for RISC-V, checked under QEMU and timed by the ruler's model of a core."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np

from .. import _core
from ..errors import ArgumentError
from ..kernel import as_target
from ..measure import Measurement, Runner, WrongResult
from ..measure.check import difference
from ..measure.operands import MARGIN, AnyNest, Bytes, Operands, core_of, values_of
from ..measure.runner import as_sentence
from ..sim.cores import read_core, table_of
from ..sim.costs import Shape
from .runner import Buffer, Counts, Job, Result, measure

HERTZ = 1e9  # a cycle counts as a nanosecond: "gflops" are operations a cycle


class Ruler(Runner):
    """Measures in modelled cycles of `core`, whose vectors are as long as the target's (where that is open: as the core's).

    Takes the place of a Runner in searches and tuners. Equal kernels have equal times: nothing is repeated. Nests are checked
    against the interpreter whole, so they have to be small enough for that and for a simulation (some 1e7 points).
    """

    def __init__(self, core: str = "spacemit-x60", *, seed: int = 0, seconds: float = 60.0) -> None:
        super().__init__(seed=seed)
        self.model = core
        self.limit = seconds
        self.counts: dict[str, Counts] = {}  # by the kernel's code
        self._operands: tuple[tuple[object, ...], Operands, Bytes] | None = None

    def vlen(self, target: _core.Target) -> int:
        return int(read_core(self.model)["vlen"]) if target.any_length else 8 * target.vector_bytes

    def measure(self, nest: AnyNest, sentence: str | _core.Sentence, target: str | _core.Target = "riscv64-rvv256",
                symbols: Mapping[str, int] | None = None) -> Measurement:
        """As Runner.measure; seconds are cycles at 1 GHz."""
        return self.measure_all(nest, [sentence], target, symbols)[0]

    def measure_all(self, nest: AnyNest, sentences: Sequence[str | _core.Sentence], target: str | _core.Target = "riscv64-rvv256",
                    symbols: Mapping[str, int] | None = None) -> list[Measurement]:
        """All of them in one process. Raises Refusal if a sentence is illegal, WrongResult, ToolError."""
        core, machine = core_of(nest), riscv(as_target(target))
        operands, expected = self._known_operands(core, values_of(core, symbols or {}))
        parsed = [as_sentence(sentence) for sentence in sentences]
        kernels = [_core.compile(core, sentence, machine) for sentence in parsed]
        codes = [hashlib.sha256(kernel.code).hexdigest() for kernel in kernels]
        new = {code: kernel for code, kernel in zip(codes, kernels) if code not in self.counts}
        jobs = [job(operands, number) for number in range(len(new))]
        results = measure(list(new.values()), jobs, self.vlen(machine), self.model, self.limit) if new else []
        for code, result in zip(new, results):
            what = f"nest {core.name} under {parsed[codes.index(code)]} on {machine.name}"
            self.counts[code] = checked(operands, expected, result, what)
        return [self._measurement(operands, machine, sentence, code) for sentence, code in zip(parsed, codes)]

    def prepare(self, nest: AnyNest, target: str | _core.Target = "riscv64-rvv256",
                symbols: Mapping[str, int] | None = None) -> None:
        """Computes the reference's result."""
        riscv(as_target(target))
        core = core_of(nest)
        self._known_operands(core, values_of(core, symbols or {}))

    def peak(self, target: str | _core.Target = "riscv64-rvv256", type: str = "f32") -> float:
        """Operations a cycle: two for each lane, by the occupancy of multiply-adds in the core's description."""
        machine = riscv(as_target(target))
        shape = Shape(32 if type == "f32" else 64, 2)  # LMUL 4
        cycles = max(cycles for _, cycles in table_of(read_core(self.model))["vfp_fma", shape].use)
        return 2 * 4 * self.vlen(machine) / shape.sew / cycles

    def _known_operands(self, core: _core.Nest, values: dict[str, int]) -> tuple[Operands, Bytes]:
        key = (str(core), tuple(values.items()))
        if self._operands is None or self._operands[0] != key:
            operands = Operands(core, values, self.seed)
            self._operands = (key, operands, operands.run(lambda args: _core.interpret(core, args)))
        return self._operands[1:]

    def _measurement(self, operands: Operands, target: _core.Target, sentence: _core.Sentence, code: str) -> Measurement:
        seconds = self.counts[code].cycles / HERTZ
        gflops = _core.flops(operands.nest, operands.args) / seconds / 1e9
        return Measurement(str(sentence), target.name, seconds, seconds, gflops, gflops / self.peak(target, operands.nest.type),
                           "interpreter", code)


def riscv(target: _core.Target) -> _core.Target:
    if not target.is_riscv:
        raise ArgumentError(f"the ruler measures code for RISC-V, not for {target.name}; name a target such as riscv64-rvv256")
    return target


def job(operands: Operands, kernel: int) -> Job:
    """The nest's buffers as they are at first, margins and all."""
    count = len(operands.pristine)
    lows = [operands.reach(tensor)[0] - MARGIN for tensor in range(count)]
    buffers = tuple(Buffer(data.tobytes(), low, tensor == operands.out)
                    for tensor, (data, low) in enumerate(zip(operands.pristine, lows)))
    return Job(kernel, buffers, tuple(operands.symbols.values()), at_end=False)  # each tensor begins a cache line


def checked(operands: Operands, expected: Bytes, result: Result, what: str) -> Counts:
    """The counts of a job that did what it should. Raises WrongResult."""
    wrong = (f"signal {result.signal} stopped it" if result.signal
             else difference(operands, expected, np.frombuffer(result.outputs[0], np.uint8).copy()))
    if wrong:
        raise WrongResult(f"{what}: {wrong}\n{operands.nest}")
    assert result.counts is not None
    return result.counts
