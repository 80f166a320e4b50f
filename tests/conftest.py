"""Options and fixtures of all Python tests."""

from pathlib import Path

import pytest


def pytest_addoption(parser):
    parser.addoption("--update-golden", action="store_true", help="write what the code says into the golden files")
    parser.addoption("--rvv", action="store_true", help="run the whole RISC-V suite under QEMU, not just a quick part")
    parser.addoption("--onnx", action="store_true", help="run onnx's whole backend suite, not just the cases known to pass")


@pytest.fixture(scope="session")
def golden(request):
    """golden(path, text): text is what the file holds; --update-golden writes it."""

    def check(path: Path, text: str) -> None:
        if request.config.getoption("--update-golden"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        assert path.exists(), f"{path} is missing; run pytest --update-golden and review it"
        assert text == path.read_text(), f"{path} differs; if that is intended, run pytest --update-golden"

    return check
