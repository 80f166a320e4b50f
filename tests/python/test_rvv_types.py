"""RISC-V: narrow factors that multiply-adds widen, on machines of every length; bits equal to the interpreter's."""

import re

import numpy as np
import pytest
from fuzzing.rvv import VLENS
from vecwrap import Refusal, Sentence, _core, find_target, rvv
from vecwrap.dtypes import DTYPES

needs_qemu = pytest.mark.skipif(not rvv.available(), reason="needs clang-22, qemu-riscv64 and Debian's cross C library")
M, N, K = 5, 77, 9
# computed in, stored as, multiply-adds with a scalar factor that the code must hold
PRODUCTS = [("i32", "i8", "i8", "vwmacc.vx"), ("i32", "u8", "i8", "vwmacc.vx"), ("i32", "i16", "u8", "vwmacc.vx"),
            ("i32", "i16", "i16", "vwmacc.vx"), ("i32", "u16", "u16", "vwmaccu.vx"), ("i32", "i16", "u16", "vwmaccsu.vx"),
            ("i32", "u16", "i8", "vwmaccus.vx"), ("i64", "i32", "i32", "vwmacc.vx"), ("f32", "f16", "f16", "vfwmacc.vf"),
            ("f64", "f32", "f32", "vfwmacc.vf")]


def product(computed: str, a: str, b: str, update: str, along: str = "j") -> _core.Nest:
    """C[i,j] += A[i,k] * B[k,j]; along k, B is transposed, so that both factors are vectors."""
    size = {name: DTYPES[name].itemsize for name in (computed, a, b)}
    return _core.Nest.parse(f"""nest product {computed} {"reassoc" if along == "k" else "strict"}
dim i {M}
dim j {N}
dim k {K} reduce
tensor A:{a} B:{b} C
access a0 A + 0 : i*{K * size[a]} k*{size[a]}
access a1 B + 0 : {f"k*{N * size[b]} j*{size[b]}" if along == "j" else f"j*{K * size[b]} k*{size[b]}"}
access a2 C + 0 : i*{N * size[computed]} j*{size[computed]}
%0 = load a2
%1 = load a0
%2 = load a1
%3 = acc
{update}
init %0
update %{3 + update.count("=")}
final %3
out a2
""")


FUSED, APART = "%4 = fma %1 %2 %3", "%4 = mul %1 %2\n%5 = add %3 %4"


def numbers(random: np.random.Generator, stored: str, shape: tuple[int, int]) -> np.ndarray:
    """All that the type holds: extremes, infinities and subnormals with everything else."""
    dtype = DTYPES[stored]
    values = np.frombuffer(random.bytes(shape[0] * shape[1] * dtype.itemsize), dtype).reshape(shape).copy()
    if dtype.kind == "f":
        values = random.standard_normal(shape).astype(dtype)
        values[random.random(shape) < 0.02] = np.finfo(dtype).smallest_subnormal
        values[random.random(shape) < 0.002] = np.inf
    else:
        values[random.random(shape) < 0.2] = np.iinfo(dtype).min
    return values


def check(nest: _core.Nest, sentence: str, target: str, vlen: int, computed: str, stored: tuple[str, str]) -> tuple:
    """The kernel and its operands; in the simulator it did what the interpreter does."""
    random = np.random.default_rng(1)
    a, b = (numbers(random, name, shape) for name, shape in zip(stored, ((M, K), (K, N))))
    start = random.integers(-9, 9, (M, N)).astype(DTYPES[computed])
    kernel = _core.compile(nest, Sentence(sentence), find_target(target))
    got, wanted = start.copy(), start.copy()
    _core.simulate(kernel, [a.ctypes.data, b.ctypes.data, got.ctypes.data], vlen)
    _core.interpret(nest, [a.ctypes.data, b.ctypes.data, wanted.ctypes.data])
    assert got.tobytes() == wanted.tobytes()
    return kernel, (a, b, start), wanted


