"""``vecwrap-config``: where this installation keeps what build systems need. Prints one answer, one line."""

import argparse
import re
import sys
from collections.abc import Callable
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

CMAKE_DIR = "lib/cmake/vecwrap"


class ConfigError(Exception):
    """A question that has no answer here; the message says what to do."""


def installed() -> Distribution:
    try:
        return distribution("vecwrap")
    except PackageNotFoundError:
        raise ConfigError("vecwrap is not installed in this Python environment; pip install vecwrap") from None


def prefix() -> Path:
    """The wheel's list of files knows it; environments, ``--target`` and ``--user`` have nothing else in common."""
    package = installed()
    for file in package.files or ():
        if file.name == "vecwrapConfig.cmake":
            folder = Path(str(package.locate_file(file))).resolve().parent
            if folder.as_posix().endswith(f"/{CMAKE_DIR}"):
                return folder.parents[2]
    raise ConfigError(f"this installation of vecwrap has no {CMAKE_DIR}; reinstall it")


def version() -> str:
    return installed().version


def toolchain(name: str) -> Path:
    folder = prefix() / CMAKE_DIR / "toolchains"
    known = sorted(file.stem for file in folder.glob("*.cmake"))
    if name not in known:
        raise ConfigError(f"there is no toolchain '{name}'; there are: {', '.join(known)}")
    return folder / f"{name}.cmake"


def plugin() -> Path:
    """The newest one: names end in LLVM's major version."""
    plugins = sorted((prefix() / "lib" / "vecwrap").glob("vecwrap-plugin-*.so"))
    if not plugins:
        raise ConfigError("this installation of vecwrap has no plugin for clang; reinstall it")
    return plugins[-1]


def missing(extra: str) -> str:
    """The requirements of an extra that are not installed, one a line."""
    package = installed()
    if extra not in (package.metadata.get_all("Provides-Extra") or []):
        raise ConfigError(f"vecwrap has no extra '{extra}'")
    marked = re.compile(rf"""\bextra\s*==\s*["']{re.escape(extra)}["']""")
    return "\n".join(name for name in map(requirement_name, filter(marked.search, package.requires or []))
                     if not is_installed(name))


def requirement_name(requirement: str) -> str:
    name = re.match(r"[\w.-]+", requirement)
    assert name, requirement
    return name.group()


def is_installed(name: str) -> bool:
    try:
        distribution(name)
    except PackageNotFoundError:
        return False
    return True


# option, name of its argument, who answers, help
QUESTIONS: list[tuple[str, str | None, Callable[..., object], str]] = [
    ("--cmakedir", None, lambda: prefix() / CMAKE_DIR, "folder of vecwrapConfig.cmake, for -Dvecwrap_DIR="),
    ("--prefix", None, prefix, "prefix that vecwrap is installed in, for CMAKE_PREFIX_PATH"),
    ("--version", None, version, "version of vecwrap"),
    ("--toolchain", "NAME", toolchain, "file for CMAKE_TOOLCHAIN_FILE, for example x86_64-linux-gnu"),
    ("--plugin", None, plugin, "plugin for clang, for -fpass-plugin="),
    ("--missing", "EXTRA", missing, "packages that an extra (onnx) needs and that are not installed"),
]


def parser() -> argparse.ArgumentParser:
    result = argparse.ArgumentParser(prog="vecwrap-config", description="Where vecwrap is installed, for build systems.")
    group = result.add_mutually_exclusive_group(required=True)
    for option, argument, answer, text in QUESTIONS:
        if argument:
            group.add_argument(option, metavar=argument, help=text)
        else:
            group.add_argument(option, action="store_true", help=text)
    return result


def ask(options: argparse.Namespace) -> object:
    for option, argument, answer, _ in QUESTIONS:
        value = getattr(options, option.removeprefix("--"))
        if value or (argument and value is not None):
            return answer(value) if argument else answer()
    raise AssertionError("argparse requires one question")


def main(arguments: list[str] | None = None) -> int:
    options = parser().parse_args(arguments)
    try:
        print(ask(options))
    except ConfigError as error:
        print(f"vecwrap-config: error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
