"""Cases for RISC-V targets: sentences say how many registers a vector has, and machines may have longer ones than the target."""

from __future__ import annotations

import re
import signal
from collections.abc import Sequence
from random import Random

from vecwrap import Refusal, _core
from vecwrap.rvv import Buffer, Job, Result, run

from .case import Case, Outcome, difference, execute, operands, reach
from .sentences import random_sentence

VLENS = (128, 256, 512, 1024)
OK = Outcome("ok")


def vector_of_registers(random: Random, sentence: str) -> str:
    """Vectors of 1 to 8 registers; some where the sentence had none. How to load what is strided is the target's own matter."""
    sentence = re.sub(r" strided\([^)]*\)", "", sentence)
    group = random.choice(["", ",1", ",2", ",4", ",4", ",8"])
    if "vectorize" not in sentence and random.random() < 0.7:
        sentence = re.sub(r"(tile\((?:[\w.]+,)*([\w.]+)\))", r"\1 vectorize(\2)", sentence)
    return re.sub(r"vectorize\(([\w.]+)\)", rf"vectorize(\1{group})", sentence)


def rvv_case(random: Random, seed: int, make_nest, make_sentence=random_sentence) -> Case:
    nest, symbols = make_nest(random)
    sentence = vector_of_registers(random, make_sentence(random, nest))
    target = random.choice(_core.assembly_targets())
    halves = "+zvfh" if random.random() < 0.5 or nest.type == "f16" else ""
    lengths = [vlen for vlen in VLENS if vlen >= 8 * target.vector_bytes]
    vlen = lengths[0] if random.random() < 0.7 else random.choice(lengths)
    return Case(str(nest), sentence, target.name + halves, symbols, seed, vlen)


def run_under_qemu(cases: Sequence[Case], vlen: int) -> list[Outcome]:
    """Compares what QEMU computes with the interpreter, all cases in one process."""
    outcomes: dict[int, Outcome] = {}
    kernels, jobs, wanted = [], [], []
    for number, case in enumerate(cases):
        nest = _core.Nest.parse(case.nest)
        try:
            kernels.append(_core.compile(nest, _core.Sentence(case.sentence), _core.find_target(case.target)))
        except Refusal as refusal:
            outcomes[number] = Outcome("refused", refusal.name)
            continue
        contents = operands(nest, case)
        out = nest.accesses[nest.out][0]
        for flush in ("end", "start"):
            buffers = tuple(Buffer(data, reach(nest, case, t)[0], t == out) for t, data in enumerate(contents))
            jobs.append(Job(len(kernels) - 1, buffers, tuple(case.symbols[s] for s in nest.symbols), flush == "end"))
            expected = execute(nest, case, contents, flush, lambda args, nest=nest: _core.interpret(nest, args))
            wanted.append((number, nest, contents, expected))
    for (number, nest, contents, expected), result in zip(wanted, run(kernels, jobs, vlen)):
        if outcomes.get(number, OK) == OK:
            outcomes[number] = outcome_of(nest, contents, expected, result)
    return [outcomes[number] for number in range(len(cases))]


def outcome_of(nest: _core.Nest, contents: list[bytes], expected: list[bytes], result: Result) -> Outcome:
    if result.signal:
        return Outcome("crashed", signal.Signals(result.signal).name)
    out = nest.accesses[nest.out][0]
    wrong = difference(nest, expected, [*contents[:out], result.outputs[0], *contents[out + 1:]])
    return Outcome("wrong", wrong) if wrong else OK
