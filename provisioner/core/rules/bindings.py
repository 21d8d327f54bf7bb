"""What a dashboard is bound to outside itself: data sources, library panels; and the variables that it binds together with.

In: the parts of a dashboard. Out: findings. Inputs (`__inputs`, `${DS_…}`) are not told here: whether one is filled depends on the target.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from provisioner.core.model import Json
from provisioner.core.rules.anatomy import Anatomy, Part, title_of
from provisioner.core.rules.data_sources import Named, first_of_each
from provisioner.core.rules.finding import Finding, shown

_PLACEHOLDER = re.compile(r"\{\{|\}\}|<%|<no value>")


def named_sources(names: Iterable[Named]) -> Iterator[Finding]:
    """Data sources by name, or by another tool's placeholder. Each is said once."""
    for name, pointer in first_of_each(names).items():
        if _PLACEHOLDER.search(name):
            message = f"the data source is {shown(name)}, which some template should have replaced"
            yield Finding("data-source-placeholder", pointer, message)
        else:
            yield Finding("data-source-by-name", pointer, f"the data source is given by its name, {shown(name)}")


def default_source(whole: Anatomy) -> Iterator[Finding]:
    """Panels whose queries go to whatever the server has for a default."""
    default = [each for each in whole.panels if _asks_default(each.value)]
    if default:
        count = f"{len(default)} panels ask" if len(default) > 1 else f"{title_of(default[0].value)} asks"
        yield Finding("data-source-default", default[0].pointer, f"{count} whatever data source is the server's default")


def library(whole: Anatomy) -> Iterator[Finding]:
    """Library panels: those that the file brings along, those that the server must have, and those that name none."""
    own = _elements(whole.body.get("__elements"))
    brought: list[Part] = []
    outside: list[Part] = []
    for panel in whole.panels:
        reference = panel.value.get("libraryPanel")
        if isinstance(reference, dict) and reference:
            uid = reference.get("uid")
            if not isinstance(uid, str) or not uid:
                message = f"{title_of(panel.value)} names no uid of a library panel"
                yield Finding("library-panel-unnamed", f"{panel.pointer}/libraryPanel", message)
            else:
                (brought if uid in own else outside).append(panel)
    if brought:
        message = f"{len(brought)} of the panels are library panels that the file brings along; they become panels of the dashboard"
        yield Finding("library-panel-embedded", f"{brought[0].pointer}/libraryPanel", message)
    if outside:
        uids = sorted({panel.value["libraryPanel"]["uid"] for panel in outside})
        message = f"the library of the server must have {', '.join(shown(uid) for uid in uids[:5])}{' and more' if len(uids) > 5 else ''}"
        yield Finding("library-panel-outside", f"{outside[0].pointer}/libraryPanel", message)


def variables(own: Iterable[Part]) -> Iterator[Finding]:
    """Two variables of one name, and variables whose name is blank."""
    count: Counter[str] = Counter()
    for variable in own:
        name = variable.value.get("name")
        if isinstance(name, str):
            count[name] += 1
            if not name.strip():
                yield Finding("variable-unnamed", f"{variable.pointer}/name", "a variable has a blank name")
            elif count[name] == 2:
                yield Finding("variable-duplicate", f"{variable.pointer}/name", f"two variables have the name {shown(name)}")


def _asks_default(panel: Mapping[str, Json]) -> bool:
    """Whether the panel has queries, and neither it nor any of them says where to send them."""
    targets = panel.get("targets")
    if panel.get("datasource") not in (None, "", "default") or not isinstance(targets, list):
        return False
    return any(isinstance(each, dict) and each.get("datasource") in (None, "", "default") for each in targets)


def _elements(value: Json) -> frozenset[str]:
    """The uids of the library panels that an export brings along: keys of an object, or in Grafana 8 entries of a list."""
    if isinstance(value, dict):
        return frozenset(value)
    each_uid = (each.get("uid") for each in value if isinstance(each, dict)) if isinstance(value, list) else ()
    return frozenset(uid for uid in each_uid if isinstance(uid, str))
