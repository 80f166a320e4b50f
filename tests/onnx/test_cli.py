"""vecwrap-onnx from the outside: files, linking, exit codes, messages, and the program that it makes."""

import io
import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import onnx
import pytest
from small_onnx import FLOAT, mlp, mlp_reference, model, pair

from vecwrap.cli.onnx import BAD_MODEL, DONE, NOT_WRITTEN, UNSUPPORTED, WRONG, main

X = np.random.default_rng(1).standard_normal((4, 16), "f4")
KINDS = ["libnet.a", "net.o", "net.so", "net"]
FUZZ_RUNS = 300
SANITIZED = "cc -fsanitize=address,undefined -fno-sanitize-recover -Wall -Wextra -Werror -pedantic"
CALLER = """
#include <stdio.h>
#include "net.h"
int main(void) {
  static float x[NET_X_SIZE], y[NET_Y_SIZE];
  static union { double align[8]; char bytes[NET_WORKSPACE_SIZE + 64]; } memory;
  char *workspace = memory.bytes + (64 - (size_t)memory.bytes % 64) % 64;
  const int shape[NET_X_RANK] = NET_X_SHAPE;
  net_inputs in = {x};
  net_outputs out = {y};
  if (shape[0] != 4 || shape[1] != 16 || fread(x, 1, NET_X_BYTES, stdin) != NET_X_BYTES || !net_supported()) return 9;
  if (net_run(&in, &out, workspace, net_workspace_size()) != NET_OK) return 8;
  if (net_run(&in, 0, workspace, net_workspace_size()) != NET_NULL_STRUCT) return 7;
  return fwrite(y, 1, NET_Y_BYTES, stdout) != NET_Y_BYTES;
}
"""


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """Every test works in a folder of its own that holds net.onnx."""
    onnx.save(mlp(), tmp_path / "net.onnx")
    (tmp_path / "out").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def command(*arguments, **options):
    return subprocess.run([sys.executable, "-m", "vecwrap.cli.onnx", *map(str, arguments)], capture_output=True, text=True,
                          check=False, **options)


def made(folder="out"):
    return sorted(os.listdir(folder))


def close(result, reference, tolerance=1e-5):
    assert np.abs(result - reference).max() <= tolerance * np.abs(reference).max()


def through_pipe(path, write):
    """What arrives in a named pipe while `write` runs."""
    os.mkfifo(path)
    with ThreadPoolExecutor() as pool:
        content = pool.submit(path.read_bytes)
        write()
        result = content.result(timeout=30)
    assert path.is_fifo()
    return result


