"""Random sentences that are mostly legal for a nest."""

from __future__ import annotations

from random import Random

from vecwrap import _core

from .nests import BYTES

FACTORS = (1, 2, 3, 4, 5, 6, 7, 8, 12, 14, 16, 17, 24, 32, 48, 64)
Chain = list[tuple[str, int | None]]  # loops of one dim from outer to inner, with the elements each covers at most


def chain(random: Random, name: str, extent: int | str, splits: list[str]) -> Chain:
    """Splits a dim some times; appends the steps."""
    loops: Chain = [(name, extent if isinstance(extent, int) else None)]
    for level in range(random.choice([0, 1, 1, 1, 2, 3])):
        covered = loops[-1][1]
        factor = random.choice([f for f in FACTORS if covered is None or f <= covered])
        splits.append(f"split({loops[-1][0]},{factor})")
        loops.append((f"{name}.{level + 1}", factor))
    return loops


def interleave(random: Random, chains: list[list[str]]) -> list[str]:
    """A random order that keeps the order within each chain."""
    left, order = [list(c) for c in chains if c], []
    while left:
        pick = random.choice(left)
        order.append(pick.pop(0))
        left = [c for c in left if c]
    return order


def random_sentence(random: Random, nest: _core.Nest) -> str:
    steps: list[str] = []
    chains = {name: chain(random, name, extent, steps) for name, extent, _ in nest.dims}
    parallel = [name for name, _, reduction in nest.dims if not reduction]
    reduced = [name for name, _, reduction in nest.dims if reduction]
    tile = pick_tile(random, nest, chains, parallel)
    rest = {name: [loop for loop, _ in loops if loop not in tile] for name, loops in chains.items()}
    reductions = [loop for name in reduced for loop in rest[name]]  # lexicographic: strict order
    if (nest.reassoc or nest.type in ("i32", "i64")) and random.random() < 0.7:
        reductions = interleave(random, [rest[name] for name in reduced])
    cut = random.choice([0, 0, 0, random.randint(0, len(reductions))])  # these stay outside parallel loops
    outer = interleave(random, [rest[name] for name in parallel] + [reductions[:cut]])
    order = outer + reductions[cut:] + tile
    if random.random() < 0.05:
        random.shuffle(order)
    if len(order) > 1:
        steps.append(f"reorder({','.join(order)})")
    packs = pack(random, nest, ["-", *outer])
    steps += packs
    if tile:
        steps.append(f"tile({','.join(tile)})")
        lanes = [dim for dim, _, _ in nest.dims].index(tile[-1].split(".")[0])
        if random.random() < (0.9 if unit_stride(nest, lanes) or packs else 0.6):
            steps += [f"vectorize({tile[-1]})", *strided(random, nest)]
    steps += prefetches(random, nest, outer + reductions[cut:])
    if reductions[cut:] and random.random() < 0.5:
        steps.append(f"unroll({reductions[-1]},{random.choice([1, 2, 3, 4, 8])})")
    return " ".join(["v1", *steps])


def strided(random: Random, nest: _core.Nest) -> list[str]:
    """Ways to make vectors of some tensors; mostly ways that always exist."""
    named = [name for name in nest.tensors if random.random() < 0.2]
    steps = [f"strided({name},{random.choice(['insert', 'insert', 'transpose', 'gather'])})" for name in named]
    return steps + [f"stream({nest.tensors[nest.accesses[nest.out][0]]})"] * (random.random() < 0.1)


def unit_stride(nest: _core.Nest, dim: int) -> bool:
    """Can this dim be the lanes without packing? Every access stands still in it or moves by one element."""
    size = BYTES[nest.type]
    indices = {index for _, _, _, index, _ in nest.accesses}  # they are scalars, and stand still along the lanes
    return all(strides[dim] == 0 if access in indices else strides[dim] in (0, size) and nest.tensor_types[tensor] == nest.type
               for access, (tensor, _, strides, _, _) in enumerate(nest.accesses))


def pick_tile(random: Random, nest: _core.Nest, chains: dict[str, Chain], parallel: list[str]) -> list[str]:
    """Innermost parts of some parallel dims, small enough to unroll; last the one to vectorize."""
    names = random.sample(parallel, len(parallel))
    if random.random() < 0.8:
        names.sort(key=lambda name: not unit_stride(nest, [dim for dim, _, _ in nest.dims].index(name)))
    points, budget, tile = 1, random.choice([32, 64, 64, 128, 256, 1024]), []
    for name in names:
        loop, covered = chains[name][-1]
        if covered is not None and points * covered <= budget and random.random() < 0.75:
            points *= covered
            tile.insert(0, loop)
    return tile


def pack(random: Random, nest: _core.Nest, places: list[str]) -> list[str]:
    """Packs of tensors; mostly where they have a chance: around a reduction, close to the tile."""
    if not any(reduction for _, _, reduction in nest.dims) and random.random() < 0.75:
        return []
    read = {nest.tensors[tensor]: strides for tensor, _, strides, _, _ in nest.accesses if any(strides)}
    tensors = random.sample(sorted(read), min(random.choice([0, 0, 1, 1, 2]), len(read)))
    return [f"pack({tensor},{random.choice([places[-1], places[-1], *places])}{own_order(random, nest, read[tensor])})"
            for tensor in tensors]


def own_order(random: Random, nest: _core.Nest, strides: list[int | str]) -> str:
    """The dims of a packed buffer in any order, sometimes; legal if all of them have loops inside the pack."""
    dims = [name for (name, _, _), stride in zip(nest.dims, strides) if stride]
    return "".join("," + dim for dim in random.sample(dims, len(dims))) if random.random() < 0.4 else ""


def prefetches(random: Random, nest: _core.Nest, rolled: list[str]) -> list[str]:
    """Of any tensor, in loops that mostly move it, near and far beyond its end."""
    if not rolled or random.random() < 0.8:
        return []
    return [f"prefetch({random.choice(nest.tensors)},{random.choice(rolled[-4:])},{random.choice([1, 2, 7, 64, 5000])})"
            for _ in range(random.choice([1, 1, 2]))]
