"""Step dot: groups of narrow products within a lane. Kernels against the interpreter, bit for bit, between guard pages."""

import collections
import itertools
import random
import re

import numpy as np
import pytest
import vecwrap as vw
from fuzzing.case import ALWAYS, Case
from fuzzing.nests import BYTES
from test_fuzz import RUNNABLE, check
from vecwrap import _core, find_target

PAIRS = [("i8", "i8"), ("u8", "i8"), ("i8", "u8"), ("u8", "u8"), ("i16", "i16"), ("i16", "i8"), ("u8", "i16")]
WITH_VNNI = {name for name in RUNNABLE if find_target(name).vnni}
EXTENTS = (1, 2, 3, 4, 5, 7, 8, 13, 16, 17, 31, 33, 40, 64, 67)


def product(choices: random.Random) -> tuple[_core.Nest, dict[str, int], int]:
    """C[i,j] = or += sum over p, k of A[i,p,k] B: of any layout, extents and strides constant or known at run time."""
    a, b = choices.choice(PAIRS)
    nest = _core.Nest("dot", "i32")
    extents = [choices.choice(EXTENTS), choices.choice(EXTENTS), choices.choice([1, 1, 3]), choices.choice(EXTENTS)]
    symbols: dict[str, int] = {}

    def number(prefix: str, value: int) -> int | str:
        if choices.random() < 0.6:
            return value
        name = f"{prefix}{len(symbols)}"
        nest.add_symbol(name)
        symbols[name] = value
        return name

    for name, extent in zip("ijpk", extents):
        nest.add_dim(name, number("n", extent), name in "pk")

    def access(tensor: int, dims: str) -> int:
        strides: list[int | str] = [0] * 4
        unit = step = BYTES[nest.tensor_types[tensor]]
        for dim in reversed(dims):
            at = "ijpk".index(dim)
            strides[at] = step if step == unit else number("s", step)
            step *= extents[at] + choices.choice([0, 0, 3])
        return nest.add_access(tensor, strides, unit * choices.choice([0, 0, 2]))

    left = nest.load(access(nest.add_tensor("A", a), choices.choice(["ipk", "ipk", "ipk", "pik", "pki", "k"])))
    right = nest.load(access(nest.add_tensor("B", b), choices.choice(["pkj", "pkj", "pkj", "jpk", "pjk", "j"])))
    nest.out = access(nest.add_tensor("C"), "ij")
    acc = nest.acc()
    nest.init = choices.choice([nest.constant(0.0), nest.load(nest.out)])
    nest.update = choices.choice([lambda: nest.add("fma", left, right, acc),
                                  lambda: nest.add("add", nest.add("mul", right, left), acc)])()
    nest.final = acc
    assert nest.validate() == "", nest.validate()
    return nest, symbols, 2 if "i16" in (a, b) else 4


def sentence(choices: random.Random, nest: _core.Nest, group: int) -> str:
    known = {name: extent for name, extent, _ in nest.dims}
    steps, loops = [], {}
    for name, factors in [("i", [1, 2, 3, 6]), ("j", [8, 16, 24, 32, 40, 64]), ("k", [4, 8, 12, 16, 16, 23])]:
        extent, factor = known[name], choices.choice(factors)
        loops[name] = [name]
        if isinstance(extent, str) or (extent > factor and (name != "k" or choices.random() < 0.6)):
            steps.append(f"split({name},{factor})")
            loops[name].append(f"{name}.1")
    outer = [loops[name][0] for name in "ji" if len(loops[name]) > 1]
    chunks = ["p", *loops["k"][:-1]]
    order = [*outer, *chunks] if choices.random() < 0.5 else [*outer[:1], *chunks, *outer[1:]]
    tile = [loops["i"][-1], loops["j"][-1]]
    steps.append(f"reorder({','.join([*order, loops['k'][-1], *tile])})")
    for tensor in "AB":
        if choices.random() < (0.7 if tensor == "B" else 0.25):
            steps.append(f"pack({tensor},{choices.choice(['-', *order])})")
    steps.append(f"tile({','.join(tile)}) vectorize({tile[1]}) dot({loops['k'][-1]},{group})")
    if choices.random() < 0.3:
        steps.append(f"unroll({loops['k'][-1]},{choices.choice([2, 3])})")
    return " ".join(["v1", *steps])


@pytest.mark.parametrize("target", RUNNABLE)
def test_kernels_equal_the_interpreter(worker, target):
    """Tails of rows, lanes and groups; operands in place and packed; strides known at run time; bytes as they are and widened."""
    statuses = collections.Counter()
    for seed in range(400):
        choices = random.Random(f"{seed} {target}")
        nest, symbols, group = product(choices)
        text = ALWAYS if seed % 5 == 0 else sentence(choices, nest, choices.choice([group, 2]) if target in WITH_VNNI else 2)
        statuses[check(worker, Case(str(nest), text, target, symbols, seed))] += 1
    assert statuses["ok"] > 100, statuses


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
