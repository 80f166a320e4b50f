"""Tiny real projects, built by plain clang and by vecwrap-clang: same probes, same output, nests replaced."""

import json
import os
import re
from pathlib import Path

import pytest
from compilers import BIN, OURS, PLAIN
from consumer import PREFIX, copy_project, run

COMPILERS = {"plain": (PLAIN["c"], PLAIN["c++"]), "ours": (str(OURS["c"]), str(OURS["c++"]))}


def copies(project: str, tmp_path: Path) -> dict[str, Path]:
    return {name: copy_project(project, tmp_path / name) for name in COMPILERS}


def replaced_files(report: Path) -> set[str]:
    rows = [json.loads(line) for line in report.read_text().splitlines()]
    return {Path(row["file"]).name for row in rows if row["replaced"]}


def test_make(tmp_path: Path) -> None:
    report, outputs = tmp_path / "report", {}
    for name, folder in copies("make", tmp_path).items():
        compiler = COMPILERS[name][0]
        run(["make", "-j4", f"CC={compiler}"], folder, VECWRAP_REPORT=str(report))
        assert "is up to date" in run(["make", f"CC={compiler}"], folder)
        os.utime(folder / "grid.h", (2e9, 2e9))  # the depfiles work: a touched header builds both units again
        assert run(["make", "-n", f"CC={compiler}"], folder).count(" -c ") == 2
        outputs[name] = run(["./program"], folder)
    assert outputs["ours"] == outputs["plain"]
    assert replaced_files(report) == {"grid.c"}


def cmake_build(folder: Path, environment: dict[str, str], *options: str) -> str:
    build = folder / "build"
    run(["cmake", "-G", "Ninja", "-S", folder, "-B", build, "-DCMAKE_BUILD_TYPE=Release", *options], folder, **environment)
    run(["cmake", "--build", build, "-j4"], folder, **environment)
    run(["ctest", "--test-dir", build], folder)
    return run([build / "program"], folder)


def probes(folder: Path) -> dict[str, str]:
    cache = (folder / "build" / "CMakeCache.txt").read_text()
    return dict(re.findall(r"^((?:HAVE_\w+|RUNS|LONG_DOUBLE|CMAKE_HAVE\w+))(?::\w+)?=(.*)$", cache, re.MULTILINE))


LTO = ("-DCONSUMER_LTO=ON", "-DCMAKE_EXE_LINKER_FLAGS=-fuse-ld=lld", "-DCMAKE_SHARED_LINKER_FLAGS=-fuse-ld=lld")


@pytest.mark.parametrize("options", [(), LTO], ids=["release", "LTO"])
def test_cmake(options: tuple[str, ...], tmp_path: Path) -> None:
    outputs, found, report = {}, {}, tmp_path / "report"
    for name, folder in copies("cmake", tmp_path).items():
        c, cxx = COMPILERS[name]
        outputs[name] = cmake_build(folder, {"CC": c, "CXX": cxx, "VECWRAP_REPORT": str(report)}, *options)
        found[name] = probes(folder)
    assert outputs["ours"] == outputs["plain"]
    assert found["ours"] == found["plain"] and found["plain"]["HAVE_WVLA"] == "1"
    assert {"dense.c", "main.cc"} <= replaced_files(report)


def test_cmake_toolchain_file_and_package(tmp_path: Path) -> None:
    folder = copies("cmake", tmp_path)["ours"]
    toolchain = PREFIX / "lib" / "cmake" / "vecwrap" / "toolchains" / "x86_64-linux-gnu.cmake"
    cmake_build(folder, {}, f"-DCMAKE_TOOLCHAIN_FILE={toolchain}", f"-DCMAKE_PREFIX_PATH={PREFIX}", "-DCONSUMER_FIND_VECWRAP=ON")
    assert "vecwrap-clang" in (folder / "build" / "CMakeFiles" / "rules.ninja").read_text()


def test_configure_probes(tmp_path: Path) -> None:
    configs = {}
    for name, folder in copies("configure", tmp_path).items():
        run(["./configure"], folder, CC=COMPILERS[name][0])
        configs[name] = (folder / "config.h").read_text()
        assert sorted(p.name for p in folder.iterdir()) == ["config.h", "configure"]
    assert configs["ours"] == configs["plain"]
    assert "#define CC_WORKS 1" in configs["plain"] and "/* HAVE_UNDECLARED */" in configs["plain"]


def test_works_from_any_directory(tmp_path: Path) -> None:
    (tmp_path / "a.c").write_text("int main(void) { return 0; }\n")
    relative = os.path.relpath(BIN / "vecwrap-clang", tmp_path)
    for compiler in (relative, "vecwrap-clang"):
        run([compiler, "a.c", "-o", "a"], tmp_path, PATH=f"{BIN}:{os.environ['PATH']}")
