"""Loop nests and their schedules: declare a nest, apply a sentence, look at the result, run it.

>>> import numpy as np, vecwrap as vw
>>> nest = vw.Nest("gemm", "f32")
>>> m, n, k = nest.dims(m=64, n=64, k=64)
>>> A, B, C = nest.tensor("A", (m, k)), nest.tensor("B", (k, n)), nest.tensor("C", (m, n))
>>> C[m, n] += A[m, k] * B[k, n]
>>> kernel = nest.schedule("v1 split(m,4) split(n,32) reorder(m,n,k,m.1,n.1) tile(m.1,n.1) vectorize(n.1)")
>>> kernel(np.ones((64, 64), "f4"), np.ones((64, 64), "f4"), c := np.zeros((64, 64), "f4"))
>>> float(c[0, 0])
64.0
"""

from ._core import Refusal, Sentence, Target, find_target, native_target, targets
from .disassemble import disassemble
from .errors import ArgumentError, NestError, ToolError
from .expr import (Expr, absolute, argmax, argmin, compare, convert, fma, fold, lshr, math, maximum, minimum, mulh, relu,
                   round_even, sqrt, sum_of, umulh, where)
from .index import Dim, Index
from .kernel import Kernel, Timing
from .nest import Nest
from .program import Program
from .tensor import Tensor

__all__ = [
    "ArgumentError", "Dim", "Expr", "Index", "Kernel", "Nest", "NestError", "Program", "Refusal", "Sentence", "Target", "Tensor",
    "Timing", "ToolError", "absolute", "argmax", "argmin", "compare", "convert", "disassemble", "find_target", "fma", "fold",
    "lshr", "math", "maximum", "minimum", "mulh", "native_target", "relu", "round_even", "sqrt", "sum_of", "targets", "umulh",
    "where",
]
