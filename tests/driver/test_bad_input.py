"""Bad input: one clear line on stderr that says what to do, a non-zero exit code, and no file touched."""

import shutil
import subprocess
from pathlib import Path

import pytest
from compilers import OURS, clean_environment, fresh_copy


def refused(folder: Path, *arguments: str, driver: Path = OURS["c"], **environment: str) -> str:
    """Run, check the shape of the refusal, return the message."""
    before = {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    result = subprocess.run([driver, *arguments], cwd=folder, capture_output=True, text=True, check=False,
                            env=clean_environment(**environment))
    assert result.returncode == 1
    assert result.stdout == ""
    assert result.stderr.startswith("vecwrap-clang: error: ") and result.stderr.count("\n") == 1
    assert {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()} == before
    return result.stderr


@pytest.fixture
def work(tmp_path: Path) -> Path:
    return fresh_copy(tmp_path / "work")


@pytest.fixture(scope="module")
def wrong_plugin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("plugin") / "vecwrap-plugin-22.so"
    flags = ["-shared", "-fPIC", "-Wl,-soname,vecwrap-plugin-19.so"]
    subprocess.run(["gcc", *flags, "-x", "c", "/dev/null", "-o", path], check=True)
    return path


def test_no_clang_on_path(work: Path) -> None:
    assert "install it" in refused(work, "-c", "twice.c", PATH=str(work))


def test_named_clang_missing(work: Path) -> None:
    assert "'/nonexistent/clang'" in refused(work, "-c", "twice.c", VECWRAP_CLANG="/nonexistent/clang")


def test_named_clang_not_on_path(work: Path) -> None:
    assert "no 'clang-99' on PATH" in refused(work, "--vecwrap-clang=clang-99", "-c", "twice.c")


def test_named_clang_is_something_else(work: Path) -> None:
    assert "does not report a clang version" in refused(work, "-c", "twice.c", VECWRAP_CLANG="/bin/true")


def test_named_clang_is_ourselves(work: Path) -> None:
    for driver in OURS.values():
        assert "itself" in refused(work, "-c", "twice.c", VECWRAP_CLANG=str(driver))


def test_clang_of_another_version(work: Path, tmp_path: Path) -> None:
    (tmp_path / "clang").write_text("#!/bin/sh\necho 'clang version 14.0.6'\n")
    (tmp_path / "clang").chmod(0o755)
    message = refused(work, "-c", "twice.c", VECWRAP_CLANG=str(tmp_path / "clang"))
    assert "LLVM 14" in message and "--vecwrap-disable" in message


def test_plugin_for_another_llvm(work: Path, wrong_plugin: Path) -> None:
    message = refused(work, "-c", "twice.c", VECWRAP_PLUGIN=str(wrong_plugin))
    assert "built for LLVM 19" in message and "is LLVM 22" in message


def test_installed_plugin_for_another_llvm(work: Path, wrong_plugin: Path, tmp_path: Path) -> None:
    """The check does not trust the file's name."""
    (tmp_path / "prefix" / "bin").mkdir(parents=True)
    (tmp_path / "prefix" / "lib" / "vecwrap").mkdir(parents=True)
    driver = shutil.copy(OURS["c"], tmp_path / "prefix" / "bin")
    shutil.copy(wrong_plugin, tmp_path / "prefix" / "lib" / "vecwrap")
    assert "built for LLVM 19" in refused(work, "-c", "twice.c", driver=Path(driver))


def test_plugin_missing(work: Path, tmp_path: Path) -> None:
    (tmp_path / "alone").mkdir()
    driver = shutil.copy(OURS["c"], tmp_path / "alone")
    assert "reinstall vecwrap" in refused(work, "-c", "twice.c", driver=Path(driver))


@pytest.mark.parametrize("content", [b"", b"not a plugin", b"\x7fELF\x02\x01\x01" + b"\xff" * 100],
                         ids=["empty", "text", "broken ELF"])
def test_plugin_is_no_library(work: Path, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "plugin.so").write_bytes(content)
    assert "not a plugin" in refused(work, "-c", "twice.c", VECWRAP_PLUGIN=str(tmp_path / "plugin.so"))


def test_named_plugin_missing(work: Path) -> None:
    assert "No such file" in refused(work, "-c", "twice.c", VECWRAP_PLUGIN="/nonexistent/plugin.so")


def test_report_cannot_be_written(work: Path) -> None:
    assert "VECWRAP_REPORT" in refused(work, "-c", "twice.c", VECWRAP_REPORT="/nonexistent/folder/report")


def test_unknown_option(work: Path) -> None:
    assert "unknown option '--vecwrap-fast'" in refused(work, "--vecwrap-fast", "-c", "twice.c")


def test_option_without_value(work: Path) -> None:
    assert "needs a path" in refused(work, "--vecwrap-clang=", "-c", "twice.c")


@pytest.mark.parametrize("text", ["v1 fly(i)", "v9 split(i,4)", "split(i,4)", "v1 split(i)"])
def test_malformed_sentence(work: Path, text: str) -> None:
    assert "VECWRAP_SENTENCE is no sentence" in refused(work, "-O2", "-c", "matmul.c", VECWRAP_SENTENCE=text)


def test_illegal_sentence_is_a_named_refusal(work: Path) -> None:
    """Well formed, but not for this nest: the nest stays clang's, and the remark says why."""
    flags = ["-O2", "-march=x86-64-v3", "-Rpass-missed=vecwrap"]
    result = subprocess.run([OURS["c"], *flags, "-c", "matmul.c"], cwd=work, text=True, capture_output=True, check=False,
                            env=clean_environment(VECWRAP_SENTENCE="v1 split(zz,4)"))
    assert result.returncode == 0 and "unknown-loop" in result.stderr and "matmul.c:" in result.stderr
