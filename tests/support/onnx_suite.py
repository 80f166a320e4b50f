"""onnx's backend suite against vecwrap.onnx.backend, in processes of its own, so that a crash is an outcome like the others.

As a program (SHARE OF START SKIP): runs the cases from number START of one share, except those that file SKIP names;
prints the name of each case before it runs, and its outcome as JSON after it.
"""

import json
import os
import re
import signal
import subprocess
import sys
import unittest
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import onnx
from onnx.backend.test.runner import Runner

from vecwrap.errors import ModelError
from vecwrap.onnx.backend import VecwrapBackend, VecwrapRep

CASE_SECONDS = 60  # a case that takes longer counts as crashed
NOT_RUN = "OnnxBackendRealModelTest"  # its models would have to be downloaded
# Element types of "float cases" (numbers of onnx.TensorProto): f32 and f64 are what is computed with, the others come beside.
FLOATS, BESIDE = {1, 11}, {6, 7, 9}

# What the networks of tests/support/models.py consist of, as exported with torch's optimizations (see test_models.py).
NEEDED_OPS = set("""Add BatchNormalization Cast Clip Constant Conv Div Erf Flatten Gather Gelu Gemm GlobalAveragePool Identity
    LayerNormalization MatMul MaxPool Mul Pow ReduceMean Relu Reshape Slice Softmax Split Sqrt Sub Tanh Transpose Unsqueeze
    Where""".split())


class Recorder(VecwrapBackend):
    """Remembers the model of the case that runs."""

    model: onnx.ModelProto | None = None

    @classmethod
    def is_compatible(cls, *_: Any, **__: Any) -> bool:
        return True  # the suite skips models that are not; here they are to be refused

    @classmethod
    def prepare(cls, model: onnx.ModelProto, device: str = "CPU", **kwargs: Any) -> VecwrapRep:
        Recorder.model = model
        return super().prepare(model, device, **kwargs)


@dataclass(frozen=True)
class Outcome:
    """One case. result: passed | refused (a clean error message) | wrong (another output) | crashed (anything else)."""

    name: str
    suite: str
    result: str
    detail: str = ""
    op: str = ""  # of models with a single node
    opset: int = 0
    floats: bool = False

    @property
    def reason(self) -> str:
        """What is missing, without the model, node and opset that the message names."""
        where = r"^.*?\(\S+, opset \d+\): " if re.search(r"\(\S+, opset \d+\): ", self.detail) else r"^\w+: "
        return re.sub(where, "", self.detail)[:200]


def cases() -> dict[str, tuple[str, Callable[[unittest.TestCase], None]]]:
    """All cases for the CPU, by name: suite and function."""
    return {name: (suite, getattr(group, name)) for suite, group in Runner(Recorder).test_cases.items() if suite != NOT_RUN
            for name in sorted(dir(group)) if name.startswith("test_") and name.endswith("_cpu")}


def run_case(name: str, suite: str, function: Callable[[unittest.TestCase], None]) -> Outcome:
    Recorder.model = None
    signal.alarm(CASE_SECONDS)
    result, detail = "passed", ""
    try:
        function(unittest.TestCase())
    except ModelError as error:
        result, detail = "refused", str(error)
    except AssertionError as error:
        result, detail = "wrong", str(error)
    except BaseException as error:  # including skips: no case may get around being run
        result, detail = "crashed", f"{type(error).__name__}: {error}"
    signal.alarm(0)
    return Outcome(name, suite, result, detail, *describe(Recorder.model))


def describe(model: onnx.ModelProto | None) -> tuple[str, int, bool]:
    """Op and opset of a model with one node; is it about floats?"""
    if model is None:
        return "", 0, False
    node = model.graph.node[0]
    op = f"{node.domain}.{node.op_type}" if node.domain else node.op_type
    types = {value.type.tensor_type.elem_type for value in [*model.graph.input, *model.graph.output]}
    opset = next((entry.version for entry in model.opset_import if entry.domain == node.domain), 0)
    return op if len(model.graph.node) == 1 else "", opset, bool(types & FLOATS) and types <= FLOATS | BESIDE


def sweep(skip: Path | None = None) -> list[Outcome]:
    """Runs the suite on all cores; `skip` is a file with the names of cases to leave out."""
    shares = len(os.sched_getaffinity(0))
    with ThreadPoolExecutor(shares) as pool:
        found = pool.map(lambda share: [*run_share(share, shares, skip)], range(shares))
        return sorted((outcome for part in found for outcome in part), key=lambda outcome: outcome.name)


def run_share(share: int, shares: int, skip: Path | None) -> Iterator[Outcome]:
    """Outcomes of one share; a process that dies is followed by one for the cases after the one that killed it."""
    start, finished = 0, False
    while not finished:
        command = [sys.executable, __file__, str(share), str(shares), str(start), str(skip or "")]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout
            running = ""
            for line in process.stdout:
                if line.startswith("{"):
                    yield Outcome(**json.loads(line))
                    running = ""
                elif line.startswith("test_"):
                    start, running = start + 1, line.strip()
            finished = process.wait() == 0
        if running:
            yield Outcome(running, "", "crashed", f"exit status {process.returncode}")
        elif not finished:
            raise RuntimeError(f"{' '.join(command)} failed with status {process.returncode}")


def main(share: str, shares: str, start: str, skip: str) -> None:
    skipped = {line.split(":")[0] for line in Path(skip).read_text().splitlines()} if skip else set()
    mine = sorted((name, *case) for name, case in cases().items() if name not in skipped)[int(share)::int(shares)]
    for name, suite, function in mine[int(start):]:
        print(name, flush=True)
        print(json.dumps(asdict(run_case(name, suite, function))), flush=True)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main(*sys.argv[1:])
