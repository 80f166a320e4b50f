"""lit configuration: the plugin under test beside the plain clang it is loaded into.

The plugin is VECWRAP_PLUGIN, or what ./run setup installed.
"""

import os
from pathlib import Path

import lit.formats

root = Path(__file__).resolve().parents[2]
here = Path(__file__).resolve().parent
plugin = os.environ.get("VECWRAP_PLUGIN", str(root / ".venv/lib/vecwrap/vecwrap-plugin-22.so"))
if not Path(plugin).exists():
    lit_config.fatal(f"no plugin at {plugin}: run ./run setup, or set VECWRAP_PLUGIN")

config.name = "vecwrap"
config.test_format = lit.formats.ShTest(False)
config.suffixes = [".c", ".cpp", ".test"]
config.excludes = ["Inputs"]
config.test_source_root = str(here)
config.test_exec_root = str(root / "build" / "lit")

clang = f"clang-22 -I{here / 'Inputs'}"
vecwrap = f"{clang} -fpass-plugin={plugin}"
cpu = "-march=x86-64-v3"
config.substitutions += [
    # Compiles %s like plain clang, or with the plugin.
    ("%clangxx", f"clang++-22 -I{here / 'Inputs'}"),
    ("%clang", clang),
    ("%vecwrapxx", f"clang++-22 -I{here / 'Inputs'} -fpass-plugin={plugin}"),
    ("%vecwrap", vecwrap),
    # Prints the nests that are replaced.
    ("%nestxx", f"env VECWRAP_DUMP=1 clang++-22 -fpass-plugin={plugin} -std=c++20 -O2 {cpu} -c -o /dev/null"),
    ("%nest", f"env VECWRAP_DUMP=1 {vecwrap} -O2 {cpu} -c -o /dev/null"),
    # Prints the remarks on what is not.
    ("%refused", f"{vecwrap} -O2 {cpu} -Rpass-missed=vecwrap -c -o /dev/null"),
    # Fails if the object differs from plain clang's; arguments: flags.
    ("%identical", f"{here / 'Inputs' / 'identical.sh'} {plugin}"),
    # Builds and runs a program three ways (clang, vecwrap, vecwrap with VECWRAP_VERIFY=1); arguments: flags.
    ("%same-output", f"{here / 'Inputs' / 'same-output.sh'} {plugin} {here / 'Inputs'}"),
    # The same for RISC-V, under QEMU.
    ("%same-rvv", f"{here / 'Inputs' / 'same-output-rvv.sh'} {plugin} {here / 'Inputs'}"),
    ("FileCheck", "FileCheck-22"),
    ("not --crash", "not-22 --crash"), # the shell that lit has built in knows only plain `not`
    ("%plugin", plugin),
    ("%python", "python3"),
    ("%root", str(root)),
]
for name in ("HOME", "TMPDIR"):
    if name in os.environ:
        config.environment[name] = os.environ[name]
