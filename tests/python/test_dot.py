"""Step dot: groups of narrow products within a lane. Kernels against the interpreter, bit for bit, between guard pages."""

import collections
import itertools
import random
import re

import numpy as np
import pytest
import vecwrap as vw
from fuzzing.case import ALWAYS, Case
from fuzzing.dots import HALVES, PAIRS, dot_nest, dot_sentence
from fuzzing.nests import BYTES
from test_fuzz import RUNNABLE, check
from vecwrap import _core, find_target

WITH_VNNI = {name for name in RUNNABLE if find_target(name).vnni}
WITH_BF16 = {name for name in RUNNABLE if name.endswith("-bf16")}


@pytest.mark.parametrize("target", RUNNABLE)
def test_kernels_equal_the_interpreter(worker, target):
    """Tails of rows, lanes and groups; operands in place and packed; bytes as they are and widened; sums of bf16 are exact."""
    statuses = collections.Counter()
    for seed in range(700):
        choices = random.Random(f"{seed} {target}")
        halves = target in WITH_BF16 and seed % 2 == 0
        nest, symbols, group = dot_nest(choices, HALVES if halves else PAIRS)
        group = choices.choice([group, 2]) if target in WITH_VNNI else 2
        text = ALWAYS if seed % 5 == 0 else dot_sentence(choices, nest, group)
        status = check(worker, Case(str(nest), text, target, symbols, seed))
        statuses.update([status, *(f"{status} {step}" for step in ("collapse", "prefetch", "pack(B") if step in text)])
    assert statuses["ok"] > 200 and min(statuses[f"ok {step}"] for step in ("collapse", "prefetch", "pack(B")) > 10, statuses


def gemm(a: str, b: str, transposed: bool = False, m: int | str = "m", n: int | str = "n", k: int | str = "k") -> vw.Nest:
    nest = vw.Nest("gemm", "i32")
    i, j, p = nest.dims(i=m, j=n, k=k)
    A, B = nest.tensor("A", (i, p), type=a), nest.tensor("B", (j, p) if transposed else (p, j), type=b)
    C = nest.tensor("C", (i, j))
    C[i, j] = vw.sum_of(A[i, p] * (B[j, p] if transposed else B[p, j]))
    return nest


@pytest.mark.parametrize("a,b", PAIRS)
@pytest.mark.parametrize("target", RUNNABLE)
def test_the_heuristic_multiplies_matrices_exactly(target, a, b):
    """Extremes do not saturate: 2 * 255 * 127 exceeds 16 bits, -32768^2 * 2 exceeds 31."""
    sizes = [(1, 17, 9), (33, 70, 130), (64, 64, 64)]
    for (m, n, k), transposed, fixed in itertools.product(sizes, [False, True], [False, True]):
        nest = gemm(a, b, transposed, *((m, n, k) if fixed else ()))
        kernel = nest.schedule(_core.propose(nest.core, vw.find_target(target), 1, always=True)[0], target)
        made = np.random.default_rng(1)
        x, y = (made.choice([np.iinfo(t).min, np.iinfo(t).max, 1], size).astype(t)
                for t, size in [(vw.dtypes.DTYPES[a], (m, k)), (vw.dtypes.DTYPES[b], (n, k) if transposed else (k, n))])
        z = np.zeros((m, n), np.int32)
        kernel(x, y, z)
        want = x.astype(np.int64) @ (y.T if transposed else y).astype(np.int64)
        np.testing.assert_array_equal(z, want.astype(np.uint64).astype(np.uint32).view(np.int32))


def test_the_heuristic_uses_the_instruction():
    nest = gemm("i8", "i8", False, 64, 64, 64)
    proposed = str(_core.propose(nest.core, vw.find_target("x86-64-avx512-vnni"), 1)[0])
    assert "dot(k,4)" in proposed and "pack(B" in proposed
    assert "vpdpbusd" in nest.schedule(proposed, "x86-64-avx512-vnni").assembly


def test_what_all_lanes_multiply_is_copied_where_flipping_takes_a_products_place():
    nest, wide = gemm("i8", "i8", False, 256, 256, 256), "x86-64-avx512-vnni"
    texts = [str(_core.propose(nest.core, find_target(name), 1)[0]) for name in (wide, f"{wide}@graniterapids")]
    assert "pack(A" not in texts[0] and "pack(A,i)" in texts[1], texts


