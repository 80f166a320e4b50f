"""Runner: what it reports was checked, on one core, and is remembered. Times themselves are not tested."""

import ctypes
import hashlib
import json
import os

import numpy as np
import pytest
from looptool_nests import gemm, lookup, scale
from vecwrap import ArgumentError, Nest, Refusal, Sentence, _core, find_target, native_target
from vecwrap.measure import DiskCache, Runner, WrongResult, pinned
from vecwrap.measure.cache import write_atomically
from vecwrap.measure.check import corner, difference, shrunken
from vecwrap.measure.operands import MARGIN, Operands
from vecwrap.measure.peak import CHAINS, SENTENCE, SEPARATE_CHAINS, peak_gflops, peak_nest
from vecwrap.measure.reference import Reference

TILED = "v1 split(m,4) split(n,16) reorder(m,n,k,m.1,n.1) tile(m.1,n.1) vectorize(n.1)"
ALLOWED = os.sched_getaffinity(0)  # before any test measures
QUICK = {"seconds": 0.001, "batches": 3}


@pytest.fixture
def runner():
    return Runner(**QUICK)


def reference(nest, symbols=None, **changes):
    return Reference(nest, symbols or {}, native_target(), seed=0, **{"exact_points": 1 << 24, **changes})


@pytest.mark.parametrize("nest", [gemm(), gemm(type="f64"), gemm(reassoc=True), gemm(23, 37, 11)])
def test_a_measurement_is_checked_and_complete(runner, nest):
    found = runner.measure(nest, TILED)
    assert (found.sentence, found.target, found.checked) == (str(Sentence(TILED)), native_target().name, "interpreter")
    assert 0 < found.seconds_best <= found.seconds_median
    work = _core.flops(nest, Operands(nest, {}).args)
    assert found.gflops == pytest.approx(work / found.seconds_best / 1e9)
    assert found.peak_fraction == pytest.approx(found.gflops / runner.peak("native", nest.type))


def test_nests_declared_in_python(runner):
    nest = Nest("twice")
    (i,) = nest.dims(i=64)
    x, y = nest.tensor("X", (i,)), nest.tensor("Y", (i,))
    y[i] = x[i] + x[i]
    assert runner.measure(nest, "v1 tile(i) vectorize(i)").gflops > 0


def test_indices_stay_inside(runner):
    assert Operands(lookup(rows=12, columns=8), {}).reach(1) == (0, 16 * 8 * 4)  # whatever row an index below 16 names
    assert runner.measure(lookup(), "v1").checked == "interpreter"


def test_symbols(runner):
    nest = gemm("m", 64, 64)
    for m in (7, 63):
        found = runner.measure(nest, "v1", symbols={"m": m})
        assert found.gflops * found.seconds_best * 1e9 == pytest.approx(2 * m * 64 * 64)
    with pytest.raises(ArgumentError, match="needs values for its symbols m"):
        runner.measure(nest, "v1")
    with pytest.raises(ArgumentError, match="no symbol lda"):
        runner.measure(nest, "v1", symbols={"m": 8, "lda": 3})
    with pytest.raises(ArgumentError, match="extent 0"):
        runner.measure(nest, "v1", symbols={"m": 0})


def test_refusals_pass_through(runner):
    with pytest.raises(Refusal) as refused:
        runner.measure(gemm(), "v1 tile(k)")
    assert refused.value.name == "tile-reduction"


def test_nonsense_settings():
    with pytest.raises(ArgumentError, match="seconds=0"):
        Runner(seconds=0)


# What is compared


def test_operands_are_deterministic():
    first, same, other = (Operands(gemm(), {}, seed) for seed in (1, 1, 2))
    assert all(np.array_equal(a, b) for a, b in zip(first.pristine, same.pristine))
    assert not np.array_equal(first.pristine[0], other.pristine[0])
    assert all((address % 64) == 0 for address in first.args[:3])


