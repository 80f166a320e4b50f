"""Programs whose nests are replaced print the same under every way of building them."""

import json
import os
import subprocess
from pathlib import Path

import pytest
from compilers import OURS, PLAIN, clean_environment, fresh_copy, run_here

WAYS = ["-O1", "-O2", "-O3", "-O2 -flto -fuse-ld=lld", "-O2 -flto=thin -fuse-ld=lld", "-O2 -fPIC -pie", "-O2 -g",
        "-O2 -fwrapv", "-O2 -ffp-contract=off", "-O2 -static", "-O2 -fsanitize=undefined", "-O2 -save-temps",
        "-O2 -fno-integrated-as", "-O2 -mcmodel=medium", "-O2 -ffunction-sections -Wl,--gc-sections", "-O0", "-Os"]


def program_output(compiler: object, flags: list[str], folder: Path, source: str = "matmul.c") -> str:
    built = run_here([str(compiler), *flags, source, "-o", "program"], fresh_copy(folder))
    assert built.code == 0, built.stderr
    return subprocess.run([folder / "program"], capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("target", ["x86-64", "x86-64-v3", "native"])
@pytest.mark.parametrize("way", WAYS)
def test_same_output(way: str, target: str, tmp_path: Path) -> None:
    flags = [*way.split(), f"-march={target}"]
    assert program_output(OURS["c"], flags, tmp_path / "work") == program_output(PLAIN["c"], flags, tmp_path / "work")


def test_the_nest_is_replaced(tmp_path: Path) -> None:
    """Otherwise the test above would compare clang with itself."""
    folder, report = fresh_copy(tmp_path / "work"), tmp_path / "report"
    run_here([str(OURS["c"]), "-O2", "-march=x86-64-v3", "-c", "matmul.c"], folder, VECWRAP_REPORT=str(report))
    assert any(json.loads(line)["replaced"] for line in report.read_text().splitlines())


def test_builds_are_reproducible(tmp_path: Path) -> None:
    command = [str(OURS["c"]), "-O2", "-g", "-march=x86-64-v3", "-c", "matmul.c"]
    first = run_here(command, fresh_copy(tmp_path / "work"))
    assert run_here(command, fresh_copy(tmp_path / "work")) == first


def test_no_cache_folder_and_read_only_home(tmp_path: Path) -> None:
    built = run_here([str(OURS["c"]), "-O2", "-c", "matmul.c"], fresh_copy(tmp_path / "work"),
                     HOME="/nonexistent", TMPDIR="/nonexistent")
    assert built.code == 0 and built.stderr == ""


@pytest.mark.parametrize("order", ["ccache in front", "ccache behind"])
def test_ccache(order: str, tmp_path: Path) -> None:
    """The second compilation is a hit and gives the same object."""
    if order == "ccache in front":
        command, extra = ["ccache", str(OURS["c"])], {}
    else:
        wrapper = tmp_path / "bin" / "clang-22"
        wrapper.parent.mkdir()
        wrapper.symlink_to("/usr/bin/ccache")
        command, extra = [str(OURS["c"])], {"VECWRAP_CLANG": str(wrapper)}
    environment = {"CCACHE_DIR": str(tmp_path / "cache"), **extra}
    objects = [run_here([*command, "-O2", "-march=x86-64-v3", "-c", "matmul.c"], fresh_copy(tmp_path / "work"), **environment)
               for _ in range(2)]
    uncached = run_here([str(OURS["c"]), "-O2", "-march=x86-64-v3", "-c", "matmul.c"], fresh_copy(tmp_path / "work"))
    assert [o.files.get("matmul.o") for o in objects] == [uncached.files["matmul.o"]] * 2
    counters = subprocess.run(["ccache", "--print-stats"], capture_output=True, text=True, check=True,
                              env=clean_environment(**environment)).stdout.split()
    hits = sum(int(counters[counters.index(name) + 1]) for name in ("direct_cache_hit", "preprocessed_cache_hit"))
    assert hits == 1


def test_parallel_make(tmp_path: Path) -> None:
    """24 units with equal nests at once: one program, no lost or torn line in the report."""
    units, report = 24, tmp_path / "report"
    body = fresh_copy(tmp_path / "sources").joinpath("matmul.c").read_text()
    outputs = {}
    for name, compiler in (("plain", PLAIN["c"]), ("ours", OURS["c"])):
        folder = tmp_path / name
        folder.mkdir()
        for unit in range(units):
            text = body.replace("matmul(", f"matmul{unit}(").replace("int main(void)", f"int part{unit}(void)")
            text = text.replace('printf("%d', f'printf("{unit} %d').replace("free(m);\n  }", "free(m);\n  }\n  return 0;")
            (folder / f"part{unit}.c").write_text(text)
        calls = "".join(f"int part{u}(void);\n" for u in range(units)) + "int main(void) { return 0"
        (folder / "main.c").write_text(calls + "".join(f" + part{u}()" for u in range(units)) + "; }\n")
        names = " ".join(f"part{u}.o" for u in range(units))
        (folder / "Makefile").write_text(f"CFLAGS = -O2 -march=x86-64-v3 -MMD\nprogram: main.o {names}\n\t$(CC) $^ -o $@\n")
        environment = clean_environment(CC=str(compiler), VECWRAP_REPORT=str(report))
        subprocess.run(["make", "-s", "-e", "-j8"], cwd=folder, check=True, env=environment)
        outputs[name] = (subprocess.run([folder / "program"], capture_output=True, text=True, check=True).stdout,
                         {p.name: p.read_text() for p in folder.glob("*.d")})
    assert outputs["ours"] == outputs["plain"]
    rows = [json.loads(line) for line in report.read_text().splitlines()]
    assert len({row["file"] for row in rows if row["replaced"]}) == units


def test_interrupted_compilation_leaves_nothing(tmp_path: Path) -> None:
    """A signal in the middle: no object, no temporary file."""
    folder = fresh_copy(tmp_path / "work")
    process = subprocess.Popen([OURS["c"], "-O2", "-c", "-x", "c", "-", "-o", "out.o"], cwd=folder, stdin=subprocess.PIPE,
                               env=clean_environment(TMPDIR=str(folder)))
    assert process.stdin
    process.stdin.write(b"int f(void);\n")
    process.stdin.flush()
    before = set(os.listdir(folder))
    process.terminate()
    process.wait(timeout=20)
    assert not [name for name in set(os.listdir(folder)) - before if name.endswith(".o")]
