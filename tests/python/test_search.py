"""The searches, most of them on a made-up landscape, where nothing is measured and everything is the same every time."""

import builtins
import time

import pytest
from looptool_nests import gemm, scale
from vecwrap import Refusal, Sentence, _core, find_target, native_target
from vecwrap.measure import Measurement, Runner, WrongResult
from vecwrap.search import STRATEGIES, Actions, Budget, Evaluation, SearchResult

SPLITS = Actions(factors=(2,), names=("split",))  # from one loop: chains of loops with 2 iterations


class Landscape(Runner):
    """A runner that makes its times up."""

    def __init__(self, seconds_of, pause=0.0):
        super().__init__()
        self.seconds_of = seconds_of
        self.pause = pause
        self.asked = []

    def measure(self, nest, sentence, target="native", symbols=None):
        time.sleep(self.pause)
        self.asked.append(str(sentence))
        seconds = self.seconds_of(str(sentence))
        return Measurement(str(sentence), "landscape", seconds, seconds, 1 / seconds, 0.5, "interpreter", "")

    def prepare(self, nest, target="native", symbols=None):
        pass

    def peak(self, target="native", type="f32"):
        return 100.0


def by_splits(*seconds):
    """One time per number of splits; the last for all beyond."""
    return lambda sentence: seconds[min(sentence.count("split"), len(seconds) - 1)]


def hashed(sentence):
    return 1 + (sum(position * ord(letter) for position, letter in enumerate(sentence)) % 97)


def search(name, seconds_of=hashed, nest=None, resume=None, pause=0.0, **settings):
    settings = {"budget": Budget(None, 60), "actions": SPLITS, "runner": Landscape(seconds_of, pause), **settings}
    return STRATEGIES[name](**settings).search(nest or scale(), resume=resume)


def depths(result):
    return [len(result.path(found.sentence)) - 1 for found in result.evaluations]


def sentences(result):
    return [found.sentence for found in result.evaluations]


# What tells the strategies apart (thesis, section 3.7)


def test_greedy_stops_where_no_edit_helps():
    result = search("greedy1", by_splits(5, 4, 3, 6, 1))
    assert result.stopped == "done" and result.best().sentence.count("split") == 2 and max(depths(result)) == 3


def test_lookahead_of_two_tolerates_one_bad_step():
    hill = by_splits(5, 6, 3, 9, 9, 1)
    assert search("greedy1", hill).best().sentence == "v1"
    result = search("greedy2", hill)
    assert result.best().sentence.count("split") == 2 and result.stopped == "done"


def test_greedy_goes_one_edit_at_a_time():
    """Towards what it sees two edits away: after two steps with a lookahead of two it has seen three edits deep."""
    assert max(depths(search("greedy2", by_splits(9, 10, 8, 7, 6, 5), steps=2, budget=Budget(None, 1000)))) == 3


def test_greedy_walks_at_most_steps():
    assert max(depths(search("greedy1", by_splits(9, 8, 7, 6, 5, 4, 3), steps=2))) == 2


@pytest.mark.parametrize("name, width", [("beam2dfs", 2), ("beam4dfs", 4)])
def test_depth_first_goes_down_though_things_get_worse(name, width):
    result = search(name, by_splits(1, 2, 3, 4, 5, 6), steps=4)
    children = [sum(found.parent == parent.sentence for found in result.evaluations) for parent in result.evaluations]
    assert depths(result)[:8] == [0, 1, 2, 2, 3, 3, 3, 4]
    assert max(depths(result)) == 4 and max(children) >= 3


def test_breadth_first_finishes_layers_in_order():
    result = search("beam2bfs", steps=4, budget=Budget(None, 1000))
    assert depths(result) == sorted(depths(result)) and max(depths(result)) == 4
    assert result.stopped == "done"


@pytest.mark.parametrize("kind", ["dfs", "bfs"])
def test_a_wide_beam_sees_more(kind):
    narrow, wide = (search(f"beam{width}{kind}", steps=4, budget=Budget(None, 1000)) for width in (2, 4))
    assert set(sentences(narrow)) < set(sentences(wide))


def test_a_beam_expands_the_fastest():
    """Per schedule, only its two fastest children have children."""
    result = search("beam2bfs", steps=3, budget=Budget(None, 1000))
    parents = {found.parent for found in result.evaluations}
    for parent in parents - {""}:
        children = sorted((found for found in result.evaluations if found.parent == parent), key=lambda found: found.seconds)
        for child in children[2:]:
            assert child.sentence not in parents


