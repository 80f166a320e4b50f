"""Strides and offsets beyond 32 bits: constants in instructions must not be cut off. Memory is reserved, not used."""

import ctypes
import itertools
import mmap

import numpy as np
import pytest
from vecwrap import Refusal, Sentence, _core, find_target, targets

GIB = 1 << 30
MAP_NORESERVE = 0x4000  # Linux; Python names it from 3.13
NEST = """nest far f32 strict
symbol s
dim i 3
dim j 19
dim k 2 reduce
tensor A B C
access a0 A + {offset} : i*{a} k*4
access a1 B + 0 : j*4 k*{b}
access a2 C + 0 : i*{c} j*4
%0 = const 0
%1 = load a0
%2 = load a1
%3 = acc
%4 = fma %1 %2 %3
init %0
update %4
final %3
out a2
"""
SENTENCES = ["v1", "v1 split(i,2) reorder(i,k,i.1,j) tile(i.1,j) vectorize(j)", "v1 reorder(k,i,j) tile(j) vectorize(j)",
             "v1 split(j,16) split(i,2) reorder(j,i,k,i.1,j.1) pack(B,j) tile(i.1,j.1) vectorize(j.1)"]
FAR = 3 * GIB


class Reserved:
    """Address space whose pages exist once they are touched."""

    def __init__(self, size: int) -> None:
        self.map = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | MAP_NORESERVE)
        self.address = ctypes.addressof(ctypes.c_char.from_buffer(self.map))

    def row(self, at: int, count: int) -> np.ndarray:
        return np.ctypeslib.as_array((ctypes.c_float * count).from_address(self.address + at))


@pytest.fixture(scope="module")
def memory():
    return [Reserved(16 * GIB) for _ in range(3)]


@pytest.mark.parametrize("a,c", list(itertools.product([FAR, -FAR, "s"], repeat=2)))
@pytest.mark.parametrize("b,offset", [(256, 5 * GIB), (FAR, (1 << 31) - 4)])
def test_far_rows(memory, a, b, c, offset):
    nest = _core.Nest.parse(NEST.format(a=a, b=b, c=c, offset=offset))
    mem_a, mem_b, mem_c = memory
    rows = {stride: [(6 * GIB if stride == -FAR else 0) + i * (stride if stride == -FAR else FAR) for i in range(3)]
            for stride in (a, c)}
    for i, at in enumerate(rows[a]):
        mem_a.row(at + offset, 2)[:] = [1 + i, 5 + 3 * i]
    for k in range(2):
        mem_b.row(k * b, 19)[:] = np.arange(19) + 20 * k
    want = [(1 + i) * np.arange(19.0) + (5 + 3 * i) * (np.arange(19.0) + 20) for i in range(3)]
    args = [mem_a.address + rows[a][0], mem_b.address, mem_c.address + rows[c][0], FAR]
    compiled = 0
    for sentence, target in itertools.product(SENTENCES, targets()):
        if not _core.runs_here(target):
            continue
        try:
            kernel = _core.Loaded(_core.compile(nest, Sentence(sentence), find_target(target.name)), nest)
        except Refusal as refusal:
            assert refusal.name == "displacement" or (refusal.name, target.name) == ("registers", "x86-64"), (sentence, refusal)
            continue
        compiled += 1
        for at in rows[c]:
            mem_c.row(at, 19)[:] = -1
        kernel(args)
        for i, at in enumerate(rows[c]):
            assert (mem_c.row(at, 19) == want[i]).all(), f"{nest}{sentence} {target.name} row {i}"
    assert compiled or 5 * GIB == offset
