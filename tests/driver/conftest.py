"""Without the compilers every driver test would fail in the same way: say it once."""

import shutil

import pytest
from compilers import OURS, PLAIN


@pytest.fixture(scope="session", autouse=True)
def built() -> None:
    missing = [str(path) for path in OURS.values() if not path.exists()]
    if missing or not shutil.which(PLAIN["c"]):
        pytest.exit(f"missing {missing or PLAIN['c']}: run ./run setup first, or set VECWRAP_BIN", returncode=3)
