"""docs/driver.md lists the driver's options and variables as the table in the source does."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE = (ROOT / "cpp" / "vecwrap" / "driver" / "options.h").read_text()
PAGE = (ROOT / "docs" / "driver.md").read_text()


def test_options() -> None:
    rows = re.findall(r'\{OptionKind::\w+, "([^"]+)", (?:"(\w+)"|nullptr), "([^"]+)"\}', SOURCE)
    assert len(rows) >= 6
    wanted = [f"| `{name}` | {f'`{variable}` ' if variable else ''}| {meaning} |" for name, variable, meaning in rows]
    assert [row for row in wanted if row not in PAGE] == []


def test_variables() -> None:
    rows = re.findall(r'\{"(VECWRAP_[^"]+)", "([^"]+)"\}', SOURCE)
    assert len(rows) >= 4
    assert [name for name, meaning in rows if f"| `{name}` | {meaning} |" not in PAGE] == []


def test_links() -> None:
    broken = [(page.name, link) for page in [*(ROOT / "docs").rglob("*.md"), ROOT / "README.md"]
              for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text()) if not (page.parent / link).exists()]
    assert broken == []
