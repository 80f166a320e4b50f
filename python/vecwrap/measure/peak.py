"""The multiply-add peak of one core, by the core's own code generator: independent accumulators in registers, nothing else."""

from __future__ import annotations

from .. import _core
from .affinity import pinned
from .operands import Operands

CHAINS = 11  # accumulators: with x and Y they fit AVX2's registers (Zen 5: as fast as 12 to 24; 8 reach 91 % of that, 10 96 %)
SEPARATE_CHAINS = 8  # without FMA: two additions a cycle times four; the product of x and Y does not change and is hoisted
ROUNDS = 100_000
SENTENCE = "v1 reorder(k,i,j) tile(i,j) vectorize(j) unroll(k,4)"
BATCHES = 60


def peak_nest(target: _core.Target, type: str = "f32") -> _core.Nest:
    """C[i,j] = C[i,j] + sum over k of x * Y[j]: under SENTENCE, x, Y and C stay in registers."""
    size = 4 if type == "f32" else 8
    lanes = target.vector_bytes // size
    nest = _core.Nest("peak", type)
    for name, extent in (("i", CHAINS if target.fuses else SEPARATE_CHAINS), ("j", lanes), ("k", ROUNDS)):
        nest.add_dim(name, extent, name == "k")
    x, y, c = (nest.add_access(nest.add_tensor(name), strides)
               for name, strides in (("X", [0, 0, 0]), ("Y", [0, size, 0]), ("C", [lanes * size, size, 0])))
    accumulator = nest.acc()
    nest.out, nest.init, nest.final = c, nest.load(c), accumulator
    factors = (nest.load(x), nest.load(y))
    if target.fuses:
        nest.update = nest.add("fma", *factors, accumulator)
    else:
        nest.update = nest.add("add", nest.add("mul", *factors), accumulator)
    return nest


def peak_kernel(target: _core.Target, type: str = "f32") -> tuple[_core.Loaded, Operands, float]:
    """The kernel, what it runs on, and the operations of a run; a multiply-add counts two."""
    nest = peak_nest(target, type)
    operands = Operands(nest, {})
    kernel = _core.Loaded(_core.compile(nest, _core.Sentence(SENTENCE), target), nest)
    kernel(operands.args)
    return kernel, operands, _core.flops(nest, operands.args)


def peak_gflops(target: _core.Target, type: str = "f32", core: int | None = None) -> float:
    """1e9 operations per second of one core, measured now, in about 10 ms; a multiply-add counts two.

    Without FMA it is the peak of the additions, as if products cost nothing beside them: an upper bound.
    """
    kernel, operands, flops = peak_kernel(target, type)
    with pinned(core):
        best = min(kernel.time(operands.args, BATCHES, 1))
    return flops / best / 1e9
