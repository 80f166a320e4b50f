"""One program under qemu-riscv64 with the plugin."""

import json
import os
import shutil
import signal
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from vecwrap.sim.cores import flat, read_core
from vecwrap.sim.elf import Elf, ElfError

QEMU = "qemu-riscv64"
PLUGIN = "vecwrap-sim.so"
MODEL = 1  # kModel of cpp/vecwrap/sim/machine.h: reports of one number are the same for the same program, core and options
SYSROOT = "/usr/riscv64-linux-gnu"  # where Debian's cross libraries are


class SimError(Exception):
    """The program could not be measured; the message says what to do. code: what the command exits with."""

    def __init__(self, message: str, code: int = 2) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Options:
    core: str = "spacemit-x60"
    vlen: int | None = None
    function: str | None = None
    markers: bool = False
    sysroot: str = SYSROOT
    caches: bool = True  # False: every access hits


def find_plugin() -> Path:
    if given := os.environ.get("VECWRAP_SIM_PLUGIN"):
        if not Path(given).is_file():
            raise SimError(f"VECWRAP_SIM_PLUGIN names {given}, which is no file")
        return Path(given)
    from vecwrap.cli.config import ConfigError, prefix
    try:
        path = prefix() / "lib" / "vecwrap" / PLUGIN
    except ConfigError as error:
        raise SimError(f"{error}, or set VECWRAP_SIM_PLUGIN to {PLUGIN}") from None
    if not path.is_file():
        raise SimError(f"{path} is missing: reinstall vecwrap, or set VECWRAP_SIM_PLUGIN to {PLUGIN}")
    return path


def find_qemu() -> str:
    path = shutil.which(QEMU)
    if not path:
        raise SimError(f"{QEMU} not found. Install it (Debian: apt-get install qemu-user)")
    return path


def check_vlen(vlen: int) -> int:
    if vlen not in (128, 256, 512, 1024):
        raise SimError(f"--vlen {vlen}: QEMU runs 128, 256, 512 and 1024")
    return vlen


def region(program: Path, options: Options) -> str:
    elf = Elf(program)
    elf.check_that_it_runs(Path(options.sysroot))
    if options.function:
        return f"function={(elf.function(options.function) - elf.code()) % 2 ** 64}"
    return f"region={'markers' if options.markers else 'whole'}"


def without_report(program: Path, code: int) -> SimError:
    if code >= 0:
        why = f"it became another program (exec), or {QEMU} has no plugins"
        return SimError(f"{program} ended (code {code}) without a report: {why}")
    name, hint = signal.Signals(-code).name, "Measure a run that exits"
    if -code == signal.SIGILL:
        hint = f"{QEMU} may not know an instruction (7.2: none of Zcb, Zicond, Zfa, which rva23u64 has): compile for rv64gcv"
    return SimError(f"{program} was ended by {name}: QEMU ends with it and reports nothing. {hint}", 128 - code)


def checked(report: dict[str, Any], options: Options) -> dict[str, Any]:
    if report.get("model") != MODEL:
        raise SimError(f"{find_plugin()} is of another version (model {report.get('model')}, not {MODEL}): reinstall vecwrap")
    if not report["regions"] and options.markers:
        raise SimError("the program never reached a marker (slti x0,x0,1): nothing was counted")
    if not report["regions"] and options.function:
        raise SimError(f"the program never called '{options.function}': nothing was counted")
    return report


def simulate(program: Path, arguments: list[str], options: Options,
             stdout: IO[bytes] | None = None) -> tuple[int, dict[str, Any]]:
    """Run the program; returns its exit code and the report.

    The environment is empty but for LD_BIND_NOW: libc's start-up depends on it, and counts would with it.
    """
    core = read_core(options.core)
    if not options.caches:
        core["caches"] = []
    vlen = check_vlen(options.vlen or core["vlen"])
    qemu, plugin = find_qemu(), find_plugin()
    try:
        where = region(program, options)
    except ElfError as error:
        raise SimError(str(error)) from None
    with tempfile.TemporaryDirectory(prefix="vecwrap-sim-", ignore_cleanup_errors=True) as folder:
        description, out = Path(folder) / "core", Path(folder) / "report"
        description.write_text(flat(core, vlen))
        cpu = f"rv64,v=true,vlen={vlen},elen=64,vext_spec=v1.0,Zfh=true"
        command = [qemu, "-cpu", cpu, "-L", options.sysroot, "-plugin", f"{plugin},core={description},out={out},{where}",
                   str(program), *arguments]
        code = subprocess.run(command, env={"LD_BIND_NOW": "1"}, stdout=stdout, check=False).returncode
        if not out.exists():
            raise without_report(program, code)
        return code, checked(json.loads(out.read_text()), options)
