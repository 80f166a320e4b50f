"""Cores of x86: which are described, which this machine is, and what schedules for them compute."""

from __future__ import annotations

import numpy as np
import pytest
import vecwrap as vw

from vecwrap import _core

FAR = "@graniterapids"  # the third-level cache is far
ISAS = [name for name in ("x86-64-avx512", "x86-64-avx2") if _core.runs_here(vw.find_target(name))]


REFUSED = ["x86-64-avx512@pdp11", "riscv64-rvv256@graniterapids", "riscv64-rvv256@native", "@native", "native@native"]


def product(m: int, n: int, k: int, dtype: str = "f32", a: str = "C", b: str = "C") -> vw.Nest:
    nest = vw.Nest("gemm", dtype)
    i, j, s = nest.dims(m=m, n=n, k=k)
    A, B, C = nest.tensor("A", (i, s), order=a), nest.tensor("B", (s, j), order=b), nest.tensor("C", (i, j))
    C[i, j] = vw.sum_of(A[i, s] * B[s, j])
    return nest


def proposed(nest: vw.Nest, target: str, n: int = 1) -> list[str]:
    return [str(sentence) for sentence in _core.propose(nest.core, vw.find_target(target), n, always=True)]


@pytest.mark.parametrize("core", _core.x86_cores())
def test_every_core_goes_with_every_target_of_x86(core):
    for plain in [*vw.targets(), *_core.asked_targets()]:
        target = vw.find_target(f"{plain.name}@{core}")
        assert target.name == f"{plain.name}@{core}" and vw.find_target(target.name).l2_bytes == target.l2_bytes
        assert target.vector_bytes == plain.vector_bytes and target.stack_bytes == plain.stack_bytes
        assert target.l1_ways in (8, 12) and 1 << 20 <= target.l2_bytes <= 2 << 20 and target.l3_cycles in (0, 500)


@pytest.mark.parametrize("name", REFUSED)
def test_others_are_refused(name):
    with pytest.raises(vw.Refusal, match="graniterapids"):
        vw.find_target(name)


def test_native_is_the_widest_target_as_this_core_has_it():
    widest = next(t for t in vw.targets() if _core.runs_here(t))
    native, named = vw.native_target(), vw.find_target(f"{widest.name}@native")
    assert native.name == named.name and native.name.partition("@")[0] == widest.name
    assert native.l2_bytes == named.l2_bytes and native.l3_cycles == named.l3_cycles
    _, _, core = native.name.partition("@")
    assert core in ("", *_core.x86_cores())
    caches = {(c.level, c.holds): c for c in _core.this_cpu().caches}
    if core:
        assert caches[1, "data"].ways == native.l1_ways and caches[2, "both"].bytes == native.l2_bytes


def test_a_target_without_a_core_is_as_it_was():
    """What was tuned on AMD's cores, which have no row."""
    found = {t.name: (t.l1_ways, t.l1_bytes, t.l2_bytes, t.l3_cycles) for t in vw.targets()}
    assert found["x86-64-avx512"] == (8, 32 << 10, 1 << 20, 0) and found["x86-64-avx2"] == (8, 32 << 10, 512 << 10, 0)
    assert not any(core.startswith("znver") for core in _core.x86_cores())


def test_one_sentence_is_the_same_bytes_for_every_core():
    nest = product(100, 200, 300)
    sentence = "v1 split(k,128) split(m,6) split(n,32) reorder(n,k,m,k.1,m.1,n.1) pack(B,k) tile(m.1,n.1) vectorize(n.1)"
    codes = {bytes(_core.compile(nest.core, vw.Sentence(sentence), vw.find_target(f"x86-64-avx512{core}")).code)
             for core in ("", *(f"@{name}" for name in _core.x86_cores()))}
    assert len(codes) == 1


