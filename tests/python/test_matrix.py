"""Step matrix: blocks of a matrix unit (AMX). Kernels against the interpreter, bit for bit, between guard pages."""

import collections
import itertools
import random

import numpy as np
import pytest
import vecwrap as vw
from fuzzing.case import ALWAYS, Case
from fuzzing.dots import HALVES, PAIRS, dot_sentence, matrix_nest
from fuzzing.stack import OnItsOwnStack
from test_dot import gemm
from test_dot_bf16 import added, bound, floats, flushed, halves, numbers
from test_dot_bf16 import gemm as bf16_gemm
from test_fuzz import check
from vecwrap import _core, find_target

TARGET = "x86-64-amx"
BYTES = PAIRS[:4]
TILE = "tile(i.1,j.1) vectorize(j.1) matrix(i.1,j.1,k)"
STEPS = f"v1 split(i,32) split(j,32) reorder(j,i,k,i.1,j.1) pack(B,j) {TILE}"
CHUNKS = f"v1 split(i,32) split(j,32) split(k,{{}}) reorder(j,k,i,k.1,i.1,j.1) pack(B,k) {TILE[:-1]}.1)"
needs_amx = pytest.mark.skipif(not _core.runs_here(find_target(TARGET)), reason="needs AMX, and the system's permission")


def steps_for(m: int, n: int) -> str:
    """A tile of up to 32 x 32, all of B packed."""
    steps = [f"split({loop},32)" for loop, extent in (("i", m), ("j", n)) if extent > 32]
    rows, columns = ("i.1" if m > 32 else "i"), ("j.1" if n > 32 else "j")
    order = ",".join([*["j"] * (n > 32), *["i"] * (m > 32), "k", rows, columns])
    return " ".join(["v1", *steps, f"reorder({order}) pack(B,-) tile({rows},{columns}) vectorize({columns})",
                     f"matrix({rows},{columns},k)"])


@needs_amx
@pytest.mark.parametrize("block", range(4))
def test_kernels_equal_the_interpreter(worker, block):
    """Tails in all three; sums in chunks; extents and strides known at run time; what is stored is more than the sum."""
    statuses = collections.Counter()
    for seed in range(block * 600, block * 600 + 600):
        choices = random.Random(seed)
        nest, symbols = matrix_nest(choices, BYTES)
        text = ALWAYS if seed % 10 == 0 else dot_sentence(choices, nest, 0)
        statuses[check(worker, Case(str(nest), text, TARGET, symbols, seed))] += 1
    assert statuses["ok"] > 120, statuses


@needs_amx
@pytest.mark.parametrize("types", BYTES)
def test_every_size(worker, types):
    """Each of the three extents from 1 to 70, the other two anything."""
    choices = random.Random(str(types))
    for size, at in itertools.product(range(1, 71), range(3)):
        m, n, k = (size if dim == at else choices.randint(1, 70) for dim in range(3))
        text = choices.choice([ALWAYS, steps_for(m, n), steps_for(m, n)])
        assert check(worker, Case(str(gemm(*types, False, m, n, k).core), text, TARGET, {}, size)) == "ok", text


@needs_amx
def test_sums_of_halves_are_exact_where_they_are_whole_numbers(worker):
    statuses = collections.Counter()
    for seed in range(600):
        choices = random.Random(seed)
        nest, symbols = matrix_nest(choices, HALVES)
        text = ALWAYS if seed % 10 == 0 else dot_sentence(choices, nest, 0)
        statuses[check(worker, Case(str(nest), text, TARGET, symbols, seed))] += 1
    assert statuses["ok"] > 100, statuses


