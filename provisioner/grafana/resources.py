"""The resource API of Grafana 12 and later: /apis/dashboard.grafana.app and /apis/folder.grafana.app (reference 5).

In: core's nouns. Out: core's nouns and answers. Every update is a PUT over the resourceVersion of a state that was looked at: the only true
compare-and-set that there is. Nothing is ever written over another manager's mark, and no label or annotation of somebody else is lost.

Requests for one change
  create   1   POST; a uid that exists is refused
  update   1   PUT over the recorded state, if that had nothing but what our own saves give: the server takes it in that very state alone,
               so nobody has put a manager, a label or an annotation on it since
           2   where it had more: read, looked at, and written with what has to stay
           +1  where the record is another dialect's: it says nothing of the state, so the contents decide
  delete   1   with the state as precondition
  folder   2   read, then PUT over that state, or DELETE in it
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from provisioner.core.answers import (
    DeleteAnswer,
    Deleted,
    FolderAnswer,
    FolderUpdateAnswer,
    Forbidden,
    Gone,
    ManagedElsewhere,
    Rejected,
    Save,
    SaveAnswer,
    VersionMismatch,
)
from provisioner.core.documents.bare import is_new_schema
from provisioner.core.errors import TargetForbidden
from provisioner.core.introducing import Introduced
from provisioner.core.model import ROOT, DesiredFolder, FolderUid, Json, Uid
from provisioner.core.payload import encode
from provisioner.core.server import DataSource, Found, LiveDashboard, LiveFolder, Mark, Server, Version
from provisioner.core.verdict import UNUSED, NoRehearsal, NoSave
from provisioner.core.watching import NoWatch, Watch
from provisioner.grafana import failures, history, resource_folders
from provisioner.grafana.addresses import is_askable, page_of
from provisioner.grafana.client import Client
from provisioner.grafana.dashboards import shortened
from provisioner.grafana.data_sources import data_sources
from provisioner.grafana.folder_changes import folder_is_empty
from provisioner.grafana.opened import Opened
from provisioner.grafana.replies import Reply
from provisioner.grafana.resource_answers import delete_answer, save_answer
from provisioner.grafana.resource_api import AS_IT_IS, GROUP, Api
from provisioner.grafana.resource_heads import (
    FOLDER,
    GRANT,
    MESSAGE,
    Head,
    head_of,
    is_absence,
    is_plain,
    object_in,
    owner_label,
    preconditions,
    version_in,
)
from provisioner.grafana.resource_lists import METADATA, TABLE, Row, listed
from provisioner.grafana.resource_people import People
from provisioner.grafana.resource_rights import Rights
from provisioner.grafana.resource_verdict import Rehearsals, Sending
from provisioner.grafana.resource_watch import Watches
from provisioner.grafana.transport import MOST_SAVES

DIALECT = "resource API"
_SERVERS_OWN = frozenset({"id", "uid", "version"})
"""Left out of what is sent: an id in a file would become the number of the dashboard (transcripts, "spec with id and version")."""


class Resources(Opened):
    """One organisation by the resource API: a `core.dialect.Grafana`. Thread-safe. `close` it, or use it in a `with`."""

    def __init__(self, client: Client, server: Server, api: Api, org_id: int | None) -> None:
        """`server` is what the probe found just now, `api` what was discovered."""
        super().__init__(client, spoken(server, api), org_id)
        self._api = api
        self._people = People(client)
        self._watches = Watches(client, api.dashboards())
        self._titles: dict[FolderUid, str] = {ROOT: ""}

    def _as_spoken(self, server: Server) -> Server:
        return spoken(server, self._api)

    def introduce(self, known: Iterable[Introduced]) -> None:
        """The server knows our uids by itself."""

    # --- reading ------------------------------------------------------------------------------------------------------------------------

    def find(self) -> tuple[Found, ...]:
        """By the list of titles and metadata, which says the states too."""
        rows = listed(self._client, self._api.dashboards(), "the list of dashboards", TABLE)
        return tuple(self._found(row) for row in rows.values())

    def marks(self) -> dict[Uid, Mark]:
        rows = listed(self._client, self._api.dashboards(), "the list of dashboards", METADATA)
        return {Uid(name): row.head.mark for name, row in rows.items()}

    def watch(self) -> Watch | NoWatch:
        return self._watches.begin()

    def folders(self) -> tuple[LiveFolder, ...]:
        found = resource_folders.all_folders(self._client, self._api)
        with self._lock:
            self._titles = {ROOT: "", **{each.uid: each.title for each in found}}
        return found

    def data_sources(self) -> tuple[DataSource, ...] | None:
        return data_sources(self._client)

    def dashboard(self, uid: Uid) -> LiveDashboard | None:
        """Also raises TargetForbidden where this one dashboard may not be read, though others may.

        The body is in the form that it is kept in: one with elements and layout loses something in the classic form (reference 5.1).
        """
        found = self._read(uid)
        if found is None:
            return None
        head, reply = found
        form = _stored(reply)
        if form in self._api.newer:
            newer = self._in_form(uid, form)
            if self._is_kept_as(form, uid, newer[1]):
                head, reply = newer
            else:
                form = ""
        content = dict(object_in(reply.fields, "spec"))
        return LiveDashboard(
            uid=Uid(head.name),
            title=str(content.get("title") or ""),
            folder=head.folder,
            folder_title=self._title_of(head.folder),
            url=page_of(self._client.site, None, "d", head.name),
            mark=head.mark,
            updated_by=self._people.who_saved(head),
            updated=head.updated,
            content=content,
            managed_by=head.managed_by,
            form=form,
            owner=head.owner,
        )

    def _in_form(self, uid: Uid, form: str) -> tuple[Head, Reply]:
        reply = self._client.read(self._api.dashboard(uid, form))
        head = head_of(reply.fields) if reply.ok else None
        if head is None:
            raise failures.of_read(self._client.site, f"the question for dashboard {uid!r} in form {form}", reply)
        return head, reply

    def _is_kept_as(self, form: str, uid: Uid, shown: Reply) -> bool:
        """What is told of a conversion is written with the object and outlives it (transcript resources-12.4.0, "managed no edits, put by
        us"): one that was made classic again still names its newer form when it is read as it is kept. Where the two forms name each other,
        a third one knows; each word about a form other than its own is fresh.
        """
        others = (each for each in (self._api.pages, *self._api.newer) if each and each not in {self._api.classic, form})
        third = next(others, None) if _converted(shown) == self._api.classic else None
        return third is None or _converted(self._in_form(uid, third)[1]) == form

    def folder(self, uid: str) -> LiveFolder | None:
        return resource_folders.one_folder(self._client, self._api, uid)

    def versions(self, live: LiveDashboard, limit: int) -> tuple[Version, ...]:
        """By the dashboard API, which names people and counts the same versions (transcripts history-12.4.0)."""
        return history.versions(self._client, self._release, live, limit)

    def version(self, live: LiveDashboard, version: int) -> LiveDashboard | None:
        return history.version(self._client, self._release, live, version)

    # --- writing ------------------------------------------------------------------------------------------------------------------------

    def migrated(self, content: Mapping[str, Json]) -> Mapping[str, Json] | None:
        """By a dry run of a create under a name that nobody has: were it not taken for a dry run, nothing of anybody's would be lost."""
        if not self._api.pages or is_new_schema(content):
            return None
        save = Save(UNUSED, content, ROOT, None, "")
        path = f"{self._api.dashboards(self._api.pages)}?dryRun=All&fieldValidation=Ignore"
        reply = self._client.write(path, self._body(save, None, self._api.pages))
        spec = object_in(reply.fields, "spec") if isinstance(reply, Reply) and reply.status in {200, 201} else {}
        return spec or None

    def rehearsal(self) -> Rehearsals | NoRehearsal:
        """Two requests: the trial."""
        rights = Rights(self._client, self._api)
        found = Rehearsals(self._client, self._api, self._sending, lambda save, kind: self._body(save, None, kind), self.migrated, rights)
        return found.tried() or found

    def save(self, save: Save) -> SaveAnswer:
        sending = self._sending(save)
        if not isinstance(sending, Sending):
            return sending
        return save_answer(self._client.write(sending.path, sending.body, sending.method), save, self._client.site)

    def delete(self, uid: Uid, over: Mark | None = None) -> DeleteAnswer:
        """In this state alone, where the mark is of this dialect (no other object ever has it); else in the one that is found now."""
        if not is_askable(uid):
            return Deleted("no dashboard can have this uid", already=True)
        if over is not None and over.state:
            body = encode({"preconditions": {"resourceVersion": version_in(over.state)}})
        else:
            found = self._read(uid)
            if found is None:
                return Deleted("it is there no more", already=True)
            if found[0].managed_by is not None:
                return ManagedElsewhere(f"{found[0].managed_by} provisions it")
            if over is not None and found[0].generation != over.version:
                return VersionMismatch(f"it is version {found[0].generation} by now")
            body = preconditions(found[0])
        return delete_answer(self._client.delete(self._api.dashboard(uid), body), self._client.site)

    def create_folder(self, folder: DesiredFolder) -> FolderAnswer:
        return resource_folders.create_folder(self._client, self._api, folder)

    def update_folder(self, folder: DesiredFolder, live: LiveFolder) -> FolderUpdateAnswer:
        return resource_folders.update_folder(self._client, self._api, folder, live)

    def folder_is_empty(self, uid: FolderUid) -> bool | None:
        return folder_is_empty(self._client, self._release, uid, nested=self._server.nested_folders)

    def delete_folder(self, uid: FolderUid) -> DeleteAnswer:
        return resource_folders.delete_folder(self._client, self._api, uid, lambda: self.folder_is_empty(uid))

    # --- what these rest on -------------------------------------------------------------------------------------------------------------

    def _read(self, uid: Uid) -> tuple[Head, Reply] | None:
        if not is_askable(uid):
            return None
        reply = self._client.read(self._api.dashboard(uid))
        if is_absence(reply):
            return None
        head = head_of(reply.fields) if reply.ok else None
        if head is None:
            raise failures.of_read(self._client.site, f"the question for dashboard {uid!r}", reply)
        return head, reply

    def _version_of(self, save: Save) -> str:
        """In which version the content is sent; "" for a form that this server does not offer in any."""
        if not is_new_schema(save.content):
            return self._api.classic
        return save.form or next(iter(self._api.newer), "")  # of what is put back nobody knows the form any more

    def _sending(self, save: Save) -> Sending | NoSave:
        """What goes out for it, or why nothing may."""
        version = self._version_of(save)
        if version not in {self._api.classic, *self._api.newer}:
            return Rejected(400, f"this server does not take dashboards in form {version or 'v2'}")
        looked = self._looked_at(save)
        if not isinstance(looked, Head | None):
            return looked
        body = self._body(save, looked, version)
        # Classic content of any age is taken by v1 only so; a form of its own is worth the server's verdict.
        unchecked = "" if version != self._api.classic or version == AS_IT_IS else "?fieldValidation=Ignore"
        if save.version is None:
            return Sending(self._api.dashboards(version) + unchecked, body)
        return Sending(self._api.dashboard(save.uid, version) + unchecked, body, "PUT")

    def _looked_at(self, save: Save) -> Head | NoSave | None:
        """The state that the save goes over, where more than our own is on it; or why the save may not go out."""
        if save.version is None or (save.state and is_plain(save.state)):
            return None
        if not save.state:
            return VersionMismatch("what was recorded says nothing of the state that this API knows: it has to be read first")
        try:
            found = self._read(save.uid)
        except TargetForbidden as error:
            return Forbidden(error.message, "dashboards:read")
        if found is None:
            return Gone("the dashboard is there no more")
        head = found[0]
        if head.managed_by is not None:
            return ManagedElsewhere(f"{head.managed_by} provisions it")
        if head.version != version_in(save.state):
            return VersionMismatch("somebody saved it, or changed what is said of it, since it was read")
        return head

    def _body(self, save: Save, head: Head | None, version: str) -> bytes:
        """What is sent, encoded once for all attempts. The root is where no folder is named."""
        annotations = {} if head is None else head.carried_annotations
        if save.folder != ROOT:
            annotations[FOLDER] = save.folder
        if save.message:
            annotations[MESSAGE] = shortened(save.message)
        if save.version is None and save.folder == ROOT:
            # Without it nobody but administrators would see what is made in the root (reference 5.3; grafana issue 126697). In a folder
            # permissions are inherited: to ask for them there was refused when it was new, and is ignored since (grafana, apistore).
            annotations[GRANT] = "default"
        meta: dict[str, Json] = {"name": save.uid, "namespace": self._api.namespace, "annotations": annotations}
        if save.version is not None:
            meta["resourceVersion"] = version_in(save.state)
        labels: dict[str, Json] = {**({} if head is None else head.carried_labels), **owner_label(save.owner)}
        if labels:
            meta["labels"] = labels
        if head is not None and head.finalizers:
            meta["finalizers"] = list(head.finalizers)
        spec = {key: value for key, value in save.content.items() if key not in _SERVERS_OWN}
        return encode({"apiVersion": f"{GROUP}/{version}", "kind": "Dashboard", "metadata": meta, "spec": spec})

    def _found(self, row: Row) -> Found:
        head = row.head
        with self._lock:
            title = self._titles.get(head.folder, "")
        return Found(Uid(head.name), row.title, head.folder, page_of(self._client.site, None, "d", head.name), title, head.mark)

    def _title_of(self, folder: FolderUid) -> str:
        """Of folders that the list did not have, each is asked for once. One that may not be read, or is none, has no title."""
        with self._lock:
            known = self._titles.get(folder)
        if known is not None:
            return known
        try:
            found = self.folder(folder)
        except TargetForbidden:
            found = None
        with self._lock:
            return self._titles.setdefault(folder, "" if found is None else found.title)


def spoken(server: Server, api: Api) -> Server:
    """What the probe found, and that it is spoken to by this dialect."""
    said = server.why.partition("; ")[0]
    why = f"{said}; /apis offers {GROUP}/{api.classic}"
    return replace(server, dialect=DIALECT, why=why, saves=MOST_SAVES, forms=api.newer)


def _stored(reply: Reply) -> str:
    """The version that a dashboard is kept in; "" for the one that it was read in."""
    version = _converted(reply)
    return version if version != AS_IT_IS else ""


def _converted(reply: Reply) -> str:
    """The version that the status names; "" where it names none."""
    version = object_in(object_in(reply.fields, "status"), "conversion").get("storedVersion")
    return version if isinstance(version, str) else ""
