"""Reports of one program on every core. Remembered runs (bench/ruler_memo.py) are right for as long as these do not change.

If they change because the model did, raise kModel (cpp/vecwrap/sim/machine.h) and MODEL (python/vecwrap/sim/run.py) too; if
because a core's description did, the runs of that core are forgotten anyway.
"""

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from vecwrap.sim import run
from vecwrap.sim.cores import core_names
from vecwrap.sim.representatives import SCALAR, VECTOR
from vecwrap.sim.run import Options, SimError, find_plugin, simulate

TOOLS = ("qemu-riscv64", "clang-22")
needs_tools = pytest.mark.skipif(not all(map(shutil.which, TOOLS)), reason=f"needs {' and '.join(TOOLS)}")
ROUNDS, STEP = 40, 4160  # through 162 KB: misses of the first level, and of the second


def build(folder: Path, text: str) -> Path:
    source, program = folder / "program.s", folder / "program"
    source.write_text(f".globl _start\n_start:\n{text}\nli a0, 0\nli a7, 93\necall\n.bss\n.balign 64\nmemory: .zero 262144\n")
    subprocess.run(["clang-22", "--target=riscv64-linux-gnu", "-march=rv64gcv_zfh_zvfh", "-nostdlib", "-static", "-fuse-ld=lld",
                    str(source), "-o", str(program)], check=True)
    return program


def every_class() -> str:
    """A loop of all classes: vectors of odd lengths that only an access tells, of two registers and of half a one, masks."""
    others = ("branch", "jump", "system", "vset")
    body = [re.sub(r"\(\w+\)", "(s1)", re.sub(r"\ba0\b", "a3", text))
            for name, widths in SCALAR.items() if name not in others for text in widths.values()]
    for shape, width in (("e32, m2", 32), ("e16, mf2", 16)):
        body.append(f"vsetvli a4, s2, {shape}, ta, ma")
        for name, forms in VECTOR.items():
            body += ["vmv.v.i v16, 0"] * ("indexed" in name)
            body += [re.sub(r"\(a0\)(, a1)?", lambda m: "(s1)" + (", s3" if m[1] else ""), form.format(w=width))
                     for form in forms if form]
        body += [f"vle{width}.v v8, (s1), v0.t", "vadd.vv v8, v16, v24, v0.t"]
    before = f"lla s1, memory\nli s0, {ROUNDS}\nli s2, 3\nli s3, 24\nslti x0, x0, 1\nagain:"
    after = f"li t0, {STEP}\nadd s1, s1, t0\naddi s2, s2, 1\naddi s0, s0, -1\nbeqz s0, done\nj again\ndone: slti x0, x0, 2"
    return "\n".join([before, *body, after])


@needs_tools
def test_counts_and_cycles_are_those_of_the_model(tmp_path: Path, golden: Callable[[Path, str], None]) -> None:
    program = build(tmp_path, every_class())
    reports = [simulate(program, [], Options(core=core, markers=True))[1] for core in core_names()]
    assert {report["model"] for report in reports} == {run.MODEL}
    golden(Path(__file__).parent / "model.json", "".join(json.dumps(report) + "\n" for report in reports))


@needs_tools
def test_a_plugin_of_another_model_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    find_plugin()
    monkeypatch.setattr(run, "MODEL", run.MODEL + 1)
    with pytest.raises(SimError, match="of another version.*reinstall"):
        simulate(build(tmp_path, "nop"), [], Options())
