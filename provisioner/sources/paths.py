"""Paths as hostile input: which are safe to follow, and how to show those that are not.

In: the bytes or text of a path within a source. Out: why it is unsafe, or a form that can be printed. It touches no file.
"""

from __future__ import annotations

import re

_CONTROL = "\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069"
"""C0, C1, line separators and the marks that turn the direction of writing: a report that shows them could be made to lie."""

_UNSAFE = re.compile(f"[{_CONTROL}\ud800-\udfff]|(?:^|/)(?:\\.{{0,2}}|\\.[gG][iI][tT])(?:/|$)")
_UNPRINTABLE = re.compile(f"[{_CONTROL}\ud800-\udfff\\\\]")


def unsafe(path: str) -> str | None:
    """Why a path is not followed, None when it is safe. The path is decoded with `surrogateescape`, as `os.fsdecode` does."""
    found = _UNSAFE.search(path)
    if found is None:
        return None
    what = found.group()
    if "\ud800" <= what <= "\udfff":
        return "its name is not UTF-8"
    if not what.strip("/"):
        return "it has an empty part"
    if what.strip("/").lower() == ".git":
        return "a part of it is named .git, where git keeps its own files"
    if what.strip("/") in {".", ".."}:
        return f"it has the part {what.strip('/')!r}, which leads elsewhere"
    return f"its name has the control character U+{ord(what):04X}"


def tamed(path: str) -> str:
    """The path as it would be without what makes it unsafe: to ask whether anybody would have wanted the file."""
    parts = (part for part in path.split("/") if part not in {"", ".", ".."} and part.lower() != ".git")
    return _UNPRINTABLE.sub("_", "/".join(parts))


def shown(path: str) -> str:
    r"""The path with everything that cannot be printed escaped, as in `caf\xe9.json`."""
    return _UNPRINTABLE.sub(_escaped, path) if _UNSAFE.search(path) else path


def _escaped(found: re.Match[str]) -> str:
    code = ord(found.group())
    if 0xDC80 <= code <= 0xDCFF:  # how surrogateescape carries a byte that is not UTF-8
        return f"\\x{code - 0xDC00:02x}"
    return "\\\\" if code == 0x5C else f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
