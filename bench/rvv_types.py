"""Products of matrices of narrow elements on RISC-V, in modelled cycles (docs/sim.md), beside clang-22's code for the same loops.

    ./run bench rvv_types                128 x 128 x 128;   python bench/rvv_types.py --size 64
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from common import BENCH, CLANG, WORK, print_table, save_json

import vecwrap as vw
from vecwrap import _core
from vecwrap.dtypes import DTYPES
from vecwrap.rvv import Buffer, Job, measure

CORE, VLEN, MARCH = "spacemit-x60", 256, "rv64gcv_zfh_zvfh_zvl256b"
TYPES = [("i32", "i8", "i8"), ("i32", "u8", "i8"), ("i32", "i16", "i16"), ("f32", "f16", "f16"), ("f16", "f16", "f16"),
         ("f64", "f32", "f32"), ("f32", "f32", "f32")]
C_NAMES = {"i8": "int8_t", "u8": "uint8_t", "i16": "int16_t", "i32": "int32_t",
           "f16": "_Float16", "f32": "float", "f64": "double"}
ORDERS = {"clang ijk": [], "clang ikj": ["-DORDER_IKJ"]}


@dataclass(frozen=True)
class Code:
    """What the harness runs: instructions without relocations."""

    code: bytes


def by_clang(size: int, types: Sequence[str], flags: Sequence[str]) -> Code:
    WORK.mkdir(parents=True, exist_ok=True)
    names = [f"-D{macro}={C_NAMES[name]}" for macro, name in zip(("SUM", "FACTOR_A", "FACTOR_B"), types)]
    target = ["--target=riscv64-linux-gnu", f"-march={MARCH}", f"-mcpu={CORE}", "-mno-relax", "-O3"]
    made, text = WORK / "rvv_types.o", WORK / "rvv_types.bin"
    subprocess.run([CLANG, *target, *names, *flags, f"-DN={size}", "-c", BENCH / "rvv_types.c", "-o", made], check=True)
    subprocess.run(["llvm-objcopy-22", "-O", "binary", "-j", ".text", made, text], check=True)
    return Code(text.read_bytes())


def nest_of(size: int, types: Sequence[str]) -> vw.Nest:
    nest = vw.Nest("product", types[0])
    i, j, k = nest.dims(i=size, j=size, k=size)
    A, B = nest.tensor("A", (i, k), type=types[1]), nest.tensor("B", (k, j), type=types[2])
    nest.tensor("C", (i, j))[i, j] = vw.sum_of(A[i, k] * B[k, j])
    return nest


def operand(random: np.random.Generator, name: str, size: int) -> np.ndarray[Any, Any]:
    """Small whole numbers: every order of a sum is exact."""
    least = 0 if DTYPES[name].kind == "u" else -3
    return random.integers(least, 4, (size, size)).astype(DTYPES[name])


def row(size: int, types: Sequence[str]) -> dict[str, Any]:
    nest, target = nest_of(size, types), vw.find_target(f"riscv64-rvv{VLEN}+zvfh")
    sentence = _core.propose(nest.core, target, 1, always=True)[0]
    kernels: dict[str, Any] = {
        "vecwrap": _core.compile(nest.core, sentence, target),
        **{name: by_clang(size, types, flags) for name, flags in ORDERS.items()}}
    random, zeros = np.random.default_rng(1), np.zeros((size, size), DTYPES[types[0]])
    a, b, wanted = operand(random, types[1], size), operand(random, types[2], size), zeros.copy()
    nest.interpret(a, b, wanted)
    buffers = (Buffer(a.tobytes()), Buffer(b.tobytes()), Buffer(zeros.tobytes(), output=True))
    result: dict[str, Any] = {"sum": types[0], "a": types[1], "b": types[2], "size": size, "sentence": str(sentence)}
    for name, kernel in kernels.items():
        found = measure([kernel], [Job(0, buffers)], VLEN, CORE, 300)[0]
        assert found.outputs[0] == wanted.tobytes(), f"{name} computes something else"
        assert found.counts
        result[name] = {"cycles": found.counts.cycles, "instructions": found.counts.instructions}
    return result


def main(arguments: Sequence[str] = ()) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--size", type=int, default=128)
    options = parser.parse_args(arguments)
    rows = [row(options.size, types) for types in TYPES]
    save_json("rvv_types", rows)
    best = [min(r[name]["cycles"] for name in ORDERS) for r in rows]
    print_table(f"{options.size}^3 on {CORE} (VLEN {VLEN}), modelled cycles",
                ["sum", "A x B", "vecwrap", *ORDERS, "best clang : vecwrap"],
                [[r["sum"], f"{r['a']} x {r['b']}", *(f"{r[name]['cycles']:,}" for name in ("vecwrap", *ORDERS)),
                  f"{cycles / r['vecwrap']['cycles']:.2f}"] for r, cycles in zip(rows, best)])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
