"""Convolutions and pools over any windows, against their definitions."""

import itertools

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from one_op import check
from op_cases import CONSTANT, F4, F8, I8, W, small_of


@st.composite
def windows(draw, rank):
    """Attributes of a convolution or pool, and an input shape that they fit."""
    size = draw(st.lists(st.integers(1, 3), min_size=rank, max_size=rank))
    attributes = {"kernel_shape": size, "strides": draw(st.lists(st.integers(1, 3), min_size=rank, max_size=rank)),
                  "dilations": draw(st.lists(st.integers(1, 2), min_size=rank, max_size=rank))}
    reach = [(s - 1) * d + 1 for s, d in zip(size, attributes["dilations"])]
    extents = [r + draw(st.integers(0, 4)) for r in reach]
    attributes["pads"] = [draw(st.integers(0, s // 2)) for s in size * 2]
    return attributes, extents


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_convolution(data):
    attributes, extents = data.draw(windows(data.draw(st.integers(1, 3))))
    group, inputs, outputs = (data.draw(st.integers(1, 3)) for _ in range(3))
    weights = W(group * outputs, inputs, *attributes["kernel_shape"])
    check(small_of("Conv", [(2, group * inputs, *extents), weights], {"group": group, **attributes}))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_transposed_convolution(data):
    attributes, extents = data.draw(windows(data.draw(st.integers(1, 2))))
    group, inputs, outputs = (data.draw(st.integers(1, 3)) for _ in range(3))
    weights = np.random.default_rng(3).standard_normal((group * inputs, outputs, *attributes["kernel_shape"])).astype(F4)
    small = small_of("ConvTranspose", [(2, group * inputs, *extents), (CONSTANT, weights)], {"group": group, **attributes})
    want = spread(small.feeds["in0"], weights, group, attributes)
    assume(want.size)
    check(small, [want])


def spread(x, w, group, attributes):
    """ConvTranspose by its definition: each element adds its multiple of the kernel to the result."""
    rank, (step, dilation, pads) = x.ndim - 2, (attributes[name] for name in ("strides", "dilations", "pads"))
    full = [(e - 1) * s + (k - 1) * d + 1 for e, s, k, d in zip(x.shape[2:], step, w.shape[2:], dilation)]
    out = np.zeros((len(x), group, w.shape[1], *full))
    x, w = x.reshape(len(x), group, -1, *x.shape[2:]).astype(F8), w.reshape(group, -1, *w.shape[1:]).astype(F8)
    for i, k in itertools.product(np.ndindex(*x.shape[3:]), np.ndindex(*w.shape[3:])):
        place = tuple(a * s + b * d for a, s, b, d in zip(i, step, k, dilation))
        out[(..., *place)] += np.einsum("ngc,gcm->ngm", x[(..., *i)], w[(..., *k)])
    kept = tuple(slice(before, size - after) for before, after, size in zip(pads[:rank], pads[rank:], full))
    return out.reshape(len(x), -1, *full)[(..., *kept)].astype(F4)


@settings(max_examples=60, deadline=None)
@given(st.data(), st.sampled_from(["MaxPool", "AveragePool"]))
def test_any_pool(data, op):
    attributes, extents = data.draw(windows(data.draw(st.integers(1, 2))))
    small = small_of(op, [(1, 2, *extents)], attributes)
    check(small, [pooled(op, small.feeds["in0"], attributes)])  # the reference's pools do not know every combination


def test_same_upper():
    small = small_of("MaxPool", [(2, 3, 9)], {"kernel_shape": [2], "auto_pad": "SAME_UPPER"})
    two = {"kernel_shape": [2], "pads": [0, 1], "strides": [1], "dilations": [1]}
    check(small, [pooled("MaxPool", small.feeds["in0"], two)], compiled=True)


@settings(max_examples=60, deadline=None)
@given(st.data(), st.sampled_from([0, 1]))
def test_any_index_of_a_maximum(data, storage_order):
    attributes, extents = data.draw(windows(data.draw(st.integers(1, 3))))
    shape = (2, 2, *extents)
    x = np.random.default_rng(data.draw(st.integers(0, 99))).integers(-2, 3, shape).astype(F4)  # with equals
    small = small_of("MaxPool", [x], {**attributes, "storage_order": storage_order, "_outputs": 2})
    plane = np.arange(np.prod(extents)).reshape(extents[::-1]).T if storage_order else np.arange(np.prod(extents))
    plane = np.broadcast_to(plane.reshape(extents), shape) + np.arange(4).reshape(2, 2, *[1] * len(extents)) * np.prod(extents)
    values, places = window_elements(x, attributes, -np.inf), window_elements(plane, attributes, np.nan)
    every = values.reshape(*values.shape[:x.ndim], -1)
    first = np.argmax(every, axis=-1)[..., None]
    index = np.take_along_axis(places.reshape(every.shape), first, -1)[..., 0].astype(I8)
    check(small, [every.max(-1).astype(F4), index], compiled=True)


def pooled(op, x, attributes):
    """Pools by their definition."""
    every = window_elements(x, attributes, np.nan)
    return (np.nanmax if op == "MaxPool" else np.nanmean)(every, axis=tuple(range(x.ndim, every.ndim))).astype(F4)


def window_elements(x, attributes, fill):
    """[n, c, position..., place in the window...]."""
    rank, pads = x.ndim - 2, attributes["pads"]
    widths = [(0, 0), (0, 0), *zip(pads[:rank], pads[rank:])]
    padded = np.pad(x.astype(F8), widths, constant_values=fill)
    size = [(s - 1) * d + 1 for s, d in zip(attributes["kernel_shape"], attributes["dilations"])]
    every = np.lib.stride_tricks.sliding_window_view(padded, size, tuple(range(2, 2 + rank)))
    every = every[(..., *(slice(None, None, d) for d in attributes["dilations"]))]
    return every[(slice(None), slice(None), *(slice(None, None, s) for s in attributes["strides"]))]
