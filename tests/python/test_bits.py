"""Shifts and operations bit by bit on i32: every count with the edges of what there is, on every target; numpy is the judge."""

import numpy as np
import pytest
import vecwrap as vw
from test_fuzz import RUNNABLE
from vecwrap import Sentence, _core

EDGES = [0, 1, -1, 2, -2, 255, -256, 65535, 46341, 2**30, -2**30, 2**31 - 1, -2**31, -2**31 + 1, 0x55555555, -0x55555556]
COUNTS = [*range(-3, 67), 2**31 - 1, -2**31]  # those from 0 to 31 and what is the same modulo 32
X = np.array([x for x in EDGES for _ in COUNTS], np.int32)
Y = np.array(COUNTS * len(EDGES), np.int32)
E = np.array([y for _ in EDGES for y in (EDGES * 5)[:len(COUNTS)]], np.int32)
BITWISE = {"and": np.bitwise_and, "or": np.bitwise_or, "xor": np.bitwise_xor}
SHIFTS = {"shl": lambda x, n: (x.view(np.uint32) << (n & 31).astype(np.uint32)).view(np.int32),
          "ashr": lambda x, n: x >> (n & 31),
          "lshr": lambda x, n: (x.view(np.uint32) >> (n & 31).astype(np.uint32)).view(np.int32)}
PRODUCTS = {"mulh": lambda x, y: (x.astype(np.int64) * y >> 32).astype(np.int32),
            "umulh": lambda x, y: (unsigned(x) * unsigned(y) >> 32).astype(np.uint32).view(np.int32)}
OPERATIONS = {**BITWISE, **SHIFTS, **PRODUCTS}
SENTENCES = ["v1", "v1 split(i,{lanes}) tile(i.1) vectorize(i.1)"]
TARGETS = [*RUNNABLE, "riscv64-rvv128", "riscv64-rvv1024"]


def unsigned(x: np.ndarray) -> np.ndarray:
    return x.view(np.uint32).astype(np.uint64)


def run(nest: _core.Nest, target: str, sentence: str, *arrays: np.ndarray) -> None:
    machine = vw.find_target(target)
    rvv = target.startswith("riscv")
    kernel = _core.compile(nest, Sentence(sentence.format(lanes=2 * machine.vector_bytes // 4)), machine)
    args = [a.ctypes.data for a in arrays]
    _core.simulate(kernel, args, int(target[len("riscv64-rvv"):])) if rvv else _core.Loaded(kernel, nest)(args)


def text(body: str, size: int, strides: tuple[int, int] = (4, 4)) -> str:
    return f"""nest bits i32 strict
dim i {size}
tensor X Y Z
access a0 X + 0 : i*{strides[0]}
access a1 Y + 0 : i*{strides[1]}
access a2 Z + 0 : i*4
%0 = load a0
%1 = load a1
{body}
out a2
"""


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("op", OPERATIONS)
def test_all_lanes(op, target):
    nest = _core.Nest.parse(text(f"%2 = {op} %0 %1\nfinal %2", X.size))
    for sentence in SENTENCES:
        for y in (Y, E):
            z = np.zeros_like(X)
            run(nest, target, sentence, X, y, z)
            np.testing.assert_array_equal(z, OPERATIONS[op](X, y))


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("op", SHIFTS)
def test_every_constant(op, target):
    x = np.array(EDGES * 9, np.int32)
    for count in [*range(34), -1]:
        nest = _core.Nest.parse(text(f"%2 = const {count}\n%3 = {op} %0 %2\n%4 = add %3 %1\nfinal %4", x.size))
        for sentence in SENTENCES:
            z, y = np.zeros_like(x), np.ones_like(x)
            run(nest, target, sentence, x, y, z)
            np.testing.assert_array_equal(z, SHIFTS[op](x, np.full_like(x, count)) + y)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("still", [0, 1])
@pytest.mark.parametrize("op", OPERATIONS)
def test_one_operand_for_all_lanes(op, still, target):
    """Also twice over, in the value that all lanes share: a scalar operation where those have registers of their own."""
    body = f"%2 = {op} %{still} %{still}\n%3 = {op} " + ("%2 %1" if still == 0 else "%0 %2") + "\nfinal %3"
    nest = _core.Nest.parse(text(body, X.size, (0, 4) if still == 0 else (4, 0)))
    for value in EDGES:
        one = np.full_like(X, value)
        twice = OPERATIONS[op](one, one)
        wanted = OPERATIONS[op](twice, Y) if still == 0 else OPERATIONS[op](X, twice)
        for sentence in SENTENCES:
            z = np.zeros_like(X)
            run(nest, target, sentence, *((one, Y) if still == 0 else (X, one)), z)
            np.testing.assert_array_equal(z, wanted)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("op", BITWISE)
def test_reductions_by_lanes(op, target):
    n = 237
    nest = _core.Nest.parse(f"""nest bits i32 strict
dim i 3
dim k {n} reduce
tensor X Z
access a0 X + 0 : i*{4 * n} k*4
access a1 Z + 0 : i*4
%0 = load a1
%1 = load a0
%2 = acc
%3 = {op} %2 %1
init %0
update %3
final %2
out a1
""")
    x = np.random.default_rng(1).integers(-2**31, 2**31, (3, n)).astype(np.int32)
    x = x | 0x00f00000 if op == "and" else x & 0x00f00f00 if op == "or" else x
    start = np.array([-1, 5, 0x0ff00000], np.int32)
    for sentence in ("v1", "v1 split(k,{lanes}) reorder(i,k,k.1) tile(k.1) vectorize(k.1)"):
        z = start.copy()
        run(nest, target, sentence, x, z)
        np.testing.assert_array_equal(z, BITWISE[op](start, BITWISE[op].reduce(x, axis=1)))


def test_expressions():
    nest = vw.Nest("n", "i32")
    i, = nest.dims(i=X.size)
    a, b, c = (nest.tensor(name, (i,)) for name in "XYZ")
    c[i] = (~a[i] & 0xff | b[i] << 8) ^ vw.lshr(a[i], 4) >> 2
    z, wanted = np.zeros_like(X), (~X & 0xff | SHIFTS["shl"](Y, np.full_like(Y, 8))) ^ SHIFTS["lshr"](X, np.full_like(X, 4)) >> 2
    nest.interpret(X, Y, z)
    np.testing.assert_array_equal(z, wanted)
    nest.schedule("v1 split(i,32) tile(i.1) vectorize(i.1)", RUNNABLE[0])(X, Y, z)
    np.testing.assert_array_equal(z, wanted)


def test_floats_have_none():
    nest = vw.Nest("n", "f32")
    i, = nest.dims(i=8)
    a, b = nest.tensor("X", (i,)), nest.tensor("Y", (i,))
    with pytest.raises(vw.NestError, match=r"node %2 \(shl\) takes a nest of i32"):
        b[i] = a[i] << 3
