"""Steps that only RISC-V has: pipeline, tail; and rows that are joined by an instruction."""

import collections
import random
import re

import numpy as np
import pytest
from fuzzing.nests import random_nest
from fuzzing.reductions import reduction_nest, reduction_sentence
from fuzzing.rvv import run_under_qemu, rvv_case
from fuzzing.sentences import random_sentence
from test_estimate import SIXTEEN as CONVOLUTION
from test_rvv import GEMM, ROW_SUMS, needs_qemu
from vecwrap import Refusal, Sentence, _core, find_target

TARGET = find_target("riscv64-rvv256")
TILE = "v1 split(i,5) split(j,32) reorder(i,j,k,i.1,j.1) tile(i.1,j.1) vectorize(j.1,4) unroll(k,4)"
ROWS = "v1 split(i,2) split(k,32) reorder(i,k,i.1,k.1) tile(i.1,k.1) vectorize(k.1,4)"
FAST = ROW_SUMS.replace("strict", "reassoc")


def compiled(text: str, sentence: str, target: _core.Target = TARGET) -> _core.Kernel:
    return _core.compile(_core.Nest.parse(text), Sentence(sentence), target)


def with_steps(choices: random.Random, sentence: str) -> str:
    """Some of the steps that a sentence may have; often they are refused."""
    innermost = re.findall(r"unroll\(([\w.]+),", sentence) or re.findall(r",([\w.]+)(?:,[ij][\w.]*)*\) ", sentence)
    lanes = re.findall(r"vectorize\(([\w.]+)", sentence)
    if innermost and choices.random() < 0.6:
        sentence += f" pipeline({choices.choice(innermost)})"
    if lanes:
        sentence += "".join(f" tail({lanes[0]},{how})" for how in ("undisturbed", "strip") if choices.random() < 0.5)
    return sentence


def cases(seeds):
    makers = [(random_nest, random_sentence), (reduction_nest, reduction_sentence)]
    for seed in seeds:
        choices = random.Random(seed)
        make_nest, make_sentence = makers[seed % 2]
        yield rvv_case(choices, seed, make_nest, lambda r, nest, make=make_sentence: with_steps(r, make(r, nest)))


def test_random_sentences_equal_the_interpreter(worker):
    """Every element past the end of an agnostic vector is poisoned, every undisturbed one is compared where it counts."""
    done = collections.Counter()
    for case in cases(range(30_000, 31_200)):
        outcome = worker.run(case)
        assert outcome.status in ("ok", "refused"), f"{outcome.status}: {outcome.detail}\n{case}"
        for step in ("pipeline", "undisturbed", "strip"):
            done[step] += outcome.status == "ok" and step in case.sentence
    assert min(done[step] for step in ("pipeline", "undisturbed", "strip")) > 40, done


@needs_qemu
@pytest.mark.parametrize("vlen", [128, 1024])
def test_random_sentences_under_qemu(vlen):
    group = [case for case in cases(range(40_000, 40_400)) if case.vlen == vlen]
    statuses = collections.Counter()
    for case, outcome in zip(group, run_under_qemu(group, vlen)):
        assert outcome.status in ("ok", "refused"), f"{outcome.status}: {outcome.detail}\n{case}"
        statuses[outcome.status] += 1
    assert statuses["ok"] > 15, statuses


def simulated(text: str, sentence: str, shapes: list[tuple[int, ...]]) -> tuple[bytes, bytes, dict[str, int]]:
    """What a kernel writes, what the interpreter does, and what was executed."""
    rng = np.random.default_rng(5)
    arrays = [(rng.integers(-8, 9, shape) + 0.5).astype(np.float32) for shape in shapes]  # sums are exact, and nothing is zero
    wanted = [a.copy() for a in arrays]
    nest = _core.Nest.parse(text)
    counts = _core.simulate(_core.compile(nest, Sentence(sentence), TARGET), [a.ctypes.data for a in arrays], 256)
    _core.interpret(nest, [a.ctypes.data for a in wanted])
    return arrays[-1].tobytes(), wanted[-1].tobytes(), counts


def test_pipelined_loads_are_those_of_the_loop():
    """The same instructions but for what controls the loop: nothing is loaded that the loop would not load."""
    shapes = [(128, 128)] * 3
    *plain, before = simulated(GEMM, TILE, shapes)
    *ahead, after = simulated(GEMM, f"{TILE} pipeline(k)", shapes)
    assert plain[0] == plain[1] == ahead[0] == ahead[1]
    for name in ("flw", "vle32.v", "vfmacc.vf", "vse32.v"):
        assert before[name] == after[name]
    text = compiled(GEMM, f"{TILE} pipeline(k)").assembly("f")
    assert text.count("vfmacc.vf") > compiled(GEMM, TILE).assembly("f").count("vfmacc.vf")  # the last iteration by itself


