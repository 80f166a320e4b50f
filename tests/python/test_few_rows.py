"""A second schedule where few rows use what the first one packs: for which sizes, and kernels against the interpreter."""

import collections
import random

import pytest
import vecwrap as vw
from fuzzing.case import Case
from fuzzing.nests import BYTES
from test_fuzz import RUNNABLE, check
from vecwrap import _core, find_target

TYPES = [("i8", "i8", "i32"), ("u8", "i8", "i32"), ("i16", "i16", "i32"), ("i32", "i32", "i32"), ("f32", "f32", "f32"),
         ("f64", "f64", "f64"), ("i8", "f32", "f32")]
SIZES = [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 64, 65, 100]


def product(a: str, b: str, computed: str, lies: str, sizes: dict[str, int | str] | None = None) -> _core.Nest:
    """C[i,j] = sum over k of A[i,k] B[k,j]; `lies`: n or t for each operand, t where it is A[k,i], B[j,k]."""
    nest = _core.Nest("product", computed)
    extents = {name: name.upper() for name in "ijk"} | (sizes or {})
    for symbol in [*(extent for extent in extents.values() if isinstance(extent, str)), "a", "b", "c"]:
        nest.add_symbol(symbol)
    for name, extent in extents.items():
        nest.add_dim(name, extent, name == "k")
    left, right = BYTES[a], BYTES[b]
    at = nest.add_access(nest.add_tensor("A", a), ["a", 0, left] if lies[0] == "n" else [left, 0, "a"], 0)
    by = nest.add_access(nest.add_tensor("B", b), [0, right, "b"] if lies[1] == "n" else [0, "b", right], 0)
    nest.out = nest.add_access(nest.add_tensor("C"), ["c", BYTES[computed], 0], 0)
    acc = nest.acc()
    nest.init, nest.final = nest.constant(0.0), acc
    nest.update = nest.add("add", nest.add("mul", nest.load(at), nest.load(by)), acc)
    assert nest.validate() == "", nest.validate()
    return nest


def few_rows(nest: _core.Nest, target: str) -> _core.FewRows | None:
    return _core.few_rows(nest, find_target(target), _core.propose(nest, find_target(target), 1)[0])


def symbols(choices: random.Random, types: tuple[str, str, str], lies: str) -> dict[str, int]:
    i, j, k = choices.choice(SIZES[:9]), choices.choice(SIZES), choices.choice(SIZES)
    a, b, c = k if lies[0] == "n" else i, j if lies[1] == "n" else k, j
    more = choices.choice([0, 0, 3])
    return {"I": i, "J": j, "K": k} | {name: (size + more) * BYTES[kind] for name, size, kind in zip("abc", (a, b, c), types)}


@pytest.mark.parametrize("lies", ["nn", "nt", "tn", "tt"])
@pytest.mark.parametrize("target", RUNNABLE)
def test_kernels_equal_the_interpreter(worker, target, lies):
    """Rows, columns and sums around tiles and vectors, between guard pages."""
    statuses = collections.Counter()
    for seed in range(120):
        choices = random.Random(f"{seed} {target} {lies}")
        types = choices.choice(TYPES)
        nest = product(*types, lies)
        few = few_rows(nest, target)
        if few and few.sentence:
            statuses[check(worker, Case(str(nest), str(few.sentence), target, symbols(choices, types, lies), seed))] += 1
    assert set(statuses) <= {"ok"}, statuses
    assert lies == "tt" or target == "x86-64" or statuses["ok"] > 20, statuses


@pytest.mark.parametrize("a,b,steps", [("i8", "i8", 32), ("u8", "i8", 32), ("i16", "i16", 16), ("i32", "i32", 8)])
def test_rows_by_rows_are_read_where_they_lie(a, b, steps):
    few = few_rows(product(a, b, "i32", "nt"), "x86-64-avx512-vnni")
    assert few and few.sentence and "pack" not in str(few.sentence) and "vectorize(k.1)" in str(few.sentence)
    assert steps / 2 <= few.steps <= 2 * steps and few.whole == 1, few.steps


def test_vectors_without_masks_are_filled():
    assert few_rows(product("u8", "i8", "i32", "nt"), "x86-64-avx2").whole == 16
    assert few_rows(product("i32", "i32", "i32", "nt"), "x86-64-avx2").whole == 1


def test_what_leaves_the_cache_is_packed():
    few = few_rows(product("f32", "f32", "f32", "nn"), "x86-64-avx512")
    assert few and few.elements == find_target("x86-64-avx512").l2_bytes // 8 and (few.steps, few.least) == (0, 0)


def test_transposing_for_few_rows_is_left_to_clang():
    few = few_rows(product("i8", "i8", "i32", "tt"), "x86-64-avx512-vnni")
    assert few and few.sentence is None and few.least == 4


@pytest.mark.parametrize("nest,target", [
    (product("i8", "i8", "i32", "nt", {"i": 4}), "x86-64-avx512-vnni"),
    (product("f32", "f32", "f32", "nn"), "riscv64-rvv128")])
def test_no_second_schedule(nest, target):
    assert few_rows(nest, target) is None


def test_what_packs_nothing_has_none():
    nest = product("f32", "f32", "f32", "nn")
    plain = vw.Sentence("v1 split(j,16) reorder(j,i,k,j.1) tile(j.1) vectorize(j.1)")
    assert _core.few_rows(nest, find_target("x86-64-avx512"), plain) is None
