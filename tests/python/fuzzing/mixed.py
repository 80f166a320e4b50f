"""Random nests whose final expression converts between f32 and i32."""

from __future__ import annotations

import re
from random import Random

from vecwrap import _core

from .nests import CONSTANTS, STORED, WHOLE, Maker, random_nest

OTHER = {"f32": "i32", "i32": "f32"}


def mixed_nest(random: Random) -> tuple[str, dict[str, int]]:
    """The text of a random nest that goes on in the other type, and maybe comes back."""
    nest, symbols = random_nest(random, ("f32", "i32"), 0.5)
    own, other = nest.type, OTHER[nest.type]
    there = nest.convert(nest.final, other)
    nest.final = expression(random, nest, other, [there, nest.constant(random.choice(constants(other)), other)])
    text = str_of(nest, own, other) if random.random() < 0.5 else ""
    if not text:
        back = [nest.convert(nest.final, own), nest.constant(random.choice(constants(own)), own)]
        nest.final = expression(random, nest, own, back)
        text = str(nest)
    return text, symbols


def constants(type: str) -> tuple[float, ...]:
    return WHOLE if type == "i32" else CONSTANTS


def expression(random: Random, nest: _core.Nest, type: str, leaves: list[int]) -> int:
    make = Maker(random, types=(type,))
    make.nest = nest
    return make.expression(leaves, random.choice([1, 2, 4]))


def str_of(nest: _core.Nest, own: str, other: str) -> str:
    """With the output written as the other type; empty if that type is not stored so, or if the output is read as well."""
    final, out, tensors = nest.final, nest.out, nest.tensor_types
    stored = tensors[nest.accesses[out][0]]
    nest.final = nest.convert(final, own)  # as it is, this has a text
    lines = str(nest).splitlines()
    nest.final = final
    if stored not in STORED[other] or any(re.fullmatch(rf"%\d+ = load a{out}", line) for line in lines):
        return ""
    lines.pop(next(n for n, line in enumerate(lines) if line.startswith("init ") or line.startswith("final ")) - 1)
    return "\n".join(line + (f" as {other}" if line.startswith(f"access a{out} ") else "") if not line.startswith("final ")
                     else f"final %{final}" for line in lines) + "\n"
