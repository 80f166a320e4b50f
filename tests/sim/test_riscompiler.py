"""The bench of RISCompiler's operators: what is drawn, what counts, and the peers' compilers as processes."""

import math
import shutil
import sys
from functools import partial
from pathlib import Path

import all as benchmarks
import pytest
import riscompiler
import rvv_peers
import rvv_sgemm
from riscompiler import Bench
from riscompiler_cases import GEMM, MOST_PRODUCTS, Case, cases
from riscompiler_chart import chart, height
from riscompiler_columns import OURS, SCALAR
from riscompiler_program import Column, compiled
from riscompiler_report import by_operator, compared, grouped, notes, speedups
from ruler_memo import Memo
from vecwrap.sim.run import Options

CROSS = ["clang-22", "--target=riscv64-linux-gnu", "-static", "-fuse-ld=lld", "-O3", "-march=rv64gc"]
SMALL = Case("Conv-2D test", {"BATCH": 2, "C": 3, "OC": 4, "H": 5, "W": 7, "R": 1, "S": 1, "GROUPS": 1, "SEED": 3}, "CONVOLUTION")
needs_tools = pytest.mark.skipif(not (shutil.which("clang-22") and shutil.which("qemu-riscv64")), reason="needs clang and QEMU")


def test_cases_are_the_same_every_time_and_hold_their_category() -> None:
    drawn = cases(4, (1, 8, 16))
    assert drawn == cases(4, (1, 8, 16))
    assert len(drawn) == 3 * 4 * (len(GEMM) + 13)
    for case in drawn:
        s = case.sizes
        if case.kind == "GEMM":
            limits = GEMM[int(case.category.split()[1]) - 1]
            assert math.prod(s[key] for key in ("BATCH", "M", "N", "K")) <= MOST_PRODUCTS
            assert all(low <= s[key] <= high for key, (low, high) in zip("MN", limits)), case
        else:
            assert s["BATCH"] * s["C"] * s["OC"] // s["GROUPS"] * s["H"] * s["W"] * s["R"] * s["S"] <= MOST_PRODUCTS
            assert s["H"] >= s["R"] and s["W"] >= s["S"]


@needs_tools
def test_only_what_prints_the_same_counts(tmp_path: Path) -> None:
    def fails(case: Case, program: Path) -> None:
        raise RuntimeError("has no code for it")

    (tmp_path / "idle.h").write_text("static void peer(void) { y[0] = 1; }\n")
    builds = {SCALAR: compiled(*CROSS), "wrong": compiled(*CROSS, f'-DPEER="{tmp_path}/idle.h"'), "none": Column(fails),
              "joined": Column(lambda case, program: compiled(*CROSS).build(rvv_peers.joined(case), program))}
    row = riscompiler.measure(SMALL, builds, Bench(Options(function="kernel"), memo := Memo(tmp_path / "memo")))
    assert set(row["cycles"]) == {SCALAR, "joined"}
    assert row["wrong"] == ["wrong"] and row["left_out"] == {"none": "has no code for it"}
    text = "".join(notes([row], list(builds), drawn=3))
    assert "wrong printed something else" in text and "2 of the 3 cases" in text and "none has no code for 1 of 1" in text
    again = Memo(tmp_path / "memo")
    assert again.runs == memo.runs and len(again.runs) == 5  # three programs, two of them by their keys too


def test_nothing_is_compared_with_nothing(tmp_path: Path) -> None:
    def fails(case: Case, program: Path) -> None:
        raise RuntimeError("no QEMU here")

    with pytest.raises(SystemExit, match="scalar C.*no QEMU here"):
        riscompiler.measure(SMALL, {SCALAR: Column(fails)}, Bench(Options(function="kernel"), Memo(tmp_path / "memo")))


