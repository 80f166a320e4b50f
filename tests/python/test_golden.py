"""Sentence -> loop tree -> vector program -> assembly, as text. `pytest --update-golden` rewrites golden/."""

import shutil
from pathlib import Path

import pytest
import vecwrap as vw
from listing import body

GOLDEN = Path(__file__).parent / "golden"


def gemm() -> vw.Nest:
    """Constant extents that the tile divides."""
    nest = vw.Nest("gemm", "f32")
    m, n, k = nest.dims(m=8, n=64, k=16)
    a, b, c = nest.tensor("A", (m, k)), nest.tensor("B", (k, n)), nest.tensor("C", (m, n))
    c[m, n] += a[m, k] * b[k, n]
    return nest


def gemm_symbolic() -> vw.Nest:
    """Run-time extents and strides: tails in both tile loops; alpha and beta."""
    nest = vw.Nest("gemm_symbolic", "f64")
    m, n, k = nest.dims(m="m", n="n", k="k")
    a = nest.tensor("A", (m, k), strides=("lda", 1))
    b = nest.tensor("B", (k, n), strides=("ldb", 1))
    c = nest.tensor("C", (m, n), strides=("ldc", 1))
    alpha, beta = nest.scalar("alpha"), nest.scalar("beta")
    c[m, n] = alpha * vw.sum_of(a[m, k] * b[k, n]) + beta * c[m, n]
    return nest


def conv() -> vw.Nest:
    """3 x 3 convolution, stride 2; the filter is packed to make its output channels contiguous."""
    nest = vw.Nest("conv", "f32")
    y, x, f, p, q = nest.dims(y=4, x=6, f=16, p=3, q=3)
    image, weight = nest.tensor("X", (9, 13)), nest.tensor("W", (f, p, q))
    out = nest.tensor("Y", (y, x, f))
    out[y, x, f] = vw.relu(vw.sum_of(image[y * 2 + p, x * 2 + q] * weight[f, p, q]))
    return nest


def jacobi() -> vw.Nest:
    """A stencil: no reduction, five loads of one tensor."""
    nest = vw.Nest("jacobi", "f32")
    y, x = nest.dims(y="h", x="w")
    a, b = nest.tensor("A", (None, None), strides=("lda", 1)), nest.tensor("B", (None, None), strides=("ldb", 1))
    b[y + 1, x + 1] = 0.2 * (a[y + 1, x + 1] + a[y + 1, x] + a[y + 1, x + 2] + a[y, x + 1] + a[y + 2, x + 1])
    return nest


def dot_rows() -> vw.Nest:
    """y = A x along contiguous memory: strict order forbids lanes, eight rows run side by side."""
    nest = vw.Nest("dot_rows", "f64")
    i, k = nest.dims(i=16, k="k")
    a, x, y = nest.tensor("A", (i, k)), nest.tensor("x", (k,)), nest.tensor("y", (i,))
    y[i] = vw.sum_of(a[i, k] * x[k])
    return nest


def row_sum() -> vw.Nest:
    """Lanes hold partial sums: four vectors of one row side by side, joined at its end."""
    nest = vw.Nest("row_sum", "f32", fast_math=True)
    i, k = nest.dims(i=8, k="k")
    x, y = nest.tensor("X", (i, k)), nest.tensor("Y", (i,))
    y[i] = vw.sum_of(x[i, k])
    return nest


def transposition() -> vw.Nest:
    """Blocks of lanes by neighbours, 16 bytes at a time; the last lanes stand on the last element."""
    nest = vw.Nest("transposition", "f32")
    i, j = nest.dims(i=8, j="n")
    a, b = nest.tensor("A", (j, i)), nest.tensor("B", (i, j))
    b[i, j] = a[j, i]
    return nest


def blocks() -> vw.Nest:
    """Bytes in a matrix unit's blocks: a rest of rows, columns and the sum; a bias passes sums through a buffer."""
    nest = vw.Nest("blocks", "i32")
    i, j, k = nest.dims(i=40, j=48, k="k")
    a, b = nest.tensor("A", (i, k), type="u8", strides=("lda", 1)), nest.tensor("B", (k, j), type="i8")
    bias, c = nest.tensor("bias", (j,)), nest.tensor("C", (i, j))
    c[i, j] = vw.sum_of(a[i, k] * b[k, j]) + bias[j]
    return nest


CASES = [
    (gemm, "v1 split(m,4) split(n,32) reorder(m,n,k,m.1,n.1) tile(m.1,n.1) vectorize(n.1) unroll(k,2)", "x86-64-avx512"),
    (gemm, "v1 split(m,2) split(n,16) reorder(m,n,k,m.1,n.1) tile(m.1,n.1) vectorize(n.1)", "x86-64-avx2"),
    (gemm_symbolic, "v1 split(m,2) split(n,8) reorder(m,n,k,m.1,n.1) tile(m.1,n.1) vectorize(n.1)", "x86-64-avx512"),
    (gemm_symbolic, "v1 split(m,2) split(n,8) reorder(m,n,k,m.1,n.1) tile(m.1,n.1) vectorize(n.1)", "x86-64-avx2"),
    (conv, "v1 split(x,3) reorder(y,x,p,q,x.1,f) pack(W,-) tile(x.1,f) vectorize(f)", "x86-64-avx512"),
    (jacobi, "v1 split(x,16) reorder(y,x,x.1) tile(x.1) vectorize(x.1)", "x86-64-avx2"),
    (dot_rows, "v1 split(i,8) reorder(i,k,i.1) tile(i.1) unroll(k,2)", "x86-64-avx512"),
    (row_sum, "v1 split(k,64) reorder(i,k,k.1) tile(k.1) vectorize(k.1)", "x86-64-avx512"),
    (row_sum, "v1 split(k,32) reorder(i,k,k.1) tile(k.1) vectorize(k.1)", "x86-64-avx2"),
    (transposition, "v1 split(j,16) reorder(j,i,j.1) tile(i,j.1) vectorize(j.1)", "x86-64-avx512"),
    (transposition, "v1 split(j,8) reorder(j,i,j.1) tile(i,j.1) vectorize(j.1)", "x86-64-avx2"),
    (blocks, "v1 split(i,32) split(j,32) split(k,128) reorder(j,k,i,k.1,i.1,j.1) pack(B,k) pack(C,j) "
             "tile(i.1,j.1) vectorize(j.1) matrix(i.1,j.1,k.1)", "x86-64-amx"),
]


@pytest.mark.parametrize("make,sentence,target", CASES, ids=[f"{make.__name__}-{t}" for make, _, t in CASES])
def test_golden(golden, make, sentence, target):
    nest = make()
    kernel = nest.schedule(sentence, target)
    text = f"{nest.text}\n{kernel.sentence}\n\n{kernel.loop_tree}\n{kernel.vector_program}"
    stem = f"{make.__name__}-{target}"
    golden(GOLDEN / f"{stem}.txt", text)
    if not shutil.which("llvm-mc-22"):
        pytest.skip("llvm-mc-22 is not installed: the assembly is not compared")
    golden(GOLDEN / f"{stem}.s", vw.disassemble(body(kernel.code)))  # constants behind the code are no instructions


def test_no_golden_is_left_over():
    wanted = {f"{make.__name__}-{target}" for make, _, target in CASES}
    assert {path.stem for path in GOLDEN.iterdir()} == wanted
