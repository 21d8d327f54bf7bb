"""The desired for a server without folders and uids (Grafana 2 to 4): folders become a tag or the beginning of the title, and titles that
would be one name there are told before anything is sent.

In: what the target should hold, the server, what the target states. Out: the desired as this server can hold it; the same value for every
other server. Nothing else of a dashboard changes, and what was done is said once.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import assert_never

from provisioner.core.catalog import BY_CODE, problem, weighed
from provisioner.core.generations import lacks
from provisioner.core.model import ROOT, Desired, DesiredDashboard, Fill, Hiding, SourceName
from provisioner.core.problems import MOST_LISTED, Problem, Severity, listed, ordered
from provisioner.core.server import Server
from provisioner.core.settings import FoldersAs, TargetSettings
from provisioner.core.slugs import slug_key, slug_of

LONGEST_TAG = 50
"""Letters. The server's column `term` holds no more; databases but SQLite refuse what is longer."""

_JOINT = " / "
_HASH_DIGITS = 8
_Told = tuple[DesiredDashboard, Problem]


@dataclass(frozen=True, slots=True)
class Flattening:
    """What decides how a target is flattened. `subject` is what notes are about ("target production")."""

    server: Server
    subject: str
    folders_as: FoldersAs
    severities: tuple[tuple[str, Severity], ...] = ()

    @staticmethod
    def of(server: Server, target: TargetSettings, severities: tuple[tuple[str, Severity], ...]) -> Flattening:
        """As a target states it."""
        return Flattening(server, f"target {target.name}", target.folders_as, severities)


def servable(desired: Desired, how: Flattening) -> Desired:
    """The desired as the server can hold it."""
    if not how.server.by_slug:
        return desired
    severities = {code: each for code, each in how.severities if code not in BY_CODE or not BY_CODE[code].fixed}
    dashboards = flat(desired, how.folders_as).dashboards
    told: list[Problem] = [*weighed(tuple(_notes(desired, how)), severities)]
    refused: set[tuple[SourceName, str]] = set()
    for dashboard, each in (*_nameless(dashboards), *_sharing(dashboards)):
        for weighty in weighed((each,), severities):
            told.append(weighty)
            if weighty.severity is Severity.ERROR:
                refused.add(_file(dashboard))
    kept = tuple(each for each in dashboards if _file(each) not in refused)
    left = [each for each in dashboards if _file(each) in refused]
    return replace(
        desired,
        folders=(),
        dashboards=kept,
        problems=ordered([*desired.problems, *told]),
        withheld=desired.withheld | {each.uid for each in left},
        hiding=tuple(sorted({*desired.hiding, *(Hiding(each.origin.shown, *_file(each)) for each in left if each.derived)})),
    )


def flat(desired: Desired, folders_as: FoldersAs) -> Desired:
    """The desired without folders, and nothing told of it."""
    return replace(desired, folders=(), dashboards=tuple(_flat(each, folders_as) for each in desired.dashboards))


def _flat(dashboard: DesiredDashboard, folders_as: FoldersAs) -> DesiredDashboard:
    """One dashboard, with a tag or a prefix instead of its folder."""
    fill, title = flat_fill(dashboard.fill, dashboard.titles, folders_as), dashboard.title
    return replace(dashboard, title=f"{fill.prefix}{title.strip()}" if fill.prefix else title, folder=ROOT, titles=(), fill=fill)


def flat_fill(fill: Fill, titles: tuple[str, ...], folders_as: FoldersAs) -> Fill:
    """What fills a dashboard whose folders have these titles, from the top."""
    if not titles:
        return fill
    match folders_as:
        case FoldersAs.TAG:
            return replace(fill, folder_tag=folder_tag(titles))
        case FoldersAs.PREFIX:
            return replace(fill, prefix=_JOINT.join((*titles, "")))
        case FoldersAs.NONE:
            return fill
        case never:
            assert_never(never)


def folder_tag(titles: tuple[str, ...]) -> str:
    """As "Platform / Hosts". One that is too long ends in a hash of the whole, so that two folders are never one tag."""
    whole = _JOINT.join(titles)
    if len(whole) <= LONGEST_TAG:
        return whole
    digest = hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()[:_HASH_DIGITS]
    return f"{whole[: LONGEST_TAG - _HASH_DIGITS - 2].rstrip()} …{digest}"


def _notes(desired: Desired, how: Flattening) -> Iterator[Problem]:
    """What this generation cannot do, each thing once, whatever the number of dashboards."""
    version = f"Grafana {how.server.version}" if how.server.version else "this Grafana"
    for limit in lacks(how.server):
        yield problem("server-limits", how.subject, f"{version}: {limit.words}")
    used = sorted({_JOINT.join(each.titles) for each in desired.dashboards if each.titles})
    if used:
        which = listed([f'"{each}"' for each in used[: MOST_LISTED + 1]], len(used))
        yield problem("folders-flattened", how.subject, f"{version} has no folders: {_INSTEAD[how.folders_as]} ({which})")


_INSTEAD: Mapping[FoldersAs, str] = MappingProxyType(
    {
        FoldersAs.TAG: "the folder of each dashboard becomes one of its tags",
        FoldersAs.PREFIX: "the folder of each dashboard becomes the beginning of its title",
        FoldersAs.NONE: "folders are left out",
    }
)


def _nameless(dashboards: Iterable[DesiredDashboard]) -> Iterator[_Told]:
    """Titles of signs alone: such a dashboard can be saved, and then neither be opened nor deleted."""
    for each in dashboards:
        if slug_of(each.title) == "":
            message = f'the title "{each.title}" has neither letter nor digit, and this Grafana finds dashboards by those'
            yield each, _about(each, "slug-empty", message)


def _sharing(dashboards: Iterable[DesiredDashboard]) -> Iterator[_Told]:
    """Titles that are one name on the server, each with the files of the others."""
    by_key: dict[str, dict[str, DesiredDashboard]] = defaultdict(dict)
    for each in dashboards:
        by_key[slug_key(each.title)][each.uid] = each
    for key, same in by_key.items():
        if key == "" or len(same) == 1:
            continue
        for each in same.values():
            others = [f'{other.origin.shown} ("{other.title}")' for other in same.values() if other is not each]
            message = f'"{each.title}" and the title of {listed(others)} are one name for this Grafana: "{key}"'
            yield each, _about(each, "slug-duplicate", message)


def _about(dashboard: DesiredDashboard, code: str, message: str) -> Problem:
    document = dashboard.document
    return problem(code, dashboard.origin.shown, message, pointer=f"{document.pointer}/title", document=document.document)


def _file(dashboard: DesiredDashboard) -> tuple[SourceName, str]:
    return (dashboard.origin.source, dashboard.origin.path)
