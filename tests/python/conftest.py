"""Options and fixtures of the Python tests."""

import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))  # fuzzing/ is imported by tests and, in its own process, by its worker


def pytest_addoption(parser):
    parser.addoption("--fuzz-seconds", type=float, default=0, help="also fuzz kernels with fresh seeds for this long")
    parser.addoption("--fuzz-seed", type=int, default=None, help="first seed of --fuzz-seconds (default: the clock)")


@pytest.fixture(scope="session")
def worker():
    from fuzzing.worker import Worker

    worker = Worker()
    yield worker
    worker.close()
