"""RISC-V programs on this machine: assembled and linked by clang, run by QEMU."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from ..errors import ToolError

CLANG = ("clang-22", "clang")
QEMU = ("qemu-riscv64", "qemu-riscv64-static")
SYSROOT = "/usr/riscv64-linux-gnu"  # where Debian's cross libraries are
PACKAGES = "clang-22 lld-22 gcc-riscv64-linux-gnu libc6-dev-riscv64-cross qemu-user"
FLAGS = ("--target=riscv64-linux-gnu", "-march=rv64gcv", "-O1", "-static", "-fuse-ld=lld")
HARNESS = Path(__file__).with_name("harness.c")


def tool(names: Sequence[str]) -> str:
    found = next((path for name in names if (path := shutil.which(name))), None)
    if found is None:
        raise ToolError(f"{names[0]} not found; on Debian: apt-get install {PACKAGES}")
    return found


def available() -> bool:
    """Can programs be built and run here?"""
    return all(any(map(shutil.which, names)) for names in (CLANG, QEMU, ("riscv64-linux-gnu-gcc",)))


def cpu(vlen: int) -> str:
    """QEMU's name of a core whose agnostic elements are overwritten, so that nothing can rely on them."""
    return f"rv64,v=true,vlen={vlen},elen=64,vext_spec=v1.0,rvv_ta_all_1s=true,rvv_ma_all_1s=true,Zfh=true"


def command(program: Path, vlen: int, *options: str) -> list[str]:
    return [tool(QEMU), "-cpu", cpu(vlen), *options, str(program)]


def build(sources: Sequence[Path], output: Path, *options: str) -> None:
    """Raises ToolError with the compiler's words."""
    result = subprocess.run([tool(CLANG), *FLAGS, *options, *map(str, sources), "-o", str(output)],
                            capture_output=True, text=True, check=False)
    if result.returncode:
        raise ToolError(f"clang failed for {output.name}: {result.stderr.strip()}")
