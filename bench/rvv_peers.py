"""TVM, IREE and Halide as columns of riscompiler.py: their compilers' wheels, in a venv of their own, write objects for RVV.

Objects are kept (build/bench/rvv-objects) for as long as the script that made them, the packages and the case are the same.
"""

import hashlib
import json
import subprocess
import sys
import sysconfig
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from common import BENCH, WORK
from riscompiler_cases import Case
from riscompiler_program import Column, compiled, identity

PACKAGES = ["apache-tvm==0.27.0.post1", "iree-base-compiler==3.13.0", "halide==21.0.0"]
VENV = WORK / "rvv-peers"
OBJECTS = WORK / "rvv-objects"
INCLUDE = {"tvm": "tvm_ffi/include", "halide": "halide/include", "iree": "iree"}  # in site-packages


@dataclass(frozen=True)
class Peer:
    """name: rvv_NAME.py compiles, peer_NAME.h calls; joined: images of 1x1 filters are given as one row, which is the same."""

    name: str
    schedule: str
    joined: bool = False


PEERS = {
    "TVM": Peer("tvm", "default"),
    "TVM by hand": Peer("tvm", "hand", joined=True),
    "IREE": Peer("iree", "default"),
    "Halide Adams2019": Peer("halide", "auto"),
    "Halide by hand": Peer("halide", "hand", joined=True),
}


@cache
def installed() -> bool:
    """Whether the packages are there; they are installed at the first time."""
    stamp = VENV / ".packages"
    if stamp.exists() and stamp.read_text().split() == PACKAGES:
        return True
    print(f"[bench] installing {', '.join(PACKAGES)} in {VENV}", file=sys.stderr, flush=True)
    pip = [str(VENV / "bin" / "python"), "-m", "pip"]
    for command in ([sys.executable, "-m", "venv", str(VENV)], [*pip, "install", *PACKAGES]):
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        if result.returncode:
            problem = f"{' '.join(command[:4])}: {result.stderr.strip()[-300:]}"
            print(f"[bench] {', '.join(PEERS)} left out: {problem}", file=sys.stderr)
            return False
    stamp.write_text("\n".join(PACKAGES))
    return True


class Compiler:
    """A peer's script as a process that answers line by line; it is started when it is first asked, and again when it died."""

    def __init__(self, script: Path) -> None:
        self.script, self.lock = script, threading.Lock()
        self.process: subprocess.Popen[str] | None = None

    def started(self) -> subprocess.Popen[str]:
        if not self.process or self.process.poll() is not None:
            with (WORK / f"{self.script.stem}.log").open("a") as log:
                self.process = subprocess.Popen([str(VENV / "bin" / "python"), str(self.script)], stdin=subprocess.PIPE,
                                                stdout=subprocess.PIPE, stderr=log, text=True)
        return self.process

    def ask(self, request: dict[str, object]) -> str:
        """Empty, or why there is no object."""
        with self.lock:
            process = self.started()
            assert process.stdin and process.stdout
            process.stdin.write(json.dumps(request) + "\n")
            process.stdin.flush()
            answer = process.stdout.readline()
            return str(json.loads(answer)) if answer else f"{self.script.name} ended with {process.wait()}"


@cache
def compiler(name: str) -> Compiler:
    return Compiler(BENCH / f"rvv_{name}.py")


def sources(peer: Peer) -> list[str]:
    return [*PACKAGES, *((BENCH / name).read_text() for name in (f"rvv_{peer.name}.py", "rvv_worker.py"))]


def object_file(peer: Peer, case: Case, vlen: int) -> Path:
    """The operator's object. Raises RuntimeError if the peer cannot compile it; that is remembered too."""
    request = {"kind": case.kind, "sizes": case.sizes, "schedule": peer.schedule, "vlen": vlen}
    stem = OBJECTS / hashlib.sha256(json.dumps([request, sources(peer)]).encode()).hexdigest()[:24]
    made, failed = stem.with_suffix(".o"), stem.with_suffix(".failed")
    OBJECTS.mkdir(parents=True, exist_ok=True)
    if not made.exists() and not failed.exists() and (problem := compiler(peer.name).ask({**request, "stem": str(stem)})):
        failed.write_text(problem)
    if failed.exists():
        raise RuntimeError(failed.read_text())
    return made


def joined(case: Case) -> Case:
    """The image of a 1x1 filter as one row: memory is the same, and so are the products."""
    s = case.sizes
    if case.kind == "GEMM" or s["R"] * s["S"] > 1:
        return case
    return replace(case, sizes={**s, "H": 1, "W": s["H"] * s["W"]})


def linked(peer: Peer, vlen: int, link: Sequence[str]) -> Column:
    """`link` compiles riscompiler.c, which calls the object."""
    header = BENCH / f"peer_{peer.name}.h"

    def build(case: Case, program: Path) -> None:
        case = joined(case) if peer.joined else case
        made = object_file(peer, case, vlen)
        include = Path(sysconfig.get_path("purelib", vars={"base": str(VENV)})) / INCLUDE[peer.name]
        beside = made.with_suffix(".h")
        compiled(*link, f'-DPEER="{header}"', f'-DHEADER="{beside}"', f"-I{include}", str(made)).build(case, program)

    made_by = [*link, identity(link[0]), header.read_text(), str(peer), str(vlen), *sources(peer)]
    return Column(build, json.dumps(made_by))


def peers(vlen: int, link: Sequence[str]) -> dict[str, Column]:
    """The columns: none if their packages cannot be installed."""
    return {name: linked(peer, vlen, link) for name, peer in PEERS.items()} if installed() else {}