@pytest.mark.parametrize("vlen", VLENS)
@pytest.mark.parametrize("group", [1, 2, 4, 8])
@pytest.mark.parametrize("computed,a,b,wanted", PRODUCTS, ids=lambda value: str(value))
def test_narrow_factors_stay_narrow(computed, a, b, wanted, group, vlen):
    target = f"riscv64-rvv{vlen}+zvfh"
    lanes = min(vlen // 8 // DTYPES[computed].itemsize * group, N)
    sentence = f"v1 split(i,2) split(j,{lanes}) reorder(i,j,k,i.1,j.1) tile(i.1,j.1) vectorize(j.1,{group}) unroll(k,2)"
    kernel, _, _ = check(product(computed, a, b, FUSED), sentence, target, vlen, computed, (a, b))
    text = kernel.assembly("f")
    assert wanted in text and ("vwmacc" in wanted or "fcvt.s.h" not in text)
    assert "vsext.vf4" not in text and "vzext.vf4" not in text and "vfwcvt" not in text


@pytest.mark.parametrize("computed,a,b,wanted", PRODUCTS, ids=lambda value: str(value))
def test_products_and_sums_apart_are_one_instruction_where_products_are_exact(computed, a, b, wanted):
    sentence = "v1 split(i,2) split(j,8) reorder(i,j,k,i.1,j.1) tile(i.1,j.1) vectorize(j.1,2)"
    kernel, _, _ = check(product(computed, a, b, APART), sentence, "riscv64-rvv128+zvfh", 128, computed, (a, b))
    assert wanted in kernel.assembly("f")


@pytest.mark.parametrize("computed,a,b,wanted", PRODUCTS, ids=lambda value: str(value))
def test_both_factors_are_vectors_along_a_reduction(computed, a, b, wanted):
    """The last vector is partial: its lanes past the end keep what they hold."""
    sentence = "v1 split(k,8) split(j,2) reorder(i,j,k,j.1,k.1) tile(j.1,k.1) vectorize(k.1,2)"
    nest = product(computed, a, b, FUSED, along="k")
    if computed not in ("i32", "i64"):  # the order of a sum is open: only the instructions are looked at
        kernel = _core.compile(nest, Sentence(sentence), find_target("riscv64-rvv128+zvfh"))
    else:
        kernel, _, _ = check(nest, sentence, "riscv64-rvv128+zvfh", 128, computed, (a, b))
    assert re.search(r"v(f?)wmacc(u|su)?\.vv", kernel.assembly("f"))


def test_without_zvfh_halves_are_refused_and_factors_used_elsewhere_are_widened():
    sentence = "v1 split(j,8) reorder(i,j,k,j.1) tile(j.1) vectorize(j.1,2)"
    with pytest.raises(Refusal, match="f16"):
        _core.compile(product("f32", "f16", "f16", FUSED), Sentence(sentence), find_target("riscv64-rvv128"))
    twice = "%4 = fma %1 %2 %3\n%5 = add %4 %2"
    kernel, _, _ = check(product("i32", "i8", "i8", twice), sentence, "riscv64-rvv128", 128, "i32", ("i8", "i8"))
    assert "vsext.vf4" in kernel.assembly("f") and "vwmacc" not in kernel.assembly("f")


@needs_qemu
@pytest.mark.parametrize("vlen", VLENS)
def test_widening_under_qemu(vlen):
    kernels, jobs, expected = [], [], []
    for computed, a, b, _ in PRODUCTS:
        for group in (1, 4):
            lanes, target = min(vlen // 32 * group, N), f"riscv64-rvv{vlen}+zvfh"
            sentence = f"v1 split(i,3) split(j,{lanes}) reorder(i,j,k,i.1,j.1) tile(i.1,j.1) vectorize(j.1,{group})"
            kernel, operands, wanted = check(product(computed, a, b, FUSED), sentence, target, vlen, computed, (a, b))
            buffers = [rvv.Buffer(array.tobytes(), output=array is operands[2]) for array in operands]
            jobs.append(rvv.Job(len(kernels), tuple(buffers)))
            kernels.append(kernel)
            expected.append(wanted.tobytes())
    results = rvv.run(kernels, jobs, vlen)
    assert [result.signal for result in results] == [0] * len(jobs)
    assert [result.outputs[0] for result in results] == expected
