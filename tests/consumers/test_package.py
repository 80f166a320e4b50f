"""find_package(vecwrap) finds the installed package in every usual way, and vecwrap-config knows where it is."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import pytest
from compilers import BIN, clean_environment
from consumer import PREFIX, CMake, copy_project, path_without, run, words
from vecwrap.cli.config import QUESTIONS

ROOT = Path(__file__).parents[2]
PACKAGE = PREFIX / "lib" / "cmake" / "vecwrap"
VERSION = version("vecwrap")
MINOR = ".".join(VERSION.split(".")[:2])


def project(folder: Path, find: str) -> CMake:
    """A project in no language: nothing is asked of a compiler, so configuring takes no time."""
    folder.mkdir(exist_ok=True)
    (folder / "CMakeLists.txt").write_text(f'''cmake_minimum_required(VERSION 3.25)
project(consumer LANGUAGES NONE)
find_package(vecwrap {find})
message(STATUS "found=${{vecwrap_FOUND}} at=${{vecwrap_DIR}} compiler=${{vecwrap_C_COMPILER}} onnx=${{vecwrap_onnx_FOUND}}")
''')
    return CMake(folder, PATH=path_without("vecwrap-config"))


def config(*arguments: str) -> str:
    return run([BIN / "vecwrap-config", *arguments], Path.cwd()).strip()


Way = Callable[[], tuple[list[str], dict[str, str]]]
WAYS: dict[str, Way] = {
    "vecwrap_DIR": lambda: ([f"-Dvecwrap_DIR={config('--cmakedir')}"], {}),
    "CMAKE_PREFIX_PATH": lambda: ([f"-DCMAKE_PREFIX_PATH={config('--prefix')}"], {}),
    "vecwrap_ROOT": lambda: ([], {"vecwrap_ROOT": config("--prefix")}),
    "PATH": lambda: ([], {"PATH": f"{BIN}{os.pathsep}{path_without('vecwrap-config')}"}),
}


@pytest.mark.parametrize("way", WAYS)
def test_ways(way: str, tmp_path: Path) -> None:
    options, environment = WAYS[way]()
    consumer = project(tmp_path / "consumer", f"{MINOR} REQUIRED COMPONENTS clang")
    consumer.environment.update(environment)
    assert f"found=1 at={PACKAGE} compiler={BIN}/vecwrap-clang " in consumer.configure(*options)


def test_not_on_the_path(tmp_path: Path) -> None:
    """Otherwise the tests above could all be the same."""
    assert "vecwrapConfig.cmake" in project(tmp_path / "consumer", "REQUIRED").refused()


def test_scikit_build(tmp_path: Path) -> None:
    """A Python project that builds with scikit-build-core finds the package without being told."""
    source = copy_project("scikit-build", tmp_path / "consumer")
    command: list[object] = [sys.executable, "-c", "from scikit_build_core.build import build_wheel; build_wheel('dist')"]
    run(command, source, PATH=path_without("vecwrap-config"), SKBUILD_BUILD_DIR="build")
    place, compiler = (source / "build" / "found.txt").read_text().split()
    assert Path(place).parts[-2:] == ("vecwrap", "cmake")
    assert Path(compiler).samefile(BIN / "vecwrap-clang")


@pytest.mark.parametrize(("wanted", "fits"), [(VERSION, True), (MINOR, True), ("99", False), ("0.0.1", False)])
def test_versions(wanted: str, fits: bool, tmp_path: Path) -> None:
    said = project(tmp_path / "consumer", f"{wanted} QUIET").configure(f"-DCMAKE_PREFIX_PATH={PREFIX}")
    assert f"found={int(fits)} " in said


def test_unknown_component(tmp_path: Path) -> None:
    said = project(tmp_path / "consumer", "REQUIRED COMPONENTS cuda").refused(f"-DCMAKE_PREFIX_PATH={PREFIX}")
    assert "component cuda: there is no such component; there are clang and onnx." in said


@pytest.fixture
def moved(tmp_path: Path) -> Path:
    """The package in another place and without its Python part."""
    prefix = tmp_path / "moved prefix"
    shutil.copytree(PACKAGE, prefix / "lib" / "cmake" / "vecwrap")
    shutil.copytree(PREFIX / "lib" / "vecwrap", prefix / "lib" / "vecwrap")
    (prefix / "bin").mkdir()
    for name in ("vecwrap-clang", "vecwrap-clang++"):
        shutil.copy(BIN / name, prefix / "bin")
    return prefix


def test_without_python(moved: Path, tmp_path: Path) -> None:
    option = f"-DCMAKE_PREFIX_PATH={moved}"
    assert f"compiler={moved}/bin/vecwrap-clang " in project(tmp_path / "a", "REQUIRED COMPONENTS clang").configure(option)
    said = project(tmp_path / "b", "REQUIRED OPTIONAL_COMPONENTS onnx").configure(option)
    assert "found=1 " in said and "onnx=FALSE" in said
    said = project(tmp_path / "c", "REQUIRED COMPONENTS onnx").refused(option)
    assert f"vecwrap-onnx is not in {moved}/bin; install it there: pip install 'vecwrap[onnx]'." in said


def test_python_packages_missing(moved: Path, tmp_path: Path) -> None:
    answers = {"vecwrap-onnx": "exit 1", "vecwrap-config": 'test "$*" = "--missing onnx" && echo onnx && echo onnx-ir'}
    for name, text in answers.items():
        (moved / "bin" / name).write_text(f"#!/bin/sh\n{text}\n")
        (moved / "bin" / name).chmod(0o755)
    said = project(tmp_path / "c", "REQUIRED COMPONENTS onnx").refused(f"-DCMAKE_PREFIX_PATH={moved}")
    assert f"Python packages are missing (onnx, onnx-ir): {moved}/bin/pip install 'vecwrap[onnx]'." in said


def test_named_executable_is_missing(moved: Path, tmp_path: Path) -> None:
    options = (f"-DCMAKE_PREFIX_PATH={moved}", "-Dvecwrap_onnx_EXECUTABLE=/no/such/tool")
    said = project(tmp_path / "c", "REQUIRED COMPONENTS onnx").refused(*options)
    assert "vecwrap_onnx_EXECUTABLE is /no/such/tool, which does not exist." in said


def test_broken_installation(moved: Path, tmp_path: Path) -> None:
    shutil.rmtree(moved / "lib" / "vecwrap")
    said = project(tmp_path / "c", "REQUIRED COMPONENTS clang").refused(f"-DCMAKE_PREFIX_PATH={moved}")
    assert f"no vecwrap-plugin-*.so in {moved}/lib/vecwrap; reinstall vecwrap." in said


def test_config() -> None:
    assert config("--version") == VERSION
    assert Path(config("--prefix")) == PREFIX and Path(config("--cmakedir")) == PACKAGE
    assert Path(config("--toolchain", "x86_64-linux-gnu")).is_file()
    assert Path(config("--plugin")).name == "vecwrap-plugin-22.so"
    assert config("--missing", "demo") in ("", "rich")


def test_documentation() -> None:
    page = (ROOT / "docs" / "cmake.md").read_text()
    rows = [f"| `{option}{f' {argument}' if argument else ''}` | {text} |" for option, argument, _, text in QUESTIONS]
    assert "\n".join(rows) in page
    calls = [re.findall(r"^# (vecwrap_\w+\(<target>.*)$", file.read_text(), re.MULTILINE) for file in PACKAGE.glob("*.cmake")]
    assert sum(map(len, calls)) == 2 and all(call in page for found in calls for call in found)


@pytest.mark.parametrize(("arguments", "message"), [
    (["--toolchain", "vax"], "there is no toolchain 'vax'; there are: "),
    (["--missing", "gui"], "vecwrap has no extra 'gui'"),
])
def test_config_refuses(arguments: list[str], message: str) -> None:
    result = subprocess.run([BIN / "vecwrap-config", *arguments], capture_output=True, text=True, check=False,
                            env=clean_environment())
    assert result.returncode == 1 and result.stdout == ""
    assert words(result).startswith(f"vecwrap-config: error: {message}")
