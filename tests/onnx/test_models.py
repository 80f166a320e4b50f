"""Whole networks, as torch exports them, against ONNX Runtime."""

from collections import Counter
from pathlib import Path

import models
import numpy as np
import onnx
import onnxruntime
import pytest
from models import EXPORTERS, MODELS
from networks import NETWORKS
from onnx_suite import NEEDED_OPS

import vecwrap
import vecwrap.onnx

WORST = 1e-5  # relative to the largest element of an output
TARGETS = [target for target in vecwrap.targets() if vecwrap._core.runs_here(target)]
ALWAYS = ("torchscript", "dynamo")  # the other exports only with --onnx


@pytest.fixture(scope="session")
def exported(tmp_path_factory):
    """exported(name, exporter): path of the file; each is exported once."""
    folder = tmp_path_factory.mktemp("models")

    def path(name: str, exporter: str) -> Path:
        file = folder / f"{name}.{exporter}.onnx"
        return file if file.exists() else models.export(name, exporter, file)

    return path


def runtime_outputs(path: Path, inputs: models.Arrays) -> list[np.ndarray]:
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    return session.run(None, inputs)


def worst_error(ours: list[np.ndarray], theirs: list[np.ndarray]) -> float:
    assert [(a.shape, a.dtype) for a in ours] == [(b.shape, b.dtype) for b in theirs]
    return max(float(np.abs(a - b).max() / np.abs(b).max()) for a, b in zip(ours, theirs))


@pytest.mark.parametrize("exporter", EXPORTERS)
@pytest.mark.parametrize("name", MODELS)
def test_model_computes_what_onnx_runtime_computes(name, exporter, exported, request):
    if exporter not in ALWAYS and not request.config.getoption("--onnx"):
        pytest.skip("only with --onnx")
    path = exported(name, exporter)
    samples = [(inputs, runtime_outputs(path, inputs)) for inputs in (MODELS[name].inputs(seed) for seed in (1, 2))]
    for target in TARGETS:
        net = vecwrap.onnx.compile(path, target.name)
        for inputs, theirs in samples:
            assert worst_error(net(**inputs), theirs) <= WORST, target.name


@pytest.mark.parametrize("name", MODELS)
def test_the_reference_is_the_network(name, exported):
    """ONNX Runtime on the exported file and torch on the network agree: the file is what we think it is."""
    import torch
    inputs = MODELS[name].inputs(3)
    with torch.no_grad():
        outputs = models.make(name)(*map(torch.from_numpy, inputs.values()))
    outputs = outputs if isinstance(outputs, tuple) else (outputs,)
    assert worst_error(runtime_outputs(exported(name, "torchscript"), inputs), [o.numpy() for o in outputs]) <= WORST


@pytest.mark.parametrize("name", MODELS)
def test_outputs_depend_on_inputs(name, exported):
    """A network whose outputs are nearly constant would pass any comparison."""
    (first, *_), (second, *_) = (runtime_outputs(exported(name, "torchscript"), MODELS[name].inputs(seed)) for seed in (1, 2))
    assert worst_error([first], [second]) > 0.05


@pytest.mark.parametrize("exporter", ALWAYS)
@pytest.mark.parametrize("name", MODELS)
def test_ops_of_the_models_are_listed(name, exporter, exported):
    ops = {node.op_type for node in onnx.load(exported(name, exporter)).graph.node}
    assert ops <= NEEDED_OPS


def outline(path: Path) -> Counter[tuple[object, ...]]:
    """What a graph consists of: op, input and output shapes, attributes; not names, order or weights."""
    graph = onnx.shape_inference.infer_shapes(onnx.load(path), data_prop=True).graph
    shapes = {value.name: [dim.dim_value for dim in value.type.tensor_type.shape.dim]
              for value in [*graph.input, *graph.value_info, *graph.output]}
    shapes.update({tensor.name: list(tensor.dims) for tensor in graph.initializer})
    return Counter((node.op_type, str(sorted(shapes[name] for name in node.input)), str([shapes[name] for name in node.output]),
                    str(sorted((a.name, onnx.helper.get_attribute_value(a)) for a in node.attribute)))
                   for node in graph.node if node.op_type != "Constant")


@pytest.mark.parametrize("name", MODELS)
def test_networks_of_the_benchmarks_are_the_exported_ones(name, exported, tmp_path):
    assert outline(NETWORKS[name](tmp_path / "net.onnx")) == outline(exported(name, "torchscript"))
