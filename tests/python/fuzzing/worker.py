"""Runs cases in a process of its own, so that a crash names its case instead of ending the test session.

As a program: one JSON case a line on standard input, one JSON outcome a line on standard output. A reproducer is run
with `python -m fuzzing.worker < case.json` from tests/python.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import asdict

from .case import Case, Outcome, run


class Worker:
    """A subprocess that runs cases; replaced when one kills it."""

    def __init__(self, seconds: int = 60) -> None:
        self.seconds = seconds
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> subprocess.Popen[str]:
        here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
        return subprocess.Popen([sys.executable, "-m", "fuzzing.worker", str(self.seconds)], cwd=here, text=True,
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def run(self, case: Case) -> Outcome:
        if self.process is None:
            self.process = self.start()
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(case.dump() + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if answer:
            return Outcome(**json.loads(answer))
        status = self.process.wait()
        self.process = None
        name = signal.Signals(-status).name if status < 0 else f"exit status {status}"
        return Outcome("crashed", "took too long" if name == "SIGALRM" else name)

    def close(self) -> None:
        if self.process is not None and self.process.stdin:
            self.process.stdin.close()
            self.process.wait()
            self.process = None


def main() -> None:
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    for line in sys.stdin:
        signal.alarm(seconds)
        outcome = run(Case(**json.loads(line)))
        signal.alarm(0)
        print(json.dumps(asdict(outcome)), flush=True)


if __name__ == "__main__":
    main()
