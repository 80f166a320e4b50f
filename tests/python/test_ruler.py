"""Schedules for RISC-V measured by the ruler: counts in one process for many, and as the runner of searches."""

import os
import re
import time
from pathlib import Path

import numpy as np
import pytest
from test_program import two
from test_rvv import GEMM, SEVEN_BY_FOUR
from vecwrap import ArgumentError, Refusal, Sentence, _core, find_target, rvv
from vecwrap.search import STRATEGIES, Budget, EditError, Tuner
from vecwrap.sim.run import SimError, find_plugin

SMALL = GEMM.replace("128", "48").replace("512", "192")
TARGET = find_target("riscv64-rvv256")


@pytest.fixture(scope="module", autouse=True)
def plugin():
    try:
        find_plugin()
    except SimError as error:
        pytest.skip(str(error))
    if not rvv.available():
        pytest.skip("needs clang-22, qemu-riscv64 and Debian's cross C library")


def nest(text=SMALL):
    return _core.Nest.parse(text)


def sentences(count):
    tiles = [(rows, group) for rows in range(1, 8) for group in (1, 2, 4) if rows * group <= 28]
    return [f"v1 split(i,{rows}) split(j,{8 * group}) reorder(i,j,k,i.1,j.1) tile(i.1,j.1) "
            f"vectorize(j.1,{group}) unroll(k,{unroll})"
            for unroll in (1, 2, 3, 4) for rows, group in tiles][:count]


def test_counts_are_those_of_the_table_of_instructions():
    """The simulator of the core and the ruler's decoder are independent of each other."""
    kernel = _core.compile(nest(GEMM), Sentence(SEVEN_BY_FOUR), TARGET)
    a, b, c = (np.random.default_rng(seed).standard_normal((128, 128)).astype("f4") for seed in range(3))
    exact = _core.simulate(kernel, [x.ctypes.data for x in (a, b, c)], 256)
    buffers = (rvv.Buffer(a.tobytes()), rvv.Buffer(b.tobytes()), rvv.Buffer(c.tobytes(), output=True))
    result, again = rvv.measure([kernel], [rvv.Job(0, buffers)] * 2, 256)
    assert result.outputs[0] == again.outputs[0] == c.tobytes()
    assert result.counts and again.counts
    assert abs(result.counts.instructions - sum(exact.values())) < 10  # the call is counted as well
    assert result.counts.classes["vfp_fma"] == exact["vfmacc.vf"]
    assert 0.98 < result.counts.cycles / again.counts.cycles < 1.02


def test_measurements_rank_schedules():
    ruler = rvv.Ruler()
    slow, fast = ruler.measure_all(nest(), ["v1", sentences(20)[-1]], TARGET)
    assert 0 < fast.seconds_best < slow.seconds_best / 3
    assert fast.checked == "interpreter" and 0 < slow.peak_fraction < fast.peak_fraction < 1
    assert ruler.measure(nest(), "v1", TARGET) == slow


def test_five_thousand_candidates_an_hour():
    """On two cores, that is 1.44 seconds of one core for each; the quick ones of a search take a tenth of it."""
    ruler, wanted = rvv.Ruler(), sentences(40)
    ruler.prepare(nest(), TARGET)
    before = os.times()
    found = ruler.measure_all(nest(), wanted, TARGET)
    after = os.times()
    assert len({m.code for m in found}) > 30 and len({m.seconds_best for m in found}) > 20
    used = sum(after[:4]) - sum(before[:4])
    assert used / len(wanted) < 1.44, f"{used} seconds for {len(wanted)}"


@pytest.mark.parametrize("strategy", ["greedy1", "random"])
def test_searches_tune_for_riscv(strategy):
    search = STRATEGIES[strategy](budget=Budget(seconds=60, evaluations=8), runner=rvv.Ruler(), seed=1)
    result = search.search(nest(), TARGET)
    assert len(result.evaluations) == 8 and result.best().seconds <= result.evaluations[0].seconds
    assert result.target == "riscv64-rvv256"


def test_the_page():
    """The example of docs/rvv.md runs."""
    page = (Path(__file__).parents[2] / "docs/rvv.md").read_text()
    code, = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    scope = {}
    exec(code, scope)
    assert len(scope["result"].evaluations) == 10


def test_registers_of_a_vector_are_kept_and_searched():
    written = "v1 split(j,32) split(i,7) reorder(j,i,k,i.1,j.1) tile(i.1,j.1) vectorize(j.1,4) unroll(k,4)"
    assert str(Tuner(nest(), target=TARGET, sentence=written).sentence).endswith("vectorize(j.1,4) unroll(k,4)")
    assert re.search(r"vectorize\(j\.1,[248]\)", str(_core.propose(nest(), TARGET, 1)[0]))
    tuner = Tuner(nest(), target=TARGET)
    tuner.split(16, "j")
    tuner.swap("j.1", "k")
    tuner.vectorize("j.1")
    assert "group(j.1,2)" in map(str, tuner.legal_edits())
    tuner.group(2, "j.1")
    assert str(tuner.sentence).endswith("vectorize(j.1,2)")
    with pytest.raises(EditError):
        tuner.group(2, "i")
    other = Tuner(nest(), sentence="v1 split(j,16) reorder(i,j,k,j.1) tile(j.1) vectorize(j.1)")
    assert not any(edit.name == "group" for edit in other.legal_edits())


def test_tuner():
    tuner = Tuner(nest(), target=TARGET, runner=rvv.Ruler())
    before = tuner.gflops()
    tuner.split(8, "j")
    tuner.swap("j.1", "k")
    tuner.vectorize("j.1")
    assert tuner.gflops() > 2 * before


def test_what_cannot_be_measured_is_refused():
    ruler = rvv.Ruler()
    with pytest.raises(ArgumentError, match="not for x86-64-avx2"):
        ruler.measure(nest(), "v1", "x86-64-avx2")
    with pytest.raises(Refusal):
        ruler.measure(nest(), "v1 tile(k)", TARGET)
    started = time.perf_counter()
    with pytest.raises(rvv.ToolError, match="took more than 0.2 s"):
        rvv.Ruler(seconds=0.2).measure(nest(GEMM), "v1", TARGET)
    assert time.perf_counter() - started < 30


def test_programs():
    """The second nest reads what the first one wrote, from a workspace."""
    program = two(x=8, y=32, z=96)
    assert _core.compile(program.core, Sentence("v1"), TARGET).workspace_bytes
    found = rvv.Ruler().measure(program, "v1", TARGET)
    assert found.checked == "interpreter" and found.seconds_best > 0


def test_a_wrong_result_is_no_measurement():
    ruler = rvv.Ruler()
    ruler.prepare(nest(), TARGET)
    ruler._operands[2][0][200] ^= 1
    with pytest.raises(rvv.WrongResult, match="first at 18"):
        ruler.measure(nest(), "v1", TARGET)
