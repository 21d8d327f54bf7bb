"""What an organisation has beside dashboards and folders: its home dashboard and its tags. The same by every dialect.

In: a client, the release that answers. Out: core's values. The home dashboard is a preference of the organisation:
    9 and later   by uid. PATCH leaves the other preferences as they are (read in the source; no transcript has it)
    3 to 8        by numeric id alone: a uid is silently ignored (transcripts "home preference"). PUT replaces all preferences, so those
                  that were just read are sent back with it
    2             none: 404
Preferences have no version: between the read and the PUT of 3 to 8 somebody's change of the theme could be lost.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from provisioner.core.answers import Busy, Forbidden, Rejected, Unknown
from provisioner.core.home import Home, HomeAnswer, HomeHidden, HomeIs, HomeSet, NoHome, NoHomes, is_home
from provisioner.core.model import Json, Uid
from provisioner.core.payload import encode
from provisioner.core.server import Found
from provisioner.grafana import failures
from provisioner.grafana.addresses import home_in
from provisioner.grafana.client import Client, is_refusal_to_work
from provisioner.grafana.probe import Release
from provisioner.grafana.replies import Lost, Reply
from provisioner.grafana.search import found_in, search

_PREFERENCES = "/api/org/preferences"
_BY_UID_SINCE: Release = (9, 0)
_UIDS_SINCE: Release = (5, 0)
_UID, _NUMBER = "homeDashboardUID", "homeDashboardId"
_READ, _WRITE = "orgs.preferences:read", "orgs.preferences:write"

Tags = tuple[tuple[str, int], ...]


class OrganisationRoutes:
    """One organisation: a `core.dialect.Organisation`. Thread-safe."""

    def __init__(self, client: Client, release: Release | None) -> None:
        self._client = client
        self._release = release

    def home(self) -> Home:
        return home(self._client, self._release)

    def choose_home(self, uid: Uid, number: int) -> HomeAnswer:
        return choose_home(self._client, self._release, uid, number)

    def listed(self) -> tuple[Found, ...] | None:
        if self._release is not None and self._release < _UIDS_SINCE:
            return None
        return tuple(found_in(self._client.site, row) for row in search(self._client, self._release, "dash-db"))

    def tags(self) -> Tags | None:
        return tags(self._client)


def home(client: Client, release: Release | None) -> Home:
    """The home dashboard of the organisation. Raises TargetError."""
    reply = client.read(_PREFERENCES)
    if reply.status == 403 and reply.is_json:
        return HomeHidden(reply.words, failures.permission_in(reply.words) or _READ, _shown(client))
    if reply.status == 404 and reply.is_json:
        return NoHomes(failures.saying(reply))
    if not reply.ok or not isinstance(reply.value, Mapping):
        raise failures.of_read(client.site, "the question for the preferences of the organisation", reply)
    uid, number = reply.fields.get(_UID), reply.fields.get(_NUMBER)
    if isinstance(uid, str) and uid:
        return HomeIs(Uid(uid), number if type(number) is int else 0)
    if type(number) is not int or number == 0 or (release is not None and release >= _BY_UID_SINCE):
        return NoHome()  # with a number and without a uid, the chosen one is gone
    return _numbered(client, release, number)


def choose_home(client: Client, release: Release | None, uid: Uid, number: int) -> HomeAnswer:
    """Sets it, and reads it back: some servers say 200 and do nothing. Raises TargetError."""
    ways: list[Callable[[], Reply | Lost]] = []
    if release is None or release >= _BY_UID_SINCE:
        ways += [lambda: client.write(_PREFERENCES, encode({_UID: uid}), "PATCH"), lambda: _put(client, {_UID: uid})]
    if release is None or release < _BY_UID_SINCE:
        ways.append(lambda: _put(client, {_NUMBER: number}))
    answer: HomeAnswer = Unknown("")
    for way in ways:
        answer = _answer(way())
        # What was read back decides, also where the answer was lost.
        if isinstance(answer, HomeSet | Unknown) and is_home(home(client, release), uid, number):
            return HomeSet()
        if isinstance(answer, HomeSet):
            answer = Rejected(200, "the server says that it was set, and it is not")
        if not isinstance(answer, Rejected):
            break
    return answer


def tags(client: Client) -> Tags | None:
    """All tags and how many dashboards carry each, most used first; None when the credential may not list them. Raises TargetError."""
    reply = client.read("/api/dashboards/tags")
    if reply.status in {403, 404} and reply.is_json:
        return None
    rows = reply.rows
    if not reply.ok or rows is None:
        raise failures.of_read(client.site, "the list of tags", reply)
    found = ((str(row.get("term")), row.get("count")) for row in rows if row.get("term"))
    return tuple(sorted(((term, number) for term, number in found if type(number) is int), key=lambda each: (-each[1], each[0])))


def _numbered(client: Client, release: Release | None, number: int) -> Home:
    """The dashboard of this id, by search: it tells uids from 5 on. One that it does not list is gone."""
    if release is not None and release < _UIDS_SINCE:
        return HomeIs(Uid(""), number)
    reply = client.read("/api/search", {"dashboardIds": number, "limit": 10})
    rows = reply.rows
    if not reply.ok or rows is None:
        raise failures.of_read(client.site, "the search for the home dashboard", reply)
    found = (str(row["uid"]) for row in rows if row.get("id") == number and row.get("uid"))
    uid = next(found, "")
    return HomeIs(Uid(uid), number) if uid else NoHome()


def _shown(client: Client) -> Uid | None:
    """The one that this credential is shown, which is the organisation's unless its team or itself has another. All may ask."""
    return home_in(client.read("/api/dashboards/home").fields.get("redirectUri"))


def _put(client: Client, chosen: Mapping[str, Json]) -> Reply | Lost:
    """All preferences as they are, but for this one."""
    reply = client.read(_PREFERENCES)
    if not reply.ok:
        return reply
    others = {key: value for key, value in reply.fields.items() if key not in {_UID, _NUMBER}}
    return client.write(_PREFERENCES, encode({**others, **chosen}), "PUT")


def _answer(reply: Reply | Lost) -> HomeAnswer:
    if isinstance(reply, Lost):
        return Unknown(reply.words)
    if reply.ok:
        return HomeSet()
    if is_refusal_to_work(reply):
        return Busy(reply.words, reply.retry_after)
    if reply.status == 403:
        return Forbidden(reply.words, failures.permission_in(reply.words) or _WRITE)
    return Unknown(failures.saying(reply)) if reply.status >= 500 else Rejected(reply.status, reply.words)
