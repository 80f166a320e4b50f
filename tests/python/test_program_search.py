"""Tuning and searching programs: which nests share loops, at which level; and that no illegal state can be reached."""

import random

import pytest
from fuzzing.programs import random_program, random_program_sentence
from nest_programs import mlp, softmax
from test_search import Landscape
from vecwrap import Refusal, Sentence, _core, native_target
from vecwrap.measure import Operands, Runner, WrongResult
from vecwrap.measure.check import difference
from vecwrap.measure.operands import MARGIN
from vecwrap.search import EDITS, PROGRAM_EDITS, STRATEGIES, Actions, Budget, EditError, Tuner

ROWS = "split(j,32) reorder(i,j,j.1) tile(j.1) vectorize(j.1)"
EVERY = Actions(factors=(1, 2, 5, 16), names=(*EDITS, *PROGRAM_EDITS))
QUICK = {"seconds": 0.0005, "batches": 2}


def test_softmax_by_hand():
    """From four passes over the matrix to one row at a time, and back."""
    tuner = Tuner(softmax(6, 64), runner=Runner(**QUICK))
    assert tuner.cursor == "max:i" and len(tuner.schedule.names) == 8
    tuner.share(nest="sum")
    assert str(tuner.sentence) == "v1 nest(sum) at(div,i)"
    tuner.share("div:i", nest="exp")
    tuner.share()
    assert str(tuner.sentence) == "v1 nest(max) at(div,i) nest(exp) at(div,i) nest(sum) at(div,i)"
    assert tuner.cursor == "max:i" and tuner.schedule.names[:3] == ("div:i", "max:i", "max:j")
    assert tuner.measure().checked == "interpreter" and tuner.gflops() > 0
    tuner.unshare()
    tuner.undo()
    for nest in ("max", "exp", "sum"):
        tuner.unshare(nest)
    assert str(tuner.sentence) == "v1"


def test_level_by_level():
    """The product goes deeper into the activation's loops, and out again."""
    tuner = Tuner(mlp(12, 8, 16, 8), sentence="v1 nest(gelu) split(i,4) reorder(i,j,i.1)")
    places = []
    for step in (tuner.share, tuner.share, tuner.share, tuner.unshare, tuner.unshare, tuner.unshare):
        step(nest="first")
        places.append(tuner.schedule.place("first"))
    assert places == [("gelu", "i"), ("gelu", "j"), ("gelu", "i.1"), ("gelu", "j"), ("gelu", "i"), None]
    with pytest.raises(EditError, match="first runs by itself"):
        tuner.unshare("first")
    with pytest.raises(EditError, match="no later nest reads what second writes"):
        tuner.share(nest="second")
    with pytest.raises(Refusal, match="share-order"):
        tuner.share("first:i", nest="second")


def test_guests_stay_with_their_loop():
    """Splitting a shared loop shares its inner part; merging it shares the whole again."""
    tuner = Tuner(mlp(12, 8, 16, 8), sentence="v1 nest(gelu) at(second,i)")
    tuner.split(4, "second:i")
    assert str(tuner.sentence) == "v1 nest(gelu) at(second,i.1) nest(second) split(i,4)"
    tuner.unshare("gelu")
    assert str(tuner.sentence) == "v1 nest(gelu) at(second,i) nest(second) split(i,4)"
    tuner.share(nest="first")  # where its consumer runs
    assert "nest(first) at(second,i) nest(gelu) at(second,i)" in str(tuner.sentence)
    tuner.merge("second:i.1")
    assert str(tuner.sentence) == "v1 nest(first) at(second,i) nest(gelu) at(second,i)"


def test_the_cursor_walks_the_whole_tree():
    tuner = Tuner(softmax(6, 64), sentence=f"v1 nest(max) at(div,i) nest(exp) at(div,i) nest(sum) at(div,i) nest(div) {ROWS}")
    walked = [tuner.cursor]
    while tuner.cursor != tuner.schedule.names[-1]:
        tuner.down()
        walked.append(tuner.cursor)
    assert walked == ["div:i", "max:i", "max:j", "exp:i", "exp:j", "sum:i", "sum:j", "div:j", "div:j.1"]
    tuner.move_to("exp:j")
    assert str(tuner) == """\
  for i in 0..6
    stage m 1
    stage e 64
    stage s 1
    for j in 0..64 reduce
      max
>   for j in 0..64
      exp
    for j in 0..64 reduce
      sum
    for j in 0..64 step 32
      for j.1 in 0..32 tile vector
        div"""
    tuner.up()  # a loop of one iteration is not printed: its nest is marked
    assert tuner.cursor == "exp:i" and "\n>     exp\n" in str(tuner)
    tuner.down()
    tuner.split(16)
    tuner.vectorize("j.1")
    assert tuner.cursor == "exp:j.1" and "nest(exp) at(div,i) split(j,16) tile(j.1) vectorize(j.1)" in str(tuner.sentence)


def test_edits_of_what_is_not_there():
    tuner = Tuner(softmax(6, 64))
    for edit, message in [
            (lambda: tuner.split(2, "mean:i"), "no nest mean"), (lambda: tuner.swap("max:i", "exp:i"), "loops of one nest"),
            (lambda: tuner.split(2, "z"), "no loop z"), (lambda: tuner.share("div:z"), "no loop z"),
            (lambda: tuner.share("softmax:i"), "no nest softmax"), (lambda: tuner.share(nest="mean"), "no nest mean")]:
        with pytest.raises(EditError, match=message):
            edit()
        assert str(tuner.sentence) == "v1"
    single = Tuner(softmax(6, 64).nests[0])
    with pytest.raises(EditError, match="share is for programs"):
        single.share()


