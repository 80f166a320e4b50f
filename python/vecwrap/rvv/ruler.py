"""A runner for searches: kernels for RISC-V, checked under QEMU and timed by the ruler's model of a core."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np

from .. import _core
from ..errors import ArgumentError
from ..kernel import as_target
from ..measure import Core, Measurement, Operands, Runner, Work, WrongResult, core_of, nests_of
from ..measure.check import difference
from ..measure.operands import MARGIN, Bytes, values_of
from ..measure.runner import as_sentence
from ..sim.cores import read_core, table_of
from ..sim.costs import Shape
from .runner import Buffer, Counts, Job, Result, measure

HERTZ = 1e9  # a cycle counts as a nanosecond: "gflops" are operations a cycle


class Ruler(Runner):
    """Measures in modelled cycles of `core`, whose vectors are as long as the target's (where that is open: as the core's).

    Takes the place of a Runner in searches and tuners. Equal kernels have equal times: nothing is repeated. Nests and programs
    are checked against the interpreter whole: they have to be small enough for that and for a simulation (some 1e7 points).
    """

    def __init__(self, core: str = "spacemit-x60", *, seed: int = 0, seconds: float = 60.0) -> None:
        super().__init__(seed=seed)
        self.model = core
        self.limit = seconds
        self.counts: dict[str, Counts] = {}  # by the kernel's code
        self._operands: tuple[tuple[object, ...], Operands, list[Bytes]] | None = None

    def vlen(self, target: _core.Target) -> int:
        return int(read_core(self.model)["vlen"]) if target.any_length else 8 * target.vector_bytes

    def measure(self, work: Work, sentence: str | _core.Sentence, target: str | _core.Target = "riscv64-rvv256",
                symbols: Mapping[str, int] | None = None) -> Measurement:
        """As Runner.measure; seconds are cycles at 1 GHz."""
        return self.measure_all(work, [sentence], target, symbols)[0]

    def measure_all(self, work: Work, sentences: Sequence[str | _core.Sentence], target: str | _core.Target = "riscv64-rvv256",
                    symbols: Mapping[str, int] | None = None) -> list[Measurement]:
        """All of them in one process. Raises Refusal if a sentence is illegal, WrongResult, ToolError."""
        core, machine = core_of(work), riscv(as_target(target))
        operands, expected = self._known_operands(core, values_of(core, symbols or {}))
        parsed = [as_sentence(sentence) for sentence in sentences]
        kernels = [_core.compile(core, sentence, machine) for sentence in parsed]
        codes = [hashlib.sha256(kernel.code).hexdigest() for kernel in kernels]
        new = {code: kernel for code, kernel in zip(codes, kernels) if code not in self.counts}
        jobs = [job(operands, number, kernel.workspace_bytes) for number, kernel in enumerate(new.values())]
        results = measure(list(new.values()), jobs, self.vlen(machine), self.model, self.limit) if new else []
        for code, result in zip(new, results):
            what = f"{core.name} under {parsed[codes.index(code)]} on {machine.name}"
            self.counts[code] = checked(operands, expected, result, what)
        return [self._measurement(operands, machine, sentence, code) for sentence, code in zip(parsed, codes)]

    def prepare(self, work: Work, target: str | _core.Target = "riscv64-rvv256",
                symbols: Mapping[str, int] | None = None) -> None:
        """Computes the reference's result."""
        riscv(as_target(target))
        core = core_of(work)
        self._known_operands(core, values_of(core, symbols or {}))

    def peak(self, target: str | _core.Target = "riscv64-rvv256", type: str = "f32") -> float:
        """Operations a cycle: two for each lane, by the occupancy of multiply-adds in the core's description."""
        machine = riscv(as_target(target))
        shape = Shape(32 if type == "f32" else 64, 2)  # LMUL 4
        cycles = max(cycles for _, cycles in table_of(read_core(self.model))["vfp_fma", shape].use)
        return 2 * 4 * self.vlen(machine) / shape.sew / cycles

    def _known_operands(self, core: Core, values: dict[str, int]) -> tuple[Operands, list[Bytes]]:
        key = (str(core), tuple(values.items()))
        if self._operands is None or self._operands[0] != key:
            operands = Operands(core, values, self.seed)
            self._operands = (key, operands, operands.run(lambda args: _core.interpret(core, args)))
        return self._operands[1:]

    def _measurement(self, operands: Operands, target: _core.Target, sentence: _core.Sentence, code: str) -> Measurement:
        seconds = self.counts[code].cycles / HERTZ
        gflops = _core.flops(operands.core, operands.args) / seconds / 1e9
        peak = self.peak(target, nests_of(operands.core)[0].type)
        return Measurement(str(sentence), target.name, seconds, seconds, gflops, gflops / peak, "interpreter", code)


def riscv(target: _core.Target) -> _core.Target:
    if not target.is_riscv:
        raise ArgumentError(f"the ruler measures code for RISC-V, not for {target.name}; name a target such as riscv64-rvv256")
    return target


def job(operands: Operands, kernel: int, workspace_bytes: int) -> Job:
    """The buffers as they are at first, margins and all; a program's workspace comes last."""
    if workspace_bytes and operands.symbols:
        raise ArgumentError("the ruler measures no program that has both symbols and a workspace; make the extents constant")
    buffers = [Buffer(data.tobytes(), operands.reach(tensor)[0] - MARGIN, tensor in operands.outputs)
               for tensor, data in enumerate(operands.pristine)]
    if workspace_bytes:
        buffers.append(Buffer(bytes(workspace_bytes), output=True))
    return Job(kernel, tuple(buffers), tuple(operands.symbols.values()), at_end=False)  # each tensor begins a cache line


def checked(operands: Operands, expected: list[Bytes], result: Result, what: str) -> Counts:
    """The counts of a job that did what it should. Raises WrongResult."""
    made = [np.frombuffer(output, np.uint8) for output in result.outputs]
    wrong = f"signal {result.signal} stopped it" if result.signal else difference(operands, expected, made)
    if wrong:
        raise WrongResult(f"{what}: {wrong}\n{operands.core}")
    assert result.counts is not None
    return result.counts
