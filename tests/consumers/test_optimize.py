"""vecwrap_optimize: one target of a project gets the optimiser, or the project is told why not."""

import json
import os
import shutil
from pathlib import Path

import pytest
from compilers import OURS, PLAIN
from consumer import GENERATORS, PREFIX, CMake, copy_project

OPTIONS = (f"-DCMAKE_PREFIX_PATH={PREFIX}", "-DCMAKE_BUILD_TYPE=Release")


def consumer(folder: Path, c: str, cxx: str, generator: str = "Ninja", **environment: str) -> CMake:
    return CMake(copy_project("optimize-one-target", folder), generator, CC=c, CXX=cxx, **environment)


def replaced(report: Path) -> list[str]:
    rows = map(json.loads, report.read_text().splitlines())
    return sorted(row["function"] for row in rows if row["replaced"])


@pytest.mark.parametrize("generator", GENERATORS)
def test_clang(generator: str, tmp_path: Path) -> None:
    report = tmp_path / "report"
    project = consumer(tmp_path / "a consumer", PLAIN["c"], PLAIN["c++"], generator, VECWRAP_REPORT=str(report))
    assert "served: C;CXX" in project.configure(*OPTIONS)
    project.make()
    assert project.run("program") == "equal\n"
    assert replaced(report) == ["multiply_fast", "multiply_fast_cxx"]


def test_debug_builds_are_left_alone(tmp_path: Path) -> None:
    report = tmp_path / "report"
    project = consumer(tmp_path / "consumer", PLAIN["c"], PLAIN["c++"], VECWRAP_REPORT=str(report))
    project.configure(OPTIONS[0], "-DCMAKE_BUILD_TYPE=Debug")
    project.make()
    assert project.run("program") == "equal\n"
    assert not report.exists() or not replaced(report)


@pytest.mark.parametrize("generator", GENERATORS)
def test_new_plugin(generator: str, tmp_path: Path) -> None:
    """An installation with other content builds again what was optimised, and nothing else."""
    prefix, report = tmp_path / "moved prefix", tmp_path / "report"
    for part in ("lib/cmake/vecwrap", "lib/vecwrap"):
        shutil.copytree(PREFIX / part, prefix / part)
    project = consumer(tmp_path / "consumer", PLAIN["c"], PLAIN["c++"], generator, VECWRAP_REPORT=str(report))
    project.configure(f"-DCMAKE_PREFIX_PATH={prefix}", "-DCMAKE_BUILD_TYPE=Release")
    once = ["multiply_fast", "multiply_fast_cxx"]
    project.make()
    assert replaced(report) == once
    os.utime(prefix / "lib" / "cmake" / "vecwrap" / "vecwrapConfig.cmake")  # installed anew, the same
    project.make()
    assert replaced(report) == once
    with (prefix / "lib" / "vecwrap" / "vecwrap-plugin-22.so").open("ab") as plugin:
        plugin.write(b"newer")
    os.utime(prefix / "lib" / "cmake" / "vecwrap" / "vecwrapConfig.cmake")
    project.make()
    assert replaced(report) == sorted(2 * once)


@pytest.mark.parametrize("launcher", ["", "ccache "])
def test_vecwrap_clang(launcher: str, tmp_path: Path) -> None:
    """It optimises every target, and no nest twice."""
    report = tmp_path / "report"
    compilers = (f"{launcher}{OURS['c']}", f"{launcher}{OURS['c++']}")
    project = consumer(tmp_path / "consumer", *compilers, VECWRAP_REPORT=str(report), CCACHE_DISABLE="1")
    said = project.configure(*OPTIONS)
    assert "vecwrap_optimize(fast): the C compiler is vecwrap-clang, which optimises every target" in said
    assert "served: C;CXX" in said
    project.make()
    assert replaced(report) == ["multiply_fast", "multiply_fast_cxx", "multiply_plain"]


def test_gcc(tmp_path: Path) -> None:
    project = consumer(tmp_path / "consumer", "gcc", "g++")
    said = project.configure(*OPTIONS)
    assert "vecwrap_optimize(fast) changes nothing: the C compiler is GNU " in said
    assert "but the optimiser is a plugin of LLVM's clang." in said and "served: --" in said.replace("served: -- ", "served: --")
    project.make()
    assert project.run("program") == "equal\n"
    assert "CMake Error at" in project.refused(*OPTIONS, "-DCONSUMER_REQUIRED=ON")


def test_one_language_of_two(tmp_path: Path) -> None:
    report = tmp_path / "report"
    project = consumer(tmp_path / "consumer", PLAIN["c"], "g++", VECWRAP_REPORT=str(report))
    said = project.configure(*OPTIONS)
    assert "the CXX compiler is GNU " in said and "the C compiler is" not in said and "served: C --" in said
    project.make()
    assert replaced(report) == ["multiply_fast"]


def test_other_target(tmp_path: Path) -> None:
    project = consumer(tmp_path / "consumer", PLAIN["c"], PLAIN["c++"])
    said = project.configure(*OPTIONS, "-DCMAKE_SYSTEM_NAME=Linux", "-DCMAKE_SYSTEM_PROCESSOR=aarch64",
                             "-DCMAKE_C_COMPILER_TARGET=aarch64-linux-gnu", "-DCMAKE_CXX_COMPILER_TARGET=aarch64-linux-gnu",
                             "-DCMAKE_TRY_COMPILE_TARGET_TYPE=STATIC_LIBRARY", "-DCMAKE_FIND_ROOT_PATH_MODE_PACKAGE=BOTH")
    assert "this build is for aarch64 Linux (64 bits), the optimiser serves x86-64 and riscv64 Linux (64 bits)." in said


@pytest.mark.parametrize(("name", "message"), [
    ("vecwrap-plugin-19.so", "the plugin is built for clang 19."),
    ("vecwrap-plugin-22.so", "does not load"),
], ids=["other version", "broken"])
def test_plugin_that_does_not_fit(name: str, message: str, tmp_path: Path) -> None:
    prefix = tmp_path / "prefix"
    shutil.copytree(PREFIX / "lib" / "cmake" / "vecwrap", prefix / "lib" / "cmake" / "vecwrap")
    (prefix / "lib" / "vecwrap").mkdir()
    (prefix / "lib" / "vecwrap" / name).write_text("not a plugin\n")
    said = consumer(tmp_path / "consumer", PLAIN["c"], PLAIN["c++"]).configure(f"-DCMAKE_PREFIX_PATH={prefix}")
    assert message in said


@pytest.mark.parametrize(("call", "message"), [
    ("vecwrap_optimize(nothing)", "vecwrap_optimize(nothing): there is no such target yet;"),
    ("vecwrap_optimize(headers)", "vecwrap_optimize(headers): nothing is compiled for this target"),
    ("vecwrap_optimize(other::name)", "this is an alias; name real itself."),
    ("vecwrap_optimize(real FAST)", "unknown arguments: FAST."),
    ("vecwrap_optimize(real)", "the project has neither C nor C++."),
])
def test_bad_calls(call: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "CMakeLists.txt").write_text(f'''cmake_minimum_required(VERSION 3.25)
project(consumer LANGUAGES NONE)
find_package(vecwrap REQUIRED)
add_library(headers INTERFACE)
add_library(real OBJECT)
add_library(other::name ALIAS real)
{call}
''')
    said = CMake(tmp_path).try_configure(*OPTIONS)
    assert message in " ".join(said.stderr.split())
