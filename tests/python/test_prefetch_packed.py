"""Step prefetch of a packed operand: exactly the lines that its next buffer is filled from, in time.

The scalar instructions of the vector program are executed here; every address that is asked for is written down with what is
packed at that moment.
"""

import re

import numpy as np
import pytest
import vecwrap as vw
from vecwrap import _core, targets

RUNNABLE = [t.name for t in targets() if _core.runs_here(t)]
TILED = "v1 split(i,4) split(j,32) split(k,16) split(k.1,8) reorder(j,k,i,k.1,k.2,i.1,j.1) pack(B,k) tile(i.1,j.1) vectorize(j.1)"
BASES = {0: 1 << 20, 1: 1 << 24, 2: 1 << 28}  # of A, B, C


def gemm(m: int | str, n: int | str, k: int | str) -> vw.Nest:
    nest = vw.Nest("gemm")
    i, j, l = nest.dims(i=m, j=n, k=k)
    a, b, c = nest.tensor("A", (i, l)), nest.tensor("B", (l, j)), nest.tensor("C", (i, j))
    c[i, j] += a[i, l] * b[l, j]
    return nest


class Walk:
    """What a kernel reads and asks for: `copied` and `asked` hold the lines of one buffer after the other."""

    def __init__(self, program: str, arguments: dict[int, int]) -> None:
        self.lines = [line.strip() for line in program.splitlines()[1:]]
        self.labels = {line.split()[1]: at for at, line in enumerate(self.lines) if line.startswith("label")}
        self.values: dict[str, int] = {}
        self.arguments = arguments
        self.copied: list[set[int]] = []
        self.asked: list[set[int]] = []
        self.run()

    def value(self, text: str) -> int:
        return self.values[text] if text.startswith("s") else int(text)

    def address(self, text: str) -> int:
        terms = re.findall(r"([+-]?) *(s\d+|\d+)(?:\*(\d+))?", text)
        return sum((-1 if sign == "-" else 1) * self.value(term) * int(scale or 1) for sign, term, scale in terms)

    def run(self) -> None:
        at = 0
        while at < len(self.lines):
            name, _, rest = self.lines[at].partition(" ")
            operands = rest.split(", ")
            at = self.step(name, operands, at)

    def step(self, name: str, operands: list[str], at: int) -> int:
        of = [self.value(o) for o in operands[1:] if re.fullmatch(r"s\d+|-?\d+", o)] if name.startswith("s.") else []
        if name == "s.frame":
            self.copied.append(set()), self.asked.append(set())
        elif name == "prefetch":
            self.asked[-1].add(self.address(operands[0][1:-1]) // 64)
        elif name.startswith("v.") and (found := re.search(r"\[([^]]*)\]", operands[-1])) and self.copied:
            if (line := self.address(found[1]) // 64) >= BASES[1] // 64 and line < BASES[2] // 64:
                self.copied[-1].add(line)
        elif name in ("blt", "bge"):
            left, right = self.value(operands[0]), self.value(operands[1])
            if (left < right) == (name == "blt"):
                return self.labels[operands[2]]
        elif name == "jmp":
            return self.labels[operands[0]]
        results = {"s.arg": lambda: self.arguments[of[0]], "s.mini": lambda: min(of), "s.frame": lambda: 0,
                   "s.addi": lambda: sum(of), "s.imm": lambda: of[0], "s.mov": lambda: of[0]}
        if name.startswith("s."):
            self.values[operands[0]] = results[name]()
        return at + 1


def walk(m: int, n: int, k: int, more: str) -> Walk:
    return Walk(gemm(m, n, k).schedule(f"{TILED} {more}", "x86-64-avx512").vector_program, BASES)


@pytest.mark.parametrize("m,n,k", [(16, 64, 64), (10, 64, 48), (64, 96, 40), (7, 32, 64)])
def test_every_line_of_the_next_buffer_is_asked_for(m, n, k):
    found = walk(m, n, k, "prefetch(B,k,1)")
    assert len(found.copied) == -(-n // 32) * -(-k // 16)
    for asked, copied in zip(found.asked, found.copied[1:]):
        assert copied and copied <= asked, "those of the next panel's first rows as well, behind the last of this one's"


def test_several_buffers_ahead():
    found = walk(16, 64, 64, "prefetch(B,k,2)")
    for asked, copied in zip(found.asked[:2], found.copied[2:]):
        assert copied <= asked
    assert found.asked[2] == found.asked[3], "the first of the next panel's"


def test_nothing_else_is_asked_for():
    found = walk(16, 64, 64, "prefetch(B,k,1)")
    for asked, copied in zip(found.asked[:3], found.copied[1:]):
        assert asked == copied


def test_a_row_at_a_time():
    """Four row blocks of two passes through k.2: two of 16 rows each time, of two lines and a last byte."""
    kernel = gemm(16, 64, 64).schedule(f"{TILED} prefetch(B,k,1)", "x86-64-avx512")
    assert kernel.vector_program.count("prefetch [") == 3 and kernel.assembly.count("prefetcht1") == 3


@pytest.mark.parametrize("target", RUNNABLE)
@pytest.mark.parametrize("n", [64, 50, "n"])
@pytest.mark.parametrize("steps", ["pack(B,k) prefetch(B,k,1)", "pack(B,k) prefetch(B,j,3) prefetch(A,i,1)",
                                   "pack(A,i) prefetch(A,i,2)"])
def test_results_do_not_change(target, n, steps):
    size = 61 if n == "n" else n
    rng = np.random.default_rng(2)
    arrays = [rng.random((size, size), np.float32) for _ in range(3)]
    tile = TILED if "avx512" in target else TILED.replace("32", "4")
    if "pack(A" in steps:
        tile = tile.replace("j,k,i,", "k,i,j,")
    wanted, given = [a.copy() for a in arrays], [a.copy() for a in arrays]
    plain, asking = tile.replace("pack(B,k)", ""), tile.replace("pack(B,k)", steps)
    gemm(n, n, n).schedule(plain, target)(*wanted)
    gemm(n, n, n).schedule(asking, target)(*given)
    assert all((x == y).all() for x, y in zip(given, wanted))


def test_dims_beside_each_other_are_one_row():
    """288 neighbours of each of 16 filters: 18 lines and a last byte."""
    nest = vw.Nest("convolution")
    f, x, c, q = nest.dims(f=32, x=20, c=64, q=9)
    w, a, y = nest.tensor("W", (f, c, q)), nest.tensor("A", (c, x + q)), nest.tensor("Y", (x, f))
    y[x, f] = vw.sum_of(a[c, x + q] * w[f, c, q])
    tile = "v1 split(f,16) split(c,32) split(x,4) reorder(f,c,x,c.1,q,x.1,f.1) pack(W,c) tile(x.1,f.1) vectorize(f.1)"
    kernel = nest.schedule(f"{tile} prefetch(W,c,1)", "x86-64-avx512")
    assert kernel.vector_program.count("prefetch [") == 19


def test_risc_v_asks_by_hints():
    """Executed: 8 buffers of 16 rows of two lines and a last byte."""
    rng = np.random.default_rng(3)
    a, b, c = (rng.random((64, 64), np.float32) for _ in range(3))
    text = TILED.replace("vectorize(j.1)", "vectorize(j.1,4)")
    sentence, target = _core.Sentence(f"{text} prefetch(B,k,1)"), vw.find_target("riscv64-rvv256+zicbop")
    kernel = _core.compile(gemm(64, 64, 64).core, sentence, target)
    counts = _core.simulate(kernel, [x.ctypes.data for x in (a, b, c)], 256)
    assert counts["prefetch.r"] == 8 * 16 * 3


@pytest.mark.parametrize("steps,name", [
    ("prefetch(B,i,1)", "prefetch-loop"), ("prefetch(B,k.1,1)", "prefetch-operand"),
])
def test_refusals(steps, name):
    with pytest.raises(vw.Refusal) as refusal:
        gemm(64, 64, 64).schedule(f"{TILED} {steps}")
    assert refusal.value.name == name


def test_rows_of_many_lines_are_refused():
    with pytest.raises(vw.Refusal, match="64") as refusal:
        gemm(64, 4096, 64).schedule("v1 split(k,4) split(j,2048) reorder(j,k,i,k.1,j.1) pack(B,k) prefetch(B,k,1)")
    assert refusal.value.name == "prefetch-operand"
