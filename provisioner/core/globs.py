"""What a glob means, wherever one may be stated: the files of a source, the paths of an override.

In: globs. Out: the text of one regular expression for `fullmatch` with `re.DOTALL`. It raises nothing: a glob that makes no sense matches
nothing.

A glob is matched against a whole path within a source, case-sensitively. `*` and `?` stop at a slash; `**` as a whole component crosses any
number of directories, none included; `[ab]`, `[!ab]` and `{json,yaml}` mean what they mean in a shell. `prod/` is `prod/**`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_NOTHING = r"(?!)"
_NOT_HIDDEN = r"(?!\.)"
_RANGE = re.compile(r"(.)-(.)|.", re.DOTALL)


def any_of(globs: Sequence[str], *, hidden: bool) -> str:
    """What matches where one of the globs does. With `hidden` a wildcard stands for a leading dot too; in a shell it does not."""
    patterns = [_pattern(glob, hidden=hidden) for glob in globs if glob.strip("/")]
    return f"(?:{'|'.join(patterns)})" if patterns else _NOTHING


def _pattern(glob: str, *, hidden: bool) -> str:
    """The regular expression of one glob."""
    trimmed = glob.removeprefix("./").lstrip("/")
    parts = (trimmed + "**" if trimmed.endswith("/") else trimmed).split("/")
    dot = "" if hidden else _NOT_HIDDEN
    pattern = ""
    for index, part in enumerate(parts):
        last = index == len(parts) - 1
        if part == "**":
            # A second ** beside the first says nothing new, but would let a match take quadratic time.
            if index and parts[index - 1] == "**" and not last:
                continue
            pattern += f"(?:{dot}[^/]+/)*" + (f"{dot}[^/]+" if last else "")
        else:
            pattern += (dot if part[:1] in {"*", "?", "[", "{"} else "") + _component(part) + ("" if last else "/")
    return pattern


def _component(part: str) -> str:
    """One component: everything is literal but `*`, `?`, `[…]` and `{…,…}`, and these are literal too when they are not closed."""
    pattern, index, braces = "", 0, 0
    while index < len(part):
        char = part[index]
        index += 1
        match char:
            case "*":
                pattern += "[^/]*"
            case "?":
                pattern += "[^/]"
            case "[" if (end := part.find("]", index + 2 if part[index : index + 1] == "!" else index + 1)) > 0:
                pattern += _characters(part[index:end])
                index = end + 1
            case "{" if part.find("}", index) > 0:
                pattern, braces = pattern + "(?:", braces + 1
            case "," if braces:
                pattern += "|"
            case "}" if braces:
                pattern, braces = pattern + ")", braces - 1
            case _:
                pattern += re.escape(char)
    return pattern + ")" * braces


def _characters(inside: str) -> str:
    """`[abc]`, `[a-z]`, `[!abc]`; a range that runs backwards is taken letter by letter."""
    negated = inside.startswith("!")
    return f"(?!/)[{'^' if negated else ''}{_RANGE.sub(_range, inside.removeprefix('!'))}]"


def _range(match: re.Match[str]) -> str:
    """Each character escaped: `re` takes some pairs of them for operations on sets."""
    low, high = match[1], match[2]
    return re.escape(match[0]) if low is None or low > high else f"{re.escape(low)}-{re.escape(high)}"
