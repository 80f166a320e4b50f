"""The target x86-64: plain SSE2, where multiply-adds that round once are built from what there is."""

import re
import shutil
import subprocess

import numpy as np
import pytest
import vecwrap as vw
from listing import body, instructions

BITS = {"f32": np.uint32, "f64": np.uint64}
FLOATS = {"f32": np.float32, "f64": np.float64}


def fused(dtype: str) -> vw.Nest:
    nest = vw.Nest("fused", dtype)
    i, = nest.dims(i="n")
    a, b, c, y = (nest.tensor(name, (i,)) for name in "ABCY")
    y[i] = vw.fma(a[i], b[i], c[i])
    return nest


def scaled(rng: np.random.Generator, count: int, dtype: str, low: int, high: int) -> np.ndarray:
    """Of random sign, with exponents in a range, and few or many bits."""
    info = np.finfo(FLOATS[dtype])
    fraction = rng.integers(0, 1 << info.nmant, count) & ~((1 << rng.integers(0, info.nmant, count)) - 1)
    value = np.ldexp((1 + fraction / 2.0**info.nmant).astype(FLOATS[dtype]), rng.integers(low, high, count))
    return (value * rng.choice([-1, 1], count)).astype(FLOATS[dtype])


def operands(dtype: str, kind: str, count: int = 20000) -> list[np.ndarray]:
    """Where one rounding differs from two: halfway cases, cancellation, the ends of the range, and anything at all."""
    rng = np.random.default_rng(len(kind))
    info = np.finfo(FLOATS[dtype])
    least, most = int(info.minexp) - info.nmant, int(info.maxexp)
    if kind == "bits":
        return [rng.integers(0, 2**(8 * info.dtype.itemsize), count, dtype=BITS[dtype]).view(FLOATS[dtype]) for _ in range(3)]
    if kind == "special":
        values = np.array([0.0, -0.0, 1, -1, np.inf, -np.inf, np.nan, info.max, -info.max, info.tiny, -info.tiny,
                           info.smallest_subnormal, -info.smallest_subnormal, 1 + info.eps, 0.5], FLOATS[dtype])
        return [x.ravel().copy() for x in np.meshgrid(values, values, values)]
    a, b = (scaled(rng, count, dtype, -20, 20) for _ in range(2))
    if kind == "halfway":      # c is about half a last place of the product, or a little beside it
        c = np.ldexp(a * b, -info.nmant - rng.integers(0, 4, count)).astype(FLOATS[dtype])
        c = (np.ldexp(np.sign(c), np.frexp(c)[1]) * rng.choice([1, 1 + info.eps, 1 - info.eps / 2], count)).astype(FLOATS[dtype])
        return [a, b, c]
    if kind == "cancels":      # what is left is the product's rounding error, or near it
        return [a, b, (-(a * b) * rng.choice([1, 1 + info.eps, 1 - info.eps / 2], count)).astype(FLOATS[dtype])]
    if kind == "denormal":     # products around and far below the least number
        a, b = (scaled(rng, count, dtype, least // 2 - 30, least // 2 + 30) for _ in range(2))
        return [a, b, np.ldexp(scaled(rng, count, dtype, 0, 1), rng.integers(least - 2, least + 60, count)).astype(FLOATS[dtype])]
    assert kind == "overflow"  # products beyond the range that the sum brings back
    a, b = scaled(rng, count, dtype, most // 2 - 2, most // 2 + 1), scaled(rng, count, dtype, most // 2 - 2, most // 2 + 1)
    with np.errstate(over="ignore"):
        return [a, b, (-np.sign(a) * np.sign(b) * scaled(rng, count, dtype, most - 3, most - 1)).astype(FLOATS[dtype])]


@pytest.mark.parametrize("sentence", ["v1", "v1 split(i,8) tile(i.1) vectorize(i.1)"])
@pytest.mark.parametrize("kind", ["bits", "special", "halfway", "cancels", "denormal", "overflow"])
@pytest.mark.parametrize("dtype", ["f32", "f64"])
def test_multiply_adds_round_once(dtype, kind, sentence):
    a, b, c = operands(dtype, kind)
    nest = fused(dtype)
    got, wanted = np.zeros_like(a), np.zeros_like(a)
    nest.schedule(sentence, target="x86-64")(a, b, c, got)
    nest.interpret(a, b, c, wanted)
    same = (got.view(BITS[dtype]) == wanted.view(BITS[dtype])) | (np.isnan(got) & np.isnan(wanted))
    assert same.all(), [(float(x[~same][0])).hex() for x in (a, b, c, got, wanted)]
    with np.errstate(all="ignore"):
        assert kind == "special" or not (got == a * b + c).all(), "no case here tells one rounding from two"


@pytest.mark.parametrize("stored", ["f16", "bf16"])
@pytest.mark.parametrize("sentence", ["v1", "v1 split(i,8) tile(i.1) vectorize(i.1)"])
def test_all_halves(stored, sentence):
    """Every half precision number in, and floats around all of them out."""
    nest = vw.Nest("widen")
    i, = nest.dims(i="n")
    x, y = nest.tensor("X", (i,), type=stored), nest.tensor("Y", (i,))
    y[i] = x[i]
    back = vw.Nest("narrow")
    i, = back.dims(i="n")
    u, v = back.tensor("U", (i,)), back.tensor("V", (i,), type=stored)
    v[i] = u[i]
    bits = np.arange(1 << 16, dtype=np.uint16)
    halves = bits.view(np.float16) if stored == "f16" else bits
    got, wanted = np.zeros(1 << 16, np.float32), np.zeros(1 << 16, np.float32)
    nest.schedule(sentence, target="x86-64")(halves, got)
    nest.interpret(halves, wanted)
    assert ((got.view(np.uint32) == wanted.view(np.uint32)) | (np.isnan(got) & np.isnan(wanted))).all()
    finite = wanted[np.isfinite(wanted)]
    ends = np.array([np.inf, -np.inf, np.nan, 65519.9, 65520, 1e-8, 3e38], np.float32)
    with np.errstate(over="ignore"):
        halfway = finite + np.spacing(np.clip(finite, -60000, 60000).astype(np.float16)).astype(np.float32) / 2
        beside = [np.nextafter(finite, np.float32(np.inf)), np.nextafter(halfway, np.float32(0))]
    around = np.concatenate([finite, halfway, *beside, ends])
    a, b = np.zeros(around.size, halves.dtype), np.zeros(around.size, halves.dtype)
    back.schedule(sentence, target="x86-64")(around, a)
    back.interpret(around, b)
    number = ~np.isnan(around)
    assert (a.view(np.uint16)[number] == b.view(np.uint16)[number]).all()


HARNESS = r"""
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
static void *read_file(const char *name, int executable) {
  FILE *f = fopen(name, "rb");
  fseek(f, 0, SEEK_END);
  long size = ftell(f);
  rewind(f);
  void *at = mmap(0, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (fread(at, 1, size, f) != (size_t)size) exit(3);
  if (executable) mprotect(at, size, PROT_READ | PROT_EXEC);
  return at;
}
int main(int count, char **names) { /* kernel, bytes of the last tensor, tensors */
  long arguments[16];
  for (int i = 3; i < count; i++) arguments[i - 3] = (long)read_file(names[i], 0);
  ((void (*)(long *))read_file(names[1], 1))(arguments);
  fwrite((void *)arguments[count - 4], 1, atol(names[2]), stdout);
}
"""


def everything(dtype: str) -> vw.Nest:
    """Every operation, tails, packed and strided operands, other types in memory."""
    nest = vw.Nest("everything", dtype)
    i, j, k = nest.dims(i=7, j=19, k=5)
    a, b = nest.tensor("A", (i, k), type="f16" if dtype == "f32" else "i64"), nest.tensor("B", (j, k))
    d, c = nest.tensor("D", (i, j), type="i8"), nest.tensor("C", (i, j))
    value = vw.sum_of(vw.fma(a[i, k], b[j, k], vw.maximum(b[j, k], 0.5) / 3 - vw.minimum(b[j, k], 0.25)))
    c[i, j] = vw.where(vw.compare("ueq", value, 0.25), abs(value), -value) + vw.math("exp", vw.sqrt(abs(d[i, j])))
    return nest


SENTENCES = ["v1", "v1 split(j,4) split(i,2) reorder(j,i,k,i.1,j.1) tile(i.1,j.1) vectorize(j.1)",
             "v1 split(j,4) reorder(j,i,k,j.1) pack(A,j) tile(j.1) vectorize(j.1)"]


@pytest.mark.skipif(not shutil.which("llvm-mc-22"), reason="llvm-mc-22 is not installed")
@pytest.mark.parametrize("sentence", SENTENCES)
@pytest.mark.parametrize("dtype", ["f32", "f64"])
def test_no_instruction_of_avx(dtype, sentence):
    listing = instructions(body(everything(dtype).schedule(sentence, target="x86-64").code))
    assert len(listing) > 100
    assert [i.text for i in listing if re.search(r"^v|ymm|zmm|%k[0-7]", i.text)] == []


@pytest.fixture(scope="module")
def old_machine(tmp_path_factory):
    """A program that runs a kernel on what QEMU has of the first x86-64 CPUs, without SSE3."""
    if not shutil.which("qemu-x86_64") or not shutil.which("cc"):
        pytest.skip("qemu-x86_64 or a C compiler is not installed")
    folder = tmp_path_factory.mktemp("old")
    (folder / "harness.c").write_text(HARNESS)
    subprocess.run(["cc", "-O1", "-static", "-o", folder / "harness", folder / "harness.c"], check=True)

    def run(code: bytes, arrays: list[np.ndarray]) -> np.ndarray:
        for name, data in [("code", code), *((str(n), a.tobytes()) for n, a in enumerate(arrays))]:
            (folder / name).write_bytes(data)
        command = ["qemu-x86_64", "-cpu", "Opteron_G1,-sse3", folder / "harness", folder / "code", str(arrays[-1].nbytes),
                   *(folder / str(n) for n in range(len(arrays)))]
        done = subprocess.run(command, capture_output=True, check=False, timeout=60)
        assert done.returncode == 0, done.stderr.decode()
        return np.frombuffer(done.stdout, arrays[-1].dtype).reshape(arrays[-1].shape)

    return run


@pytest.mark.parametrize("sentence", SENTENCES)
@pytest.mark.parametrize("dtype", ["f32", "f64"])
def test_runs_where_there_is_only_sse2(old_machine, dtype, sentence):
    rng = np.random.default_rng(1)
    kernel = everything(dtype).schedule(sentence, target="x86-64")
    wide, narrow = FLOATS[dtype], np.float16 if dtype == "f32" else np.int64
    arrays = [(rng.standard_normal((7, 5)) * 3).astype(narrow), rng.standard_normal((19, 5)).astype(wide),
              rng.integers(-99, 99, (7, 19)).astype(np.int8), np.zeros((7, 19), wide)]
    wanted = [a.copy() for a in arrays]
    everything(dtype).interpret(*wanted)
    got = old_machine(kernel.code, arrays)
    assert (got.view(BITS[dtype]) == wanted[-1].view(BITS[dtype])).all()


def test_the_old_machine_has_no_avx(old_machine):
    """vxorps xmm0, xmm0, xmm0; ret"""
    with pytest.raises(AssertionError):
        old_machine(bytes.fromhex("c5f857c0c3"), [np.zeros(1)])
