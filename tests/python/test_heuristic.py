"""What the heuristic proposes where operands do not fit a cache or a vector, and that it computes the right thing."""

from __future__ import annotations

import numpy as np
import pytest
import vecwrap as vw
from fuzzing.case import Case, run

from vecwrap import _core, targets

AVX512 = next(target for target in _core.targets() if target.name == "x86-64-avx512")

CONVOLUTION = """
nest conv f32 strict
dim g {panels}
dim y {rows}
dim x {columns}
dim f {width}
dim p 3 reduce
dim q 3 reduce
dim c {channels} reduce
tensor out in w
access a0 out + 0 : g*{panel_bytes} y*{out_row} x*{out_pixel} f*4
access a1 in + 0 : y*{in_row} x*{in_pixel} p*{in_row} q*{in_pixel} c*4
access a2 w + 0 : g*{w_panel} f*4 p*{w_row} q*{w_column} c*{w_channel}
%0 = const 0
%1 = load a1
%2 = load a2
%3 = acc
%4 = fma %1 %2 %3
init %0
update %4
final %3
out a0
"""


def convolution(panels: int, width: int, rows: int, columns: int, channels: int) -> str:
    """3x3, padded, channels last, weights in panels of `width` filters."""
    pixel, filters = 4 * channels, 4 * panels * width
    return CONVOLUTION.format(
        panels=panels, width=width, rows=rows, columns=columns, channels=channels,
        panel_bytes=4 * width, out_row=columns * filters, out_pixel=filters, in_row=(columns + 2) * pixel, in_pixel=pixel,
        w_channel=4 * width, w_column=4 * width * channels, w_row=12 * width * channels, w_panel=36 * width * channels)


def proposed(text: str) -> str:
    return str(_core.propose(_core.Nest.parse(text), AVX512, 1)[0])


def test_weights_that_leave_the_cache_are_walked_outside_of_the_rows():
    """1.2 MB of weights for 64 filters: a third of them, for all rows, at a time."""
    assert "reorder(g,y,f,p,q,c," in proposed(convolution(1, 64, 7, 7, 64)), "all of it stays"
    assert "reorder(g,p,y,x,q,c," in proposed(convolution(1, 64, 7, 7, 512))
    assert "reorder(g,p,y,x,q,c," in proposed(convolution(8, 64, 7, 7, 512))
    assert "reorder(g,p," not in proposed(convolution(1, 64, 1, 4, 512)), "nothing is read twice"


def test_narrow_panels_share_a_tile():
    """16 filters are one vector, for which every broadcast would be loaded: four panels share it."""
    sentence = proposed(convolution(4, 16, 56, 56, 16))
    assert "tile(x.1,g,f)" in sentence and "vectorize(f)" in sentence
    assert "tile(x.1,g.1,f)" in proposed(convolution(6, 16, 56, 56, 16)), "three of six"


@pytest.mark.parametrize("shape", [(2, 64, 2, 5, 320), (3, 16, 3, 7, 5), (6, 16, 2, 9, 3)])
def test_right(shape):
    text = convolution(*shape)
    for sentence in _core.propose(_core.Nest.parse(text), AVX512, 6, always=True):
        outcome = run(Case(text, str(sentence), AVX512.name, {}, 1))
        assert outcome.status != "wrong", (sentence, outcome)


DEPTHWISE = """
nest depthwise f32 strict
dim y {rows}
dim x {columns}
dim c {channels}
dim p {size} reduce
dim q 3 reduce
tensor out in w
access a0 out + 0 : y*{out_row} x*{pixel} c*4
access a1 in + 0 : y*{in_row} x*{pixel} c*4 p*{in_row} q*{pixel}
access a2 w + 0 : c*4 p*{w_row} q*{pixel}
%0 = const 0
%1 = load a1
%2 = load a2
%3 = acc
%4 = fma %1 %2 %3
init %0
update %4
final %3
out a0
"""


def depthwise(rows: int, columns: int, channels: int, size: int = 3) -> str:
    pixel = 4 * channels
    return DEPTHWISE.format(rows=rows, columns=columns, channels=channels, size=size, pixel=pixel, out_row=columns * pixel,
                            in_row=(columns + 2) * pixel, w_row=3 * pixel)


