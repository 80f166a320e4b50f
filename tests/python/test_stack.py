"""Kernels on small stacks and in several threads at once: they use no more stack than they say, and share nothing."""

import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
import vecwrap as vw
from test_fuzz import RUNNABLE
from vecwrap import _core

SMALL = 128 << 10  # what musl gives a thread
MOST = (64 << 10) + (32 << 10)  # packed buffers, and what the rest of a kernel may need (docs/kernel.md)


def packed(target: str) -> vw.Kernel:
    """A product whose right side is packed into 60 KiB."""
    nest = vw.Nest("gemm", "f32", contract=False)
    m, n, k = nest.dims(m="m", n="n", k="k")
    A, B, C = nest.tensor("A", (m, k)), nest.tensor("B", (k, n)), nest.tensor("C", (m, n))
    C[m, n] += A[m, k] * B[k, n]
    return nest.schedule("v1 split(n,16) split(k,960) reorder(n,k,m,k.1,n.1) pack(B,k) tile(n.1) vectorize(n.1)", target)


def in_threads(count: int, task) -> None:
    failures = []

    def work(number: int) -> None:
        try:
            task(number)
        except BaseException as error:
            failures.append(error)

    before = threading.stack_size(SMALL)
    try:
        threads = [threading.Thread(target=work, args=(number,)) for number in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        threading.stack_size(before)
    assert not failures, failures


@pytest.mark.parametrize("target", RUNNABLE)
def test_threads_with_little_stack_share_a_kernel(target):
    """Each packs into a buffer of its own: with sizes of its own, it gets its own answer."""
    kernel = packed(target)
    assert 60 << 10 < kernel.stack_bytes <= MOST

    def task(number: int) -> None:
        rng = np.random.default_rng(number)
        a, b = (rng.integers(-3, 4, shape).astype("f4") for shape in ((5 + number, 1000), (1000, 70 + number)))
        for _ in range(20):
            c = np.zeros((len(a), b.shape[1]), "f4")
            kernel(a, b, c)
            np.testing.assert_array_equal(c, a @ b)

    in_threads(4, task)


@pytest.mark.parametrize("target", RUNNABLE)
def test_no_kernel_needs_more_than_its_page_says(target):
    """The heuristic's kernels, with whatever they pack; that they keep to stack_bytes is tested with every random nest."""
    for shape in ((64, 64, 64), (512, 512, 512), (1, 4096, 1024), (33, 70, 1000)):
        for dtype in ("f32", "f64", "i32"):
            nest = vw.Nest("gemm", dtype)
            m, n, k = nest.dims(**dict(zip("mnk", shape)))
            A, B, C = nest.tensor("A", (m, k)), nest.tensor("B", (n, k)), nest.tensor("C", (m, n))
            C[m, n] += A[m, k] * B[n, k]
            sentence = _core.propose(nest.core, vw.find_target(target), 1, always=True)[0]
            assert nest.schedule(sentence, target).stack_bytes <= MOST


def rows(count: int, tensors: int) -> tuple[vw.Nest, str]:
    """Tiles of so many rows of tensors, whose addresses are of run-time strides."""
    nest = vw.Nest("rows", "f32")
    i, = nest.dims(i=count)
    out = nest.tensor("Y", (i,))
    out[i] = sum(nest.tensor(f"X{n}", (i,), strides=(f"s{n}",))[i] for n in range(tensors))
    return nest, f"v1 split(i,{count}) tile(i.1)"


@pytest.mark.parametrize("target", RUNNABLE)
def test_addresses_may_fill_pages_but_not_the_stack(target):
    nest, sentence = rows(512, 16)
    kernel, own = nest.schedule(sentence, target), np.zeros(512, "f4")
    assert 8192 < kernel.stack_bytes <= MOST
    wide = np.arange(512 * 32, dtype="f4").reshape(16, 1024)
    arrays = [wide[n, ::1 + n % 2][:512] for n in range(16)]
    in_threads(2, lambda _: kernel(own, *arrays))
    np.testing.assert_array_equal(own, sum(arrays))
    nest, sentence = rows(1024, 40)
    with pytest.raises(vw.Refusal, match=r"take \d+ bytes of stack; code for .* uses at most 32768") as refusal:
        nest.schedule(sentence, target)
    assert refusal.value.name == "registers"


def test_too_little_stack_is_seen():
    """One page less, in a process of its own."""
    code = f"""
import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})
from types import SimpleNamespace
import numpy as np
from fuzzing.stack import OnItsOwnStack
from test_stack import packed
kernel = packed({RUNNABLE[0]!r})
a, b, c = np.ones((2, 960), "f4"), np.ones((960, 64), "f4"), np.zeros((2, 64), "f4")
args = [*(x.ctypes.data for x in (a, b, c)), 2, 64, 960, c.strides[0], a.strides[0], b.strides[0]]
OnItsOwnStack(SimpleNamespace(code=kernel.code, stack_bytes=kernel.stack_bytes))(args)
assert (c == 960).all()
print("enough", flush=True)
OnItsOwnStack(SimpleNamespace(code=kernel.code, stack_bytes=kernel.stack_bytes - 4096))(args)
"""
    result = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert (result.returncode, result.stdout, result.stderr) == (-11, "enough\n", ""), result
