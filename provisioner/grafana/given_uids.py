"""Dashboards that were made on a Grafana of 2 to 4, seen on the same server after its upgrade: there were no uids, so the upgrade gave each
one, its number in nine digits ("000000012"), whatever stands in its JSON.

In: a dialect that knows uids, and introductions, which name the number of each of ours. Out: the same dialect, in which such a dashboard
goes by the uid that we know it by: it is read, compared and saved under its own name, and never made a second time. Up to 11 a save that
names the number gives it our uid (reference 1.2 b: found by id, the uid that is sent is written); 12 and later cannot rename, so it keeps
the server's. Source of the nine digits: migration "Update uid column values in dashboard" of 5.0, `printf('%09d', id)`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from threading import RLock
from types import TracebackType
from typing import Self

from provisioner.core.answers import DeleteAnswer, FolderAnswer, FolderUpdateAnswer, NameExists, Save, SaveAnswer, Saved, VersionMismatch
from provisioner.core.dialect import Organisation, Rehearsal, Trash
from provisioner.core.home import Home, HomeAnswer, HomeIs
from provisioner.core.introducing import Introduced
from provisioner.core.model import ROOT, DesiredFolder, FolderUid, Json, Uid
from provisioner.core.server import DataSource, Found, LiveDashboard, LiveFolder, Mark, Server, Version
from provisioner.core.verdict import NoRehearsal
from provisioner.core.watching import NoWatch, Watch
from provisioner.grafana.dashboards import Dashboards
from provisioner.grafana.given_names import GivenNames
from provisioner.grafana.given_watch import GivenWatch
from provisioner.grafana.probe import release_of
from provisioner.grafana.resources import Resources

_NO_RENAMING_SINCE = (12, 0)


class GivenUids:
    """One organisation: a `core.dialect.Grafana`. Thread-safe. `close` it, or use it in a `with`."""

    def __init__(self, inner: Dashboards | Resources) -> None:
        self._inner = inner
        self._lock = RLock()
        self._names = GivenNames()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Drops the connections."""
        self._inner.close()

    @property
    def requests(self) -> int:
        return self._inner.requests

    @property
    def organisation(self) -> Organisation:
        return _Organisation(self._inner.organisation, self._names)

    @property
    def trash(self) -> Trash:
        return self._inner.trash

    def probe(self) -> Server:
        return self._inner.probe()

    def introduce(self, known: Iterable[Introduced]) -> None:
        with self._lock:
            self._names.introduce(known)

    # --- dashboards ---------------------------------------------------------------------------------------------------------------------

    def find(self) -> tuple[Found, ...]:
        rows = self._inner.find()
        with self._lock:
            self._names.see(rows)
            return tuple(replace(each, uid=self._names.ours(each.uid)) for each in rows)

    def marks(self) -> Mapping[Uid, Mark] | None:
        marks = self._inner.marks()
        with self._lock:
            return None if marks is None else {self._names.ours(uid): mark for uid, mark in marks.items()}

    def watch(self) -> Watch | NoWatch:
        found = self._inner.watch()
        return found if isinstance(found, NoWatch) else GivenWatch(found, self._names.ours)

    def dashboard(self, uid: Uid) -> LiveDashboard | None:
        """By our uid. Where nothing has that, by the uid that an upgrade would have given it; then its number and its name must be ours."""
        with self._lock:
            given = self._names.given(uid)
        live = self._inner.dashboard(given or uid)
        if live is not None:
            return replace(live, uid=uid)
        with self._lock:
            self._names.forget(uid)
            guess = None if given else self._names.guess(uid)
        if given is not None:
            return self._inner.dashboard(uid)
        other = None if guess is None else self._inner.dashboard(guess)
        with self._lock:
            return replace(other, uid=uid) if other is not None and self._names.learn(uid, other) else None

    def migrated(self, content: Mapping[str, Json]) -> Mapping[str, Json] | None:
        return self._inner.migrated(content)

    def save(self, save: Save) -> SaveAnswer:
        """Over the dashboard that we know by this uid, whatever the server calls it. Where nobody searched, and a save would make what it
        does not find beside the one of this name, that one is asked for first; where names are unique the server refuses by itself.
        """
        if self._may_double(save):
            self.dashboard(save.uid)
        answer = self._saved(save)
        if isinstance(answer, NameExists) and save.version is not None and self._is_open(save.uid):
            self.dashboard(save.uid)
            return answer if self._is_open(save.uid) else self._saved(save)
        return answer

    def _is_open(self, uid: Uid) -> bool:
        """Whether it may have another uid, and nobody has looked."""
        with self._lock:
            return self._names.given(uid) is None and self._names.guess(uid) is not None

    def _may_double(self, save: Save) -> bool:
        """Before 12 only what lies in the root may still have its old uid: what is moved into a folder gets ours with that."""
        if save.version is None or self._inner.probed.unique_names or not self._is_open(save.uid):
            return False
        return save.folder == ROOT or not self._renames

    def _saved(self, save: Save) -> SaveAnswer:
        with self._lock:
            given = self._names.given(save.uid)
            number = 0 if given is None else self._names.number(save.uid)
        if given is None:
            return self._inner.save(save)
        if save.version is None:
            return VersionMismatch(f'it is there, by the uid "{given}" that the server gave it when it was upgraded')
        answer = self._inner.save(replace(save, number=number) if self._renames else replace(save, uid=given))
        if not isinstance(answer, Saved):
            return answer
        if answer.uid == given:
            return replace(answer, uid=save.uid)
        with self._lock:
            self._names.forget(save.uid)
        return answer

    def delete(self, uid: Uid, over: Mark | None = None) -> DeleteAnswer:
        with self._lock:
            given = self._names.given(uid)
        return self._inner.delete(given or uid, over)

    def versions(self, live: LiveDashboard, limit: int) -> tuple[Version, ...]:
        return self._inner.versions(self._theirs(live), limit)

    def version(self, live: LiveDashboard, version: int) -> LiveDashboard | None:
        found = self._inner.version(self._theirs(live), version)
        return None if found is None else replace(found, uid=live.uid)

    def _theirs(self, live: LiveDashboard) -> LiveDashboard:
        with self._lock:
            return replace(live, uid=self._names.given(live.uid) or live.uid)

    @property
    def _renames(self) -> bool:
        release = release_of(self._inner.probed.version)
        return isinstance(self._inner, Dashboards) and release is not None and release < _NO_RENAMING_SINCE

    def rehearsal(self) -> Rehearsal | NoRehearsal:
        return self._inner.rehearsal()

    # --- what has no uid of a dashboard -------------------------------------------------------------------------------------------------

    def data_sources(self) -> tuple[DataSource, ...] | None:
        return self._inner.data_sources()

    def folders(self) -> tuple[LiveFolder, ...]:
        return self._inner.folders()

    def folder(self, uid: str) -> LiveFolder | None:
        return self._inner.folder(uid)

    def folder_is_empty(self, uid: FolderUid) -> bool | None:
        return self._inner.folder_is_empty(uid)

    def create_folder(self, folder: DesiredFolder) -> FolderAnswer:
        return self._inner.create_folder(folder)

    def update_folder(self, folder: DesiredFolder, live: LiveFolder) -> FolderUpdateAnswer:
        return self._inner.update_folder(folder, live)

    def delete_folder(self, uid: FolderUid) -> DeleteAnswer:
        return self._inner.delete_folder(uid)


class _Organisation:
    """What there is beside dashboards, with ours by our uids."""

    def __init__(self, inner: Organisation, names: GivenNames) -> None:
        self._inner, self._names = inner, names

    def home(self) -> Home:
        home = self._inner.home()
        return replace(home, uid=self._names.ours(home.uid)) if isinstance(home, HomeIs) else home

    def choose_home(self, uid: Uid, number: int) -> HomeAnswer:
        return self._inner.choose_home(self._names.given(uid) or uid, number)

    def listed(self) -> tuple[Found, ...] | None:
        rows = self._inner.listed()
        return None if rows is None else tuple(replace(each, uid=self._names.ours(each.uid)) for each in rows)

    def tags(self) -> tuple[tuple[str, int], ...] | None:
        return self._inner.tags()
