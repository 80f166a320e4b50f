"""The C header of a compiled model: C89, and C++."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .names import comment, unique_identifiers
from .source import Value

C_TYPES = {"float32": "float", "float64": "double", "int32": "int", "int64": "{prefix}_int64", "uint8": "unsigned char",
           "int8": "signed char", "bool": "unsigned char"}
INT64 = """\
/* 64 bits, also where C has no <stdint.h>. */
#if LONG_MAX > 2147483647L
typedef long {prefix}_int64;
#elif defined(__GNUC__)
__extension__ typedef long long {prefix}_int64;
#else
typedef long long {prefix}_int64;
#endif

"""
HEADER = """\
/* {name}: a neural network, compiled by vecwrap-onnx for {target}.
 *
 * Everything here is re-entrant: no globals, no memory of its own. Arrays are dense and row-major; inputs and outputs may not
 * overlap each other or the workspace. Several threads may run at once, each with outputs and a workspace of its own. */
#ifndef {guard}
#define {guard}

#include <stddef.h>
{include}
#ifdef __cplusplus
extern "C" {{
#endif

{int64}{macros}
typedef struct {prefix}_inputs {{
{inputs}
}} {prefix}_inputs;

typedef struct {prefix}_outputs {{
{outputs}
}} {prefix}_outputs;

/* What {prefix}_run returns. */
enum {prefix}_error {{
{errors}
}};

/* Bytes of workspace that {prefix}_run needs. */
#define {PREFIX}_WORKSPACE_SIZE {workspace}UL
size_t {prefix}_workspace_size(void);

/* Not 0 if this CPU and operating system can run the code; if they cannot, {prefix}_run must not be called. */
int {prefix}_supported(void);

/* Computes the outputs. The workspace must be 64-byte aligned, of at least {prefix}_workspace_size() bytes; what it holds
 * before and after does not matter. Returns 0, or another {prefix}_error. */
int {prefix}_run(const {prefix}_inputs *inputs, {prefix}_outputs *outputs, void *workspace, size_t workspace_size);

#ifdef __cplusplus
}}
#endif
#endif
"""


@dataclass(frozen=True)
class Interface:
    """What a caller of the compiled model sees."""

    prefix: str
    name: str  # of the model
    target: str
    inputs: Sequence[Value]
    outputs: Sequence[Value]
    workspace_bytes: int

    @property
    def identifiers(self) -> dict[str, str]:
        """C identifiers of inputs and outputs. One that is both has one."""
        return unique_identifiers(value.name for value in [*self.inputs, *self.outputs])


def header(interface: Interface, errors: Mapping[str, tuple[int, str]]) -> str:
    """The text of the header; `errors` is _core.MODULE_ERRORS."""
    prefix, names = interface.prefix, interface.identifiers
    values = {value.name: value for value in [*interface.inputs, *interface.outputs]}.values()
    needs64 = any(value.dtype.name == "int64" for value in values)
    return HEADER.format(
        name=comment(interface.name), target=interface.target, prefix=prefix, PREFIX=prefix.upper(),
        guard=f"{prefix.upper()}_VECWRAP_H", include="#include <limits.h>\n" if needs64 else "",
        int64=INT64.format(prefix=prefix) if needs64 else "", workspace=interface.workspace_bytes,
        macros="\n".join(macros(f"{prefix}_{names[value.name]}".upper(), value) for value in values),
        inputs=members(interface.inputs, names, prefix, "const "), outputs=members(interface.outputs, names, prefix, ""),
        errors=",\n".join(f"    {prefix.upper()}_{name.upper()} = {value}{' /* ' + comment(meaning) + ' */'}"
                          for name, (value, meaning) in errors.items()))


def macros(stem: str, value: Value) -> str:
    """Rank, shape (an initializer), number of elements, bytes."""
    shape = ", ".join(map(str, value.shape)) or "1"
    size = math.prod(value.shape)
    return (f"/* {describe(value)} */\n"
            f"#define {stem}_RANK {len(value.shape)}\n#define {stem}_SHAPE {{ {shape} }}\n"
            f"#define {stem}_SIZE {size}UL\n#define {stem}_BYTES {size * value.dtype.itemsize}UL\n")


def members(values: Sequence[Value], names: Mapping[str, str], prefix: str, const: str) -> str:
    lines = [f"    {const}{C_TYPES[value.dtype.name].format(prefix=prefix)} *{names[value.name]}; /* {describe(value)} */"
             for value in values]
    return "\n".join(lines or ["    const void *unused; /* the model has none; anything, but not NULL */"])


def describe(value: Value) -> str:
    return f"{comment(value.name)}: {value.dtype.name}[{','.join(map(str, value.shape))}]"
