"""``vecwrap COMMAND ...``: the commands that are no compiler."""

import sys

from vecwrap.cli import sim, target

COMMANDS = {"sim": sim.main, "target": target.main}


def main() -> int:
    name = sys.argv[1] if len(sys.argv) > 1 else ""
    if name in COMMANDS:
        return COMMANDS[name](sys.argv[2:])
    print(f"usage: vecwrap {{{','.join(COMMANDS)}}} ...", file=sys.stdout if name in ("-h", "--help") else sys.stderr)
    return 0 if name in ("-h", "--help") else 2
