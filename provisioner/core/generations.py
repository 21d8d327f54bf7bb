"""What each generation of Grafana cannot do, and what is done instead: the one place where that is written down.

In: nothing, or a server that a probe found. Out: `GENERATIONS`, of which docs are made, and the limits that hold for one server. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from provisioner.core.server import Server

Release = tuple[int, int]
"""Major and minor, (9, 3)."""


class Ability(StrEnum):
    """What a generation may be able to do. The names are those of the table's columns."""

    UIDS = "uids"
    FOLDERS = "folders"
    NESTED_FOLDERS = "nested folders"
    SAME_TITLES = "same titles in one folder"
    HISTORY = "history and messages"
    AUTHORS = "authors"
    EXACT_SAVES = "exact compare-and-set"
    WHOLE_LISTS = "lists of everything"
    LISTED_MARKS = "one list for drift"
    TRASH = "trash"


@dataclass(frozen=True, slots=True)
class Limit:
    """One thing that cannot be done. `words` say it with what is done instead, for a note and for the docs."""

    ability: Ability
    words: str


@dataclass(frozen=True, slots=True)
class Generation:
    """Releases from `since` up to the next generation. `dialect` is the one that is chosen unless another is stated."""

    name: str
    since: Release
    dialect: str
    limits: tuple[Limit, ...] = ()

    def can(self, ability: Ability) -> bool:
        """Whether there is no limit of it."""
        return all(each.ability is not ability for each in self.limits)


FIRST_WITH_UIDS: Release = (5, 0)
_NESTED_SINCE: Release = (11, 0)
_LEVELS_ARE_A_SETTING: Release = (13, 0)
_LEVELS = 5

SLUG, DASHBOARD, RESOURCE = "slug API", "dashboard API", "resource API"

_UIDS = Limit(
    Ability.UIDS,
    "dashboards have no uid: each is known by the slug of its title and by a number, which is read back after it was made and kept",
)
_FOLDERS = Limit(Ability.FOLDERS, "there are no folders: they become a tag or the beginning of the title, as folders_as states")
_NO_NESTED = Limit(Ability.NESTED_FOLDERS, 'folders have no folders: one that does is titled "Parent / Child"')
_SLUGS = Limit(Ability.SAME_TITLES, "a title may be used once in the organisation, whatever its case and accents")
_TITLES = Limit(Ability.SAME_TITLES, "a title may be used once in a folder")
_HISTORY = Limit(
    Ability.HISTORY,
    "there is no history: no message is kept, and restore has what provisioner kept alone",
)
_AUTHORS = Limit(Ability.AUTHORS, "the server does not tell who saved, and counts versions from 0")
_BLIND = Limit(
    Ability.EXACT_SAVES,
    "an edit saved in the same instant as ours may be lost without a trace: every save is read back, and no history tells",
)
_RACES = Limit(
    Ability.EXACT_SAVES,
    "the server's check of versions is no lock: an edit saved in the same instant is found in the history and kept",
)
_SEARCH = Limit(
    Ability.WHOLE_LISTS,
    "search shows about a thousand dashboards: pull and inventory see no more of strangers, and ours are looked up by name",
)
_LISTS = Limit(Ability.LISTED_MARKS, "looking for drift reads one dashboard after the other, spread over drift_interval")
_TRASH = Limit(Ability.TRASH, "what is deleted is gone: provisioner keeps what it deletes, and restore puts that back")

GENERATIONS: tuple[Generation, ...] = (
    Generation("2 to 4.2", (0, 0), SLUG, (_UIDS, _FOLDERS, _SLUGS, _HISTORY, _AUTHORS, _BLIND, _SEARCH, _LISTS, _TRASH)),
    Generation("4.3 to 4.6", (4, 3), SLUG, (_UIDS, _FOLDERS, _SLUGS, _RACES, _SEARCH, _LISTS, _TRASH)),
    Generation("5 to 10", FIRST_WITH_UIDS, DASHBOARD, (_NO_NESTED, _TITLES, _RACES, _LISTS, _TRASH)),
    Generation("11.0 to 11.2", (11, 0), DASHBOARD, (_TITLES, _RACES, _LISTS, _TRASH)),
    Generation("11.3 to 11.6", (11, 3), DASHBOARD, (_RACES, _LISTS, _TRASH)),
    Generation("12 and later", (12, 0), RESOURCE),
)
"""Oldest first."""


def generation_of(release: Release | None) -> Generation:
    """The generation of a release; a server that hides its version is taken for the newest."""
    if release is None:
        return GENERATIONS[-1]
    return next(each for each in reversed(GENERATIONS) if each.since <= release)


def limits_of(version: str) -> tuple[Limit, ...]:
    """What the generation of a version cannot do."""
    return generation_of(_release_of(version)).limits


def folder_levels(server: Server) -> int | None:
    """How many folders may lie in each other, the outermost included; None where that is not known. 11 and 12 have it built in (reference
    3.1, where 4 are those above the innermost; 12.4 makes 5 and refuses the sixth); from 13 on it is a setting, and before 11 a trial.
    """
    release = _release_of(server.version)
    return _LEVELS if server.nested_folders and release is not None and _NESTED_SINCE <= release < _LEVELS_ARE_A_SETTING else None


def lacks(server: Server) -> tuple[Limit, ...]:
    """What a server that knows dashboards by slug cannot do, and what 5 can. Folders are told apart, with what became of them."""
    common = {Ability.FOLDERS, *(each.ability for each in generation_of(FIRST_WITH_UIDS).limits)} - {Ability.SAME_TITLES}
    return tuple(each for each in slug_generation(server).limits if each is _BLIND or each.ability not in common)


def slug_generation(server: Server) -> Generation:
    """The generation of a server that knows dashboards by slug. One that hides its version is taken for the oldest."""
    found = generation_of(_release_of(server.version))
    return found if found.dialect == SLUG else GENERATIONS[0]


def _release_of(version: str) -> Release | None:
    major, _, rest = version.removeprefix("v").partition(".")
    minor = rest.partition(".")[0]
    return (int(major), int(minor)) if major.isdigit() and minor.isdigit() else None
