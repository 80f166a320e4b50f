"""Modules: object files that any linker takes, and the same code in this process."""

import ctypes
import mmap
import subprocess
import threading
from pathlib import Path

import numpy as np
import pytest
from vecwrap import _core, native_target

RELU = """nest relu f32 strict
dim i {n}
tensor x y
access a0 x + 0 : i*4
access a1 y + 0 : i*4
%0 = load a0
%1 = const 0
%2 = select ogt %0 %1 %0 %1
final %2
out a1
"""
N = 101                # not a multiple of any vector
BYTES = 4 * N
AT = 44                # N floats from here end on a multiple of 64
WORKSPACE = AT + BYTES
VECTOR = "v1 split(i,16) tile(i.1) vectorize(i.1)"
RUNNABLE = [t for t in _core.targets() if _core.runs_here(t)]
C_MAIN = """
#include <stdio.h>
#include <stddef.h>
typedef struct { const float *x; const long *index; } inputs;
typedef struct { float *y; float *z; } outputs;
#define DECLARE(p) int p##_run(const inputs *, outputs *, void *, size_t); size_t p##_workspace_size(void); \\
  int p##_supported(void);
#define RUN(p) do { int i; if (!p##_supported()) return 2; if (p##_workspace_size() > sizeof work) return 3; \\
  if (p##_run(&in, &out, work, sizeof work)) return 4; \\
  for (i = 0; i < N; i++) printf("%g %g\\n", y[i], z[i]); } while (0)
#define N 101
DECLARE(net) DECLARE(other)
static _Alignas(64) unsigned char work[4096];
int main(void) {
  static float x[N], y[N], z[N];
  const long index = 0;
  inputs in; outputs out; int i;
  in.x = x; in.index = &index; out.y = y; out.z = z;
  for (i = 0; i < N; i++) x[i] = (float)(i - 50);
  BODY
  return 0;
}
"""


def relu(target=None, n=N):
    return _core.compile(_core.Nest.parse(RELU.format(n=n)), _core.Sentence(VECTOR), target or native_target())


def module(prefix="net", target=None):
    """y = relu(x) by way of the workspace, z = relu(constants), and an index that must be 0."""
    target = target or native_target()
    m = _core.Module(prefix, target)
    kernel = m.add_kernel(relu(target), "relu")
    m.inputs, m.outputs, m.workspace_bytes, m.constant_bytes = 2, 2, WORKSPACE, 64 + BYTES
    m.add_check(("input", 1, 0))
    m.add_call(kernel, [("input", 0, 0), ("workspace", 0, AT)])
    m.add_call(kernel, [("workspace", 0, AT), ("output", 0, 0)])
    m.add_call(kernel, [("constant", 0, 64), ("output", 1, 0)])
    return m


CONSTANTS = np.concatenate([np.full(16, np.nan), np.linspace(-5, 5, N)]).astype("f4")


def loaded(m, constants=CONSTANTS):
    code = m.load()
    np.frombuffer(code.constants, "f4")[:] = constants
    code.seal()
    return code


class Guarded:
    """`size` bytes between two pages that may not be touched; at their start or at their end."""

    def __init__(self, size, at_end):
        page = mmap.PAGESIZE
        whole = (size + page - 1) // page * page
        self.map = mmap.mmap(-1, whole + 2 * page)
        start = ctypes.addressof(ctypes.c_char.from_buffer(self.map))
        libc = ctypes.CDLL(None, use_errno=True)
        for guard in (start, start + page + whole):
            assert libc.mprotect(ctypes.c_void_p(guard), page, 0) == 0
        self.address = start + page + (whole - size if at_end else 0)
        self.array = np.ctypeslib.as_array((ctypes.c_uint8 * size).from_address(self.address))


class Call:
    """Arguments of the module above."""

    def __init__(self, at_end=False, index=0):
        self.x, self.y, self.z = (Guarded(BYTES, at_end) for _ in range(3))
        self.work = Guarded(WORKSPACE, at_end)
        self.index = np.array([index])
        self.x.array.view("f4")[:] = np.arange(N) - 50
        self.inputs = [self.x.address, self.index.ctypes.data]
        self.outputs = [self.y.address, self.z.address]
        self.workspace, self.size = self.work.address, WORKSPACE

    def run(self, code):
        return code.run(self.inputs, self.outputs, self.workspace, self.size)

    def right(self):
        return (np.array_equal(self.y.array.view("f4"), np.maximum(self.x.array.view("f4"), 0))
                and np.array_equal(self.z.array.view("f4"), np.maximum(CONSTANTS[16:], 0)))


