"""Places of extrema: argmax and argmin as one reduction. Kernels against the interpreter, the interpreter against numpy."""

import collections
import random

import numpy as np
import pytest
import vecwrap as vw
from fuzzing.case import ALWAYS, HEURISTIC, Case
from fuzzing.nests import Maker
from fuzzing.sentences import random_sentence
from test_fuzz import RUNNABLE, check
from vecwrap import _core, find_target

ORDERINGS = ("ogt", "oge", "olt", "ole", "ugt", "uge", "ult", "ule")
ROWS = {"rows": lambda X, i, k: X[i, k], "columns": lambda X, i, k: X[k, i]}


def nest_of(m: int | str, n: int | str, layout: str, function, dtype: str = "f32", stored: str | None = None) -> vw.Nest:
    nest = vw.Nest("place", dtype)
    i, k = nest.dims(i=m, k=n)
    X = nest.tensor("X", (i, k) if layout == "rows" else (k, i), type=stored)
    nest.tensor("Y", (i,), type="i32")[i] = function(ROWS[layout](X, i, k))
    return nest


def values(rng, shape, kind: str):
    """Few different ones, so that most extrema are found in several places."""
    x = rng.integers(-3, 4, shape)
    if kind == "infinite":
        return np.where(x > 0, np.inf, np.where(x < -1, -np.inf, x)).astype("f4")
    return x.astype(kind)


@pytest.mark.parametrize("layout", ROWS)
@pytest.mark.parametrize("kind,dtype,stored", [("f4", "f32", None), ("f8", "f64", None), ("i4", "i32", None), ("i1", "i32", "i8"),
                                               ("i8", "i64", None), ("i2", "i64", "i16"), ("infinite", "f32", None)])
@pytest.mark.parametrize("target", RUNNABLE)
def test_first_and_last_places_are_numpy_s(layout, kind, dtype, stored, target):
    for m, n in [(1, 1), (3, 17), (37, 40)]:
        x, y = values(np.random.default_rng(m), (m, n), kind), np.zeros(m, np.int32)
        flipped = n - 1 - np.argmax(x[:, ::-1], 1), n - 1 - np.argmin(x[:, ::-1], 1)
        for function, want in [(vw.argmax, np.argmax(x, 1)), (vw.argmin, np.argmin(x, 1)),
                               (lambda v: vw.argmax(v, last=True), flipped[0]), (lambda v: vw.argmin(v, last=True), flipped[1])]:
            nest = nest_of(m, n, layout, function, dtype, stored)
            given = np.ascontiguousarray(x if layout == "rows" else x.T)
            nest.interpret(given, y)
            assert np.array_equal(y, want)
            y[:] = -9
            nest.schedule(_core.propose(nest.core, find_target(target), 1, always=True)[0], target)(given, y)
            assert np.array_equal(y, want)


def test_nothing_but_the_least_value_or_nan_is_at_zero():
    for value in (-np.inf, np.nan):
        y = np.full(2, -9, np.int32)
        nest_of(2, 5, "rows", vw.argmax).interpret(np.full((2, 5), value, "f4"), y)
        assert (y == 0).all()
    x, y = np.array([[np.nan, 1, np.nan, 2, np.nan]], "f4"), np.zeros(1, np.int32)
    nest_of(1, 5, "rows", vw.argmax).interpret(x, y)
    assert y[0] == 3
    least, y = np.full((2, 5), -2**31, np.int32), np.full(2, -9, np.int32)
    nest_of(2, 5, "rows", vw.argmax, "i32").interpret(least, y)
    assert (y == 0).all()


def random_place(choices: random.Random) -> tuple[_core.Nest, dict[str, int]]:
    """Any predicate and arrangement of an extremum's select, one to three reduction dims; final mixes place and accumulator."""
    make = Maker(choices, reassoc=choices.random() < 0.3, types=("f32", "f64", "i32", "i64"))
    nest = make.nest
    make.add_dims("ij"[:choices.choice([0, 1, 1, 2])], "pqk"[-choices.choice([1, 1, 2]):])
    loads = [nest.load(a) for a in make.inputs(choices.choice([1, 2]))]
    nest.out = make.output()
    acc, x = nest.acc(), choices.choice(loads)
    if choices.random() < 0.4:
        x = nest.add("mul", x, choices.choice(loads))
    nest.init = nest.constant(choices.choice([0.0, 1.0, -3.0]))
    nest.update = nest.select(choices.choice(ORDERINGS), *choices.sample([acc, x], 2), *choices.sample([acc, x], 2))
    place = nest.add("place")
    nest.final = choices.choice([lambda: place, lambda: nest.add("add", acc, place), lambda: nest.add("mul", place, place)])()
    assert nest.validate() == "", nest.validate()
    return nest, make.symbols


