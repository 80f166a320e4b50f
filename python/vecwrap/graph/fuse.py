"""Fusion: pointwise stages disappear into the stages that produce or consume their values."""

from __future__ import annotations

import math
from dataclasses import replace

from .. import _core
from ..conversion import target_type
from ..expr import Apply, Choose, Const, Expr, convert, below
from .array import ITEMSIZE, Buffer
from .dims import split, with_dims
from .graph import Check, Graph
from .nests import computed_in, made_in, moved
from .stage import Read, Stage

COST = dict.fromkeys(_core.OPS, 1) | {"div": 6, "sqrt": 6, "pow2": 4, "exponent": 4, "pow": 100}  # about as many instructions
FUNCTION = 20  # and as many for a function like exp
EPILOGUE = 12  # operations that a contraction's registers can take on after the reduction


def fuse(graph: Graph, mixes: bool = True) -> None:
    """Rewrites graph.steps until nothing more fuses. `mixes`: what sums integers may go on in floats."""
    widen_where_read(graph)
    changed = True
    while changed:
        changed = False
        for step in list(graph.steps):
            made: Stage | None = step if isinstance(step, Stage) and step in graph.steps else None
            while made is not None and (fused := fuse_into_consumers(graph, made, mixes)):
                changed = True
                made = fused[0] if made.reduces and len(fused) == 1 else None  # a product takes on all that follows, one by one


def widen_where_read(graph: Graph) -> None:
    """What makes floats of bytes goes into its readers before a product takes it on: bytes are less to store and to read."""
    for step in list(graph.steps):
        if isinstance(step, Stage) and step in graph.steps and not step.reduces and widens(step):
            fuse_into_consumers(graph, step, False, append=False)


def widens(stage: Stage) -> bool:
    """Are the elements that it reads smaller than those that it writes? (Numbers for all of them aside.)"""
    sizes = [ITEMSIZE[read.buffer.dtype] for read in stage.reads() if any(read.strides)]
    return bool(sizes) and max(sizes) < ITEMSIZE[stage.out.buffer.dtype]


def readers(graph: Graph, buffer: Buffer) -> list[Stage]:
    return [s for s in graph.steps if isinstance(s, Stage) and any(r.buffer is buffer for r in s.reads())]


def fuse_into_consumers(graph: Graph, producer: Stage, mixes: bool, append: bool = True) -> list[Stage]:
    """Tries to make the producer's buffer unnecessary; the consumers that it became part of."""
    buffer = producer.out.buffer
    if buffer.kind != "temporary" or producer.fills or not sole_writer(graph, producer):
        return []
    consumers = readers(graph, buffer)
    if not consumers or any(isinstance(s, Check) and s.buffer is buffer for s in graph.steps):
        return []
    fused: list[Stage] = []
    for consumer in consumers:
        if not alike(producer, consumer) and not (mixes and convertible(producer, consumer)):
            return []
        new = inlined(producer, consumer) or (appended(producer, consumer) if append and len(consumers) == 1 else None)
        if new is None:
            return []
        fused.append(replace(new, compute=producer.compute or consumer.compute))
    for consumer, new in zip(consumers, fused):
        graph.steps[graph.steps.index(consumer)] = new
    graph.steps[:] = [s for s in graph.steps if not (isinstance(s, Stage) and s.out.buffer is buffer)]
    return fused


def alike(producer: Stage, consumer: Stage) -> bool:
    """Stages that ask for a type of arithmetic keep it: they take on copies, and what is computed in the same."""
    copies = any(isinstance(s.final, Read) and moved(s) for s in (producer, consumer))
    return not (producer.compute or consumer.compute) or copies or made_in(producer) == computed_in(consumer)


def convertible(producer: Stage, consumer: Stage) -> bool:
    """A sum of integers that is stored as it is, and goes on in floats."""
    return (producer.reduces and not consumer.reduces and made_in(producer) == producer.out.buffer.dtype == "i32"
            and computed_in(consumer) == "f32")


def sole_writer(graph: Graph, producer: Stage) -> bool:
    """No other stage writes part of the buffer, margins aside."""
    buffer = producer.out.buffer
    return all(s is producer or s.fills or s.out.buffer is not buffer for s in graph.steps if isinstance(s, Stage))


def reads_of(stage: Stage, buffer: Buffer) -> list[Read]:
    return [read for read in stage.reads() if read.buffer is buffer]


def operations(root: Expr) -> int:
    """About how many instructions the expression takes per vector."""
    cost = 0
    for expr in below(root):
        if isinstance(expr, Apply):
            cost += 1 if target_type(expr) else COST.get(expr.op, FUNCTION)
        cost += 2 * isinstance(expr, Choose)
    return cost


