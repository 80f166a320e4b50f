"""What tensors hold: ordinary numbers, special ones, indices."""

from __future__ import annotations

import numpy as np

from .nests import INDICES

DTYPES = {"f32": np.float32, "f64": np.float64, "i32": np.int32, "i64": np.int64, "u8": np.uint8, "i8": np.int8,
          "f16": np.float16, "bf16": np.uint16, "i16": np.int16, "u16": np.uint16}


def indices_of(random: np.random.Generator, count: int, stored: str) -> np.ndarray:
    return random.integers(0, INDICES, count).astype(DTYPES[stored])


def whole_numbers(random: np.random.Generator, count: int, stored: str) -> np.ndarray:
    """Small enough that sums and products are exact: under fast-math any order gives the same bits."""
    if stored == "bf16":
        return (random.integers(-3, 4, count).astype(np.float32).view(np.uint32) >> 16).astype(np.uint16)
    dtype = np.dtype(DTYPES[stored])
    return random.integers(0 if dtype.kind == "u" else -3, 4, count).astype(dtype)


def numbers(random: np.random.Generator, count: int, stored: str) -> np.ndarray:
    """Mostly values whose sums round, sometimes the special ones."""
    dtype = DTYPES[stored]
    if stored == "bf16":  # the upper half of a float, of any rounding
        return (numbers(random, count, "f32").view(np.uint32) >> 16).astype(np.uint16)
    if np.issubdtype(dtype, np.integer):
        extremes = np.iinfo(dtype)
        usual = max(extremes.min, -9), min(extremes.max, 200)
        least, greatest = (extremes.min, extremes.max) if random.random() < 0.3 else usual
        return random.integers(least, greatest, count, dtype, endpoint=True)
    values = (random.standard_normal(count) * np.exp2(random.integers(-6, 7, count))).astype(dtype)
    if random.random() < 0.3:
        chosen = random.random(count) < 0.1
        values[chosen] = random.choice(special(stored), int(chosen.sum()))
    return values


def special(stored: str) -> np.ndarray:
    """Zeros, the least and the greatest numbers, infinities and NaN, loud and quiet, of either sign."""
    bits, fraction = {"f16": ("u2", 10), "f32": ("u4", 23), "f64": ("u8", 52)}[stored]
    sign = 1 << 8 * int(bits[1]) - 1
    infinity = sign - (1 << fraction)
    sizes = [0, 1, (1 << fraction) - 3, 1 << fraction, infinity - 1, infinity, infinity | 1 << fraction - 1 | 5, infinity | 6]
    return np.array([x | s for x in sizes for s in (0, sign)], bits).view(DTYPES[stored])


def is_nan(x: np.ndarray, stored: str) -> np.ndarray:
    return (x & 0x7FFF) > 0x7F80 if stored == "bf16" else np.isnan(x)
