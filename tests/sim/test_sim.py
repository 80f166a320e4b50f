"""Counts against programs written by hand, caches against a reference, regions, errors."""

import json
import os
import random
import re
import shutil
import struct
import subprocess
from pathlib import Path
from typing import Any

import pytest
import ruler
from vecwrap.cli.sim import main
from vecwrap.sim.cores import CACHE, FOLDER, NUMBERS, core_names, read_core, table_of
from vecwrap.sim.costs import SCALAR_FORM, Shape, write
from vecwrap.sim.elf import Elf, ElfError
from vecwrap.sim.representatives import SCALAR, VECTOR
from vecwrap.sim.run import SYSROOT, Options, SimError, find_plugin, simulate

ROOT = Path(__file__).parents[2]
START = ".globl _start\n_start:\n"
EXIT = "\nli a0, 3\nli a7, 93\necall\n.bss\n.balign 64\nmemory: .zero 262144\n"


@pytest.fixture(scope="session", autouse=True)
def tools() -> None:
    for tool in ("qemu-riscv64", "clang-22"):
        if not shutil.which(tool):
            pytest.skip(f"needs {tool}")
    if "VECWRAP_SIM_PLUGIN" not in os.environ:
        find_plugin()


def build(folder: Path, text: str) -> Path:
    source, program = folder / "program.s", folder / "program"
    source.write_text(START + text + EXIT)
    subprocess.run(["clang-22", "--target=riscv64-linux-gnu", "-march=rv64gcv", "-nostdlib", "-static", "-fuse-ld=lld",
                    str(source), "-o", str(program)], check=True)
    return program


def measure(folder: Path, text: str, **options: Any) -> dict[str, Any]:
    code, report = simulate(build(folder, text), [], Options(**options))
    assert code == 3
    return report


def counts(report: dict[str, Any]) -> dict[str, int]:
    return {name: row["instructions"] for name, row in report["classes"].items()}


def test_every_class_is_counted_under_its_name(tmp_path: Path) -> None:
    """The derivation's own instructions, each once, straight-line: decoder and table must agree on the class."""
    skipped = {"branch", "jump", "system", "vset"}
    harmless = {name: next(iter(widths.values())) for name, widths in SCALAR.items() if name not in skipped}
    lines, expected = ["lla a0, memory\nlla s1, memory\nvsetivli x0, 4, e32, m1, ta, ma\nslti x0, x0, 1"], {}
    for name, text in harmless.items():
        lines.append(re.sub(r"\(\w+\)", "(s1)", re.sub(r"\ba0\b", "a3", text)))
        expected[name] = 1
    for name, forms in VECTOR.items():
        written = [re.sub(r"\(a0\)(, a1)?", lambda m: "(s1)" + (", x0" if m[1] else ""), form.format(w=32))
                   for form in forms if form]
        lines += ["vmv.v.i v16, 0" if "x" in name and "indexed" in name else "", *written]
        expected[name] = len(written)
        if "indexed" in name:
            expected["vint_move"] = expected.get("vint_move", 0) + 1
    moves = 2 + sum("indexed" in name for name in VECTOR)
    expected["vint_move"] = moves
    report = measure(tmp_path, "\n".join(lines) + "\nslti x0, x0, 2", markers=True)
    assert counts(report) == expected


def test_counts_and_elements_of_a_strip_mined_loop(tmp_path: Path) -> None:
    text = ("lla a1, memory\nli a0, 100\nslti x0, x0, 1\nloop: vsetvli a2, a0, e32, m2, ta, ma\nvadd.vv v8, v8, v8\n"
            "vle32.v v16, (a1)\nsub a0, a0, a2\nbnez a0, loop\nslti x0, x0, 2")
    report = measure(tmp_path, text, markers=True)  # VLEN 256: 16 a time, six times, then 4
    assert counts(report) == {"int_alu": 7, "branch": 7, "vset": 7, "vload_unit": 7, "vint_alu": 7}
    assert report["classes"]["vload_unit"]["elements"] == report["classes"]["vint_alu"]["elements"] == 100
    assert report["vl"]["assumed"] == 0


