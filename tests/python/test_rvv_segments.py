"""RISC-V: strided(T,segment) moves elements side by side to and from several vectors at once; indices along the lanes."""

import numpy as np
import pytest
from fuzzing.rvv import VLENS
from vecwrap import Refusal, Sentence, _core, find_target, rvv
from vecwrap.dtypes import DTYPES

needs_qemu = pytest.mark.skipif(not rvv.available(), reason="needs clang-22, qemu-riscv64 and Debian's cross C library")
N = 45
BOTH = "strided(X,segment) strided(Y,segment)"


def weighted(fields: int, computed: str, stored: str) -> _core.Nest:
    """Y[i] = sum over f of (f + 2) * X[i, f], each field an access of its own, in no order."""
    size, order = DTYPES[stored].itemsize, [(3 * f + 1) % fields if fields % 3 else f for f in range(fields)]
    text = f"nest weighted {computed} strict\ndim i {N}\ntensor X:{stored} Y\n"
    text += "".join(f"access a{at} X + {f * size} : i*{fields * size}\n" for at, f in enumerate(order))
    text += f"access a{fields} Y + 0 : i*{DTYPES[computed].itemsize}\n%0 = const 0\n"
    last, node = 0, 1
    for at, f in enumerate(order):
        text += f"%{node} = load a{at}\n%{node + 1} = const {f + 2}\n%{node + 2} = fma %{node} %{node + 1} %{last}\n"
        last, node = node + 2, node + 3
    return _core.Nest.parse(text + f"final %{last}\nout a{fields}\n")


def channels(count: int, computed: str) -> _core.Nest:
    """Y[i, c] = X[i, c] * S[c]: the tile holds all channels."""
    size = DTYPES[computed].itemsize
    return _core.Nest.parse(f"""nest channels {computed} strict
symbol n
dim i n
dim c {count}
tensor X S Y
access a0 X + 0 : i*{count * size} c*{size}
access a1 S + 0 : c*{size}
access a2 Y + 0 : i*{count * size} c*{size}
%0 = load a0
%1 = load a1
%2 = mul %0 %1
final %2
out a2
""")


def operands(nest: _core.Nest, shapes: list[int]) -> list[np.ndarray]:
    random = np.random.default_rng(1)
    return [random.integers(0, 100, count).astype(DTYPES[name]) for count, name in zip(shapes, nest.tensor_types)]


def kernel_of(nest: _core.Nest, sentence: str, vlen: int) -> _core.Kernel:
    return _core.compile(nest, Sentence(sentence), find_target(f"riscv64-rvv{vlen}+zvfh"))


def check(nest: _core.Nest, kernel: _core.Kernel, arrays: list[np.ndarray], vlen: int, symbols: tuple[int, ...] = ()) -> bytes:
    """Simulated; the last array is the output. Returns what it has to be."""
    got, wanted = arrays[-1].copy(), arrays[-1].copy()
    inputs = [array.ctypes.data for array in arrays[:-1]]
    _core.simulate(kernel, [*inputs, got.ctypes.data, *symbols], vlen)
    _core.interpret(nest, [*inputs, wanted.ctypes.data, *symbols])
    assert got.tobytes() == wanted.tobytes()
    return wanted.tobytes()


