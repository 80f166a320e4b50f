"""Models compiled for RISC-V: linked with Debian's cross library, run by QEMU on vectors of several lengths, compared with x86-64
and with ONNX Runtime."""

import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import helper
from small_onnx import FLOAT, INT64, mlp, model
from vecwrap import ArgumentError, rvv
from vecwrap.cli.onnx import main
from vecwrap.onnx import compile
from vecwrap.onnx.emulate import outputs
from vecwrap.onnx.verify import reference_outputs
from vecwrap.rvv.toolchain import SYSROOT, cpu

needs_qemu = pytest.mark.skipif(not rvv.available(), reason="needs clang-22, qemu-riscv64 and Debian's cross C library")
Arrays = dict[str, np.ndarray[Any, Any]]
node = helper.make_node


def conv_net() -> onnx.ModelProto:
    """Two convolutions, one of them depthwise, pooling and a matrix."""
    random = np.random.default_rng(2)
    weights = {"w": random.standard_normal((12, 3, 3, 3), "f4") / 4, "b": random.standard_normal(12, "f4"),
               "d": random.standard_normal((12, 1, 3, 3), "f4") / 2, "m": random.standard_normal((12, 7), "f4")}
    nodes = [node("Conv", ["x", "w", "b"], ["c"], pads=[1, 1, 1, 1], strides=[2, 2]), node("Relu", ["c"], ["r"]),
             node("Conv", ["r", "d"], ["e"], group=12, pads=[1, 1, 1, 1]), node("Sigmoid", ["e"], ["s"]),
             node("MaxPool", ["s"], ["p"], kernel_shape=[2, 2], strides=[2, 2]), node("GlobalAveragePool", ["p"], ["g"]),
             node("Flatten", ["g"], ["f"]), node("MatMul", ["f", "m"], ["y"])]
    return model(nodes, [("x", FLOAT, [2, 3, 19, 22])], [("y", FLOAT, [2, 7])], weights)


def attention() -> onnx.ModelProto:
    """An embedding and one block as BERT has: two heads, softmax, layer normalisation, GELU."""
    random = np.random.default_rng(3)
    width, heads, length = 32, 2, 11
    weights = {name: random.standard_normal(shape).astype("f4") / 6 for name, shape in {
        "table": (50, width), "q": (width, width), "k": (width, width), "v": (width, width), "o": (width, width),
        "up": (width, 64), "down": (64, width), "gain": (width,), "shift": (width,)}.items()}
    weights |= {"split": np.array([1, length, heads, width // heads]), "join": np.array([1, length, width]),
                "scale": np.array(4, "f4")}
    nodes = [node("Gather", ["table", "ids"], ["x"])]
    for name, order in (("q", [0, 2, 1, 3]), ("k", [0, 2, 3, 1]), ("v", [0, 2, 1, 3])):
        nodes += [node("MatMul", ["x", name], [f"{name}1"]), node("Reshape", [f"{name}1", "split"], [f"{name}2"]),
                  node("Transpose", [f"{name}2"], [f"{name}3"], perm=order)]
    nodes += [node("MatMul", ["q3", "k3"], ["s"]), node("Div", ["s", "scale"], ["t"]), node("Softmax", ["t"], ["p"], axis=-1),
              node("MatMul", ["p", "v3"], ["h"]), node("Transpose", ["h"], ["i"], perm=[0, 2, 1, 3]),
              node("Reshape", ["i", "join"], ["j"]), node("MatMul", ["j", "o"], ["a"]), node("Add", ["a", "x"], ["r"]),
              node("LayerNormalization", ["r", "gain", "shift"], ["n"]), node("MatMul", ["n", "up"], ["u"]),
              node("Gelu", ["u"], ["g"]), node("MatMul", ["g", "down"], ["w"]), node("Add", ["w", "n"], ["y"])]
    return model(nodes, [("ids", INT64, [1, length])], [("y", FLOAT, [1, length, width])], weights, opset=20)


def feeds(proto: onnx.ModelProto) -> Arrays:
    random = np.random.default_rng(0)
    shapes = {value.name: [d.dim_value for d in value.type.tensor_type.shape.dim] for value in proto.graph.input}
    return {name: random.integers(0, 50, shape) if name == "ids" else random.standard_normal(shape).astype("f4")
            for name, shape in shapes.items()}


@needs_qemu
@pytest.mark.parametrize("make", [mlp, conv_net, attention])
@pytest.mark.parametrize("target", ["riscv64-rvv", "riscv64-rvv256"])
def test_models_compute_what_they_should(make: Any, target: str) -> None:
    proto = make()
    given = feeds(proto)
    net = compile(proto, target)
    _, wanted = reference_outputs(proto, given)
    for vlen in (128, 256, 1024) if target == "riscv64-rvv" else (256,):
        for array, reference in zip(outputs(net, given, vlen), wanted):
            np.testing.assert_allclose(array, reference, rtol=1e-5, atol=1e-5 * np.abs(reference).max())


@needs_qemu
def test_archive_links_with_clang(tmp_path: Path) -> None:
    proto = mlp()
    x = feeds(proto)["x"]
    onnx.save(proto, tmp_path / "net.onnx")
    assert main([str(tmp_path / "net.onnx"), "-o", str(tmp_path / "libnet.a"), "--target", "riscv64-rvv"]) == 0
    values = ", ".join(f"{value.hex()}f" for value in map(float, x.ravel()))
    (tmp_path / "main.c").write_text(f"""#include "net.h"
#include <stdio.h>
static _Alignas(64) char workspace[NET_WORKSPACE_SIZE + 64];
int main(void) {{
  static float x[NET_X_SIZE] = {{{values}}}, y[NET_Y_SIZE];
  net_inputs in = {{x}};
  net_outputs out = {{y}};
  if (!net_supported() || net_run(&in, &out, workspace, net_workspace_size())) return 1;
  for (int i = 0; i < NET_Y_SIZE; i++) printf("%.9g\\n", y[i]);
  return 0;
}}
""")
    clang = ["clang-22", "--target=riscv64-linux-gnu", "-fuse-ld=lld", "-Wall", "-Werror", "main.c", "libnet.a", "-o", "program"]
    qemu = ["qemu-riscv64", "-cpu", cpu(256), "-L", SYSROOT, tmp_path / "program"]
    for options in (["-static"], []):
        subprocess.run([*clang, *options], cwd=tmp_path, check=True)
        done = subprocess.run(qemu, capture_output=True, text=True, check=True, timeout=60)
        _, (wanted,) = reference_outputs(proto, {"x": x})
        np.testing.assert_allclose(np.array(done.stdout.split(), "f4"), wanted.ravel(), rtol=1e-5, atol=1e-5)


@needs_qemu
def test_verify(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    onnx.save(mlp(), tmp_path / "net.onnx")
    command = [str(tmp_path / "net.onnx"), "-o", str(tmp_path / "net.o"), "--target", "riscv64-rvv", "--verify"]
    assert main(command) == 0 and "y: worst relative error" in capsys.readouterr().out
    assert (tmp_path / "net.o").exists()


def test_calls_are_refused() -> None:
    with pytest.raises(ArgumentError, match="cannot run riscv64-rvv code"):
        compile(mlp(), "riscv64-rvv")(**feeds(mlp()))


@pytest.mark.parametrize("target", ["riscv64-rvv128", "riscv64-rvv"])
def test_objects_are_reproducible(target: str) -> None:
    made = [compile(mlp(), target) for _ in range(2)]
    assert made[0].built.module.object() == made[1].built.module.object()