def test_dependent_operations_take_their_latency(tmp_path: Path) -> None:
    latency = table_of(read_core("spacemit-x60"))["fp_add", Shape(64, 0)].latency
    report = measure(tmp_path, "slti x0, x0, 1\n" + "fadd.d fa0, fa0, fa1\n" * 50 + "slti x0, x0, 2", markers=True)
    assert report["cycles"] == 50 * latency


def reference_lru(addresses: list[int], size: int, ways: int, line: int) -> tuple[int, int]:
    sets: dict[int, list[int]] = {}
    hits = 0
    for address in addresses:
        tag = address // line
        inside = sets.setdefault(tag % (size // line // ways), [])
        hits += tag in inside
        if tag in inside:
            inside.remove(tag)
        inside.append(tag)
        del inside[:-ways]
    return hits, len(addresses) - hits


def test_first_level_is_lru(tmp_path: Path) -> None:
    generator = random.Random(5)
    offsets = [generator.randrange(0, 90000, 8) for _ in range(3000)]
    text = "lla a1, memory\nslti x0, x0, 1\n" + "".join(f"li a2, {o}\nadd a2, a2, a1\nld a3, 0(a2)\n" for o in offsets)
    _, size, ways, line, _ = (read_core("spacemit-x60")["caches"][0][key] for key in CACHE)
    report = measure(tmp_path, text + "slti x0, x0, 2", markers=True)
    assert (report["caches"][0]["hits"], report["caches"][0]["misses"]) == reference_lru(offsets, size, ways, line)
    assert report["caches"][0]["misses"] == report["caches"][1]["hits"] + report["caches"][1]["misses"]


def test_function_region_holds_its_callees_only(tmp_path: Path) -> None:
    text = ("call outer\nj done\n.type outer,@function\nouter: mv s0, ra\ncall inner\nmul a1, a1, a1\nmv ra, s0\nret\n"
            ".type inner,@function\ninner: div a1, a1, a1\nret\ndone:")
    found = counts(measure(tmp_path, text, function="outer"))
    assert found["int_mul"] == 1 and found["int_div"] == 1 and "system" not in found
    assert "int_mul" not in counts(measure(tmp_path, text, function="inner"))


def test_function_region_of_a_program_that_is_loaded_anywhere(tmp_path: Path) -> None:
    """A position-independent program with a dynamic loader: neither its address nor its entry is the file's."""
    if not Path(SYSROOT).is_dir():
        pytest.skip("needs libc6-dev-riscv64-cross")
    source, program = tmp_path / "program.c", tmp_path / "program"
    source.write_text("__attribute__((noinline)) long f(long x) { return x / 3 * x; }\n"
                      "int main(int argc, char **argv) { (void)argv; return f(argc + 8) + f(argc + 11); }\n")
    subprocess.run(["clang-22", "--target=riscv64-linux-gnu", "-march=rv64gc", "-O1", "-fPIE", "-pie", "-fuse-ld=lld",
                    str(source), "-o", str(program)], check=True)
    code, report = simulate(program, [], Options(function="f"))
    assert code == 75 and report["regions"] == 2 and report["instructions"] < 30


def test_report_is_what_the_schema_says(tmp_path: Path) -> None:
    """Others read it: names and kinds of values do not change unnoticed."""
    report = json.loads(json.dumps(measure(tmp_path, "vsetivli x0, 4, e32, m1, ta, ma\nvadd.vv v8, v8, v8")))
    kinds = {name: type(value) for name, value in report.items()}
    assert kinds == {"model": int, "core": str, "vlen": int, "regions": int, "instructions": int, "cycles": int, "classes": dict,
                     "vl": dict, "caches": list}
    assert report["classes"]["vint_alu"] == {"instructions": 1, "elements": 4} and set(report["vl"]) == {"deferred", "assumed"}
    assert [set(cache) for cache in report["caches"]] == [{"name", "hits", "misses"}] * 2
    assert sum(row["instructions"] for row in report["classes"].values()) == report["instructions"]


def test_command_passes_everything_through(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    program = build(tmp_path, "li a0, 1\nlla a1, text\nli a2, 3\nli a7, 64\necall\n.data\ntext: .ascii \"hi\\n\"\n.text")
    assert main(["--json", "--output", str(out), str(program)]) == 3
    assert capfd.readouterr() == ("hi\n", "") and json.loads(out.read_text())["core"] == "spacemit-x60"
    assert main([str(program)]) == 3
    written = capfd.readouterr()
    assert written.out == "hi\n" and "modelled cycles" in written.err
    assert main(["--function", "gone", str(program)]) == 2
    assert capfd.readouterr().err.startswith("vecwrap sim: ")


def test_missing_qemu_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = build(tmp_path, "nop")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SimError, match="apt-get install qemu-user"):
        simulate(program, [], Options())


@pytest.mark.parametrize("core", core_names())
def test_model_agrees_with_llvm_mca(core: str) -> None:
    """A few bodies that were held out; bench/ruler.py has all of them."""
    wanted = ruler.held_out()[::11]
    found = ruler.calibrate(core, wanted)
    assert found.left_out == 0 and found.blocks >= 5 and found.spearman >= 0.9


def test_whole_program_repeats_exactly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = measure(tmp_path, "li a1, 7")
    monkeypatch.setenv("SOMETHING", "longer")
    assert measure(tmp_path, "li a1, 7") == first
    assert first["instructions"] == 4


@pytest.mark.parametrize("options, message", [({"function": "gone"}, "no function 'gone'"), ({"markers": True}, "never reached"),
                                              ({"vlen": 100}, "--vlen 100")])
def test_errors(tmp_path: Path, options: dict[str, Any], message: str) -> None:
    with pytest.raises(SimError, match=message):
        measure(tmp_path, "nop", **options)


def test_other_files_are_refused(tmp_path: Path) -> None:
    other = tmp_path / "text"
    other.write_text("#!/bin/sh\n")
    with pytest.raises(SimError, match="not a 64-bit"):
        simulate(other, [], Options())


def test_programs_that_cannot_run_are_told_apart(tmp_path: Path) -> None:
    whole = build(tmp_path, "nop").read_bytes()
    first_segment, (count,) = 64, struct.unpack_from("<H", whole, 56)
    names = {"cut": whole[:first_segment + 56 * count], "headers": whole[:100], "locked": whole,
             "library": whole[:24] + bytes(8) + whole[32:]}
    loader = struct.pack("<IIQQQQQQ", 3, 4, len(whole), 0, 0, 9, 9, 1)  # PT_INTERP in the place of a header
    names["dynamic"] = whole[:first_segment] + loader + whole[first_segment + 56:] + b"/nowhere\0"
    says = {"cut": "is cut off: it has", "headers": "no place for its program headers", "library": "is a library",
            "locked": "chmod [+]x", "dynamic": "loader /nowhere is not in .*--sysroot"}
    for name, content in names.items():
        program = tmp_path / name
        program.write_bytes(content)
        program.chmod(0o600 if name == "locked" else 0o700)
        with pytest.raises(ElfError, match=says[name]):
            Elf(program).check_that_it_runs(Path("/usr/riscv64-linux-gnu"))
        with pytest.raises(SimError, match=says[name]):
            simulate(program, [], Options())


@pytest.mark.parametrize("core", core_names())
def test_core_has_a_cost_for_every_class(core: str) -> None:
    listed = (ROOT / "cpp/vecwrap/sim/classes.h").read_text()
    classes = set(re.findall(r"row\((\w+)\)", listed)) - {"unknown", "name"}
    assert {name.removesuffix(SCALAR_FORM) for name, _ in table_of(read_core(core))} == classes == {*SCALAR, *VECTOR}


@pytest.mark.parametrize("core", core_names())
def test_core_names_the_source_of_every_fact(core: str) -> None:
    facts = read_core(core)
    assert set(facts["sources"]) == {"vlen", "zicbop", *NUMBERS, *(cache["name"] for cache in facts["caches"])}
    assert set(facts) == {"name", "vlen", "zicbop", *NUMBERS, "caches", "sources", "units", "costs"}


@pytest.mark.parametrize("core", core_names())
def test_core_file_is_as_short_as_can_be(core: str) -> None:
    """What is read and written again is the file: no class twice, no line that says what another one says."""
    table = table_of(read_core(core))
    assert "\n".join(write(table)) in (FOLDER / f"{core}.toml").read_text()
