"""Whether what is live is what we wrote, in the form that the server's own pages give it: migrated, defaults filled in (reference 0.1).

In: what the server would make of our content, and what is live. Out: yes or no. Pure. In doubt no: an edit is never called a migration.
"""

from __future__ import annotations

from collections.abc import Mapping

from provisioner.core.canonical import fingerprint
from provisioner.core.model import Json

_FORCED = "refresh"


def is_same_form(migrated: Mapping[str, Json], live: Mapping[str, Json]) -> bool:
    """Equal in the normal form, but for `datasource: null` of panels and variables: pages drop it, the server does not (6 of 40 real
    dashboards, reference 0.1).
    """
    return fingerprint(_without_nulls(migrated)) == fingerprint(_without_nulls(live))


def may_be_forced(base: Mapping[str, Json], live: Mapping[str, Json]) -> bool:
    """Whether the two differ in what servers force on saving, and in nothing else: a `refresh` that is too quick or no duration becomes the
    least that is allowed (7.2 to 13.0, reference 6.1). Only what the server has of our own save tells whether it was the server.
    """
    if not (isinstance(base.get(_FORCED), str) and isinstance(live.get(_FORCED), str) and base[_FORCED] != live[_FORCED]):
        return False
    return fingerprint({**base, _FORCED: ""}) == fingerprint({**live, _FORCED: ""})


def _without_nulls(content: Mapping[str, Json]) -> dict[str, Json]:
    found = dict(content)
    if isinstance(panels := found.get("panels"), list):
        found["panels"] = [_row(each) for each in panels]
    templating = found.get("templating")
    if isinstance(templating, dict) and isinstance(variables := templating.get("list"), list):
        found["templating"] = {**templating, "list": [_named(each) for each in variables]}
    return found


def _row(panel: Json) -> Json:
    """A panel, or a row with the panels that are folded into it."""
    bare = _named(panel)
    if isinstance(bare, dict) and isinstance(folded := bare.get("panels"), list):
        return {**bare, "panels": [_named(each) for each in folded]}
    return bare


def _named(value: Json) -> Json:
    if isinstance(value, dict) and "datasource" in value and value["datasource"] is None:
        return {key: each for key, each in value.items() if key != "datasource"}
    return value
