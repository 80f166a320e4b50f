"""Signed zeros, subnormal numbers, infinities and NaN of every kind, in all combinations, through every operation on every
target: the interpreter's bits. Where arithmetic makes or passes a NaN, its sign and payload are open (docs/nest.md); where bits
are only moved or chosen, they are not."""

import numpy as np
import pytest
import vecwrap as vw
from test_fuzz import RUNNABLE
from vecwrap import Refusal, Sentence, _core

FORMS = {"f32": ("u4", 23, 127), "f64": ("u8", 52, 1023), "f16": ("u2", 10, 15)}  # bits, of the fraction, the exponent's bias
RISCV = {"riscv64-rvv128": 128, "riscv64-rvv1024": 1024}
HALVES = {f"{name}+zvfh": vlen for name, vlen in RISCV.items()}
TARGETS = [(t, dtype) for t in [*RUNNABLE, *RISCV] for dtype in ("f32", "f64")] + [(t, "f16") for t in HALVES]
ARITHMETIC = {"add": 2, "sub": 2, "mul": 2, "div": 2, "fma": 3, "sqrt": 1, "round": 1, "pow2": 1, "exponent": 1}
LAYOUTS = ["v1", "v1 split(j,{lanes}) reorder(i,j,j.1) tile(j.1) vectorize(j.1)",
           "v1 split(i,{lanes}) reorder(i,j,i.1) tile(i.1) vectorize(i.1)"]  # X in all lanes, Y in all lanes


def values(dtype: str) -> np.ndarray:
    """Bits of numbers whose treatment differs somewhere; with either sign."""
    bits, fraction, bias = FORMS[dtype]
    one, infinity, quiet = bias << fraction, (2 * bias + 1) << fraction, 1 << (fraction - 1)
    some = [0, 1, (1 << fraction) - 1, 1 << fraction, one - 1, one, one + 1, one + quiet,
            (bias + fraction) << fraction | 1, infinity - 1, infinity,
            infinity | quiet, infinity | quiet | 5, infinity | 1, infinity | 3 << (fraction - 3)]
    sign = 1 << (8 * int(bits[1]) - 1)
    return np.array([*some, *(x | sign for x in some)], bits)


def is_nan(x: np.ndarray) -> np.ndarray:
    return np.isnan(x.view(f"f{x.itemsize}"))


def nest_text(dtype: str, count: int, body: str, size: int) -> str:
    """Z[i,j] of X[i] and Y[j]."""
    return f"""nest special {dtype} strict
dim i {count}
dim j {count}
tensor X Y Z
access a0 X + 0 : i*{size}
access a1 Y + 0 : j*{size}
access a2 Z + 0 : i*{size * count} j*{size}
%0 = load a0
%1 = load a1
{body}
out a2
"""


def run(nest: _core.Nest, target: str, sentence: str, *arrays: np.ndarray) -> None:
    machine = vw.find_target(target)
    vlen = (RISCV | HALVES).get(target)
    lanes = 2 * machine.vector_bytes // arrays[0].itemsize
    kernel = _core.compile(nest, Sentence(sentence.format(lanes=min(lanes, arrays[0].size))), machine)
    args = [a.ctypes.data for a in arrays]
    _core.simulate(kernel, args, vlen) if vlen else _core.Loaded(kernel, nest)(args)


def check(dtype: str, target: str, body: str, moves: bool, layouts: list[str] = LAYOUTS, shape: tuple[int, ...] = (),
          text=nest_text) -> None:
    x = values(dtype)
    nest = _core.Nest.parse(text(dtype, x.size, body, x.itemsize))
    want = np.zeros(shape or (x.size, x.size), x.dtype)
    _core.interpret(nest, [a.ctypes.data for a in (x, x, want)])
    for sentence in layouts:
        got = np.zeros_like(want)
        run(nest, target, sentence, x, x, got)
        open_ = is_nan(want) & is_nan(got) if dtype == "f16" or not moves else False
        differs = (want != got) & ~np.broadcast_to(open_, want.shape)
        assert not differs.any(), (body, sentence, [hex(v) for v in (want[differs][0], got[differs][0])], np.argwhere(differs)[0])


@pytest.mark.parametrize("target,dtype", TARGETS)
@pytest.mark.parametrize("op", ARITHMETIC)
def test_arithmetic(op, target, dtype):
    thirds = ["%0", "%1", "%2"] if ARITHMETIC[op] == 3 else [""]
    for third in thirds:
        operands = " ".join(["%0", "%1", third][:ARITHMETIC[op]]) if ARITHMETIC[op] > 1 else "%1"
        check(dtype, target, f"%2 = const -0\n%3 = {op} {operands}\nfinal %3", False)


@pytest.mark.parametrize("target,dtype", TARGETS)
def test_exponents_in_lowest_bits(target, dtype):
    """NaN's bits are open, so it gives way to a zero."""
    check(dtype, target, "%2 = const -0\n%3 = select ord %1 %1 %1 %2\n%4 = biased %3\nfinal %4", True)


