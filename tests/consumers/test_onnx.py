"""vecwrap_add_onnx: models as targets that link into C and C++, install, and build again exactly when they should."""

import os
import shutil
from pathlib import Path

import pytest
from compilers import BIN
from consumer import GENERATORS, PREFIX, CMake, copy_project, run
from consumer_mlp import Mlp, check

OPTIONS = (f"-DCMAKE_PREFIX_PATH={PREFIX}",)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """The model file of a copy of the project, with weights in a file of their own; there are spaces in the path."""
    path = copy_project("onnx", tmp_path / "a consumer") / "model" / "net.onnx"
    Mlp(1).save(path, external=True)
    return path


def consumer(model: Path, generator: str = "Ninja", *options: str) -> CMake:
    project = CMake(model.parents[1], generator)
    assert "Warning" not in project.configure(*OPTIONS, "-DCONSUMER_BATCH=4", *options)
    project.make()
    return project


class Times:
    """Which of the files that matter were written between two questions."""

    NAMES = ("net.o", "include/net.h", "in_c")

    def __init__(self, project: CMake) -> None:
        folder = project.build / "model" / "net.vecwrap"
        self.files = [project.build / name if name == "in_c" else folder / name for name in self.NAMES]
        self.last = self.now()

    def now(self) -> list[int]:
        return [file.stat().st_mtime_ns for file in self.files]

    def written(self) -> set[str]:
        before, self.last = self.last, self.now()
        return {name for name, old, new in zip(self.NAMES, before, self.last) if old != new}


@pytest.mark.parametrize("generator", [*GENERATORS, "Ninja Multi-Config"])
def test_c_and_cxx(generator: str, model: Path) -> None:
    project = consumer(model, generator)
    folder = "Debug/" if "Multi" in generator else ""
    for program in ("in_c", "in_cxx"):
        check(project.run(folder + program), Mlp(1).outputs(4))


@pytest.mark.parametrize("generator", GENERATORS)
def test_builds_again_when_it_should(generator: str, model: Path) -> None:
    tool = model.parents[1] / "vecwrap-onnx"
    shutil.copy(BIN / "vecwrap-onnx", tool)
    project = consumer(model, generator, f"-Dvecwrap_onnx_EXECUTABLE={tool}")
    times = Times(project)

    def after(*changed: Path) -> set[str]:
        for path in changed:
            os.utime(path)
        project.make()
        return times.written()

    assert after() == set()
    assert after(model.parents[1] / "main.c") == {"in_c"}
    for cause in (model, model.with_suffix(".weights"), tool):
        assert after(cause) == {"net.o", "in_c"}, cause  # the header says the same as before
        assert after() == set()

    Mlp(2).save(model, external=True)
    assert after() == {"net.o", "in_c"}
    check(project.run("in_c"), Mlp(2).outputs(4))

    project.configure()
    assert after() == set()
    project.configure("-DCONSUMER_BATCH=5")
    assert after() == {"net.o", "include/net.h", "in_c"}
    check(project.run("in_c"), Mlp(2).outputs(5))

    (project.build / "model" / "net.vecwrap" / "net.o").unlink()
    project.make()
    check(project.run("in_cxx"), Mlp(2).outputs(5))


def test_failed_model_leaves_nothing(model: Path) -> None:
    project = consumer(model)
    model.write_bytes(b"no model")
    result = project.cmake("--build", project.build)
    assert result.returncode != 0 and "net.onnx" in result.stdout + result.stderr
    Mlp(3).save(model, external=True)
    project.make()
    check(project.run("in_c"), Mlp(3).outputs(4))


