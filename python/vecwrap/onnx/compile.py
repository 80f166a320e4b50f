"""From a model to machine code, and to a callable object."""

from __future__ import annotations

import os
import statistics
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from .. import _core
from ..errors import ArgumentError, ModelError
from ..graph.build import Built, build
from ..kernel import Timing, as_target
from ..variants import runnable
from .emit import save
from .header import Interface, header
from .load import ModelLike, load
from .lower import SUPPORTED, lower
from .names import is_identifier
from .simplify import Shapes, simplify
from .source import Value
from .weights import Data

ALIGNMENT = 64


@dataclass(frozen=True)
class Report:
    """What the compiler made: sizes in bytes, and each kernel call in order."""

    prefix: str
    target: str
    workspace_bytes: int
    constant_bytes: int
    code_bytes: int
    flops: float
    kernels: list[dict[str, object]]


class Compiled:
    """A compiled model: `net(x)` or `net(x=..., mask=...)` returns the outputs as a list, in the model's order.

    Thread-safe: every running call has a workspace of its own. Workspaces are kept for later calls.
    """

    def __init__(self, built: Built, interface: Interface, target: _core.Target, files: Sequence[Path]) -> None:
        self.built = built
        self.interface = interface
        self.target = target
        self.files = list(files)
        self._idle: deque[Workspace] = deque()  # workspaces that no call uses
        self._loading = threading.Lock()
        self._module: _core.LoadedModule | None = None
        self._again: _core.ModuleCall | None = None  # for inputs like those of an earlier call

    @property
    def inputs(self) -> Sequence[Value]:
        """Names, dtypes and shapes."""
        return self.interface.inputs

    @property
    def outputs(self) -> Sequence[Value]:
        return self.interface.outputs

    @property
    def workspace_bytes(self) -> int:
        return self.built.workspace_bytes

    @property
    def constant_bytes(self) -> int:
        return self.built.constant_bytes

    @property
    def header(self) -> str:
        """The C header."""
        return header(self.interface, _core.MODULE_ERRORS)

    @cached_property
    def report(self) -> Report:
        head, tail = self.built.module.object()
        kernels = [{"name": k.name, "sentence": k.sentence, "flops": k.flops, "nest": k.nest} for k in self.built.kernels]
        return Report(self.interface.prefix, self.target.name, self.workspace_bytes, self.constant_bytes, len(head) + len(tail),
                      sum(kernel.flops for kernel in self.built.kernels), kernels)

    def save(self, path: str | os.PathLike[str], header: str | os.PathLike[str] | None = None) -> None:
        """Writes an archive, object, shared library or executable, by the suffix (.a, .o, .so, none), and its header.

        Raises OSError, or ToolError if there is no C compiler to link with.
        """
        save(self, Path(path), Path(header) if header else None)

    def __call__(self, *arrays: Any, **named: Any) -> list[Data]:
        """Runs the model on arrays by position or name. Raises ArgumentError, before anything runs, if one does not fit."""
        if not named and self._again is not None and (outputs := self._as_before(arrays)) is not None:
            return outputs
        for feeds in arrays if len(arrays) == 1 and isinstance(arrays[0], Mapping) else ():
            arrays, named = (), {**feeds, **named}
        inputs = self._inputs(arrays, named)
        outputs = [np.empty(value.shape, value.dtype) for value in self.outputs]
        self._run(inputs, outputs)
        if not named and all(given is checked for given, checked in zip(arrays, inputs)):
            self._again = _core.ModuleCall(self._loaded(), inputs, outputs)
        return outputs

    def _as_before(self, arrays: tuple[Any, ...]) -> list[Data] | None:
        """The outputs, if the arrays look like the last ones that were checked and the model reports no error."""
        workspace = self._workspace()
        outputs = self._again(arrays, workspace.address, workspace.size) if self._again else None
        self._idle.append(workspace)
        return outputs

    def _workspace(self) -> Workspace:
        try:
            return self._idle.pop()
        except IndexError:
            return Workspace(self.workspace_bytes)

    def run(self, names: Sequence[str] | None, feeds: Mapping[str, Any]) -> list[Data]:
        """As onnxruntime's InferenceSession.run: the outputs of these names (None: all) for inputs by name."""
        known = {value.name: index for index, value in enumerate(self.outputs)}
        unknown = [name for name in names or () if name not in known]
        if unknown:
            raise ArgumentError(f"there is no output '{unknown[0]}'; outputs are {', '.join(known)}")
        results = self(**feeds)
        return [results[known[name]] for name in (known if names is None else names)]

    def loop(self, *arrays: Any, **named: Any) -> Callable[[int], float]:
        """A function that runs the model so many times on these arrays; it returns the seconds that took."""
        inputs = self._inputs(arrays, named)
        self(*inputs)
        outputs = self(*inputs)  # as later calls make them
        given, made, workspace = addresses(inputs), addresses(outputs), Workspace(self.workspace_bytes)
        run = self._loaded().run

        def measure(runs: int, _alive: object = (inputs, outputs)) -> float:
            start = time.perf_counter()
            for _ in range(runs):
                run(given, made, workspace.address, workspace.size)
            return time.perf_counter() - start
        return measure

    def time(self, *arrays: Any, seconds: float = 0.3, batches: int = 15, **named: Any) -> Timing:
        """Times repeated runs for about `seconds` in all, after one that warms up."""
        loop = self.loop(*arrays, **named)
        loop(1)
        runs = max(1, int(seconds / batches / max(loop(1), 1e-8)))
        samples = [loop(runs) / runs for _ in range(batches)]
        return Timing(min(samples), statistics.median(samples), self.report.flops / min(samples) / 1e9)

    def _loaded(self) -> _core.LoadedModule:
        """The code in this process; loaded by the first call."""
        with self._loading:
            self._module = self._module or self._load()
        return self._module

    def _load(self) -> _core.LoadedModule:
        runnable(self.target)
        loaded = self.built.module.load()
        fill(loaded.constants, self.built)
        loaded.seal()
        return loaded

    def _inputs(self, arrays: Sequence[Any], named: Mapping[str, Any]) -> list[Data]:
        """Inputs in order, checked."""
        known = [value.name for value in self.inputs]
        if len(arrays) > len(known):
            raise ArgumentError(f"{len(arrays)} arrays for {len(known)} inputs ({', '.join(known)})")
        values = dict(zip(known, arrays))
        for name, value in named.items():
            if name in values or name not in known:
                problem = "is passed twice" if name in values else f"is not an input; inputs are {', '.join(known)}"
                raise ArgumentError(f"'{name}' {problem}")
            values[name] = value
        return [self._checked(value, values) for value in self.inputs]

    def _checked(self, value: Value, values: Mapping[str, Any]) -> Data:
        if value.name not in values:
            raise ArgumentError(f"input '{value.name}' is missing ({value.dtype.name}{list(value.shape)})")
        array = np.asarray(values[value.name])
        if array.dtype != value.dtype:
            raise ArgumentError(f"input '{value.name}': expected dtype {value.dtype.name}, got {array.dtype}")
        if array.shape != value.shape:
            raise ArgumentError(f"input '{value.name}': expected shape {list(value.shape)}, got {list(array.shape)}")
        return np.require(array, value.dtype, ["C", "A"])

    def _run(self, inputs: Sequence[Data], outputs: Sequence[Data]) -> None:
        loaded = self._loaded()
        workspace = self._workspace()
        code = loaded.run(addresses(inputs), addresses(outputs), workspace.address, workspace.size)
        self._idle.append(workspace)
        if code:
            meaning = next(text for value, text in _core.MODULE_ERRORS.values() if value == code)
            raise ArgumentError(f"{self.interface.name}: {meaning}")


