"""Programs: which loops nests share, what is kept between them, and what is refused. The listings are those of section
3.5 of Grubisic's thesis (LoopTool)."""

import numpy as np
import pytest
import vecwrap as vw
from nest_programs import mlp, softmax
from vecwrap import _core

RANDOM = np.random.default_rng(1)
ROWS = "split(j,32) reorder(i,j,j.1) tile(j.1) vectorize(j.1)"
REGISTER_TILE = "split(i,4) split(j,16) reorder(i,j,k,i.1,j.1) tile(i.1,j.1) vectorize(j.1)"


def normal(*shape, dtype="f4"):
    return RANDOM.standard_normal(shape).astype(dtype)


def pointwise(name, source, target, function, extents):
    """target[...] = function(source[...]) over the dims of `extents`."""
    nest = vw.Nest(name)
    dims = nest.dims(**extents)
    a, b = nest.tensor(source, dims), nest.tensor(target, dims)
    b[dims] = function(a[dims])
    return nest


def two(**extents):
    """%a = read(x, y, z), %b = f(%a)."""
    extents = extents or {"x": 3, "y": 5, "z": 6}
    return vw.Program("two", [pointwise("a", "X", "t", lambda v: v + v, extents),
                              pointwise("b", "t", "Y", lambda v: v * v, extents)], ["t"])


def tree_of(program, sentence, *arrays, **extents):
    """The loop tree, after comparing the kernel with the interpreter bit for bit."""
    kernel = program.schedule(sentence)
    expected = [array.copy() for array in arrays]
    program.interpret(*expected, **extents)
    kernel(*arrays, **extents)
    assert all(np.array_equal(a, b, equal_nan=True) for a, b in zip(arrays, expected))
    return kernel.loop_tree


def run_two(sentence):
    x = normal(3, 5, 6)
    y = np.zeros_like(x)
    tree = tree_of(two(), sentence, x, y)
    assert np.array_equal(y, (x + x) ** 2)
    return tree


def test_listing_1_a_nest_emits_its_loops():
    program = vw.Program("one", [pointwise("a", "X", "Y", lambda v: v + v, {"x": 3, "y": 5, "z": 6})])
    assert tree_of(program, "v1", normal(3, 5, 6), np.zeros((3, 5, 6), "f4")) == """\
for x in 0..3
  for y in 0..5
    for z in 0..6
      a
"""


def test_listing_2_all_loops_are_shared():
    assert run_two("v1 nest(a) at(b,z)") == """\
for x in 0..3
  for y in 0..5
    for z in 0..6
      stage t 1
      a
      b
"""


def test_listing_3_only_x_is_shared():
    assert run_two("v1 nest(a) at(b,x) nest(b) reorder(x,z,y)") == """\
for x in 0..3
  stage t 5 x 6
  for y in 0..5
    for z in 0..6
      a
  for z in 0..6
    for y in 0..5
      b
"""


def reduction():
    """%R[x, y] = the sum over z, %a = %R + ..."""
    total = vw.Nest("R")
    x, y, z = total.dims(x=3, y=5, z=6)
    source, sums = total.tensor("X", (x, y, z)), total.tensor("r", (x, y))
    sums[x, y] = vw.sum_of(source[x, y, z])
    add = vw.Nest("a")
    x, y, z = add.dims(x=3, y=5, z=6)
    source, sums, out = add.tensor("X", (x, y, z)), add.tensor("r", (x, y)), add.tensor("Y", (x, y, z))
    out[x, y, z] = sums[x, y] + source[x, y, z]
    return vw.Program("reduction", [total, add], ["r"])


def test_listing_4_the_loop_of_a_reduction_runs_twice():
    x, out = normal(3, 5, 6), np.zeros((3, 5, 6), "f4")
    assert tree_of(reduction(), "v1 nest(R) at(a,y)", x, out) == """\
for x in 0..3
  for y in 0..5
    stage r 1
    for z in 0..6 reduce
      R
    for z in 0..6
      a
"""
    assert refusal(reduction(), "v1 nest(R) at(a,z)") == "share-invariant"


