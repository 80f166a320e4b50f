"""Programs in one kernel against the reference interpreter, bit for bit, on memory that faults outside the operands."""

import collections
import random
from collections.abc import Iterable

import pytest
from fuzzing.case import Case
from fuzzing.programs import random_program, random_program_sentence
from fuzzing.rvv import vector_of_registers
from vecwrap import Refusal, Sentence, _core, find_target, targets

RUNNABLE = [t.name for t in targets() if _core.runs_here(t)]


def sentence_for(choices: random.Random, program: _core.Program, target: str) -> str:
    """Mostly one that is legal; the refusals are part of the test, too."""
    for _ in range(choices.choice([1, 8, 8, 12])):
        sentence = random_program_sentence(choices, program)
        if target not in RUNNABLE:
            sentence = vector_of_registers(choices, sentence)
        try:
            _core.compile(program, Sentence(sentence), find_target(target))
            break
        except Refusal:
            pass
    return sentence


def statuses_of(worker, seeds: Iterable[int], assembly: bool = False) -> collections.Counter[str]:
    """How many cases compile, with and without shared loops. Any other outcome fails."""
    statuses: collections.Counter[str] = collections.Counter()
    for seed in seeds:
        choices = random.Random(seed)
        program, symbols = random_program(choices)
        target = choices.choice([t.name for t in _core.assembly_targets()] if assembly else RUNNABLE)
        vlen = 8 * find_target(target).vector_bytes * choices.choice([1, 2]) if assembly else 0
        case = Case(str(program), sentence_for(choices, program, target), target, symbols, seed, vlen)
        outcome = worker.run(case)
        assert outcome.status in ("ok", "refused"), f"{outcome.status}: {outcome.detail}\n{case}"
        assert outcome.status == "ok" or outcome.detail in _core.REFUSALS, f"refusal {outcome.detail} is not in the table"
        shares = "shared" if "at(" in case.sentence else "apart"
        statuses[f"{outcome.status} {shares}"] += 1
        if outcome.status == "refused":
            statuses[outcome.detail] += 1
    return statuses


@pytest.mark.parametrize("block", range(4))
def test_fixed_seeds(worker, block):
    """The same cases every time; many of them must share loops, or the generator of sentences has gone blind."""
    statuses = statuses_of(worker, range(block * 1000, block * 1000 + 1000))
    assert statuses["ok shared"] > 200, statuses
    assert statuses["ok apart"] > 100, statuses


def test_risc_v(worker):
    """The same on simulated machines, whose vectors may be longer than the target's."""
    statuses = statuses_of(worker, range(400), assembly=True)
    assert statuses["ok shared"] > 50, statuses
    assert statuses["ok apart"] > 30, statuses
