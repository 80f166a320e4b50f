"""Random models compute what ONNX Runtime computes, to the tolerance of `vecwrap-onnx --verify` (docs/onnx.md)."""

import os

import numpy as np
import onnxruntime
import pytest
from random_graphs import RandomModel

import vecwrap
import vecwrap.onnx

SEEDS = range(int(os.environ.get("VECWRAP_FUZZ_FROM", "0")), int(os.environ.get("VECWRAP_FUZZ_TO", "24")))
TARGETS = [target.name for target in vecwrap.targets() if vecwrap._core.runs_here(target)]
WORST = 1e-5  # of the largest element


@pytest.mark.parametrize("seed", SEEDS)
def test_random_model(seed):
    small = RandomModel(seed).small
    proto = small.model()
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL  # its fusions round differently
    session = onnxruntime.InferenceSession(proto.SerializeToString(), options, providers=["CPUExecutionProvider"])
    wanted = session.run(small.results, small.feeds)
    got = vecwrap.onnx.compile(proto, TARGETS[seed % len(TARGETS)]).run(small.results, small.feeds)
    for name, ours, theirs in zip(small.results, got, wanted, strict=True):
        assert (ours.shape, ours.dtype) == (theirs.shape, theirs.dtype), name
        assert np.isfinite(theirs).all()
        assert np.abs(ours - theirs).max(initial=0) <= WORST * np.abs(theirs).max(initial=1e-12), (name, proto.graph.node)
