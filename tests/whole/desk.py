"""What the command `restore` works with, for the tests of it: the server, the ledger and the target of a house."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from typing import Any

from provisioner.core.changes import Drift
from provisioner.core.model import Fingerprint, FolderUid, Uid
from provisioner.core.records import Intent, Kept, Record, Why
from provisioner.core.restore import Listing, NotFound, Restored
from provisioner.core.server import Mark
from provisioner.core.settings import DirectorySettings, Settings, TargetSettings
from provisioner.grafana import Waiting, open_grafana
from provisioner.recalling import Desk, Wish, list_states
from provisioner.restoring import restore
from provisioner.state.file import StateFile
from provisioner.state.ledger import SqliteLedger
from provisioner.wiring import opened
from tests.whole.house import GIT_WINS, SOURCE, TARGET, House, dashboard, panel_titled

NOW = "2026-11-22T15:00:00Z"
SALES = Uid("sales")


@contextmanager
def desk(one: House, **target: Any) -> Iterator[Desk]:  # noqa: ANN401 - fields of TargetSettings
    """As the command line makes it: the house's server, its state file, its target."""
    wanted = TargetSettings(TARGET, **{"connection": one.connection, "sources": (SOURCE,), **target})
    settings = Settings((DirectorySettings(SOURCE, str(one.files)),), (wanted,), str(one.place / "state.db"))
    with opened(settings, one.environment, one.stop) as run:
        waiting = Waiting(pause=lambda _: False)
        with open_grafana(wanted.connection, run.reveal, waiting) as grafana:
            yield Desk(grafana, run.ledger(wanted), wanted, NOW)


def put_back(one: House, version: int | None = None, uid: Uid = SALES, **target: Any) -> Restored:  # noqa: ANN401 - as above
    with desk(one, **target) as at:
        found = restore(Wish(uid, version), at)
    assert isinstance(found, Restored), found
    return found


def not_found(one: House, version: int | None = None, uid: Uid = SALES) -> NotFound:
    with desk(one) as at:
        found = restore(Wish(uid, version), at)
    assert isinstance(found, NotFound), found
    return found


def listed(one: House, uid: Uid = SALES) -> Listing:
    with desk(one) as at:
        return list_states(uid, at)


def kept(one: House) -> tuple[Kept, ...]:
    with desk(one) as at:
        return at.ledger.kept()


def record(one: House) -> Record | None:
    with desk(one) as at:
        return at.ledger.records().get(SALES)


def title(one: House, uid: str = SALES) -> str:
    """Of its one panel, which is what people edit here."""
    return str(one.browser.content(uid)["panels"][0]["title"])


def edited_and_overwritten(one: House, path: str = "sales.json") -> None:
    """Versions 1 (git), 2 (jonas), 3 (git, since git wins)."""
    one.write(path, dashboard(SALES, **panel_titled("Git")))
    one.apply()
    one.browser.edit(SALES, **panel_titled("Jonas"))
    one.write(path, dashboard(SALES, **panel_titled("Git again")))
    one.apply(policy=GIT_WINS)
    assert "Git again" == title(one)


def only_drift(one: House) -> Drift:
    [found] = one.apply().plan.drifted
    return found


def title_of(one: House, state: Kept) -> str:
    with desk(one) as at:
        body = at.ledger.body(state.content)
    assert body is not None
    panels: Any = body["panels"]
    return str(panels[0]["title"])


def keep_by_hand(one: House, content: dict[str, Any]) -> None:
    state = Kept(SALES, "sales", FolderUid(""), (), Fingerprint("1:x"), Mark(1, 9), "jonas", NOW, Why.BEFORE_OVERWRITE, NOW)
    with desk(one) as at:
        at.ledger.keep(state, content)


@contextmanager
def ledger(one: House, kind: type[SqliteLedger]) -> Iterator[SqliteLedger]:
    """The house's own, opened as one that does something more."""
    with closing(StateFile(str(one.place / "state.db"))) as file:
        yield kind(file, TARGET, keep_seconds=3600)


def put_back_while(one: House, do: Callable[[], object]) -> Restored:
    """Something is done in the very moment before the write, when everything was read."""

    class Interrupted(SqliteLedger):
        def begin(self, intent: Intent) -> None:
            super().begin(intent)
            do()

    with desk(one) as at, ledger(one, Interrupted) as interrupted:
        found = restore(Wish(SALES), replace(at, ledger=interrupted))
    assert isinstance(found, Restored), found
    return found