def appended(producer: Stage, consumer: Stage) -> Stage | None:
    """The pointwise consumer evaluated where the producer has its value: bias, activation, residual."""
    reads = reads_of(consumer, producer.out.buffer)
    if consumer.reduces or len(reads) != 1 or reads[0].at is not None or indexes_with(consumer, producer.out.buffer):
        return None
    if producer.reduces and operations(consumer.final) > EPILOGUE:
        return None
    aligned = align(producer, consumer, reads[0].strides)
    if aligned is None or reads[0].offset != producer.out.offset:
        return None
    producer, consumer, partner = aligned
    read = reads_of(consumer, producer.out.buffer)[0]

    def strides(old: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(old[partner[d]] if d in partner else 0 for d in range(len(producer.extents)))

    moved = with_dims(consumer, producer.extents, producer.parallel, strides)
    value = producer.final if alike(producer, consumer) else convert(producer.final, computed_in(consumer))
    key = read.moved(strides).key
    final = moved.rewritten({key: value}).final
    return replace(producer, name=joined(producer.name, consumer.name), out=moved.out, final=final)


def indexes_with(stage: Stage, buffer: Buffer) -> bool:
    """Is the buffer read to form addresses?"""
    return any(read.at is not None and read.at.buffer is buffer for read in stage.reads())


def align(producer: Stage, consumer: Stage, strides: tuple[int, ...]) -> tuple[Stage, Stage, dict[int, int]] | None:
    """Splits dims of both until they walk the buffer in the same steps; then the consumer's dim for each producer's."""
    while True:
        ours = {producer.out.strides[d]: d for d in range(producer.parallel) if producer.extents[d] > 1}
        theirs = {strides[d]: d for d in range(len(consumer.extents)) if consumer.extents[d] > 1}
        if 0 in theirs or len(theirs) != sum(extent > 1 for extent in consumer.extents):
            return None
        for stride in sorted(set(ours) & set(theirs)):
            mine, other = producer.extents[ours[stride]], consumer.extents[theirs[stride]]
            if mine > other and mine % other == 0:
                producer = split(producer, ours[stride], other)
                break
            if other > mine and other % mine == 0:
                consumer = split(consumer, theirs[stride], mine)
                strides = reads_of(consumer, producer.out.buffer)[0].strides
                break
            if mine != other:
                return None
        else:
            if set(ours) != set(theirs):
                return None
            return producer, consumer, {ours[stride]: theirs[stride] for stride in ours}


def inlined(producer: Stage, consumer: Stage) -> Stage | None:
    """The pointwise producer evaluated wherever the consumer reads its value."""
    if producer.reduces or indexes_with(consumer, producer.out.buffer):
        return None
    change: dict[object, Expr] = {}
    for read in reads_of(consumer, producer.out.buffer):
        value = seen_through(producer, consumer, read)
        if value is None:
            return None
        change[read.key] = value
    if not worthwhile(producer, consumer):
        return None
    return consumer.rewritten(change, name=consumer.name)


def worthwhile(producer: Stage, consumer: Stage) -> bool:
    """A copy or a constant always disappears; a cheap expression where it is not evaluated more often."""
    if isinstance(producer.final, (Read, Const)):
        return True
    summed = [expr for root in (consumer.init, consumer.update) if root is not None for expr in below(root)]
    inside = any(isinstance(expr, Read) and expr.buffer is producer.out.buffer for expr in summed)
    points = math.prod(consumer.extents if inside else consumer.extents[:consumer.parallel])
    once = points <= math.prod(producer.extents)
    return once and operations(producer.final) <= 3


def seen_through(producer: Stage, consumer: Stage, read: Read) -> Expr | None:
    """The producer's value at the place that `read` names, over the consumer's dims; None if it cannot be said."""
    if read.at is not None:
        return None
    order = sorted((d for d in range(producer.parallel) if producer.extents[d] > 1),
                   key=lambda d: -producer.out.strides[d])
    rest, first = read.offset - producer.out.offset, {}
    reach = dict.fromkeys(order, 0)  # largest index along each of the producer's dims
    factor = [dict.fromkeys(order, 0) for _ in consumer.extents]
    for c, stride in enumerate(read.strides):
        if stride == 0 or consumer.extents[c] == 1:
            continue
        d = next((d for d in order if stride % producer.out.strides[d] == 0 and stride > 0), None)
        if d is None:
            return None
        factor[c][d] = stride // producer.out.strides[d]
        reach[d] += factor[c][d] * (consumer.extents[c] - 1)
    for d in order:
        first[d], rest = divmod(rest, producer.out.strides[d]) if rest >= 0 else (-1, rest)
        if first[d] < 0 or first[d] + reach[d] >= producer.extents[d]:
            return None
    if rest:
        return None

    def place(expr: Expr) -> Expr | None:
        return shifted(expr) if isinstance(expr, Read) else None

    def shifted(old: Read) -> Read:
        strides = tuple(sum(factor[c][d] * old.strides[d] for d in order) for c in range(len(consumer.extents)))
        offset = old.offset + sum(first[d] * old.strides[d] for d in order)
        return replace(old, offset=offset, strides=strides, at=shifted(old.at) if old.at is not None else None)

    return producer.rewritten(place).final


def joined(first: str, second: str) -> str:
    return first if first == second else f"{first}+{second}"
