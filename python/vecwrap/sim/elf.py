"""What the ruler needs of an ELF file: that it is a riscv64 program, where its code and its functions lie."""

import struct
from pathlib import Path

RISCV, EXECUTABLE, SHARED, SYMTAB, DYNSYM, FUNCTION, LOAD, CODE = 243, 2, 3, 2, 11, 2, 1, 1


class ElfError(Exception):
    """Not a riscv64 program, or no such function in it."""


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

    def code(self) -> int:
        """The lowest address of what is loaded to be executed: QEMU tells where it put that."""
        start, = struct.unpack_from("<Q", self.data, 32)
        size, count = struct.unpack_from("<HH", self.data, 54)
        segments = [struct.unpack_from("<IIQQ", self.data, start + i * size) for i in range(count)]
        return min((address for kind, flags, _, address in segments if kind == LOAD and flags & CODE), default=0)

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
