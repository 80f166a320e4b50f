"""IREE: iree-compile for a static library. Runs in the peers' venv (rvv_peers.py)."""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from rvv_worker import Request, serve

COMPILER = Path(sys.prefix) / "bin" / "iree-compile"
FLAGS = ["--iree-hal-target-device=local", "--iree-hal-local-target-device-backends=llvm-cpu", "--iree-opt-level=O3",
         "--iree-llvmcpu-target-triple=riscv64-unknown-linux-gnu", "--iree-llvmcpu-target-abi=lp64d",
         "--iree-llvmcpu-link-embedded=false", "--iree-llvmcpu-link-static"]
FEATURES = "+m,+a,+f,+d,+c,+v,+zvl{}b"
MODULE = """func.func @operator(%x: {x}, %w: {w}) -> {y} {{
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : {y}
  %start = linalg.fill ins(%zero : f32) outs(%empty : {y}) -> {y}
  %y = linalg.{name} ins(%x, %w : {x}, {w}) outs(%start : {y}) -> {y}
  return %y : {y}
}}
"""


def tensor(shape: tuple[int, ...]) -> str:
    return f"tensor<{'x'.join(map(str, shape))}xf32>"


def named(request: Request) -> tuple[str, list[tuple[int, ...]]]:
    """The operator that fits, and the shapes of x, w, y that it takes."""
    x, w, y = request.x(), request.w(), request.y()
    if request.kind == "GEMM":
        return "matmul", [x, w, y]
    if request.sizes["GROUPS"] > 1:
        return "depthwise_conv_2d_nchw_chw", [x, (w[0], *w[2:]), y]
    if request.sizes["H"] == 1:
        return "conv_1d_ncw_fcw", [(*shape[:2], shape[3]) for shape in (x, w, y)]
    return "conv_2d_nchw_fchw", [x, w, y]


def workgroups(hal: str) -> list[int]:
    """How the one dispatch is called. The counts are constants by then: %c16, %c1, %c1."""
    found = re.findall(r"command_buffer\.dispatch<.*workgroups\(\[%c(\d+), %c(\d+), %c(\d+)\]\)", hal)
    if len(found) != 1 or hal.count("command_buffer.dispatch<") != 1:
        raise RuntimeError(f"{hal.count('command_buffer.dispatch<')} dispatches: only one can be called without IREE's runtime")
    return [int(number) for number in found[0]]


def write(request: Request) -> None:
    name, (x, w, y) = named(request)
    with tempfile.TemporaryDirectory() as folder:
        source, phases = Path(folder) / "operator.mlir", Path(folder) / "phases"
        source.write_text(MODULE.format(x=tensor(x), w=tensor(w), y=tensor(y), name=name))
        command = [str(COMPILER), str(source), "-o", f"{folder}/operator.vmfb", *FLAGS,
                   f"--iree-llvmcpu-target-cpu-features={FEATURES.format(request.vlen)}",
                   f"--iree-llvmcpu-static-library-output-path={folder}/operator.o", f"--dump-compilation-phases-to={phases}"]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        if result.returncode:
            raise RuntimeError(f"iree-compile: {result.stderr[:300]}")
        counts = workgroups(next(phases.glob("*.hal.mlir")).read_text())
        query = re.search(r"(\w+_library_query)\(", Path(f"{folder}/operator.h").read_text())
        assert query
        Path(f"{request.stem}.h").write_text(f"#define WORKGROUPS {', '.join(map(str, counts))}\n#define QUERY {query[1]}\n")
        Path(f"{folder}/operator.o").rename(f"{request.stem}.o")


if __name__ == "__main__":
    serve(write)
