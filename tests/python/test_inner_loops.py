"""docs/inner-loops.md shows what the machine runs most of the time; no kernel keeps a vector on the stack."""

import collections
import random
import re
import shutil
from pathlib import Path

import pytest
import vecwrap as vw
from fuzzing.dots import HALVES, dot_nest, dot_sentence
from fuzzing.mixed import mixed_nest
from fuzzing.nests import random_nest
from fuzzing.programs import random_program, random_program_sentence
from fuzzing.reductions import reduction_nest, reduction_sentence
from fuzzing.sentences import random_sentence
from fuzzing.shapes import shaped_nest
from fuzzing.wild import wild_nest, wild_sentence
from listing import Instruction, body, inner_loop, instructions
from test_golden import CASES, gemm_symbolic
from vecwrap import _core


DOCS = Path(__file__).resolve().parents[2] / "docs"
ON_STACK = re.compile(r"\[(rsp( \+|\])|rbp\b)")  # below rsp, elements of tails change their type where nothing masks them
pytestmark = pytest.mark.skipif(not shutil.which("llvm-mc-22"), reason="llvm-mc-22 is not installed")


def product(dtype: str, m: int, n: int, k: int) -> vw.Nest:
    nest = vw.Nest("gemm", dtype)
    i, j, p = nest.dims(m=m, n=n, k=k)
    a, b, c = nest.tensor("A", (i, p)), nest.tensor("B", (p, j)), nest.tensor("C", (i, j))
    c[i, j] += a[i, p] * b[p, j]
    return nest


def convolution() -> vw.Nest:
    """3 x 3, 64 channels of 56 x 56 pixels, channels last."""
    nest = vw.Nest("conv", "f32")
    y, x, f, p, q, c = nest.dims(y=56, x=56, f=64, p=3, q=3, c=64)
    image, weight = nest.tensor("X", (58, 58, 64)), nest.tensor("W", (p, q, c, f))
    out = nest.tensor("Y", (y, x, f))
    out[y, x, f] = vw.sum_of(image[y + p, x + q, c] * weight[p, q, c, f])
    return nest


def rows() -> vw.Nest:
    nest = vw.Nest("rows", "f32")
    i, k = nest.dims(i="m", k="k")
    a, x, y = nest.tensor("A", (i, k)), nest.tensor("x", (k,)), nest.tensor("y", (i,))
    y[i] = vw.sum_of(a[i, k] * x[k])
    return nest


def transposition() -> vw.Nest:
    nest = vw.Nest("transposition", "f32")
    i, j = nest.dims(i=1024, j=1024)
    a, b = nest.tensor("A", (j, i)), nest.tensor("B", (i, j))
    b[i, j] = a[j, i]
    return nest


KERNELS = [
    ("128 x 128 x 128", product("f32", 128, 128, 128),
     "v1 split(m,8) split(n,48) reorder(m,n,k,m.1,n.1) tile(m.1,n.1) vectorize(n.1)", "x86-64-avx512"),
    ("128 x 128 x 128", product("f32", 128, 128, 128),
     "v1 split(m,6) split(n,16) reorder(m,n,k,m.1,n.1) tile(m.1,n.1) vectorize(n.1)", "x86-64-avx2"),
    ("Double precision, sizes and strides known when it runs", gemm_symbolic(),
     "v1 split(m,4) split(n,16) reorder(m,n,k,m.1,n.1) tile(m.1,n.1) vectorize(n.1)", "x86-64-avx512"),
    ("Convolution 3 x 3, 64 to 64 channels, channels last", convolution(),
     "v1 split(x,14) split(f,32) reorder(f,y,x,p,q,c,x.1,f.1) tile(x.1,f.1) vectorize(f.1)", "x86-64-avx512"),
    ("Rows of dot products in the source's order: lanes are rows", rows(),
     "v1 split(i,16) reorder(i,k,i.1) tile(i.1) vectorize(i.1) unroll(k,4)", "x86-64-avx512"),
    ("Transposition, 1024 x 1024", transposition(),
     "v1 split(i,8) split(j,8) reorder(i,j,i.1,j.1) tile(i.1,j.1) vectorize(j.1)", "x86-64-avx2"),
]


def section(title: str, nest: vw.Nest, sentence: str, target: str) -> list[str]:
    loop = inner_loop(instructions(body(nest.schedule(sentence, target).code)))
    jump = loop[-1].text.split()[0]
    lines = [f"    {i.text}" for i in loop[:-1]] + [f"    {jump} L"]
    count = sum(i.is_vector for i in loop)
    return [f"## {title}", "", f"`{sentence}`, {target}: {len(loop)} instructions, {count} of them for vectors.", "",
            "```", "L:", *lines, "```", ""]


def test_docs_show_the_inner_loops(golden):
    lines = ["# Inner loops", "",
             "Generated from the kernels themselves (`pytest tests/python/test_inner_loops.py --update-golden`).", ""]
    for kernel in KERNELS:
        lines += section(*kernel)
    golden(DOCS / "inner-loops.md", "\n".join(lines[:-1]) + "\n")


