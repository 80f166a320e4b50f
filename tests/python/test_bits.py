"""Shifts and operations bit by bit on integers: all counts with the edges of what there is, on all targets; numpy judges."""

import numpy as np
import pytest
import vecwrap as vw
from test_fuzz import RUNNABLE
from vecwrap import Sentence, _core

WORDS = [0, 1, -1, 2, -2, 255, -256, 65535, 46341, 2**30, -2**30, 2**31 - 1, -2**31, -2**31 + 1, 0x55555555, -0x55555556]
LONGS = [*WORDS, 2**31, -2**31 - 1, 2**32, 2**32 - 1, 2**62, -2**62, 2**63 - 1, -2**63, 0x5555555555555555, -0x5555555555555556]
TYPES = {"i32": np.int32, "i64": np.int64}
EDGES = {"i32": WORDS, "i64": LONGS}
COUNTS = [*range(-3, 67), 2**31 - 1, -2**31]  # those from 0 to 31 (63) and what is the same modulo 32 (64)


def counts(dtype: str) -> tuple[np.ndarray, np.ndarray]:
    """Every edge with every count."""
    x = np.array([x for x in EDGES[dtype] for _ in COUNTS], TYPES[dtype])
    return x, np.array(COUNTS * len(EDGES[dtype]), TYPES[dtype])


def edges(dtype: str) -> np.ndarray:
    """Of the same size: every edge with every edge."""
    return np.array([y for _ in EDGES[dtype] for y in (EDGES[dtype] * 5)[:len(COUNTS)]], TYPES[dtype])


def unsigned(x: np.ndarray) -> np.ndarray:
    return x.view(f"u{x.itemsize}")


def distance(x: np.ndarray, n: np.ndarray) -> np.ndarray:
    return n & (8 * x.itemsize - 1)


BITWISE = {"and": np.bitwise_and, "or": np.bitwise_or, "xor": np.bitwise_xor}
SHIFTS = {"shl": lambda x, n: (unsigned(x) << unsigned(distance(x, n))).view(x.dtype),
          "ashr": lambda x, n: x >> distance(x, n),
          "lshr": lambda x, n: (unsigned(x) >> unsigned(distance(x, n))).view(x.dtype)}
PRODUCTS = {"mulh": lambda x, y: (x.astype(np.int64) * y >> 32).astype(np.int32),
            "umulh": lambda x, y: (unsigned(x).astype(np.uint64) * unsigned(y) >> 32).astype(np.uint32).view(np.int32)}
OPERATIONS = {**BITWISE, **SHIFTS, **PRODUCTS}
CASES = [(dtype, op) for dtype in TYPES for op in OPERATIONS if dtype == "i32" or op not in PRODUCTS]
SENTENCES = ["v1", "v1 split(i,{lanes}) tile(i.1) vectorize(i.1)"]
TARGETS = [*RUNNABLE, "riscv64-rvv128", "riscv64-rvv1024"]