def test_install(model: Path, tmp_path: Path) -> None:
    """The installed library serves another project, which knows nothing of vecwrap."""
    project, prefix, user = consumer(model), tmp_path / "prefix", tmp_path / "user"
    run(["cmake", "--install", project.build, "--prefix", prefix], tmp_path)
    user.mkdir()
    shutil.copy(model.parents[1] / "main.c", user)
    (user / "CMakeLists.txt").write_text('''cmake_minimum_required(VERSION 3.25)
project(user LANGUAGES C)
find_package(consumer REQUIRED)
add_executable(program main.c)
target_link_libraries(program PRIVATE consumer::net)
''')
    shutil.rmtree(project.build)
    second = CMake(user)
    second.configure(f"-DCMAKE_PREFIX_PATH={prefix}")
    second.make()
    check(second.run("program"), Mlp(1).outputs(4))


@pytest.mark.parametrize("generator", GENERATORS)
def test_two_models(generator: str, tmp_path: Path) -> None:
    folder = copy_project("onnx-two-models", tmp_path / "consumer")
    Mlp(1, hidden=40).save(folder / "large.onnx", batch=6)
    Mlp(2).save(folder / "small.onnx", batch=2)
    project = CMake(folder, generator)
    assert "Warning" not in project.configure(*OPTIONS)
    project.make()
    check(project.run("program"), Mlp(1, hidden=40).outputs(6), Mlp(2).outputs(2))
    Mlp(3).save(folder / "small.onnx", batch=2)
    project.make()
    check(project.run("program"), Mlp(1, hidden=40).outputs(6), Mlp(3).outputs(2))


BAD_CALLS = {
    "vecwrap_add_onnx(net)": "no MODEL; write vecwrap_add_onnx(net MODEL file.onnx).",
    "vecwrap_add_onnx(net MODEL)": "no MODEL; write vecwrap_add_onnx(net MODEL file.onnx).",
    "vecwrap_add_onnx(net net.onnx)": "unknown arguments: net.onnx. There are MODEL, PREFIX, TARGET, SHAPE and OPTIONS.",
    "vecwrap_add_onnx(net MODEL net.onnx PREFIX)": "no value after PREFIX.",
    "vecwrap_add_onnx(net MODEL net.onnx PREFIX 2nd)": "PREFIX '2nd' is not a C identifier;",
    "vecwrap_add_onnx(net MODEL missing.onnx)": "no such file: MODEL {folder}/missing.onnx",
    "vecwrap_add_onnx(net MODEL .)": "MODEL {folder}/ is a folder, not a file.",
    "vecwrap_add_onnx(net MODEL $<1:net.onnx>)": "generator expressions are not known yet when the command is written;",
    "set(CMAKE_SYSTEM_PROCESSOR aarch64)\nvecwrap_add_onnx(net MODEL net.onnx)": "this build is for aarch64 Linux.",
    "vecwrap_add_onnx(net MODEL net.onnx TARGET riscv64-rvv)":
        "TARGET riscv64-rvv is for another machine than this build (x86_64).",
    "set(CMAKE_SYSTEM_PROCESSOR riscv64)\nvecwrap_add_onnx(net MODEL net.onnx TARGET native)":
        "TARGET native is for another machine than this build (riscv64).",
}


@pytest.mark.parametrize("call", BAD_CALLS)
def test_bad_calls(call: str, tmp_path: Path) -> None:
    said = refusal(call, "C", tmp_path)
    assert "vecwrap_add_onnx(net): " in said and BAD_CALLS[call].format(folder=tmp_path) in said


def test_no_language(tmp_path: Path) -> None:
    said = refusal("vecwrap_add_onnx(net MODEL net.onnx)", "NONE", tmp_path)
    assert "a library needs C or C++; add one to project(... LANGUAGES)." in said


def refusal(call: str, languages: str, folder: Path) -> str:
    (folder / "net.onnx").touch()
    (folder / "CMakeLists.txt").write_text(f'''cmake_minimum_required(VERSION 3.25)
project(consumer LANGUAGES {languages})
find_package(vecwrap REQUIRED)
{call}
''')
    return CMake(folder).refused(*OPTIONS)
