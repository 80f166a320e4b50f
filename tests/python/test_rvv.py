"""RISC-V kernels: by the semantics of their instructions in this process, and under QEMU."""

import collections
import random
import re
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from fuzzing.case import ALWAYS, HEURISTIC, Case
from fuzzing.nests import random_nest
from fuzzing.reductions import reduction_nest, reduction_sentence
from fuzzing.rvv import VLENS, run_under_qemu, rvv_case
from fuzzing.sentences import random_sentence
from fuzzing.shapes import shaped_nest
from vecwrap import Refusal, Sentence, _core, find_target, rvv

GOLDEN = Path(__file__).parent / "rvv"
GEMM = """nest sgemm f32 strict
dim i 128
dim j 128
dim k 128 reduce
tensor A B C
access a0 A + 0 : i*512 k*4
access a1 B + 0 : k*512 j*4
access a2 C + 0 : i*512 j*4
%0 = const 0
%1 = load a0
%2 = load a1
%3 = acc
%4 = fma %1 %2 %3
init %0
update %4
final %3
out a2
"""
SEVEN_BY_FOUR = ("v1 split(i,7) split(j,32) reorder(i,j,k,i.1,j.1) tile(i.1,j.1) vectorize(j.1,4) unroll(k,4)")
MIXED = partial(random_nest, mixed=1.0)
MAKERS = [(random_nest, random_sentence), (MIXED, random_sentence), (shaped_nest, random_sentence),
          (reduction_nest, reduction_sentence), (partial(random_nest, types=("i32",), mixed=0.6), random_sentence),
          (partial(reduction_nest, types=("i32",)), reduction_sentence),
          (partial(random_nest, types=("i64",), mixed=0.6), random_sentence),
          (partial(reduction_nest, types=("i64",)), reduction_sentence),
          (partial(reduction_nest, in_order=True), reduction_sentence),
          (partial(random_nest, types=("f16",), mixed=0.5), random_sentence)]
needs_qemu = pytest.mark.skipif(not rvv.available(), reason="needs clang-22, qemu-riscv64 and Debian's cross C library")


def cases(seeds):
    for seed in seeds:
        yield rvv_case(random.Random(seed), seed, *MAKERS[seed % len(MAKERS)])


@pytest.mark.parametrize("block", range(3))
def test_kernels_equal_the_interpreter(worker, block):
    """Simulated, with poison in every element that an instruction leaves open, and a guarded stack."""
    statuses = collections.Counter()
    for case in cases(range(block * 600, block * 600 + 600)):
        outcome = worker.run(case)
        assert outcome.status in ("ok", "refused"), f"{outcome.status}: {outcome.detail}\n{case}"
        assert outcome.status == "ok" or outcome.detail in _core.REFUSALS
        statuses[outcome.status] += 1
    assert statuses["ok"] > 200, statuses


def check_under_qemu(seeds):
    by_length = collections.defaultdict(list)
    for case in cases(seeds):
        by_length[case.vlen].append(case)
    statuses = collections.Counter()
    for vlen, group in by_length.items():
        for case, outcome in zip(group, run_under_qemu(group, vlen)):
            assert outcome.status in ("ok", "refused"), f"{outcome.status}: {outcome.detail}\n{case}"
            statuses[outcome.status] += 1
    assert set(by_length) == set(VLENS)
    assert statuses["ok"] > len(seeds) / 4, statuses


@needs_qemu
def test_qemu_equals_the_interpreter():
    check_under_qemu(range(10_000, 10_150))


@needs_qemu
@pytest.mark.parametrize("block", range(30))
def test_all_under_qemu(request, block):
    if not request.config.getoption("--rvv"):
        pytest.skip("runs with --rvv")
    check_under_qemu(range(20_000 + block * 600, 20_000 + block * 600 + 600))


def test_sgemm_takes_few_instructions(golden):
    """65,536 multiply-adds of four registers, one scalar load each; IREE's kernel takes 0.21 million in all."""
    nest = _core.Nest.parse(GEMM)
    kernel = _core.compile(nest, Sentence(SEVEN_BY_FOUR), find_target("riscv64-rvv256"))
    golden(GOLDEN / "sgemm.s", kernel.assembly("sgemm"))
    a, b = (np.random.default_rng(seed).standard_normal((128, 128)).astype(np.float32) for seed in (1, 2))
    actual, expected = np.zeros_like(a), np.zeros_like(a)
    address = [x.ctypes.data for x in (a, b)]
    counts = _core.simulate(kernel, [*address, actual.ctypes.data], 256)
    _core.interpret(nest, [*address, expected.ctypes.data])
    assert actual.tobytes() == expected.tobytes()
    assert counts["vfmacc.vf"] == counts["flw"] == 65536
    assert sum(counts.values()) <= 170_000


