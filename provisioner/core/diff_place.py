"""Where a walk over a dashboard stands, in the file's own path and in a person's words.

In: keys and names of entries, as the walk goes in. Out: `Place`, and from it the `Difference` that names the part and the aspect.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from provisioner.core.changes import Difference, Turn
from provisioner.core.contrast import quoted, visible

_ELIDED = frozenset({"fieldConfig", "defaults", "custom", "spec", "data", "vizConfig", "queryOptions", "timeSettings", "layout"})
"""Levels that say nothing to a person, unless they are all there is."""

_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "datasource": "data source",
        "legendFormat": "legend",
        "libraryPanel": "library panel",
        "repeat": "repeat by",
        "schemaVersion": "schema version",
        "templating": "variables",
        "time": "time range",
        "timezone": "time zone",
        "weekStart": "week start",
        "graphTooltip": "shared tooltip",
        "cursorSync": "shared tooltip",
    }
)

_NOUNS: Mapping[str, str] = MappingProxyType(
    {
        "targets": "query",
        "queries": "query",
        "transformations": "transformation",
        "overrides": "override for",
        "links": "link",
        "variables": "variable",
        "annotations": "annotation",
        "tabs": "tab",
        "rows": "row",
        "items": "item",
        "properties": "",
    }
)
"""What one entry of a list is called; entries of other lists are told by the list's name and their key."""

_PARTS = frozenset({"templating.list", "annotations.list", "links", "variables", "annotations"})
"""Lists of the root whose entries are parts of their own."""

_PART_NOUNS: Mapping[str, str] = MappingProxyType({"templating.list": "variable", "annotations.list": "annotation"})


@dataclass(frozen=True, slots=True)
class Place:
    """Where a walk stands: the `part` (empty at the root), the way `path` inside it as the file has it, and the same in words, `aspect`.

    `names` gives the part of each element of a v2 layout. An aspect that ends with a blank is followed by none.
    """

    part: str = ""
    path: str = ""
    aspect: str = ""
    names: Mapping[str, str] = field(default_factory=dict)

    def at(self, key: str, *, spoken: bool = False) -> Place:
        """One key further in. `spoken` names a level that is passed over in silence otherwise: it is what came or went."""
        path = f"{self.path}.{key}" if self.path else key
        if not spoken and self._silent(key):
            return replace(self, path=path)
        joint = "." if self.aspect and not self.aspect.endswith(" ") else ""
        return replace(self, path=path, aspect=f"{self.aspect}{joint}{_WORDS.get(key, key)}")

    def entry(self, key: str) -> Place:
        """The entry `key` of the list that stands here."""
        if not self.part and self.path in _PARTS:
            noun = _PART_NOUNS.get(self.path) or _NOUNS[self.path]
            return replace(self, part=f"{noun} {quoted(key)}", path="", aspect="")
        name = self.path.rpartition(".")[2]
        path = f"{self.path}[{key}]"
        if name not in _NOUNS:
            return replace(self, path=path, aspect=f"{self.aspect}[{visible(key)}]")
        before = self.aspect[: len(self.aspect) - len(name)].rstrip(". ")
        return replace(self, path=path, aspect=f"{before} {_NOUNS[name]}".strip() + f" {visible(key)} ")

    def tell(self, turn: Turn, before: str = "", after: str = "") -> Difference:
        """A difference at this place; at the root the way itself is the part."""
        aspect = self.aspect.strip() or self.path
        part, aspect = (self.part, aspect) if self.part else (aspect or "dashboard", "")
        return Difference(turn, part, aspect, before, after)

    def _silent(self, key: str) -> bool:
        """Whether a level adds nothing for a person: wrappers, the value of an override's property, the query inside a v2 query."""
        if key in _ELIDED:
            return bool(self.part or self.path)
        inner = self.path.rpartition(".")[2]
        return (key == "value" and inner.startswith("properties[")) or (key == "query" and self.path.endswith("].spec"))
