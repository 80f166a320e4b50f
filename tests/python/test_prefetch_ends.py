"""Step prefetch of what only a tile's ends touch: exactly the lines of a later tile, while this one is computed."""

import re

import numpy as np
import pytest
import vecwrap as vw
from test_prefetch_packed import Walk
from vecwrap import _core, targets

RUNNABLE = [t.name for t in targets() if _core.runs_here(t)]
ENDS, OTHERS = 1 << 20, (1 << 24, 1 << 28)
TILED = "v1 split(x,4) reorder(y,x,p,q,c,x.1,f) tile(x.1,f) vectorize(f)"


def convolution(size: int | str, filters: int = 32, added: bool = False) -> vw.Nest:
    """O += filters over A, or O = that + R."""
    nest = vw.Nest("convolution")
    y, x, f, p, q, c = nest.dims(y=size, x=size, f=filters, p=3, q=3, c=5)
    o, outer = nest.tensor("O", (size, size, filters)), size + 2 if isinstance(size, int) else "m"
    a, w = nest.tensor("A", (outer, outer, 5)), nest.tensor("W", (3, 3, 5, filters))
    if added:
        o[y, x, f] = vw.sum_of(a[y + p, x + q, c] * w[p, q, c, f]) + nest.tensor("R", (size, size, filters))[y, x, f]
    else:
        o[y, x, f] += a[y + p, x + q, c] * w[p, q, c, f]
    return nest


def arrays(size: int, added: bool = False) -> list[np.ndarray]:
    rng, outer = np.random.default_rng(4), size + 2
    shapes = [(size, size, 32), (outer, outer, 5), (3, 3, 5, 32), *([(size, size, 32)] if added else [])]
    return [rng.standard_normal(shape, np.float32) for shape in shapes]


class Tiles(Walk):
    """Lines that are stored and asked for, tile by tile."""

    def run(self) -> None:
        self.stored: list[set[int]] = [set()]
        self.asked = [set()]
        super().run()

    def step(self, name: str, operands: list[str], at: int) -> int:
        if name in ("v.load", "v.store"):
            place = self.address(re.search(r"\[([^]]*)\]", operands[-1])[1])
            if name == "v.load" and place < OTHERS[0] and self.stored[-1]:
                self.stored.append(set()), self.asked.append(set())
            if name == "v.store":
                self.stored[-1].add(place // 64)
        return super().step(name, operands, at)


@pytest.mark.parametrize("size", [8, 12])
@pytest.mark.parametrize("tiles", [1, 2])
def test_the_lines_of_a_later_tile_and_no_others(size, tiles):
    kernel = convolution(size).schedule(f"{TILED} prefetch(O,x,{tiles})", "x86-64-avx512")
    found = Tiles(kernel.vector_program, {0: ENDS, 1: OTHERS[0], 2: OTHERS[1]})
    assert len(found.stored) == size * size // 4
    for asked, stored in zip(found.asked, found.stored[tiles:]):
        assert asked == stored


@pytest.mark.parametrize("filters,tile,count", [
    (32, TILED, 1),  # eight lines one behind the other in nine passes through the loop of q
    (64, "v1 split(f,32) split(x,4) reorder(f,y,x,p,q,c,x.1,f.1) tile(x.1,f.1) vectorize(f.1)", 3),
])
def test_a_share_at_a_time(filters, tile, count):
    """Of half the filters, rows of two lines and a last byte."""
    kernel = convolution(8, filters).schedule(f"{tile} prefetch(O,x,1)", "x86-64-avx512")
    assert kernel.vector_program.count("prefetch [") == count == kernel.assembly.count("prefetcht1")


@pytest.mark.parametrize("target", RUNNABLE)
@pytest.mark.parametrize("size", [8, 7, "n"])
@pytest.mark.parametrize("added", [False, True])
@pytest.mark.parametrize("steps", ["prefetch(O,x,1)", "prefetch(O,y,3) unroll(c,2)", "prefetch(R,x,2) prefetch(W,c,2)"])
def test_results_do_not_change(target, size, added, steps):
    if "R" in steps and not added:
        steps = steps.replace("R", "O")
    tile = TILED if "avx512" in target else TILED.replace("x,4", "x,2").replace("v1 ", "v1 split(f,8) ").replace(
        "y,x,p", "y,x,f,p").replace("x.1,f)", "x.1,f.1)").replace("vectorize(f)", "vectorize(f.1)")
    wanted, given = arrays(9 if size == "n" else size, added), arrays(9 if size == "n" else size, added)
    convolution(size, added=added).schedule(tile, target)(*wanted)
    convolution(size, added=added).schedule(f"{tile} {steps}", target)(*given)
    assert (given[0] == wanted[0]).all()


@pytest.mark.parametrize("step,name", [("prefetch(O,c,1)", "prefetch-loop"), ("prefetch(O,x.1,1)", "prefetch-loop")])
def test_refusals(step, name):
    with pytest.raises(vw.Refusal) as refusal:
        convolution(8).schedule(f"{TILED} {step}", "x86-64-avx512")
    assert refusal.value.name == name


@pytest.mark.parametrize("size,asked", [(56, True), (8, False)])
def test_the_heuristic_asks_for_outputs_that_leave_the_second_level(size, asked):
    nest = vw.Nest("convolution")
    y, x, f, p, q, c = nest.dims(y=size, x=size, f=64, p=3, q=3, c=64)
    o, a = nest.tensor("O", (size, size, 64)), nest.tensor("A", (size + 2, size + 2, 64))
    w = nest.tensor("W", (3, 3, 64, 64))
    o[y, x, f] += a[y + p, x + q, c] * w[p, q, c, f]
    for target in ("x86-64-avx512", "x86-64-avx2"):
        assert ("prefetch(O,x" in str(_core.propose(nest.core, _core.find_target(target), 1, always=True)[0])) == asked