class TestOutputs:
    @pytest.mark.parametrize("name", KINDS)
    def test_files(self, name):
        assert main(["net.onnx", "-o", f"out/{name}"]) == DONE
        assert made() == sorted([name, "net.h"])
        assert os.access(f"out/{name}", os.X_OK) == (name in ("net", "net.so"))

    @pytest.mark.parametrize("name", ["libnet.a", "net.o", "net.so"])
    @pytest.mark.parametrize("compiler", ["gcc", "clang-22"])
    def test_called_from_c(self, here, name, compiler):
        assert main(["net.onnx", "-o", f"out/{name}"]) == DONE
        (here / "caller.c").write_text(CALLER)
        subprocess.run([compiler, "-std=c89", "-pedantic", "-Wall", "-Wextra", "-Werror", "-Iout", "caller.c", f"out/{name}",
                        "-o", "caller", f"-Wl,-rpath,{here}/out"], check=True)
        result = subprocess.run([here / "caller"], input=X.tobytes(), capture_output=True, check=True).stdout
        close(np.frombuffer(result, "f4").reshape(4, 10), mlp_reference(mlp(), X))

    def test_symbols(self):
        """Three functions, and nothing that is needed from elsewhere."""
        for name in ("libnet.a", "net.o"):
            main(["net.onnx", "-o", f"out/{name}", "--prefix", "p"])
            lines = subprocess.run(["nm", f"out/{name}"], capture_output=True, text=True, check=True).stdout.splitlines()
            shown = [line.split()[-2:] for line in lines if len(line.split()) > 1]
            assert {s for kind, s in shown if kind.isupper()} == {"p_run", "p_supported", "p_workspace_size"}
        index = subprocess.run(["nm", "-s", "out/libnet.a"], capture_output=True, text=True, check=True).stdout
        assert "p_run in p.o" in index

    def test_equal_runs_make_equal_bytes(self, here):
        for name in ("libnet.a", "net.o"):
            main(["net.onnx", "-o", f"out/{name}"])
            first = [(here / "out" / file).read_bytes() for file in (name, "net.h")]
            time.sleep(0.01)
            main(["net.onnx", "-o", f"out/{name}"])
            assert first == [(here / "out" / file).read_bytes() for file in (name, "net.h")]

    def test_two_models_in_one_program(self, here):
        onnx.save(mlp(seed=1), "other.onnx")
        main(["net.onnx", "-o", "out/libnet.a"])
        main(["other.onnx", "-o", "out/libother.a"])
        (here / "both.c").write_text('#include "net.h"\n#include "other.h"\n'
                                     "int main(void) { return net_workspace_size() != other_workspace_size(); }\n")
        subprocess.run(["cc", "-Iout", "both.c", "out/libnet.a", "out/libother.a", "-o", "both"], check=True)
        subprocess.run([here / "both"], check=True)

    def test_options(self, here):
        onnx.save(mlp("batch"), "open.onnx")
        onnx.save(mlp(), "ext.onnx", save_as_external_data=True, location="ext weights.bin", size_threshold=0)
        assert main(["open.onnx", "-o", "out/a.o", "--shape", "x=2,16", "--prefix", "deep", "--header", "out/api.h",
                     "--target", "x86-64-avx2", "--report", "out/r.json"]) == DONE
        assert made() == ["a.o", "api.h", "r.json"]
        text = (here / "out/api.h").read_text()
        assert "DEEP_X_SHAPE { 2, 16 }" in text and "x86-64-avx2" in text
        report = json.loads((here / "out/r.json").read_text())
        assert report["target"] == "x86-64-avx2" and report["flops"] >= 2 * 2 * (16 * 64 + 64 * 10)
        assert all(kernel["sentence"].startswith("v1") for kernel in report["kernels"])
        assert main(["ext.onnx", "-o", "out/b.o", "--depfile", "out/b.d"]) == DONE
        assert (here / "out/b.d").read_text() == "out/b.o: ext.onnx ext\\ weights.bin\n"

    def test_special_files_and_links(self, here):
        """A pipe is written to and a link is followed; neither is replaced."""
        (here / "real").mkdir()
        os.symlink("../real/net.o", "out/net.o")
        arguments = ["net.onnx", "-o", "out/net.o", "--report", "out/pipe"]
        report = json.loads(through_pipe(here / "out/pipe", lambda: main(arguments)))
        assert report["prefix"] == "net" and os.path.islink("out/net.o") and made("real") == ["net.o"]

    def test_verify(self, capsys, monkeypatch):
        assert main(["net.onnx", "-o", "out/net.o", "--verify"]) == DONE
        assert "y: worst relative error" in capsys.readouterr().out
        monkeypatch.setattr("vecwrap.onnx.verify.reference_outputs",
                            lambda model, feeds: ("nobody", [mlp_reference(mlp(), feeds["x"]) * 1.001]))
        assert main(["net.onnx", "-o", "out/wrong.o", "--verify"]) == WRONG
        assert "WRONG, more than 1e-05" in capsys.readouterr().out
        assert made() == ["net.h", "net.o"]


