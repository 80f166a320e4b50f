"""The tuning interface: edits, the cursor, undo; and that no illegal state can be reached."""

import doctest
import random
from pathlib import Path

import pytest
import vecwrap as vw
import vecwrap.measure
import vecwrap.search
from fuzzing.nests import random_nest
from fuzzing.sentences import random_sentence
from fuzzing.shapes import shaped_nest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from looptool_nests import gemm, scale
from vecwrap import Refusal, Sentence, _core, native_target
from vecwrap.measure import Runner
from vecwrap.search import EDITS, Actions, Edit, EditError, Loop, Schedule, Space, Tuner

DOCS = Path(__file__).resolve().parents[2] / "docs"
TILED = "v1 split(m,6) split(n,32) reorder(m,n,k,m.1,n.1) tile(m.1,n.1) vectorize(n.1)"
EVERY = Actions(names=tuple(EDITS))


@pytest.fixture
def tuner():
    return Tuner(gemm(), runner=Runner(seconds=0.001))


def test_the_whole_way_by_name(tuner):
    tuner.split(6, "m")
    tuner.swap("m.1", "k")
    assert str(tuner.sentence) == "v1 split(m,6) reorder(m,k,n,m.1)"
    tuner.swap("n", "k")
    tuner.split(32, "n")
    tuner.swap("n.1", "k")
    tuner.swap("n.1", "m.1")
    tuner.vectorize("n.1")
    tuner.tile("m.1")
    assert str(tuner.sentence) == TILED
    tuner.pack("B", "n")
    tuner.unroll(2, "k")
    assert str(tuner.sentence) == TILED.replace("tile", "pack(B,n) tile") + " unroll(k,2)"
    assert tuner.gflops() > 0 and tuner.measure().checked == "interpreter"
    tuner.unpack("B")
    tuner.unroll(1, "k")
    tuner.untile("m.1")
    tuner.resize(8, "n.1")
    tuner.scalar("n.1")
    assert str(tuner.sentence) == "v1 split(m,6) split(n,8) reorder(m,n,k,m.1,n.1) tile(n.1)"
    tuner.untile("n.1")
    tuner.merge("m.1")
    tuner.merge("n.1")
    assert str(tuner.sentence) == "v1"


def test_the_whole_way_by_cursor(tuner):
    tuner.split(6)
    tuner.down()
    assert tuner.cursor == "m.1"
    tuner.swap_down()
    tuner.swap_down()
    assert tuner.cursor == "m.1"
    tuner.tile()
    tuner.up()
    tuner.up()
    assert tuner.cursor == "n"
    tuner.split(32)
    tuner.down()
    tuner.untile("m.1")
    tuner.move_to("n.1")
    tuner.swap_down()
    tuner.swap_down()
    tuner.vectorize()
    tuner.up()
    tuner.tile()
    assert str(tuner.sentence) == TILED
    tuner.move_to("m")
    tuner.swap_down()
    assert [loop.name for loop in tuner.schedule.loops] == ["n", "m", "k", "m.1", "n.1"] and tuner.cursor == "m"


def test_printing_marks_the_cursor():
    tuner = Tuner(gemm(), sentence=TILED.replace("tile", "pack(B,n) tile"))
    tuner.move_to("m.1")
    assert str(tuner) == """\
  for m in 0..24 step 6
    for n in 0..40 step 32
      pack B
      for k in 0..16 reduce
>       for m.1 in 0..6 tile
          for n.1 in 0..32 tile vector
            gemm"""


def loops(*text):
    """A schedule from names with steps: m:24 m.1:4 ..."""
    made = []
    for item in text:
        name, _, step = item.partition(":")
        dim, _, level = name.partition(".")
        made.append(Loop(dim, int(level or 0), int(step or 1)))
    return Schedule(("m", "n", "k"), tuple(made))