@pytest.mark.parametrize("target,types,width,rows", [
    ("x86-64-avx512-vnni", ("u8", "i8"), 64, 4), ("x86-64-avx2-vnni", ("u8", "i8"), 32, 4),
    ("x86-64-avx512", ("i8", "i8"), 32, 2), ("x86-64-avx2", ("i16", "i16"), 16, 2)])
@pytest.mark.parametrize("pack", ["", " pack(B,j)"])
def test_whole_rows_are_joined_for_as_many_vectors_as_they_fill(target, types, width, rows, pack):
    nest = gemm(*types, False, 2, 2 * width, 64)
    steps = f"v1 split(j,{width}) reorder(j,k,i,j.1){pack} tile(i,j.1) vectorize(j.1) dot(k,{rows})"
    program, size = nest.schedule(steps, target).vector_program, BYTES[types[1]]
    assert program.count("v.spread") == rows and program.count("v.zip") == (8 if rows == 4 else 2), program
    assert not re.search(rf"v.group .*\], {2 * width * size},", program), "nothing is left for single vectors"


@pytest.mark.parametrize("types", [("i8", "i8"), ("u8", "u8")])
@pytest.mark.parametrize("steps,k,dots", [
    ("reorder(j,i,k,i.1,j.1) pack(B,j) tile(i.1,j.1) vectorize(j.1) dot(k,4)", 64, 8),
    ("reorder(j,i,k,i.1,j.1) pack(B,j) tile(i.1,j.1) vectorize(j.1) dot(k,4)", 77, 12),
    ("split(k,64) reorder(j,k,i,k.1,i.1,j.1) pack(B,k) tile(i.1,j.1) vectorize(j.1) dot(k.1,4)", 128, 8),
    ("split(k,64) reorder(j,k,i,k.1,i.1,j.1) pack(B,j) tile(i.1,j.1) vectorize(j.1) dot(k.1,4)", 128, 2),
    ("reorder(j,i,k,i.1,j.1) tile(i.1,j.1) vectorize(j.1) dot(k,4)", 64, 2)])
def test_what_a_flipped_operand_adds_is_summed_once_per_buffer(types, steps, k, dots):
    """Beyond those of operands of either sign: eight chains and their rest before the tiles, or one per vector in each step."""
    sentence, target = f"v1 split(i,8) split(j,32) {steps}", "x86-64-avx512-vnni"
    program, plain = (gemm(*pair, False, 16, 64, k).schedule(sentence, target).vector_program for pair in (types, ("u8", "i8")))
    assert program.count("v.dot ") == plain.count("v.dot ") + dots


@pytest.mark.parametrize("types", [("i8", "i8"), ("u8", "u8"), ("u8", "i8"), ("i16", "i8")])
@pytest.mark.parametrize("target", RUNNABLE)
def test_the_operand_of_all_lanes_is_packed(worker, target, types):
    """As whole vectors, the rest by groups; flipped as it is copied; also where the sum comes in chunks."""
    group = 4 if target in WITH_VNNI and "i16" not in types else 2
    tile = f"tile(i.1,j.1) vectorize(j.1) dot({{}},{group})"
    sentences = [f"reorder(j,i,k,i.1,j.1) pack(A,i) {tile.format('k')}",
                 f"reorder(j,i,k,i.1,j.1) pack(B,j) pack(A,i) {tile.format('k')} unroll(k,2)",
                 f"split(k,136) reorder(j,k,i,k.1,i.1,j.1) pack(B,k) pack(A,i) {tile.format('k.1')}",
                 f"split(k,16) reorder(j,i,k,k.1,i.1,j.1) pack(B,j) pack(A,i) {tile.format('k.1')}"]
    lanes = find_target(target).vector_bytes // 4
    for (m, n, k), steps in itertools.product([(5, 2 * lanes, 300), (7, lanes + 3, 257)], sentences):
        sentence = f"v1 split(i,2) split(j,{lanes}) {steps}"
        assert check(worker, Case(str(gemm(*types, False, m, n, k).lowered.core), sentence, target, {}, k)) == "ok", sentence


def gemv_sentence(m: int, n: int, k: int, transposed: bool = False) -> str:
    return str(_core.propose(gemm("u8", "i8", transposed, m, n, k).core, vw.find_target("x86-64-avx512-vnni"), 1, always=True)[0])


def test_what_nothing_reads_again_is_walked_in_memory_order():
    assert "split(k,32) reorder(i,k,j,k.1,j.1)" in gemv_sentence(1, 1024, 1024)
    assert "split(k,8) reorder(i,k,j,k.1,j.1)" in gemv_sentence(1, 4096, 1024), "rows a page apart share a set"
    assert "split(k" not in gemv_sentence(1, 64, 256), "near"
    assert "pack(B" in gemv_sentence(16, 1024, 1024)


