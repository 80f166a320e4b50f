"""Modules for RISC-V: objects that the cross linkers take, run by QEMU on vectors of several lengths."""

import random
import subprocess

import numpy as np
import pytest
import vecwrap as vw
from fuzzing.nests import random_nest
from fuzzing.reductions import reduction_nest, reduction_sentence
from fuzzing.rvv import VLENS, rvv_case
from fuzzing.sentences import random_sentence
from test_module import (BAD, BYTES, RELU, UNWIND, WORKSPACE, N, c_main, code_of, expected, module, refuse,
                         tool, write)
from vecwrap import Refusal, _core, find_target, native_target, rvv
from vecwrap.rvv.toolchain import SYSROOT, cpu
from vecwrap.variants import by_heuristic, lengths

needs_qemu = pytest.mark.skipif(not rvv.available(), reason="needs clang-22, qemu-riscv64 and Debian's cross C library")
LLD = ["clang-22", "--target=riscv64-linux-gnu", "-fuse-ld=lld"]
LINKS = {"gcc": ["riscv64-linux-gnu-gcc"], "gcc-static": ["riscv64-linux-gnu-gcc", "-static"],
         "lld": LLD, "lld-static": [*LLD, "-static", "-Wl,--gc-sections"]}


def any_length(prefix="net"):
    """The module of test_module, with a kernel for every length."""
    target = find_target("riscv64-rvv")
    m = module(prefix, find_target("riscv64-rvv128"))
    whole = _core.Module(prefix, target)
    kernel, _ = by_heuristic(_core.Nest.parse(RELU.format(n=N)), target)
    assert whole.add_kernel(kernel, "relu") == 0
    for what in ("inputs", "outputs", "workspace_bytes", "constant_bytes"):
        setattr(whole, what, getattr(m, what))
    whole.add_check(("input", 1, 0))
    whole.add_call(0, [("input", 0, 0), ("workspace", 0, WORKSPACE - BYTES)])
    whole.add_call(0, [("workspace", 0, WORKSPACE - BYTES), ("output", 0, 0)])
    whole.add_call(0, [("constant", 0, 64), ("output", 1, 0)])
    return whole


def emulated(folder, *program, vlen=256, plain=False):
    return subprocess.run(["qemu-riscv64", "-cpu", "rv64" if plain else cpu(vlen), "-L", SYSROOT, *program], cwd=folder,
                          capture_output=True, text=True, timeout=60)


@needs_qemu
@pytest.mark.parametrize("command", LINKS.values(), ids=LINKS)
def test_links_into_programs(command, tmp_path):
    tool(*command, "-Wl,--fatal-warnings", c_main(tmp_path), write(any_length(), tmp_path), "-o", "program", folder=tmp_path)
    for vlen in VLENS:
        assert emulated(tmp_path, "./program", vlen=vlen).stdout == expected()


@needs_qemu
@pytest.mark.parametrize("linker", [["riscv64-linux-gnu-gcc"], LLD], ids=["bfd", "lld"])
def test_links_into_shared_libraries(linker, tmp_path):
    net = write(any_length(), tmp_path)
    tool(*linker, "-shared", "-Wl,-z,text,--fatal-warnings", net, "-o", "libnet.so", folder=tmp_path)
    tool(*linker, c_main(tmp_path), "-L.", "-lnet", "-Wl,-rpath,.", "-o", "program", folder=tmp_path)
    assert emulated(tmp_path, "./program").stdout == expected()
    assert "RWE" not in tool("readelf", "-lW", "libnet.so", folder=tmp_path)


@needs_qemu
def test_two_modules_in_one_program(tmp_path):
    objects = [write(any_length(prefix), tmp_path) for prefix in ("net", "other")]
    tool(*LLD, c_main(tmp_path, "RUN(net); RUN(other);"), *objects, "-o", "program", folder=tmp_path)
    assert emulated(tmp_path, "./program").stdout == expected(2)


@needs_qemu
def test_says_what_is_wrong(tmp_path):
    body = """const long far = 1L << 40; const float *good = x; float *place = y;
  printf("%d ", net_run(0, &out, work, sizeof work)); printf("%d ", net_run(&in, 0, work, sizeof work));
  in.x = 0; printf("%d ", net_run(&in, &out, work, sizeof work)); in.x = good;
  out.y = 0; printf("%d ", net_run(&in, &out, work, sizeof work)); out.y = place;
  printf("%d ", net_run(&in, &out, 0, sizeof work));
  printf("%d ", net_run(&in, &out, work, net_workspace_size() - 1));
  printf("%d ", net_run(&in, &out, work + 32, sizeof work));
  in.index = &far; printf("%d\\n", net_run(&in, &out, work, sizeof work));"""
    tool(*LLD, "-static", c_main(tmp_path, body), write(any_length(), tmp_path), "-o", "program", folder=tmp_path)
    codes = [code_of("null_struct")] * 2 + [code_of(name) for name, _ in BAD]
    assert emulated(tmp_path, "./program").stdout.split() == [str(code) for code in codes]


@needs_qemu
def test_supported_asks_for_vectors_and_their_length(tmp_path):
    body = 'printf("%d\\n", net_supported());'
    for name, where in (("riscv64-rvv", {128: 1, 512: 1}), ("riscv64-rvv512", {256: 0, 512: 1, 1024: 1})):
        net = write(module(target=find_target(name)), tmp_path)
        tool(*LLD, "-static", c_main(tmp_path, body), net, "-o", "program", folder=tmp_path)
        assert {vlen: int(emulated(tmp_path, "./program", vlen=vlen).stdout) for vlen in where} == where
        assert emulated(tmp_path, "./program", plain=True).stdout == "0\n"