@pytest.mark.parametrize("edit, before, after", [
    (Edit("split", ("m", 4)), ["m", "n"], ["m:4", "m.1", "n"]),
    (Edit("split", ("m", 4)), ["m:6", "n", "m.1"], ["m:24", "m.1:6", "n", "m.2"]),
    (Edit("split", ("m.1", 3)), ["m:6", "n", "m.1"], ["m:6", "n", "m.1:3", "m.2"]),
    (Edit("merge", ("m.1",)), ["m:6", "n", "m.1"], ["m", "n"]),
    (Edit("merge", ("m.1",)), ["m:24", "m.1:6", "n", "m.2"], ["m:6", "n", "m.1"]),
    (Edit("merge", ("m.2",)), ["m:24", "m.1:6", "n", "m.2"], ["m:24", "m.1", "n"]),
    (Edit("resize", ("m.1", 8)), ["m:6", "n", "m.1"], ["m:8", "n", "m.1"]),
    (Edit("resize", ("m.1", 8)), ["m:24", "m.1:6", "n", "m.2"], ["m:48", "m.1:6", "n", "m.2"]),
    (Edit("swap", ("m", "k")), ["m", "n", "k"], ["k", "n", "m"]),
    (Edit("swap_up", ("n",)), ["m", "n", "k"], ["n", "m", "k"]),
    (Edit("swap_down", ("n",)), ["m", "n", "k"], ["m", "k", "n"]),
])
def test_what_edits_make_of_loops(edit, before, after):
    assert edit(loops(*before)) == loops(*after)


@pytest.mark.parametrize("edit, step, back", [
    (Edit("dot", ("k", 4)), "dot(k,4)", Edit("dot", ("k", 1))),
    (Edit("prefetch", ("A", "k", 8)), "prefetch(A,k,8)", Edit("prefetch", ("A", "k", 0))),
    (Edit("gather", ("A",)), "strided(A,gather)", Edit("unstride", ("A",))),
    (Edit("stream", ("C",)), "stream(C)", Edit("unstream", ("C",))),
])
def test_edits_of_other_steps_go_and_come(edit, step, back):
    bare = loops("m", "n", "k")
    assert str(edit(bare)) == f"v1 {step}" and back(edit(bare)) == bare


def test_collapse_and_expand():
    schedule = Edit("collapse", ("m", "n"))(loops("m", "n", "k"))
    assert str(schedule) == "v1 collapse(m,n)" and schedule.dims == ("m", "k")
    assert str(Edit("split", ("m", 8))(schedule)) == "v1 collapse(m,n) split(m,8)"
    assert Edit("expand", ("m",))(schedule) == loops("m", "n", "k")
    with pytest.raises(EditError, match="m is split"):
        EDITS["collapse"](loops("m:8", "m.1", "n", "k"), "m", "n")
    with pytest.raises(EditError, match="m is split"):
        EDITS["expand"](EDITS["split"](schedule, "m", 8), "m")


def test_split_hands_marks_inwards_and_merge_hands_them_back():
    schedule = Schedule(("m",), (Loop("m", tile=True, vector=True, packs=("A",)),))
    assert EDITS["split"](schedule, "m", 8).loops == (Loop("m", 0, 8), Loop("m", 1, tile=True, vector=True, packs=("A",)))
    assert EDITS["merge"](EDITS["split"](schedule, "m", 8), "m.1") == schedule


@pytest.mark.parametrize("edit, refusal", [
    (("split", 25, "m"), "bad-factor"),
    (("tile", "m"), "tile-not-innermost"),
    (("tile", "k"), "tile-reduction"),
    (("vectorize", "m"), "tile-not-innermost"),
    (("unroll", 4, "m"), "unroll-not-innermost"),
    (("pack", "A", "k"), "pack-too-deep"),
    (("pack", "Q", "-"), "unknown-tensor"),
])
def test_refused_edits_change_nothing(tuner, edit, refusal):
    tuner.down()
    before, tree = tuner._state, str(tuner)
    with pytest.raises(Refusal) as refused:
        getattr(tuner, edit[0])(*edit[1:])
    assert refused.value.name == refusal
    assert tuner._state == before and str(tuner) == tree
    tuner.undo()  # the cursor move, not the refused edit
    assert tuner.cursor == "m"