def test_groups_in_memory_are_read_where_they_lie():
    nest = vw.Nest("groups", "i32")
    i, j, r, g = nest.dims(i=100, j=64, r=64, g=4)
    A, B = nest.tensor("A", (i, r, g), type="u8"), nest.tensor("B", (r, j, g), type="i8")
    nest.tensor("C", (i, j))[i, j] = vw.sum_of(A[i, r, g] * B[r, j, g])
    sentence = str(_core.propose(nest.core, vw.find_target("x86-64-avx512-vnni"), 1)[0])
    assert "dot(g,4)" in sentence and "pack" not in sentence, sentence


def test_few_rows_do_not_pay_for_packing_words_of_a_transposed_operand():
    assert "vectorize(k.1)" in gemv_sentence(1, 768, 768, True)
    assert "vectorize(k.1)" in gemv_sentence(4, 768, 768, True)
    assert "pack(B" in gemv_sentence(128, 768, 768, True)


REFUSED = [
    (("i8", "i8"), "split(j,16) split(k,8) reorder(i,j,k,k.1,j.1) tile(j.1) vectorize(j.1) dot(k,4)", "dot-shape"),
    (("i8", "i8"), "reorder(i,j,k) dot(k,4)", "dot-shape"),
    (("i8", "u16"), "split(j,16) reorder(i,j,k,j.1) tile(j.1) vectorize(j.1) dot(k,2)", "dot-type"),
    (("i8", "i16"), "split(j,16) reorder(i,j,k,j.1) tile(j.1) vectorize(j.1) dot(k,4)", "bad-factor"),
    (("i8", "i8"), "split(j,16) reorder(i,j,k,j.1) tile(j.1) vectorize(j.1) dot(k,3)", "bad-factor"),
    (("i32", "i32"), "split(j,16) reorder(i,j,k,j.1) tile(j.1) vectorize(j.1) dot(k,2)", "dot-shape"),
]


@pytest.mark.parametrize("types,steps,name", REFUSED)
def test_what_is_no_dot_product_is_refused_by_name(types, steps, name):
    with pytest.raises(vw.Refusal) as refusal:
        gemm(*types).schedule(f"v1 {steps}", "x86-64-avx512-vnni")
    assert refusal.value.name == name


def test_an_operand_across_the_lanes_has_to_be_packed():
    nest, steps = gemm("i8", "i8", True), "v1 split(j,16) reorder(i,j,k,j.1) tile(j.1) vectorize(j.1) dot(k,4)"
    with pytest.raises(vw.Refusal, match="tensor 'B' is not contiguous along the lanes; pack it") as refusal:
        nest.schedule(steps, "x86-64-avx512-vnni")
    assert refusal.value.name == "dot-shape"


def test_a_target_without_the_instruction_refuses():
    with pytest.raises(vw.Refusal, match="x86-64-avx2 adds 2 products of i8 and i8 to a lane at once"):
        gemm("i8", "i8").schedule("v1 split(j,16) reorder(i,j,k,j.1) tile(j.1) vectorize(j.1) dot(k,4)", "x86-64-avx2")


@pytest.mark.parametrize("target,widening", [("x86-64", "punpcklbw"), ("x86-64-avx2", "vpmovsxbw"),
                                             ("x86-64-avx512", "vpmovsxbw")])
def test_without_vnni_bytes_are_widened_and_nothing_saturates(target, widening):
    nest = gemm("i8", "i8", False, 64, 64, 64)
    proposed = str(_core.propose(nest.core, find_target(target), 1, always=True)[0])
    assembly = nest.schedule(proposed, target).assembly
    assert "dot(k,2)" in proposed and "pmaddwd" in assembly and widening in assembly and "pmaddubsw" not in assembly


def test_floating_point_is_not_reordered():
    nest = vw.Nest("strict", "f32")
    i, k = nest.dims(i=32, k=8)
    A, B, C = nest.tensor("A", (k,), type="bf16"), nest.tensor("B", (k, i), type="bf16"), nest.tensor("C", (i,))
    C[i] = vw.sum_of(A[k] * B[k, i])
    with pytest.raises(vw.Refusal) as refusal:
        nest.schedule("v1 split(i,16) reorder(i,k,i.1) tile(i.1) vectorize(i.1) dot(k,2)", "x86-64-avx512-vnni")
    assert refusal.value.name == "dot-shape"