@needs_amx
@pytest.mark.parametrize("k", [7, 32, 50, 64, 96, 101])
@pytest.mark.parametrize("chunk", [0, 32, 96])
def test_what_lies_on_the_stack_is_not_read(k, chunk):
    """Behind the rest of a sum of floats are zeros on both sides: NaN would show. By chunks, extents are known at run time."""
    for m, n in itertools.product((5, 40), (16, 45)):
        nest = bf16_gemm(*"mnk") if chunk else bf16_gemm(m, n, k)
        sentence = vw.Sentence(CHUNKS.format(chunk) if chunk else steps_for(m, n))
        poisoned = OnItsOwnStack(_core.compile(nest.core, sentence, find_target(TARGET)))
        poisoned.stack.write(np.full(poisoned.stack.size // 2, 0x7fc0, np.uint16).tobytes())
        a, b = (halves(np.random.default_rng(k).integers(-8, 9, shape)) for shape in ((m, k), (k, n)))
        c = np.zeros((m, n), np.float32)
        symbols = {"m": m, "n": n, "k": k, "A_s0": 2 * k, "B_s0": 2 * n, "C_s0": 4 * n}
        poisoned([*(x.ctypes.data for x in (a, b, c)), *(symbols[name] for name in nest.core.symbols)])
        assert np.array_equal(c, floats(a) @ floats(b)), (m, n)


@needs_amx
@pytest.mark.parametrize("exponents", [(100, 140), (0, 2), (0, 100), (60, 68), (0, 190)])
def test_sums_of_halves_are_within_the_bound(exponents):
    for m, n, k in [(1, 16, 2), (5, 33, 7), (17, 50, 64), (33, 96, 133)]:
        nest, rng = bf16_gemm(m, n, k), np.random.default_rng(m * n * k)
        a, b = numbers(rng, (m, k), exponents), numbers(rng, (k, n), exponents)
        got, want = np.zeros((m, n), np.float32), np.zeros((m, n), np.float32)
        nest.schedule(steps_for(m, n), TARGET)(a, b, got)
        nest.interpret(a, b, want)
        assert (abs(got.astype(np.float64) - want) <= bound(floats(a), floats(b))).all()


@needs_amx
def test_what_the_instruction_computes_of_halves():
    """Intel SDM vol. 2, TDPBF16PS: even and odd elements' products are added apart, from zero, then both sums, then to what was
    there; each addition rounds once, to nearest."""
    rng, n, k = np.random.default_rng(0), 512, 32
    for exponents in [(110, 140), (0, 70), (50, 80)]:
        a, b = numbers(rng, (1, k), exponents), numbers(rng, (k, n), exponents)
        got, sums = np.zeros((1, n), np.float32), [np.zeros(n, np.float32) for _ in range(2)]
        nest = bf16_gemm(1, n, k)
        nest.schedule("v1 split(j,16) reorder(j,k,i,j.1) pack(B,j) tile(i,j.1) vectorize(j.1) matrix(i,j.1,k)", TARGET)(a, b, got)
        x, y = floats(a).astype(np.float32), floats(b).astype(np.float32)
        for p in range(k):
            sums[p % 2] = added(np.full(n, x[0, p]), y[p], sums[p % 2])
        np.testing.assert_array_equal(got[0], flushed(sums[0] + sums[1]))


@needs_amx
def test_a_streamed_output(worker):
    for m, n, k in [(64, 64, 64), (40, 64, 70)]:
        case = Case(str(gemm("u8", "i8", False, m, n, k).core), f"{STEPS} stream(C)", TARGET, {}, m)
        assert check(worker, case) == "ok"


def test_the_unit_is_told_shapes_outside_of_the_loops_that_share_them():
    program = gemm("i8", "i8", False, 64, 64, 128).schedule(STEPS, TARGET).vector_program
    assert program.count("m.shape") == 1 and program.index("m.shape") < program.index("label")
    rest = gemm("i8", "i8", False, 72, 64, 128).schedule(STEPS, TARGET).vector_program
    assert rest.count("m.shape") == 2, "once a panel for whole tiles, once for what is left of the rows"
    assert "m.shape 8x64 8x64 8x64 16x64 16x64" in rest


def test_each_pair_of_signs_has_its_instruction():
    for types, name in zip(BYTES, ("tdpbssd", "tdpbusd", "tdpbsud", "tdpbuud")):
        assembly = gemm(*types, False, 64, 64, 64).schedule(STEPS, TARGET).assembly
        assert assembly.count(name) == 4 and "tilerelease" in assembly and "v.flip" not in assembly
    assert "tdpbf16ps" in bf16_gemm(64, 64, 64).schedule(STEPS, TARGET).assembly


def test_the_heuristic_uses_the_unit_where_rows_are_enough():
    def proposed(*size: int) -> str:
        return str(_core.propose(gemm("u8", "i8", False, *size).core, find_target(TARGET), 1, always=True)[0])

    assert "matrix(" in proposed(64, 64, 64) and "matrix(" in proposed(16, 1024, 1024)
    assert "dot(" in proposed(8, 1024, 1024) and "dot(" in proposed(17, 33, 31)
    whole, part = proposed(512, 512, 512), proposed(128, 768, 3072)
    assert "split(k" not in whole and "split(n" not in whole and "split(k,512)" in part
    assert "matrix(" in str(_core.propose(bf16_gemm(256, 256, 256).core, find_target(TARGET), 1)[0])


REFUSED = [
    (STEPS.replace("matrix(i.1,j.1", "matrix(j.1,i.1"), "matrix-shape"),
    (STEPS.replace("matrix(i.1,j.1", "matrix(i.1,i.1"), "matrix-shape"),
    (STEPS + " dot(k,4)", "matrix-shape"),
    (STEPS + " matrix(i.1,j.1,k)", "matrix-shape"),
    (STEPS.replace("pack(B,j) ", ""), "matrix-shape"),
    (STEPS.replace("pack(B,j)", "pack(B,j) pack(A,i)"), "matrix-shape"),
    (STEPS.replace("split(i,32)", "split(i,80)"), "registers"),
    (CHUNKS.format(96), "bad-factor"),
    (STEPS.replace(TILE, "tile(j.1) vectorize(j.1) matrix(i.1,j.1,k)"), "dot-shape"),
]


@pytest.mark.parametrize("text,name", REFUSED)
def test_what_does_not_fit_is_refused_by_name(text, name):
    with pytest.raises(vw.Refusal) as refusal:
        gemm("i8", "i8", False, 128, 128, 192).schedule(text, TARGET)
    assert refusal.value.name == name, refusal.value


def test_operands_that_lie_otherwise_are_refused():
    nest = vw.Nest("rows", "i32")
    i, j, k = nest.dims(i=64, j=64, k=64)
    A, B, C = nest.tensor("A", (k, i), type="i8"), nest.tensor("B", (k, j), type="i8"), nest.tensor("C", (i, j))
    C[i, j] = vw.sum_of(A[k, i] * B[k, j])
    with pytest.raises(vw.Refusal, match="tensor 'A' is not contiguous along the sum"):
        nest.schedule(STEPS, TARGET)


@pytest.mark.parametrize("types,target", [(("i16", "i8"), TARGET), (("i8", "i8"), "x86-64-avx512-bf16")])
def test_targets_without_the_unit_refuse(types, target):
    with pytest.raises(vw.Refusal, match="has no matrix unit for such products, summed in i32") as refusal:
        gemm(*types, False, 64, 64, 64).schedule(STEPS, target)
    assert refusal.value.name == "matrix-type"


def test_rounding_and_order_are_the_source_s_without_fast_math():
    with pytest.raises(vw.Refusal, match="in any order") as refusal:
        bf16_gemm(64, 64, 64, fast_math=False).schedule(STEPS, TARGET)
    assert refusal.value.name == "matrix-shape"


def test_the_unit_has_to_be_named():
    """A process asks for it only then; neither native nor a module, which any process may run, uses it."""
    assert not find_target("native").amx and all(not target.amx for target in vw.targets())
    module = _core.Module("net", find_target(TARGET))
    kernel = module.add_kernel(_core.compile(gemm("u8", "i8", False, 64, 64, 64).core, vw.Sentence(STEPS), find_target(TARGET)))
    module.inputs, module.outputs = 2, 1
    module.add_call(kernel, [("input", 0, 0), ("input", 1, 0), ("output", 0, 0)])
    for use in (module.object, module.load):
        with pytest.raises(vw.Refusal, match="a matrix unit that a process has to ask for") as refusal:
            use()
        assert refusal.value.name == "bad-module"
