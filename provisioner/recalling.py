"""What could be put back of a dashboard, and what putting it back would change: kept bodies, and the server's history.

In: a uid, the server, the ledger. Out: how it stands (`Sides`), a `Listing`, one state with its body. Reads, and writes nothing. Raises
TargetError and StateUnusable.
"""

from __future__ import annotations

from dataclasses import dataclass

from provisioner.core.canonical import fingerprint
from provisioner.core.changes import LiveState, state_of
from provisioner.core.compare import compare
from provisioner.core.dialect import Grafana
from provisioner.core.introducing import of_records
from provisioner.core.model import Json, Uid
from provisioner.core.ports import Ledger
from provisioner.core.records import Kept, Record
from provisioner.core.restore import Listed, Listing, NotFound, State, base_of, choose, states
from provisioner.core.server import LiveDashboard, Version
from provisioner.core.settings import TargetSettings
from provisioner.resolving import what_became

MOST_VERSIONS = 20
"""How many versions of the server's history are listed: from 12 on each comes with its body."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person asks for. Without a version it is the newest that `choose` finds."""

    uid: Uid
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Desk:
    """What restoring works with. `when` is now (ISO 8601, UTC)."""

    grafana: Grafana
    ledger: Ledger
    target: TargetSettings
    when: str


@dataclass(frozen=True, slots=True)
class Sides:
    """One dashboard as it is known before anything is done: live, recorded, kept."""

    uid: Uid
    live: LiveDashboard | None
    seen: LiveState | None
    record: Record | None
    kept: tuple[Kept, ...]


def list_states(uid: Uid, desk: Desk) -> Listing:
    """All that can be put back, with what putting it back would change. Reads, and writes nothing."""
    sides = sides_of(uid, desk)
    versions = desk.grafana.versions(sides.live, MOST_VERSIONS) if sides.live is not None else ()
    found = states(sides.kept, versions, sides.seen)
    chosen = choose(uid, found, sides.seen, None)
    return Listing(uid, sides.seen, tuple(_listed(each, sides.live, desk, chosen=each == chosen) for each in found))


def sides_of(uid: Uid, desk: Desk) -> Sides:
    """How it stands now."""
    desk.grafana.introduce(of_records(desk.ledger.records(), desk.ledger.intents(), desk.ledger.kept(uid)))
    live = desk.grafana.dashboard(uid)
    seen = None if live is None else state_of(live, fingerprint(live.content))
    record = desk.ledger.records().get(uid)
    for intent in desk.ledger.intents():
        if intent.uid == uid:  # a crash left it open, and ours would take its place
            record = what_became(desk.grafana, intent, record, live).record
    base = () if record is None else (base_of(record),)
    return Sides(uid, live, seen, record, (*desk.ledger.kept(uid), *base))


def chosen_state(wish: Wish, sides: Sides, desk: Desk) -> State | NotFound:
    """The server's history is asked only when what we keep does not answer."""
    state = choose(wish.uid, states(sides.kept, (), sides.seen), sides.seen, wish.version)
    if isinstance(state, State) or sides.live is None:
        return state
    versions = desk.grafana.versions(sides.live, MOST_VERSIONS)
    if wish.version is not None and wish.version not in {each.version for each in versions}:
        old = desk.grafana.version(sides.live, wish.version)
        versions = versions if old is None else (*versions, Version(wish.version, old.updated_by, old.updated))
    return choose(wish.uid, states(sides.kept, versions, sides.seen), sides.seen, wish.version)


def body_of(state: State, live: LiveDashboard | None, desk: Desk) -> dict[str, Json] | None:
    """From what is kept; else from the server's history, where it is of the dashboard that is live."""
    if state.kept is not None and (body := desk.ledger.body(state.kept.content)) is not None:
        return body
    if live is None or live.mark.id != state.mark.id:
        return None
    old = desk.grafana.version(live, state.mark.version)
    return None if old is None else dict(old.content)


def _listed(state: State, live: LiveDashboard | None, desk: Desk, *, chosen: bool) -> Listed:
    content = body_of(state, live, desk)
    if content is None:
        return Listed(state, state.kept.title if state.kept else "", (), readable=False, chosen=chosen)
    differences = () if live is None else compare(content, live).differences
    return Listed(state, str(content.get("title") or ""), differences, readable=True, chosen=chosen)
