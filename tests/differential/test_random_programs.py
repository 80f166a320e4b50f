"""Random loop nests, compiled both ways: the same bits, whatever overlaps, wraps around or never runs."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from compare import compare
from compilers import OURS, PLAIN
from programs import program

SEEDS = range(int(os.environ.get("VECWRAP_FUZZ_FROM", "0")), int(os.environ.get("VECWRAP_FUZZ_TO", "64")))


@pytest.fixture(scope="module")
def counts() -> Iterator[dict[str, int]]:
    total = {"replaced": 0, "refused": 0, "skipped": 0}
    yield total
    if len(SEEDS) >= 32:  # the comparison means nothing if nests are no longer replaced
        assert total["replaced"] > len(SEEDS), total
        assert total["skipped"] < len(SEEDS) / 8, total


@pytest.mark.parametrize("seed", SEEDS)
def test_random_program(seed: int, counts: dict[str, int], tmp_path: Path) -> None:
    subject = program(seed)
    outcome = compare(subject, PLAIN[subject.language], str(OURS[subject.language]), tmp_path)
    counts["replaced"] += outcome.replaced
    counts["refused"] += outcome.refused
    counts["skipped"] += outcome.skipped
    assert not outcome.difference, f"{outcome.difference}\nflags {subject.flags}; source in {tmp_path}"
