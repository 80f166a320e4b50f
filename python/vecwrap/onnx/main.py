"""The sources of the executable: those in runtime/, and what they need to know about a model."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from importlib import resources

from .. import _core
from .header import Interface
from .source import Value

RUNTIME = ("main.c", "npy.c", "npy.h", "zip.c")
NPY_TYPES = {"float32": "<f4", "float64": "<f8", "int32": "<i4", "int64": "<i8", "uint8": "|u1", "int8": "|i1", "bool": "|b1"}
PORTS = """\
/* What main.c knows about one model. */
#include "model.h"

#define PROGRAM {program}
#define MODEL {model}
#define TARGET {target}
enum {{ INPUTS = {inputs}, OUTPUTS = {outputs}, ERRORS = {errors} }};
static const size_t WORKSPACE = {workspace}UL;

{input_ports}
{output_ports}
static const struct {{
  int code;
  const char *meaning;
}} errors[] = {{
{meanings}
}};

static int supported(void) {{ return {prefix}_supported(); }}

static int run(void *const *in, void *const *out, void *workspace, size_t size) {{
  {prefix}_inputs inputs;
  {prefix}_outputs outputs;
{fill}
  return {prefix}_run(&inputs, &outputs, workspace, size);
}}
"""


def main_source(interface: Interface) -> dict[str, str]:
    """File names and texts; together with model.h (the header) and the object they are the program."""
    folder = resources.files(__package__) / "runtime"
    return {**{name: (folder / name).read_text() for name in RUNTIME}, "ports.h": ports(interface)}


def ports(interface: Interface) -> str:
    names = interface.identifiers
    fill = [f"  {side}puts.{names[value.name]} = {side}[{index}];"
            for side, values in (("in", interface.inputs), ("out", interface.outputs)) for index, value in enumerate(values)]
    fill += [f"  {side}puts.unused = \"\";\n  (void){side};"
             for side, values in (("in", interface.inputs), ("out", interface.outputs)) if not values]
    return PORTS.format(
        program=c_string(interface.prefix), model=c_string(interface.name), target=c_string(interface.target),
        inputs=len(interface.inputs), outputs=len(interface.outputs), errors=len(_core.MODULE_ERRORS),
        workspace=interface.workspace_bytes, prefix=interface.prefix, fill="\n".join(fill),
        input_ports=table("input", interface.inputs, names), output_ports=table("output", interface.outputs, names),
        meanings=",\n".join(f"    {{{code}, {c_string(meaning)}}}" for code, meaning in _core.MODULE_ERRORS.values()))


def table(side: str, values: Sequence[Value], names: Mapping[str, str]) -> str:
    """Shapes, and the ports that point to them; one more, so that no array is empty."""
    shapes = [f"static const size_t {side}_shape_{index}[] = {{{', '.join(map(str, value.shape)) or '1'}}};"
              for index, value in enumerate(values)]
    rows = [f"    {{{c_string(value.name)}, {c_string(names[value.name])}, \"{NPY_TYPES[value.dtype.name]}\", "
            f"{len(value.shape)}, {side}_shape_{index}, {math.prod(value.shape) * value.dtype.itemsize}UL}}"
            for index, value in enumerate(values)]
    rows.append('    {"", "", "", 0, NULL, 0}')
    return "\n".join([*shapes, f"static const struct port {side}_ports[] = {{", ",\n".join(rows), "};"])


def c_string(text: str) -> str:
    """A C string literal of the text's UTF-8 bytes."""
    plain = "".join(chr(byte) if 32 <= byte < 127 and chr(byte) not in '"\\?' else f"\\{byte:03o}" for byte in text.encode())
    return f'"{plain}"'
