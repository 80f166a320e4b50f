"""Prints the rows that cpp/vecwrap/emit/rvv/encode.def lacks for instructions of isa.def, from what llvm-mc-22 makes of them.

usage: python tests/support/rvv_words.py >> cpp/vecwrap/emit/rvv/encode.def
"""

import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

RVV = Path(__file__).parents[2] / "cpp/vecwrap/emit/rvv"
PAIRS = {"m": "ix", "p": "px"}  # a distance, of lines for p, and a register
FIXED = {"0": "v0", "V": "vlenb", "z": "rtz", "n": "rne"}  # operands without a value
REGISTERS = {"x": "x", "a": "x", "f": "f", **dict.fromkeys("vwhqoj", "v")}
PLACES = {1 << 7: "d", 1 << 15: "1", 1 << 20: "2", 1 << 27: "3", 1 << 15 | 1 << 20: "w"}  # of a register's lowest bit
IMMEDIATES = {1 << 20: "i", 1 << 7: "s", 1 << 25: "s", 1 << 12: "u", 1 << 15: "1"}


def text(mnemonic: str, operands: str, values: Sequence[int]) -> str:
    parts, left = [], iter(values)
    for kind in operands:
        if kind in FIXED:
            parts.append(FIXED[kind])
        elif kind in "mp":
            offset = next(left)
            parts.append(f"{offset}(x{next(left)})")
        elif kind == "e":
            parts.append("e8, m1, tu, mu" if next(left) == 0 else "e8, m2, tu, mu")
        else:
            name = f"{REGISTERS.get(kind, '')}{next(left)}"
            parts.append(f"({name})" if kind == "a" else name)
    return f"{mnemonic} {', '.join(parts)}"


def word(line: str) -> int:
    command = ["llvm-mc-22", "-triple=riscv64", "-mattr=+m,+f,+d,+v,+zvfh,+zfh,+zicbop", "-show-encoding"]
    said = subprocess.run(command, input=line, capture_output=True, text=True, check=True).stdout
    found = re.search(r"encoding: \[(.*?)\]", said)
    assert found, f"{line}: {said}"
    return int.from_bytes(bytes(int(byte, 16) for byte in found[1].split(",")), "little")


def row(mnemonic: str, operands: str) -> tuple[int, str]:
    """The word with all operands 0, and their places."""
    kinds = [kind for operand in operands if operand not in FIXED for kind in PAIRS.get(operand, operand)]
    base = [6 * (n + 1) if kind in REGISTERS else 0 for n, kind in enumerate(kinds)]  # registers that may stand together
    bits, places = word(text(mnemonic, operands, base)), ""
    result = bits
    for n, kind in enumerate(kinds):
        least = 32 if kind == "p" else 1
        changed = bits ^ word(text(mnemonic, operands, [value ^ (n == m) * least for m, value in enumerate(base)]))
        places += "t" if kind == "e" else (PLACES if kind in REGISTERS else IMMEDIATES)[changed]
        result &= ~(31 * changed) if kind in REGISTERS else ~0
    return result, places


def main() -> None:
    known = set(re.findall(r"^WORD\((\w+),", (RVV / "encode.def").read_text(), re.MULTILINE))
    wanted = re.findall(r'^INSN\((\w+), "([^"]+)", "([^"]*)"', (RVV / "isa.def").read_text(), re.MULTILINE)
    for name, mnemonic, operands in wanted:
        if name not in known and "L" not in operands:
            bits, places = row(mnemonic, operands)
            print(f'WORD({name}, 0x{bits:08x}, "{places}")')


if __name__ == "__main__":
    main()
