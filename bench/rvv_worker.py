"""What the peers' scripts share: a line asks for an operator, its object file is written, a line answers. Runs in their venv."""

import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Request:
    """kind, sizes: of riscompiler_cases.Case; schedule: one of the script's; stem: of the files to write; vlen: in bits."""

    kind: str
    sizes: dict[str, int]
    schedule: str
    stem: str
    vlen: int

    def x(self) -> tuple[int, ...]:
        s = self.sizes
        return (s["BATCH"] * s["M"], s["K"]) if self.kind == "GEMM" else (s["BATCH"], s["C"], s["H"], s["W"])

    def w(self) -> tuple[int, ...]:
        s = self.sizes
        return (s["K"], s["N"]) if self.kind == "GEMM" else (s["OC"], s["C"] // s["GROUPS"], s["R"], s["S"])

    def y(self) -> tuple[int, ...]:
        s = self.sizes
        if self.kind == "GEMM":
            return s["BATCH"] * s["M"], s["N"]
        return s["BATCH"], s["OC"], s["H"] - s["R"] + 1, s["W"] - s["S"] + 1


def serve(write: Callable[[Request], None]) -> None:
    """Answers are empty, or say why there is no object. What the tools print goes to stderr."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    for line in sys.stdin:
        request = Request(**json.loads(line))
        try:
            write(request)
            answer = ""
        except Exception as problem:  # a tool's own; the bench leaves the case out and says why
            answer = f"{type(problem).__name__}: {problem}"
        if not answer and not Path(f"{request.stem}.o").exists():
            answer = "wrote no object"
        print(json.dumps(answer), file=answers, flush=True)