def test_lines_that_slide_out_of_the_cache_share_a_tile():
    assert "tile(y.1,x.1,c.1)" in proposed(depthwise(112, 112, 32)), "three lines are 44 KB"
    assert "tile(y.1,x.1,c.1)" in proposed(depthwise(56, 56, 64)), "22 KB, in half of the sets"
    assert "y.1" not in proposed(depthwise(14, 14, 384)), "wide columns go through its many pages less often"
    assert "unroll(q,3) unroll(p,3)" in proposed(depthwise(56, 56, 144)), "36 places are read once, not two or three times"
    assert "unroll(p," not in proposed(depthwise(56, 56, 64, 9)), "too much code"
    assert "tile(y,x.1,c.1)" in proposed(depthwise(2, 112, 32)), "both lines"
    assert "reorder(y,x,c," in proposed(depthwise(56, 56, 64)), "whole pixels: each line of memory comes once"
    assert "reorder(c,y,x," in proposed(depthwise(56, 56, 144))
    far = _core.propose(_core.Nest.parse(depthwise(56, 56, 144)), _core.find_target("x86-64-avx512@graniterapids"), 1)[0]
    assert "reorder(y,x,c," in str(far), "from a far third-level cache, in the order of memory"
    narrow = _core.propose(_core.Nest.parse(depthwise(56, 56, 144)), _core.find_target("x86-64-avx2"), 1)[0]
    assert "unroll(q,3) unroll(p,3)" in str(narrow), "a loop over lines of the window costs more than it saves"


@pytest.mark.parametrize("shape", [(2, 171, 16), (5, 120, 35, 5), (7, 171, 19)])
def test_several_lines_are_right(shape):
    text = depthwise(*shape)
    sentences = [str(sentence) for sentence in _core.propose(_core.Nest.parse(text), AVX512, 12, always=True)]
    assert any("tile(y" in sentence for sentence in sentences)
    for sentence in sentences:
        outcome = run(Case(text, sentence, AVX512.name, {}, 1))
        assert outcome.status != "wrong", (sentence, outcome)


def product(m: int, n: int, k: int) -> str:
    return f"""nest product f32 strict
dim m {m}
dim n {n}
dim k {k} reduce
tensor C A B
access a0 C + 0 : m*{4 * n} n*4
access a1 A + 0 : m*{4 * k} k*4
access a2 B + 0 : k*{4 * n} n*4
%0 = const 0
%1 = load a1
%2 = load a2
%3 = acc
%4 = fma %1 %2 %3
init %0
update %4
final %3
out a0
"""


@pytest.mark.parametrize("size", [640, 768, 1024])
def test_few_rows_beside_a_packed_panel(size):
    """A panel takes most ways of the first-level cache: what is left holds four rows."""
    sentence = proposed(product(size, size, size))
    assert "pack(B,k)" in sentence and "split(m,4)" in sentence


def test_a_panel_that_stays_in_the_second_level_is_not_packed():
    assert "pack" not in proposed(product(512, 512, 512))
    assert "pack" not in proposed(product(128, 768, 768)), "few rows"


def test_columns_that_evict_each_other_are_packed_for_few_rows():
    """Rows of B are 12 KiB apart: 64 columns of 768 of them fill a sixteenth of the second level's sets."""
    sentence = proposed(product(128, 3072, 768))
    assert "pack(B,k)" in sentence and "prefetch(B,k,1)" in sentence, "copying one panel would wait for the third level"
    assert "pack(C,n)" in sentence and "pack(C" not in proposed(product(128, 1000, 3000)), "neither do rows of C spread"


def test_more_rows_are_walked_side_by_side_where_they_share_no_sets():
    assert "split(k,12)" in proposed(product(1, 768, 3072))
    assert "split(k,8)" in proposed(product(1, 1024, 1024)), "rows a page apart"


@pytest.mark.parametrize("target", [t.name for t in targets() if _core.runs_here(t)])
@pytest.mark.parametrize("channels,filters,size", [(9, 48, 7), (20, 45, 7), (40, 16, 9)])
def test_rows_that_do_not_fill_vectors_get_lanes_across_them(target, channels, filters, size):
    """NCHW convolution: filters packed, blocks of the output transposed; tails of channels and rows."""
    nest = vw.Nest("nchw")
    f, y, x, c, p, q = nest.dims(f=filters, y=size, x=size, c=channels, p=3, q=3)
    given = nest.tensor("X", (channels, size + 2, size + 2)), nest.tensor("W", (f, c, p, q)), nest.tensor("Y", (f, y, x))
    given[2][f, y, x] += given[0][c, y + p, x + q] * given[1][f, c, p, q]
    rng = np.random.default_rng(channels)
    arrays = [rng.standard_normal(shape, np.float32) for shape in
              ((channels, size + 2, size + 2), (filters, channels, 3, 3), (filters, size, size))]
    wanted = [array.copy() for array in arrays]
    nest.interpret(*wanted)
    sentences = [str(s) for s in _core.propose(nest.core, _core.find_target(target), 12, always=True)]
    if "avx512" in target:
        assert "pack(W" in sentences[0] and "vectorize(f" in sentences[0], sentences[0]
    for sentence in sentences:
        made = [array.copy() for array in arrays]
        nest.schedule(sentence, target)(*made)
        assert (made[2] == wanted[2]).all(), sentence


