"""Step dot along the lanes: both factors are contiguous along the sum. Kernels against the interpreter, between guard pages."""

import collections
import random

import pytest
import vecwrap as vw
from fuzzing.case import ALWAYS, HEURISTIC, Case
from fuzzing.nests import BYTES
from test_dot import PAIRS, WITH_VNNI, gemm
from test_fuzz import RUNNABLE, check
from vecwrap import _core

EXTENTS = (1, 2, 3, 5, 8, 15, 16, 17, 31, 32, 33, 63, 64, 65, 100, 129)
AVX = [name for name in RUNNABLE if name != "x86-64"]
ELEMENTS = {4: 64, 2: 32}  # of a vector, at most


def product(choices: random.Random) -> tuple[_core.Nest, dict[str, int], int]:
    """C[i,j] = or += sum over p, k of A[i,p,k] B[j,p,k]; extents and strides constant or known at run time."""
    a, b = choices.choice(PAIRS)
    nest = _core.Nest("dot", "i32")
    extents = [choices.choice(EXTENTS[:6]), choices.choice(EXTENTS[:6]), choices.choice([1, 1, 3]), choices.choice(EXTENTS)]
    symbols: dict[str, int] = {}

    def number(value: int) -> int | str:
        if choices.random() < 0.6:
            return value
        name = f"n{len(symbols)}"
        nest.add_symbol(name)
        symbols[name] = value
        return name

    for name, extent in zip("ijpk", extents):
        nest.add_dim(name, number(extent), name in "pk")

    def access(tensor: int, dims: str) -> int:
        strides: list[int | str] = [0] * 4
        unit = step = BYTES[nest.tensor_types[tensor]]
        for dim in reversed(dims):
            at = "ijpk".index(dim)
            strides[at] = step if step == unit else number(step)
            step *= extents[at] + choices.choice([0, 0, 3])
        return nest.add_access(tensor, strides, unit * choices.choice([0, 0, 2]))

    left = nest.load(access(nest.add_tensor("A", a), choices.choice(["ipk", "ipk", "pik", "k"])))
    right = nest.load(access(nest.add_tensor("B", b), choices.choice(["jpk", "jpk", "pjk", "k"])))
    if a == b and choices.random() < 0.2:
        right = left  # squares
    nest.out = access(nest.add_tensor("C"), "ij")
    acc = nest.acc()
    nest.init = choices.choice([nest.constant(0.0), nest.load(nest.out)])
    nest.update = choices.choice([lambda: nest.add("fma", left, right, acc),
                                  lambda: nest.add("add", nest.add("mul", right, left), acc)])()
    nest.final = acc
    assert nest.validate() == "", nest.validate()
    return nest, symbols, 2 if "i16" in (a, b) else 4


def sentence(choices: random.Random, nest: _core.Nest, group: int) -> str:
    known = {name: extent for name, extent, _ in nest.dims}
    steps, loops = [], {}
    width = choices.choice([1, 1, 2, 3]) * ELEMENTS[group] // choices.choice([1, 2])
    for name, factor in [("i", choices.choice([1, 2, 3])), ("j", choices.choice([1, 2, 4])), ("k", width)]:
        extent = known[name]
        loops[name] = [name]
        if isinstance(extent, str) or extent > factor:
            steps.append(f"split({name},{factor})")
            loops[name].append(f"{name}.1")
    outer = [loops[name][0] for name in choices.choice(["ji", "ij"]) if len(loops[name]) > 1]
    tile = [loops[name][-1] for name in "ijk"]
    steps.append(f"reorder({','.join([*outer, 'p', *loops['k'][:-1], *tile])})")
    steps.append(f"tile({','.join(tile)}) vectorize({tile[2]}) dot({tile[2]},{group})")
    return " ".join(["v1", *steps])


@pytest.mark.parametrize("target", AVX)
def test_kernels_equal_the_interpreter(worker, target):
    """Tails of rows and of the sum (one element, whole vectors); signs alike and not; widened where the target has no more."""
    statuses = collections.Counter()
    for seed in range(300):
        choices = random.Random(f"{seed} {target}")
        nest, symbols, group = product(choices)
        text = sentence(choices, nest, choices.choice([group, 2]) if target in WITH_VNNI else 2)
        if seed % 6 == 0:
            text = choices.choice([ALWAYS, HEURISTIC])
        statuses[check(worker, Case(str(nest), text, target, symbols, seed))] += 1
    assert statuses["ok"] > 200, statuses


STEPS = "v1 split(k,64) reorder(i,j,k,k.1) tile(k.1) vectorize(k.1) dot(k.1,4)"


def test_the_lanes_take_whole_vectors_of_both_operands():
    assembly = gemm("u8", "i8", True).schedule(STEPS, "x86-64-avx512-vnni").assembly
    assert assembly.count("vpdpbusd zmm") == 2 and "vpmovzxbd" not in assembly, "whole vectors, and what is left of the sum"


@pytest.mark.parametrize("steps,target,detail", [
    (f"{STEPS} pack(B,-)", "x86-64-avx512-vnni", "tensor 'B' is packed, and the lanes are along the sum"),
    (STEPS.replace("4)", "2)"), "x86-64", "lanes along the loop of dot need AVX2")])
def test_refusals_say_what_does_not_fit(steps, target, detail):
    with pytest.raises(vw.Refusal, match=detail) as refusal:
        gemm("u8", "i8", True, 4, 64, 128).schedule(steps, target)
    assert refusal.value.name == "dot-shape"


def test_a_factor_across_the_sum_is_refused():
    with pytest.raises(vw.Refusal, match="tensor 'B' is not contiguous along the sum") as refusal:
        gemm("u8", "i8").schedule(STEPS, "x86-64-avx512-vnni")
    assert refusal.value.name == "dot-shape"


@pytest.mark.parametrize("target,group", [("x86-64-avx512-vnni", 4), ("x86-64-avx2-vnni", 4), ("x86-64-avx2", 2)])
@pytest.mark.parametrize("rows", [1, 4])
def test_few_rows_by_rows_are_multiplied_where_they_lie(target, group, rows):
    proposed = str(_core.propose(gemm("u8", "i8", True, rows, 1024, 1024).core, vw.find_target(target), 1)[0])
    assert f"dot(k.1,{group})" in proposed and "pack" not in proposed, proposed


@pytest.mark.parametrize("target,zips,folds", [("x86-64-avx512-vnni", 6, 5), ("x86-64-avx2-vnni", 6, 4)])
def test_sums_of_four_columns_are_joined_at_once(target, zips, folds):
    steps = "v1 split(j,4) split(k,64) reorder(i,j,k,j.1,k.1) tile(j.1,k.1) vectorize(k.1) dot(k.1,4)"
    program = gemm("u8", "i8", True, 4, 64, 128).schedule(steps, target).vector_program
    assert (program.count("v.zip"), program.count("v.fold")) == (zips, folds), program
