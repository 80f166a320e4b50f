"""TVM: the operator as it is written (`default`), or with a schedule by hand (`hand`). Runs in the peers' venv (rvv_peers.py)."""

from typing import Any

import tvm
from rvv_worker import Request, serve
from tvm import s_tir, te

FEATURES = ["+m", "+a", "+f", "+d", "+c", "+v"]
ROWS = 4  # of a tile


def target(vlen: int) -> Any:
    return tvm.target.Target({"kind": "llvm", "mtriple": "riscv64-unknown-linux-gnu", "mcpu": "generic-rv64", "mabi": "lp64d",
                              "mattr": [*FEATURES, f"+zvl{vlen}b"], "num-cores": 1})


def product(x: Any, w: Any, shape: tuple[int, ...]) -> Any:
    k = te.reduce_axis((0, x.shape[1]), name="k")
    return te.compute(shape, lambda i, j: te.sum(x[i, k] * w[k, j], axis=k), name="y")


def convolution(x: Any, w: Any, shape: tuple[int, ...], depthwise: bool) -> Any:
    c, r, s = (te.reduce_axis((0, extent), name=name) for name, extent in zip("crs", w.shape[1:]))
    return te.compute(shape, lambda b, o, i, j: te.sum(x[b, o if depthwise else c, i + r, j + s] * w[o, c, r, s],
                                                       axis=[c, r, s]), name="y")


def module(request: Request) -> Any:
    x, w = te.placeholder(request.x(), name="x"), te.placeholder(request.w(), name="w")
    y = (product(x, w, request.y()) if request.kind == "GEMM"
         else convolution(x, w, request.y(), request.sizes["GROUPS"] > 1))
    function = te.create_prim_func([x, w, y]).with_attr({"global_symbol": "operator", "tir.noalias": True})
    return tvm.IRModule({"main": function})


def dividing(extent: int, most: int) -> int:
    return max(factor for factor in range(1, most + 1) if extent % factor == 0)


def by_hand(request: Request) -> Any:
    """Tiles of rows (of the product, output channels) by columns; the reduction outside. LLVM vectorises the columns.

    TVM's own `vectorize` cuts a loop into vectors of one register for this target, which took longer; accumulators of
    their own (`cache_write`) come from its allocator and stay in memory.
    """
    schedule = s_tir.Schedule(module(request))
    block = schedule.get_sblock("y")
    loops, rank = schedule.get_loops(block), len(request.y())
    *spatial, rows, columns = loops[:rank]
    extents = request.y()[-2:]
    if request.kind != "GEMM" and request.sizes["GROUPS"] == 1:  # b, o, i, j: the tile's rows are output channels
        spatial, rows, extents = [spatial[0], rows], spatial[1], (request.sizes["OC"], extents[1])
    outer, row = schedule.split(rows, [None, dividing(extents[0], ROWS)])
    schedule.reorder(*spatial, outer, *loops[rank:], columns, row)
    schedule.unroll(row)
    schedule.decompose_reduction(block, loops[rank])
    return schedule.mod


def write(request: Request) -> None:
    made = module(request) if request.schedule == "default" else by_hand(request)
    tvm.compile(made, target=target(request.vlen)).mod.write_to_file(f"{request.stem}.o", "o")


if __name__ == "__main__":
    serve(write)