def test_listing_5_a_staged_loop_keeps_all_of_z():
    assert run_two("v1 nest(a) at(b,y)") == """\
for x in 0..3
  for y in 0..5
    stage t 6
    for z in 0..6
      a
    for z in 0..6
      b
"""


def test_nothing_shared():
    assert run_two("v1").startswith("stage t 360 bytes\nfor x in 0..3\n")


@pytest.mark.parametrize("extent", [1, 7, 16, 30, 48, 65])
def test_tails_of_shared_loops_that_are_known_at_run_time(extent):
    x = normal(extent, 5, 6)
    sentence = "v1 nest(a) at(b,x) split(z,4) tile(z.1) vectorize(z.1) nest(b) split(x,16) split(z,4) tile(z.1) vectorize(z.1)"
    tree = tree_of(two(x="n", y=5, z=6), sentence, x, np.zeros_like(x))
    assert "stage t 16 x 5 x 6" in tree and "for x in 0..<=16" in tree


@pytest.mark.parametrize("extent", [1, 15, 16, 17, 100])
def test_lanes_of_both_nests_along_the_shared_loop(extent):
    """The host's loop gives chunks of 64 and a partial last one, which the guest has to take as it is."""
    program = two(x="n")
    ends = "split(x,64) split(x.1,32) tile(x.2) vectorize(x.2)"
    x = normal(extent)
    tree_of(program, f"v1 nest(a) at(b,x) split(x,32) tile(x.1) vectorize(x.1) nest(b) {ends}", x, np.zeros_like(x))


def blur(rows, columns):
    """A stencil over a temporary: each row of the second nest reads three of the first."""
    widen = pointwise("widen", "X", "t", lambda v: v + v, {"i": rows, "j": columns})
    mean = vw.Nest("mean")
    i, j = mean.dims(i=rows - 2, j=columns)
    t, out = mean.tensor("t", (rows, columns)), mean.tensor("Y", (rows - 2, columns))
    out[i, j] = t[i, j] + t[i + 1, j] + t[i + 2, j]
    return vw.Program("blur", [widen, mean], ["t"])


def test_sliding_windows_are_computed_again():
    x, y = normal(19, 33), np.zeros((17, 33), "f4")
    tree = tree_of(blur(19, 33), f"v1 nest(widen) at(mean,i) {ROWS} nest(mean) split(i,4) split(j,32) "
                                 "reorder(i,i.1,j,j.1) tile(j.1) vectorize(j.1)", x, y)
    assert "stage t 6 x 33" in tree and "for i in 0..<=6" in tree


SOFTMAX = f"v1 nest(max) at(div,i) nest(exp) at(div,i) {ROWS} nest(sum) at(div,i) nest(div) {ROWS}"


@pytest.mark.parametrize("rows,columns", [(1, 1), (3, 31), (7, 100), (16, 64)])
def test_softmax_in_one_kernel(rows, columns):
    x, y = normal(rows, columns), np.zeros((rows, columns), "f4")
    tree = tree_of(softmax("n", columns), SOFTMAX if columns > 31 else SOFTMAX.replace(ROWS, ""), x, y)
    assert "stage m 1\n" in tree
    e = np.exp(x.astype("f8") - x.max(1, keepdims=True))
    np.testing.assert_allclose(y, e / e.sum(1, keepdims=True), rtol=1e-5)


def test_dead_temporaries_make_room():
    """Of a chain of three values of a row only two live at a time: 4 KiB each."""
    extents = {"i": 4, "j": 1024}
    names = ["X", "t0", "t1", "t2", "Y"]
    nests = [pointwise(f"n{k}", names[k], names[k + 1], lambda v: v + v, extents) for k in range(4)]
    program = vw.Program("chain", nests, names[1:4])
    guests = " ".join(f"nest(n{k}) at(n3,i)" for k in range(3))
    assert program.schedule(f"v1 {guests}").stack_bytes < 3 * 4096
    tree_of(program, f"v1 {guests}", normal(4, 1024), np.zeros((4, 1024), "f4"))


