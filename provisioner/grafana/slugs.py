"""The slug API of Grafana 2 to 4: /api/dashboards/db and /api/search (reference 1.2 a; transcripts slugs-2.6.0 and slugs-4.6.5).

In: core's nouns. Out: core's nouns and answers. There are neither uids nor folders: a dashboard is known by its number and by the slug of
its title, and which one of ours it is `slug_names.py` tells. Every save is compare-and-set by number and version; `overwrite` is false,
always, since it would take over the dashboard that has the title. Our uid goes along in the JSON, which the server keeps as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import cast

from provisioner.core.answers import (
    DeleteAnswer,
    Deleted,
    FolderAnswer,
    FolderUpdateAnswer,
    Gone,
    NameExists,
    Rejected,
    Save,
    SaveAnswer,
    Saved,
    Unknown,
    VersionMismatch,
)
from provisioner.core.canonical import fingerprint
from provisioner.core.errors import TargetError
from provisioner.core.generations import GENERATIONS, Ability, slug_generation
from provisioner.core.introducing import Introduced, number_of
from provisioner.core.model import ROOT, DesiredFolder, FolderUid, Json, Uid
from provisioner.core.payload import encode
from provisioner.core.server import DataSource, Found, LiveDashboard, LiveFolder, Mark, Server, Version
from provisioner.grafana import failures, history
from provisioner.grafana.addresses import page_of, segment
from provisioner.grafana.answers import delete_answer
from provisioner.grafana.client import Client
from provisioner.grafana.data_sources import data_sources
from provisioner.grafana.opened import Opened
from provisioner.grafana.organisation import OrganisationRoutes
from provisioner.grafana.slug_answers import Stored, slug_save_answer
from provisioner.grafana.slug_names import Known, Names
from provisioner.grafana.slug_search import one_row, search

_NO_FOLDERS = "this Grafana has no folders"


class Slugs(Opened):
    """One organisation by the slug API: a `core.dialect.Grafana`. Thread-safe. `close` it, or use it in a `with`."""

    def __init__(self, client: Client, server: Server, org_id: int | None) -> None:
        """`server` is what the probe found just now."""
        super().__init__(client, server, org_id)
        self._names = Names()
        self._fresh = self._cut = False

    @property
    def organisation(self) -> OrganisationRoutes:
        return OrganisationRoutes(self._client, self._release or GENERATIONS[0].since)

    def introduce(self, known: Iterable[Introduced]) -> None:
        with self._lock:
            self._names.introduce(known)
            self._fresh = False

    # --- reading ------------------------------------------------------------------------------------------------------------------------

    def find(self) -> tuple[Found, ...]:
        """Search shows about the first thousand; where it may be cut, those of ours that it does not show are looked up by name."""
        with self._lock:
            shown = search(self._client)
            self._names.see(shown.rows)
            self._fresh, self._cut = True, shown.is_cut
            found = [Found(self._names.uid_of(row), row.title, ROOT, self._page(row.slug), tags=row.tags) for row in shown.rows]
            missing = self._names.unplaced() if shown.is_cut else ()
        there = (self.dashboard(known.uid) for known in missing)
        return (*found, *(Found(live.uid, live.title, ROOT, live.url) for live in there if live is not None))

    def dashboard(self, uid: Uid) -> LiveDashboard | None:
        """By number where it is known, whatever it is called by now; else by its name."""
        number = number_of(uid)
        if number is not None:
            return self._strange(uid, number)
        with self._lock:
            known = self._names.known(uid) or self._names.taken_for_a_slug(uid)
        located = self._located(known)
        with self._lock:
            if located is None:
                self._names.forget_place(uid)
                return None
            slug, live = located
            self._names.learn(uid, live.title, slug, live.mark)
        return live

    def data_sources(self) -> tuple[DataSource, ...] | None:
        return data_sources(self._client)

    def migrated(self, content: Mapping[str, Json]) -> None:
        """Nobody says what a page would make of it."""

    def marks(self) -> None:
        """Search knows no version."""

    def versions(self, live: LiveDashboard, limit: int) -> tuple[Version, ...]:
        return history.versions(self._client, self._release, live, limit) if self._has_history else ()

    def version(self, live: LiveDashboard, version: int) -> LiveDashboard | None:
        """The uid that stands in the JSON is not asked: it may be anybody's."""
        if not self._has_history:
            return None
        found = history.version(self._client, self._release, live, version)
        return None if found is None else replace(found, uid=live.uid)

    # --- writing ------------------------------------------------------------------------------------------------------------------------

    def save(self, save: Save) -> SaveAnswer:
        """Over the number that is certainly ours. The answer names none, so a new one is read back; so is every other where no history
        would tell of an edit that was saved in the same instant.
        """
        number = None if save.version is None else self._certain_number(save.uid)
        if save.version is not None and number is None:
            return VersionMismatch("it is not where it was last seen")
        reply = self._client.write("/api/dashboards/db", _body_of(save, number))
        answer = slug_save_answer(reply, save, self._client.site)
        with self._lock:
            self._fresh = False
        if isinstance(answer, NameExists) and number is None:
            return self._taken(save.uid, answer)
        if not isinstance(answer, Stored):
            return answer
        return self._stored(save, number, answer)

    def delete(self, uid: Uid, over: Mark | None = None) -> DeleteAnswer:
        """By the slug under which it was seen just before: nothing else can be said here. `over` is compared with what was seen then."""
        with self._lock:
            known = self._names.known(uid)
        if known is None or known.slug is None or known.mark is None:
            live = self.dashboard(uid)
            with self._lock:
                known = self._names.known(uid)
            if live is None or known is None or known.slug is None:
                return Deleted("it is there no more", already=True)
        if over is not None and known.mark != over:
            return VersionMismatch("it was saved since it was looked at")
        answer = delete_answer(self._client.delete(f"/api/dashboards/db/{segment(known.slug)}"), self._client.site)
        with self._lock:
            self._names.forget_place(uid)
            self._fresh = False
        return answer

    # --- folders: there are none --------------------------------------------------------------------------------------------------------

    def folders(self) -> tuple[LiveFolder, ...]:
        return ()

    def folder(self, uid: str) -> LiveFolder | None:  # noqa: ARG002 - whichever is asked for
        return None

    def folder_is_empty(self, uid: FolderUid) -> bool | None:  # noqa: ARG002 - as above
        return None

    def create_folder(self, folder: DesiredFolder) -> FolderAnswer:  # noqa: ARG002 - as above
        return Rejected(404, _NO_FOLDERS)

    def update_folder(self, folder: DesiredFolder, live: LiveFolder) -> FolderUpdateAnswer:  # noqa: ARG002 - as above
        return Gone(_NO_FOLDERS)

    def delete_folder(self, uid: FolderUid) -> DeleteAnswer:  # noqa: ARG002 - as above
        return Rejected(404, _NO_FOLDERS)

    # --- where things are ---------------------------------------------------------------------------------------------------------------

    @property
    def _has_history(self) -> bool:
        return slug_generation(self._server).can(Ability.HISTORY)

    def _page(self, slug: str) -> str:
        return page_of(self._client.site, None, "dashboard/db", slug)

    def _located(self, known: Known) -> tuple[str, LiveDashboard] | None:
        """Where it is. One that has our name and another number counts only when the number is nowhere: then it was made again."""
        namesake: tuple[str, LiveDashboard] | None = None
        tried: set[str] = set()
        for _ in range(2):
            with self._lock:
                places = [slug for slug in self._names.places(known) if slug not in tried]
            for slug in places:
                tried.add(slug)
                live = self._read(known.uid, slug)
                with self._lock:
                    is_ours = live is not None and self._names.may_be(known, slug, live)
                if live is None or not is_ours:
                    continue
                if known.number in {None, live.mark.id}:
                    return slug, live
                namesake = namesake or (slug, live)
            if (known.number is None and known.is_placed) or not self._looked_anew(known):
                break
        return namesake

    def _looked_anew(self, known: Known) -> bool:
        """Searches again, unless that was done just now. Where the search may be cut, the one number is asked for."""
        with self._lock:
            if self._fresh and (known.number is None or self._names.row(known.number) is not None):
                return False
            if not self._fresh:
                shown = search(self._client)
                self._names.see(shown.rows)
                self._fresh, self._cut = True, shown.is_cut
            if known.number is not None and self._cut and self._names.row(known.number) is None:
                self._names.see_also(one_row(self._client, known.number))
            return True

    def _strange(self, uid: Uid, number: int) -> LiveDashboard | None:
        """One that is not ours, by the row that the search showed of it."""
        with self._lock:
            row = self._names.row(number)
        live = None if row is None or not row.slug else self._read(uid, row.slug)
        return live if live is not None and live.mark.id == number else None

    def _read(self, uid: Uid, slug: str) -> LiveDashboard | None:
        """Raises TargetError, also where only this one may not be read."""
        reply = self._client.read(f"/api/dashboards/db/{segment(slug)}")
        if reply.status == 404 and reply.is_json:
            return None
        content, meta = reply.fields.get("dashboard"), reply.fields.get("meta")
        if not reply.ok or not isinstance(content, dict) or not isinstance(meta, dict):
            raise failures.of_read(self._client.site, f"the question for dashboard {slug!r}", reply)
        number, version = content.get("id"), content.get("version", meta.get("version"))
        if type(number) is not int or type(version) is not int:
            raise failures.of_read(self._client.site, f"the question for dashboard {slug!r} without id and version", reply)
        return LiveDashboard(
            uid=uid,
            title=str(content.get("title") or ""),
            folder=ROOT,
            folder_title="",
            url=self._page(slug),
            mark=Mark(number, version),
            updated_by=str(meta.get("updatedBy") or ""),
            updated=str(meta.get("updated") or ""),
            content=cast("dict[str, Json]", content),
        )

    def _certain_number(self, uid: Uid) -> int | None:
        """The number that a save may go over: of what was read by this connection, or shown by the search under the name that was recorded.
        On a server that was set up anew the recorded number is a stranger's.
        """
        with self._lock:
            known = self._names.known(uid)
            row = None if known is None or known.number is None else self._names.row(known.number)
            if known is None or known.number is None:
                return None
            if known.slug is not None or (row is not None and known.is_called(row.slug, row.title)):
                return known.number
        live = self.dashboard(uid)
        return None if live is None else live.mark.id

    def _taken(self, uid: Uid, answer: NameExists) -> SaveAnswer:
        """Who is created meets his own name, if it is not another one of ours that has it: as if his uid were taken."""
        try:
            itself = self.dashboard(uid)
        except TargetError:
            return answer
        return answer if itself is None else VersionMismatch(answer.words)

    def _stored(self, save: Save, number: int | None, stored: Stored) -> SaveAnswer:
        title = str(save.content.get("title") or "")
        mark = Mark(number or 0, stored.version)
        if number is None or not self._has_history:
            try:
                live = self._read(save.uid, stored.slug) if stored.slug else None
            except TargetError as error:
                return Unknown(f"it was saved, but could not be read back: {error.message}")
            if live is not None and live.mark.version == stored.version and fingerprint(live.content) != fingerprint(save.content):
                return VersionMismatch("another save went through in the same instant, and is what is live")
            mark = Mark(number or (live.mark.id if live is not None else 0), stored.version)
        with self._lock:
            self._names.learn(save.uid, title, stored.slug, mark)
        return Saved(save.uid, mark, self._page(stored.slug))


def _body_of(save: Save, number: int | None) -> bytes:
    """What is sent, encoded once for all attempts. A version that stands in the file is not ours to send."""
    dashboard = {key: value for key, value in save.content.items() if key not in {"id", "version"}}
    dashboard |= {"id": number, "uid": save.uid}
    if save.version is not None:
        dashboard["version"] = save.version
    body: dict[str, Json] = {"dashboard": dashboard, "message": save.message, "overwrite": False}
    return encode(body)
