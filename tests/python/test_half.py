"""Nests of f16: the interpreter rounds every operation once, as numpy does; only targets with Zvfh compute in it."""

from fractions import Fraction

import numpy as np
import pytest
import vecwrap as vw
from vecwrap import _core, targets

OPERATIONS = {"add": np.add, "sub": np.subtract, "mul": np.multiply, "div": np.divide, "sqrt": np.sqrt, "neg": np.negative,
              "abs": np.abs, "round": np.rint}
COUNT = 200_000


def interpreted(op: str, *operands: np.ndarray) -> np.ndarray:
    nest = _core.Nest("half", "f16")
    nest.add_dim("i", operands[0].size)
    loads = [nest.load(nest.add_access(nest.add_tensor(f"X{k}"), [2])) for k in range(len(operands))]
    nest.out, nest.final = nest.add_access(nest.add_tensor("Y"), [2]), nest.add(op, *loads)
    result = np.empty_like(operands[0])
    _core.interpret(nest, [array.ctypes.data for array in (*operands, result)])
    return result


def halves(seed: int) -> np.ndarray:
    """Random bits: subnormals, infinities and NaN with everything else."""
    return np.random.default_rng(seed).integers(0, 1 << 16, COUNT, dtype=np.uint16).view(np.float16)


def same(a: np.ndarray, b: np.ndarray) -> bool:
    return np.array_equal(np.isnan(a), np.isnan(b)) and np.array_equal(a[~np.isnan(a)].view("u2"), b[~np.isnan(b)].view("u2"))


@pytest.mark.parametrize("op", OPERATIONS)
def test_operations_round_as_numpy_does(op):
    function = OPERATIONS[op]
    operands = [halves(seed) for seed in range(function.nin)]
    with np.errstate(all="ignore"):
        assert same(interpreted(op, *operands), function(*operands))


def rounded(exact: Fraction) -> np.float16:
    """The nearest half, of two the even one; the neighbours are found among all halves."""
    size = abs(exact)
    bits = int(np.searchsorted(LADDER, float(size)))
    near = [b for b in range(max(bits - 2, 0), min(bits + 3, 0x7c01))]
    value = [Fraction(65536) if b == 0x7c00 else Fraction(float(np.uint16(b).view(np.float16))) for b in near]
    best = min(zip(near, value), key=lambda pair: (abs(pair[1] - size), pair[0] % 2))[0]
    return np.uint16(best | (0x8000 if exact < 0 else 0)).view(np.float16)


LADDER = np.arange(0x7c00, dtype=np.uint16).view(np.float16).astype(float)


def test_fused_products_and_sums_round_once():
    """Also where the sum in double would be a tie: products far below the last place of the addend."""
    random = np.random.default_rng(5)
    a, b = (array[np.isfinite(array)][:3000] for array in (halves(6), halves(7)))
    a, b = (array[:min(a.size, b.size)] for array in (a, b))
    c = random.permutation(b)
    tiny = np.uint16(1).view(np.float16)
    a = np.concatenate([a, np.full(4, tiny), np.full(2, np.float16(1 + 2.0 ** -10))])
    b = np.concatenate([b, [tiny, -tiny, tiny, np.float16(0.5)], np.full(2, np.float16(2.0 ** -11))]).astype(np.float16)
    c = np.concatenate([c, [np.float16(v) for v in (60000, 1, -2.0 ** -14, tiny, 1, 2049)]]).astype(np.float16)
    got = interpreted("fma", a, b, c)
    for x, y, z, result in zip(a, b, c, got):
        exact = Fraction(float(x)) * Fraction(float(y)) + Fraction(float(z))
        if exact:
            assert result.view("u2") == rounded(exact).view("u2"), (x, y, z, result)


def test_targets_without_arithmetic_on_halves_refuse():
    nest = vw.Nest("scale", "f16")
    i, = nest.dims(i="n")
    X, Y = nest.tensor("X", (i,)), nest.tensor("Y", (i,))
    Y[i] = X[i] * 3 + 0.1
    for target in [*(t.name for t in targets()), "riscv64-rvv256"]:
        with pytest.raises(vw.Refusal, match="no arithmetic") as refusal:
            nest.schedule("v1", target)
        assert refusal.value.name == "compute-type"
    kernel = nest.schedule("v1 split(i,32) tile(i.1) vectorize(i.1,4)", "riscv64-rvv256+zvfh")
    assert "e16, m4" in kernel.assembly and "vfmacc.vf" in kernel.assembly
    x, y = np.linspace(-9, 9, 50, dtype=np.float16), np.zeros(50, np.float16)
    nest.interpret(x, y)
    assert np.array_equal(y, (x.astype(float) * 3 + float(np.float16(0.1))).astype(np.float16))


def test_functions_are_there_for_floats_and_doubles_only():
    nest = vw.Nest("e", "f16")
    i, = nest.dims(i=4)
    X, Y = nest.tensor("X", (i,)), nest.tensor("Y", (i,))
    with pytest.raises(vw.NestError, match="exp takes a nest of f32 or f64, not f16"):
        Y[i] = vw.math("exp", X[i])