@pytest.mark.parametrize("rows", [1, 8, 21])
@pytest.mark.parametrize("where", ["at(second,i)", "at(gelu,i)"])
def test_matmul_bias_gelu_matmul_by_rows(rows, where):
    """Blocks of rows go through all three nests; once with the first matmul inside the middle nest."""
    arrays = [normal(rows, 24), normal(24, 40), normal(40), normal(40, 17), np.zeros((rows, 17), "f4")]
    second = "split(i,8) split(i.1,4) split(j,16) reorder(i,i.1,j,k,i.2,j.1) tile(i.2,j.1) vectorize(j.1)"
    gelu = "split(i,4) split(j,16) reorder(i,i.1,j,j.1) tile(j.1) vectorize(j.1)" if "gelu" in where else ROWS
    sentence = f"v1 nest(first) {where} {REGISTER_TILE} nest(gelu) at(second,i) {gelu} nest(second) {second}"
    tree = tree_of(mlp("n", 24, 40, 17), sentence, *arrays)
    assert f"stage h {4 if 'gelu' in where else 8} x 40" in tree and "stage g 8 x 40" in tree


def test_a_producer_inside_of_a_reduction():
    """The second matmul takes the first one's result in blocks of k, and keeps partial sums in its output."""
    arrays = [normal(12, 24), normal(24, 40), normal(40), normal(40, 17), np.zeros((12, 17), "f4")]
    blocks = "split(k,8) split(i,4) split(j,16) reorder(k,i,j,k.1,i.1,j.1) tile(i.1,j.1) vectorize(j.1)"
    first = "split(i,4) split(j,8) reorder(i,j,k,i.1,j.1) tile(i.1,j.1) vectorize(j.1)"
    sentence = f"v1 nest(first) at(second,k) {first} nest(gelu) at(second,k) nest(second) {blocks}"
    tree = tree_of(mlp(12, 24, 40, 17), sentence, *arrays)
    assert "stage g 12 x 8" in tree


def test_large_temporaries_lie_in_a_workspace():
    x = normal(64, 512)
    program = two(x=64, y=512)
    kernel = program.schedule("v1")
    assert kernel.workspace_bytes == 64 * 512 * 4 and kernel.stack_bytes < 4096
    tree_of(program, "v1", x, np.zeros_like(x))


def test_what_others_see_is_written_once():
    """t is passed by the caller: sharing may not leave a part of it out, or write a part twice."""
    program = vw.Program("seen", list(two().nests))
    x, t, y = normal(3, 5, 6), np.zeros((3, 5, 6), "f4"), np.zeros((3, 5, 6), "f4")
    program.schedule("v1 nest(a) at(b,y)")(x, t, y)
    assert np.array_equal(t, x + x) and np.array_equal(y, t * t)
    visible = vw.Program("blur", list(blur(19, 33).nests))
    assert refusal(visible, "v1 nest(widen) at(mean,i)") == "share-partial"


def refusal(program, sentence):
    with pytest.raises(vw.Refusal) as caught:
        program.schedule(sentence)
    assert caught.value.name in _core.REFUSALS
    return caught.value.name


def overwritten(shift):
    """b writes X[i + shift], of which c has read X[i] (and a X[i])."""
    read = vw.Nest("read")
    (i,) = read.dims(i=8)
    x, t = read.tensor("X", (9,)), read.tensor("t", (8,))
    t[i] = x[i] + 1.0
    write = vw.Nest("write")
    (i,) = write.dims(i=8)
    t, x = write.tensor("t", (8,)), write.tensor("X", (9,))
    x[i + shift] = t[i] * 2.0
    return vw.Program("overwritten", [read, write], ["t"])