@pytest.mark.parametrize("edit, message", [
    (("up",), "outermost loop, m"), (("merge",), "no outer loop"), (("swap_up",), "m is the outermost"),
    (("undo",), "nothing to undo"), (("redo",), "nothing to redo"), (("unpack", "A"), "not packed"),
    (("move_to", "z"), "no loop z; the loops are m, n, k"), (("split", 0), "into 0"), (("unroll", 0), "0 times"),
    (("unstride", "A"), "nothing says"), (("unstream", "C"), "not streamed"), (("expand",), "one dim"),
    (("dot", 0), "0 products"),
    (("prefetch", 0, "A"), "nothing is asked for"), (("prefetch", -1, "A"), "-1 iterations"), (("collapse", "m"), "with itself"),
    (("resize", 4), "whole dim"), (("resize", 0), "0 iterations"), (("swap_down", "k"), "k is the innermost"),
])
def test_edits_of_what_is_not_there(tuner, edit, message):
    with pytest.raises(EditError, match=message):
        getattr(tuner, edit[0])(*edit[1:])
    assert str(tuner.sentence) == "v1" and tuner.cursor == "m"


def test_undo_and_redo(tuner):
    tuner.split(6)
    tuner.down()
    tuner.undo()
    assert tuner.cursor == "m"
    tuner.undo()
    assert str(tuner.sentence) == "v1"
    tuner.redo()
    tuner.redo()
    assert (str(tuner.sentence), tuner.cursor) == ("v1 split(m,6)", "m.1")
    tuner.undo()
    tuner.split(4)  # a new future
    with pytest.raises(EditError):
        tuner.redo()


@pytest.mark.parametrize("page", [DOCS / "search.md", vecwrap.search, vecwrap.measure], ids=["page", "search", "measure"])
def test_examples(page):
    """The documentation does what it shows."""
    if isinstance(page, Path):
        result = doctest.testfile(str(page), module_relative=False)
    else:
        result = doctest.testmod(page)
    assert result.attempted >= 2 and result.failed == 0


def test_every_edit_is_a_method():
    assert all(callable(getattr(Tuner, name)) for name in EDITS)
    with pytest.raises(EditError, match="no edit jump"):
        Actions(names=("jump",))


def test_an_illegal_start_is_refused():
    with pytest.raises(Refusal):
        Tuner(gemm(), sentence="v1 tile(k)")


def test_actions_limit_the_edits():
    looptune = Space(scale(), actions=Actions(factors=(4, 8, 16), names=("split", "swap_up", "swap_down")))
    assert [str(edit) for edit, _ in looptune.neighbours(looptune.schedule())] == ["split(i,4)", "split(i,8)", "split(i,16)"]


@pytest.mark.parametrize("sentence", ["v1", TILED])
def test_legal_edits_are_those_that_succeed(sentence):
    tuner = Tuner(gemm(), sentence=sentence, actions=EVERY)
    legal = tuner.legal_edits()
    for edit in tuner.space.candidates(tuner.schedule):
        before = tuner._state
        try:
            tuner.apply(edit)
        except (EditError, Refusal):
            assert edit not in legal and tuner._state == before
            continue
        assert (edit in legal) == (tuner.schedule != before.schedule)
        tuner.undo()
    assert legal and tuner.legal_edits("k") == [edit for edit in legal if "k" in edit.args]


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(choices=st.randoms(use_true_random=False))
def test_an_illegal_state_cannot_be_reached(choices):
    """Random edits, legal or not, on random nests: every state compiles, and undo goes back through exactly all of them."""
    nest, _ = choices.choice([random_nest, shaped_nest])(choices)
    tuner = Tuner(nest, actions=Actions(factors=(1, 2, 5, 16), names=tuple(EDITS)))
    states = [tuner._state]
    for _ in range(choices.randint(1, 12)):
        moves = [tuner.up, tuner.down]
        edits = [lambda edit=edit: tuner.apply(edit) for edit in tuner.space.candidates(tuner.schedule)]
        try:
            choices.choice(choices.choice([moves, edits, edits, edits]))()
        except (EditError, Refusal):
            assert tuner._state == states[-1]
            continue
        _core.compile(nest, tuner.sentence, native_target())
        assert tuner.space.schedule(tuner.sentence) == tuner.schedule
        states.append(tuner._state)
    for state in reversed(states[:-1]):
        tuner.undo()
        assert tuner._state == state
    for state in states[1:]:
        tuner.redo()
        assert tuner._state == state


