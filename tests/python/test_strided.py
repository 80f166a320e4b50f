"""Vectors whose lanes are not neighbours in memory: which instructions a sentence gets, and that all of them are right.

Memory outside of the tensors is guarded in test_fuzz.py, whose sentences have strided vectors as well.
"""

import itertools

import numpy as np
import pytest
import vecwrap as vw
from vecwrap import _core, native_target, targets

RUNNABLE = [t.name for t in targets() if _core.runs_here(t)]
AVX = [name for name in RUNNABLE if name != "x86-64"]  # blocks of sixteen columns fit their registers, and they gather
DTYPES = {"f32": np.float32, "f64": np.float64}
BLOCK = "split(i,16) split(j,16) reorder(i,j,i.1,j.1) tile(i.1,j.1)"


def transposition(dtype: str, m: int | str, n: int | str) -> vw.Nest:
    nest = vw.Nest("transposition", dtype)
    i, j = nest.dims(i=m, j=n)
    a, b = nest.tensor("A", (j, i)), nest.tensor("B", (i, j))
    b[i, j] = a[j, i]
    return nest


def check(nest: vw.Nest, sentence: str, target: str, m: int, n: int) -> vw.Kernel:
    kernel = nest.schedule(sentence, target)
    a = np.arange(m * n, dtype=DTYPES[nest.dtype]).reshape(n, m)
    b = np.zeros((m, n), a.dtype)
    kernel(a, b)
    assert (b == a.T).all(), f"{sentence} on {target}: {m} x {n} of {nest.dtype}"
    return kernel


@pytest.mark.parametrize("target", RUNNABLE)
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("lanes,tensor", [("j", "A"), ("i", "B")])
@pytest.mark.parametrize("how", ["", "insert", "transpose", "gather"])
def test_loads_and_stores_of_every_kind_and_size(target, dtype, lanes, tensor, how):
    """Whole blocks, and what is left in both directions; sizes known and not."""
    rows = "i" if lanes == "j" else "j"
    step = f" strided({tensor},{how})" if how else ""
    if how == "gather" and (target not in AVX or tensor == "B" and "avx2" in target):
        pytest.skip("no such instruction")
    columns = 16 if target in AVX else 4
    for (m, n), height in itertools.product([(16, 16), (19, 33), (37, 18), (64, 47)], (16, 6, 3) if target in AVX else (8, 6, 3)):
        order = f"split({rows},{height}) split({lanes},{columns}) reorder({rows},{lanes},{rows}.1,{lanes}.1)"
        sentence = f"v1 {order} tile({rows}.1,{lanes}.1) vectorize({lanes}.1){step}"
        check(transposition(dtype, m, n), sentence, target, m, n)
        if how != "gather":
            check(transposition(dtype, "m", "n"), sentence, target, m, n)


@pytest.mark.parametrize("how,instruction", [("insert", "v.insert"), ("transpose", "v.ziplo"), ("gather", "v.gather")])
def test_the_sentence_says_how(how, instruction):
    kernel = check(transposition("f32", 32, 32), f"v1 {BLOCK} vectorize(j.1) strided(A,{how})", AVX[-1], 32, 32)
    found = {word for word in ("v.insert", "v.ziplo", "v.gather") if word in kernel.vector_program}
    assert found == {instruction}
    assert f"strided A by {how}" in kernel.loop_tree


def test_blocks_are_transposed_unless_it_says_otherwise():
    program = transposition("f32", 32, 32).schedule(f"v1 {BLOCK} vectorize(j.1)", AVX[-1]).vector_program
    assert "v.ziplo" in program and "v.insert" not in program and "v.gather" not in program


def test_without_neighbours_in_the_tile_elements_are_inserted():
    program = transposition("f32", 32, 32).schedule("v1 split(j,16) tile(j.1) vectorize(j.1)", AVX[-1]).vector_program
    assert "v.insert" in program and "v.ziplo" not in program


@pytest.mark.parametrize("nest,sentence,detail", [
    (transposition("f32", 32, 32), "v1 split(j,16) tile(j.1) vectorize(j.1) strided(A,transpose)", "no tile loop"),
    (transposition("f32", "m", "n"), f"v1 {BLOCK} vectorize(j.1) strided(A,gather)", "no constant stride"),
    (transposition("f32", 32, 32), f"v1 {BLOCK} vectorize(j.1) strided(A,shuffle)", "gather or segment"),
    (transposition("f32", 32, 32), f"v1 {BLOCK} vectorize(j.1) strided(A,insert) strided(A,gather)", "given twice"),
    (transposition("f32", 32, 32), f"v1 {BLOCK} vectorize(i.1) strided(B,gather)", "does not scatter"),
])
def test_what_there_is_not_is_refused(nest, sentence, detail):
    if "does not scatter" in detail:
        sentence = sentence.replace("reorder(i,j,i.1,j.1) tile(i.1,j.1)", "reorder(i,j,j.1,i.1) tile(j.1,i.1)")
    with pytest.raises(vw.Refusal, match=detail) as refusal:
        nest.schedule(sentence, "x86-64-avx2")
    assert refusal.value.name == "strided-how"


