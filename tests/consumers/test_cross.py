"""Projects cross-compiled for RISC-V by the toolchain files, which run their own tests in QEMU."""

import os
import re
import shutil
from pathlib import Path

import pytest
from compilers import BIN, PLAIN
from consumer import PREFIX, CMake, copy_project, run
from consumer_mlp import Mlp, check

TOOLCHAINS = PREFIX / "lib" / "cmake" / "vecwrap" / "toolchains"
OPTIONS = (f"-DCMAKE_PREFIX_PATH={PREFIX}",)
GNU, ZIG = "riscv64-linux-gnu-rvv", "riscv64-linux-musl-zig"
# Without its vectoriser, which splits the multiply-adds of ordered sums for as many elements as a vector holds: what that
# prints depends on VLEN (docs/driver.md).
PLAIN_CLANG = ("-DCMAKE_C_FLAGS_RELEASE=-O3 -fno-vectorize",
               f"-DVECWRAP_C_COMPILER={shutil.which(PLAIN['c'])}", f"-DVECWRAP_CXX_COMPILER={shutil.which(PLAIN['c++'])}")


def built(project: str, folder: Path, toolchain: str, *options: str) -> CMake:
    """Built, and tested through the emulator."""
    consumer = CMake(copy_project(project, folder), PATH=f"{BIN}{os.pathsep}{os.environ['PATH']}")
    consumer.configure(f"-DCMAKE_TOOLCHAIN_FILE={TOOLCHAINS / toolchain}.cmake", "-DCMAKE_BUILD_TYPE=Release", *options)
    consumer.make()
    run(["ctest", "--test-dir", consumer.build, "--no-tests=error"], consumer.source)
    return consumer


def cache(consumer: CMake) -> dict[str, str]:
    return dict(re.findall(r"^(\w+)(?::\w+)?=(.*)$", (consumer.build / "CMakeCache.txt").read_text(), re.MULTILINE))


def compiler_of(consumer: CMake) -> str:
    return (consumer.build / "CMakeFiles" / "rules.ninja").read_text()


def printed(consumer: CMake, vlen: int = 256, program: str = "program", *arguments: str) -> str:
    qemu = ["qemu-riscv64", "-cpu", f"rv64,v=true,vlen={vlen},elen=64,vext_spec=v1.0", "-L", "/usr/riscv64-linux-gnu"]
    return run([*qemu, consumer.build / program, *arguments], consumer.source)


@pytest.mark.parametrize("toolchain", [GNU, ZIG])
def test_c_project(toolchain: str, tmp_path: Path) -> None:
    ours, plain = built("cross", tmp_path / "ours", toolchain), built("cross", tmp_path / "plain", toolchain, *PLAIN_CLANG)
    for vlen in (128, 256, 1024):
        assert printed(ours, vlen, "program", "3") == printed(plain, vlen, "program", "3")
    found = cache(ours)
    assert found["HAVE_UNISTD"] == found["RUNS"] == "1" and found["LONG_DOUBLE"] == "16"
    assert not found["HAVE_NO_SUCH_HEADER"] and not found["RUNS_BADLY"]
    assert re.fullmatch(r".*/llvm-ar(-22)?", found["CMAKE_AR"]) and re.fullmatch(r".*/llvm-strip(-22)?", found["CMAKE_STRIP"])
    assert run(["cmake", "--install", ours.build, "--strip", "--prefix", tmp_path / "installed"], tmp_path)
    assert (tmp_path / "installed" / "bin" / "program").stat().st_size < (ours.build / "program").stat().st_size
    assert "vecwrap-clang" in compiler_of(ours) and "vecwrap-clang" not in compiler_of(plain)


def test_cpp_project(tmp_path: Path) -> None:
    consumer = built("cmake", tmp_path / "cmake", GNU)
    assert "RISC-V" in run(["file", "-b", consumer.build / "program"], consumer.source)


