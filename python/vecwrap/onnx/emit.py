"""Files: object, archive, shared library, executable; header, depfile, report. All of them appear at once, or none."""

from __future__ import annotations

import contextlib
import errno
import os
import shlex
import shutil
import struct
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING

import numpy as np

from .. import _core
from ..errors import ToolError
from .header import header as header_text
from .main import main_source
from .names import identifier

if TYPE_CHECKING:
    from .compile import Compiled

COMPILERS = (("cc",), ("clang-22",), ("clang",), ("gcc",))
RISCV_COMPILERS = (("riscv64-linux-gnu-gcc",), ("clang-22", "--target=riscv64-linux-gnu", "-fuse-ld=lld"))
EXECUTABLE_FLAGS = ("-std=c99", "-O2")
SHARED_FLAGS = ("-shared", "-nostdlib", "-Wl,-z,noexecstack")


class Staging:
    """Files under construction, in hidden folders beside their destinations: a rename there is atomic.

    On leaving the block without an exception they are moved into place, in the order in which they were added.
    """

    def __init__(self) -> None:
        self._moves: list[tuple[Path, Path]] = []
        self._folders = contextlib.ExitStack()

    def __enter__(self) -> Staging:
        return self

    def __exit__(self, failed: type[BaseException] | None, *_: object) -> None:
        with self._folders:
            if failed is None:
                for made, final in self._moves:
                    put(made, final)

    def add(self, final: Path) -> Path:
        """Where to write what will become `final`. Raises OSError if that place cannot be written to."""
        check_place(final)
        final = final.resolve()  # where a link points to; the link stays
        made = self.scratch(None if is_special(final) else final.parent) / final.name
        self._moves.append((made, final))
        return made

    def scratch(self, beside: Path | None) -> Path:
        """A folder that goes away at the end."""
        return Path(self._folders.enter_context(tempfile.TemporaryDirectory(prefix=".vecwrap-", dir=beside)))


def put(made: Path, final: Path) -> None:
    """Moves a file into place. Devices and pipes (/dev/null, /dev/stdout) are written to, never replaced."""
    if is_special(final):
        with made.open("rb") as source, final.open("wb") as sink:
            shutil.copyfileobj(source, sink)
    else:
        os.replace(made, final)


def is_special(path: Path) -> bool:
    return path.exists() and not path.is_file()


def check_place(path: Path) -> None:
    """Raises OSError if no file can be made there."""
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, "is a folder", str(path))
    if not path.parent.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, "there is no such folder", str(path.parent))
    if not is_special(path) and not os.access(path.resolve().parent, os.W_OK):
        raise PermissionError(errno.EACCES, "the folder is read-only", str(path.parent))


def save(compiled: Compiled, output: Path, header: Path | None = None, others: Sequence[tuple[Path, str]] = ()) -> None:
    """Writes a compiled model in the form that the suffix of `output` says, its header, and other texts."""
    with Staging() as staging:
        for path, text in [(header or default_header(output), header_text(compiled.interface, _core.MODULE_ERRORS)), *others]:
            staging.add(path).write_text(text)
        KINDS.get(output.suffix, write_executable)(compiled, staging.add(output), staging)


def default_header(output: Path) -> Path:
    """net.h beside libnet.a, net.o, net.so or net."""
    return output.with_name(f"{stem(output)}.h")


def default_prefix(output: Path) -> str:
    """The output's name as a C identifier."""
    return identifier(stem(output))


def stem(output: Path) -> str:
    """What an output is called without lib and suffix."""
    name = output.name.removesuffix(output.suffix) if output.suffix in KINDS else output.name
    return name.removeprefix("lib") if output.suffix in (".a", ".so") and len(name) > 3 else name


def write_object(compiled: Compiled, path: Path, _: Staging | None = None) -> None:
    with path.open("wb") as file:
        stream_object(compiled, file)


