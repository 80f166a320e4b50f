"""Calibration of the ruler: loop bodies of real kernels, the model's cycles per iteration against llvm-mca's.

usage: ruler.py [--core NAME ...] [--verbose]     needs clang-22, llvm-mca-22, qemu-riscv64 and the plugin

Two sets: bodies written by hand, which the model's rules were chosen by, and clang's output, which was held out. Every body is
run twice under the plugin, with 100 and with 300 iterations and caches that always hit: the difference is what one iteration
costs. llvm-mca sees the same text, the loop's own counter and branch included.
"""

import argparse
import json
import math
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ruler_blocks import BLOCKS, C_LOOPS, MARCH, SHAPES
from vecwrap.sim.cores import core_names, read_core
from vecwrap.sim.run import Options, SimError, simulate

COUNTS = (100, 300)
COUNTER = "addi t6, t6, -1\nbnez t6, block_loop"

PROGRAM = """
.globl _start
_start:
{setup}
slti x0, x0, 1
block_loop:
{body}
slti x0, x0, 2
li a0, 0
li a7, 93
ecall
.bss
.balign 4096
memory: .zero 4194304
"""


LMUL_FLAGS = [[], ["-mllvm", "-riscv-v-register-bit-width-lmul=1"], ["-mllvm", "-riscv-v-register-bit-width-lmul=4"]]


@dataclass(frozen=True)
class Block:
    name: str
    text: str
    vset: str  # in force before the body


def innermost(assembly: str) -> str:
    """The first loop of clang's output that holds a vector instruction: from its label to the branch back."""
    for label, body in re.findall(r"^(\.LBB\w+):.*?\n((?:(?!^\.LBB).*\n)*?)(?=^\.LBB|^\.Lfunc)", assembly, re.M):
        loop = re.match(rf"((?:.*\n)*?)\tb\w+\t.*{re.escape(label)}\b", body)
        if loop and re.search(r"\tv[lsf]\w+", loop[1]):
            return "\n".join(line.split("#")[0].strip() for line in loop[1].splitlines() if line.startswith("\t"))
    return ""


def compiled(name: str, source: str, flags: list[str]) -> Block | None:
    command = ["clang-22", "--target=riscv64-linux-gnu", f"-march={MARCH}", "-O3", "-ffast-math", "-S", "-o", "-", "-xc", "-",
               *flags]
    assembly = subprocess.run(command, input=source, capture_output=True, text=True, check=True).stdout
    body = innermost(assembly)
    if not body:
        return None
    vset = re.findall(r"vseti?vli\t.*", assembly[:assembly.find(body.splitlines()[0])])
    return Block(name, body, re.sub(r".*(e\d+), (m\w+),.*", r"\1, \2", vset[-1]) if vset else "e32, m1")


def by_hand() -> list[Block]:
    return [Block(f"{name} {shape}", text, shape) for name, text, shapes in BLOCKS for shape in SHAPES[shapes]]


def held_out() -> list[Block]:
    """Loops that clang compiles to the same body whatever LMUL it is asked for count once."""
    found: dict[tuple[str, str], Block] = {}
    for name, source in C_LOOPS.items():
        for flags in LMUL_FLAGS:
            if block := compiled(f"clang {name} {''.join(flags)[-6:]}", source, flags):
                found.setdefault((block.text, block.vset), block)
    return list(found.values())


def source_of(name: str, operands: list[str], written: set[str]) -> str:
    """The operand of an integer operation that holds the address: of two, the one that the loop does not change."""
    if re.match(r"sh\dadd", name):
        return operands[-1]
    registers = [operand for operand in operands if operand[0] in "ast"]
    return min(registers, key=lambda register: register in written, default="")


def pointers(text: str) -> set[str]:
    """Registers that hold an address when the body is entered: bases, or what they are computed from."""
    lines = [re.split(r"\s+|,\s*", line.strip()) for line in text.splitlines()]
    written = {result for _, result, *operands in lines if result not in operands}  # steps of a pointer do not count
    needed: set[str] = set()
    for name, *operands in reversed(lines):
        if name[0] != "v" and operands[0] in needed:
            needed.remove(operands[0])
            needed.add(source_of(name, operands[1:], written))
        needed |= set(re.findall(r"\((\w+)\)", " ".join(operands)))
    return needed


