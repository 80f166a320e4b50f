"""A kernel on a stack of exactly the bytes that it says it uses, right behind a page that faults."""

from __future__ import annotations

import ctypes
import mmap
from collections.abc import Callable

from vecwrap import _core

from .guarded import Guarded

# push rbp; mov rbp, rsp; mov rsp, rdx; mov rax, rdi; mov rdi, rsi; call rax; mov rsp, rbp; pop rbp; ret
TRAMPOLINE = bytes.fromhex("55 4889e5 4889d4 4889f8 4889f7 ffd0 4889ec 5d c3")
Executable = Callable[[list[int]], None]


class Code:
    """Machine code that can be called."""

    def __init__(self, code: bytes) -> None:
        self.map = mmap.mmap(-1, len(code), prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
        self.map.write(code)
        self.address = ctypes.addressof(ctypes.c_char.from_buffer(self.map))


class OnItsOwnStack:
    """Called with a list of arguments, as a kernel in Loaded is."""

    def __init__(self, kernel: _core.Kernel) -> None:
        self.code, self.enter = Code(kernel.code), Code(TRAMPOLINE)
        self.stack = Guarded(-(-kernel.stack_bytes // 16) * 16, "start")
        self.call = ctypes.CFUNCTYPE(None, ctypes.c_int64, ctypes.c_int64, ctypes.c_int64)(self.enter.address)

    def __call__(self, args: list[int]) -> None:
        block = (ctypes.c_int64 * len(args))(*args)
        self.call(self.code.address, ctypes.addressof(block), self.stack.address + self.stack.size)


def executables(kernel: _core.Kernel, load: Callable[[], Executable], vlen: int) -> tuple[Executable, Executable]:
    """Two things to call with arguments: machine code, as it is loaded and with no more stack than it says it uses; or
    assembly that runs by the semantics of its instructions."""
    if vlen:
        return (lambda args: _core.simulate(kernel, args, vlen),) * 2
    return load(), OnItsOwnStack(kernel)