def test_reading_before_it_is_overwritten():
    x = normal(9)
    tree_of(overwritten(0), "v1 nest(read) at(write,i)", x.copy())
    assert refusal(overwritten(1), "v1 nest(read) at(write,i)") == "share-dependence"


REFUSALS = {
    "v1 split(x,2)": "unknown-nest",
    "v1 nest(c) split(x,2)": "unknown-nest",
    "v1 nest(a) at(c,x)": "unknown-nest",
    "v1 nest(b) at(a,x)": "share-order",
    "v1 nest(a) at(a,x)": "share-order",
    "v1 nest(a) at(b,x) at(b,y)": "share-twice",
    "v1 nest(a) at(b,w)": "unknown-loop",
    "v1 nest(a) at(b,z) nest(b) tile(z)": "share-too-deep",
    "v1 nest(a) at(b,x) split(x,2)": "bad-factor",
}


@pytest.mark.parametrize("sentence", REFUSALS)
def test_refused(sentence):
    assert refusal(two(), sentence) == REFUSALS[sentence]


def test_refused_for_what_the_nests_are():
    extents = {"x": 4, "y": 6}
    double = pointwise("b", "t", "Y", lambda v: v + v, extents)
    unrelated = vw.Program("unrelated", [pointwise("a", "X", "Z", lambda v: v + v, extents),
                                         pointwise("b", "X", "Y", lambda v: -v, extents)])
    assert refusal(unrelated, "v1 nest(a) at(b,x)") == "share-unrelated"
    flat = vw.Nest("b")
    (i,) = flat.dims(i=24)
    t, y = flat.tensor("t", (24,)), flat.tensor("Y", (24,))
    y[i] = t[i]
    with pytest.raises(vw.NestError, match="declares t"):
        vw.Program("flat", [pointwise("a", "X", "t", lambda v: v + v, extents), flat], ["t"])
    turned = vw.Nest("c")
    x, y = turned.dims(x=4, y=6)
    t, out = turned.tensor("t", (x, y)), turned.tensor("Z", (y, x))
    out[y, x] = t[x, y]
    three = vw.Program("three", [pointwise("a", "X", "t", lambda v: v + v, extents), double, turned], ["t"])
    assert refusal(three, "v1 nest(a) at(b,x)") == "share-dependence"  # c reads all of t, after b
    assert refusal(two(x="m", y="n"), "v1 nest(a) at(b,x)") == "stage-size"
    assert refusal(two(x="m", y="n"), "v1") == "stage-size"
    with pytest.raises(vw.Refusal, match="not-a-program"):
        double.schedule("v1 at(b,x)")


def test_run_time_strides_of_temporaries():
    """Rows of a run-time length: the temporary holds one block, whatever the length."""
    program = two(x="m", y="n")
    x = normal(5, 70)
    tree = tree_of(program, "v1 nest(a) at(b,y) split(y,8) tile(y.1) vectorize(y.1) nest(b) split(y,32) split(y.1,16) tile(y.2) "
                            "vectorize(y.2)", x, np.zeros_like(x))
    assert "stage t 32" in tree


def test_bad_programs():
    extents = {"x": 4}
    first, second = pointwise("a", "X", "t", lambda v: v, extents), pointwise("b", "t", "Y", lambda v: v, extents)
    for nests, temporaries, what in [
            ([second, first], ["t"], "before any nest writes it"), ([first, first], ["t"], "two nests are named"),
            ([first], ["q"], "no nest has a tensor 'q'"), ([], [], "has no nest")]:
        with pytest.raises(vw.Refusal, match=what):
            vw.Program("bad", nests, temporaries)


def test_arguments_are_checked():
    program = two()
    x = normal(3, 5, 6)
    with pytest.raises(vw.ArgumentError, match="Y is missing"):
        program.interpret(x)
    with pytest.raises(vw.ArgumentError, match="overlaps"):
        program.interpret(x, x)
    with pytest.raises(vw.ArgumentError, match="axis 0"):
        program.interpret(x, normal(4, 5, 6))
