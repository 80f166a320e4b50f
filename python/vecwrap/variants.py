"""Kernels by the heuristic: for a target's vectors or, where it leaves their length open, for every length."""

from __future__ import annotations

from . import _core
from .errors import ArgumentError


def lengths(target: _core.Target) -> list[_core.Target]:
    """The targets that code for this one is made of: itself, or all of fixed length, with its extensions, if its own is open."""
    if not target.any_length:
        return [target]
    extensions = target.name.partition("+")
    return [_core.find_target(t.name + "".join(extensions[1:])) for t in _core.assembly_targets() if not t.any_length]


def by_heuristic(nest: _core.Nest, target: _core.Target) -> tuple[_core.Kernel, str]:
    """A kernel, and its sentence; the sentences by vector length where there are several. Raises Refusal."""
    machines = lengths(target)
    sentences = [_core.propose(nest, machine, 1, always=True)[0] for machine in machines]
    kernels = [_core.compile(nest, sentence, machine) for machine, sentence in zip(machines, sentences)]
    if len(machines) == 1:
        return kernels[0], str(sentences[0])
    texts = [f"{8 * machine.vector_bytes} bits: {sentence}" for machine, sentence in zip(machines, sentences)]
    return _core.for_lengths(list(zip(machines, kernels))), "; ".join(texts)


def panel_bytes(target: _core.Target) -> int:
    """Bytes of the vectors that layouts suit; where the length is open, of the 256 bits that most cores have."""
    return max(target.vector_bytes, 32)


def runnable(target: _core.Target) -> _core.Target:
    """The target. Raises ArgumentError if this CPU cannot run its code."""
    if not _core.runs_here(target):
        raise ArgumentError(f"this CPU cannot run {target.name} code; compile for {_core.native_target().name}")
    return target