@pytest.mark.parametrize("target", RUNNABLE)
def test_kernels_equal_the_interpreter(worker, target):
    statuses = collections.Counter()
    for seed in range(300):
        choices = random.Random(f"{seed} {target}")
        nest, symbols = random_place(choices)
        text = [ALWAYS, HEURISTIC, random_sentence(choices, nest), random_sentence(choices, nest)][seed % 4]
        statuses[check(worker, Case(str(nest), text, target, symbols, seed))] += 1
    assert statuses["ok"] > 120, statuses


@pytest.mark.parametrize("vlen", [128, 512])
def test_risc_v_equals_the_interpreter(worker, vlen):
    statuses = collections.Counter()
    for seed in range(60):
        choices = random.Random(f"{seed} {vlen}")
        nest, symbols = random_place(choices)
        statuses[check(worker, Case(str(nest), ALWAYS, f"riscv64-rvv{vlen}", symbols, seed, vlen))] += 1
    assert statuses["ok"] == 60, statuses


REFUSED = [("split(k,16) reorder(i,k,k.1) tile(k.1) vectorize(k.1)", "vector-reduction"),
           ("split(k,16) split(i,16) reorder(k,i,k.1,i.1) tile(i.1) vectorize(i.1)", "partial-sums"),
           ("split(k,16) split(i,16) reorder(k,i,k.1,i.1) pack(Y,-) tile(i.1) vectorize(i.1)", "partial-sums")]


@pytest.mark.parametrize("steps,name", REFUSED)
def test_points_are_counted_in_order_and_in_one_place(steps, name):
    with pytest.raises(vw.Refusal) as refusal:
        nest_of(64, 64, "columns", vw.argmax).schedule(f"v1 {steps}", "x86-64-avx2")
    assert refusal.value.name == name


def test_the_lanes_are_parallel_and_hold_values_and_places_side_by_side():
    for layout in ROWS:
        nest = nest_of(256, 100, layout, vw.argmax)
        proposed = _core.propose(nest.core, find_target("x86-64-avx512"), 1, always=True)[0]
        program = nest.schedule(proposed, "x86-64-avx512").vector_program
        assert "vectorize(i.1)" in str(proposed) and "v.select" in program and "x 16" in program


def test_place_stands_in_final_of_an_extremum_only():
    nest = vw.Nest("sum")
    i, k = nest.dims(i=4, k=4)
    X, Y = nest.tensor("X", (i, k)), nest.tensor("Y", (i,))
    with pytest.raises(vw.NestError, match="one assignment holds one reduction"):
        Y[i] = vw.argmax(X[i, k]) + vw.sum_of(X[i, k])
    core = _core.Nest("n", "f32", False)
    core.add_dim("i", 4), core.add_dim("k", 4, True)
    x = core.load(core.add_access(core.add_tensor("X"), [16, 4]))
    core.out = core.add_access(core.add_tensor("Y"), [4, 0])
    core.init, acc = core.constant(0.0), core.acc()
    core.update, core.final = core.add("add", acc, x), core.add("place")
    assert "place takes an update that is the larger or the smaller" in core.validate()
    core.update = core.add("add", core.final, acc)
    assert core.validate() == "only final may use place"


@pytest.mark.parametrize("target", ["x86-64", "x86-64-avx2", "x86-64-avx512"])
@pytest.mark.parametrize("dtype", ["f32", "f64", "i32", "i64"])
def test_sums_products_and_extrema_are_vectorised(target, dtype):
    """Along rows under fast-math, in lanes of their own without."""
    steps = {"sum": lambda acc, x: acc + x, "product": lambda acc, x: acc * x, "max": vw.maximum, "min": vw.minimum}
    for (name, step), fast_math, layout in [(s, f, y) for s in steps.items() for f in (False, True) for y in ROWS]:
        nest = vw.Nest(name, dtype, fast_math=fast_math)
        i, k = nest.dims(i=64, k=1000)
        X = nest.tensor("X", (i, k) if layout == "rows" else (k, i))
        nest.tensor("Y", (i,))[i] = vw.fold(1.0, lambda acc, step=step: step(acc, ROWS[layout](X, i, k)))
        proposed = str(_core.propose(nest.core, find_target(target), 1, always=True)[0])
        lanes = "k" if layout == "rows" and (fast_math or dtype in ("i32", "i64")) else "i"
        assert f"vectorize({lanes}" in proposed, proposed
