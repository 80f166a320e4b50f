"""Machine code as readable assembly, by LLVM's disassembler."""

import shutil
import subprocess

from .errors import ToolError

TOOLS = ("llvm-mc-22", "llvm-mc")


def disassemble(code: bytes) -> str:
    """x86-64 machine code as Intel-syntax assembly, one instruction a line.

    Raises ToolError if llvm-mc is not installed or fails.
    """
    tool = next((path for name in TOOLS if (path := shutil.which(name))), None)
    if tool is None:
        raise ToolError(f"{TOOLS[0]} not found: install it (Debian: apt-get install llvm-22) to see assembly")
    result = subprocess.run(
        [tool, "--disassemble", "--triple=x86_64-linux-gnu", "--output-asm-variant=1"],
        input=" ".join(f"0x{byte:02x}" for byte in code), capture_output=True, text=True, check=False)
    if result.returncode:
        raise ToolError(f"{tool} failed: {result.stderr.strip()}")
    lines = (line.strip().replace("\t", " ") for line in result.stdout.splitlines())
    return "".join(line + "\n" for line in lines if line and not line.startswith(".text"))
