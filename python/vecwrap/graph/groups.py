"""Groups: consecutive stages over the same rows become one kernel, and what they pass on stays in the caches.

Which ones is the core's decision (`share_rows`, cpp/vecwrap/decide/program.cpp): it reads strides and sizes only.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from .. import _core
from ..variants import lengths
from .array import Buffer
from .graph import Check, Graph
from .nests import Places, lower
from .stage import Stage

LONGEST = 6  # stages


@dataclass(eq=False)
class Group:
    """Stages in one kernel, in loops that they share. Nobody else sees the `inner` buffers."""

    stages: list[Stage]
    program: _core.Program
    sentence: _core.Sentence
    tensors: list[tuple[Buffer, int]]  # what the kernel's arguments are: buffers and byte offsets into them
    inner: set[Buffer]

    @property
    def name(self) -> str:
        return "+".join(dict.fromkeys(stage.name for stage in self.stages))

    def touched(self) -> list[Buffer]:
        """Buffers that must exist while it runs."""
        return [buffer for buffer, _ in self.tensors]


def grouped(graph: Graph, target: _core.Target) -> list[Stage | Check | Group]:
    """The graph's steps, with runs of stages joined from the last one backwards. Code for several vector lengths stays apart."""
    if len(lengths(target)) > 1:
        return list(graph.steps)
    steps: list[Stage | Check | Group] = []
    end = len(graph.steps)
    while end:
        group = longest_group(graph, end, target)
        steps.append(group or graph.steps[end - 1])
        end -= len(group.stages) if group else 1
    return steps[::-1]


def longest_group(graph: Graph, end: int, target: _core.Target) -> Group | None:
    """The longest run of stages before step `end` that pays to be one kernel."""
    run: list[Stage] = []
    runs: list[list[Stage]] = []
    for step in reversed(graph.steps[max(end - LONGEST, 0):end]):
        if not isinstance(step, Stage) or not may_join(graph, step, run):
            break
        run = [step, *run]
        runs.append(run)
    for candidate in reversed(runs[1:]):
        if group := shared(candidate, target):
            return group
    return None


def may_join(graph: Graph, stage: Stage, run: list[Stage]) -> bool:
    """Is its value read by stages of the run, and by nobody else? The last stage of a run may write anything."""
    buffer = stage.out.buffer
    others = [s for s in graph.steps if isinstance(s, Stage) and s is not stage]
    if stage.fills or any(s.out.buffer is buffer for s in others) or reads(stage, buffer):
        return False
    if any(isinstance(step, Check) and step.buffer is buffer for step in graph.steps):
        return False
    readers = [s for s in others if reads(s, buffer)]
    return not run or (buffer.kind == "temporary" and bool(readers) and all(s in run for s in readers))


def reads(stage: Stage, buffer: Buffer) -> bool:
    return any(read.buffer is buffer for read in stage.reads())


def shared(run: list[Stage], target: _core.Target) -> Group | None:
    """One kernel for the run, if the core finds a schedule that is better than one for each stage."""
    inner = {stage.out.buffer for stage in run[:-1]}
    places = Places({stage.out.buffer for stage in run})
    nests = [lower(stage, places, f"n{at}").nest for at, stage in enumerate(run)]
    if len({nest.type for nest in nests}) > 1:
        return None
    temporaries = [name for name, (buffer, _) in places.tensors.items() if buffer in inner]
    try:
        program = _core.Program("program", nests, temporaries)
    except _core.Refusal:  # a tensor that stages store in different ways
        return None
    sentence = proposal(str(program), target.name)
    if sentence is None:
        return None
    return Group(run, program, sentence, [places.tensors[name] for name in program.arguments], inner)


@lru_cache(maxsize=1024)
def proposal(program: str, target: str) -> _core.Sentence | None:
    return _core.share_rows(_core.Program.parse(program), _core.find_target(target))
