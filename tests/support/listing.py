"""Machine code with the length of every instruction, so that jumps can be followed."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass

EPILOGUES = bytes.fromhex("c5f877c9c3"), bytes.fromhex("c9c3")  # (vzeroupper,) leave, ret
LINE = re.compile(r"^\s*(?P<text>[^#]+?)\s*#\s*encoding: \[(?P<bytes>[^\]]*)\]")


@dataclass(frozen=True)
class Instruction:
    at: int
    length: int
    text: str

    @property
    def target(self) -> int | None:
        """Where a jump goes."""
        jump = re.fullmatch(r"j\w+ (-?\d+)", self.text)
        return self.at + self.length + int(jump[1]) if jump else None

    @property
    def is_vector(self) -> bool:
        return "mm" in self.text.split("[")[0] or self.text.startswith("v") and not self.text.startswith("vzeroupper")


def body(code: bytes) -> bytes:
    """A kernel without the constants that lie behind it."""
    epilogue = next(e for e in EPILOGUES if e in code)
    return code[:code.index(epilogue) + len(epilogue)]


def instructions(code: bytes) -> list[Instruction]:
    """Of one kernel or several, without constants. Needs llvm-mc-22."""
    tool = ["llvm-mc-22", "--disassemble", "--triple=x86_64-linux-gnu", "--output-asm-variant=1", "--show-encoding"]
    result = subprocess.run(tool, input=" ".join(f"0x{byte:02x}" for byte in code), capture_output=True, text=True,
                            check=True)
    listing, at = [], 0
    for line in result.stdout.splitlines():
        if found := LINE.match(line):
            length = found["bytes"].count(",") + 1
            listing.append(Instruction(at, length, " ".join(found["text"].split())))
            at += length
    return listing


def inner_loop(listing: list[Instruction]) -> list[Instruction]:
    """Of the loops without another one inside, the one with most vector instructions; the first of several."""
    starts = {i.at: number for number, i in enumerate(listing)}
    loops = [(starts[i.target], end) for end, i in enumerate(listing) if i.target is not None and i.target <= i.at]
    inner = [listing[a:b + 1] for a, b in loops if not any((c, d) != (a, b) and a <= c and d <= b for c, d in loops)]
    return max(inner, key=lambda loop: sum(i.is_vector for i in loop))
