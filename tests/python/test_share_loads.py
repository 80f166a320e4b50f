"""Windows that slide over memory: what several products of an unrolled body read is loaded once; the same bits."""

from __future__ import annotations

import re

import pytest
from fuzzing.case import Case, run

from vecwrap import _core

X86 = [target.name for target in _core.targets() if "avx" in target.name]

DEPTHWISE = """
nest depthwise f32 strict
{symbols}
dim x {columns}
dim c {channels}
dim p 2 reduce
dim q {size} reduce
tensor out in w
access a0 out + 0 : x*{pixel} c*4
access a1 in + {start} : x*{step} c*4 p*{row} q*{place}
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


def depthwise(columns: int, channels: int, size: int, step: int, place: int = 1, channel_extent: str = "") -> str:
    """`place` < 0: the kernel backwards."""
    pixel, reach = 4 * channels, (columns - 1) * step + (size - 1) * abs(place) + 1
    return DEPTHWISE.format(symbols="symbol n" if channel_extent else "", columns=columns, channels=channel_extent or channels,
                            size=size, pixel=pixel, step=step * pixel, row=reach * pixel, place=place * pixel, w_row=size * pixel,
                            start=(size - 1) * pixel if place < 0 else 0)


def loads_and_products(text: str, sentence: str, target: str) -> tuple[int, int]:
    """Of the loop over p, whose body is the unrolled copies."""
    kernel = _core.compile(_core.Nest.parse(text), _core.Sentence(sentence), _core.find_target(target))
    code = kernel.vector_program
    body = max(re.split(r"^\s*L?\d+:.*$|label.*", code, flags=re.M), key=lambda part: part.count("fma"))
    products = [line for line in body.splitlines() if "fma" in line]
    return len(re.findall(r"load", body)) + sum("[" in line for line in products), len(products)


TILED = "v1 split(x,{rows}) reorder(x,p,q,x.1,c) tile(x.1,c) vectorize(c) unroll(q,{size})"


@pytest.mark.parametrize("target", X86)
@pytest.mark.parametrize("shape", [
    (12, 16, 3, 1), (11, 32, 3, 1), (9, 20, 3, 2), (10, 16, 5, 2), (9, 8, 3, 1, -1), (9, 16, 3, 2, -1), (8, 16, 3, 1, 2),
    (7, 16, 2, 3), (9, 48, 3, 1), (13, 16, 7, 1)])
@pytest.mark.parametrize("rows", [2, 4, 6])
def test_the_same_bits(shape, rows, target):
    text = depthwise(*shape)
    sentence = TILED.format(rows=rows, size=shape[2])
    outcome = run(Case(text, sentence, target, {}, 3))
    assert outcome.status == "ok" or outcome.detail == "registers", outcome


@pytest.mark.parametrize("target", X86)
@pytest.mark.parametrize("channels", [1, 15, 16, 17, 40])
def test_run_time_extents(channels, target):
    text = depthwise(9, 40, 3, 1, channel_extent="n")
    sentence = "v1 split(x,4) split(c,16) reorder(x,c,p,q,x.1,c.1) tile(x.1,c.1) vectorize(c.1) unroll(q,3)"
    outcome = run(Case(text, sentence, target, {"n": channels}, 3))
    assert outcome.status == "ok", outcome


def test_every_place_is_read_once():
    """Rows of 3 at 8 positions: 10 elements and 3 weights for 24 products, not 24 and 3."""
    target = "x86-64-avx512"
    assert loads_and_products(depthwise(16, 16, 3, 1), TILED.format(rows=8, size=3), target) == (13, 24)
    assert loads_and_products(depthwise(16, 16, 3, 2), TILED.format(rows=8, size=3), target) == (20, 24)
    assert loads_and_products(depthwise(16, 64, 3, 1), TILED.format(rows=4, size=3), target) == (36, 48)


def test_what_has_no_register_is_an_operand():
    """24 accumulators leave room for 7 of 12 weights: 32 elements, 7 weights, and 6 products with each of the 5 others."""
    loads, products = loads_and_products(depthwise(14, 64, 3, 1), TILED.format(rows=6, size=3), "x86-64-avx512")
    assert loads == 69 and products == 72


BOTH = "v1 split(x,{rows}) reorder(x,p,q,x.1,c) tile(x.1,c) vectorize(c) unroll(q,{size}) unroll(p,2)"


@pytest.mark.parametrize("target", X86)
@pytest.mark.parametrize("shape", [(12, 16, 3, 1), (9, 20, 3, 2), (9, 8, 3, 1, -1), (8, 16, 3, 1, 2), (9, 48, 3, 1),
                                   (13, 16, 7, 1)])
@pytest.mark.parametrize("rows", [1, 2, 5])
def test_two_reductions_unrolled(shape, rows, target):
    outcome = run(Case(depthwise(*shape), BOTH.format(rows=rows, size=shape[2]), target, {}, 3))
    assert outcome.status == "ok" or outcome.detail == "registers", outcome
