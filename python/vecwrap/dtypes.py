"""How numpy holds the elements that tensors store; docs/nest.md, "Stored types". It has no bfloat16: those are their bits."""

from __future__ import annotations

from typing import Any

import numpy as np

DTYPES: dict[str, np.dtype[Any]] = {name: np.dtype(dtype) for name, dtype in {
    "f32": np.float32, "f64": np.float64, "i32": np.int32, "i64": np.int64, "u8": np.uint8, "i8": np.int8, "f16": np.float16,
    "bf16": np.uint16, "i16": np.int16, "u16": np.uint16}.items()}
ITEMSIZE = {name: dtype.itemsize for name, dtype in DTYPES.items()}
COMPUTED = ("f32", "f64", "i32", "i64", "f16")
BITS = {"i32": 32, "i64": 64}  # of what computes in integers
