"""The ops of ONNX as stages. One file per kind; each enters its functions into the table OPS."""

from . import contraction, elementwise, gather, known, movement, normalization, pad, pooling, reduction
from .context import Context
from .registry import OPS, Node

__all__ = ["OPS", "Context", "Node", "contraction", "elementwise", "gather", "known", "movement", "normalization", "pad",
           "pooling", "reduction"]