@pytest.mark.parametrize("name", ["beam2dfs", "beam2bfs"])
def test_the_way_back_does_not_fill_the_beam(name):
    """The start is the fastest, and one merge away from its children, whose beams are full nevertheless."""
    result = search(name, by_splits(1, 2, 3, 4), actions=Actions(factors=(2,), names=("split", "merge")), steps=3)
    parents = {found.parent for found in result.evaluations}
    assert sum(found.sentence in parents for found in result.evaluations if found.parent == "v1 split(i,2)") == 2


def test_random_walks_have_a_length():
    result = search("random", steps=3)
    assert max(depths(result)) == 3 and len(result.evaluations) == len(set(sentences(result)))


def test_random_search_ends_when_there_is_nothing_new():
    result = search("random", nest=scale(2), steps=2, budget=Budget(None, 1000))
    assert result.stopped == "done" and len(result.evaluations) < 10


def test_evolution_improves_on_a_smooth_landscape():
    """More splits are better; selection gets further than as many random walks on average do."""
    result = search("evolution", lambda sentence: 1 / (1 + sentence.count("split")), budget=Budget(None, 200), steps=6)
    assert max(depths(result)) >= 4 and result.best().sentence.count("split") == 6


# What they share


@pytest.mark.parametrize("name", STRATEGIES)
def test_real_measurements(name):
    """Every strategy on a real nest: legal sentences, each measured once, within the budget."""
    nest = gemm()
    result = STRATEGIES[name](budget=Budget(None, 12), runner=Runner(seconds=0.0005, batches=2)).search(nest)
    assert 1 < len(result.evaluations) <= 12 and len(set(sentences(result))) == len(result.evaluations)
    assert result.evaluations[0].sentence == "v1" and result.best() in result.evaluations
    assert all(found.seconds > 0 and found.gflops > 0 for found in result.evaluations)
    assert [found.time for found in result.evaluations] == sorted(found.time for found in result.evaluations)
    for found in result.evaluations:
        _core.compile(nest, Sentence(found.sentence), native_target())
        assert result.path(found.sentence)[0].parent == ""


@pytest.mark.parametrize("name", STRATEGIES)
def test_the_same_seed_searches_the_same(name):
    first, second, other = (search(name, nest=gemm(), actions=Actions(), seed=seed) for seed in (1, 1, 2))
    assert sentences(first) == sentences(second)
    assert (sentences(first) != sentences(other)) == (name in ("random", "evolution"))


@pytest.mark.parametrize("name", sorted(set(STRATEGIES) - {"heuristic"}))
def test_budgets(name):
    downhill = {"seconds_of": lambda sentence: 1 / len(sentence), "nest": gemm(), "actions": Actions()}
    counted = search(name, budget=Budget(None, 5), **downhill)
    assert (counted.stopped, len(counted.evaluations)) == ("evaluations", 5)
    timed = search(name, budget=Budget(0.05), pause=0.01, **downhill)
    assert timed.stopped == "time" and len(timed.evaluations) <= 6 and timed.elapsed >= 0.05


def test_a_budget_is_needed():
    with pytest.raises(ValueError, match="needs a budget"):
        Budget(None)
    assert len(search("random", budget=Budget(0.0)).evaluations) == 1  # the start, whatever the budget


@pytest.mark.parametrize("name", STRATEGIES)
def test_nothing_is_measured_twice(name):
    landscape = Landscape(hashed)
    search(name, runner=landscape, nest=gemm(), actions=Actions())
    assert len(landscape.asked) == len(set(landscape.asked))


@pytest.mark.parametrize("start, first", [("naive", "v1"), ("heuristic", None), ("v1 split(i,8)", "v1 split(i,8)")])
def test_starts(start, first):
    began = Sentence(sentences(search("greedy1", start=start))[0])
    wanted = Sentence(first) if first else _core.propose(scale(), native_target(), 1, always=True)[0]
    assert _core.compile(scale(), began, native_target()).code == _core.compile(scale(), wanted, native_target()).code


def test_illegal_starts_are_refused():
    with pytest.raises(Refusal):
        search("greedy1", start="v1 tile(k)", nest=gemm())


def test_proposals_differ_and_come_best_first():
    strategy = STRATEGIES["random"](budget=Budget(None, 30), actions=SPLITS, runner=Landscape(hashed))
    proposed = strategy.propose(scale(), n=5)
    assert len({str(sentence) for sentence in proposed}) == 5
    assert [hashed(str(s)) for s in proposed] == sorted(hashed(str(s)) for s in proposed)


