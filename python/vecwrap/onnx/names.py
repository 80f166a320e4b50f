"""C identifiers for names from ONNX, which may be anything."""

from __future__ import annotations

import re
from collections.abc import Iterable

KEYWORDS = frozenset("""
    auto break case char const continue default do double else enum extern float for goto if inline int long register restrict
    return short signed sizeof static struct switch typedef union unsigned void volatile while
    alignas alignof and asm bool catch char8_t char16_t char32_t class compl concept const_cast consteval constexpr constinit
    co_await co_return co_yield decltype delete dynamic_cast explicit export false friend module mutable namespace new noexcept
    not nullptr operator or private protected public reinterpret_cast requires static_assert static_cast template this
    thread_local throw true try typeid typename using virtual wchar_t xor linux unix i386
""".split())
NOT_A_MEMBER = frozenset({"workspace", "null", "eof", "errno", "assert", "stdin", "stdout", "stderr"})  # macros, ours or libc's


def identifier(name: str) -> str:
    """The C identifier closest to a name."""
    text = re.sub(r"[^A-Za-z0-9_]+", "_", name).strip("_") or "value"
    if text[0].isdigit():
        text = f"n{text}"
    return f"{text}_" if text.lower() in KEYWORDS | NOT_A_MEMBER else text


def unique_identifiers(names: Iterable[str]) -> dict[str, str]:
    """An identifier per name. They differ in more than upper and lower case: macros are upper case."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for name in names:
        if name in found:
            continue
        base = text = identifier(name)
        count = 2
        while text.lower() in taken:
            text, count = f"{base}_{count}", count + 1
        taken.add(text.lower())
        found[name] = text
    return found


def is_identifier(text: str) -> bool:
    return re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", text) is not None and text not in KEYWORDS


def comment(text: str) -> str:
    """A name as it may stand in a C comment: one line of ASCII that does not end the comment."""
    plain = text.encode("unicode_escape").decode("ascii")
    return plain.replace("*/", "* /").replace("/*", "/ *").replace("??", "? ?")
