"""What changed from live to desired, in the words of a dashboard: panels, queries, variables, layout.

In: two bodies in the normal form (`canonical.normal`). Out: `differences`, in a stable order, the order of keys ignored; none exactly
when the two are equal as values. Panels are matched here, wherever they lie: at the top, in a row panel, in the rows of old dashboards,
among the elements of v2. What is inside them and around them is walked in `diff_walk.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from provisioner.core.changes import Difference, Turn
from provisioner.core.contrast import contrast, quoted, shown
from provisioner.core.diff_place import Place
from provisioner.core.diff_walk import MISSING, keys, same, walk
from provisioner.core.model import Json

_PANELS = frozenset({"panels", "rows"})
"""The keys of the root that hold panels. A v2 body has `elements` instead."""


def differences(before: Mapping[str, Json], after: Mapping[str, Json]) -> tuple[Difference, ...]:
    """What changed from `before` (live) to `after` (desired); empty exactly when they are equal as values."""
    old, new = dict(before), dict(after)
    if same(old, new):
        return ()
    root = Place(names=_names(new) | _names(old))
    found: list[Difference] = []
    for key in keys(old, new):
        if key == "elements":
            found += _elements(root, old.get(key, MISSING), new.get(key, MISSING))
        elif key not in _PANELS:
            found += walk(root.at(key), old.get(key, MISSING), new.get(key, MISSING))
    found += _panels(root, {key: old[key] for key in old.keys() & _PANELS}, {key: new[key] for key in new.keys() & _PANELS})
    return tuple(found)


# --- panels of the classic form -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Panel:
    """A panel or a row without what lies in it. `holder` is the number of the row that it lies in, None at the top."""

    own: dict[str, Json]
    holder: int | None
    row: bool

    @property
    def part(self) -> str:
        """'panel "p99" (id 4)', 'row "Hosts"', 'text panel (id 7)' when it has no title."""
        title, kind, number = self.own.get("title"), self.own.get("type"), self.own.get("id")
        noun = "row" if self.row else "panel"
        named = f"{noun} {quoted(title)}" if isinstance(title, str) and title else noun
        if named == "panel" and isinstance(kind, str) and kind:
            named = f"{shown(kind)} panel"
        return named if number is None else f"{named} (id {shown(number)})"

    @property
    def number(self) -> str | None:
        """Its id, if it has one that can be one."""
        number = self.own.get("id")
        return str(number) if isinstance(number, int) and not self.plain_row else None

    @property
    def plain_row(self) -> bool:
        """A row of old dashboards, which has no id and no type."""
        return self.row and "type" not in self.own

    @property
    def look(self) -> str:
        """What it is told by when it has no id that the other side has too."""
        return f"{self.own.get('title')!r} {'row' if self.row else self.own.get('type')!r}"


def _panels(root: Place, before: Mapping[str, Json], after: Mapping[str, Json]) -> Iterator[Difference]:
    """Panels side by side; by their path when either side has something there that is no panel."""
    if same(before, after):
        return
    old, new = _flat(before), _flat(after)
    found = tuple(_matched(old, new)) if old is not None and new is not None else ()
    yield from found
    if not found:
        for key in keys(before, after):
            yield from walk(root.at(key), before.get(key, MISSING), after.get(key, MISSING))


def _flat(body: Mapping[str, Json]) -> list[_Panel] | None:
    """All panels and rows in the order of the file; None when something is there that is no panel."""
    found: list[_Panel] = []
    whole = all(_gather(body.get(key, []), None, found, rows=key == "rows") for key in ("panels", "rows"))
    return found if whole else None


def _gather(values: Json, holder: int | None, found: list[_Panel], *, rows: bool = False) -> bool:
    """Adds the panels of one list and of the rows in it; False when it is no list of panels."""
    if values is None:
        return True
    if not isinstance(values, list):
        return False
    for value in values:
        if not isinstance(value, dict):
            return False
        own = {key: value[key] for key in value if key != "panels"}
        found.append(_Panel(own, holder, rows or own.get("type") == "row"))
        if not _gather(value.get("panels", []), len(found) - 1, found):
            return False
    return True


def _matched(old: list[_Panel], new: list[_Panel]) -> Iterator[Difference]:
    """Each panel of both sides told of once: the live ones in their order, then those that are added."""
    pairs = _pairs(old, new)
    told: list[Difference] = []
    for at, panel in enumerate(old):
        if at not in pairs:
            told.append(Place(panel.part).tell(Turn.REMOVED))
            continue
        match = new[pairs[at]]
        told += walk(Place(panel.part), panel.own, match.own)
        held = None if panel.holder is None else pairs.get(panel.holder, -1)
        if held != match.holder:
            told.append(Place(panel.part, aspect="row").tell(Turn.MOVED, _holder(old, panel), _holder(new, match)))
    reached = set(pairs.values())
    told += (Place(panel.part).tell(Turn.ADDED) for at, panel in enumerate(new) if at not in reached)
    yield from told
    if list(pairs.values()) != sorted(reached) and not any(each.turn is Turn.MOVED for each in told):
        # Grafana sorts the list whenever somebody moves a panel: the order is news only where nothing was moved.
        order = [old[at].part for at in pairs], [old[at].part for at in sorted(pairs, key=lambda at: pairs[at])]
        yield Place("panels", aspect="order").tell(Turn.MOVED, *contrast(", ".join(order[0]), ", ".join(order[1])))


def _holder(panels: list[_Panel], panel: _Panel) -> str:
    return "none" if panel.holder is None else panels[panel.holder].part.removeprefix("row ")


def _pairs(old: list[_Panel], new: list[_Panel]) -> dict[int, int]:
    """Which panel of the one side is which of the other, in the order of the first: by id, and what is left by title and type."""
    by_id = _numbered([panel.number for panel in old]), _numbered([panel.number for panel in new])
    pairs = {at: by_id[1][key] for key, at in by_id[0].items() if key in by_id[1]}
    reached = set(pairs.values())
    by_look = (
        _numbered([None if at in pairs else panel.look for at, panel in enumerate(old)]),
        _numbered([None if at in reached else panel.look for at, panel in enumerate(new)]),
    )
    pairs |= {at: by_look[1][key] for key, at in by_look[0].items() if key in by_look[1]}
    return dict(sorted(pairs.items()))


def _numbered(names: list[str | None]) -> dict[tuple[str, int], int]:
    """Where each name stands, a second one of it apart from the first; None is nobody's name."""
    seen: dict[str, int] = {}
    places: dict[tuple[str, int], int] = {}
    for at, name in enumerate(names):
        if name is not None:
            seen[name] = seen.get(name, 0) + 1
            places[name, seen[name]] = at
    return places


# --- elements of the v2 form --------------------------------------------------------------------------------------------------------------


def _elements(root: Place, before: Json, after: Json) -> Iterator[Difference]:
    if not isinstance(before, dict) or not isinstance(after, dict):
        yield from walk(root.at("elements"), before, after)
        return
    for key in keys(before, after):
        yield from walk(Place(root.names.get(key) or f"element {quoted(key)}"), before.get(key, MISSING), after.get(key, MISSING))


def _names(body: Mapping[str, Json]) -> dict[str, str]:
    """What each element of a v2 body is called; those that are no panels are called by their key."""
    elements = body.get("elements")
    if not isinstance(elements, dict):
        return {}
    return {
        key: _Panel(element["spec"], None, row=False).part
        for key, element in elements.items()
        if isinstance(element, dict) and isinstance(element.get("spec"), dict)
    }
