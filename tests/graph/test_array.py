"""Arrays against numpy: every view names the elements that numpy's does."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vecwrap.graph.array import Array, constant
from vecwrap.graph.graph import Graph, Layout

shapes = st.lists(st.integers(1, 5), min_size=1, max_size=4).map(tuple)


def numbered(shape: tuple[int, ...]) -> tuple[Array, npt.NDArray[Any]]:
    values = np.arange(np.prod(shape), dtype=np.float32).reshape(shape)
    return constant("x", values), values


@st.composite
def views(draw: st.DrawFn) -> tuple[Array, npt.NDArray[Any]]:
    """An array, and numpy's idea of it, after a few random steps."""
    array, values = numbered(draw(shapes))
    for _ in range(draw(st.integers(0, 4))):
        axis = draw(st.integers(0, values.ndim - 1))
        extent = values.shape[axis]
        kind = draw(st.sampled_from(["permute", "slice", "insert", "window", "split"]))
        if kind == "permute":
            axes = draw(st.permutations(range(values.ndim)))
            array, values = array.permute(axes), values.transpose(axes)
        elif kind == "slice":
            start, step = draw(st.integers(0, extent - 1)), draw(st.sampled_from([1, 2, -1]))
            picked = range(start, extent if step > 0 else -1, step)
            array = array.slice(axis, start, len(picked), step)
            values = values.take(list(picked), axis)
        elif kind == "insert":
            array, values = array.insert(axis), np.expand_dims(values, axis)
        elif kind == "window":
            size = draw(st.integers(1, extent))
            array, values = array.window(axis, size), np.lib.stride_tricks.sliding_window_view(values, size, axis)
        elif extent % 2 == 0:
            array = array.split(axis, 2)
            values = values.reshape(*values.shape[:axis], extent // 2, 2, *values.shape[axis + 1:])
    return array, values


@given(views())
def test_views_are_numpys(pair: tuple[Array, npt.NDArray[Any]]) -> None:
    array, values = pair
    assert array.shape == values.shape
    np.testing.assert_array_equal(array.value(), values)


@given(views(), st.data())
def test_reshape_is_right_or_refused(pair: tuple[Array, npt.NDArray[Any]], data: st.DataObject) -> None:
    array, values = pair
    factors = [f for f in range(1, values.size + 1) if values.size % f == 0]
    first = data.draw(st.sampled_from(factors))
    reshaped = array.reshape((first, values.size // first))
    if reshaped is None:
        assert not array.dense
    else:
        np.testing.assert_array_equal(reshaped.value(), values.reshape(first, -1))


@given(shapes, st.integers(0, 2))
def test_expand_broadcasts(shape: tuple[int, ...], more: int) -> None:
    array, values = numbered(shape)
    wanted = (*[3] * more, *(extent if extent > 1 else 4 for extent in shape))
    np.testing.assert_array_equal(array.expand(wanted).value(), np.broadcast_to(values, wanted))


def test_expand_refuses_other_shapes() -> None:
    with pytest.raises(ValueError, match="does not broadcast"):
        numbered((2, 3))[0].expand((2, 4))


def test_dilated_strided_window() -> None:
    array, values = numbered((11,))
    expected = [[values[2 * i + 3 * k] for k in range(3)] for i in range(3)]
    np.testing.assert_array_equal(array.window(0, 3, step=2, dilation=3).value(), expected)


margins = st.tuples(st.integers(0, 3), st.integers(0, 3))


@given(st.permutations([0, 1, 2]), st.tuples(margins, margins, margins), st.sampled_from([0.0, -np.inf]))
def test_margins_are_filled_and_nothing_else(order: list[int], margin: tuple[tuple[int, int], ...], fill: float) -> None:
    graph, shape = Graph(), (2, 3, 4)
    array = graph.temporary("t", shape, "f32", Layout(tuple(order), margin, fill))
    memory = np.full(array.buffer.size, np.nan, np.float32)
    array.of(memory)[...] = 1
    for step in graph.steps:
        place = step.out  # type: ignore[union-attr] # stages only
        piece = Array(array.buffer, step.extents, place.strides, place.offset)  # type: ignore[union-attr]
        assert not np.any(piece.of(memory) == 1)
        piece.of(memory)[...] = fill
    np.testing.assert_array_equal(array.of(memory), np.ones(shape))
    assert np.count_nonzero(memory == 1) == 24 and not np.isnan(memory).any()
    whole = array.padded(margin)
    assert whole is not None
    np.testing.assert_array_equal(whole.of(memory), np.pad(np.ones(shape), margin, constant_values=fill))


def test_padding_beyond_the_margin_is_no_view() -> None:
    array = Graph().temporary("t", (2, 3), "f32", Layout((0, 1), ((1, 1), (0, 0))))
    assert array.padded([(1, 1), (0, 0)]) is not None
    assert array.padded([(2, 1), (0, 0)]) is None
    assert array.padded([(0, 0), (0, 1)]) is None
