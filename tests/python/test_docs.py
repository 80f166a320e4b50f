"""The examples in the documentation do what they show."""

import doctest
from pathlib import Path

import vecwrap

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_python_page():
    result = doctest.testfile(str(DOCS / "python.md"), module_relative=False)
    assert result.attempted > 10 and result.failed == 0


def test_program_page():
    result = doctest.testfile(str(DOCS / "program.md"), module_relative=False)
    assert result.attempted > 10 and result.failed == 0


def test_package_docstring():
    result = doctest.testmod(vecwrap)
    assert result.attempted >= 6 and result.failed == 0
