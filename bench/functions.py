"""Elementary functions (docs/math.md) over 16384 elements that are in cache, beside torch on one thread.

Torch is called from Python, ours in a loop in C: torch pays about a microsecond per call, 0.06 ns per element."""

from __future__ import annotations

import sys
from functools import partial
from typing import Any

from common import pin_to_one_core, print_table, save_json
from peers import Loop, Settings, python_loop, timed, torch

import numpy as np

import vecwrap as vw

COUNT = 16384
SIDES = {"f32": np.float32, "f64": np.float64}
FUNCTIONS = {"exp": 1, "log": 1, "log2": 1, "sin": 1, "cos": 1, "tanh": 1, "sigmoid": 1, "erf": 1, "rsqrt": 1, "pow": 2,
             "silu": 1, "gelu": 1, "gelu_tanh": 1}


def peer(module: Any, name: str) -> Any:
    """torch's function, with an argument `out`."""
    if name == "gelu_tanh":
        return partial(module.ops.aten.gelu.out, approximate="tanh")
    return getattr(module, name) if hasattr(module, name) else getattr(module.ops.aten, name).out


def ours(name: str, dtype: str, arrays: list[Any]) -> Loop:
    nest = vw.Nest(name, dtype)
    i, = nest.dims(i=COUNT)
    operands = [nest.tensor(f"X{n}", (i,)) for n in range(FUNCTIONS[name])]
    Y = nest.tensor("Y", (i,))
    Y[i] = vw.math(name, *(x[i] for x in operands))
    lanes = vw.native_target().vector_bytes // np.dtype(SIDES[dtype]).itemsize
    kernel = nest.schedule(f"v1 split(i,{2 * lanes}) tile(i.1) vectorize(i.1)")
    return Loop(kernel.loop(*arrays), COUNT)


def measure(name: str, dtype: str, settings: Settings) -> dict[str, Any]:
    random = np.random.default_rng(1)
    arrays = [random.uniform(0.1, 20, COUNT).astype(SIDES[dtype]) for _ in range(FUNCTIONS[name] + 1)]
    loops: dict[str, Loop] = {"vecwrap": ours(name, dtype, arrays)}
    if module := torch():
        result = arrays[-1].copy()
        *inputs, out = (module.from_numpy(array) for array in (*arrays[:-1], result))
        function = peer(module, name)
        loops["torch"] = python_loop(lambda: function(*inputs, out=out), COUNT)
    times = timed(loops, settings)
    if "torch" in times:
        loops["vecwrap"].run(1)
        assert np.allclose(arrays[-1], result, rtol=1e-5, atol=1e-6), f"{name}: not what torch computes"
    return {"function": name, "type": dtype, **{side: each.seconds for side, each in times.items()},
            **({"ratio": times["torch"].ratio} if "torch" in times else {})}


def main() -> int:
    pin_to_one_core()
    rows = [measure(name, dtype, Settings()) for name in FUNCTIONS for dtype in SIDES]
    save_json("functions", rows)

    def nanoseconds(row: dict[str, Any], side: str) -> str:
        return f"{row[side] * 1e9:.2f}" if side in row else ""

    print_table("elementary functions, nanoseconds per element",
                ["function", "type", "vecwrap", "torch", "torch : vecwrap"],
                [[row["function"], row["type"], nanoseconds(row, "vecwrap"), nanoseconds(row, "torch"),
                  f"{row['ratio']:.2f}" if "ratio" in row else ""] for row in rows])
    return 0


if __name__ == "__main__":
    sys.exit(main())