@pytest.mark.parametrize("seed", range(40))
def test_an_illegal_state_cannot_be_reached(seed):
    """Random edits, legal or not, on random programs: every state compiles, and undo goes back through all of them."""
    choices = random.Random(seed)
    program, sentence = legal(choices)
    tuner = Tuner(program, sentence=sentence, actions=EVERY)
    states = [tuner._state]
    for _ in range(8):
        edits = tuner.space.candidates(tuner.schedule)
        chosen = choices.choice([[edit for edit in edits if edit.name in PROGRAM_EDITS] or edits, edits])
        try:
            tuner.apply(choices.choice(chosen))
        except (EditError, Refusal):
            assert tuner._state == states[-1]
            continue
        _core.compile(program, tuner.sentence, native_target())
        assert tuner.space.schedule(tuner.sentence) == tuner.schedule
        assert str(tuner).count("\n> ") + str(tuner).startswith("> ") == 1
        states.append(tuner._state)
    for state in reversed(states[:-1]):
        tuner.undo()
        assert tuner._state == state


def legal(choices):
    """A program and a sentence for it."""
    while True:
        program, _ = random_program(choices)
        for _ in range(20):
            sentence = Sentence(random_program_sentence(choices, program))
            try:
                _core.compile(program, sentence, native_target())
                return program, sentence
            except Refusal:
                continue


def test_legal_sentences_round_trip():
    """A tuner that starts from any legal sentence of a program holds the same tree; its own sentence is a fixed point."""
    shared = 0
    for seed in range(150):
        program, sentence = legal(random.Random(seed))
        tuner = Tuner(program, sentence=sentence)
        trees = [_core.compile(program, s, native_target()).loop_tree for s in (sentence, tuner.sentence)]
        assert sorted(trees[0].splitlines()) == sorted(trees[1].splitlines())
        assert Tuner(program, sentence=tuner.sentence).schedule == tuner.schedule
        shared += "at(" in str(sentence)
    assert shared > 30


# Measuring


def test_programs_are_measured():
    program = softmax("n", 64)
    found = Runner(**QUICK).measure(program, "v1 nest(max) at(div,i) nest(exp) at(div,i) nest(sum) at(div,i)",
                                    symbols={"n": 5} | {name: 256 for name in program.core.symbols if name != "n"})
    assert found.checked == "interpreter" and 0 < found.seconds_best <= found.seconds_median


def test_programs_with_a_workspace_are_measured():
    program = softmax(300, 256)
    assert program.schedule("v1").workspace_bytes > 0
    assert Runner(**QUICK).measure(program, "v1").checked == "interpreter"
    assert Runner(**QUICK, exact_points=10).measure(program, "v1").checked == "kernel"


@pytest.mark.parametrize("what", ["nothing", "temporary"])
def test_wrong_results_of_programs_are_never_timed(monkeypatch, what):
    """Interpreter and kernel disagree: one of them does not run."""
    monkeypatch.setattr(_core, "interpret" if what == "nothing" else "Loaded", lambda *args: lambda *block: None)
    with pytest.raises(WrongResult, match="elements differ"):
        Runner(**QUICK).measure(softmax(4, 32), "v1")


def test_every_output_is_compared():
    program = _core.Program("softmax", softmax(4, 32).core.nests, ["m", "s"])
    operands = Operands(program, {})
    assert [operands.tensors[t] for t in operands.outputs] == ["e", "Y"]
    expected = operands.run(lambda args: _core.interpret(program, args))
    actual = [buffer.copy() for buffer in expected]
    actual[0][MARGIN] ^= 1
    assert difference(operands, expected, actual).startswith("e: 1 of 128 elements differ, first at 0")


# Searching


def bytes_moved(program):
    """A made-up time: what the temporaries take, and a little for every loop."""
    def seconds(sentence):
        kernel = _core.compile(program.core, Sentence(sentence), native_target())
        return 1.0 + kernel.workspace_bytes + kernel.stack_bytes + kernel.loop_tree.count("\n") * 1e-3
    return seconds


@pytest.mark.parametrize("strategy", ["greedy1", "beam2dfs", "beam2bfs", "random", "evolution"])
def test_softmax_is_found(strategy):
    """Each temporary is a row at most when all nests run in loops over the rows."""
    program = softmax(64, 128)
    search = STRATEGIES[strategy](budget=Budget(None, 400), steps=6, runner=Landscape(bytes_moved(program)),
                                  actions=Actions(names=("share", "unshare")))
    tree = _core.compile(program.core, Sentence(search.search(program).best().sentence), native_target()).loop_tree
    assert "stage e 128\n" in tree and "stage m 1\n" in tree and "stage s 1\n" in tree


def test_mlp_is_found():
    """Blocks of rows go through all three nests: the loop over the rows is split and shared, in any order of edits."""
    program = mlp(48, 16, 64, 16)
    search = STRATEGIES["greedy1"](budget=Budget(None, 2000), steps=8, runner=Landscape(bytes_moved(program)),
                                   actions=Actions(factors=(4, 8), names=("split", "share", "unshare")))
    best = search.search(program).best().sentence
    assert "nest(first) at(" in best and "nest(gelu) at(" in best
    assert _core.compile(program.core, Sentence(best), native_target()).workspace_bytes == 0


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_real_measurements(strategy):
    """Every strategy on a real program: legal sentences, each measured once and checked."""
    program = softmax(16, 64)
    result = STRATEGIES[strategy](budget=Budget(None, 8), runner=Runner(**QUICK)).search(program)
    sentences = [found.sentence for found in result.evaluations]
    assert sentences[0] == "v1" and 1 < len(sentences) == len(set(sentences)) <= 8
    assert all(found.seconds > 0 for found in result.evaluations) and result.nest == str(program.core)
