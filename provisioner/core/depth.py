"""Folders that a server will not make, because too many lie in each other: told before anything is sent, and the files below kept back.

In: what a target should hold and what its server holds. Out: the desired without what cannot be, and a problem for each file. A folder that
is there already is used as it is, however deep it lies. Where the limit is not known nothing is said: then the server's answer tells.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from provisioner.core.catalog import problem, weighed
from provisioner.core.generations import folder_levels
from provisioner.core.live import Live
from provisioner.core.model import ROOT, Desired, DesiredDashboard, FolderUid, Hiding
from provisioner.core.placing import settle_folders
from provisioner.core.problems import Problem, Severity, errors

_LONGEST_CHAIN = 64
"""More folders within each other are a circle, which a server cannot mean."""


def within_depth(desired: Desired, live: Live, severities: Mapping[str, Severity]) -> tuple[Desired, tuple[Problem, ...]]:
    """The desired without the dashboards whose folder would lie too deep, unless somebody gave that problem less weight; and the problems,
    which are not among those of the desired. Their uids are withheld: what is live of them stays.
    """
    most = folder_levels(live.server)
    depths = {} if most is None else _too_deep(desired, live, most)
    if most is None or not depths:
        return desired, ()
    told: list[Problem] = []
    refused: list[DesiredDashboard] = []
    for each in desired.dashboards:
        if each.folder in depths:
            found = weighed((_about(each, depths[each.folder], most, live),), severities)
            told += found
            if errors(found):
                refused.append(each)
    return _without(desired, refused), tuple(told)


def _too_deep(desired: Desired, live: Live, most: int) -> dict[FolderUid, int]:
    """How deep each folder would lie that is not there and may not be made. Those that are used as they are there are none of them."""
    parents = {each.uid: each.parent for each in live.folders}
    there = frozenset(parents)
    if all(each.uid in there for each in desired.folders):
        return {}
    placed = settle_folders(replace(desired, dashboards=()), live).folders
    parents |= {each.uid: each.parent for each in placed if each.uid not in there}
    depths = ((each.uid, _depth(each.uid, parents)) for each in placed if each.uid not in there)
    return {uid: depth for uid, depth in depths if depth > most}


def _depth(uid: FolderUid, parents: Mapping[FolderUid, FolderUid]) -> int:
    """1 at the top. A parent that nobody sees counts as the top: there may be more above it, and the server knows."""
    depth = 0
    while uid != ROOT and uid in parents and depth < _LONGEST_CHAIN:
        depth += 1
        uid = parents[uid]
    return depth


def _about(dashboard: DesiredDashboard, depth: int, most: int, live: Live) -> Problem:
    folder, version = dashboard.titles[-1], live.server.version
    message = f'folder "{folder}" would lie {depth} levels deep, and Grafana {version} takes {most}: the file is not applied'
    return problem("folder-too-deep", dashboard.origin.shown, message, document=dashboard.document.document)


def _without(desired: Desired, refused: list[DesiredDashboard]) -> Desired:
    """Folders stay: a directory stands for each, so none of them is gone."""
    if not refused:
        return desired
    left = {each.uid for each in refused}
    nameless = (Hiding(each.origin.shown, each.origin.source, each.origin.path) for each in refused if each.derived)
    return replace(
        desired,
        dashboards=tuple(each for each in desired.dashboards if each.uid not in left),
        withheld=desired.withheld | left,
        hiding=tuple(sorted({*desired.hiding, *nameless})),
    )