@pytest.mark.parametrize("target", [t.name for t in _core.targets() if _core.runs_here(t)])
def test_targets(target):
    result = STRATEGIES["heuristic"](budget=Budget(None, 3), runner=Runner(seconds=0.0005)).search(gemm(), target)
    assert result.target == target
    for found in result.evaluations:
        _core.compile(gemm(), Sentence(found.sentence), find_target(target))


def test_nests_that_only_move_data_are_ranked_by_time():
    nest = _core.Nest("copy")
    nest.add_dim("i", 4096)
    nest.final = nest.load(nest.add_access(nest.add_tensor("X"), [4]))
    nest.out = nest.add_access(nest.add_tensor("Y"), [4])
    result = STRATEGIES["heuristic"](budget=Budget(None, 5), runner=Runner(seconds=0.001)).search(nest)
    assert result.best().gflops == 0 and result.best().seconds == min(found.seconds for found in result.evaluations)


def test_wrong_results_end_a_search():
    def broken(sentence):
        raise WrongResult("first element differs")
    with pytest.raises(WrongResult, match="first element"):
        search("random", broken)


def test_symbols_reach_the_runner():
    nest = gemm("m", 64, 64)
    result = STRATEGIES["random"](budget=Budget(None, 4), symbols={"m": 9}, runner=Runner(seconds=0.0005)).search(nest)
    assert result.symbols == {"m": 9} and len(result.evaluations) == 4


# Results


def result_of(*seconds):
    evaluations = [Evaluation(float(i), f"v1 split(i,{i + 1})", s, 1 / s) for i, s in enumerate(seconds)]
    return SearchResult("random", 0, "nest", {}, "target", "cpu", 100.0, evaluations)


def test_best_top_and_curve():
    result = result_of(5.0, 3.0, 4.0, 3.0, 1.0)
    assert result.best().time == 4.0
    assert [found.seconds for found in result.top(3)] == [1.0, 3.0, 3.0]
    assert [found.time for found in result.curve()] == [0.0, 1.0, 4.0]
    with pytest.raises(ValueError, match="measured nothing"):
        result_of().best()
    with pytest.raises(KeyError):
        result.path("v1")


def test_paths_say_how():
    result = search("greedy1", by_splits(5, 4, 3, 6), nest=scale())
    path = result.path(result.best().sentence)
    assert [found.edit for found in path][0] == "" and all(found.edit.startswith("split(") for found in path[1:])
    assert len(path) == 3


def test_json_round_trip():
    result = search("evolution")
    assert SearchResult.from_json(result.to_json()) == result


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"version": 0}', '{"version": 1, "evaluations": []}',
                                  '{"version": 1, "evaluations": [{"x": 1}]}', '{"version": 1, "evaluations": 3}'])
def test_what_is_no_result(text):
    with pytest.raises(ValueError):
        SearchResult.from_json(text)


@pytest.mark.parametrize("name", ["random", "evolution", "greedy1", "beam2bfs"])
def test_resumed_searches_go_on(name):
    """What was measured is not measured again; in the end the trajectory is that of one long search."""
    downhill = {"nest": gemm(), "actions": Actions(), "seconds_of": lambda sentence: 1 / len(sentence) + hashed(sentence) * 1e-6}
    half = search(name, budget=Budget(None, 20), **downhill)
    landscape = Landscape(downhill.pop("seconds_of"))
    rest = search(name, budget=Budget(None, 20), runner=landscape, resume=SearchResult.from_json(half.to_json()), **downhill)
    whole = search(name, budget=Budget(None, 40), runner=Landscape(landscape.seconds_of), **downhill)
    assert sentences(rest) == sentences(whole) and rest.evaluations[:20] == half.evaluations
    assert not set(landscape.asked) & set(sentences(half))
    assert all(found.time >= half.elapsed for found in rest.evaluations[20:])


def test_results_of_other_nests_cannot_be_resumed():
    with pytest.raises(ValueError, match="its nest differs"):
        search("random", nest=gemm(), resume=search("random"))


# Progress


def test_progress_with_rich(capsys):
    pytest.importorskip("rich")
    assert search("random", progress=True).evaluations
    assert "random" in capsys.readouterr().out


def test_progress_without_rich(monkeypatch, capsys):
    original = builtins.__import__

    def without(name, *args, **kwargs):
        if name.startswith("rich"):
            raise ImportError(name)
        return original(name, *args, **kwargs)
    monkeypatch.setattr(builtins, "__import__", without)
    assert search("random", progress=True).evaluations
    assert capsys.readouterr().out == ""
