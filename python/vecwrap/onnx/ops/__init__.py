"""The ops of ONNX as stages. One file per kind; each enters its functions into the table OPS."""

from . import (contraction, einsum, elementwise, gather, integers, known, movement, normalization, pad, pooling,
               quantised, reduction, resize, running, scatter, transposed)
from .context import Context
from ..node import Node
from .registry import OPS

__all__ = ["OPS", "Context", "Node", "contraction", "einsum", "elementwise", "gather", "integers", "known", "movement",
           "normalization", "pad", "pooling", "quantised", "reduction", "resize", "running", "scatter", "transposed"]