def code_of(name):
    return _core.MODULE_ERRORS[name][0]


@pytest.mark.parametrize("at_end", [False, True])
@pytest.mark.parametrize("target", RUNNABLE, ids=str)
def test_runs_in_process_and_touches_nothing_else(target, at_end):
    call = Call(at_end)
    assert call.run(loaded(module(target=target))) == 0
    assert call.right()


BAD = [
    ("null_input", lambda c: c.inputs.__setitem__(1, 0)),
    ("null_output", lambda c: c.outputs.__setitem__(0, 0)),
    ("null_workspace", lambda c: setattr(c, "workspace", 0)),
    ("small_workspace", lambda c: setattr(c, "size", WORKSPACE - 1)),
    ("unaligned_workspace", lambda c: setattr(c, "workspace", c.workspace + 32)),
    ("bad_index", lambda c: c.index.__setitem__(0, 1 << 40)),
]


@pytest.mark.parametrize("name,spoil", BAD, ids=[name for name, _ in BAD])
def test_says_what_is_wrong_and_writes_nothing(name, spoil):
    call = Call()
    spoil(call)
    assert call.run(loaded(module())) == code_of(name)
    assert not call.y.array.any() and not call.z.array.any()


def test_the_table_of_errors_is_complete():
    assert [value for value, _ in _core.MODULE_ERRORS.values()] == list(range(len(_core.MODULE_ERRORS)))
    assert set(_core.MODULE_ERRORS) == {"ok", "null_struct"} | {name for name, _ in BAD}


