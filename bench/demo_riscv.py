"""The examples for RISC-V: cross-compiled by plain clang and by vecwrap-clang, run under QEMU, on the ruler of docs/sim.md."""

import subprocess
import tempfile
from pathlib import Path
from typing import Any

from common import CLANG, ROOT, VECWRAP, WORK, print_table, save_json
from vecwrap.sim.run import Options, simulate

CORE = "spacemit-x60"
# One function of the example is counted, so it must stay one; clang's vectoriser splits the multiply-adds of ordered sums,
# so both sides compile without contraction (docs/driver.md).
FLAGS = ["--target=riscv64-linux-gnu", "-static", "-fuse-ld=lld", "-O3", "-march=rv64gcv", "-fno-inline", "-ffp-contract=off"]
EXAMPLES = {  # file: the counted function, sizes that take QEMU seconds, what a reader would call it
    "matmul_ijk": ("matmul", ["128"], "matrix product, ijk, n=128"),
    "matmul_ikj": ("matmul_add", ["96", "1"], "matrix product, ikj, n=96"),
    "conv3x3": ("conv3x3_relu", ["28", "16", "16"], "3x3 convolution layer, 16x28x28"),
    "mlp": ("dense_relu", ["16", "128", "128", "64"], "two-layer perceptron, batch 16"),
    "jacobi": ("jacobi_step", ["128", "4"], "Jacobi stencil, 128x128 (x4)"),
    "matvec": ("matvec", ["256", "4"], "matrix-vector, n=256 (x4)"),
}


def run(compiler: str, name: str, folder: Path) -> dict[str, Any]:
    function, arguments, _ = EXAMPLES[name]
    program, out = folder / f"{name}.{Path(compiler).name}", folder / "out"
    command = [compiler, *FLAGS, str(ROOT / "examples" / f"{name}.c"), "-o", str(program)]
    subprocess.run(command, check=True)
    with out.open("wb") as file:
        code, report = simulate(program, arguments, Options(core=CORE, function=function), stdout=file)
    lines = [line for line in out.read_text().splitlines() if line.startswith("output ")]
    if code or not lines:
        raise RuntimeError(f"{' '.join(command)}: the program ended with {code} and printed no output line")
    return {"cycles": report["cycles"], "instructions": report["instructions"], "output": lines}


def measure(name: str) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        plain, ours = (run(compiler, name, Path(folder)) for compiler in (CLANG, VECWRAP))
    return {"name": name, "plain": plain, "vecwrap": ours, "identical": plain["output"] == ours["output"]}


def row(result: dict[str, Any]) -> list[str]:
    plain, ours = result["plain"], result["vecwrap"]
    return [EXAMPLES[result["name"]][2], *(f"{side[count]:,}" for count in ("instructions", "cycles") for side in (plain, ours)),
            f"{plain['cycles'] / ours['cycles']:.1f}x", "identical" if result["identical"] else "DIFFERS"]


def main() -> int:
    results = []
    for name in EXAMPLES:
        print(f"[demo] {name}.c for RISC-V", flush=True)
        results.append(measure(name))
    WORK.mkdir(parents=True, exist_ok=True)
    save_json("demo_riscv", results)
    print_table(f"RISC-V, rv64gcv: {CLANG} -O3 against vecwrap-clang, counted under QEMU, cycles of the model of {CORE}",
                ["examples/", f"{CLANG}: instructions", "vecwrap-clang", f"{CLANG}: cycles", "vecwrap-clang", "fewer cycles",
                 "output"], [row(r) for r in results])
    return int(not all(r["identical"] for r in results))


if __name__ == "__main__":
    raise SystemExit(main())
