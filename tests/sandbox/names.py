"""What varies from run to run in the answers of a server: the rules that make two runs comparable, all in this place.

In: a recorded answer and ours. Out: how they differ, in sentences. Rules:
1. A uid that no request named was made by the server: the first time it is seen ours is learned for it, from then on
   it must be that one. Where only the address of a folder tells its uid (up to 7), it is learned from there.
2. Numeric ids of dashboards, folders and rows of the history likewise. 0 and ids of organisations, people, keys and
   tokens are compared as they are.
3. Learned uids and long ids are replaced wherever they stand inside a text (addresses, messages), and in the requests
   that are sent.
4. A time must be a time; the year 1 must be the year 1. `accessErrorId` must be "ACE" and ten digits. A key must be
   there. A `continueToken` must be there or not. A web page must be a web page.
5. What names a state, an identity or a place in a list is learned as a uid is: `resourceVersion`, `continue`, the uid in
   `grafana.app/createdBy` and `updatedBy`, a name that was made out of `generateName`. Where a provisioned file came from
   must be there; an address of the server must be one; what a search cost must be a number.
6. In an answer that is a list of hits, neighbours of one title whose uids the server made may stand in any order.
Everything else is compared as it is, also whether a number is written as a whole one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, TypeVar

from provisioner.sandbox.content import Json

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_OF_A_FOLDER = re.compile(r"/dashboards/f/([^/]+)/")
_NEVER = "0001-01-01T00:00:00Z"
_TIMES = frozenset(
    {"created", "updated", "createdAt", "updatedAt", "creationTimestamp", "deletionTimestamp", "grafana.app/updatedTimestamp"}
)
_INTERNAL_ID = "grafana.app/deprecatedInternalID"
_IDENTITIES = frozenset({"grafana.app/createdBy", "grafana.app/updatedBy"})
_SOURCES = frozenset({"grafana.app/sourcePath", "grafana.app/sourceChecksum", "grafana.app/sourceTimestamp"})
_UIDS = frozenset({"uid", "folderUid"})
_IDS = frozenset({"id", "dashboardId", "folderId"})
_OF_SOMEBODY = frozenset({"key", "login", "address"})
_LONG = 8

T = TypeVar("T", int, str)


@dataclass
class Names:
    """What stands for what: recorded names of the server's making, and ours."""

    uids: dict[str, str] = field(default_factory=dict)
    ids: dict[int, int] = field(default_factory=dict)
    rows: dict[int, int] = field(default_factory=dict)
    requested: set[str] = field(default_factory=set)
    prefixes: set[str] = field(default_factory=set)

    def ours(self, recorded: Json) -> Json:
        """A recorded value in our names: for requests, and for what is expected."""
        if isinstance(recorded, str):
            return self._text(recorded)
        if isinstance(recorded, list):
            return [self.ours(member) for member in recorded]
        if isinstance(recorded, dict):
            return {key: self._member(key, value) for key, value in recorded.items()}
        return recorded

    def _member(self, key: str, value: Json) -> Json:
        if key in _IDS and type(value) is int:
            return self.ids.get(value, value)
        return self.ours(value)

    def _text(self, text: str) -> str:
        learned = self.uids | {str(theirs): str(ours) for theirs, ours in self.ids.items() if len(str(theirs)) > _LONG}
        for theirs, ours in learned.items():
            text = text.replace(theirs, ours)
        return text

    def path(self, path: str) -> str:
        """A recorded path in our names; short ids stand in it by their place."""
        known = re.sub(r"(?<=/id/)\d+|(?<=folderIds=)\d+", lambda m: str(self.ids.get(int(m[0]), int(m[0]))), path)
        return self._text(known)

    def note_request(self, request: Json) -> None:
        """Remember the uids that a request names: the server did not make them."""
        if isinstance(request, dict):
            for key, value in request.items():
                if key in {"uid", "folderUid", "parentUid"} and isinstance(value, str) and value not in self.uids:
                    self.requested.add(value)
                if key == "generateName":
                    self.prefixes.add(value)
                self.note_request(value)

    def differences(self, theirs: Json, ours: Json, where: str = "answer") -> list[str]:
        """How our answer differs from the recorded one."""
        if isinstance(theirs, dict) and isinstance(ours, dict):
            return self._in_objects(theirs, ours, where)
        if isinstance(theirs, list) and isinstance(ours, list):
            ours = self._put_in_order(theirs, ours)
            if len(theirs) != len(ours):
                return [f"{where}: {len(theirs)} members recorded, ours has {len(ours)}: {_brief(ours)}"]
            pairs = enumerate(zip(theirs, ours, strict=True))
            return [d for number, (one, other) in pairs for d in self.differences(one, other, f"{where}[{number}]")]
        if isinstance(theirs, str) and _TIME.fullmatch(theirs) and _TIME.fullmatch(str(ours)):
            return []
        expected = self.ours(theirs)
        if type(expected) is not type(ours) or expected != ours:
            return [f"{where}: recorded {_brief(expected)}, ours {_brief(ours)}"]
        return []

    def _in_objects(self, theirs: dict[str, Any], ours: dict[str, Any], where: str) -> list[str]:
        found = [f"{where}: no {key}" for key in theirs if key not in ours]
        found += [f"{where}: {key} is too much" for key in ours if key not in theirs]
        own = not _OF_SOMEBODY & theirs.keys()
        row = "parentVersion" in theirs
        if "folderUrl" in theirs and "folderUid" not in theirs:
            found += self._from_address(theirs["folderUrl"], ours.get("folderUrl"), where)
        # Names first, so that the texts beside them can be told in our names.
        keys = sorted(theirs.keys() & ours.keys(), key=lambda key: key not in _UIDS | _IDS)
        for key in keys:
            place = f"{where}.{key}"
            if key in _IDS and type(theirs[key]) is int and own:
                known = self.rows if row and key == "id" else self.ids
                found += _learned(known, theirs[key], ours[key], place)
            elif key in _UIDS and theirs[key] not in self.requested and theirs[key]:
                found += _learned(self.uids, theirs[key], ours[key], place)
            else:
                found += self._of_a_kind(key, theirs[key], ours[key], place)
        return found

    def _from_address(self, theirs: str, ours: Json, where: str) -> list[str]:
        one, other = _OF_A_FOLDER.match(theirs), _OF_A_FOLDER.match(str(ours))
        if not one or not other or one[1] in self.requested:
            return []
        return _learned(self.uids, one[1], other[1], f"{where}.folderUrl")

    def _of_a_kind(self, key: str, theirs: Json, ours: Json, where: str) -> list[str]:
        if key in _TIMES and theirs != _NEVER:
            return [] if _TIME.fullmatch(str(ours)) and ours != _NEVER else [f"{where}: {ours!r} is no time"]
        if key in {"resourceVersion", "continue"} or (key == "name" and str(theirs).startswith(tuple(self.prefixes))):
            return _learned(self.uids, theirs, str(ours), where)
        if key == _INTERNAL_ID:
            return _learned(self.ids, int(theirs), int(str(ours)), where)
        if key in _IDENTITIES and theirs.partition(":")[0] == str(ours).partition(":")[0] and not theirs.endswith(":service"):
            return _learned(self.uids, theirs.partition(":")[2], str(ours).partition(":")[2], where)
        if key in _SOURCES:
            return [] if ours else [f"{where}: empty"]
        if key == "serverAddress":
            return [] if re.fullmatch(r"[\d.]+:\d+", str(ours)) else [f"{where}: {ours!r}"]
        if key == "queryCost":
            return [] if type(ours) is int else [f"{where}: {ours!r}"]
        if key == "accessErrorId":
            return [] if re.fullmatch(r"ACE\d{10}", str(ours)) else [f"{where}: {ours!r}"]
        if key == "key":
            return [] if isinstance(ours, str) and ours else [f"{where}: no key"]
        if key == "continueToken":
            return [] if bool(theirs) == bool(ours) else [f"{where}: recorded {theirs!r}, ours {ours!r}"]
        return self.differences(theirs, ours, where)

    def _put_in_order(self, theirs: list[Any], ours: list[Any]) -> list[Any]:
        """Rule 6."""
        if not all(isinstance(hit, dict) and {"uid", "title"} <= hit.keys() for hit in theirs + ours):
            return ours
        wanted = [self.uids.get(hit["uid"]) for hit in theirs]
        made = set(self.uids.values())
        result = list(ours)
        for start, hit in enumerate(ours):
            end = start
            while end < len(ours) and ours[end]["title"] == hit["title"] and ours[end]["uid"] in made:
                end += 1
            group, order = ours[start:end], wanted[start:end]
            if len(group) > 1 and {one["uid"] for one in group} == set(order):
                result[start:end] = sorted(group, key=lambda one: order.index(one["uid"]))
        return result


def _learned(known: dict[T, T], theirs: T, ours: T, where: str) -> list[str]:
    """Learn what stands for what; what was learned must hold, both ways."""
    if not theirs or not ours:
        return [] if theirs == ours and type(theirs) is type(ours) else [f"{where}: recorded {theirs!r}, ours {ours!r}"]
    if type(theirs) is not type(ours):
        return [f"{where}: recorded {theirs!r}, ours {ours!r}"]
    if theirs not in known and ours in known.values():
        return [f"{where}: recorded {theirs!r} is new, ours {ours!r} is not"]
    if known.setdefault(theirs, ours) != ours:
        return [f"{where}: recorded {theirs!r} was {known[theirs]!r} before, ours is {ours!r}"]
    return []


def _brief(value: Json) -> str:
    text = repr(value)
    return text if len(text) <= 300 else f"{text[:300]}…"