def test_rows_of_dot_products_are_strict():
    """Lanes are rows, and every row is summed in order: 1e8 + 1 - 1e8 in f32 says which order it was."""
    nest = vw.Nest("gemv", "f32")
    i, k = nest.dims(i="m", k="k")
    a, x, y = nest.tensor("A", (i, k)), nest.tensor("x", (k,)), nest.tensor("y", (i,))
    y[i] = vw.sum_of(a[i, k] * x[k])
    kernel = nest.schedule("v1 split(i,16) reorder(i,k,i.1) tile(i.1) vectorize(i.1) unroll(k,4)", AVX[-1])
    assert "v.ziplo" in kernel.vector_program
    random = np.random.default_rng(1)
    for m, depth in [(16, 4), (21, 7), (40, 32), (3, 1)]:
        values = random.choice([1e8, -1e8, 1, 3], (m, depth)).astype("f4")
        ones, out, want = np.ones(depth, "f4"), np.zeros(m, "f4"), np.zeros(m, "f4")
        kernel(values, ones, out)
        nest.interpret(values, ones, want)
        assert (out == want).all()


def test_the_heuristic_transposes():
    sentence = str(transposition("f32", 64, 64).heuristic())
    assert "vectorize(j.1)" in sentence and "tile(i.1,j.1)" in sentence


@pytest.mark.parametrize("rows,packs", [(1, False), (4, False), (64, True)])
def test_few_rows_of_a_transposed_product_are_not_packed(rows, packs):
    """Strict, B^T: a packed panel has to be used by many rows."""
    nest = vw.Nest("few", "f32")
    i, j, k = nest.dims(i=rows, j=96, k=80)
    a, b, c = nest.tensor("A", (i, k)), nest.tensor("B", (j, k)), nest.tensor("C", (i, j))
    c[i, j] += a[i, k] * b[j, k]
    sentence = nest.heuristic(AVX[-1])
    assert ("pack(B" in str(sentence)) == packs
    random = np.random.default_rng(rows)
    left, right = random.standard_normal((rows, 80), "f4"), random.standard_normal((96, 80), "f4")
    out, want = np.zeros((2, rows, 96), "f4")
    nest.schedule(sentence, AVX[-1])(left, right, out)
    nest.interpret(left, right, want)
    assert (out == want).all()


@pytest.mark.parametrize("target", RUNNABLE)
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shift", [0, 1])
def test_streamed_vectors_reach_memory(target, dtype, shift):
    """Aligned or not, with a tail in the row."""
    sentence = f"v1 split(i,4) split(j,{16 if target in AVX else 8}) reorder(i,j,i.1,j.1) tile(i.1,j.1) vectorize(j.1)"
    assert "fence" not in nest_with_rows(dtype).schedule(sentence, target).vector_program
    streamed = nest_with_rows(dtype).schedule(f"{sentence} stream(B)", target)
    assert ", nt" in streamed.vector_program and "fence" in streamed.vector_program
    a = np.arange(75 * 9, dtype=DTYPES[dtype]).reshape(75, 9)
    memory = np.zeros(9 * 128 + 128, a.dtype)
    start = -(memory.ctypes.data // a.itemsize) % (64 // a.itemsize) + shift
    b = memory[start:start + 9 * 128].reshape(9, 128)[:, :75]
    streamed(a, b)
    assert (b == a.T).all()
    assert np.count_nonzero(memory) == np.count_nonzero(a)


def nest_with_rows(dtype: str) -> vw.Nest:
    nest = vw.Nest("rows", dtype)
    i, j = nest.dims(i="m", j="n")
    a, b = nest.tensor("A", (j, i)), nest.tensor("B", (i, j), strides=("ldb", 1))
    b[i, j] = a[j, i]
    return nest


@pytest.mark.parametrize("sentence,name", [
    ("v1 split(i,16) tile(i.1) vectorize(i.1) stream(B)", "stream-vectors"),
    ("v1 split(j,24) split(j.1,8) tile(j.2) vectorize(j.2) stream(A)", "stream-output"),
    ("v1 split(j,12) reorder(i,j,j.1) tile(j.1) vectorize(j.1) stream(B)", "stream-vectors"),
])
def test_what_cannot_stream_is_refused(sentence, name):
    with pytest.raises(vw.Refusal) as refusal:
        transposition("f32", 64, 64).schedule(sentence.replace("split(i,16)", "split(i,16) reorder(j,i,i.1)"), "x86-64-avx512")
    assert refusal.value.name == name


@pytest.mark.parametrize("how", ["", " strided(A,insert)", " strided(A,transpose)"])
def test_strided_vectors_do_not_convert(how):
    """Blocks of integers were exchanged between registers as if they were floats."""
    nest = vw._core.Nest.parse("nest t f32 strict\ndim i 16\ndim j 16\ntensor A:i32 B\naccess a0 A + 0 : i*4 j*64\n"
                               "access a1 B + 0 : i*64 j*4\n%0 = load a0\nfinal %0\nout a1\n")
    with pytest.raises(vw.Refusal, match="vector-type"):
        vw._core.compile(nest, vw.Sentence(f"v1 tile(i,j) vectorize(j){how}"), native_target())
