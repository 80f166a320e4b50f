"""What the ruler needs of an ELF file: that it is a riscv64 program which can run, where its code and its functions lie."""

import os
import struct
from dataclasses import dataclass
from pathlib import Path

RISCV, EXECUTABLE, SHARED, SYMTAB, DYNSYM, FUNCTION, LOAD, INTERPRETER, CODE = 243, 2, 3, 2, 11, 2, 1, 3, 1


class ElfError(Exception):
    """Not a riscv64 program, or no such function in it."""


@dataclass(frozen=True)
class Segment:
    """A program header: `size` bytes of the file from `offset` on belong at `address`."""

    kind: int
    flags: int
    offset: int
    address: int
    physical: int
    size: int


class Elf:
    def __init__(self, path: Path) -> None:
        try:
            self.data = path.read_bytes()
        except OSError as error:
            raise ElfError(f"cannot read {path}: {error.strerror}") from None
        self.path = path
        if self.data[:6] != b"\x7fELF\x02\x01" or len(self.data) < 64:
            raise ElfError(f"{path} is not a 64-bit little-endian ELF program")
        kind, machine = struct.unpack_from("<HH", self.data, 16)
        if machine != RISCV or kind not in (EXECUTABLE, SHARED):
            raise ElfError(f"{path} is not a riscv64 program; compile and link it with --target=riscv64-linux-gnu")

    def segments(self) -> list[Segment]:
        start, = struct.unpack_from("<Q", self.data, 32)
        size, count = struct.unpack_from("<HH", self.data, 54)
        try:
            return [Segment(*struct.unpack_from("<IIQQQQ", self.data, start + i * size)) for i in range(count)]
        except struct.error:
            raise ElfError(f"{self.path} is cut off: {len(self.data)} bytes hold no place for its program headers") from None

    def check_that_it_runs(self, sysroot: Path) -> None:
        """Whatever QEMU would stop at with less to say."""
        segments, (entry,) = self.segments(), struct.unpack_from("<Q", self.data, 24)
        end = max((segment.offset + segment.size for segment in segments), default=0)
        if end > len(self.data):
            raise ElfError(f"{self.path} is cut off: it has {len(self.data)} of {end} bytes")
        if not entry:
            raise ElfError(f"{self.path} is a library: measure a program that calls it")
        if not os.access(self.path, os.X_OK):
            raise ElfError(f"{self.path} is not executable: chmod +x {self.path}")
        for loader in (self.text(segment) for segment in segments if segment.kind == INTERPRETER):
            if not any((root / loader.lstrip("/")).exists() for root in (sysroot, Path("/"))):
                raise ElfError(f"{self.path} is dynamic, and its loader {loader} is not in {sysroot}: "
                               "say where it is with --sysroot, or link with -static")

    def text(self, segment: Segment) -> str:
        return self.data[segment.offset:segment.offset + segment.size].rstrip(b"\0").decode(errors="replace")

    def code(self) -> int:
        """The lowest address of what is loaded to be executed: QEMU tells where it put that."""
        return min((at.address for at in self.segments() if at.kind == LOAD and at.flags & CODE), default=0)

    def functions(self) -> dict[str, int]:
        try:
            return dict(self._symbols())
        except (struct.error, ValueError, IndexError):
            raise ElfError(f"the symbol table of {self.path} is damaged") from None

    def _sections(self) -> list[tuple[int, ...]]:
        start, = struct.unpack_from("<Q", self.data, 40)
        size, count = struct.unpack_from("<HH", self.data, 58)
        return [struct.unpack_from("<IIQQQQIIQQ", self.data, start + i * size) for i in range(count)]

    def _symbols(self) -> list[tuple[str, int]]:
        sections, found = self._sections(), []
        for _, kind, _, _, offset, size, link, *_ in sections:
            if kind not in (SYMTAB, DYNSYM):
                continue
            names = sections[link][4]
            for at in range(offset, offset + size, 24):
                name, info, _, place, address, _ = struct.unpack_from("<IBBHQQ", self.data, at)
                if info & 15 == FUNCTION and place:
                    end = self.data.index(b"\0", names + name)
                    found.append((self.data[names + name:end].decode(errors="replace"), address))
        return found

    def function(self, name: str) -> int:
        functions = self.functions()
        if name not in functions:
            reason = "it has no symbols (was it stripped?)" if not functions else "is it inlined or static in another file?"
            raise ElfError(f"{self.path} has no function '{name}': {reason}")
        return functions[name]
