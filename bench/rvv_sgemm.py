"""128 x 128 x 128 single precision on the ruler: instructions and cycles of riscompiler.py's columns and of sentences by hand."""

import argparse
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import vecwrap as vw
from common import BENCH, CLANG, print_table, save_json
from riscompiler import Bench, measure
from riscompiler_cases import Case
from riscompiler_columns import SCALAR, TARGET, columns
from riscompiler_program import Column, compiled
from riscompiler_report import Row, markdown, publish_page
from ruler_memo import Memo, published
from vecwrap import _core
from vecwrap.sim.cores import core_names, read_core
from vecwrap.sim.run import Options

N = 128
CASE = Case("sgemm", {"BATCH": 1, "M": N, "N": N, "K": N, "SEED": 7}, "GEMM")
SENTENCE = "v1 split(i,{}) split(j,{}) reorder(i,j,k,i.1,j.1) tile(i.1,j.1) vectorize(j.1,{}) unroll(k,4)"
TILES = {"vecwrap, 7 rows x 4 registers": (7, 4), "vecwrap, 14 rows x 2 registers": (14, 2)}  # rows, registers of a vector


def assembly(sentence: str, vlen: int) -> str:
    nest = vw.Nest("sgemm", "f32")
    i, j, k = nest.dims(i=N, j=N, k=N)
    a, b, c = (nest.tensor(name, shape) for name, shape in (("A", (i, k)), ("B", (k, j)), ("C", (i, j))))
    c[i, j] = vw.sum_of(a[i, k] * b[k, j])
    kernel = _core.compile(nest.core, _core.Sentence(sentence), _core.find_target(f"riscv64-rvv{vlen}"))
    return kernel.assembly("vecwrap_kernel")


def written(rows: int, registers: int, vlen: int, case: Case, program: Path) -> None:
    source, header = program.with_suffix(".s"), BENCH / "peer_vecwrap.h"
    source.write_text(assembly(SENTENCE.format(rows, registers * vlen // 32, registers), vlen))
    compiled(CLANG, *TARGET, "-march=rv64gcv", f'-DPEER="{header}"', str(source)).build(case, program)


def with_sentences(vlen: int) -> dict[str, Column]:
    return {**columns(vlen), **{name: Column(partial(written, *tile, vlen)) for name, tile in TILES.items()}}


def table(row: Row) -> tuple[list[str], list[list[str]]]:
    names = sorted(row["cycles"], key=lambda name: -row["cycles"][name])
    return (["compiler", "instructions", "modelled cycles", "relative to scalar C"],
            [[name, f"{row['instructions'][name]:,}", f"{row['cycles'][name]:,}",
              f"{row['cycles'][SCALAR] / row['cycles'][name]:.2f}"] for name in names])


def main(arguments: Sequence[str] = ()) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--core", default="spacemit-x60", choices=core_names())
    parser.add_argument("--publish", action="store_true", help="write docs/results")
    options = parser.parse_args(arguments)
    vlen = read_core(options.core)["vlen"]
    row = measure(CASE, with_sentences(vlen), Bench(Options(core=options.core, function="kernel"), Memo(seeds=published())))
    save_json("rvv_sgemm", [row])
    header, rows = table(row)
    title = f"{N} x {N} x {N} single precision, {options.core} (VLEN {vlen})"
    print_table(title, header, rows)
    for name, why in row["left_out"].items():
        print(f"{name} left out: {why}")
    if row["wrong"]:
        print(f"results differ from scalar C's (not counted): {', '.join(row['wrong'])}")
    if options.publish:
        publish_page(f"sgemm-{options.core}", title, f"bench/rvv_sgemm.py {' '.join(arguments)}", [markdown(header, rows)])
    return int(bool(row["wrong"]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
