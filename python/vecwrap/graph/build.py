"""Build: fuse, lay out, plan memory, choose schedules, generate code."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from .. import _core
from ..variants import by_heuristic, panel_bytes
from .array import Buffer, Data
from .blocks import blocked
from .dims import normalised
from .edges import apart
from .fuse import fuse
from .graph import Check, Graph
from .groups import Group, grouped
from .memory import aligned, plan
from .nests import Lowered, lower, word
from .stage import Stage

PADDING = bytes(64)


@dataclass(frozen=True)
class Port:
    """An input or output; `dtype` is its storage type (array.ITEMSIZE), `bytes` its size."""

    name: str
    dtype: str
    size: int
    bytes: int


@dataclass(frozen=True)
class KernelInfo:
    """One call of a kernel, for reports. `flops` counts floating-point operations; `nest` may be the text of a program."""

    name: str
    sentence: str
    flops: float
    nest: str


@dataclass
class Built:
    """Code and memory of a network."""

    module: _core.Module
    inputs: list[Port]
    outputs: list[Port]
    workspace_bytes: int
    constants: dict[Buffer, int] = field(default_factory=dict)  # byte offset of each, in order
    constant_bytes: int = 0
    kernels: list[KernelInfo] = field(default_factory=list)

    def write_constants(self, sink: Callable[[Data | bytes], object]) -> None:
        """Hands exactly `constant_bytes` bytes to `sink`, piece by piece, one constant in memory at a time."""
        at = 0
        for buffer, offset in self.constants.items():
            sink(PADDING[:offset - at])
            assert buffer.data is not None
            sink(buffer.data())
            at = offset + buffer.bytes
        sink(PADDING[:self.constant_bytes - at])


def optimised(graph: Graph, vector_bytes: int, mixes: bool = True, groups: bool = False) -> None:
    """Rewrites the graph's stages into the ones that are compiled. groups: bytes are multiplied in groups within a lane."""
    fuse(graph, mixes)
    apart(graph)
    graph.steps = [blocked(normalised(step), vector_bytes, groups) if isinstance(step, Stage) else step for step in graph.steps]


def build(graph: Graph, target: _core.Target, prefix: str = "net") -> Built:
    """Compiles a graph. Consumes it: the graph's stages are those that were compiled afterwards."""
    optimised(graph, panel_bytes(target), mixes=not target.is_riscv, groups=target.vnni)
    steps = grouped(graph, target)
    offsets, workspace = plan(steps)
    module = _core.Module(prefix, target)
    built = Built(module, ports(graph.inputs), ports(graph.outputs), workspace)
    work = [lower(step) if isinstance(step, Stage) else step for step in steps]
    built.constant_bytes = place_constants(work, built.constants)
    module.inputs, module.outputs = len(graph.inputs), len(graph.outputs)
    module.workspace_bytes, module.constant_bytes = workspace, built.constant_bytes

    def place(buffer: Buffer, offset: int = 0) -> tuple[str, int, int]:
        if buffer.kind == "constant":
            return "constant", 0, built.constants[buffer] + offset
        if buffer.kind == "temporary":
            return "workspace", 0, offsets[buffer] + offset
        return buffer.kind, buffer.index, offset

    for item in work:
        if isinstance(item, Check):
            module.add_check(place(item.buffer))
            continue
        kernel, sentence = code_of(item, target)
        module.add_call(module.add_kernel(kernel, word(item.name)), [place(*tensor) for tensor in item.tensors])
        built.kernels.append(KernelInfo(item.name, sentence, flops(item), text(item)))
    return built


def ports(buffers: list[Buffer]) -> list[Port]:
    return [Port(b.name, b.dtype, b.size, b.bytes) for b in buffers]


def place_constants(work: list[Lowered | Group | Check], places: dict[Buffer, int]) -> int:
    at = 0
    for buffer in constants(work):
        if buffer not in places:
            places[buffer] = at
            at = aligned(at + buffer.bytes)
    return at


def constants(work: list[Lowered | Group | Check]) -> Iterator[Buffer]:
    for item in work:
        if not isinstance(item, Check):
            yield from (buffer for buffer, _ in item.tensors if buffer.kind == "constant")


def code_of(item: Lowered | Group, target: _core.Target) -> tuple[_core.Kernel, str]:
    if isinstance(item, Group):
        return compiled_program(str(item.program), str(item.sentence), target.name)
    return compiled(str(item.nest), target.name)


@lru_cache(maxsize=1024)
def compiled(nest: str, target: str) -> tuple[_core.Kernel, str]:
    """Kernel and sentence for the text of a nest; equal nests are compiled once."""
    return by_heuristic(_core.Nest.parse(nest), _core.find_target(target))


@lru_cache(maxsize=1024)
def compiled_program(program: str, sentence: str, target: str) -> tuple[_core.Kernel, str]:
    """The same for a program and its sentence."""
    return _core.compile(_core.Program.parse(program), _core.Sentence(sentence), _core.find_target(target)), sentence


def text(item: Lowered | Group) -> str:
    return str(item.program if isinstance(item, Group) else item.nest)


def flops(item: Lowered | Group) -> float:
    """Operations of one run; extents are constants, so no argument is looked at."""
    arguments = [0] * len(item.tensors)
    return float(_core.flops(item.program, arguments) if isinstance(item, Group) else _core.flops(item.nest, arguments))
