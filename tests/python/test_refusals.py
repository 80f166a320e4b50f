"""The table of refusals, the sources and docs/refusals.md agree."""

import re
from pathlib import Path

from vecwrap import _core

ROOT = Path(__file__).resolve().parents[2]
CORE = [ROOT / "cpp/vecwrap" / folder for folder in ("ir", "target", "schedule", "codegen", "emit", "decide", "python")]
USED = re.compile(r'(?:Refusal(?: \w+)?\{|Refused\{\{|no\(|refuse\(|fail\(|refusal_ = \{|return \{)"([a-z]+(?:-[a-z]+)*)",')
RAISED = re.compile(r'REFUSAL\(\w+, "([^"]+)", "([^"]+)"\)')


def used() -> set[str]:
    files = [path for folder in CORE for path in folder.rglob("*") if path.suffix in (".h", ".cpp")]
    return {name for path in files for name in USED.findall(path.read_text())}


def test_every_refusal_in_the_sources_is_in_the_table():
    assert used() - set(_core.REFUSALS) == set()


def test_every_refusal_in_the_table_is_in_the_sources():
    assert set(_core.REFUSALS) - used() == set()


def test_docs_list_every_refusal(golden):
    lines = ["# Refusals", "", "Generated from the tables `cpp/vecwrap/ir/refusals.def` and `cpp/vecwrap/llvm/refusals.def`",
             "(`pytest tests/python/test_refusals.py --update-golden`).", "",
             "## Nests, sentences and code generation", "", "| name | meaning | what to do |", "|---|---|---|"]
    lines += [f"| `{name}` | {meaning} | {remedy} |" for name, (meaning, remedy) in _core.REFUSALS.items()]
    lines += ["", "## Raising C and C++ loops (`-Rpass-missed=vecwrap`)", "", "| name | why the loop was left to clang |",
              "|---|---|"]
    raised = ROOT / "cpp/vecwrap/llvm/refusals.def"
    lines += [f"| `{name}` | {why} |" for name, why in RAISED.findall(raised.read_text())]
    golden(ROOT / "docs/refusals.md", "\n".join(lines) + "\n")
