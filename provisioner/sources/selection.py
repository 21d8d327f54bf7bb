"""Which files of a source count: include and exclude globs over the path within the source.

In: a `Selection`. Out: `Chooser`, which answers for a path in about a microsecond. It touches no file and raises nothing: a glob that
makes no sense matches nothing, and the source then says that it is empty.

The rules, in full:
- A glob is matched against the whole path within the source, case-sensitively. `*` and `?` stop at a slash; `**` as a whole component
  crosses any number of directories, none included; `[ab]`, `[!ab]` and `{json,yaml}` mean what they mean in a shell. `prod/` is
  `prod/**`.
- As in a shell, a wildcard in an include does not stand for a leading dot: hidden files and directories (`.github`, a ConfigMap's
  `..data`) count only where an include spells the dot (`.grafana/**/*.json`). `.git` never counts.
- Excludes win over includes. In an exclude a wildcard stands for a leading dot too, and a glob that matches a directory takes all of it
  out: the directory is not even entered.
- `_folder.json`, `_folder.yaml` and `_folder.yml` need no include, because they belong to their directory; hiding and excludes hold for
  them too.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from provisioner.core.settings import Selection

_FOLDER_FILES = ("**/_folder.json", "**/_folder.yaml", "**/_folder.yml")
_NOTHING = r"(?!)"
_NOT_HIDDEN = r"(?!\.)"


class Chooser:
    """A selection, compiled once."""

    __slots__ = ("_excluded", "_included", "_may_hide")

    def __init__(self, selection: Selection) -> None:
        includes = [*selection.include, *_FOLDER_FILES]
        self._included = re.compile(_any_of(includes, hidden=False), re.DOTALL)
        # "vendor/**" is "vendor" here: what is in it is out either way, and now it need not be entered.
        excludes = [re.sub(r"(?<=[^*])/\*\*$", "", glob) for glob in selection.exclude]
        self._excluded = re.compile(_any_of(excludes, hidden=True) + "(?:/.*)?", re.DOTALL)
        self._may_hide = any("." in (part[:1] for part in glob.split("/")) for glob in includes)

    def takes(self, path: str) -> bool:
        """Whether the file at this path counts."""
        return self._included.fullmatch(path) is not None and self._excluded.fullmatch(path) is None

    def enters(self, directory: str) -> bool:
        """Whether a file below this directory could count. True where that would take long to find out."""
        name = directory.rpartition("/")[2]
        if name == ".git" or (name.startswith(".") and not self._may_hide):
            return False
        return self._excluded.fullmatch(directory) is None


def _any_of(globs: Sequence[str], *, hidden: bool) -> str:
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
    body = inside[1:] if negated else inside
    ranges = re.sub(r"([\\\]\[^&~|])", r"\\\1", body)
    if any(low > high for low, high in re.findall(r"(.)-(.)", body)):
        ranges = "".join(re.escape(char) for char in body)
    return f"(?!/)[{'^' if negated else ''}{ranges}]"
