"""Which dashboard of ours has which uid that an upgrade from 4 to 5 gave: the number of it in nine digits.

In: introductions, rows and dashboards as the server shows them. Out: uids, ours for theirs and the other way round. It asks nobody. A
number alone proves nothing: on another server it is a stranger's. So the name has to be ours too, or that of another one that was given
its uid so.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain

from provisioner.core.introducing import Introduced
from provisioner.core.model import Uid
from provisioner.core.server import Found, LiveDashboard
from provisioner.core.slugs import slug_key

_LARGEST = 999_999_999
"""Nine digits. The numbers of 12 and later are larger, and no server of 4 had so many."""

_PATIENCE = 100
"""Introductions that may wait."""


@dataclass(frozen=True, slots=True)
class _Old:
    """One of ours, of which a server told the number: its uid, and the names it had."""

    uid: Uid
    number: int
    names: frozenset[str]


class GivenNames:
    """All that were introduced with a number, and what was found of them. Not thread-safe, but for `ours` and `given`."""

    def __init__(self) -> None:
        self._waiting: list[Iterable[Introduced]] = []
        self._old: dict[Uid, _Old] = {}
        self._uid_of: dict[Uid, Uid] = {}
        self._given: dict[Uid, Uid] = {}
        self._ours: dict[Uid, Uid] = {}
        self._has_seen = False

    def introduce(self, known: Iterable[Introduced]) -> None:
        """What is said first counts first. It is listened to when somebody wants to know: most passes find all of theirs by their own uids,
        and need not go through ten thousand names.
        """
        self._waiting.append(known)
        if len(self._waiting) > _PATIENCE:
            self._listen()

    def _listen(self) -> None:
        waiting, self._waiting = self._waiting, []
        for each in chain.from_iterable(waiting):
            number = 0 if each.mark is None else each.mark.id
            if each.uid not in self._old and 0 < number <= _LARGEST and (given := _given(number)) != each.uid:
                self._uid_of.setdefault(given, each.uid)
                self._old[each.uid] = _Old(each.uid, number, frozenset({slug_key(each.title)}))

    def see(self, rows: Iterable[Found]) -> None:
        """All that the search shows. A uid of ours that is there itself is no other one."""
        self._listen()
        titles = {each.uid: each.title for each in rows}
        self._has_seen = True
        found = {given: old for given in titles if (old := self._at(given)) is not None and old.uid not in titles}
        same_server = len(self._old) == 1 or any(slug_key(titles[given]) in old.names for given, old in found.items())
        self._given = {old.uid: given for given, old in found.items() if same_server}
        self._ours = {given: uid for uid, given in self._given.items()}

    def guess(self, uid: Uid) -> Uid | None:
        """The uid that it would have been given; None where the search would have shown that."""
        self._listen()
        old = self._old.get(uid)
        return None if old is None or self._has_seen or self._at(_given(old.number)) is not old else _given(old.number)

    def learn(self, uid: Uid, live: LiveDashboard) -> bool:
        """Whether what was found under the uid that was guessed is this one of ours."""
        old = self._old[uid]
        if live.mark.id != old.number or slug_key(live.title) not in old.names:
            return False
        self._given[uid] = live.uid
        self._ours[live.uid] = uid
        return True

    def forget(self, uid: Uid) -> None:
        """It has our uid by now, or is not there."""
        self._ours.pop(self._given.pop(uid, uid), None)

    def ours(self, uid: Uid) -> Uid:
        """Our uid for one of the server's."""
        return self._ours.get(uid, uid)

    def given(self, uid: Uid) -> Uid | None:
        """The server's uid for one of ours; None where it is the same."""
        return self._given.get(uid)

    def number(self, uid: Uid) -> int:
        """Its number."""
        self._listen()
        return self._old[uid].number if uid in self._old else 0

    def _at(self, given: Uid) -> _Old | None:
        uid = self._uid_of.get(given)
        return None if uid is None else self._old[uid]


def _given(number: int) -> Uid:
    return Uid(f"{number:09d}")
