"""LoopTool's edits (thesis, section 3.5, "LoopTool Tuning Interface"), and those of other steps, from schedules to schedules.

They say what a loop list becomes, not whether that is legal. Loops are named as in sentences.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from .schedule import EditError, Loop, Schedule, add_collapse, add_pack, mark

HOWS = ("insert", "transpose", "gather", "segment")  # of step strided


def relevel(loop: Loop, dim: str, above: int, by: int) -> Loop:
    return replace(loop, level=loop.level + by) if loop.dim == dim and loop.level > above else loop


def split(schedule: Schedule, name: str, k: int) -> Schedule:
    """A new loop with k iterations directly inside; it is the old loop's body, so it takes the marks, packs and guests."""
    if k < 1:
        raise EditError(f"a loop cannot be split into {k} iterations")
    position = schedule.index(name)
    old = schedule.loops[position]
    moved = replace(schedule, loops=tuple(relevel(loop, old.dim, old.level, 1) for loop in schedule.loops))
    return moved.with_loop(position, Loop(old.dim, old.level, old.step * k), replace(old, level=old.level + 1))


def merge(schedule: Schedule, name: str) -> Schedule:
    """Undoes a split: the loop vanishes into the next outer one of its dim, at that one's place.

    Directly inside it, the loop was its body and gives its marks back; from elsewhere it does not.
    """
    position = schedule.index(name)
    loop = schedule.loops[position]
    if not loop.level:
        raise EditError(f"{name} has no outer loop of its dim to merge with")
    outer = schedule.index(Loop(loop.dim, loop.level - 1).name)
    parent = schedule.loops[outer]
    source = loop if position == outer + 1 else parent
    merged = replace(source, level=parent.level, step=loop.step, packs=parent.packs + loop.packs,
                     guests=parent.guests + loop.guests)
    loops = schedule.with_loop(outer, merged).with_loop(position).loops
    return replace(schedule, loops=tuple(relevel(other, loop.dim, parent.level, -1) for other in loops))


def resize(schedule: Schedule, name: str, k: int) -> Schedule:
    """An inner loop gets k iterations: the next outer one of its dim steps k times as far. Not in LoopTool; saves many edits."""
    if k < 1:
        raise EditError(f"a loop cannot have {k} iterations")
    loop = schedule.loops[schedule.index(name)]
    if not loop.level:
        raise EditError(f"{name} runs over its whole dim; split it instead")
    return mark(schedule, [Loop(loop.dim, loop.level - 1).name], step=loop.step * k)


def swap(schedule: Schedule, name: str, other: str) -> Schedule:
    """Two loops change places; what is marked goes with them."""
    a, b = schedule.index(name), schedule.index(other)
    return schedule.with_loop(a, schedule.loops[b]).with_loop(b, schedule.loops[a])


def neighbour(by: int) -> Callable[[Schedule, str], Schedule]:
    """Swaps a loop with the one before or after it."""
    def edit(schedule: Schedule, name: str) -> Schedule:
        position = schedule.index(name) + by
        if not 0 <= position < len(schedule.loops):
            raise EditError(f"{name} is the {'outermost' if by < 0 else 'innermost'} loop")
        return swap(schedule, name, schedule.loops[position].name)
    return edit


def unroll(schedule: Schedule, name: str, k: int) -> Schedule:
    """1 rolls the loop again."""
    if k < 1:
        raise EditError(f"a loop cannot be unrolled {k} times")
    return mark(schedule, [name], unroll=k)


def group(schedule: Schedule, name: str, k: int) -> Schedule:
    """The lanes of a loop become vectors of k registers each."""
    if not schedule.loops[schedule.index(name)].vector:
        raise EditError(f"{name} is not the lanes: vectorize it first")
    return mark(schedule, [name], group=k)


