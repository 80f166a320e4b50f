"""Runner: compiles, checks and times kernels in this process, on one core."""

from __future__ import annotations

import hashlib
import statistics
from collections.abc import Mapping

from .. import _core
from ..errors import ArgumentError
from ..kernel import as_target
from ..variants import runnable
from .affinity import pinned
from .cache import DiskCache
from .kernel import Executable
from .measurement import Measurement
from .operands import Core, Work, core_of, nests_of, values_of
from .peak import peak_gflops
from .reference import Reference

WARM_UP = 20  # runs before the clock counts, as LoopTune does (thesis, 3.6.3), but at most half of a measurement
EXACT_POINTS = 1 << 24  # what the interpreter does in about half a second: 256^3


class Runner:
    """Measures kernels. A result is compared with the reference before its time is reported.

    seconds: how long the timed runs of one measurement take in all, roughly.
    batches: over which best and median are taken.
    core: the core to run on; by default the one the caller is on.
    seed: of the operands' contents.
    cache: measurements of earlier processes; within the process they are always remembered.
    exact_points: nests with more points are checked as reference.Reference says.
    """

    def __init__(self, *, seconds: float = 0.01, batches: int = 10, core: int | None = None, seed: int = 0,
                 cache: DiskCache | None = None, exact_points: int = EXACT_POINTS) -> None:
        if seconds <= 0 or batches < 1:
            raise ArgumentError(f"a measurement needs time and batches, not seconds={seconds}, batches={batches}")
        self.seconds = seconds
        self.batches = batches
        self.core = core
        self.seed = seed
        self.cache = cache
        self.exact_points = exact_points
        self._known: dict[tuple[object, ...], Measurement] = {}
        self._peaks: dict[tuple[str, str], float] = {}
        self._reference: tuple[tuple[object, ...], Reference] | None = None  # of the last nest only: it holds buffers

    def measure(self, work: Work, sentence: str | _core.Sentence, target: str | _core.Target = "native",
                symbols: Mapping[str, int] | None = None) -> Measurement:
        """Time and speed of a nest or a program under a sentence.

        symbols: values of its symbols: extents in elements, strides in bytes.
        Raises Refusal if the sentence is illegal, ArgumentError for missing symbols or a target that this CPU cannot run,
        WrongResult if the kernel's result is not the reference's.
        """
        core, parsed, machine = core_of(work), as_sentence(sentence), runnable(as_target(target))
        values = values_of(core, symbols or {})
        key = (str(core), tuple(values.items()), str(parsed), machine.name)
        if key not in self._known:
            self._known[key] = self._stored(core, parsed, machine, values)
        return self._known[key]

    def prepare(self, work: Work, target: str | _core.Target = "native", symbols: Mapping[str, int] | None = None) -> None:
        """Does now what the first measurement of a nest does once: the reference's result and the machine's peak."""
        core, machine = core_of(work), runnable(as_target(target))
        self._reference_of(core, machine, values_of(core, symbols or {}))
        self.peak(machine, nests_of(core)[0].type)

    def peak(self, target: str | _core.Target = "native", type: str = "f32") -> float:
        """The FMA peak of one core in GFLOP/s, measured once per runner."""
        machine = runnable(as_target(target))
        key = (machine.name, type)
        if key not in self._peaks:
            self._peaks[key] = peak_gflops(machine, type, self.core)
        return self._peaks[key]

    def _stored(self, core: Core, sentence: _core.Sentence, target: _core.Target, symbols: dict[str, int]) -> Measurement:
        """From the disk, or measured and put there."""
        kernel = _core.compile(core, sentence, target)
        code = hashlib.sha256(kernel.code).hexdigest()
        key = {"nest": str(core), "symbols": symbols, "sentence": str(sentence), "target": target.name, "code": code,
               "settings": [self.seconds, self.batches, self.seed]}
        found = self.cache.get(key) if self.cache else None
        if found is None:
            found = self._measure(Executable(kernel), sentence, code, self._reference_of(core, target, symbols))
            if self.cache:
                self.cache.put(key, found)
        return found

    def _reference_of(self, core: Core, target: _core.Target, symbols: dict[str, int]) -> Reference:
        key = (str(core), tuple(symbols.items()), target.name)
        if self._reference is None or self._reference[0] != key:
            self._reference = None  # frees the buffers first
            self._reference = (key, Reference(core, symbols, target, seed=self.seed, exact_points=self.exact_points))
        return self._reference[1]

    def _measure(self, kernel: Executable, sentence: _core.Sentence, code: str, reference: Reference) -> Measurement:
        with pinned(self.core):
            checked = reference.check(kernel, sentence)
            samples = self._time(kernel, reference)
        best = min(samples)
        gflops = reference.flops() / best / 1e9
        peak = self.peak(reference.target, nests_of(reference.core)[0].type)
        return Measurement(str(sentence), reference.target.name, best, statistics.median(samples), gflops, gflops / peak,
                           checked, code)

    def _time(self, kernel: Executable, reference: Reference) -> list[float]:
        """Seconds per run, one value per batch, after a warm-up. The check has run the kernel once before."""
        once = kernel.time(reference.args, 1, 1)[0]
        runs = int(self.seconds / max(once, 1e-9))
        if runs < 2:
            return [once]
        kernel.time(reference.args, 1, min(WARM_UP, runs // 2))
        return kernel.time(reference.args, min(self.batches, runs), max(1, runs // self.batches))


def as_sentence(sentence: str | _core.Sentence) -> _core.Sentence:
    return _core.Sentence(sentence) if isinstance(sentence, str) else sentence
