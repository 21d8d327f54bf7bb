"""What the resource API said to a write, turned into one of core's answers (DESIGN section 5, reference 5.5; transcripts resources-12.4.0).

In: a `Reply` or `Lost`. Out: one of core's answers. Raises TargetUnauthorised for 401. Classified by status, then by `details`, then by
words. Its 409 is certain: nothing was written.
"""

from __future__ import annotations

from dataclasses import replace

from provisioner.core.answers import (
    Busy,
    DeleteAnswer,
    Deleted,
    FolderAnswer,
    FolderExists,
    FolderSaved,
    FolderStale,
    FolderUpdateAnswer,
    FolderUpdated,
    Forbidden,
    Gone,
    ManagedElsewhere,
    NotSaved,
    Rejected,
    Save,
    SaveAnswer,
    Saved,
    TooDeep,
    Unknown,
    VersionMismatch,
)
from provisioner.core.model import FolderUid, Uid
from provisioner.grafana.addresses import page_of
from provisioner.grafana.answers import is_too_deep, of_any_write
from provisioner.grafana.replies import Lost, Reply
from provisioner.grafana.resource_heads import head_of, is_absence, object_in, version_in

_TO_BE_CREATED = "should not be set on objects to be created"
"""What a PUT with a resourceVersion is told of a name that is not there: 500 (transcripts, "put to unknown name with rv")."""

_NO_FOLDER = "access denied to folder"
"""What a PUT is told that moves a dashboard to where no folder is, or none for this credential: 500 on 12.4.0, nothing written."""

_NOT_MOVED = ("move target not found", "under its own descendant", "title cannot be empty")
"""What a PUT of a folder is told with 500 on 12.4.0, nothing written. The first also where its new parent may not be seen."""

_PROVISIONED = "provisioned dashboard"
_MANAGED = ("managed by", "resource manager", "must be managed")
"""What a 403 says that is about another manager, and not about permissions (reference 5.4)."""


def save_answer(reply: Reply | Lost, save: Save, site: str) -> SaveAnswer:
    """The answer to POST and PUT of a dashboard."""
    if isinstance(reply, Lost):
        return Unknown(reply.words)
    words = reply.words
    match reply.status:
        case 200 | 201:
            return _saved(reply, save, site)
        case 202:
            return NotSaved(words)
        case 404:
            return _not_found(reply, save)
        case 409 | 412:
            return VersionMismatch(words)
        case 500 if save.version is not None and _TO_BE_CREATED in words:
            return Gone(words)
        case 500 if words == _NO_FOLDER:
            return Forbidden(f"{words}: it is not there, or the credential may not save in it", "dashboards:create")
        case _:
            return _refused(reply, site, "dashboards:create" if save.version is None else "dashboards:write")


def delete_answer(reply: Reply | Lost, site: str, permission: str = "dashboards:delete") -> DeleteAnswer:
    """The answer to DELETE of a dashboard or folder."""
    if isinstance(reply, Lost):
        return Unknown(reply.words)
    match reply.status:
        case 200 if reply.is_json:
            return Deleted(reply.words)
        case 202:
            # That it was taken, perhaps to be done later, perhaps never: believed, a dashboard stayed that nobody looked at any more.
            return Unknown(f"202: {reply.words}")
        case 404 if is_absence(reply):
            return Deleted(reply.words, already=True)
        case 409:
            return VersionMismatch(reply.words)
        case _:
            return _refused(reply, site, permission)


def folder_answer(reply: Reply | Lost, site: str) -> FolderAnswer:
    """The answer to POST of a folder: 412 without a reason says that its uid is taken (transcripts, "create folder again")."""
    if isinstance(reply, Lost):
        return Unknown(reply.words)
    match reply.status:
        case 200 | 201:
            head = head_of(reply.fields)
            if head is None:
                return Unknown(f"{reply.status}, but not with what was created: {reply.words}")
            return FolderSaved(FolderUid(head.name), head.id, head.folder)
        case _ if is_too_deep(reply):
            return TooDeep(reply.words)
        case 404 if is_absence(reply):
            return Gone(reply.words)
        case 409 | 412:
            return FolderExists(reply.words)
        case _:
            answer = of_any_write(reply, site)
            return replace(answer, permission=answer.permission or "folders:create") if isinstance(answer, Forbidden) else answer


def folder_update_answer(reply: Reply | Lost, site: str) -> FolderUpdateAnswer:
    """The answer to PUT of a folder, as that of a dashboard; 412 is said of a stale one by the documentation of the folder API."""
    if isinstance(reply, Lost):
        return Unknown(reply.words)
    match reply.status:
        case 200 | 201:
            head = head_of(reply.fields, unmoved="not told")  # of a folder, the generation is all that is asked for
            if head is None:
                return Unknown(f"{reply.status}, but not with what was changed: {reply.words}")
            return FolderUpdated(str(object_in(reply.fields, "spec").get("title") or ""), head.folder, head.generation)
        case _ if is_too_deep(reply):
            return TooDeep(reply.words)
        case 404 if is_absence(reply):
            return Gone(reply.words)
        case 409 | 412:
            return FolderStale(reply.words)
        case 500 if _TO_BE_CREATED in reply.words:
            return Gone(reply.words)
        case 500 if any(each in reply.words for each in _NOT_MOVED):
            return Rejected(reply.status, reply.words)
        case _:
            return _refused(reply, site, "folders:write")


def _saved(reply: Reply, save: Save, site: str) -> Saved | Unknown:
    head = head_of(reply.fields, version_in(save.state))
    if head is None or head.generation <= 0:
        return Unknown(f"{reply.status}, but not with what was saved: {reply.words}")
    return Saved(Uid(head.name), head.mark, page_of(site, None, "d", head.name))


def _not_found(reply: Reply, save: Save) -> SaveAnswer:
    """The folder, the dashboard, or the route: what is not there is named in `details`."""
    kind = object_in(reply.fields, "details").get("kind")
    if reply.is_json and save.version is not None and kind == "dashboards":
        return Gone(reply.words)
    return Rejected(reply.status, reply.words)


def _refused(reply: Reply, site: str, permission: str) -> ManagedElsewhere | Forbidden | Rejected | Busy | Unknown:
    """What means the same for every write. The permission is that of the dashboard API, which is what can be granted."""
    words = reply.words.lower()
    if (reply.status == 400 and _PROVISIONED in words) or (reply.status == 403 and any(each in words for each in _MANAGED)):
        return ManagedElsewhere(reply.words)
    answer = of_any_write(reply, site)
    return replace(answer, permission=answer.permission or permission) if isinstance(answer, Forbidden) else answer
