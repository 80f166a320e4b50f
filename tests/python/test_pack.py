"""Packed buffers with an order of their own, of any operand of any nest. Memory around the tensors is guarded in test_fuzz.py."""

import itertools

import numpy as np
import pytest
import vecwrap as vw
from vecwrap import _core, targets

RUNNABLE = [t.name for t in targets() if _core.runs_here(t)]


def gemm(m: int = 33, n: int = 50, k: int = 21) -> tuple[vw.Nest, list[np.ndarray]]:
    nest = vw.Nest("gemm")
    i, j, p = nest.dims(i=m, j=n, k=k)
    a, b, c = nest.tensor("A", (i, p)), nest.tensor("B", (p, j)), nest.tensor("C", (i, j))
    c[i, j] += a[i, p] * b[p, j]
    rng = np.random.default_rng(3)
    return nest, [rng.random(shape, np.float32) for shape in ((m, k), (k, n), (m, n))]


def check(nest: vw.Nest, arrays: list[np.ndarray], sentence: str, target: str) -> vw.Kernel:
    kernel = nest.schedule(sentence, target)
    wanted = [array.copy() for array in arrays]
    nest.interpret(*wanted)
    given = [array.copy() for array in arrays]
    kernel(*given)
    assert all((x == y).all() for x, y in zip(given, wanted)), f"{sentence} on {target}"
    return kernel


def width(target: str) -> int:
    return 16 if "avx512" in target else 4


@pytest.mark.parametrize("target", RUNNABLE)
@pytest.mark.parametrize("tensor,dims", [("A", "ik"), ("B", "kj"), ("C", "ij")])
def test_every_order_of_every_operand(target, tensor, dims):
    nest, arrays = gemm()
    order = f"split(i,2) split(j,{width(target)}) reorder(j,i,k,i.1,j.1)"
    for named in itertools.permutations(dims):
        check(nest, arrays, f"v1 {order} pack({tensor},-,{','.join(named)}) tile(i.1,j.1) vectorize(j.1)", target)
        check(nest, arrays, f"v1 pack({tensor},-,{','.join(named)})", target)


@pytest.mark.parametrize("target", RUNNABLE)
def test_lanes_whose_buffer_is_strided(target):
    """B packed as its transpose: lanes are inserted, or transposed along the unrolled loop."""
    nest, arrays = gemm()
    order = f"split(j,{width(target)}) reorder(j,i,k,j.1)"
    for how in ("", " strided(B,transpose)", " strided(B,insert)"):
        check(nest, arrays, f"v1 {order} pack(B,j,j,k) tile(j.1) vectorize(j.1) unroll(k,4){how}", target)


def copies() -> dict[str, tuple[vw.Nest, list[np.ndarray]]]:
    """Nests of one operand: out, and where its element (i, j) comes from."""
    m, n = 37, 50
    made = {}
    for name, shape, index in [("copy", (m, n), lambda i, j: (i, j)), ("transpose", (n, m), lambda i, j: (j, i)),
                               ("reshape", (m * n,), lambda i, j: (i * n + j,)), ("broadcast", (m, 1), lambda i, j: (i, 0)),
                               ("window", (m + 3, n + 2), lambda i, j: (i + 3, j + 1)),
                               ("reverse", (m, n), lambda i, j: (i * -1 + (m - 1), j))]:
        nest = vw.Nest(name)
        i, j = nest.dims(i=m, j=n)
        x, y = nest.tensor("X", shape), nest.tensor("Y", (m + 2, n + 4))
        y[i + 1, j + 2] = x[index(i, j)] * 2.0 if name == "window" else x[index(i, j)]  # into the middle: a pad
        made[name] = nest, [np.random.default_rng(1).random(shape, np.float32), np.zeros((m + 2, n + 4), np.float32)]
    return made


COPIES = copies()


@pytest.mark.parametrize("target", RUNNABLE)
@pytest.mark.parametrize("name", COPIES)
def test_nests_of_one_operand(target, name):
    nest, arrays = COPIES[name]
    orders = ["", ",i"] if name == "broadcast" else ["", ",i,j", ",j,i"]
    for order, lanes, place in itertools.product(orders, "ij", ("-", "i")):
        rows = "j" if lanes == "i" else "i"
        loops = f"split({rows},4) split({lanes},{width(target)}) reorder(i,j,{rows}.1,{lanes}.1)"
        check(nest, arrays, f"v1 {loops} pack(X,{place}{order}) tile({rows}.1,{lanes}.1) vectorize({lanes}.1)", target)
    check(nest, arrays, f"v1 pack(X,-{orders[-1]})", target)


@pytest.mark.parametrize("step,name", [
    ("pack(B,-,k)", "pack-order"), ("pack(B,-,k,k)", "pack-order"), ("pack(B,-,k,j,i)", "pack-order"),
    ("pack(B,-,k,q)", "pack-order"), ("pack(B,j,j,k)", "ok"), ("pack(B)", "malformed-sentence"),
])
def test_the_order_names_what_moves_inside(step, name):
    nest, arrays = gemm()
    try:
        nest.schedule(f"v1 split(j,16) reorder(i,j,k,j.1) {step} tile(j.1) vectorize(j.1)")
        assert name == "ok"
    except vw.Refusal as refusal:
        assert refusal.name == name


def test_an_output_without_partial_sums_is_not_packed():
    nest, _ = COPIES["copy"]
    with pytest.raises(vw.Refusal, match="there are no partial sums of it to keep") as refusal:
        nest.schedule("v1 pack(Y,-)")
    assert refusal.value.name == "pack-shape"


def test_the_order_is_printed_and_read_again():
    text = "v1 split(j,16) reorder(j,i,k,j.1) pack(B,j,j,k) tile(j.1)"
    assert str(_core.Sentence(text)) == text