def unpack(schedule: Schedule, tensor: str) -> Schedule:
    """The tensor is read where it lies."""
    def rest(packs: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(packed for packed in packs if packed != tensor)

    loops = tuple(replace(loop, packs=rest(loop.packs)) for loop in schedule.loops)
    orders = tuple((packed, order) for packed, order in schedule.orders if packed != tensor)
    changed = replace(schedule, loops=loops, packs=rest(schedule.packs), orders=orders)
    if changed == schedule:
        raise EditError(f"tensor {tensor} is not packed")
    return changed


def dot(schedule: Schedule, name: str, k: int) -> Schedule:
    """1: each product in a lane of its own again."""
    if k < 1:
        raise EditError(f"a lane cannot hold {k} products")
    return mark(schedule, [name], dot=k)


def prefetch(schedule: Schedule, tensor: str, name: str, k: int) -> Schedule:
    """Asks for the tensor's lines k iterations of a loop ahead; 0: no longer."""
    if k < 0:
        raise EditError(f"a line cannot be asked for {k} iterations ahead")
    loop = schedule.loops[schedule.index(name)]
    others = tuple(each for each in loop.prefetches if each[0] != tensor)
    if not k and others == loop.prefetches:
        raise EditError(f"nothing is asked for of tensor {tensor} ahead of {name}")
    return mark(schedule, [name], prefetches=(*others, (tensor, k)) if k else others)


def how(name: str) -> Callable[[Schedule, str], Schedule]:
    """How vectors of a tensor are made whose lanes are not neighbours."""
    def edit(schedule: Schedule, tensor: str) -> Schedule:
        others = tuple(each for each in schedule.strided if each[0] != tensor)
        return replace(schedule, strided=(*others, (tensor, name)))
    return edit


def unstride(schedule: Schedule, tensor: str) -> Schedule:
    """Such vectors are made as the core chooses."""
    others = tuple(each for each in schedule.strided if each[0] != tensor)
    if others == schedule.strided:
        raise EditError(f"nothing says how vectors of tensor {tensor} are made")
    return replace(schedule, strided=others)


def unstream(schedule: Schedule, tensor: str) -> Schedule:
    """The output is stored through the caches."""
    if tensor not in schedule.stream:
        raise EditError(f"tensor {tensor} is not streamed")
    return replace(schedule, stream=())


def expand(schedule: Schedule, name: str) -> Schedule:
    """Undoes the last collapse of a dim: the loop that vanished is back, directly inside, as the body of both."""
    last = next((pair for pair in reversed(schedule.collapsed) if pair[0] == name), None)
    if last is None:
        raise EditError(f"{name} is one dim")
    if len(schedule.chain(name)) > 1:
        raise EditError(f"{name} is split: only whole loops are expanded")
    loop = schedule.loops[schedule.index(name)]
    collapsed = tuple(pair for pair in schedule.collapsed if pair != last)
    position = schedule.dims.index(name) + 1
    changed = replace(schedule, dims=(*schedule.dims[:position], last[1], *schedule.dims[position:]), collapsed=collapsed)
    return changed.with_loop(schedule.index(name), Loop(name), replace(loop, dim=last[1]))


EDITS: dict[str, Callable[..., Schedule]] = {
    "split": split,
    "merge": merge,
    "resize": resize,
    "swap": swap,
    "swap_up": neighbour(-1),
    "swap_down": neighbour(1),
    "tile": lambda schedule, name: mark(schedule, [name], tile=True),
    "untile": lambda schedule, name: mark(schedule, [name], tile=False, vector=False, group=1),
    "vectorize": lambda schedule, name: mark(schedule, [name], tile=True, vector=True),
    "scalar": lambda schedule, name: mark(schedule, [name], vector=False, group=1),
    "group": group,
    "unroll": unroll,
    "pack": add_pack,
    "unpack": unpack,
    "dot": dot,
    "prefetch": prefetch,
    **{name: how(name) for name in HOWS},
    "unstride": unstride,
    "stream": lambda schedule, tensor: replace(schedule, stream=(tensor,)),
    "unstream": unstream,
    "collapse": add_collapse,
    "expand": expand,
}
