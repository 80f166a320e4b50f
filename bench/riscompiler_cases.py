"""The operators of RISCompiler's tables 1 and 2, drawn with a fixed seed, capped to what simulates."""

import math
import random
from dataclasses import dataclass

SEED = 2026
MOST_PRODUCTS = 1 << 23  # of a case: what scalar C simulates in seconds, and every category's least sizes fit at batch 16

Range = tuple[int, int]

GEMM: list[tuple[Range, Range, Range]] = [  # table 1: M, N, K of its six categories
    ((1, 256), (1, 256), (1, 256)), ((1, 256), (1, 256), (257, 65536)), ((257, 1024), (1, 256), (1, 65536)),
    ((257, 1024), (257, 65536), (1, 65536)), ((1025, 8192), (1, 256), (1, 65536)), ((1025, 8192), (257, 8192), (1, 65536)),
]
CONVOLUTION: list[tuple[str, Range, int]] = [  # table 2: network, size of the feature map, of the filter
    ("U-Net", (280, 568), 3), ("U-Net", (56, 138), 3), ("U-Net", (8, 52), 1), ("ResNet-50", (56, 120), 1),
    ("ResNet-50", (32, 80), 3), ("ResNet-50", (4, 40), 1), ("ResNet-50", (2, 30), 3), ("RetinaNet", (2, 28), 3),
    ("RetinaNet", (2, 28), 1),
]
DEPTHWISE: list[tuple[str, Range, int]] = [("MobileNet-v2", (14, 112), 3)]
CHANNELS = (8, 64)  # the table does not say: drawn from here


@dataclass(frozen=True)
class Case:
    category: str
    sizes: dict[str, int]
    kind: str  # GEMM or CONVOLUTION

    def name(self) -> str:
        return " ".join(f"{key}{value}" for key, value in self.sizes.items() if key not in ("SEED", "GROUPS"))

    def definitions(self) -> list[str]:
        return [f"-D{self.kind}", *(f"-D{key}={value}" for key, value in self.sizes.items())]


def draw(generator: random.Random, limits: Range) -> int:
    """Evenly over the magnitudes: small sizes are as likely as large ones."""
    low, high = limits
    return min(high, max(low, round(math.exp(generator.uniform(math.log(low), math.log(high))))))


def shrink(sizes: dict[str, int], least: dict[str, int], most: int = MOST_PRODUCTS) -> dict[str, int]:
    """Halves the largest size that stays in its category, until `most` products are left; then it cuts to the least sizes."""
    sizes = dict(sizes)
    while math.prod(sizes.values()) > most:
        able = ([key for key in sizes if sizes[key] // 2 >= least[key]]
                or [key for key in sizes if sizes[key] > least[key]])
        if not able:
            break
        largest = max(able, key=lambda key: sizes[key])
        sizes[largest] = max(least[largest], sizes[largest] // 2)
    return sizes


def gemm(generator: random.Random, place: int, batch: int) -> Case:
    limits = dict(zip("MNK", GEMM[place]))
    drawn = {"BATCH": batch, **{key: draw(generator, limits[key]) for key in "MNK"}}
    sizes = shrink(drawn, {"BATCH": batch, **{key: limits[key][0] for key in "MNK"}})
    return Case(f"GEMM {place + 1}", {**sizes, "SEED": generator.randrange(1 << 30)}, "GEMM")


def convolution(generator: random.Random, network: str, limits: Range, filter_size: int, batch: int, kind: str) -> Case:
    size, channels, outputs = draw(generator, limits), draw(generator, CHANNELS), draw(generator, CHANNELS)
    rows = 1 if kind == "Conv-1D" else max(size, filter_size)
    width, groups = max(size, filter_size), 1
    sizes = {"BATCH": batch, "C": channels, "OC": outputs, "H": rows, "W": width}
    least = {"BATCH": batch, "C": 4, "OC": 4, "H": min(rows, 4 + filter_size), "W": min(width, 16 + filter_size)}
    if kind == "Depthwise":
        sizes["OC"], least["OC"] = 1, 1
    taps = filter_size if kind == "Conv-1D" else filter_size**2
    sizes = shrink(sizes, least, MOST_PRODUCTS // taps)
    if kind == "Depthwise":
        sizes["OC"] = groups = sizes["C"]
    filters = {"R": 1 if kind == "Conv-1D" else filter_size, "S": filter_size, "GROUPS": groups}
    return Case(f"{kind} {network}", {**sizes, **filters, "SEED": generator.randrange(1 << 30)}, "CONVOLUTION")


def cases(each: int, batches: tuple[int, ...] = (1, 8)) -> list[Case]:
    """`each` of every row of the tables, for every batch size."""
    generator = random.Random(SEED)
    found = [gemm(generator, place, batch) for batch in batches for place in range(len(GEMM)) for _ in range(each)]
    for batch in batches:
        for kind, table in (("Conv-1D", CONVOLUTION[1:4]), ("Conv-2D", CONVOLUTION), ("Depthwise", DEPTHWISE)):
            found += [convolution(generator, *row, batch, kind) for row in table for _ in range(each)]
    return found
