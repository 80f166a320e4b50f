"""Random loop nests, compiled both ways: the same bits, whatever overlaps, wraps around or never runs."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from compare import compare
from compilers import OURS, PLAIN
from integer_programs import integer_program
from programs import Program, program

SEEDS = range(int(os.environ.get("VECWRAP_FUZZ_FROM", "0")), int(os.environ.get("VECWRAP_FUZZ_TO", "64")))


@pytest.fixture(scope="module")
def counts() -> Iterator[dict[str, int]]:
    total = {"replaced": 0, "refused": 0, "skipped": 0}
    yield total
    if len(SEEDS) >= 32:  # the comparison means nothing if nests are no longer replaced
        assert total["replaced"] > 2 * len(SEEDS), total
        assert total["skipped"] < len(SEEDS) / 8, total


def check(subject: Program, counts: dict[str, int], folder: Path) -> None:
    outcome = compare(subject, PLAIN[subject.language], str(OURS[subject.language]), folder)
    counts["replaced"] += outcome.replaced
    counts["refused"] += outcome.refused
    counts["skipped"] += outcome.skipped
    assert not outcome.difference, f"{outcome.difference}\nflags {subject.flags}; source in {folder}"


@pytest.mark.parametrize("seed", SEEDS)
def test_random_program(seed: int, counts: dict[str, int], tmp_path: Path) -> None:
    check(program(seed), counts, tmp_path)


@pytest.mark.parametrize("seed", SEEDS)
def test_random_integers(seed: int, counts: dict[str, int], tmp_path: Path) -> None:
    check(integer_program(seed), counts, tmp_path)
