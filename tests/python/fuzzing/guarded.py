"""Memory between two pages that fault: any touch outside the buffer, on either side, kills the process."""

import ctypes
import mmap

PAGE = mmap.PAGESIZE
PROT_NONE, PROT_READ, PROT_WRITE = 0, 1, 2
libc = ctypes.CDLL(None, use_errno=True)
libc.mprotect.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]


class Guarded:
    """`size` bytes that end at a faulting page (flush="end") or begin right after one (flush="start").

    writeable=False makes the bytes themselves fault on a write, once `seal` is called.
    """

    def __init__(self, size: int, flush: str) -> None:
        pages = max(1, -(-size // PAGE))
        self.size = size
        self.length = pages * PAGE
        self.map = mmap.mmap(-1, self.length + 2 * PAGE)
        base = ctypes.addressof(ctypes.c_char.from_buffer(self.map))
        self.body = base + PAGE
        self.address = self.body + (self.length - size if flush == "end" else 0)
        self._protect(base, PAGE, PROT_NONE)
        self._protect(base + PAGE + self.length, PAGE, PROT_NONE)

    @staticmethod
    def _protect(address: int, length: int, how: int) -> None:
        if libc.mprotect(address, length, how):
            raise OSError(ctypes.get_errno(), "mprotect")

    def seal(self) -> None:
        """From here on the bytes can only be read."""
        self._protect(self.body, self.length, PROT_READ)

    def write(self, data: bytes) -> None:
        assert len(data) == self.size
        ctypes.memmove(self.address, data, len(data))

    def read(self) -> bytes:
        return ctypes.string_at(self.address, self.size)
