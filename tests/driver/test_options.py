"""The driver's own options, and how it finds clang and the plugin."""

import json
import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest
from compilers import OURS, PLAIN, Outcome, clean_environment, fresh_copy, run_here

OPTIONS_TABLE = Path(__file__).parents[2] / "cpp" / "vecwrap" / "driver" / "options.h"


def ours(*arguments: str, folder: Path, language: str = "c", **environment: str) -> Outcome:
    return run_here([str(OURS[language]), *arguments], folder, **environment)


def test_help_lists_every_option_and_variable(tmp_path: Path) -> None:
    names = re.findall(r'OptionKind::\w+, "(--vecwrap-\w+=?)"', OPTIONS_TABLE.read_text())
    variables = re.findall(r'\{"(VECWRAP_\w+)=', OPTIONS_TABLE.read_text())
    help_text = ours("--vecwrap-help", folder=tmp_path).stdout
    assert len(names) >= 6 and len(variables) >= 3
    assert [name for name in [*names, *variables] if name not in help_text] == []


def test_version(tmp_path: Path) -> None:
    assert re.fullmatch(r"vecwrap \d+\.\d+\.\d+\n", ours("--vecwrap-version", folder=tmp_path).stdout)


def test_show_prints_the_command_and_runs_nothing(tmp_path: Path) -> None:
    result = subprocess.run([OURS["c"], "--vecwrap-show", "-c", "a b.c", "-DX='\"$y\"'"], cwd=tmp_path, text=True,
                            capture_output=True, env=clean_environment(), check=True)
    words = shlex.split(result.stdout)
    assert Path(words[0]).name == "clang-22"
    assert words[1] == "--start-no-unused-arguments" and words[2].startswith("-fpass-plugin=/")
    assert words[3:] == ["--end-no-unused-arguments", "-c", "a b.c", "-DX='\"$y\"'"]
    assert list(tmp_path.iterdir()) == []


def test_shown_command_does_the_same(tmp_path: Path) -> None:
    folder = fresh_copy(tmp_path / "work")
    shown = subprocess.run([OURS["c"], "--vecwrap-show", "-O2", "-c", "matmul.c"], cwd=folder, text=True,
                           capture_output=True, env=clean_environment(), check=True).stdout
    by_hand = run_here(["sh", "-c", shown], folder).files["matmul.o"]
    assert ours("-O2", "-c", "matmul.c", folder=fresh_copy(folder)).files["matmul.o"] == by_hand


@pytest.mark.parametrize("way", ["option", "environment"])
def test_disable_is_plain_clang(way: str, tmp_path: Path) -> None:
    folder = tmp_path / "work"
    plain = run_here([PLAIN["c"], "-O2", "-c", "matmul.c"], fresh_copy(folder))
    if way == "option":
        disabled = ours("--vecwrap-disable", "-O2", "-c", "matmul.c", folder=fresh_copy(folder))
    else:
        disabled = ours("-O2", "-c", "matmul.c", folder=fresh_copy(folder), VECWRAP_DISABLE="1")
    assert disabled == plain
    assert ours("-O2", "-c", "matmul.c", folder=fresh_copy(folder)).files["matmul.o"] != plain.files["matmul.o"]


def test_options_after_double_dash_are_files(tmp_path: Path) -> None:
    result = ours("-c", "--", "--vecwrap-show", folder=tmp_path)
    assert result.code != 0 and "no such file or directory: '--vecwrap-show'" in result.stderr


def test_named_clang_by_option_wins_over_environment(tmp_path: Path) -> None:
    real = subprocess.run(["which", "clang-22"], capture_output=True, text=True, check=True).stdout.strip()
    (tmp_path / "mine").symlink_to(real)
    shown = ours("--vecwrap-show", f"--vecwrap-clang={tmp_path}/mine", folder=tmp_path, VECWRAP_CLANG="/nonexistent")
    assert shown.code == 0 and shlex.split(shown.stdout)[0] == f"{tmp_path}/mine"


def test_cxx_driver_with_a_c_named_clang(tmp_path: Path) -> None:
    folder = fresh_copy(tmp_path / "work")
    result = ours("-O1", "hello.cc", "-o", "program", folder=folder, language="c++", VECWRAP_CLANG="clang-22")
    assert result.code == 0
    assert subprocess.run([folder / "program"], capture_output=True, text=True, check=True).stdout == "caught\n"


def test_clang_found_by_version_not_by_name(tmp_path: Path) -> None:
    """No clang-22 on PATH, but a `clang` that reports version 22 (a script, so it has to be asked)."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "clang").write_text("#!/bin/sh\necho 'Custom clang version 22.1.0'\n")
    (tmp_path / "bin" / "clang").chmod(0o755)
    shown = ours("--vecwrap-show", folder=tmp_path, PATH=f"{tmp_path}/bin")
    assert shown.code == 0 and shlex.split(shown.stdout)[0] == f"{tmp_path}/bin/clang"


def test_never_runs_itself(tmp_path: Path) -> None:
    for name in ("clang-22", "clang", "clang++"):
        (tmp_path / name).symlink_to(OURS["c"].resolve())
    shown = ours("--vecwrap-show", folder=tmp_path, PATH=f"{tmp_path}:{os.environ['PATH']}")
    assert shown.code == 0 and not shlex.split(shown.stdout)[0].startswith(str(tmp_path))


def test_runs_through_a_symbolic_link(tmp_path: Path) -> None:
    (tmp_path / "cc").symlink_to(OURS["c"].resolve())
    folder = fresh_copy(tmp_path / "work")
    assert run_here([str(tmp_path / "cc"), "-O2", "-c", "twice.c"], folder).code == 0


def test_internal_tools_get_no_flags(tmp_path: Path) -> None:
    assert "fpass-plugin" not in subprocess.run([OURS["c"], "--vecwrap-show", "-cc1", "-version"], text=True, check=True,
                                                capture_output=True, env=clean_environment(), cwd=tmp_path).stdout


def test_report_names_lines_and_changes_nothing(tmp_path: Path) -> None:
    folder, report = tmp_path / "work", tmp_path / "report.jsonl"
    without = ours("-O2", "-c", "matmul.c", folder=fresh_copy(folder))
    reported = ours("-O2", "-c", "matmul.c", folder=fresh_copy(folder), VECWRAP_REPORT=str(report))
    assert reported == without
    rows = [json.loads(line) for line in report.read_text().splitlines()]
    assert any(row["replaced"] for row in rows)
    text = (folder / "matmul.c").read_text().splitlines()
    assert all(text[row["line"] - 1].lstrip().startswith("for") for row in rows)


def test_verifying_programs_know_their_lines(tmp_path: Path) -> None:
    folder = fresh_copy(tmp_path / "work")
    ours("-O2", "-c", "matmul.c", folder=folder, VECWRAP_VERIFY="1")
    text = (folder / "matmul.c").read_text().splitlines()
    places = re.findall(rb"matmul\.c:(\d+):", (folder / "matmul.o").read_bytes())
    assert places and all(text[int(line) - 1].lstrip().startswith("for") for line in places)
