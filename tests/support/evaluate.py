"""Runs a graph with numpy: the oracle of the graph layer. Slow, but it touches no byte that a stage does not name.

Memory that nothing was written to holds NaNs (huge numbers in integer buffers); reading beyond a buffer is an error.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from vecwrap.conversion import target_type
from vecwrap.expr import Acc, Apply, Choose, Const, Expr
from vecwrap.graph.array import NUMPY, Buffer
from vecwrap.graph.graph import Check, Graph
from vecwrap.graph.nests import types
from vecwrap.graph.stage import Read, Stage

Data = np.ndarray[Any, Any]
COMPUTED_WIDE = {"f64", "i64", "i32"}


class CheckFailed(Exception):
    """A Check step found something."""


def sigmoid(x: Data) -> Data:
    return 1 / (1 + np.exp(-x))


def silu(x: Data) -> Data:
    return x * sigmoid(x)


def gelu(x: Data) -> Any:
    return x / 2 * (1 + OPS["erf"](x / math.sqrt(2)))


def gelu_tanh(x: Data) -> Any:
    return x / 2 * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x ** 3)))


def fma(a: Data, b: Data, c: Data) -> Data:
    return a.astype(np.longdouble) * b + c


OPS: dict[str, Any] = {
    "add": np.add, "sub": np.subtract, "mul": np.multiply, "div": np.divide, "fma": fma, "neg": np.negative, "abs": np.abs,
    "sqrt": np.sqrt, "round": np.rint, "exp": np.exp, "tanh": np.tanh, "sigmoid": sigmoid, "log": np.log,
    "pow": np.power, "sin": np.sin, "cos": np.cos,
    "silu": silu, "gelu": gelu, "gelu_tanh": gelu_tanh, "erf": np.vectorize(math.erf, otypes=[np.float64])}
ORDERED: dict[str, Any] = {"eq": np.equal, "gt": np.greater, "ge": np.greater_equal, "lt": np.less, "le": np.less_equal}


def evaluate(graph: Graph, inputs: Mapping[str, Data]) -> list[Data]:
    """The outputs' elements, flat, by the graph's inputs (any shape)."""
    memory: dict[Buffer, Data] = {b: np.ascontiguousarray(inputs[b.name], NUMPY[b.dtype]).reshape(-1) for b in graph.inputs}
    for step in graph.steps:
        if isinstance(step, Check):
            if memory[step.buffer][0] != 0:
                raise CheckFailed(step.buffer.name)
        else:
            run(step, memory)
    return [elements(memory, buffer) for buffer in graph.outputs]


def elements(memory: dict[Buffer, Data], buffer: Buffer) -> Data:
    if buffer not in memory:
        empty = {"f32": np.nan, "f64": np.nan, "u8": 255, "i8": 127, "i16": 2 ** 15 - 1}.get(buffer.dtype, 2 ** 31 - 1)
        memory[buffer] = buffer.data() if buffer.data else np.full(buffer.size, empty, NUMPY[buffer.dtype])
        assert memory[buffer].shape == (buffer.size,) and memory[buffer].dtype == NUMPY[buffer.dtype]
    return memory[buffer]


def run(stage: Stage, memory: dict[Buffer, Data]) -> None:
    """All parallel points at once, reduction points in order."""
    kinds = {read.buffer.dtype for read in stage.reads()} | {stage.out.buffer.dtype}
    wide = stage.compute in COMPUTED_WIDE or not stage.compute and kinds & COMPUTED_WIDE
    compute = np.longdouble if wide else np.float32  # long double holds every int64
    acc = None
    if stage.reduces:
        acc = Values(stage, memory, compute, (), None).of(stage.init)
        for point in itertools.product(*map(range, stage.extents[stage.parallel:])):
            acc = Values(stage, memory, compute, point, acc).of(stage.update)
    final = Values(stage, memory, compute, (), acc).of(stage.final)
    target = elements(memory, stage.out.buffer)
    with np.errstate(all="ignore"):
        target[place(stage, stage.out, (), memory)] = final


class Values:
    """Expressions at one reduction point."""

    def __init__(self, stage: Stage, memory: dict[Buffer, Data], dtype: Any, point: tuple[int, ...], acc: Data | None) -> None:
        self.stage, self.memory, self.dtype, self.point, self.acc = stage, memory, dtype, point, acc
        self.known: dict[tuple[int, str | None], Data] = {}
        self.types = types(stage, "")

    def of(self, expr: Expr | None, beside: str | None = None) -> Data:
        """`beside`: what is converted to floats is computed with in floats, and so is what stands beside it."""
        assert expr is not None
        type = self.types.own(expr) or beside
        if (id(expr), type) not in self.known:
            with np.errstate(all="ignore"):
                self.known[id(expr), type] = np.asarray(self.make(expr, type)).astype(np.float32 if type == "f32" else self.dtype)
        return self.known[id(expr), type]

    def make(self, expr: Expr, type: str | None) -> Any:
        if isinstance(expr, Const):
            return expr.value
        if isinstance(expr, Acc):
            return self.acc
        if isinstance(expr, Read):
            return elements(self.memory, expr.buffer)[place(self.stage, expr, self.point, self.memory)]
        if isinstance(expr, Choose):
            left, right = self.of(expr.condition.left, type), self.of(expr.condition.right, type)
            return np.where(holds(expr.condition.pred, left, right), self.of(expr.if_true, type), self.of(expr.if_false, type))
        assert isinstance(expr, Apply)
        if target_type(expr):
            return self.of(expr.operands[0]) if type == "f32" else np.trunc(self.of(expr.operands[0]))
        return OPS[expr.op](*(self.of(operand, type) for operand in expr.operands))


def holds(pred: str, left: Data, right: Data) -> Any:
    """An LLVM comparison."""
    unordered = np.isnan(left) | np.isnan(right)
    if pred in ("uno", "ord"):
        return unordered if pred == "uno" else ~unordered
    result = ~np.equal(left, right) if pred[1:] == "ne" else ORDERED[pred[1:]](left, right)
    return result | unordered if pred[0] == "u" else result & ~unordered


def place(stage: Stage, read: Read, point: tuple[int, ...], memory: dict[Buffer, Data]) -> Data:
    """Which elements a read names, for all parallel points."""
    extents = stage.extents[:stage.parallel]
    at = np.full(extents, read.offset + sum(i * s for i, s in zip(point, read.strides[stage.parallel:])), np.int64)
    for axis, extent in enumerate(extents):
        at += (np.arange(extent) * read.strides[axis]).reshape((-1, *(1,) * (len(extents) - axis - 1)))
    if read.at is not None:
        at += read.scale * elements(memory, read.at.buffer)[place(stage, read.at, point, memory)].astype(np.int64)
    assert at.size == 0 or (at.min() >= 0 and at.max() < read.buffer.size), f"{stage.name} leaves {read.buffer.name}"
    return at
