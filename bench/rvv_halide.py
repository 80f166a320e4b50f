"""Halide: scheduled by the autoscheduler (`auto`), or by hand (`hand`). Runs in the peers' venv (rvv_peers.py)."""

from pathlib import Path
from typing import Any

import halide as hl
from rvv_worker import Request, serve

AUTOSCHEDULER = "Adams2019"
ROWS, LANES = 4, 32  # of a register tile


def target(vlen: int) -> Any:
    return hl.Target(f"riscv-64-linux-rvv-vector_bits_{vlen}-no_asserts-no_bounds_query")


def image(name: str, shape: tuple[int, ...]) -> Any:
    """Dense, in C's order: the last dimension is Halide's first."""
    parameter = hl.ImageParam(hl.Float(32), len(shape), name)
    describe(parameter, shape)
    for place, extent in enumerate(reversed(shape)):
        parameter.dim(place).set_estimate(0, extent)
    return parameter


def describe(buffer: Any, shape: tuple[int, ...]) -> None:
    stride = 1
    for place, extent in enumerate(reversed(shape)):
        buffer.dim(place).set_bounds(0, extent).set_stride(stride)
        stride *= extent
    buffer.set_host_alignment(64)


def algorithm(request: Request) -> tuple[Any, Any, Any, Any, list[Any], list[Any]]:
    """x, w, the sum, the output that copies it, the output's variables and the reduction's, innermost first."""
    x, w = image("x", request.x()), image("w", request.w())
    total, y = hl.Func("total"), hl.Func("y")
    if request.kind == "GEMM":
        variables = [hl.Var("j"), hl.Var("i")]
        j, i = variables
        k = hl.RDom([(0, request.sizes["K"])], "k")
        total[j, i] = 0.0
        total[j, i] += x[k.x, i] * w[j, k.x]
        reductions = [k.x]
    else:
        variables = [hl.Var(name) for name in ("j", "i", "o", "b")]
        j, i, o, b = variables
        out, channels, rows, columns = request.w()
        taps = hl.RDom([(0, columns), (0, rows), (0, channels)], "taps")
        channel = o if request.sizes["GROUPS"] > 1 else taps.z
        total[j, i, o, b] = 0.0
        total[j, i, o, b] += x[j + taps.x, i + taps.y, channel, b] * w[taps.x, taps.y, taps.z, o]
        reductions = [taps.x, taps.y, taps.z]
    y[tuple(variables)] = total[tuple(variables)]
    describe(y.output_buffer(), request.y())
    y.set_estimates([hl.Range(0, extent) for extent in reversed(request.y())])
    return x, w, total, y, variables, reductions


def by_hand(request: Request, total: Any, y: Any, variables: list[Any], reductions: list[Any]) -> None:
    """Register tiles: rows (of the product, output channels) by lanes; what does not divide is computed twice at the end."""
    shape = list(reversed(request.y()))
    place = 1 if request.kind == "GEMM" or request.sizes["GROUPS"] > 1 else 2
    rows, wide, high = variables[place], min(LANES, shape[0]), min(ROWS, shape[place])
    strip, block, lane, row = (hl.Var(name) for name in ("strip", "block", "lane", "row"))
    shifted = hl.TailStrategy.ShiftInwards
    y.split(variables[0], strip, lane, wide, shifted).split(rows, block, row, high, shifted)
    y.reorder(lane, row, strip, block, *variables[1:place], *variables[place + 1:]).vectorize(lane).unroll(row)
    total.compute_at(y, strip).vectorize(variables[0], wide).unroll(rows)
    total.update().reorder(variables[0], rows, *reductions).vectorize(variables[0], wide).unroll(rows)


def write(request: Request) -> None:
    x, w, total, y, variables, reductions = algorithm(request)
    pipeline, goal = hl.Pipeline(y), target(request.vlen)
    if request.schedule == "hand":
        by_hand(request, total, y, variables, reductions)
    else:
        pipeline.apply_autoscheduler(goal, hl.AutoschedulerParams(AUTOSCHEDULER, {"parallelism": "1"}))
    pipeline.compile_to({hl.OutputFileType.object: f"{request.stem}.o"}, [x, w], "operator_", goal)


if __name__ == "__main__":
    hl.load_plugin(str(Path(hl.__file__).parent / "lib64" / f"libautoschedule_{AUTOSCHEDULER.lower()}.so"))
    serve(write)
