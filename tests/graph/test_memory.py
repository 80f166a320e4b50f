"""Workspace planning: live temporaries never share a byte, and dead ones give theirs back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from vecwrap.expr import relu
from vecwrap.graph.graph import Graph
from vecwrap.graph.memory import ALIGNMENT, lives, plan


@given(st.lists(st.tuples(st.integers(1, 200), st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=25))
def test_live_temporaries_are_disjoint(nodes: list[tuple[int, int, int]]) -> None:
    graph = Graph()
    values = [graph.input("x", (1,), "f32")]
    for size, back, more in nodes:  # each reads two earlier ones
        sources = [values[-1 - back % len(values)].slice(0, 0, 1), values[-1 - more % len(values)].slice(0, 0, 1)]
        out = graph.temporary(f"t{len(values)}", (size,))
        values.append(graph.pointwise("add", out, sources, lambda a, b: a + b))
    offsets, total = plan(graph.steps)
    alive = lives(graph.steps)
    for one in alive:
        at = offsets[one.buffer]
        assert at % ALIGNMENT == 0 and at + one.buffer.bytes <= total
        for other in alive:
            if other is not one and one.meets(other):
                assert at + one.buffer.bytes <= offsets[other.buffer] or offsets[other.buffer] + other.buffer.bytes <= at


def test_a_chain_takes_two_buffers() -> None:
    graph = Graph()
    value = graph.input("x", (1000,), "f32")
    for k in range(10):
        value = graph.pointwise("relu", graph.temporary(f"t{k}", (1000,)), [value], relu)
    _, total = plan(graph.steps)
    assert total <= 2 * (4000 + ALIGNMENT)