def test_where_the_third_level_is_far_panels_are_packed_and_walked_in_blocks():
    first = proposed(product(1024, 1024, 1024), "x86-64-avx512" + FAR)[0]
    assert "reorder(k,m,n,m.1,k.1,k.2,m.2,n.1) pack(B,n)" in first and "prefetch(B,n,1) prefetch(C,m.1,1)" in first
    first = proposed(product(512, 512, 512), "x86-64-avx512" + FAR)[0]
    assert "reorder(n,k,m," in first and "pack(B,k)" in first, "the second level holds all rows"
    first = proposed(product(512, 512, 512, a="F", b="F"), "x86-64-avx512" + FAR)[0]
    assert "reorder(k,m,n,m.1,k.1,k.2,m.2,n.1) pack(B,n)" in first, "each step goes to another line of the rows"
    assert "pack" not in proposed(product(256, 256, 256), "x86-64-avx512" + FAR)[0], "and here all columns"
    assert "pack" not in proposed(product(32, 4096, 4096), "x86-64-avx512" + FAR)[0], "few rows use a panel"
    assert "reorder(n,k,m," in proposed(product(1024, 1024, 1024), "x86-64-avx512")[0], "elsewhere as it was"


def test_narrow_tiles_share_a_panel():
    """AVX2's are a line wide, and rows of panels come from pages of their own."""
    first = proposed(product(1024, 1024, 1024), "x86-64-avx2" + FAR)[0]
    assert "split(n,64) split(n.1,16)" in first and "pack(B,n)" in first, first


SHAPES = [(530, 390, 700, "f32", "C", "C"), (517, 333, 1029, "f32", "F", "C"), (517, 333, 1029, "f32", "C", "F"),
          (523, 523, 523, "f32", "F", "F"), (263, 391, 517, "f64", "C", "C"), (200, 410, 520, "f32", "C", "C"),
          (641, 129, 1100, "f32", "C", "C")]


@pytest.mark.parametrize("m, n, k, dtype, a, b", SHAPES)
@pytest.mark.parametrize("isa", ISAS)
def test_every_schedule_computes_the_same_bits(isa, m, n, k, dtype, a, b):
    nest = product(m, n, k, dtype, a, b)
    rng, kind = np.random.default_rng(m), np.float32 if dtype == "f32" else np.float64
    A, B = np.asarray(rng.standard_normal((m, k)), kind, order=a), np.asarray(rng.standard_normal((k, n)), kind, order=b)
    wanted = np.zeros((m, n), kind)
    nest.schedule("v1 split(n,32) reorder(m,n,k,n.1) tile(n.1) vectorize(n.1)", vw.find_target(isa))(A, B, wanted)
    assert np.allclose(wanted, A @ B, rtol=1e-3, atol=1e-3)
    for sentence in proposed(nest, isa + FAR, 6):
        found = np.full((m, n), 7, kind)
        nest.schedule(sentence, vw.find_target(isa + FAR))(A, B, found)
        assert np.array_equal(found.view(np.uint8), wanted.view(np.uint8)), sentence


def convolution(panels: int, size: int, channels: int, window: int = 3, filters: int = 64) -> vw.Nest:
    """Channels last, weights in panels of filters."""
    nest = vw.Nest("conv", "f32")
    g, y, x, p, q, c, f = nest.dims(g=panels, y=size, x=size, p=window, q=window, c=channels, f=filters)
    X = nest.tensor("X", (size + window - 1, size + window - 1, c))
    W, Y = nest.tensor("W", (g, p, q, c, f)), nest.tensor("Y", (y, x, g, f))
    Y[y, x, g, f] = vw.sum_of(X[y + p, x + q, c] * W[g, p, q, c, f])
    return nest