def vectors_on_stack(code: bytes) -> list[str]:
    return [i.text for i in instructions(code) if i.is_vector and ON_STACK.search(i.text)]


def test_no_vector_is_kept_on_the_stack():
    kernels = [make().schedule(sentence, target).code for make, sentence, target in CASES]
    assert vectors_on_stack(b"".join(map(body, kernels))) == []


def typed(*types):
    return lambda choices: random_nest(choices, types, 0.4)


def text_of(nest):
    return _core.Nest.parse(nest[0]), nest[1]


MAKERS = [(random_nest, random_sentence), (shaped_nest, random_sentence), (reduction_nest, reduction_sentence),
          (wild_nest, wild_sentence),
          (typed("i32"), random_sentence), (typed("i64"), random_sentence), (typed("f32", "f64"), random_sentence),
          (lambda choices: text_of(mixed_nest(choices)), random_sentence), (random_program, random_program_sentence),
          (lambda choices: dot_nest(choices)[:2], lambda choices, nest: dot_sentence(choices, nest, choices.choice([2, 4]))),
          (lambda choices: dot_nest(choices, HALVES)[:2], lambda choices, nest: dot_sentence(choices, nest, 2))]


def test_no_vector_of_random_kernels_is_kept_on_the_stack():
    """Packed buffers lie there as well, but are reached through pointers of their own, never through rsp or rbp."""
    kernels, made = [], collections.Counter()
    for seed in range(2000):
        choices = random.Random(seed)
        kind = choices.randrange(len(MAKERS))
        make_nest, make_sentence = MAKERS[kind]
        nest, _ = make_nest(choices)
        sentence = make_sentence(choices, nest)
        try:
            kernel = _core.compile(nest, _core.Sentence(sentence), choices.choice(_core.targets()))
        except _core.Refusal:
            continue
        kernels.append(body(kernel.code))
        made.update([kind, *(step for step in ("prefetch", "collapse", "unroll", "dot", "at") if f" {step}(" in sentence)])
    assert all(made[kind] >= 8 for kind in range(len(MAKERS))) and min(made.values()) >= 8, made
    assert vectors_on_stack(b"".join(kernels)) == []


def test_a_vector_on_the_stack_would_be_seen():
    spill = bytes.fromhex("62f17c48114424 01 c3".replace(" ", ""))  # vmovups [rsp + 64], zmm0
    assert vectors_on_stack(spill) == ["vmovups zmmword ptr [rsp + 64], zmm0"]


def test_jumps_are_followed():
    loop = bytes.fromhex("90 c5f858c1 ebfa c3".replace(" ", ""))  # nop; L: vaddps xmm0, xmm0, xmm1; jmp L; ret
    assert inner_loop(instructions(loop)) == [Instruction(1, 4, "vaddps xmm0, xmm0, xmm1"), Instruction(5, 2, "jmp -6")]


SIZES = {"byte": 1, "word": 2, "dword": 4, "qword": 8, "xmmword": 16, "ymmword": 32, "zmmword": 64}


def constants(code: bytes) -> list[tuple[int, int]]:
    """Address and size of each constant that an instruction reads; the code begins at 0."""
    found = [(i, re.search(r"(\w+) ptr \[rip \+ (\d+)\]", i.text)) for i in instructions(body(code))]
    return [(i.at + i.length + int(m[2]), SIZES[m[1]]) for i, m in found if m]


def pointwise(rows: int) -> tuple[vw.Nest, str]:
    nest = vw.Nest("line", "f32")
    i, j = nest.dims(i=40, j=60)
    a, c = nest.tensor("A", (i, j)), nest.tensor("C", (i, j))
    c[i, j] = vw.maximum(a[i, j] * 1.7 + 0.3, 0.1)
    return nest, f"v1 split(i,{rows}) split(j,8) reorder(i,j,i.1,j.1) tile(i.1,j.1) vectorize(j.1)"


def dot_product(rows: int) -> tuple[vw.Nest, str]:
    nest = vw.Nest("dot", "i32")
    i, j, k = nest.dims(i=40, j=60, k=64)
    a, b, c = nest.tensor("A", (i, k), type="i8"), nest.tensor("B", (k, j), type="i8"), nest.tensor("C", (i, j))
    c[i, j] = vw.sum_of(a[i, k] * b[k, j])
    return nest, f"v1 split(i,{rows}) split(j,16) reorder(j,i,k,i.1,j.1) tile(i.1,j.1) vectorize(j.1) dot(k,4)"


@pytest.mark.parametrize("make,target", [(pointwise, "x86-64"), (pointwise, "x86-64-avx2"), (pointwise, "x86-64-avx512"),
                                         (dot_product, "x86-64-avx512-vnni"), (dot_product, "x86-64-avx2-vnni")])
def test_no_constant_crosses_a_cache_line(make, target):
    """A load across two lines was seen to cost an innermost loop some twenty cycles. Each row makes code of another length."""
    read = []
    for rows in range(1, 5):
        nest, sentence = make(rows)
        read += constants(nest.schedule(sentence, target).code)
    assert len(read) > 8
    assert [(at, size) for at, size in read if at % 64 + size > 64] == []
