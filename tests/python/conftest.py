"""Options and fixtures of the Python tests."""

import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))  # fuzzing/ is imported by tests and, in its own process, by its worker


def pytest_addoption(parser):
    parser.addoption("--update-golden", action="store_true", help="write what the code says into the golden files")
    parser.addoption("--fuzz-seconds", type=float, default=0, help="also fuzz kernels with fresh seeds for this long")
    parser.addoption("--fuzz-seed", type=int, default=None, help="first seed of --fuzz-seconds (default: the clock)")


@pytest.fixture
def golden(request):
    """golden(path, text): text is what the file holds; --update-golden writes it."""

    def check(path: Path, text: str) -> None:
        if request.config.getoption("--update-golden"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        assert path.exists(), f"{path} is missing; run pytest --update-golden and review it"
        assert text == path.read_text(), f"{path} differs; if that is intended, run pytest --update-golden"

    return check


@pytest.fixture(scope="session")
def worker():
    from fuzzing.worker import Worker

    worker = Worker()
    yield worker
    worker.close()
