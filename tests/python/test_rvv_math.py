"""The functions of docs/math.md on RISC-V, at every length: the interpreter's bits, whose errors test_math.py bounds."""

import numpy as np
import pytest
from fuzzing.rvv import VLENS
from test_math import CASE_IDS, CASES, interpreted, nest_of, samples, specials
from vecwrap import Refusal, Sentence, _core, find_target, rvv

needs_qemu = pytest.mark.skipif(not rvv.available(), reason="needs clang-22, qemu-riscv64 and Debian's cross C library")
GROUPS = (0, 1, 2, 4)  # registers per vector; 0: scalar code


def operands(dtype: str, where: str, every: int) -> list[np.ndarray]:
    usual = samples(dtype, where)
    return [np.concatenate([array[::every], odd]) for array, odd in zip(usual, specials(len(usual), dtype))]


def kernel_of(nest: _core.Nest, dtype: str, vlen: int, group: int) -> _core.Kernel | None:
    """None where groups of 4 leave too few vectors: pairs of numbers need more (log2, pow)."""
    lanes = vlen // (32 if dtype == "f32" else 64) * group
    sentence = f"v1 split(i,{lanes}) tile(i.1) vectorize(i.1,{group})" if group else "v1"
    try:
        return _core.compile(nest, Sentence(sentence), find_target(f"riscv64-rvv{vlen}"))
    except Refusal as refusal:
        assert (refusal.name, group) == ("registers", 4)
        return None


def same(got: np.ndarray, wanted: np.ndarray) -> bool:
    known, bits = ~np.isnan(wanted), f"u{wanted.itemsize}"
    return np.array_equal(np.isnan(got), ~known) and np.array_equal(got[known].view(bits), wanted[known].view(bits))


@pytest.mark.parametrize("name,dtype,bound,where", CASES, ids=CASE_IDS)
def test_simulated_kernels_compute_the_interpreters_bits(name, dtype, bound, where):
    x = operands(dtype, where, 24)
    nest, wanted = nest_of(name, dtype, x[0].size, len(x)), interpreted(name, *x)
    for vlen in VLENS:
        for group in GROUPS:
            got, kernel = np.empty_like(wanted), kernel_of(nest, dtype, vlen, group)
            if not kernel:
                continue
            _core.simulate(kernel, [array.ctypes.data for array in (*x, got)], vlen)
            assert same(got, wanted), (vlen, group)


def check_under_qemu(vlen: int, every: int) -> None:
    kernels, jobs, expected = [], [], []
    for name, dtype, _, where in CASES:
        x = operands(dtype, where, every)
        nest = nest_of(name, dtype, x[0].size, len(x))
        for group in GROUPS if every == 1 else (0, 2):
            if not (kernel := kernel_of(nest, dtype, vlen, group)):
                continue
            kernels.append(kernel)
            expected.append(interpreted(name, *x))
            buffers = [rvv.Buffer(array.tobytes()) for array in x]
            jobs.append(rvv.Job(len(jobs), (*buffers, rvv.Buffer(bytes(expected[-1].nbytes), output=True))))
    for wanted, result in zip(expected, rvv.run(kernels, jobs, vlen)):
        assert result.signal == 0
        assert same(np.frombuffer(result.outputs[0], wanted.dtype), wanted)


@needs_qemu
@pytest.mark.parametrize("vlen", VLENS)
def test_qemu_computes_them_too(vlen):
    check_under_qemu(vlen, 16)


@needs_qemu
@pytest.mark.parametrize("vlen", VLENS)
def test_all_samples_under_qemu(request, vlen):
    if not request.config.getoption("--rvv"):
        pytest.skip("runs with --rvv")
    check_under_qemu(vlen, 1)