class TestErrors:
    @pytest.mark.parametrize("arguments, code, message", [
        (["nope.onnx", "-o", "out/n.o"], BAD_MODEL, "vecwrap-onnx: nope.onnx: No such file or directory\n"),
        (["cut.onnx", "-o", "out/n.o"], BAD_MODEL, "vecwrap-onnx: cut.onnx: not an ONNX model, or damaged (cut off"),
        (["open.onnx", "-o", "out/n.o"], BAD_MODEL, "give its shape: --shape x=batch,16\n"),
        (["odd.onnx", "-o", "out/n.o"], UNSUPPORTED, "odd.onnx: node 'where' (NonZero, opset 17): "),
        (["net.onnx", "-o", "nowhere/n.o"], NOT_WRITTEN, "nowhere: there is no such folder\n"),
        (["net.onnx", "-o", "out"], NOT_WRITTEN, "out: is a folder\n"),
        (["net.onnx", "-o", "net.onnx"], NOT_WRITTEN, "net.onnx: is the model too; name another file\n"),
        (["net.onnx", "-o", "out/n.o", "--header", "out/n.o"], NOT_WRITTEN, "out/n.o: is another output too"),
        (["net.onnx", "-o", "out/n.o", "--prefix", "3d"], BAD_MODEL, "prefix '3d' is not a C identifier\n"),
        (["net.onnx", "-o", "out/n.o", "--shape", "z=1"], BAD_MODEL, "has no input or symbolic dim of that name"),
        (["net.onnx", "-o", "out/n.o", "--target", "z80"], 2, "z80"),
    ])
    def test_one_line_and_no_files(self, here, capsys, arguments, code, message):
        onnx.save(mlp("batch"), "open.onnx")
        onnx.save(model([onnx.helper.make_node("NonZero", ["x"], ["y"], name="where")], [("x", FLOAT, [4])],
                        [("y", onnx.TensorProto.INT64, [1, "n"])]), "odd.onnx")
        (here / "cut.onnx").write_bytes((here / "net.onnx").read_bytes()[:-50])
        before = (here / "net.onnx").read_bytes()
        assert main(arguments) == code
        error = capsys.readouterr().err
        assert message in error and error.count("\n") == 1
        assert made() == [] and (here / "net.onnx").read_bytes() == before

    @pytest.mark.parametrize("arguments", [[], ["net.onnx"], ["net.onnx", "-o", "out/n.o", "--shape", "x"],
                                           ["net.onnx", "-o", "out/n.o", "--shape", "x=1,b"]])
    def test_usage(self, arguments, capsys):
        with pytest.raises(SystemExit) as stop:
            main(arguments)
        assert stop.value.code == 2 and made() == []
        assert "usage: vecwrap-onnx" in capsys.readouterr().err

    @pytest.mark.parametrize("compiler, message", [("no-such-cc", "set CC to a C compiler"), ("false", "failed: no message")])
    def test_broken_compilers(self, capsys, monkeypatch, compiler, message):
        monkeypatch.setenv("CC", compiler)
        assert main(["net.onnx", "-o", "out/net"]) == NOT_WRITTEN
        assert message in capsys.readouterr().err and made() == []

    def test_no_compiler(self, capsys, monkeypatch):
        monkeypatch.delenv("CC", raising=False)
        monkeypatch.setenv("PATH", "")
        assert main(["net.onnx", "-o", "out/net.so"]) == NOT_WRITTEN
        assert "install gcc or clang, or set CC" in capsys.readouterr().err and made() == []
        assert main(["net.onnx", "-o", "out/net.a"]) == DONE

    def test_full_disk(self, capsys, monkeypatch):
        """Whatever fails while constants are written: nothing stays."""
        def full(*_):
            raise OSError(28, "No space left on device")
        monkeypatch.setattr("vecwrap.graph.build.Built.write_constants", full)
        assert main(["net.onnx", "-o", "out/libnet.a"]) == NOT_WRITTEN
        assert "No space left on device" in capsys.readouterr().err and made() == []

    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
    def test_signals(self, here, number):
        """A C compiler that hangs; the signal comes while temporary files exist.

        Background jobs of a shell ignore SIGINT, and so would the program if these tests ran in one.
        """
        (here / "slow-cc").write_text("#!/bin/sh\ntouch started\nexec sleep 30\n")
        (here / "slow-cc").chmod(0o755)
        process = subprocess.Popen([sys.executable, "-m", "vecwrap.cli.onnx", "net.onnx", "-o", "out/net"],
                                   env={**os.environ, "CC": str(here / "slow-cc")}, stderr=subprocess.PIPE,
                                   preexec_fn=lambda: signal.signal(number, signal.SIG_DFL))
        deadline = time.monotonic() + 30
        while not (here / "started").exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        assert made() != []
        process.send_signal(number)
        assert process.wait(timeout=10) == -number
        assert made() == []


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    """The model as a program, built with the address sanitizer."""
    folder = tmp_path_factory.mktemp("program")
    onnx.save(mlp(), folder / "net.onnx")
    onnx.save(pair(), folder / "pair.onnx")
    for name in ("net", "pair"):
        result = command(folder / f"{name}.onnx", "-o", folder / name, env={**os.environ, "CC": SANITIZED})
        assert result.returncode == 0, result.stderr
    return folder


