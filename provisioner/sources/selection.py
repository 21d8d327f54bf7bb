"""Which files of a source count: include and exclude globs over the path within the source.

In: a `Selection`. Out: `Chooser`, which answers for a path in about a microsecond. It touches no file and raises nothing: a glob that
makes no sense matches nothing, and the source then says that it is empty.

The rules, in full:
- What a glob means by itself is told in `core/globs.py`. It is matched against the whole path within the source.
- As in a shell, a wildcard in an include does not stand for a leading dot: hidden files and directories (`.github`, a ConfigMap's
  `..data`) count only where an include spells the dot (`.grafana/**/*.json`). `.git` never counts.
- Excludes win over includes. In an exclude a wildcard stands for a leading dot too, and a glob that matches a directory takes all of it
  out: the directory is not even entered.
- `_folder.json`, `_folder.yaml` and `_folder.yml` need no include, because they belong to their directory; hiding and excludes hold for
  them too.
"""

from __future__ import annotations

import re

from provisioner.core.globs import any_of
from provisioner.core.settings import Selection

_FOLDER_FILES = ("**/_folder.json", "**/_folder.yaml", "**/_folder.yml")


class Chooser:
    """A selection, compiled once."""

    __slots__ = ("_excluded", "_included", "_may_hide")

    def __init__(self, selection: Selection) -> None:
        includes = [*selection.include, *_FOLDER_FILES]
        self._included = re.compile(any_of(includes, hidden=False), re.DOTALL)
        # "vendor/**" is "vendor" here: what is in it is out either way, and now it need not be entered.
        excludes = [re.sub(r"(?<=[^*])/\*\*$", "", glob) for glob in selection.exclude]
        self._excluded = re.compile(any_of(excludes, hidden=True) + "(?:/.*)?", re.DOTALL)
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