def run(nest: _core.Nest, target: str, sentence: str, *arrays: np.ndarray) -> None:
    machine = vw.find_target(target)
    rvv = target.startswith("riscv")
    kernel = _core.compile(nest, Sentence(sentence.format(lanes=2 * machine.vector_bytes // arrays[0].itemsize)), machine)
    args = [a.ctypes.data for a in arrays]
    _core.simulate(kernel, args, int(target[len("riscv64-rvv"):])) if rvv else _core.Loaded(kernel, nest)(args)


def text(body: str, dtype: str, size: int, moving: tuple[int, int] = (1, 1)) -> str:
    unit = TYPES[dtype]().itemsize
    return f"""nest bits {dtype} strict
dim i {size}
tensor X Y Z
access a0 X + 0 : i*{moving[0] * unit}
access a1 Y + 0 : i*{moving[1] * unit}
access a2 Z + 0 : i*{unit}
%0 = load a0
%1 = load a1
{body}
out a2
"""


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("dtype,op", CASES)
def test_all_lanes(dtype, op, target):
    x, count = counts(dtype)
    nest = _core.Nest.parse(text(f"%2 = {op} %0 %1\nfinal %2", dtype, x.size))
    for sentence in SENTENCES:
        for y in (count, edges(dtype)):
            z = np.zeros_like(x)
            run(nest, target, sentence, x, y, z)
            np.testing.assert_array_equal(z, OPERATIONS[op](x, y))


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("dtype,op", [case for case in CASES if case[1] in SHIFTS])
def test_every_constant(dtype, op, target):
    x = np.array(EDGES[dtype] * 9, TYPES[dtype])
    for count in [*range(8 * x.itemsize + 2), -1]:
        nest = _core.Nest.parse(text(f"%2 = const {count}\n%3 = {op} %0 %2\n%4 = add %3 %1\nfinal %4", dtype, x.size))
        for sentence in SENTENCES:
            z, y = np.zeros_like(x), np.ones_like(x)
            run(nest, target, sentence, x, y, z)
            np.testing.assert_array_equal(z, SHIFTS[op](x, np.full_like(x, count)) + y)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("still", [0, 1])
@pytest.mark.parametrize("dtype,op", CASES)
def test_one_operand_for_all_lanes(dtype, op, still, target):
    """Also twice over, in the value that all lanes share: a scalar operation where those have registers of their own."""
    body = f"%2 = {op} %{still} %{still}\n%3 = {op} " + ("%2 %1" if still == 0 else "%0 %2") + "\nfinal %3"
    x, y = counts(dtype)
    nest = _core.Nest.parse(text(body, dtype, x.size, (0, 1) if still == 0 else (1, 0)))
    for value in EDGES[dtype]:
        one = np.full_like(x, value)
        twice = OPERATIONS[op](one, one)
        wanted = OPERATIONS[op](twice, y) if still == 0 else OPERATIONS[op](x, twice)
        for sentence in SENTENCES:
            z = np.zeros_like(x)
            run(nest, target, sentence, *((one, y) if still == 0 else (x, one)), z)
            np.testing.assert_array_equal(z, wanted)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("op", BITWISE)
def test_reductions_by_lanes(op, dtype, target):
    n, unit = 237, TYPES[dtype]().itemsize
    nest = _core.Nest.parse(f"""nest bits {dtype} strict
dim i 3
dim k {n} reduce
tensor X Z
access a0 X + 0 : i*{unit * n} k*{unit}
access a1 Z + 0 : i*{unit}
%0 = load a1
%1 = load a0
%2 = acc
%3 = {op} %2 %1
init %0
update %3
final %2
out a1
""")
    x = np.random.default_rng(1).integers(-2**31, 2**31, (3, n)).astype(TYPES[dtype]) << 8 * unit - 32
    most = TYPES[dtype](0x00f00000) << 8 * unit - 32
    x = x | most if op == "and" else x & most | x & 0x00000f00
    start = np.array([-1, 5, 0x0ff00000], TYPES[dtype])
    for sentence in ("v1", "v1 split(k,{lanes}) reorder(i,k,k.1) tile(k.1) vectorize(k.1)"):
        z = start.copy()
        run(nest, target, sentence, x, z)
        np.testing.assert_array_equal(z, BITWISE[op](start, BITWISE[op].reduce(x, axis=1)))


@pytest.mark.parametrize("dtype", TYPES)
def test_expressions(dtype):
    nest = vw.Nest("n", dtype)
    x, y = counts(dtype)
    i, = nest.dims(i=x.size)
    a, b, c = (nest.tensor(name, (i,)) for name in "XYZ")
    c[i] = (~a[i] & 0xff | b[i] << 8) ^ vw.lshr(a[i], 4) >> 2
    z, wanted = np.zeros_like(x), (~x & 0xff | SHIFTS["shl"](y, np.full_like(y, 8))) ^ SHIFTS["lshr"](x, np.full_like(x, 4)) >> 2
    nest.interpret(x, y, z)
    np.testing.assert_array_equal(z, wanted)
    nest.schedule("v1 split(i,32) tile(i.1) vectorize(i.1)", RUNNABLE[0])(x, y, z)
    np.testing.assert_array_equal(z, wanted)


def test_upper_halves_of_products():
    nest = vw.Nest("n", "i32")
    x, y, z = counts("i32")[0], edges("i32"), np.zeros_like(edges("i32"))
    i, = nest.dims(i=x.size)
    a, b, c = (nest.tensor(name, (i,)) for name in "XYZ")
    c[i] = vw.mulh(a[i], b[i]) ^ vw.umulh(a[i], b[i]) ^ vw.mulh(a[i], 7)
    nest.schedule("v1 split(i,32) tile(i.1) vectorize(i.1)", RUNNABLE[0])(x, y, z)
    np.testing.assert_array_equal(z, PRODUCTS["mulh"](x, y) ^ PRODUCTS["umulh"](x, y) ^ PRODUCTS["mulh"](x, np.full_like(x, 7)))
    longs = vw.Nest("n", "i64")
    i, = longs.dims(i=8)
    a, b = longs.tensor("X", (i,)), longs.tensor("Y", (i,))
    with pytest.raises(vw.NestError, match=r"node %2 \(mulh\) takes a nest of i32"):
        b[i] = vw.mulh(a[i], 3)


def test_floats_have_none():
    nest = vw.Nest("n", "f32")
    i, = nest.dims(i=8)
    a, b = nest.tensor("X", (i,)), nest.tensor("Y", (i,))
    with pytest.raises(vw.NestError, match=r"node %2 \(shl\) takes a nest of i32 or i64"):
        b[i] = a[i] << 3
