"""The nests that programs are made of, with random sizes, layouts and element types."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from vecwrap import _core

from .nests import FLOATS, Maker

# name: parallel dims, reduction dims, what each input tensor's axes move with, what the output's axes move with.
# An axis is a string of dims that share it: "y k" is X[y + k]; "2y k" is X[2 * y + k].
SHAPES: dict[str, tuple[str, str, list[list[str]], list[str]]] = {
    "gemm": ("ij", "k", [["i", "k"], ["k", "j"]], ["i", "j"]),
    "gemm_at": ("ij", "k", [["k", "i"], ["k", "j"]], ["i", "j"]),
    "gemm_bt": ("ij", "k", [["i", "k"], ["j", "k"]], ["i", "j"]),
    "gemm_atbt": ("ij", "k", [["k", "i"], ["j", "k"]], ["i", "j"]),
    "gemm_ct": ("ij", "k", [["i", "k"], ["k", "j"]], ["j", "i"]),
    "batched": ("bij", "k", [["b", "i", "k"], ["b", "k", "j"]], ["b", "i", "j"]),
    "gemv": ("i", "k", [["i", "k"], ["k"]], ["i"]),
    "gemv_t": ("i", "k", [["k", "i"], ["k"]], ["i"]),
    "dot_rows": ("i", "k", [["i", "k"], ["i", "k"]], ["i"]),
    "syrk": ("ij", "k", [["i", "k"], ["j", "k"]], ["i", "j"]),
    "conv1d": ("cx", "k", [["x k"], ["c", "k"]], ["c", "x"]),
    "conv2d": ("cyx", "dpq", [["d", "y p", "x q"], ["c", "d", "p", "q"]], ["c", "y", "x"]),
    "conv2d_strided": ("cyx", "dpq", [["d", "2y p", "2x q"], ["c", "d", "p", "q"]], ["c", "y", "x"]),
    "conv2d_nhwc": ("yxc", "pqd", [["y p", "x q", "d"], ["p", "q", "d", "c"]], ["y", "x", "c"]),
    "depthwise": ("cyx", "pq", [["c", "y p", "x q"], ["c", "p", "q"]], ["c", "y", "x"]),
    "outer": ("ij", "", [["i"], ["j"]], ["i", "j"]),
    "transpose": ("ij", "", [["j", "i"], ["i"]], ["i", "j"]),
    "elementwise": ("ij", "", [["i", "j"], ["i", "j"]], ["i", "j"]),
    "bias": ("ij", "", [["i", "j"], ["j"]], ["i", "j"]),
}


def strides_of(make: Maker, axes: list[str]) -> list[int]:
    """Byte strides of a row-major array with these axes, rows perhaps padded."""
    names = [name for name, _, _ in make.nest.dims]
    strides = [0] * len(names)
    step = make.size
    for axis in reversed(axes):
        size = 1
        for term in axis.split():
            factor, dim = (int(term[0]), names.index(term[1])) if term[0].isdigit() else (1, names.index(term))
            strides[dim] = step * factor
            size += factor * (make.extents[dim] - 1)
        step *= size + make.random.choice([0, 0, 0, 1, 3])
    return strides


def large_nest(random: Random) -> tuple[_core.Nest, dict[str, int]]:
    """A contraction large enough for every level of blocking that the heuristic knows."""
    return shaped_nest(random, ("gemm", "gemm_at", "gemm_bt", "gemm_ct", "gemv", "gemv_t", "conv1d"), large=True)


def shaped_nest(random: Random, names: Sequence[str] = tuple(SHAPES),
                large: bool = False, types: tuple[str, ...] = FLOATS) -> tuple[_core.Nest, dict[str, int]]:
    """One of SHAPES; `C = sum`, `C += sum`, or alpha and beta around it."""
    make = Maker(random, reassoc=random.random() < 0.15, large=large, types=types)
    nest = make.nest
    parallel, reduced, inputs, output = SHAPES[random.choice(names)]
    make.add_dims(parallel, reduced)
    chance = random.choice([0, 0, 1])
    loads = [nest.load(make.access(nest.add_tensor("AB"[i]), strides_of(make, axes), 0, chance))
             for i, axes in enumerate(inputs)]
    alpha = nest.load(nest.add_access(nest.add_tensor("alpha"), [0] * len(nest.dims)))
    nest.out = make.access(nest.add_tensor("C"), strides_of(make, output), 0, chance)
    old = nest.load(nest.out)
    if not reduced:
        nest.final = random.choice([nest.add("fma", loads[0], loads[1], old), nest.add("mul", *loads),
                                    nest.add("add", nest.add("mul", alpha, loads[0]), loads[1])])
        return nest, make.symbols
    acc = nest.acc()
    scaled = nest.add("mul", alpha, loads[0])
    product = nest.add("fma", random.choice([loads[0], scaled]), loads[1], acc)
    zero = nest.constant(0.0)
    guarded = nest.select("une", loads[0], zero, product, acc)
    separate = nest.add("add", acc, nest.add("mul", *loads))
    nest.update = random.choice([product, product, separate, guarded])
    starts = [zero, old, nest.add("mul", alpha, old), alpha]
    finals = [acc, nest.add("mul", alpha, acc), nest.select("ogt", acc, zero, acc, zero)]
    if random.random() < 0.3:  # C = sum + alpha * C: the output may not hold partial sums
        starts, finals = [zero], [nest.add("fma", alpha, old, acc)]
    nest.init, nest.final = random.choice(starts), random.choice(finals)
    return nest, make.symbols