def test_panels_that_few_rows_use_are_asked_for_ahead():
    def proposed(size: int) -> str:
        nest = vw.Nest("nhwc")
        y, x, f, p, q, c = nest.dims(y=size, x=size, f=512, p=3, q=3, c=512)
        a, w = nest.tensor("X", (size + 2, size + 2, 512)), nest.tensor("W", (p, q, c, f))
        out = nest.tensor("Y", (y, x, f))
        out[y, x, f] += a[y + p, x + q, c] * w[p, q, c, f]
        return str(_core.propose(nest.core, _core.find_target("x86-64-avx512"), 1)[0])

    assert "prefetch(W,c,8)" in proposed(7) and "prefetch" not in proposed(28)


def nhwc(channels: int, filters: int, size: int) -> vw.Nest:
    nest = vw.Nest("convolution")
    y, x, f, p, q, c = nest.dims(y=size, x=size, f=filters, p=3, q=3, c=channels)
    a, w = nest.tensor("A", (size + 2, size + 2, channels)), nest.tensor("W", (3, 3, channels, filters))
    o = nest.tensor("O", (size, size, filters))
    o[y, x, f] = vw.sum_of(a[y + p, x + q, c] * w[p, q, c, f])
    return nest


def test_filters_in_narrow_panels_are_packed_ahead():
    """Rows of a line each, 2 KiB apart, would evict each other."""
    packed = proposed_for(nhwc(512, 512, 7), "x86-64-avx2")
    assert "pack(W,c)" in packed and "prefetch(W,c,1)" in packed, packed
    assert "pack" not in proposed_for(nhwc(512, 512, 7), "x86-64-avx512"), "rows of four lines"
    assert "pack" not in proposed_for(nhwc(40, 40, 5), "x86-64-avx2"), "they stay near"


def proposed_for(nest: vw.Nest, target: str) -> str:
    return str(_core.propose(nest.core, _core.find_target(target), 1, always=True)[0])


@pytest.mark.parametrize("channels,filters", [(72, 512), (64, 1024)])
def test_sums_of_packed_filters_keep_their_order(channels, filters):
    nest, rng = nhwc(channels, filters, 3), np.random.default_rng(1)
    arrays = [rng.standard_normal(shape, np.float32) for shape in ((5, 5, channels), (3, 3, channels, filters), (3, 3, filters))]
    sentence = proposed_for(nest, "x86-64-avx2")
    assert "pack(W" in sentence and "prefetch(W" in sentence
    wanted = [array.copy() for array in arrays]
    nest.interpret(*wanted)
    nest.schedule(sentence, "x86-64-avx2")(*arrays)
    assert (arrays[2] == wanted[2]).all()


def test_blocks_of_rows_leave_a_longer_rest():
    """56 rows by 6 leave 2, which keep the units half busy; 28 leave 4."""
    nest, avx2 = _core.Nest.parse(product(56, 16, 48)), _core.find_target("x86-64-avx2")
    sentence = _core.propose(nest, avx2, 1, always=True)[0]
    assert "split(m,28) split(m.1,6)" in str(sentence)
    already = _core.propose(_core.Nest.parse(product(58, 16, 48)), avx2, 1, always=True)[0]
    assert "split(m,6)" in str(already), "a rest of 4"
    assert run(Case(product(56, 16, 48), str(sentence), avx2.name, {}, 1)).status == "ok"


def test_rows_that_are_packed_with_their_factor_lie_side_by_side():
    """So the tile may have as many as the registers take: 4 of them made 512^3 half as fast (BLAS's alpha)."""
    nest = vw.Nest("gemm", "f64")
    m, n, k = nest.dims(m="m", n="n", k="k")
    A, B, C = nest.tensor("A", (m, k)), nest.tensor("B", (k, n)), nest.tensor("C", (m, n))
    C[m, n] += (nest.scalar("alpha") * A[m, k]) * B[k, n]
    sentence = proposed_for(nest, "x86-64-avx512")
    assert "pack(A,m)" in sentence and "split(m,8)" in sentence, sentence
