"""Kernels against the reference interpreter, bit for bit, on memory that faults outside the operands.

A failure prints the nest, the sentence and one JSON line; `echo LINE | python -m fuzzing.worker` (from tests/python)
runs that case alone.
"""

import collections
import random
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from fuzzing.case import ALWAYS, HEURISTIC, Case
from fuzzing.nests import random_nest
from fuzzing.reductions import reduction_nest, reduction_sentence
from fuzzing.sentences import random_sentence
from fuzzing.shapes import large_nest, shaped_nest
from fuzzing.wild import wild_nest, wild_sentence
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from vecwrap import _core, targets

RUNNABLE = [t.name for t in targets() if _core.runs_here(t)]


def make_case(choices: random.Random, seed: int, make_nest, make_sentence=random_sentence) -> Case:
    nest, symbols = make_nest(choices)
    return Case(str(nest), make_sentence(choices, nest), choices.choice(RUNNABLE), symbols, seed)


def check(worker, case: Case) -> str:
    outcome = worker.run(case)
    assert outcome.status in ("ok", "refused"), f"{outcome.status}: {outcome.detail}\n{case}"
    assert outcome.status == "ok" or outcome.detail in _core.REFUSALS, f"refusal {outcome.detail} is not in the table\n{case}"
    return outcome.status


@pytest.mark.parametrize("make_nest", [random_nest, shaped_nest])
@settings(max_examples=1500, deadline=None, suppress_health_check=list(HealthCheck))
@given(choices=st.randoms(use_true_random=False), seed=st.integers(0, 2**32 - 1))
def test_kernels_equal_the_interpreter(worker, make_nest, choices, seed):
    check(worker, make_case(choices, seed, make_nest))


@pytest.mark.parametrize("block", range(8))
def test_fixed_seeds(worker, block):
    """The same cases every time; most of them must compile, or the generator of sentences has gone blind."""
    statuses = collections.Counter()
    for seed in range(block * 1000, block * 1000 + 1000):
        choices = random.Random(seed)
        statuses[check(worker, make_case(choices, seed, (random_nest, shaped_nest)[seed % 2]))] += 1
    assert statuses["ok"] > 300, statuses


@pytest.mark.parametrize("block", range(2))
def test_lanes_along_reductions(worker, block):
    """Vectors of partial results, joined at the end: sums, products and extrema, with tails in every dim."""
    statuses = collections.Counter()
    for seed in range(block * 1000, block * 1000 + 1000):
        choices = random.Random(seed)
        statuses[check(worker, make_case(choices, seed, reduction_nest, reduction_sentence))] += 1
    assert statuses["ok"] > 300, statuses


@pytest.mark.parametrize("block", range(2))
def test_what_other_generators_leave_out(worker, block):
    statuses = collections.Counter()
    for seed in range(block * 1500, block * 1500 + 1500):
        choices = random.Random(seed)
        case = make_case(choices, seed, wild_nest, wild_sentence)
        statuses[check(worker, replace(case, sentence=HEURISTIC) if seed % 8 == 0 else case)] += 1
    assert statuses["ok"] > 350, statuses


def test_heuristic_sentences(worker):
    """What the heuristic proposes compiles and is exact."""
    statuses = collections.Counter()
    for seed in range(3000):
        choices = random.Random(seed)
        nest, symbols = (random_nest, shaped_nest)[seed % 2](choices)
        statuses[check(worker, Case(str(nest), HEURISTIC, choices.choice(RUNNABLE), symbols, seed))] += 1
    assert statuses["ok"] > 500, statuses


def test_every_nest_has_a_schedule(worker):
    """Where nobody else can run the nest, the heuristic never refuses."""
    for seed in range(1500):
        choices = random.Random(seed)
        nest, symbols = (random_nest, shaped_nest, reduction_nest, wild_nest)[seed % 4](choices)
        status = check(worker, Case(str(nest), ALWAYS, choices.choice(RUNNABLE), symbols, seed))
        assert status == "ok", f"{status}\n{nest}"


def test_heuristic_on_large_nests(worker):
    """Every level of blocking is entered: panels that exceed a cache, partial sums between chunks, blocks of rows."""
    statuses = collections.Counter()
    for seed in range(120):
        choices = random.Random(seed)
        nest, symbols = large_nest(choices)
        statuses[check(worker, Case(str(nest), HEURISTIC, choices.choice(RUNNABLE), symbols, seed))] += 1
    assert statuses["ok"] > 60, statuses


def test_fuzz_with_fresh_seeds(worker, request):
    seconds = request.config.getoption("--fuzz-seconds")
    if not seconds:
        pytest.skip("runs with --fuzz-seconds=N")
    seed = request.config.getoption("--fuzz-seed")
    seed = time.time_ns() if seed is None else seed
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        choices = random.Random(seed)
        make_nest = large_nest if choices.random() < 0.005 else choices.choice([random_nest, shaped_nest, wild_nest])
        case = make_case(choices, seed, make_nest, wild_sentence if make_nest is wild_nest else random_sentence)
        check(worker, replace(case, sentence=HEURISTIC) if choices.random() < 0.1 or make_nest is large_nest else case)
        seed += 1


# The tests above can fail: a wrong kernel, a stray touch and a crash are all seen.

COPY = """nest copy f32 strict
dim i {points}
tensor A C
access a0 A + 0 : i*4
access a1 C + 0 : i*4
%0 = load a0
%1 = {op}
final %{final}
out a1
"""


def outcome_with_kernel_of(monkeypatch, case: Case, other: str):
    """Runs `case`, but with the kernel of another nest."""
    from fuzzing import case as module

    compile_ = _core.compile
    wrong = _core.Nest.parse(other)
    monkeypatch.setattr(module._core, "compile", lambda nest, *rest: compile_(wrong, *rest))
    return module.run(case)


def test_a_wrong_result_is_seen(monkeypatch):
    right = COPY.format(points=37, op="neg %0", final=0)
    case = Case(right, "v1 split(i,16) tile(i.1) vectorize(i.1)", RUNNABLE[-1], {}, 1)
    outcome = outcome_with_kernel_of(monkeypatch, case, COPY.format(points=37, op="neg %0", final=1))
    assert outcome.status == "wrong" and "37 of 37 elements differ" in outcome.detail


def test_a_missing_tail_is_seen(monkeypatch):
    case = Case(COPY.format(points=37, op="neg %0", final=1), "v1 split(i,16) tile(i.1) vectorize(i.1)", RUNNABLE[-1], {}, 1)
    outcome = outcome_with_kernel_of(monkeypatch, case, COPY.format(points=36, op="neg %0", final=1))
    assert outcome.status == "wrong" and "1 of 37 elements differ, first at 36" in outcome.detail


def test_a_touch_outside_is_seen():
    """One element too many, in a process of its own."""
    code = f"""
import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})
from fuzzing import case as module
from vecwrap import _core
compile_, wrong = _core.compile, _core.Nest.parse({COPY.format(points=38, op="neg %0", final=1)!r})
module._core.compile = lambda nest, *rest: compile_(wrong, *rest)
case = module.Case({COPY.format(points=37, op="neg %0", final=1)!r}, "v1", {RUNNABLE[-1]!r}, {{}}, 1)
module.run(case)
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == -11
