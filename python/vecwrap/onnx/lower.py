"""From a model to a graph: node by node, each by its entry in the table of ops."""

from __future__ import annotations

from ..errors import UnsupportedModel
from ..graph.graph import Graph
from .layout import Layouts
from .ops import OPS, Context, Node
from .ops.context import STORAGE
from .source import Source

SUPPORTED = frozenset(OPS)


def lower(source: Source) -> Graph:
    """The stages of a model. Raises UnsupportedModel, naming the node and what is missing, for what no stage can do."""
    graph = Graph(source.name)
    nodes = [Node(proto, source.opset(proto.domain)) for proto in source.nodes]
    check_known(source, nodes)
    low = Context(source, graph, Layouts(source, nodes))
    for value in source.inputs:
        low.arrays[value.name] = graph.input(value.name, value.shape, STORAGE[value.dtype.name])
    outputs = [(value.name, graph.output(value.name, value.shape, STORAGE[value.dtype.name])) for value in source.outputs]
    low.places = {name: array for name, array in outputs if name not in low.arrays}
    used = {name for node in nodes for name in node.inputs} | {name for name, _ in outputs}
    for node in nodes:
        lower_node(low, node, used)
    for name, array in outputs:
        if low.array(name) is not array:
            graph.copy("output", low.array(name), array)
    return graph


def check_known(source: Source, nodes: list[Node]) -> None:
    """Before anything else, for the messages' sake: ops, opsets and element types."""
    for value in [*source.inputs, *source.outputs]:
        if value.dtype.name not in STORAGE:
            raise UnsupportedModel(f"{source.name}: element type {value.dtype.name} of '{value.name}' is not supported")
    for node in nodes:
        entry = OPS.get(node.op)
        if entry is None:
            raise source.refusal(node.proto, "the op is not supported")
        if node.opset < entry.since:
            raise source.refusal(node.proto, f"only the op's versions since opset {entry.since} are supported")
        for name in filter(None, [*node.inputs, *node.outputs]):
            if (dtype := source.value(name)[0]).name not in STORAGE:
                raise source.refusal(node.proto, f"element type {dtype.name} of '{name}' is not supported")


def lower_node(low: Context, node: Node, used: set[str]) -> None:
    """One node; everything about it that its lowering did not look at is refused."""
    OPS[node.op].lower(low, node)
    if node.unseen:
        raise low.unsupported(node, f"attribute {', '.join(node.unseen)} is not supported")
    for index, name in enumerate(node.outputs):
        if name in used and name not in low.arrays and name not in low.pending:
            raise low.unsupported(node, f"output {index} ('{name}') is not supported")
