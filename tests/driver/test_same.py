"""The same command line through clang and through vecwrap-clang: exit code, stdout, stderr and every file agree."""

import json
import shlex
from pathlib import Path
from typing import NamedTuple

import pytest
from compilers import OURS, PLAIN, Outcome, fresh_copy, run_here


class Case(NamedTuple):
    name: str
    arguments: str
    language: str = "c"
    stdin: str | None = None


CASES = [
    Case("no input", ""),
    Case("compile", "-O2 -c twice.c"),
    Case("compile and link", "-O2 hello.c twice.c -o program"),
    Case("several objects", "-c hello.c twice.c"),
    Case("assembly", "-O2 -S twice.c"),
    Case("assembly to stdout", "-O2 -S twice.c -o -"),
    Case("LLVM IR", "-O2 -S -emit-llvm twice.c"),
    Case("bitcode", "-O2 -c -emit-llvm twice.c"),
    Case("preprocess", "-E hello.c"),
    Case("preprocess to file", "-E hello.c -o hello.i"),
    Case("depfile", "-O2 -MMD -c hello.c"),
    Case("depfile named", "-O2 -MD -MF deps.d -MT target -MP -c hello.c -o hello.o"),
    Case("dependencies only", "-MM hello.c"),
    Case("dependencies with system headers", "-M twice.c"),
    Case("compile commands entry", "-MJ entry.json -c twice.c -O1"),
    Case("save temporaries", "-O2 -save-temps -c twice.c"),
    Case("syntax only", "-fsyntax-only hello.c"),
    Case("show the commands", "-### -c twice.c"),
    Case("verbose", "-v -c twice.c"),
    Case("version", "--version"),
    Case("version and nothing else", "-v"),
    Case("dump version", "-dumpversion"),
    Case("target triple", "-print-target-triple"),
    Case("search directories", "-print-search-dirs"),
    Case("resource directory", "-print-resource-dir"),
    Case("file name", "-print-file-name=libc.so"),
    Case("predefined macros", "-dM -E -x c -", stdin=""),
    Case("help", "--help"),
    Case("response file", "@arguments.rsp"),
    Case("missing response file", "@missing.rsp"),
    Case("standard input", "-O2 -x c -c - -o stdin.o", stdin="int f(void) { return 1; }\n"),
    Case("standard input with an error", "-x c -c -", stdin="int f(void) { return }\n"),
    Case("double dash", "-O2 -c -o dd.o -- twice.c"),
    Case("assembler with preprocessor", "-c start.S"),
    Case("assembler and C", "hello.c start.S -o program"),
    Case("assembler from stdin", "-x assembler -c - -o a.o", stdin=".text\nnop\n"),
    Case("link only", "-fuse-ld=lld -Wl,--version"),
    Case("position independent shared library", "-O2 -fPIC -shared twice.c -o libtwice.so"),
    Case("static archive input missing", "hello.c -lno_such_library -o program"),
    Case("debug information", "-O2 -g -c hello.c"),
    Case("split debug information", "-O2 -g -gsplit-dwarf -c hello.c"),
    Case("no optimisation", "-O0 -c twice.c"),
    Case("optimise for size", "-Os -c twice.c"),
    Case("optimise for minimal size", "-Oz -c twice.c"),
    Case("fast", "-Ofast -c twice.c"),
    Case("full LTO", "-O2 -flto -fuse-ld=lld hello.c twice.c -o program"),
    Case("thin LTO", "-O2 -flto=thin -fuse-ld=lld hello.c twice.c -o program"),
    Case("full LTO object", "-O2 -flto -c twice.c"),
    Case("thin LTO object", "-O2 -flto=thin -c twice.c"),
    Case("address sanitizer", "-O1 -fsanitize=address -g hello.c twice.c -o program"),
    Case("undefined behaviour sanitizer", "-O1 -fsanitize=undefined hello.c twice.c -o program"),
    Case("coverage", "-O1 --coverage -c twice.c"),
    Case("profile", "-O2 -fprofile-instr-generate -c twice.c"),
    Case("precompiled header", "-x c-header hello.h -o hello.h.pch"),
    Case("remarks", "-O2 -Rpass=inline -c hello.c"),
    Case("optimisation record", "-O2 -fsave-optimization-record -c hello.c"),
    Case("every warning", "-O2 -Wall -Wextra -Weverything -c twice.c"),
    Case("error", "-c error.c"),
    Case("error keeps an old object", "-c error.c -o twice.c.o"),
    Case("warning", "-Wall -c warning.c"),
    Case("warning as error", "-Wall -Werror -c warning.c"),
    Case("unused linker flag", "-c twice.c -Wl,-O1"),
    Case("unused flag as error", "-Werror -c twice.c -lm"),
    Case("unknown flag", "-fno-such-flag -c twice.c"),
    Case("missing file", "-c missing.c"),
    Case("missing folder", "-c twice.c -o no/such/folder/twice.o"),
    Case("full disk", "-S twice.c -o /dev/full"),
    Case("cross compile", "--target=aarch64-linux-gnu -O2 -ffreestanding -c twice.c"),
    Case("32 bit", "-m32 -O2 -ffreestanding -c twice.c"),
    Case("pipe", "-O2 -pipe -c twice.c"),
    Case("integrated assembler off", "-O2 -fno-integrated-as -c twice.c"),
    Case("C++ program", "-O2 hello.cc -o program", "c++"),
    Case("C++ without exceptions", "-fno-exceptions -c hello.cc", "c++"),
    Case("C++ by the C driver", "-O2 -c hello.cc", "c"),
    Case("C by the C++ driver", "-O2 -x c -c twice.c", "c++"),
    Case("C++20", "-std=c++20 -fsyntax-only hello.cc", "c++"),
    Case("C++ verbose", "-### hello.cc", "c++"),
    Case("internal cc1", "-cc1 -triple x86_64-linux-gnu -emit-obj twice.c -o cc1.o"),
    Case("internal cc1as", "-cc1as -help"),
]


def outcomes(folder: Path, case: Case) -> tuple[Outcome, Outcome]:
    arguments = shlex.split(case.arguments)
    return (run_here([PLAIN[case.language], *arguments], fresh_copy(folder), case.stdin),
            run_here([str(OURS[case.language]), *arguments], fresh_copy(folder), case.stdin))


def json_arguments(entry: bytes) -> list[str]:
    """-MJ writes the whole command, ours included."""
    arguments: list[str] = json.loads(entry.decode().rstrip().rstrip(","))["arguments"]
    return [a for a in arguments if not a.startswith("-fpass-plugin=") and not a.endswith("-no-unused-arguments")]


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_same_as_clang(case: Case, tmp_path: Path) -> None:
    plain, ours = outcomes(tmp_path / "work", case)
    assert ours.code == plain.code
    assert ours.stdout == plain.stdout
    assert ours.stderr == plain.stderr
    assert sorted(ours.files) == sorted(plain.files)
    for name, content in plain.files.items():
        if name == "entry.json":
            assert json_arguments(ours.files[name]) == json_arguments(content)
        else:
            assert ours.files[name] == content, f"{name} differs"


def test_case_names_are_unique() -> None:
    assert len({case.name for case in CASES}) == len(CASES)