def test_loads_of_a_loop_that_is_unrolled_wholly_move_with_its_pointers():
    """Around it, p is the innermost rolled loop; the copies of pointers that q begins with are made ahead, too."""
    sentence = "v1 split(f,6) reorder(y,f,c,p,q,f.1,x) tile(f.1,x) vectorize(x,4) unroll(q,3)"
    shapes = [(16, 30, 30), (16, 16, 3, 3), (16, 28, 28)]
    *plain, before = simulated(CONVOLUTION, sentence, shapes)
    *ahead, after = simulated(CONVOLUTION, f"{sentence} pipeline(p)", shapes)
    assert plain[0] == plain[1] == ahead[0] == ahead[1]
    assert all(before[name] == after[name] for name in ("flw", "vle32.v", "vfmacc.vf", "vse32.v"))
    text = compiled(CONVOLUTION, f"{sentence} pipeline(p)").assembly("f")
    assert text.count("vfmacc.vf") > compiled(CONVOLUTION, sentence).assembly("f").count("vfmacc.vf")


def test_rows_in_one_loop():
    """100 elements of 32 at once: three whole vectors and a shorter one, by the same instructions."""
    odd = GEMM.replace("dim j 128", "dim j 100")
    result, wanted, _ = simulated(odd, f"{TILE} tail(j.1,strip)", [(128, 128)] * 3)
    apart, together = (compiled(odd, TILE + more).assembly("f") for more in ("", " tail(j.1,strip)"))
    assert result == wanted
    assert together.count("vfmacc") * 2 == apart.count("vfmacc")


def test_undisturbed_sums_need_no_merge():
    """Nine rows of 100: the sums' lanes past the end of the last vector stay where they are."""
    shapes = [(9, 100), (9,)]
    merged, undisturbed = (compiled(FAST, ROWS + more).assembly("f") for more in ("", " tail(k.1,undisturbed)"))
    assert ", tu, ma" in merged and ", ta, ma" in merged
    assert ", ta, ma" not in undisturbed and undisturbed.count("vmv.v.v") < merged.count("vmv.v.v")
    for more in ("", " tail(k.1,undisturbed)", " tail(k.1,strip)", " tail(k.1,strip) tail(k.1,undisturbed)"):
        result, wanted, _ = simulated(FAST.replace("%3 = sqrt %1", "%3 = neg %1"), ROWS + more, shapes)
        assert result == wanted


@pytest.mark.parametrize("update,instruction", [
    ("%4 = add %2 %3", "vfredusum.vs"), ("%4 = select ogt %2 %3 %2 %3", "vfredmax.vs"),
    ("%4 = select olt %2 %3 %2 %3", "vfredmin.vs")])
def test_rows_are_joined_by_an_instruction(update, instruction):
    text = FAST.replace("%3 = sqrt %1", "%3 = neg %1").replace("%4 = add %2 %3", update)
    result, wanted, counts = simulated(text, ROWS, [(9, 100), (9,)])
    assert result == wanted and counts[instruction] == 9 and not counts.get("vslidedown.vx")


def test_rows_of_integers_are_joined_by_an_instruction():
    text = FAST.replace("f32", "i32").replace("%3 = sqrt %1", "%3 = neg %1")
    counts = collections.Counter(re.findall(r"v\w*red\w+\.vs", compiled(text, ROWS).assembly("f")))
    assert set(counts) == {"vredsum.vs"}


@pytest.mark.parametrize("text,sentence,target,name", [
    (GEMM, f"{TILE} pipeline(j)", "riscv64-rvv256", "pipeline-loop"),
    (GEMM, f"{TILE} pipeline(i.1)", "riscv64-rvv256", "pipeline-loop"),
    (GEMM, "v1 pipeline(k)", "x86-64-avx512", "pipeline-target"),
    (GEMM, "v1 split(j,8) reorder(i,j,k,j.1) tile(j.1) vectorize(j.1) tail(j.1,strip)", "x86-64-avx2", "tail-policy"),
    (GEMM, f"{TILE} tail(j,strip)", "riscv64-rvv256", "tail-policy"),
    (GEMM, f"{TILE} tail(j.1,shorter)", "riscv64-rvv256", "tail-policy"),
    (GEMM, f"{TILE} tail(j.1,strip)", "riscv64-rvv128", "tail-policy"),
    (FAST, f"{ROWS} tail(k.1,agnostic)", "riscv64-rvv256", "tail-policy"),
])
def test_refusals(text, sentence, target, name):
    with pytest.raises(Refusal) as refusal:
        compiled(text, sentence, find_target(target))
    assert refusal.value.name == name


@pytest.mark.parametrize("core,ahead", [("spacemit-x60", True), ("sifive-x280", True), ("sifive-p670", False)])
def test_the_heuristic_loads_ahead_for_cores_that_execute_in_order(core, ahead):
    assert ("pipeline(k" in str(_core.propose(_core.Nest.parse(GEMM), find_target(core))[0])) == ahead


def test_a_single_strict_sum_is_along_the_lanes():
    """One row has nothing to stand beside it: vfredosum adds eight elements in 24 cycles, where fadd takes 4 for each."""
    one = ROW_SUMS.replace("dim i 9", "dim i 1").replace("%3 = sqrt %1", "%3 = neg %1")
    best = str(_core.propose(_core.Nest.parse(one), find_target("spacemit-x60"))[0])
    result, wanted, counts = simulated(one, best, [(9, 100), (9,)])
    assert "vectorize(k" in best and result == wanted and counts["vfredosum.vs"] > 0
