"""ConvTranspose: a convolution of the input with room between its elements, by the kernel backwards."""

from __future__ import annotations

from ...expr import as_expr
from ...graph.array import Array
from .context import Context
from .contraction import biased, biases, filters_by_group, images, multiply_add, outputs
from ..node import Node
from .registry import op
from ..windows import Windows


@op("ConvTranspose")
def conv_transpose(low: Context, node: Node) -> None:
    low.need_floats(node)
    node.settled("kernel_shape", "output_padding")  # in the weights' shape, and in the output's
    x, w, bias, out = low.array(node.input(0)), low.array(node.input(1)), low.optional(node, 2), low.result(node)
    group, rank = node.attribute("group", 1), x.rank - 2
    spaced, over = spread_out(low, node, x, w.shape[2:], out.shape[2:])
    for axis in range(2, w.rank):
        w = w.slice(axis, w.shape[axis] - 1, w.shape[axis], -1)
    w = w.split(0, w.shape[0] // group)  # [group, input channel, output channel, place...]
    w = w.permute((0, 2, 1, *range(3, w.rank)))
    also = [biases(bias, group, rank)] if bias else []
    low.reduction(node, outputs(out, group), [images(over.over(spaced), group), filters_by_group(w, rank)], 0.0, multiply_add,
                  biased if also else None, also)


def spread_out(low: Context, node: Node, x: Array, size: tuple[int, ...], wanted: tuple[int, ...]) -> tuple[Array, Windows]:
    """The input with zeros between its elements and around it, and the windows of the result over it."""
    rank = len(size)
    ones = [1] * rank
    step, dilation = node.attribute("strides", ones), node.attribute("dilations", ones)
    first = [(k - 1) * d - pad for k, d, pad in zip(size, dilation, pads_before(node, x, size, wanted))]
    whole = tuple(count + (k - 1) * d for count, k, d in zip(wanted, size, dilation))
    zeros = low.temporary(node, (*x.shape[:2], *whole), x.buffer.dtype)
    low.pointwise(node, zeros, [], lambda: as_expr(0.0))
    inside = zeros
    for axis in range(rank):
        skipped = -(min(first[axis], 0) // step[axis])  # elements that lie before everything that is read
        end = min(x.shape[2 + axis], (whole[axis] - 1 - first[axis]) // step[axis] + 1)
        count = max(end - skipped, 0)
        x = x.slice(2 + axis, skipped, count)
        inside = inside.slice(2 + axis, first[axis] + skipped * step[axis], count, step[axis])
    low.copy(node, x, inside)
    none = (0,) * rank
    return zeros, Windows(size, tuple(ones), tuple(dilation), whole, wanted, none, none)


def pads_before(node: Node, x: Array, size: tuple[int, ...], wanted: tuple[int, ...]) -> list[int]:
    """As given; or half of what the result is smaller than all that the input reaches."""
    rank = len(size)
    rule, ones = node.attribute("auto_pad", "NOTSET"), [1] * rank
    node.settled("pads")
    if node.attribute("output_shape") is None and rule in ("NOTSET", "VALID"):
        return list(node.attribute("pads", [0] * rank))[:rank]
    extra = node.attribute("output_padding", [0] * rank)
    reach = [s * (e - 1) + o + (k - 1) * d + 1 for s, e, o, k, d in zip(
        node.attribute("strides", ones), x.shape[2:], extra, size, node.attribute("dilations", ones))]
    total = [max(r - count, 0) for r, count in zip(reach, wanted)]
    return [t // 2 if rule == "SAME_UPPER" else t - t // 2 for t in total]
