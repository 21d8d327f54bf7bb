"""What the spine is handed: the seams between thinking and touching, as Protocols.

In: nothing. Out: `Source`, `Grafana`, `Memory`. Real rooms implement them (`sources/`, `grafana/`, `state/`); nothing here does anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

from provisioner.core.answers import FolderAnswer, Save, SaveAnswer
from provisioner.core.model import (
    DataSource,
    DesiredFolder,
    Entry,
    Fingerprint,
    Found,
    LiveDashboard,
    LiveFolder,
    Reading,
    ReadingKey,
    Server,
    Snapshot,
    SourceName,
    Uid,
)


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


class Grafana(Protocol):
    """One organisation on one server, by whichever dialect. Every method may raise TargetError; a write also answers with a typed value.

    Thread-safe: the reads and saves of a pass come from a small pool. `requests` counts every request sent since it was made.
    """

    @property
    def requests(self) -> int:
        """How many requests were sent so far, retries included."""
        ...

    def probe(self) -> Server:
        """Asks who answers, which version, which organisation."""
        ...

    def find(self) -> tuple[Found, ...]:
        """All dashboards that the credential may see, by search."""
        ...

    def folders(self) -> tuple[LiveFolder, ...]:
        """All folders that the credential may see, parents before children."""
        ...

    def data_sources(self) -> tuple[DataSource, ...] | None:
        """All data sources; None when the credential may not list them."""
        ...

    def dashboard(self, uid: Uid) -> LiveDashboard | None:
        """The dashboard as it is now; None when the server says 404."""
        ...

    def save(self, save: Save) -> SaveAnswer:
        """Create or update by compare-and-set. Never overwrites."""
        ...

    def create_folder(self, folder: DesiredFolder) -> FolderAnswer:
        """Create; a uid or title that is taken is `FolderExists`."""
        ...

    def folder(self, uid: str) -> LiveFolder | None:
        """The folder as it is now; None when the server says 404."""
        ...