def program(block: Block, count: int) -> str:
    """AVLs ask for the maximum (as llvm-mca assumes), other integers are zero."""
    bases, lengths = pointers(block.text), set(re.findall(r"vsetvli\s+\w+, (\w+)", block.text))
    setup = []
    for place, name in enumerate([f"a{i}" for i in range(8)] + [f"t{i}" for i in range(6)] + [f"s{i}" for i in range(2, 6)]):
        setup.append(f"lla {name}, memory+{2048 + 65600 * place}" if name in bases else
                     f"li {name}, {10 ** 9 if name in lengths else 0}")
    setup += [f"li t6, {count}", f"vsetvli s11, zero, {block.vset}, ta, ma"]
    return PROGRAM.format(setup="\n".join(setup), body=f"{block.text}\n{COUNTER}")


def modelled(block: Block, core: str, folder: Path) -> float:
    cycles: list[int] = []
    for count in COUNTS:
        source, binary = folder / "block.s", folder / "block"
        source.write_text(program(block, count))
        subprocess.run(["clang-22", "--target=riscv64-linux-gnu", f"-march={MARCH}", "-nostdlib", "-static", "-fuse-ld=lld",
                        str(source), "-o", str(binary)], check=True, capture_output=True)
        code, report = simulate(binary, [], Options(core=core, markers=True, caches=False))
        if code:
            raise RuntimeError(f"{block.name}: exit code {code}")
        cycles.append(report["cycles"])
    return (cycles[1] - cycles[0]) / (COUNTS[1] - COUNTS[0])


def predicted(block: Block, core: str) -> float:
    """llvm-mca's steady state, by the same difference; the shape comes from a vsetvli before the region."""
    sew, lmul = block.vset.upper().split(", ")
    text = f"# LLVM-MCA-RISCV-LMUL {lmul}\n# LLVM-MCA-RISCV-SEW {sew}\nblock_loop:\n{block.text}\n{COUNTER}\n"
    cycles: list[int] = []
    for count in COUNTS:
        command = ["llvm-mca-22", "-mtriple=riscv64", f"-mcpu={core}", f"-mattr={MCA_FEATURES}", f"-iterations={count}", "-json"]
        answer = subprocess.run(command, input=text, capture_output=True, text=True, check=True)
        cycles.append(json.loads(answer.stdout)["CodeRegions"][0]["SummaryView"]["TotalCycles"])
    return (cycles[1] - cycles[0]) / (COUNTS[1] - COUNTS[0])


MCA_FEATURES = "+v,+zba,+zbb,+zvfh"


def ranks(values: list[float]) -> list[float]:
    """Equal values share the mean of their ranks."""
    return [sum(other < value for other in values) + (sum(other == value for other in values) - 1) / 2 for value in values]


def correlation(x: list[float], y: list[float]) -> float:
    mean_x, mean_y = sum(x) / len(x), sum(y) / len(y)
    product: float = sum((a - mean_x) * (b - mean_y) for a, b in zip(x, y))
    return float(product / math.sqrt(sum((a - mean_x) ** 2 for a in x) * sum((b - mean_y) ** 2 for b in y)))


@dataclass(frozen=True)
class Agreement:
    blocks: int
    left_out: int
    spearman: float
    error: float  # mean, relative to llvm-mca


def calibrate(core: str, wanted: list[Block], verbose: bool = False) -> Agreement:
    ours, theirs = [], []
    with tempfile.TemporaryDirectory() as folder:
        for block in wanted:
            try:
                pair = modelled(block, core, Path(folder)), predicted(block, core)
            except (subprocess.CalledProcessError, RuntimeError, SimError) as problem:
                print(f"  {block.name}: left out: {problem} {getattr(problem, 'stderr', '') or ''}"[:300], file=sys.stderr)
                continue
            ours.append(pair[0])
            theirs.append(pair[1])
            if verbose:
                print(f"  {block.name:34} model {pair[0]:7.1f}  llvm-mca {pair[1]:7.1f}", flush=True)
    error = sum(abs(a - b) / b for a, b in zip(ours, theirs)) / len(ours)
    return Agreement(len(ours), len(wanted) - len(ours), correlation(ranks(ours), ranks(theirs)), error)


def main(arguments: Sequence[str] = ()) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--core", action="append", choices=core_names())
    parser.add_argument("--verbose", action="store_true", help="every block")
    options = parser.parse_args(arguments)
    for core in options.core or core_names():
        for title, blocks in (("by hand", by_hand()), ("held out", held_out())):
            found = calibrate(core, blocks, options.verbose)
            print(f"{core:14} VLEN {read_core(core)['vlen']:4} {title:9} {found.blocks:4} blocks ({found.left_out} left out), "
                  f"Spearman {found.spearman:.3f}, mean error {100 * found.error:.1f} %", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