def test_filters_that_leave_the_second_level_come_in_chunks():
    """What the first level holds of a panel meets all rows before the next comes."""
    assert "reorder(g,p,q,c,y,x,c.1,x.1,f)" in proposed(convolution(8, 7, 512), "x86-64-avx512" + FAR)[0]
    assert "reorder(g,c,y,x,c.1,x.1,f)" in proposed(convolution(32, 7, 512, 1), "x86-64-avx512" + FAR)[0].replace("p,q,", "")
    for nest in convolution(1, 56, 64), convolution(8, 3, 512):
        assert "c.1" not in proposed(nest, "x86-64-avx512" + FAR)[0], "they stay, or few rows use them"
    assert "c.1" not in proposed(convolution(8, 7, 512), "x86-64-avx512")[0], "elsewhere as it was"


@pytest.mark.parametrize("panels, size, channels, filters", [(2, 7, 501, 64), (3, 6, 389, 48), (2, 9, 1030, 23)])
@pytest.mark.parametrize("isa", ISAS)
def test_every_schedule_of_filters_computes_the_same_bits(isa, panels, size, channels, filters):
    nest, rng = convolution(panels, size, channels, filters=filters), np.random.default_rng(channels)
    X = rng.standard_normal((size + 2, size + 2, channels), np.float32)
    W = rng.standard_normal((panels, 3, 3, channels, filters), np.float32)
    wanted, found = (np.full((size, size, panels, filters), v, np.float32) for v in (0, 7))
    nest.schedule("v1 split(f,8) reorder(g,y,x,f,p,q,c,f.1) tile(f.1) vectorize(f.1)", vw.find_target(isa))(X, W, wanted)
    for sentence in proposed(nest, isa + FAR, 6):
        found[...] = 7
        nest.schedule(sentence, vw.find_target(isa + FAR))(X, W, found)
        assert np.array_equal(found.view(np.uint8), wanted.view(np.uint8)), sentence


def test_columns_of_products_with_a_factor_come_in_blocks_of_one_size():
    """All rows are packed again for each: not for a sliver at the end."""
    def blocks(n: int, dtype: str) -> str:
        nest = vw.Nest("gemm", dtype)
        i, j, s = nest.dims(m=n, n=n, k=n)
        A, B, C = nest.tensor("A", (i, s)), nest.tensor("B", (s, j)), nest.tensor("C", (i, j))
        C[i, j] += (nest.scalar("alpha") * A[i, s]) * B[s, j]
        return proposed(nest, "x86-64-avx512" + FAR)[0]
    assert "split(n,48) split(m," in blocks(1024, "f32"), blocks(1024, "f32")
    assert "split(n,24) split(m," in blocks(512, "f64"), blocks(512, "f64")
    assert "split(n,528) split(n.1,24)" in blocks(1024, "f64"), blocks(1024, "f64")


@pytest.mark.parametrize("m, n, k, dtype", [(61, 1029, 131, "f32"), (83, 519, 257, "f64"), (50, 1111, 300, "f64")])
@pytest.mark.parametrize("isa", ISAS)
def test_every_schedule_with_a_factor_computes_the_same_bits(isa, m, n, k, dtype):
    nest = vw.Nest("gemm", dtype)
    i, j, s = nest.dims(m=m, n=n, k=k)
    A, B, C = nest.tensor("A", (i, s)), nest.tensor("B", (s, j)), nest.tensor("C", (i, j))
    C[i, j] += (nest.scalar("alpha") * A[i, s]) * B[s, j]
    rng, kind = np.random.default_rng(m), np.float32 if dtype == "f32" else np.float64
    a, b, c = (rng.standard_normal(shape).astype(kind) for shape in ((m, k), (k, n), (m, n)))
    wanted = c.copy()
    nest.schedule("v1 split(n,8) reorder(m,n,k,n.1) tile(n.1) vectorize(n.1)", vw.find_target(isa))(a, b, wanted, alpha=1.7)
    for target in isa, isa + FAR:
        for sentence in proposed(nest, target, 6):
            found = c.copy()
            nest.schedule(sentence, vw.find_target(target))(a, b, found, alpha=1.7)
            assert np.array_equal(found.view(np.uint8), wanted.view(np.uint8)), sentence