def stream_object(compiled: Compiled, file: IO[bytes]) -> None:
    """Head, constants one by one, tail."""
    head, tail = compiled.built.module.object()
    file.write(head)
    compiled.built.write_constants(lambda piece: file.write(np.frombuffer(piece, np.uint8).data))
    file.write(tail)


def write_archive(compiled: Compiled, path: Path, _: Staging | None = None) -> None:
    """An ar archive of one member with the symbol index that linkers want; no dates, no users: equal bytes for equal models."""
    head, tail = compiled.built.module.object()
    size = len(head) + compiled.constant_bytes + len(tail)
    prefix = compiled.interface.prefix
    names = b"".join(f"{prefix}_{function}\0".encode() for function in ("run", "workspace_size", "supported"))
    names += b"\0" * (len(names) % 2)
    index_bytes = 4 + 3 * 4 + len(names)
    member = 8 + 60 + index_bytes
    with path.open("wb") as file:
        file.write(b"!<arch>\n" + member_header("/", index_bytes) + struct.pack(">4I", 3, member, member, member) + names)
        file.write(member_header(f"{prefix[:13]}.o/", size))
        stream_object(compiled, file)
        file.write(b"\n" * (size % 2))


def member_header(name: str, size: int) -> bytes:
    """ar(5): name, date, user, group, mode, size."""
    return f"{name:<16}{0:<12}{0:<6}{0:<6}{'100644':<8}{size:<10}`\n".encode()


def write_shared(compiled: Compiled, path: Path, staging: Staging) -> None:
    made = staging.scratch(path.parent) / "net.o"
    write_object(compiled, made)
    link(compiled.target, [*SHARED_FLAGS, str(made), "-o", str(path)])


def write_executable(compiled: Compiled, path: Path, staging: Staging) -> None:
    folder = staging.scratch(path.parent)
    write_object(compiled, folder / "net.o")
    (folder / "model.h").write_text(compiled.header)
    sources = main_source(compiled.interface)
    for name, text in sources.items():
        (folder / name).write_text(text)
    parts = [str(folder / name) for name in [*sources, "net.o"] if not name.endswith(".h")]
    link(compiled.target, [*EXECUTABLE_FLAGS, *parts, "-o", str(path)])


def link(target: _core.Target, arguments: list[str]) -> None:
    """Runs the C compiler. Raises ToolError if there is none, or if it fails."""
    command = [*c_compiler(target), *arguments]
    try:
        result = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError as error:
        raise ToolError(f"{command[0]}: {error.strerror}; set CC to a C compiler") from None
    if result.returncode:
        lines = [line for line in result.stderr.splitlines() if "error" in line] or result.stderr.splitlines() or ["no message"]
        raise ToolError(f"linking with {command[0]} failed: {lines[0]}")


def c_compiler(target: _core.Target) -> list[str]:
    """$CC, or the first C compiler for the target's machine that is installed."""
    if os.environ.get("CC", "").strip():
        return shlex.split(os.environ["CC"])
    known = RISCV_COMPILERS if target.is_riscv else COMPILERS
    found = next(([path, *options] for name, *options in known if (path := shutil.which(name))), None)
    if found is None:
        install = "gcc-riscv64-linux-gnu" if target.is_riscv else "gcc or clang"
        raise ToolError(f"no C compiler found; executables and shared libraries need one to link: install {install}, or set CC "
                        "(archives and objects, .a and .o, need none)")
    return found


KINDS: dict[str, Callable[[Compiled, Path, Staging], None]] = {
    ".o": write_object, ".a": write_archive, ".so": write_shared}


def depfile(output: Path, files: Sequence[Path]) -> str:
    """A make rule: what the output was made from."""
    def escaped(path: Path) -> str:
        return str(path).replace("\\", "\\\\").replace(" ", "\\ ").replace("#", "\\#").replace("$", "$$")
    return f"{escaped(output)}: {' '.join(map(escaped, files))}\n"
