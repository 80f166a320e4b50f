"""The C header: C89 and C++, whatever the names are."""

import re
import shutil
import subprocess

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from vecwrap import _core
from vecwrap.onnx.header import C_TYPES, Interface, header
from vecwrap.onnx.main import NPY_TYPES, ports
from vecwrap.onnx.names import KEYWORDS, comment, identifier, unique_identifiers
from vecwrap.onnx.source import Value

F4 = np.dtype("f4")
NASTY = ["x", "X", "int", "class", "1st", "", "a*/b", "/*", "??/", "naïve/é", "a.b", "a_b", "line\nbreak",
         "back\\", "NULL", "workspace"]
COMPILERS = {"c89": ["cc", "-std=c89"], "c99": ["cc", "-std=c99"], "c++98": ["c++", "-std=c++98"], "c++20": ["c++", "-std=c++20"]}


def interface(inputs, outputs, prefix="net"):
    return Interface(prefix, "model */.onnx", "x86-64-avx2", inputs, outputs, 4096)


def compiles(text, folder, compiler):
    suffix = ".cc" if "++" in compiler[0] else ".c"
    (folder / "net.h").write_text(text)
    twice = '#include "net.h"\n' * 2
    (folder / f"main{suffix}").write_text(f"{twice}int main(void) {{ return sizeof(net_inputs) == 0; }}\n")
    command = [*compiler, "-pedantic", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", f"main{suffix}"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False).stderr


@pytest.mark.parametrize("compiler", COMPILERS.values(), ids=COMPILERS)
def test_compiles(tmp_path, compiler):
    values = [Value(name, F4, (2, 3)) for name in NASTY]
    types = [Value(f"t_{name}", np.dtype(name), ()) for name in C_TYPES]
    for case in (interface(values, types), interface(types, [Value("y", F4, (1,))]), interface([], values)):
        assert compiles(header(case, _core.MODULE_ERRORS), tmp_path, compiler) == ""


def test_text(golden, request):
    values = [Value("input.1", F4, (1, 3, 224, 224)), Value("ids", np.dtype("i8"), (1, 128))], [Value("y", F4, ())]
    golden(request.path.parent / "golden/net.h", header(interface(*values), _core.MODULE_ERRORS))


def test_every_error_code_is_there():
    text = header(interface([], []), _core.MODULE_ERRORS)
    for name, (value, _) in _core.MODULE_ERRORS.items():
        assert re.search(rf"NET_{name.upper()} = {value}\b", text)


@given(st.lists(st.text(max_size=8), unique=True))
@example(NASTY)
@example(["a", "a_2", "A", "a_2_2"])
@settings(deadline=None)
def test_identifiers(names):
    found = unique_identifiers(names)
    assert list(found) == names
    assert len({text.lower() for text in found.values()}) == len(names)
    for text in found.values():
        assert re.fullmatch("[A-Za-z][A-Za-z0-9_]*", text) and text not in KEYWORDS


@given(st.text())
def test_comments_stay_comments(name):
    text = comment(name)
    assert text.isascii() and text.isprintable() or not text
    assert "*/" not in text and "/*" not in text and "??" not in text


def test_clean_names_stay():
    assert [identifier(name) for name in ("x", "input_ids", "Hidden2")] == ["x", "input_ids", "Hidden2"]


def test_tables_agree():
    assert C_TYPES.keys() == NPY_TYPES.keys()


@pytest.mark.skipif(not shutil.which("cc"), reason="no C compiler")
def test_ports_of_the_program_compile(tmp_path):
    """What is generated for main.c, with nasty names: they must come out of the C strings as they went in."""
    case = interface([Value(name, F4, (2,)) for name in NASTY], [])
    (tmp_path / "model.h").write_text(header(case, _core.MODULE_ERRORS))
    (tmp_path / "ports.h").write_text(ports(case))
    (tmp_path / "npy.h").write_text("#include <stddef.h>\nstruct port { const char *name, *identifier, *type; int rank; "
                                    "const size_t *shape; size_t bytes; };\n")
    (tmp_path / "main.c").write_text(
        '#include <stdio.h>\n#include "npy.h"\n#include "ports.h"\nint net_supported(void) { return 1; }\n'
        "size_t net_workspace_size(void) { return WORKSPACE; }\n"
        "int net_run(const net_inputs *i, net_outputs *o, void *w, size_t n) { return !i + !o + !w + !n; }\n"
        "int main(void) { int i; for (i = 0; i < INPUTS; i++) { fputs(input_ports[i].name, stdout); putchar(0); }\n"
        "  (void)output_ports; (void)errors; return supported() ? 0 : run(0, 0, 0, 0); }\n")
    subprocess.run(["cc", "-std=c99", "-Wall", "-Wextra", "-Werror", "main.c", "-o", "main"], cwd=tmp_path, check=True)
    shown = subprocess.run([tmp_path / "main"], capture_output=True, check=True).stdout
    assert shown == b"".join(name.encode() + b"\0" for name in NASTY)
