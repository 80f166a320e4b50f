"""Searches over GEMM sizes of the thesis (section 3.8): what each finds in its time, beside the heuristic's first sentence.

A search's own times choose its winner, so they flatter it: all winners are timed once more, longer, by one referee.
"""

import argparse
import math
import sys
from collections.abc import Sequence
from typing import Any

import vecwrap as vw
from common import pin_to_one_core, print_table, save_json
from vecwrap.measure import Measurement, Runner
from vecwrap.search import STRATEGIES, Budget

# A dozen of the thesis's 2197 products: each of m, n, k from 64 to 256 in steps of 16.
SIZES = [(64, 64, 64), (96, 96, 96), (128, 128, 128), (160, 160, 160), (192, 192, 192), (256, 256, 256),
         (64, 256, 64), (256, 64, 128), (80, 208, 144), (144, 112, 240), (176, 80, 96), (240, 224, 64)]
SECONDS = 60.0  # per search, as in the thesis
HEURISTIC = "heuristic"


def gemm(m: int, n: int, k: int) -> vw.Nest:
    nest = vw.Nest("gemm", "f32")
    i, j, r = nest.dims(m=m, n=n, k=k)
    A, B, C = nest.tensor("A", (i, r)), nest.tensor("B", (r, j)), nest.tensor("C", (i, j))
    C[i, j] += A[i, r] * B[r, j]  # type: ignore[misc]  # statement syntax of the DSL
    return nest


def search(name: str, nest: vw.Nest, options: argparse.Namespace) -> dict[str, Any]:
    """One search with a runner of its own: it knows nothing of the others' measurements."""
    result = STRATEGIES[name](budget=Budget(options.seconds), seed=options.seed, start=options.start,
                              progress=options.progress).search(nest)
    best = result.best()
    return {"strategy": name, "sentence": best.sentence, "searched_gflops": best.gflops, "evaluations": len(result.evaluations),
            "seconds_to_best": best.time, "seconds": result.elapsed, "stopped": result.stopped,
            "curve": [[found.time, found.gflops] for found in result.curve()]}


def referee(nest: vw.Nest, rows: list[dict[str, Any]]) -> None:
    """Times all winners again, in two rounds so that a slow moment of the machine does not decide."""
    rounds: list[dict[str, Measurement]] = []
    for _ in range(2):
        runner = Runner(seconds=0.05, batches=25)
        rounds.append({row["sentence"]: runner.measure(nest, row["sentence"]) for row in rows})
    for row in rows:
        found = max((measured[row["sentence"]] for measured in rounds), key=lambda measurement: measurement.gflops)
        row |= {"gflops": found.gflops, "of_peak": found.peak_fraction}


def measure(size: tuple[int, int, int], options: argparse.Namespace) -> list[dict[str, Any]]:
    """All strategies on one product; the first row is the heuristic's first sentence, which is not searched for."""
    nest = gemm(*size)
    rows: list[dict[str, Any]] = [{"strategy": "first sentence", "sentence": str(nest.heuristic()), "evaluations": 0,
                                   "seconds_to_best": 0.0}]
    rows += [search(name, nest, options) for name in options.strategies]
    referee(nest, rows)
    common = dict(zip("mnk", size)) | {"start": options.start}
    return [row | common | {"of_first": row["gflops"] / rows[0]["gflops"]} for row in rows]


def geometric_mean(values: Sequence[float]) -> float:
    return math.exp(sum(map(math.log, values)) / len(values))


def cells(name: str, rows: list[dict[str, Any]], sizes: Sequence[tuple[int, int, int]]) -> list[str]:
    """One line of the table: a strategy over all sizes."""
    mine = {(row["m"], row["n"], row["k"]): row for row in rows if row["strategy"] == name}
    by_size = [f"{mine[size]['gflops']:.0f}\n{mine[size]['of_peak']:.0%} {mine[size]['evaluations']}\n"
               f"{mine[size]['seconds_to_best']:.1f} s" for size in sizes]
    return [name, f"{geometric_mean([row['of_first'] for row in mine.values()]):.2f}x", *by_size]


def arguments(given: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="search.py", description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seconds", type=float, default=SECONDS, help="per search (default: %(default)s)")
    parser.add_argument("--sizes", type=int, default=len(SIZES), help="how many of the sizes (default: all)")
    parser.add_argument("--start", default="naive", help="naive, heuristic, or a sentence (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--progress", action="store_true", help="a bar per search")
    parser.add_argument("strategies", nargs="*", metavar="strategy", help=f"default: all of {', '.join(STRATEGIES)}")
    options = parser.parse_args(given)
    if unknown := [name for name in options.strategies if name not in STRATEGIES]:
        parser.error(f"there is no strategy {', '.join(unknown)}; there are {', '.join(STRATEGIES)}")
    options.strategies = options.strategies or list(STRATEGIES)
    return options


def main(given: Sequence[str] = ()) -> int:
    options = arguments(given)
    sizes = SIZES[:options.sizes]
    pin_to_one_core()
    rows = [row for size in sizes for row in measure(size, options)]
    save_json("search", rows)
    print_table(f"sgemm, {options.seconds:g} s per search from {options.start}\nGFLOP/s; of peak, evaluations; time to best",
                ["strategy", "of first", *("x".join(map(str, size)) for size in sizes)],
                [cells(name, rows, sizes) for name in ["first sentence", *options.strategies]])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