def test_threads_run_one_module():
    code, calls, failures = loaded(module()), [Call() for _ in range(4)], []

    def work(call):
        for _ in range(500):
            call.y.array[:] = 0
            if call.run(code) or not call.right():
                failures.append(call)

    threads = [threading.Thread(target=work, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures


def test_constants_are_written_once():
    code = module().load()
    with pytest.raises(ValueError, match="seal"):
        Call().run(code)
    array = np.frombuffer(code.constants, "f4")
    with pytest.raises(BufferError, match="1 writable"):
        code.seal()
    del array
    code.seal()
    assert code.constants.readonly and len(code.constants) == 64 + BYTES
    kept = code.constants
    del code  # a view keeps the memory
    assert bytes(kept) == bytes(64 + BYTES)


def test_equal_kernels_are_kept_once():
    m = _core.Module("net", native_target())
    assert [m.add_kernel(relu(n=n)) for n in (N, N + 1, N)] == [0, 1, 0]


def test_values_and_places_far_away():
    """A symbol's value in the argument block; offsets beyond 32 bits into a workspace that is reserved, not used."""
    far = (5 << 30) + 64
    nest = _core.Nest.parse(RELU.format(n="n").replace("dim", "symbol n\ndim", 1))
    m = _core.Module("far", native_target())
    kernel = m.add_kernel(_core.compile(nest, _core.Sentence(VECTOR), native_target()))
    m.inputs, m.outputs, m.workspace_bytes = 1, 1, far + BYTES
    m.add_call(kernel, [("input", 0, 0), ("workspace", 0, far), ("value", 0, N - 1)])
    m.add_call(kernel, [("workspace", 0, far), ("output", 0, far), ("value", 0, N)])
    reserve = {"flags": mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x4000}  # MAP_NORESERVE
    work, out = (mmap.mmap(-1, far + BYTES, **reserve) for _ in range(2))
    work_at, out_at = (ctypes.addressof(ctypes.c_char.from_buffer(space)) for space in (work, out))
    x = np.arange(N, dtype="f4") + 1
    assert loaded(m, []).run([x.ctypes.data], [out_at], work_at, far + BYTES) == 0
    y = np.frombuffer(out, "f4", N, far)
    assert np.array_equal(y[:-1], x[:-1]) and y[-1] == 0


def test_a_module_without_tensors():
    m = _core.Module("empty", native_target())
    assert m.load().constants.nbytes == 0
    code = m.load()
    code.seal()
    assert code.run([], [], 0, 0) == 0


def test_an_argument_block_of_several_pages():
    """Sums of many tensors: the frame grows page by page, and each argument keeps its place."""
    count = 1200
    lines = ["nest sum f32 strict", "dim i 1", "tensor " + " ".join(f"t{t}" for t in range(count))]
    lines += [f"access a{t} t{t} + 0 : i*4" for t in range(count)]
    lines += [f"%{t} = load a{t}" for t in range(count - 1)]
    lines += [f"%{count - 1 + t} = add %{count - 2 + t if t else 0} %{t + 1}" for t in range(count - 2)]
    nest = _core.Nest.parse("\n".join([*lines, f"final %{2 * count - 4}", f"out a{count - 1}"]) + "\n")
    m = _core.Module("net", native_target())
    kernel = m.add_kernel(_core.compile(nest, _core.Sentence("v1"), native_target()))
    m.outputs, m.constant_bytes = 1, 4 * (count - 1)
    m.add_call(kernel, [("constant", 0, 4 * t) for t in range(count - 1)] + [("output", 0, 0)])
    y = np.zeros(1, "f4")
    assert loaded(m, np.arange(count - 1)).run([], [y.ctypes.data], 0, 0) == 0
    assert y[0] == sum(range(count - 1))


def refuse(edit, message):
    m = module()
    edit(m)
    for build in (m.object, m.load):
        with pytest.raises(ValueError, match=message):
            build()


@pytest.mark.parametrize("place,message", [
    (("input", 2, 0), "step 4: argument 0 of kernel relu: input 2 .*not one of 2"),
    (("output", -1, 0), "index -1"),
    (("input", 0, -4), "before its start"),
    (("workspace", 0, WORKSPACE), rf"workspace \+ {WORKSPACE} lies outside of its {WORKSPACE} bytes"),
    (("workspace", 1, 0), "index 1 is not one of 1"),
    (("constant", 0, 1 << 40), "outside of its 468 bytes"),
])
def test_places_outside_of_their_tensors_are_named(place, message):
    refuse(lambda m: m.add_call(0, [place, ("output", 0, 0)]), message)


@pytest.mark.parametrize("edit,message", [
    (lambda m: m.add_call(7, []), "no kernel 7"),
    (lambda m: m.add_call(0, [("input", 0, 0)]), "kernel relu takes 2 arguments, not 1"),
    (lambda m: m.add_check(("workspace", 0, WORKSPACE - 7)), "outside"),
    (lambda m: m.add_check(("value", 0, 0)), "memory"),
    (lambda m: setattr(m, "constant_bytes", 1 << 31), "less than 2 GiB"),
    (lambda m: setattr(m, "outputs", -1), "0 or more"),
])
def test_modules_that_cannot_be(edit, message):
    refuse(edit, message)


def test_names_that_cannot_be():
    for prefix in ("", "1st", "a-b", "é", "a b"):
        with pytest.raises(ValueError, match="not a C identifier"):
            _core.Module(prefix, native_target()).object()
    with pytest.raises(ValueError, match="'heap' is not a kind of place"):
        module().add_check(("heap", 0, 0))


# Object files.


def write(m, folder: Path) -> Path:
    head, tail = m.object()
    path = folder / f"{m.prefix}.o"
    path.write_bytes(head + CONSTANTS.tobytes() + tail)
    return path


def tool(*command, folder) -> str:
    done = subprocess.run([str(part) for part in command], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0 and "warning" not in done.stderr.lower(), f"{command}: {done.stdout}{done.stderr}"
    return done.stdout


def expected(runs=1) -> str:
    pairs = zip(np.maximum(np.arange(N) - 50, 0), np.maximum(CONSTANTS[16:], 0))
    return "".join(f"{y:g} {z:g}\n" for y, z in pairs) * runs


def c_main(folder: Path, body="RUN(net);") -> Path:
    path = folder / "main.c"
    path.write_text(C_MAIN.replace("BODY", body))
    return path


LINKS = {
    "gcc": ["gcc"], "gcc-static": ["gcc", "-static"], "gcc-static-pie": ["gcc", "-static-pie"], "gcc-no-pie": ["gcc", "-no-pie"],
    "clang": ["clang-22"], "lld": ["clang-22", "-fuse-ld=lld"], "lld-gc": ["clang-22", "-fuse-ld=lld", "-Wl,--gc-sections"],
}


@pytest.mark.parametrize("command", LINKS.values(), ids=LINKS)
def test_links_into_programs(command, tmp_path):
    net, main = write(module(), tmp_path), c_main(tmp_path)
    tool(*command, "-Wl,--fatal-warnings", main, net, "-o", "program", folder=tmp_path)
    assert tool("./program", folder=tmp_path) == expected()


@pytest.mark.parametrize("linker", ["bfd", "lld"])
def test_links_into_shared_libraries(linker, tmp_path):
    net, main = write(module(), tmp_path), c_main(tmp_path)
    tool("clang-22", f"-fuse-ld={linker}", "-shared", "-Wl,-z,text,--fatal-warnings", net, "-o", "libnet.so", folder=tmp_path)
    tool("clang-22", main, "-L.", "-lnet", "-Wl,-rpath,.", "-o", "program", folder=tmp_path)
    assert tool("./program", folder=tmp_path) == expected()
    assert "RWE" not in tool("readelf", "-lW", "libnet.so", folder=tmp_path)  # no executable stack


def test_two_modules_in_one_program_and_partial_links(tmp_path):
    objects = [write(module(prefix), tmp_path) for prefix in ("net", "other")]
    tool("ld", "-r", *objects, "-o", "both.o", folder=tmp_path)
    tool("gcc", c_main(tmp_path, "RUN(net); RUN(other);"), "both.o", "-o", "program", folder=tmp_path)
    assert tool("./program", folder=tmp_path) == expected(2)


def test_three_symbols_are_visible_and_none_is_wanted(tmp_path):
    net = write(module(), tmp_path)
    symbols = [line.split()[-2:] for line in tool("nm", net, folder=tmp_path).splitlines()]
    assert sorted(symbols) == [["T", "net_run"], ["T", "net_supported"], ["T", "net_workspace_size"], ["t", "net_kernel_relu"]]


def test_sections(tmp_path):
    net = write(module(), tmp_path)
    lines = tool("readelf", "-SW", net, folder=tmp_path).splitlines()
    rows = {name: row for name, *row in (line[7:].split() for line in lines if line.startswith("  [")) if name[0] == "."}
    assert rows[".rodata"][-1] == rows[".text"][-1] == "64"  # type, address, offset, size, ..., flags, ..., alignment
    assert int(rows[".rodata"][3], 16) == 64 + BYTES
    assert {name: row[5] for name, row in rows.items() if not row[5].isdigit()} == {  # nothing is writable: no globals
        ".text": "AX", ".rodata": "A", ".eh_frame": "A", ".rela.text": "I", ".rela.eh_frame": "I"}
    for reader in ("readelf", "llvm-readelf-22"):
        assert tool(reader, "-aW", net, folder=tmp_path)


def test_objects_are_reproducible():
    assert module().object() == module().object()


UNWIND = """
#include <execinfo.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
static void show(int number) { void *frames[32]; (void)number; backtrace_symbols_fd(frames, backtrace(frames, 32), 1); _Exit(0); }
"""


def test_unwinds_from_a_kernel_to_main(tmp_path):
    """A kernel meets a page that it may not read; the handler's backtrace passes through it and run."""
    body = ("signal(SIGSEGV, show); "
            "in.x = mmap(0, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0); RUN(net);")
    main = c_main(tmp_path, body)
    main.write_text(UNWIND + main.read_text())
    tool("gcc", "-rdynamic", "-fomit-frame-pointer", "-O1", main, write(module(), tmp_path), "-o", "program", folder=tmp_path)
    frames = tool("./program", folder=tmp_path)
    assert frames.index("(net_run+") < frames.index("(main+")


def test_frames_cover_every_function(tmp_path):
    net = write(module(), tmp_path)
    dump = tool("readelf", "--debug-dump=frames-interp", net, folder=tmp_path)
    functions = tool("nm", "-S", net, folder=tmp_path).splitlines()
    for start, size, *_ in (line.split() for line in functions):
        assert f"pc={start}..{int(start, 16) + int(size, 16):016x}" in dump


def test_null_structs(tmp_path):
    main = c_main(tmp_path, "printf(\"%d %d\\n\", net_run(0, &out, work, 4096), net_run(&in, 0, work, 4096));")
    tool("gcc", main, write(module(), tmp_path), "-o", "program", folder=tmp_path)
    assert tool("./program", folder=tmp_path) == "1 1\n"
    assert code_of("null_struct") == 1
