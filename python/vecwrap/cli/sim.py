"""``vecwrap sim [--core NAME] program args...``: a riscv64 program under QEMU, counted and timed by a core's model.

The program's input, output and exit code pass through; the report goes to stderr, or with ``--output`` to a file.
"""

import argparse
import json
import sys
from pathlib import Path

from vecwrap.sim.cores import core_names
from vecwrap.sim.report import table
from vecwrap.sim.run import SYSROOT, Options, SimError, simulate


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="vecwrap sim", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("--core", default="spacemit-x60", choices=core_names(), help="whose model (default: %(default)s)")
    made.add_argument("--vlen", type=int, help="bits of a vector register (default: the core's)")
    region = made.add_mutually_exclusive_group()
    region.add_argument("--function", metavar="NAME", help="count only while this function and what it calls run")
    region.add_argument("--markers", action="store_true", help="count only between 'slti x0,x0,1' and 'slti x0,x0,2'")
    made.add_argument("--json", action="store_true", help="the report as JSON")
    made.add_argument("--output", type=Path, metavar="FILE", help="the report to FILE (default: stderr)")
    made.add_argument("--sysroot", default=SYSROOT, help="of dynamic programs (default: %(default)s)")
    made.add_argument("program", type=Path)
    made.add_argument("arguments", nargs=argparse.REMAINDER)
    return made


def main(arguments: list[str] | None = None) -> int:
    given = parser().parse_args(arguments)
    options = Options(given.core, given.vlen, given.function, given.markers, given.sysroot)
    try:
        code, report = simulate(given.program, given.arguments, options)
        text = json.dumps(report, indent=1) if given.json else table(report)
        if given.output:
            given.output.write_text(text + "\n")
        else:
            print(text, file=sys.stderr)
    except (SimError, OSError) as error:
        print(f"vecwrap sim: {error}", file=sys.stderr)
        return error.code if isinstance(error, SimError) else 2
    return code
