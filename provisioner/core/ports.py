"""What the spine is handed: the seams between thinking and touching, as Protocols.

In: nothing. Out: `Source`, `Memory`, `Ledger` and what the daemon needs beside. Real rooms implement them; nothing here does anything.
What is asked of a server is in `dialect.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol, runtime_checkable

from provisioner.core.health import Health
from provisioner.core.home import HomeRecord
from provisioner.core.model import Entry, Fingerprint, FolderUid, Json, Reading, ReadingKey, Snapshot, SourceName, Uid
from provisioner.core.records import FolderRecord, Intent, Kept, Record
from provisioner.core.report import PassReport


class Source(Protocol):
    """Where files come from."""

    @property
    def name(self) -> SourceName:
        """The name that the configuration gives it."""
        ...

    def snapshot(self) -> Snapshot:
        """The files as they are now. Raises SourceError; a single file that cannot be read is a problem in the snapshot instead."""
        ...

    def read(self, entries: Iterable[Entry]) -> Iterator[tuple[Entry, bytes | None]]:
        """The bytes of these entries, in order; None where the bytes with this blob id are there no more. Thread-safe. Raises
        SourceError.
        """
        ...


class Memory(Protocol):
    """What is kept of files across passes and restarts, so that an unchanged blob is never parsed twice. Losing it costs time only."""

    def readings(self, keys: Iterable[ReadingKey]) -> dict[ReadingKey, Reading]:
        """Those that are remembered."""
        ...

    def remember(self, readings: dict[ReadingKey, Reading]) -> None:
        """Keep these."""
        ...

    def fingerprints(self, keys: Iterable[str]) -> dict[str, Fingerprint]:
        """Fingerprints of filled contents, by key (`canonical.fingerprint_key`)."""
        ...

    def remember_fingerprints(self, fingerprints: dict[str, Fingerprint]) -> None:
        """Keep these."""
        ...


class Ledger(Protocol):
    """The records of one target. Every method may raise StateUnusable: then nothing may be written to the server that could not be
    recorded.

    Thread-safe. Each method is one transaction: after a crash it was done wholly or not at all.
    """

    def records(self) -> dict[Uid, Record]:
        """All records of the target."""
        ...

    def folders(self) -> dict[FolderUid, FolderRecord]:
        """The folders that we made there."""
        ...

    def intents(self) -> tuple[Intent, ...]:
        """Those that a crash left without an outcome."""
        ...

    def begin(self, intent: Intent) -> None:
        """Before a write. An older intent of this uid is replaced."""
        ...

    def settle(self, uid: Uid, record: Record | None, body: Mapping[str, Json] | None = None) -> None:
        """After it: the record as it is now (None: there is none any more), and the intent is gone. `body` is what was sent, kept as
        base.
        """
        ...

    def abandon(self, uid: Uid) -> None:
        """The write was certainly not done: the intent is gone, the record stays."""
        ...

    def note(self, records: Iterable[Record]) -> None:
        """Records without a write: adopted as identical, moved in the source, missing since."""
        ...

    def forget(self, uids: Iterable[Uid]) -> None:
        """These records go; kept bodies stay for their time."""
        ...

    def note_folder(self, folder: FolderRecord) -> None:
        """A folder that was made, renamed or moved."""
        ...

    def forget_folder(self, uid: FolderUid) -> None:
        """It is gone."""
        ...

    def home(self) -> HomeRecord | None:
        """The home dashboard as we last set it, or found it as stated."""
        ...

    def note_home(self, home: HomeRecord) -> None:
        """It was set, or is as stated."""
        ...

    def keep(self, kept: Kept, body: Mapping[str, Json]) -> None:
        """Keeps a body for `restore`, compressed, once however often it is the same."""
        ...

    def kept(self, uid: Uid | None = None) -> tuple[Kept, ...]:
        """What is kept, newest first; of one uid or of all."""
        ...

    def body(self, content: Fingerprint) -> dict[str, Json] | None:
        """A kept body; None when it is not there any more."""
        ...

    def rest(self, key: str) -> int | None:
        """How many dashboards were found at rest with this key, since when no record and no intent changed; None when they were not."""
        ...

    def note_rest(self, key: str, dashboards: int) -> None:
        """The target is at rest with what this key names (`recording.rest_key`)."""
        ...

    def confirm(self, digest: str, when: str) -> None:
        """A person allows the held plan with this digest, once."""
        ...

    def confirmed(self) -> frozenset[str]:
        """The digests that are allowed."""
        ...

    def take_confirmed(self, digest: str) -> bool:
        """Whether it is allowed; it is used up by asking."""
        ...


class Watch(Protocol):
    """Notices that a directory may have changed. What it says is a hint: the tree is read again."""

    @property
    def how(self) -> str:
        """In words for a person: "events", or "looked at every 2 s: no events arrive here"."""
        ...

    @property
    def interval(self) -> float:
        """After how many seconds the tree is looked at without a hint: short where no events arrive, long where they do. It may change
        at any time.
        """
        ...

    def missed(self) -> None:
        """A look that no hint had asked for found a change: are there events here at all? It may turn the interval short."""
        ...

    def close(self) -> None:
        """Ends it; no hint comes any more."""
        ...


@runtime_checkable
class Written(Protocol):
    """A source whose files may be in the middle of being written."""

    def age(self, path: str) -> float | None:
        """Seconds since the file at this path (`Entry.path`) was last written, or put there, never below 0; None when it is not there."""
        ...


class Meter(Protocol):
    """Counts what happens. Thread-safe, never fails, never blocks; names are few, so that labels stay bounded."""

    def passed(self, report: PassReport, cause: str) -> None:
        """A pass ended."""
        ...

    def requested(self, target: str, method: str, status: str, seconds: float) -> None:
        """A request to a Grafana was answered ("200") or not ("timeout", "refused", "error")."""
        ...

    def looked_up(self, source: SourceName, outcome: str) -> None:
        """A source was read: "changed", "unchanged", "failed"."""
        ...

    def hooked(self, hook: str, verdict: str) -> None:
        """A webhook came in; `hook` is "unknown" for one that is not stated."""
        ...

    def reloaded(self, outcome: str) -> None:
        """The configuration was read again: "taken", "refused"."""
        ...


class Service(Protocol):
    """What the web server asks of the daemon. Thread-safe, never blocks."""

    def health(self) -> Health:
        """How things stand now."""
        ...

    def hooked(self, sources: tuple[SourceName, ...]) -> None:
        """A push was announced: these sources are looked at at once."""
        ...