@pytest.mark.parametrize("target,dtype", TARGETS)
@pytest.mark.parametrize("pred", _core.PREDS)
def test_choices_keep_all_bits(pred, target, dtype):
    """Also those that are the larger or the smaller, for which machines have instructions of their own minds."""
    for chosen in ("%0 %1", "%1 %0", "%2 %3"):
        check(dtype, target, f"%2 = neg %1\n%3 = abs %0\n%4 = select {pred} %0 %1 {chosen}\nfinal %4", True)


def extremes_text(dtype: str, count: int, body: str, size: int) -> str:
    """Z[i] of X[i] and all Y[j]."""
    text = nest_text(dtype, count, f"%2 = acc\n{body}\ninit %0\nupdate %3\nfinal %2", size)
    return text.replace(f"dim j {count}", f"dim j {count} reduce").replace(f"i*{size * count} j*{size}", f"i*{size}")


@pytest.mark.parametrize("target,dtype", TARGETS)
@pytest.mark.parametrize("pred", ["ogt", "oge", "olt", "ole", "ugt", "uge", "ult", "ule"])
def test_extremes_of_rows_keep_all_bits(pred, target, dtype):
    for operands in ("%2 %1 %2 %1", "%1 %2 %1 %2", "%1 %2 %2 %1"):
        check(dtype, target, f"%3 = select {pred} {operands}", True, [LAYOUTS[0], LAYOUTS[2]], values(dtype).shape, extremes_text)


STORED = ["f16", "bf16", "f32", "f64", "i32", "i64", "i16", "u16", "i8", "u8"]
CONVERSIONS = [(target, dtype, other) for target, dtype in [*TARGETS, *((t, "f32") for t in HALVES)]
               for other in (["f32"] if dtype == "f16" else ["f16"] if target in HALVES else STORED)
               if other != dtype and not (dtype == "f64" and "f16" in other) and not (other == "f16" and target in RISCV)]


def edges(stored: str) -> np.ndarray:
    """The special values of a type in memory; of integers, their ends and what floats round."""
    if stored in FORMS or stored == "bf16":
        return values(stored) if stored in FORMS else (values("f32") >> 16).astype("u2")
    dtype = np.dtype(f"{stored[0]}{int(stored[1:]) // 8}")
    ends = np.iinfo(dtype)
    some = [0, 1, 2, 100, 1 << 24 | 1, 1 << 53 | 1, (1 << 54) + 3]
    some += [end for n in range(4) for end in (ends.max - n, ends.min + n)]
    return np.array([x for y in some for x in (y, -y) if ends.min <= x <= ends.max], dtype)


@pytest.mark.parametrize("target,dtype,other", CONVERSIONS)
def test_conversions_in_memory(target, dtype, other):
    """Of everything that is special in either type, and of what lies around the ends of the integers."""
    for source, result in ((dtype, other), (other, dtype)):
        x = np.concatenate([edges(source), *([around(dtype)] if source == dtype else [])])
        want, got = (np.zeros(x.size, edges(result).dtype) for _ in range(2))
        nest = _core.Nest.parse(f"""nest special {dtype} strict
dim j {x.size}
tensor X:{source} Z:{result}
access a0 X + 0 : j*{x.itemsize}
access a1 Z + 0 : j*{want.itemsize}
%0 = load a0
final %0
out a1
""")
        _core.interpret(nest, [x.ctypes.data, want.ctypes.data])
        nan = nans(want, result)
        for sentence in ("v1", "v1 split(j,{lanes}) tile(j.1) vectorize(j.1)"):
            try:
                run(nest, target, sentence, x, got)
            except Refusal as refusal:
                assert (refusal.name, other) == ("vector-type", "i64") and sentence != "v1", refusal
                continue
            differs = (want != got) & ~(nan & nans(got, result))
            assert not differs.any(), (source, result, sentence, x[differs], want[differs], got[differs])


def around(dtype: str) -> np.ndarray:
    """Numbers at which conversions to integers and to shorter fractions change their minds."""
    real = np.dtype(f"f{values(dtype).itemsize}")
    ends = [sign * 2.0**n for n in (7, 8, 15, 16, 31, 32, 63) for sign in (1, -1)]
    points = np.array([*ends, 0.5, 1.5, 65504, 65520, 2.0**-25])
    with np.errstate(over="ignore"):
        x = points.astype(real)
        near = [x, np.nextafter(x, real.type(0)), np.nextafter(x, real.type(np.inf))]
    return np.concatenate(near).view(values(dtype).dtype)


def nans(x: np.ndarray, stored: str) -> np.ndarray:
    if stored == "bf16":
        return (x & 0x7FFF) > 0x7F80
    return is_nan(x) if stored in FORMS else np.zeros(x.shape, bool)