@needs_tools
def test_a_known_program_is_not_built_again(tmp_path: Path) -> None:
    def fails(case: Case, program: Path) -> None:
        raise RuntimeError("built again")

    def bench(vlen: int = 256, ends: float = math.inf) -> Bench:
        return Bench(Options(function="kernel", vlen=vlen), Memo(tmp_path / "memo"), ends)

    column = compiled(*CROSS)
    first = bench().run(SMALL, column)
    same, other = Column(fails, column.made_by), Column(fails, f"{column.made_by} and more")
    assert bench().run(SMALL, same) == bench(ends=0).run(SMALL, same) == first
    for unknown, vlen in ((other, 256), (Column(fails), 256), (same, 512)):
        with pytest.raises(RuntimeError, match="built again"):
            bench(vlen).run(SMALL, unknown)
    assert bench(ends=0).row(SMALL, {SCALAR: column, "other": other}) is None


@needs_tools
@pytest.mark.parametrize("tile, most", [((7, 4), 170_000), ((14, 2), 310_000)])
def test_sgemm_by_sentence(tmp_path: Path, tile: tuple[int, int], most: int) -> None:
    """The same result as scalar C in the same program; 65,536 multiply-adds of four registers, or twice as many of two."""
    builds = {SCALAR: compiled(*CROSS), OURS: Column(partial(rvv_sgemm.written, *tile, 256))}
    row = riscompiler.measure(rvv_sgemm.CASE, builds, Bench(Options(function="kernel"), Memo(tmp_path / "memo")))
    assert not row["wrong"] and not row["left_out"]
    assert row["instructions"][OURS] <= most


def row(category: str, batch: int, **cycles: int) -> dict[str, object]:
    return {"category": category, "batch": batch, "cycles": {SCALAR: 100, **cycles}, "wrong": [], "left_out": {}}


def test_means_are_of_what_a_column_has() -> None:
    rows = [row("GEMM 1", 1, vecwrap=10, clang=20), row("GEMM 2", 1, vecwrap=40), row("Conv-2D U-Net", 8, vecwrap=50, clang=25)]
    groups = grouped(rows, by_operator)
    assert list(groups) == ["GEMM, batch 1", "Conv-2D, batch 8", "all"]
    means = speedups(groups["GEMM, batch 1"], ["clang", OURS])
    assert means["clang"] == pytest.approx(5) and means[OURS] == pytest.approx(5)
    assert "in 2 of 3 cases" in compared(rows)[0]


def test_chart_has_a_bar_for_every_number(tmp_path: Path) -> None:
    chart(tmp_path / "a.svg", {"one": {"x": 1.0, "y": 4.0}, "two": {"x": 2.0}}, ["x", "y"])
    assert (tmp_path / "a.svg").read_text().count("<title>") == 3
    assert height(4, 8) - height(2, 8) == pytest.approx(height(2, 8) - height(1, 8))


ANSWERS = """
import sys
for line in sys.stdin:
    if "die" in line:
        sys.exit(7)
    print('"no such operator"' if "bad" in line else '""', flush=True)
"""


def test_a_compiler_that_died_is_started_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rvv_peers, "VENV", Path(sys.prefix))
    monkeypatch.setattr(rvv_peers, "WORK", tmp_path)
    script = tmp_path / "fake.py"
    script.write_text(ANSWERS)
    compiler = rvv_peers.Compiler(script)
    assert [compiler.ask({"kind": kind}) for kind in ("good", "bad", "die", "good")] == [
        "", "no such operator", "fake.py ended with 7", ""]
    assert compiler.process and compiler.process.stdin
    compiler.process.stdin.close()
    assert compiler.process.wait() == 0


def test_options_follow_the_name_of_one_benchmark(capsys: pytest.CaptureFixture[str]) -> None:
    assert benchmarks.split(["gemm", "ruler"]) == (["gemm", "ruler"], [])
    assert benchmarks.split(["riscompiler", "--each", "2"]) == (["riscompiler"], ["--each", "2"])
    assert benchmarks.split([]) == (benchmarks.BENCHMARKS, [])
    for wrong in (["--each", "2"], ["gemm", "ruler", "--each"], ["nothing"]):
        with pytest.raises(SystemExit) as left:
            benchmarks.split(wrong)
        assert left.value.code == 2
    with pytest.raises(SystemExit):
        benchmarks.run("sharing", ["--fast"])
    assert "sharing takes no options" in capsys.readouterr().err