def test_packs_may_be_written_before_their_loops():
    tuner = Tuner(gemm(), sentence="v1 pack(B,n.1) split(n,20)")
    assert str(tuner.sentence) == "v1 split(n,20) pack(B,n.1)"


def test_legal_sentences_round_trip():
    """A tuner that starts from any legal sentence holds the same loops; its own sentence is a fixed point."""
    started = 0
    for seed in range(600):
        choices = random.Random(seed)
        nest, _ = (random_nest, shaped_nest)[seed % 2](choices)
        sentence = Sentence(random_sentence(choices, nest))
        try:
            kernel = _core.compile(nest, sentence, native_target())
        except Refusal:
            continue
        started += 1
        tuner = Tuner(nest, sentence=sentence)
        again = _core.compile(nest, tuner.sentence, native_target())
        assert sorted(again.loop_tree.splitlines()) == sorted(kernel.loop_tree.splitlines()), sentence
        assert Tuner(nest, sentence=tuner.sentence).schedule == tuner.schedule
    assert started > 200


def test_products_within_lanes():
    """Of narrow integers: the heuristic's sentence has `dot`, the tuner keeps it, edits change it, and searches try it."""
    nest = vw.Nest("gemm", "i32")
    m, n, k = nest.dims(m=8, n=32, k=16)
    A, B, C = nest.tensor("A", (m, k), type="u8"), nest.tensor("B", (k, n), type="i8"), nest.tensor("C", (m, n))
    C[m, n] += A[m, k] * B[k, n]
    tuner = Tuner(nest, "x86-64-avx2", "v1 split(n,16) reorder(m,n,k,n.1) tile(n.1) vectorize(n.1) unroll(k,2) dot(k,2)")
    assert "dot(k,2)" in str(tuner.sentence)
    tuner.dot(1, "k")
    assert "dot" not in str(tuner.sentence)
    assert "dot(k,2)" in map(str, tuner.legal_edits("k"))
    tuner.undo()
    assert str(Tuner(nest, "x86-64-avx2", nest.heuristic("x86-64-avx2")).sentence)


def test_blocks_of_a_matrix_unit_are_kept():
    nest = vw.Nest("gemm", "i32")
    m, n, k = nest.dims(m=64, n=64, k=64)
    A, B, C = nest.tensor("A", (m, k), type="u8"), nest.tensor("B", (k, n), type="i8"), nest.tensor("C", (m, n))
    C[m, n] += A[m, k] * B[k, n]
    given = nest.heuristic("x86-64-amx")
    tuner = Tuner(nest, "x86-64-amx", given)
    assert "matrix(m.1,n.1,k)" in str(given) and Tuner(nest, "x86-64-amx", tuner.sentence).schedule == tuner.schedule
    assert nest.schedule(tuner.sentence, "x86-64-amx").code == nest.schedule(given, "x86-64-amx").code
    tuner.resize(16, "m.1")
    assert "split(m,16)" in str(tuner.sentence) and "matrix(m.1,n.1,k)" in str(tuner.sentence)


def test_collapsed_loops_are_kept():
    nest = vw.Nest("scale", "f32")
    i, j = nest.dims(i=12, j=20)
    X, Y = nest.tensor("X", (i, j)), nest.tensor("Y", (i, j))
    Y[i, j] = X[i, j] * 2.0
    tuner = Tuner(nest)
    tuner.collapse("j")
    tuner.split(16)
    tuner.vectorize("i.1")
    assert str(tuner.sentence) == "v1 collapse(i,j) split(i,16) tile(i.1) vectorize(i.1)"
    assert Tuner(nest, sentence=tuner.sentence).schedule == tuner.schedule
    with pytest.raises(EditError, match="i is split"):
        tuner.expand("i")
    tuner.merge()
    tuner.expand()
    assert tuner.schedule.names == ("i", "j")


def test_buffers_with_an_order_and_prefetches_are_kept():
    text = TILED.replace("tile", "pack(B,n,k,n) tile") + " prefetch(A,k,8)"
    tuner = Tuner(gemm(), sentence=text)
    assert str(tuner.sentence) == text
    tuner.unpack("B")
    assert "pack" not in str(tuner.sentence) and "prefetch(A,k,8)" in str(tuner.sentence)