def span(group: int, computed: str, stored: str) -> int:
    return max(1, group * DTYPES[stored].itemsize // DTYPES[computed].itemsize)


KINDS = [("f32", "f32"), ("f32", "u8"), ("f32", "i16"), ("f32", "f16"), ("f32", "bf16"), ("i32", "i8"), ("i32", "i32"),
         ("i32", "f32"), ("i64", "i64"), ("i64", "i16"), ("f64", "f64"), ("f64", "f32"), ("f64", "u8"), ("f16", "f16")]
ALL = [(fields, group, computed, stored) for fields in range(2, 9) for group in (1, 2, 4, 8) for computed, stored in KINDS
       if fields * span(group, computed, stored) <= 8]


@pytest.mark.parametrize("vlen", VLENS)
def test_fields_are_loaded_together(vlen):
    for fields, group, computed, stored in ALL:
        lanes = min(N, vlen // 8 // DTYPES[computed].itemsize * group)
        nest = weighted(fields, computed, stored)
        try:
            kernel = kernel_of(nest, f"v1 split(i,{lanes}) tile(i.1) vectorize(i.1,{group}) strided(X,segment)", vlen)
        except Refusal as refusal:
            assert refusal.name == "registers" and fields + 2 > 32 // group - 2, refusal  # all fields are there at once
            continue
        text = kernel.assembly("f")
        assert f"vlseg{fields}e{8 * DTYPES[stored].itemsize}.v" in text and "vlse" + str(8 * DTYPES[stored].itemsize) not in text
        check(nest, kernel, operands(nest, [N * fields, N]), vlen)


def test_a_field_that_two_nodes_load():
    """The second node loads it alone."""
    text = str(weighted(2, "f32", "f32"))
    last = text.index("final")
    nest = _core.Nest.parse(text[:last] + "%7 = load a0\n%8 = add %6 %7\nfinal %8\nout a2\n")
    kernel = kernel_of(nest, "v1 split(i,8) tile(i.1) vectorize(i.1,2) strided(X,segment)", 128)
    assert "vlseg2e32.v" in kernel.assembly("f")
    check(nest, kernel, operands(nest, [N * 2, N]), 128)


@pytest.mark.parametrize("vlen", VLENS)
@pytest.mark.parametrize("computed", ["f32", "f64", "i32", "i64", "f16"])
def test_channels_are_loaded_and_stored_together(computed, vlen):
    for count in range(2, 9):
        group = 2 if count < 5 else 1
        nest, lanes = channels(count, computed), vlen // 8 // DTYPES[computed].itemsize * group
        sentence = f"v1 split(i,{lanes}) reorder(i,c,i.1) tile(c,i.1) vectorize(i.1,{group}) {BOTH}"
        kernel = kernel_of(nest, sentence, vlen)
        text, width = kernel.assembly("f"), 8 * DTYPES[computed].itemsize
        assert f"vlseg{count}e{width}.v" in text and f"vsseg{count}e{width}.v" in text
        for n in (lanes * 2 + 1, 1):
            check(nest, kernel, operands(nest, [n * count, count, n * count]), vlen, (n,))


def test_what_is_no_segment_is_refused():
    three = channels(3, "f32")
    inner = "v1 split(i,4) reorder(i,c,i.1) tile(c,i.1) vectorize(i.1)"
    halved = "v1 split(i,4) split(c,2) reorder(i,c,c.1,i.1) tile(c.1,i.1) vectorize(i.1)"
    for nest, sentence, why in [(weighted(3, "f32", "f32"), "v1 tile(i) vectorize(i,4) strided(X,segment)", "as many registers"),
                                (three, f"{halved} strided(X,segment)", "takes all"),
                                (three, f"{inner} strided(S,segment)", "takes all"),
                                (three, "v1 strided(X,transpose)", "by segments"),
                                (three, "v1 strided(X,shuffle)", "not insert")]:
        with pytest.raises(Refusal, match=why) as refusal:
            kernel_of(nest, sentence, 128)
        assert refusal.value.name == "strided-how"
    with pytest.raises(Refusal, match="no segments"):
        _core.compile(three, Sentence("v1 strided(X,segment)"), find_target("x86-64-avx512"))


def lookup(computed: str, stored: str, index: str, scale: int) -> _core.Nest:
    """Y[i] = X[I[i]] * 2"""
    return _core.Nest.parse(f"""nest lookup {computed} strict
dim i {N}
tensor I:{index} X:{stored} Y
access a0 I + 0 : i*{DTYPES[index].itemsize}
access a1 X + {256 * DTYPES[stored].itemsize} : [a0]*{scale}
access a2 Y + 0 : i*{DTYPES[computed].itemsize}
%0 = load a1
%1 = add %0 %0
final %1
out a2
""")


@pytest.mark.parametrize("vlen", VLENS)
@pytest.mark.parametrize("index", ["i32", "i64"])
def test_indices_along_the_lanes_gather(index, vlen):
    """Indices of either sign."""
    for computed, stored in KINDS:
        for group in (1, 2, 4):
            lanes, size = min(N, vlen // 8 // DTYPES[computed].itemsize * group), DTYPES[stored].itemsize
            nest = lookup(computed, stored, index, -size)
            sentence = f"v1 split(i,{lanes}) tile(i.1) vectorize(i.1,{group})"
            if 8 // DTYPES[computed].itemsize * group > 8:
                with pytest.raises(Refusal, match="times the registers"):
                    kernel_of(nest, sentence, vlen)
                continue
            kernel = kernel_of(nest, sentence, vlen)
            assert "vluxei64.v" in kernel.assembly("f")
            indices = np.random.default_rng(3).integers(-256, 256, N).astype(DTYPES[index])
            check(nest, kernel, [indices, *operands(nest, [0, 513, N])[1:]], vlen)


@needs_qemu
@pytest.mark.parametrize("vlen", VLENS)
def test_under_qemu(vlen):
    """Between guard pages: no byte outside of the tensors is touched."""
    kernels, jobs, expected = [], [], []
    for fields, group, computed, stored in ALL[::5]:
        nest = weighted(fields, computed, stored)
        lanes = min(N, vlen // 8 // DTYPES[computed].itemsize * group)
        try:
            kernels.append(kernel_of(nest, f"v1 split(i,{lanes}) tile(i.1) vectorize(i.1,{group}) strided(X,segment)", vlen))
        except Refusal:
            continue
        arrays = operands(nest, [N * fields, N])
        expected.append(check(nest, kernels[-1], arrays, vlen))
        buffers = rvv.Buffer(arrays[0].tobytes()), rvv.Buffer(arrays[1].tobytes(), output=True)
        jobs += [rvv.Job(len(kernels) - 1, buffers, at_end=end) for end in (True, False)]
    for count in range(2, 9):
        nest = channels(count, "f32")
        sentence = f"v1 split(i,{vlen // 32}) reorder(i,c,i.1) tile(c,i.1) vectorize(i.1) {BOTH}"
        kernels.append(kernel_of(nest, sentence, vlen))
        arrays = operands(nest, [N * count, count, N * count])
        expected.append(check(nest, kernels[-1], arrays, vlen, (N,)))
        three = tuple(rvv.Buffer(array.tobytes(), output=array is arrays[2]) for array in arrays)
        jobs += [rvv.Job(len(kernels) - 1, three, (N,), end) for end in (True, False)]
    results = rvv.run(kernels, jobs, vlen)
    assert len(expected) > 20
    for job, result in zip(jobs, results):
        assert result.signal == 0 and result.outputs[0] == expected[job.kernel], (job.kernel, result.signal)