@needs_qemu
def test_unwinds_from_a_kernel_to_main(tmp_path):
    """A kernel meets a page that it may not read; the handler's backtrace passes through it and run."""
    body = ("signal(SIGSEGV, show); "
            "in.x = mmap(0, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0); RUN(net);")
    main = c_main(tmp_path, body)
    main.write_text(UNWIND + main.read_text())
    tool("riscv64-linux-gnu-gcc", "-rdynamic", "-O1", "-funwind-tables", main, write(any_length(), tmp_path), "-o", "program",
         folder=tmp_path)
    frames = emulated(tmp_path, "./program").stdout
    assert frames.index("(net_run+") < frames.index("(main+")


def test_sections_and_frames(tmp_path):
    net = write(any_length(), tmp_path)
    header = tool("readelf", "-hW", net, folder=tmp_path)
    assert "RISC-V" in header and "double-float ABI" in header
    dump = tool("readelf", "--debug-dump=frames-interp", net, folder=tmp_path)
    for start, size, *_ in (line.split() for line in tool("nm", "-S", net, folder=tmp_path).splitlines()):
        assert f"pc={start}..{int(start, 16) + int(size, 16):016x}" in dump
    assert any_length().object() == any_length().object()


def test_code_of_another_machine_is_refused():
    refuse(lambda m: m.add_call(m.add_kernel(by_heuristic(_core.Nest.parse(RELU.format(n=N)), find_target("riscv64-rvv"))[0]),
                                [("input", 0, 0), ("output", 0, 0)]), "is not code for")
    with pytest.raises(Refusal, match="cannot run"):
        any_length().load()
    kernel, _ = by_heuristic(_core.Nest.parse(RELU.format(n=N)), find_target("riscv64-rvv"))
    with pytest.raises(Refusal, match="cannot run"):
        _core.Loaded(kernel)
    own = _core.compile(_core.Nest.parse(RELU.format(n=N)), _core.Sentence("v1"), native_target())
    with pytest.raises(ValueError, match="not a RISC-V target"):
        _core.for_lengths([(native_target(), own)])


def test_one_kernel_for_every_length():
    """What runs is the variant of the machine's length: fewer and fewer instructions, the same bits."""
    nest = _core.Nest.parse(RELU.format(n=4096))
    kernel, sentence = by_heuristic(nest, find_target("riscv64-rvv"))
    assert len(lengths(find_target("riscv64-rvv"))) == sentence.count(" bits: v1") == 4
    x = np.linspace(-1, 1, 4096, dtype="f4")
    counts = []
    for vlen in VLENS:
        y = np.zeros_like(x)
        counts.append(sum(_core.simulate(kernel, [x.ctypes.data, y.ctypes.data], vlen).values()))
        assert np.array_equal(y, np.maximum(x, 0))
    assert all(longer < 0.7 * shorter for shorter, longer in zip(counts, counts[1:]))


def test_kernels_in_python_are_looked_at_not_called():
    nest = vw.Nest("scale")
    i, = nest.dims(i="n")
    X, Y = nest.tensor("X", (i,)), nest.tensor("Y", (i,))
    Y[i] = X[i] * 2
    kernel = nest.schedule("v1 split(i,32) tile(i.1) vectorize(i.1,4)", "riscv64-rvv256")
    assert "vle32.v v" in kernel.assembly and len(kernel.code) % 4 == 0
    with pytest.raises(vw.ArgumentError, match="cannot run riscv64-rvv256 code"):
        kernel(np.ones(5, "f4"), np.ones(5, "f4"))


def test_every_length_has_the_extensions_of_the_target():
    assert [t.name for t in lengths(find_target("riscv64-rvv+zvfh"))] == [f"riscv64-rvv{vlen}+zvfh" for vlen in VLENS]
    assert [t.name for t in lengths(find_target("riscv64-rvv512"))] == ["riscv64-rvv512"]


def test_equal_code_is_there_once():
    """Scalar code is the same for every length: nothing asks for it."""
    nest, sentence = _core.Nest.parse(RELU.format(n=3)), _core.Sentence("v1")
    kernels = [(machine, _core.compile(nest, sentence, machine)) for machine in lengths(find_target("riscv64-rvv"))]
    assert _core.for_lengths(kernels).code == kernels[0][1].code
    wide = [*kernels[:3], (kernels[3][0], _core.compile(nest, _core.Sentence("v1 tile(i) vectorize(i)"), kernels[3][0]))]
    text = _core.for_lengths(wide).assembly("relu")
    assert text.count("csrr t0, vlenb") == 1 and text.count("ret\n") == 2


def test_bytes_are_those_that_llvm_assembles(tmp_path):
    """Whole kernels: branches, frames, constants."""
    texts, codes = [], []
    for seed in range(150):
        makers = (random_nest, random_sentence) if seed % 2 else (reduction_nest, reduction_sentence)
        case = rvv_case(random.Random(seed), seed, *makers)
        try:
            kernel = _core.compile(_core.Nest.parse(case.nest), _core.Sentence(case.sentence), find_target(case.target))
        except Refusal:
            continue
        texts.append(kernel.assembly(f"kernel_{seed}"))
        codes.append(kernel.code)
    assert len(codes) > 40 and max(map(len, codes)) > 4096  # so that some branches do not reach
    (tmp_path / "kernels.s").write_text("".join(texts))
    extensions = "-mattr=+m,+f,+d,+v,+zvfh,+zfh"
    tool("llvm-mc-22", "-triple=riscv64", extensions, "-filetype=obj", "kernels.s", "-o", "kernels.o", folder=tmp_path)
    tool("llvm-objcopy-22", "-O", "binary", "-j", ".text", "kernels.o", "kernels.bin", folder=tmp_path)
    assert (tmp_path / "kernels.bin").read_bytes() == b"".join(codes)