def fill(constants: memoryview, built: Built) -> None:
    """Writes the constants where they belong."""
    memory, at = np.frombuffer(constants, np.uint8), 0

    def sink(piece: Data | bytes) -> None:
        nonlocal at
        data = np.frombuffer(piece, np.uint8)
        memory[at:at + data.size] = data
        at += data.size
    built.write_constants(sink)


def addresses(arrays: Sequence[Data]) -> list[int]:
    return [array.ctypes.data for array in arrays]


class Workspace:
    """Uninitialised bytes at a multiple of ALIGNMENT; the address is 0 if there are none."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._memory = np.empty(size + ALIGNMENT, np.uint8)
        self.address = -(-int(self._memory.ctypes.data) // ALIGNMENT) * ALIGNMENT if size else 0


def compile(model: ModelLike, target: str | _core.Target = "native", shapes: Shapes | None = None,
            prefix: str = "net") -> Compiled:
    """Compiles an ONNX model: a path, its bytes, or a ModelProto.

    target: a name from `vecwrap.targets()`, one of RISC-V's (docs/rvv.md), or "native". shapes: {"x": (1, 3, 224, 224)} for
    inputs with symbolic dims, or {"batch": 1} for the dims themselves. prefix: what C names start with.
    Raises ModelError if the model cannot be read, UnsupportedModel (one of those) if it needs something that is missing.
    """
    if not is_identifier(prefix):
        raise ModelError(f"prefix '{prefix}' is not a C identifier")
    machine = _core.native_target() if target == "native" else as_target(target)
    if machine.amx:
        raise ModelError(f"a model's code does not ask for AMX, which {machine.name} takes; compile for x86-64-avx512-bf16")
    source = simplify(load(model), shapes, SUPPORTED)
    built = build(lower(source), machine, prefix)
    interface = Interface(prefix, os.path.basename(source.name), machine.name, source.inputs, source.outputs,
                          built.workspace_bytes)
    return Compiled(built, interface, machine, source.files)