def test_models(tmp_path: Path) -> None:
    """In C, C++ and a shared library, for vectors of every length."""
    source = copy_project("onnx", tmp_path / "onnx")
    Mlp(1).save(source / "model" / "net.onnx")
    consumer = CMake(source, PATH=f"{BIN}{os.pathsep}{os.environ['PATH']}")
    said = consumer.configure(f"-DCMAKE_TOOLCHAIN_FILE={TOOLCHAINS / GNU}.cmake", *OPTIONS, "-DCONSUMER_BATCH=4")
    assert "Warning" not in said
    consumer.make()
    for vlen in (128, 256, 1024):
        check(printed(consumer, vlen, "in_c"), Mlp(1).outputs(4))
    check(printed(consumer, 256, "in_cxx"), Mlp(1).outputs(4))


def test_models_with_musl(tmp_path: Path) -> None:
    source = copy_project("onnx-two-models", tmp_path / "onnx")
    Mlp(1, hidden=40).save(source / "large.onnx", batch=6)
    Mlp(2).save(source / "small.onnx", batch=2)
    consumer = CMake(source, PATH=f"{BIN}{os.pathsep}{os.environ['PATH']}")
    consumer.configure(f"-DCMAKE_TOOLCHAIN_FILE={TOOLCHAINS / ZIG}.cmake", *OPTIONS)
    consumer.make()
    check(printed(consumer), Mlp(1, hidden=40).outputs(6), Mlp(2).outputs(2))


def test_optimize_one_target(tmp_path: Path) -> None:
    """vecwrap_optimize with a plain clang that builds for RISC-V."""
    consumer = CMake(copy_project("optimize-one-target", tmp_path / "one"), PATH=f"{BIN}{os.pathsep}{os.environ['PATH']}")
    consumer.configure(f"-DCMAKE_TOOLCHAIN_FILE={TOOLCHAINS / GNU}.cmake", "-DCMAKE_BUILD_TYPE=Release", *OPTIONS, *PLAIN_CLANG)
    consumer.make()
    assert printed(consumer) == "equal\n"
    objects = {path.name: path.read_bytes() for path in consumer.build.rglob("*.o")}
    assert b"vecwrap_kernel_" in objects["fast.c.o"] and b"vecwrap_kernel_" not in objects["plain.c.o"]


def test_missing_library_is_named(tmp_path: Path) -> None:
    consumer = CMake(copy_project("cross", tmp_path / "cross"))
    said = consumer.refused(f"-DCMAKE_TOOLCHAIN_FILE={TOOLCHAINS / GNU}.cmake", f"-DVECWRAP_SYSROOT={tmp_path}")
    assert f"No C library for riscv64 in {tmp_path}" in said and "apt-get install" in said


@pytest.mark.parametrize("toolchain", [GNU, ZIG])
def test_toolchain_may_be_read_twice(toolchain: str, tmp_path: Path) -> None:
    """CMake reads it for every language and every probe; lists must not grow."""
    source = tmp_path / "twice"
    source.mkdir()
    (source / "CMakeLists.txt").write_text('''cmake_minimum_required(VERSION 3.20)
project(twice LANGUAGES NONE)
set(before "${CMAKE_CROSSCOMPILING_EMULATOR} ${CMAKE_FIND_ROOT_PATH}")
include(${CMAKE_TOOLCHAIN_FILE})
if(NOT before STREQUAL "${CMAKE_CROSSCOMPILING_EMULATOR} ${CMAKE_FIND_ROOT_PATH}")
  message(FATAL_ERROR "grew")
endif()
''')
    consumer = CMake(source, PATH=f"{BIN}{os.pathsep}{os.environ['PATH']}")
    consumer.configure(f"-DCMAKE_TOOLCHAIN_FILE={TOOLCHAINS / toolchain}.cmake")


def test_shared_library_without_a_loader_is_refused(tmp_path: Path) -> None:
    source = copy_project("cross", tmp_path / "shared")
    text = (source / "CMakeLists.txt").read_text()
    (source / "CMakeLists.txt").write_text(text.replace("layers STATIC", "layers SHARED"))
    consumer = CMake(source, PATH=f"{BIN}{os.pathsep}{os.environ['PATH']}")
    consumer.configure(f"-DCMAKE_TOOLCHAIN_FILE={TOOLCHAINS / ZIG}.cmake")
    assert "use STATIC libraries" in consumer.cmake("--build", consumer.build).stdout
