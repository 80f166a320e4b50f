"""Step prefetch: which lines are asked for, and that nothing else changes. test_fuzz.py prefetches far past guarded memory."""

import re

import numpy as np
import pytest
import vecwrap as vw
from vecwrap import _core, targets

RUNNABLE = [t.name for t in targets() if _core.runs_here(t)]
TILED = "v1 split(i,4) split(j,32) reorder(j,i,k,i.1,j.1) tile(i.1,j.1) vectorize(j.1)"


def gemm(n: int | str = 64, dtype: str = "f32") -> vw.Nest:
    nest = vw.Nest("gemm", dtype)
    i, j, k = nest.dims(i=n, j=n, k=n)
    a, b, c = nest.tensor("A", (i, k)), nest.tensor("B", (k, j)), nest.tensor("C", (i, j))
    c[i, j] += a[i, k] * b[k, j]
    return nest


def prefetched(kernel: vw.Kernel) -> list[str]:
    return re.findall(r"prefetch (.*)", kernel.vector_program)


@pytest.mark.parametrize("target", RUNNABLE)
@pytest.mark.parametrize("n", [64, 50, "n"])
def test_results_do_not_change(target, n):
    rng = np.random.default_rng(2)
    size = 61 if n == "n" else n
    arrays = [rng.random((size, size), np.float32) for _ in range(3)]
    tile = TILED if "avx512" in target else TILED.replace("32", "4")
    for more in ("prefetch(B,k,8)", "prefetch(B,j,1) prefetch(A,i,2)", "prefetch(B,k,1000) unroll(k,4)", "prefetch(A,k,16)"):
        kernel = gemm(n).schedule(f"{tile} {more}", target)
        wanted, given = [a.copy() for a in arrays], [a.copy() for a in arrays]
        gemm(n).schedule(tile, target)(*wanted)
        kernel(*given)
        assert prefetched(kernel) and all((x == y).all() for x, y in zip(given, wanted))


def test_the_lines_of_a_panel_some_steps_ahead():
    kernel = gemm().schedule(f"{TILED} prefetch(B,k,8)", "x86-64-avx512")
    assert [line[line.index("]") - 4:] for line in prefetched(kernel)] == ["2048]", "2112]"]  # 8 rows of 256 bytes; two vectors
    assert kernel.assembly.count("prefetcht0") == 2 and "prefetch B 8 ahead in k" in kernel.loop_tree


def test_a_line_is_asked_for_once():
    """Eight copies of the body read eight neighbours of each of four rows of A."""
    kernel = gemm().schedule(f"{TILED} prefetch(A,k,16) unroll(k,8)", "x86-64-avx512")
    assert len(prefetched(kernel)) == 4


def test_lanes_that_are_no_neighbours_have_lines_of_their_own():
    nest = vw.Nest("transpose")
    i, j = nest.dims(i=64, j=64)
    x, y = nest.tensor("X", (j, i)), nest.tensor("Y", (i, j))
    y[i, j] = x[j, i]
    block = "split(i,16) split(j,16) reorder(j,i,i.1,j.1) tile(i.1,j.1) vectorize(j.1)"
    kernel = nest.schedule(f"v1 {block} prefetch(X,i,1)", "x86-64-avx512")
    assert len(prefetched(kernel)) == 16


@pytest.mark.parametrize("steps,name", [
    ("prefetch(Q,k,1)", "unknown-tensor"), ("prefetch(B,q,1)", "unknown-loop"), ("prefetch(B,j.1,1)", "prefetch-loop"),
    ("prefetch(B,i,1)", "prefetch-loop"), ("prefetch(C,k,1)", "prefetch-loop"),
    ("pack(B,j) prefetch(B,k,1)", "prefetch-operand"),
    ("prefetch(B,j,1000000)", "bad-factor"), ("prefetch(B,k)", "malformed-sentence"),
])
def test_refusals(steps, name):
    with pytest.raises(vw.Refusal) as refusal:
        gemm().schedule(f"{TILED} {steps}")
    assert refusal.value.name == name


def test_an_index_is_not_known_ahead():
    nest = _core.Nest.parse("""nest rows f32 strict
symbol n
dim i n
dim j 64
tensor R:i64 A C
access a0 R + 0 : i*8
access a1 A + 0 : j*4 [a0]*256
access a2 C + 0 : i*256 j*4
%0 = load a1
final %0
out a2
""")
    with pytest.raises(vw.Refusal) as refusal:
        _core.compile(nest, _core.Sentence("v1 split(j,32) tile(j.1) vectorize(j.1) prefetch(A,j,1)"), vw.native_target())
    assert refusal.value.name == "prefetch-operand"


RVV_TILED = "v1 split(i,6) split(j,32) reorder(i,j,k,i.1,j.1) tile(i.1,j.1) vectorize(j.1,4) unroll(k,2)"


def simulated(target: str, steps: str) -> tuple[bytes, dict[str, int], str]:
    """The product of two matrices of 50 x 50, what was executed, and the code."""
    rng = np.random.default_rng(3)
    arrays = [rng.random((50, 50), np.float32) for _ in range(3)]
    kernel = _core.compile(gemm(50).core, _core.Sentence(f"{RVV_TILED} {steps}"), vw.find_target(target))
    counts = _core.simulate(kernel, [a.ctypes.data for a in arrays], 256)
    return arrays[2].tobytes(), counts, kernel.assembly("f")


@pytest.mark.parametrize("steps", ["prefetch(B,k,4)", "prefetch(A,i,1) prefetch(B,k,1000)", "prefetch(A,k,3)"])
def test_risc_v_has_hints(steps):
    """Zicbop: in the code, executed as often as it stands there, and of no effect."""
    plain, _, text = simulated("riscv64-rvv256", "")
    assert "prefetch" not in text and "zicbop" not in text
    hinted, counts, text = simulated("riscv64-rvv256+zicbop", steps)
    assert hinted == plain and counts["prefetch.r"] > 0 and ".option arch, +v, +zicbop" in text


def test_every_line_of_a_long_vector_is_asked_for():
    """Vectors of four registers of 32 bytes, two lines; 200 bytes from row to row of B, four of them ahead."""
    kernel = _core.compile(gemm(50).core, _core.Sentence(f"{RVV_TILED} prefetch(B,k,4)"), vw.find_target("riscv64-rvv256+zicbop"))
    assert "+ 800]" in kernel.vector_program and "+ 864]" in kernel.vector_program


@pytest.mark.parametrize("target", ["riscv64-rvv", "riscv64-rvv256+zvfh", "sifive-x280"])
def test_risc_v_without_hints(target):
    with pytest.raises(vw.Refusal, match="Zicbop") as refusal:
        gemm().schedule("v1 prefetch(B,k,4)", target)
    assert refusal.value.name == "prefetch-target"


@pytest.mark.parametrize("target", ["spacemit-x60", "sifive-p670", "riscv64-rvv512+zvfh+zicbop", "riscv64-rvv512+zicbop+zvfh"])
def test_risc_v_targets_with_hints(target):
    assert "prefetch.r" in gemm().schedule("v1 prefetch(B,k,4)", target).assembly
