"""Who is who, for a server that does not know our uids: which title, and which number where it is known, a uid stands for there.

In: what git wants, records, intents, kept bodies. Out: introductions, in the order in which they are to be believed. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from provisioner.core.identity import uid_of_name
from provisioner.core.model import Desired, Uid
from provisioner.core.records import Intent, Kept, Record
from provisioner.core.server import Found, Mark, Server

_STRANGER = "number:"
"""No uid has a colon, so what begins so is nobody's."""


@dataclass(frozen=True, slots=True)
class Introduced:
    """One dashboard of ours: its title on the server, and the mark by which the server knew it last, None where it never told us one."""

    uid: Uid
    title: str
    mark: Mark | None = None


def of_records(records: Mapping[Uid, Record], intents: Iterable[Intent] = (), kept: Iterable[Kept] = ()) -> Iterator[Introduced]:
    """What was written down. Records come first: what a crash left open, and what was kept, is older or less certain."""
    for record in records.values():
        yield Introduced(record.uid, record.title, record.mark)
    for intent in intents:
        if intent.record is not None:
            yield Introduced(intent.uid, intent.record.title, intent.before)
        elif intent.before is not None and intent.uid in records:
            yield Introduced(intent.uid, records[intent.uid].title, intent.before)
    for each in kept:
        yield Introduced(each.uid, each.title, each.mark)


def of_desired(desired: Desired) -> Iterator[Introduced]:
    """What git wants, by the titles that it will have on the server."""
    return (Introduced(each.uid, each.title) for each in desired.dashboards)


def stranger(number: int) -> Uid:
    """Stands for a dashboard of the server that is not one of ours. It can be asked for, and is no uid that a file could have."""
    return Uid(f"{_STRANGER}{number}")


def number_of(uid: Uid) -> int | None:
    """The number in a uid that `stranger` made; None for every other."""
    rest = uid.removeprefix(_STRANGER)
    return int(rest) if rest != uid and rest.isdigit() else None


def befriended(found: Iterable[Found], server: Server) -> tuple[Found, ...]:
    """The rows with a uid for each stranger that a file may have: from its name, so the same at every pull and on every server."""
    return tuple(each if number_of(each.uid) is None else replace(each, uid=uid_of_name(server.name_key(each.title))) for each in found)