@pytest.mark.parametrize("target", _core.assembly_targets(), ids=str)
@pytest.mark.parametrize("group", [1, 2, 4, 8])
def test_registers_per_vector(target, group):
    """Tiles of the sizes that libraries settle on: rows times registers, as many as the register file holds."""
    rows = {1: 30, 2: 15, 4: 7, 8: 3}[group]
    lanes = target.vector_bytes // 4 * group
    sentence = (f"v1 split(i,{rows}) split(j,{lanes}) reorder(i,j,k,i.1,j.1) tile(i.1,j.1) "
                f"vectorize(j.1,{group})")
    nest = _core.Nest.parse(GEMM.replace("dim j 128", "dim j 512"))
    text = _core.compile(nest, Sentence(sentence), target).assembly("f")
    assert f"e32, m{group}, ta, ma" in text
    assert len(set(re.findall(r"vfmacc\.vf (v\d+)", text))) == rows


ROW_SUMS = """nest sums f32 strict
dim i 9
dim k 100 reduce
tensor A C
access a0 A + 0 : i*400 k*4
access a1 C + 0 : i*4
%0 = const 0
%1 = load a0
%2 = acc
%3 = sqrt %1
%4 = add %2 %3
init %0
update %4
final %2
out a1
"""


def test_strict_sums_run_along_the_lanes():
    """In the source's order: vfredosum for a sum, nothing for an update that is more than that, or for other targets."""
    sentence = Sentence("v1 split(i,2) split(k,32) reorder(i,k,i.1,k.1) tile(i.1,k.1) vectorize(k.1,4)")
    text = _core.compile(_core.Nest.parse(ROW_SUMS), sentence, find_target("riscv64-rvv256")).assembly("f")
    assert "vfsqrt.v" in text and "vfredosum.vs" in text
    fused = ROW_SUMS.replace("%4 = add %2 %3", "%4 = fma %1 %3 %2")
    for nest, target in [(fused, "riscv64-rvv256"), (ROW_SUMS, "x86-64-avx512")]:
        with pytest.raises(Refusal) as refusal:
            _core.compile(_core.Nest.parse(nest), Sentence(str(sentence).replace(",4)", ")")), find_target(target))
        assert refusal.value.name == "vector-reduction"


def test_a_vector_of_three_registers_is_refused():
    with pytest.raises(Refusal) as refusal:
        _core.compile(_core.Nest.parse(GEMM), Sentence("v1 tile(j) vectorize(j,3)"), find_target("riscv64-rvv256"))
    assert refusal.value.name == "vector-group"


@needs_qemu
def test_a_touch_outside_of_a_tensor_is_seen():
    kernel = _core.compile(_core.Nest.parse(GEMM), Sentence(SEVEN_BY_FOUR), find_target("riscv64-rvv256"))
    whole, short = rvv.Buffer(bytes(65536)), rvv.Buffer(bytes(65532), output=True)
    good = rvv.Job(0, (whole, whole, rvv.Buffer(bytes(65536), output=True)))
    results = rvv.run([kernel], [rvv.Job(0, (whole, whole, short)), good], 256)
    assert [result.signal for result in results] == [11, 0]
    assert results[1].outputs == (bytes(65536),)


def test_heuristic_sentences(worker):
    """What the heuristic proposes compiles and is exact, and every nest has a schedule."""
    statuses = collections.Counter()
    for seed in range(600):
        choices = random.Random(seed)
        nest, symbols = (random_nest, shaped_nest, reduction_nest)[seed % 3](choices)
        target = choices.choice(_core.assembly_targets())
        always = seed % 2 == 1
        case = Case(str(nest), ALWAYS if always else HEURISTIC, target.name, symbols, seed, 8 * target.vector_bytes)
        outcome = worker.run(case)
        excused = outcome.status == "refused" and (not always or outcome.detail == "vector-type")  # i8, f16, bf16
        assert outcome.status == "ok" or excused, f"{outcome}\n{case}"
        statuses[outcome.status] += 1
    assert statuses["ok"] > 350, statuses


@pytest.mark.parametrize("vlen", VLENS)
def test_heuristic_tiles(vlen):
    """Rows by vectors, the reduction unrolled."""
    sentence = str(_core.propose(_core.Nest.parse(GEMM), find_target(f"riscv64-rvv{vlen}"))[0])
    assert "tile(i" in sentence and "vectorize(j" in sentence and "unroll(k" in sentence
