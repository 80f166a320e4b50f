"""`vecwrap target`: descriptions as data, and what this machine says about itself."""

import json
import re
from pathlib import Path

import pytest
from vecwrap import _core
from vecwrap.cli import main as commands
from vecwrap.cli import target

CPUINFO = Path("/proc/cpuinfo")
LINUX_NAMES = {"avx512vnni": "avx512_vnni", "avxvnni": "avx_vnni", "avx512bf16": "avx512_bf16", "avx512fp16": "avx512_fp16",
               "amx-tile": "amx_tile", "amx-int8": "amx_int8", "amx-bf16": "amx_bf16",
               "amx-fp16": "amx_fp16"}
ALL = [*_core.targets(), *_core.asked_targets(), *_core.assembly_targets(), *_core.core_targets()]


def show(capsys, *arguments: str) -> dict:
    assert target.main([*arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("name", [t.name for t in ALL])
def test_every_target_is_described(capsys, name):
    shown = show(capsys, "--show", name)
    assert shown["name"] == name and "cpu" not in shown
    assert all(shown[field] == getattr(_core.find_target(name), field) for field in target.FIELDS)


@pytest.mark.skipif(not CPUINFO.exists(), reason="needs Linux's own list of features")
def test_detected_features_are_those_that_linux_lists(capsys):
    shown = show(capsys, "--show", "native")
    flags = set(re.search(r"^flags\s*: (.*)$", CPUINFO.read_text(), re.M).group(1).split())
    listed = {name for name in _core.known_features() if LINUX_NAMES.get(name, name) in flags}
    assert set(shown["features"]) >= listed  # Linux hides what it does not support, cpuid does not
    assert set(shown["features"]) | set(shown["missing"]) == set(_core.known_features())


def test_detected_caches_have_plausible_sizes(capsys):
    for cache in show(capsys, "--show", "native")["caches"]:
        assert cache["holds"] in ("data", "code", "both") and 1 <= cache["level"] <= 4
        assert cache["bytes"] % (cache["ways"] * cache["line_bytes"]) == 0 and cache["bytes"] >= 4096


def test_the_text_names_every_field(capsys):
    assert target.main(["--show", "native"]) == 0
    text = capsys.readouterr().out
    assert all(meaning in text for meaning in target.FIELDS.values()) and "detected" in text


def test_the_list_marks_the_native_one(capsys, monkeypatch):
    monkeypatch.setattr("sys.argv", ["vecwrap", "target"])
    assert commands.main() == 0
    lines = capsys.readouterr().out.splitlines()
    native = _core.native_target().name.partition("@")[0]
    assert lines == [t.name + " (native)" * (t.name == native) for t in ALL]


def test_an_unknown_target_is_refused(capsys):
    assert target.main(["--show", "pdp-11"]) == 2
    assert "unknown-target" in capsys.readouterr().err
