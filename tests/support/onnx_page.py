"""docs/onnx-ops.md, from the outcomes of onnx's backend suite."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence

import onnx
from onnx_suite import NEEDED_OPS, Outcome

INTRODUCTION = """# ONNX ops

Generated from onnx {version}'s backend test suite by `./run test --onnx --update-golden`; `./run test --onnx` fails if it is
out of date. All of the suite is run but the {real} whole networks that would have to be downloaded. A case either passes or is
refused by an error that says what is missing, for a node with its name, op and opset (`tests/onnx/expected_failures.txt` lists
them all); another result, or a crash, fails the run.

"""


# What differs from case to case within one reason, and what the page says instead.
IN_GENERAL = (
    (r" (of )?\(?'[^']*'\)?", ""),  # names of values and nodes
    (r", its shape is .*", ""),
    (r"^element type \w+ ", "that element type "),
    (r"^node is (\S+) .*", r"ops of other domains are not supported"),
    (r"(\[ShapeInferenceError\]).*", r"\1 by onnx"),
)


def reason(outcome: Outcome) -> str:
    text = outcome.reason
    for pattern, general in IN_GENERAL:
        text = re.sub(pattern, general, text)
    return text


def page(outcomes: Sequence[Outcome], real: int = 9) -> str:
    by_op = group(outcomes, lambda o: o.op)
    several = by_op.pop("", [])
    served = {op: cases for op, cases in by_op.items() if any(o.result == "passed" for o in cases)}
    parts = [INTRODUCTION.format(version=onnx.__version__, real=real), totals(outcomes),
             "## Ops with passing cases\n\nIn **bold**: those that the networks of issue 3 are made of.\n\n", ops_table(served),
             "## Ops without\n\n", others_table({op: cases for op, cases in by_op.items() if op not in served}),
             "## Models of several nodes\n\nOps given as functions of other ops, and what PyTorch once exported.\n\n",
             reasons_table(several)]
    return "".join(parts)


def group(outcomes: Iterable[Outcome], key: Callable[[Outcome], str]) -> dict[str, list[Outcome]]:
    groups: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        groups[key(outcome)].append(outcome)
    return dict(sorted(groups.items()))


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines) + "\n\n"


def count(outcomes: Iterable[Outcome], result: str) -> int:
    return sum(o.result == result for o in outcomes)


def totals(outcomes: Sequence[Outcome]) -> str:
    kinds = {suite.removeprefix("OnnxBackend").removesuffix("ModelTest"): cases
             for suite, cases in group(outcomes, lambda o: o.suite).items()}
    kinds["all"] = list(outcomes)
    kinds["all about f32 and f64"] = [o for o in outcomes if o.floats]
    return table(["suite", "cases", "passed", "refused"],
                 ([name, len(cases), count(cases, "passed"), count(cases, "refused")] for name, cases in kinds.items()))


def ops_table(by_op: dict[str, list[Outcome]]) -> str:
    return table(["op", "opsets of the cases", "passed", "refused", "why"],
                 ([f"**{op}**" if op in NEEDED_OPS else op, opsets(cases), count(cases, "passed"), count(cases, "refused"),
                   "; ".join(reasons(cases))] for op, cases in by_op.items()))


def others_table(by_op: dict[str, list[Outcome]]) -> str:
    """Ops that fail for the same reasons share a row."""
    rows: dict[str, list[str]] = defaultdict(list)
    for op, cases in by_op.items():
        rows["; ".join(sorted(set(map(reason, cases))))].append(op)
    return table(["why", "ops"], ([why, ", ".join(ops)] for why, ops in sorted(rows.items())))


def reasons_table(cases: Sequence[Outcome]) -> str:
    passed = f"{count(cases, 'passed')} of {len(cases)} pass. The others, by the first reason found:\n\n"
    found = Counter(reason(o) for o in cases if o.result == "refused")
    return passed + table(["cases", "why"], ([number, why] for why, number in sorted(found.items(), key=lambda f: (-f[1], f[0]))))


def opsets(cases: Sequence[Outcome]) -> str:
    return ", ".join(map(str, sorted({o.opset for o in cases})))


def reasons(cases: Sequence[Outcome]) -> list[str]:
    found = Counter(reason(o) for o in cases if o.result == "refused")
    return [f"{why} ({number})" for why, number in sorted(found.items())]