def test_misaligned_elements_are_refused():
    nest = _core.Nest("odd")
    nest.add_dim("i", 4)
    nest.final = nest.load(nest.add_access(nest.add_tensor("X"), [6]))
    nest.out = nest.add_access(nest.add_tensor("Y"), [4])
    with pytest.raises(ArgumentError, match="tensor X"):
        Operands(nest, {})


def wrong_kernel(kind):
    """What a broken kernel could do, given the addresses of A, B and C."""
    def call(args):
        if kind == "outside":
            ctypes.memset(args[2] - 4, 0, 1)
        if kind == "input":
            ctypes.memset(args[0], 0, 4)
    return call


@pytest.mark.parametrize("kind, message", [("nothing", "elements differ, first at 0"), ("outside", "byte -4 .* outside"),
                                           ("input", "input A was written")])
@pytest.mark.parametrize("exact_points", [1 << 24, 100])
def test_wrong_results_are_never_timed(kind, message, exact_points):
    broken = reference(gemm(), exact_points=exact_points)
    with pytest.raises(WrongResult, match=message) as wrong:
        broken.check(wrong_kernel(kind), Sentence(TILED))
    assert TILED in str(wrong.value) and "dim m 24" in str(wrong.value)


def altered(nest, by):
    """The result, and the result with one element off by some units in the last place."""
    operands = Operands(nest, {})
    expected = operands.run(lambda args: _core.interpret(nest, args))
    actual = [expected[0].copy()]
    actual[0][MARGIN:MARGIN + 4].view(np.int32)[0] += by
    return operands, expected, actual


def test_strict_nests_agree_in_every_bit():
    assert "1 of 960 elements differ" in difference(*altered(gemm(), 1))


def test_reassociated_sums_may_round_differently():
    assert difference(*altered(gemm(reassoc=True), 2)) == ""
    assert "1 of 960" in difference(*altered(gemm(reassoc=True), 2000))


def test_nans_are_equal_whatever_their_payload():
    operands, expected, actual = altered(gemm(), 0)
    for buffers, bits in ((expected, 0x7FC00000), (actual, 0xFFC00001)):
        buffers[0][MARGIN:MARGIN + 4].view(np.uint32)[0] = bits
    assert difference(operands, expected, actual) == ""


# Large nests


def test_large_nests_are_checked_on_a_shrunken_one():
    small = Runner(**QUICK, exact_points=20_000)
    assert small.measure(gemm(50, 100, 40), TILED).checked == "shrunken"
    assert small.measure(gemm("m", 64, 64), TILED, symbols={"m": 61}).checked == "shrunken"
    assert small.measure(gemm(50, 100, 40), "v1 split(k,20) reorder(k,m,n,k.1)").checked == "kernel"  # still too large
    assert small.measure(gemm(), TILED).checked == "interpreter"


def test_the_shrunken_nest_is_compared_with_the_interpreter(monkeypatch):
    large = reference(gemm(50, 100, 40), exact_points=20_000)
    assert large.check_corner(Sentence(TILED))
    monkeypatch.setattr(_core, "interpret", lambda nest, args: None)
    with pytest.raises(WrongResult, match="elements differ"):
        large.check_corner(Sentence(TILED))


@pytest.mark.parametrize("extent, factor, expected", [(100, 16, 36), (96, 16, 32), (20, 16, 20), (1000, None, 40), (7, None, 7)])
def test_corners_keep_two_steps_and_the_tail(extent, factor, expected):
    assert corner(extent, factor) == expected


def test_a_shrunken_nest_uses_the_same_buffers():
    operands = Operands(gemm("m", 64, 64), {"m": 61})
    small, args = shrunken(operands, Sentence("v1 split(m,4) split(k,8)"))
    assert small.dims == [("m", "m", False), ("n", 32, False), ("k", 16, True)]
    assert args == [*operands.args[:3], 9]


# Cores, peak, targets


def test_pinned_restores_what_was_allowed():
    with pinned() as core:
        assert os.sched_getaffinity(0) == {core}
    with pytest.raises(KeyError), pinned(min(ALLOWED)):
        raise KeyError
    assert os.sched_getaffinity(0) == ALLOWED
    with pytest.raises(ArgumentError, match="core 100000"), pinned(100_000):
        pass