def run(program, *arguments):
    return subprocess.run([program, *arguments], capture_output=True, text=True, check=False, errors="replace",
                          env={**os.environ, "ASAN_OPTIONS": "detect_leaks=0"})


class TestProgram:
    @pytest.mark.parametrize("argument", ["x=x.npy", "x.npy", "x=x.npz", "all.npz", "x=one.npz", "x=v2.npy"])
    @pytest.mark.parametrize("output", ["y.npy", "y.npz"])
    def test_files(self, program, argument, output):
        np.save("x.npy", X)
        np.savez("x.npz", x=X)
        np.savez("all.npz", other=np.ones(3), x=X)
        np.savez("one.npz", X)
        with open("v2.npy", "wb") as file:
            np.lib.format.write_array(file, X, version=(2, 0))
        result = run(program / "net", argument, "-o", output)
        assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
        y = np.load(output)
        close(y["y"] if output.endswith("z") else y, mlp_reference(mlp(), X))

    def test_names(self, program):
        """Inputs by their names or identifiers; outputs under their names."""
        a, b = X[:3, :5], X[0, :5]
        np.save("a.npy", np.ascontiguousarray(a))
        np.save("b.npy", b)
        result = run(program / "pair", "in/a=a.npy", "in_b=b.npy", "-o", "out.npz")
        assert result.returncode == 0, result.stderr
        with np.load("out.npz") as outputs:
            np.testing.assert_array_equal(outputs["int"], a + b)
            np.testing.assert_array_equal(outputs["out:1"], a * b)
        assert zipfile.ZipFile("out.npz").testzip() is None

    def test_prints(self, program):
        np.save("x.npy", X)
        assert "y <f4 (4, 10)" in run(program / "net", "x.npy").stdout
        assert run(program / "net", "x.npy", "--repeat", "5").stdout.startswith("median ")
        assert "x <f4 (4, 16)" in run(program / "net", "--help").stdout

    @pytest.mark.parametrize("arguments, message", [
        (["x=nope.npy"], "nope.npy: cannot be opened"),
        (["x=f8.npy"], "f8.npy: dtype is <f8, x needs <f4"),
        (["x=big.npy"], "big.npy: dtype is >f4, x needs <f4"),
        (["x=fields.npy"], "its dtype has fields"),
        (["x=short.npy"], "short.npy: shape is (3, 16), x needs (4, 16)"),
        (["x=flat.npy"], "flat.npy: shape is (64,), x needs (4, 16)"),
        (["x=fortran.npy"], "fortran.npy: is in Fortran order"),
        (["x=cut.npy"], "cut.npy: holds 246 bytes of elements, x needs 256"),
        (["x=text.npy"], "text.npy: not a .npy file"),
        (["packed.npz"], "packed.npz: is compressed; save it with numpy.savez"),
        (["cut.npz"], "cut.npz: not a .npz file, or cut off"),
        (["flipped.npz"], "flipped.npz: is damaged (checksum"),
        (["two.npz"], "input x is missing"),
        (["x=two.npz"], "two.npz: does not hold exactly one array"),
        ([], "input x is missing; see --help"),
        (["x=x.npy", "x.npy"], "input x is given twice"),
        (["x.npy", "-q"], "-q is not an option"),
        (["x.npy", "-o"], "-o needs a value"),
        (["x.npy", "--repeat", "many"], "--repeat needs a number"),
        (["x.npy", "-o", "no/y.npy"], "no/y.npy: cannot be written"),
        (["x.npy", "-o", "full"], "full: cannot be written"),
    ])
    def test_errors(self, here, program, arguments, message):
        for name, array in {"x": X, "f8": X.astype("f8"), "big": X.astype(">f4"), "short": X[:3], "flat": X.ravel(),
                            "fortran": np.asfortranarray(X), "fields": np.zeros(4, "f4,i4")}.items():
            np.save(f"{name}.npy", array)
        os.symlink("/dev/full", "full")
        np.savez_compressed("packed.npz", x=X)
        np.savez("two.npz", a=X, b=X)
        np.savez("whole.npz", x=X)
        whole = bytearray((here / "whole.npz").read_bytes())
        (here / "cut.npz").write_bytes(whole[:-10])
        whole[300] ^= 1
        (here / "flipped.npz").write_bytes(whole)
        (here / "cut.npy").write_bytes((here / "x.npy").read_bytes()[:-10])
        (here / "text.npy").write_text("hello")
        result = run(program / "net", *arguments)
        assert result.returncode == 1 and message in result.stderr and result.stderr.count("\n") == 1, result.stderr
        assert os.path.islink("full") and not any(name.endswith(".part") for name in os.listdir())

    def test_special_files_stay_what_they_are(self, here, program):
        np.save("x.npy", X)
        content = through_pipe(here / "pipe.npy", lambda: run(program / "net", "x.npy", "-o", "pipe.npy"))
        close(np.load(io.BytesIO(content)), mlp_reference(mlp(), X))

    def test_a_write_that_fails(self, here, program):
        """The old output is untouched, the new one leaves nothing."""
        np.save("x.npy", X)
        (here / "y.npy").write_text("old")
        limit = f"ulimit -f 0; trap '' XFSZ; {program / 'net'} x.npy -o y.npy"
        result = subprocess.run(["sh", "-c", limit], capture_output=True, text=True, check=False)
        assert (result.returncode, result.stderr) == (1, "net: y.npy: cannot be written\n")
        assert (here / "y.npy").read_text() == "old" and not (here / "y.npy.part").exists()

    def test_damaged_files(self, here, program):
        """Cut off and changed at random places: an answer or one line, never a sanitizer's report."""
        random = np.random.default_rng(0)
        plain, zipped = io.BytesIO(), io.BytesIO()
        np.save(plain, X)
        np.savez(zipped, x=X)
        for round in range(FUZZ_RUNS):
            content = bytearray([plain, zipped][round % 2].getvalue())
            edges = [range(128), [*range(80), *range(len(content) - 130, len(content))]][round % 2]
            for _ in range(random.integers(0, 4)):
                content[random.choice(edges)] = random.choice([0, 1, 39, 40, 41, 44, 48, 57, 127, 128, 255])
            size = random.integers(0, len(content)) if round % 5 == 0 else len(content)
            (here / "f").write_bytes(content[:size])
            result = run(program / "net", "x=f", "-o", "y.npy")
            assert result.returncode in (0, 1) and result.stderr.count("\n") == result.returncode, (round, result.stderr)
