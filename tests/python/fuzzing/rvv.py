"""Cases for RISC-V targets: sentences say how many registers a vector has, and machines may have longer ones than the target."""

from __future__ import annotations

import re
from random import Random

from vecwrap import _core

from .case import Case
from .sentences import random_sentence

VLENS = (128, 256, 512, 1024)

def vector_of_registers(random: Random, sentence: str) -> str:
    """Vectors of 1 to 8 registers; strided ones, which other targets refuse, where the sentence had none."""
    group = random.choice(["", ",1", ",2", ",4", ",4", ",8"])
    if "vectorize" not in sentence and random.random() < 0.7:
        sentence = re.sub(r"(tile\((?:[\w.]+,)*([\w.]+)\))", r"\1 vectorize(\2)", sentence)
    return re.sub(r"vectorize\(([\w.]+)\)", rf"vectorize(\1{group})", sentence)


def rvv_case(random: Random, seed: int, make_nest, make_sentence=random_sentence) -> Case:
    nest, symbols = make_nest(random)
    sentence = vector_of_registers(random, make_sentence(random, nest))
    target = random.choice(_core.assembly_targets())
    lengths = [vlen for vlen in VLENS if vlen >= 8 * target.vector_bytes]
    vlen = lengths[0] if random.random() < 0.7 else random.choice(lengths)
    return Case(str(nest), sentence, target.name, symbols, seed, vlen)