@pytest.mark.parametrize("target", [t.name for t in _core.targets() if _core.runs_here(t)])
@pytest.mark.parametrize("type", ["f32", "f64"])
def test_the_peak_kernel_only_multiplies_and_adds(target, type):
    """Between the loop's label and its branch: independent multiply-adds in registers, and the counter."""
    machine = find_target(target)
    program = _core.compile(peak_nest(machine, type), Sentence(SENTENCE), machine).vector_program.splitlines()
    begin = next(i for i, line in enumerate(program) if line.startswith("label"))
    end = next(i for i, line in enumerate(program) if line.strip().startswith("bge"))
    body = [line.split() for line in program[begin + 1:end]]
    operation, chains = ("v.fma", CHAINS) if machine.fuses else ("v.add", SEPARATE_CHAINS)
    assert [line[0] for line in body] == [operation] * 4 * chains + ["s.addi"]
    assert len({line[1] for line in body[:-1]}) == chains
    assert peak_gflops(machine, type) > 0


def test_targets_beyond_this_cpu_are_refused(monkeypatch, runner):
    widest = max(_core.targets(), key=lambda t: t.vector_bytes)
    monkeypatch.setattr(_core, "runs_here", lambda t: t.vector_bytes < widest.vector_bytes)
    with pytest.raises(ArgumentError, match="cannot run"):
        runner.measure(gemm(), TILED, widest)


# Memory


def test_nothing_is_measured_twice(runner):
    assert runner.measure(gemm(), TILED) is runner.measure(gemm(), TILED)
    assert runner.measure(gemm(), TILED) is not runner.measure(gemm(), "v1")


def test_a_folder_remembers_for_other_processes(tmp_path):
    first = Runner(**QUICK, cache=DiskCache(tmp_path)).measure(gemm(), TILED)
    assert Runner(**QUICK, cache=DiskCache(tmp_path)).measure(gemm(), TILED) == first
    assert Runner(**QUICK, seed=1, cache=DiskCache(tmp_path)).measure(gemm(), TILED) != first
    assert len(list(tmp_path.rglob("*.json"))) == 2 and not list(tmp_path.rglob("*.tmp"))


def test_the_folder_knows_the_code(tmp_path):
    """A new code generator's kernels have other code, and never get an old one's times."""
    found = Runner(**QUICK, cache=DiskCache(tmp_path)).measure(gemm(), TILED)
    (entry,) = tmp_path.rglob("*.json")
    code = _core.compile(gemm(), Sentence(TILED), native_target()).code
    assert json.loads(entry.read_text())["key"]["code"] == found.code == hashlib.sha256(code).hexdigest()


def edited(change):
    def edit(path):
        entry = json.loads(path.read_text())
        change(entry)
        path.write_text(json.dumps(entry))
    return edit


@pytest.mark.parametrize("damage", [
    lambda path: path.write_text("{"),
    lambda path: path.write_text("[]"),
    lambda path: path.write_bytes(b"\xff\xfe"),
    edited(lambda entry: entry["key"].update(version=0)),
    edited(lambda entry: entry["measurement"].pop("gflops")),
])
def test_damaged_entries_are_misses(tmp_path, damage):
    key, cache = {"nest": "x"}, DiskCache(tmp_path)
    found = Runner(**QUICK).measure(scale(), "v1")
    cache.put(key, found)
    assert cache.get(key) == found and cache.get({"nest": "y"}) is None
    damage(cache.path(key))
    assert cache.get(key) is None


def test_a_folder_that_cannot_be_written_is_no_error(tmp_path):
    (tmp_path / "file").write_text("")
    assert Runner(**QUICK, cache=DiskCache(tmp_path / "file")).measure(scale(), "v1").checked == "interpreter"


def test_a_failed_write_leaves_nothing(tmp_path, monkeypatch):
    def full(*args):
        raise OSError("no space left")
    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError):
        write_atomically(tmp_path / "entry.json", "text")
    assert not list(tmp_path.iterdir())
