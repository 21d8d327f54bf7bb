"""What a server said to a write, turned into one of core's answers (DESIGN section 5, reference 1.2, 1.6 and 3.1).

In: a `Reply` or `Lost`, and what was sent. Out: one of core's answers. Raises TargetUnauthorised for 401, which says
nothing of the one document. Classified by status first, then by the `status` text, then by message; what is not known is `Unknown`
or `Rejected`, never an exception.
"""

from __future__ import annotations

from provisioner.core.answers import (
    Busy,
    DeleteAnswer,
    Deleted,
    FolderAnswer,
    FolderExists,
    FolderRefusal,
    FolderSaved,
    FolderStale,
    FolderUpdated,
    Forbidden,
    Gone,
    ManagedElsewhere,
    NameExists,
    NotSaved,
    PluginOwned,
    Rejected,
    Save,
    SaveAnswer,
    Saved,
    TooDeep,
    Unknown,
    VersionMismatch,
)
from provisioner.core.model import FolderUid, Uid
from provisioner.core.server import Mark
from provisioner.grafana import failures
from provisioner.grafana.addresses import folder_uid, page_of
from provisioner.grafana.client import is_refusal_to_work
from provisioner.grafana.replies import Lost, Reply

_PROVISIONED = "cannot save provisioned dashboard"
_PROVISIONED_TOO = "provisioned"
"""In "provisioned dashboard cannot be deleted" and in 6.7's "Dashboard cannot be deleted because it was provisioned"."""
_LIKE_A_FOLDER = "name cannot be the same as folder"
_SAME_NAME = "with the same name"
_TOO_DEEP = ("max depth exceeded", "maximum nested folder depth", "maximum folder depth")
"""12.4 says the first with status 500 to a create, the second with 400 to a move; nothing of either is written."""
_FOLDER_TAKEN = ("with the same name", "with that name already exists", "already exists")


def save_answer(reply: Reply | Lost, save: Save, site: str) -> SaveAnswer:
    """The answer to POST /api/dashboards/db."""
    if isinstance(reply, Lost):
        return Unknown(reply.words)
    words = reply.words
    match reply.status:
        case 200 | 201:
            return _saved(reply, site)
        case 202:
            return NotSaved(words)
        case 400:
            return _bad_request(reply)
        case 404:
            return _not_found(reply, save)
        case 409:
            # 13.1 and later: the version, a create that met a uid, or a race lost in the storage ("requested RV does not
            # match current RV"). Nothing was written, and the same has to be done about each: read, decide again.
            return VersionMismatch(words)
        case 412:
            return _precondition(reply)
        case _:
            return of_any_write(reply, site)


def folder_answer(reply: Reply | Lost, site: str) -> FolderAnswer:
    """The answer to POST /api/folders."""
    if isinstance(reply, Lost):
        return Unknown(reply.words)
    words = reply.words
    match reply.status:
        case 200 | 201:
            return _folder_saved(reply)
        case _ if is_too_deep(reply):
            return TooDeep(words)
        case 400:
            # "Dashboard cannot be changed to a folder" is not among these: there the uid is a dashboard's, and no folder can be read.
            return FolderExists(words) if _is_taken(words) else Rejected(reply.status, words)
        case 404 if reply.is_json:
            return Gone(words)
        case 409 | 412:
            return FolderExists(words)
        case _:
            return of_any_write(reply, site)


def folder_update_answer(reply: Reply | Lost, site: str) -> FolderUpdated | FolderRefusal:
    """The answer to PUT /api/folders/:uid and to POST …/move."""
    if isinstance(reply, Lost):
        return Unknown(reply.words)
    words = reply.words
    match reply.status:
        case 200 | 201:
            return _folder_updated(reply)
        case _ if is_too_deep(reply):
            return TooDeep(words)
        case 400 | 409 | 412 if _is_taken(words):
            return FolderExists(words)
        case 404 if reply.is_json and "not found" in words.lower():
            # 10 without its toggle knows the route, and says 404 to every move: "To use this service, you need to activate …".
            return Gone(words)
        case 409 | 412:
            # 12.4 says it of the dashboard, and leaves the status out (transcripts, "rename folder, stale version").
            return FolderStale(words)
        case _:
            return of_any_write(reply, site)


def delete_answer(reply: Reply | Lost, site: str) -> DeleteAnswer:
    """The answer to DELETE of a dashboard or folder."""
    if isinstance(reply, Lost):
        return Unknown(reply.words)
    match reply.status:
        case 200 if reply.is_json:
            return Deleted(reply.words)
        case 404 if reply.is_json:
            return Deleted(reply.words, already=True)
        case 400 if _PROVISIONED_TOO in reply.words.lower():
            return ManagedElsewhere(reply.words)
        case _:
            return of_any_write(reply, site)


def _is_taken(words: str) -> bool:
    return any(part in words.lower() for part in _FOLDER_TAKEN)


def is_too_deep(reply: Reply) -> bool:
    """Whether a folder is refused for the number of folders above it, whatever the status says."""
    return reply.status in {400, 500} and any(part in reply.words.lower() for part in _TOO_DEEP)


def of_any_write(reply: Reply, site: str) -> Forbidden | Rejected | Busy | Unknown:
    """What means the same for every write, by whichever dialect. Raises TargetUnauthorised."""
    if reply.status == 401:
        raise failures.unauthorised(site, reply.words)
    if is_refusal_to_work(reply):
        return Busy(reply.words, reply.retry_after)
    if reply.status == 403:
        return Forbidden(reply.words, failures.permission_in(reply.words))
    if reply.status == 408 or not 400 <= reply.status < 500:
        # 408 comes from proxies; who gave up on whom it does not say.
        return Unknown(failures.saying(reply))
    return Rejected(reply.status, reply.words)


def _saved(reply: Reply, site: str) -> Saved | Unknown:
    fields = reply.fields
    uid, number, version = fields.get("uid"), fields.get("id"), fields.get("version")
    if not isinstance(uid, str) or not uid or type(number) is not int or type(version) is not int:
        return Unknown(f"{reply.status}, but not with what was saved: {reply.words}")
    return Saved(Uid(uid), Mark(number, version), page_of(site, fields.get("url"), "d", uid))


def _bad_request(reply: Reply) -> SaveAnswer:
    words = reply.words
    if _PROVISIONED in words.lower():
        return ManagedElsewhere(words)
    if reply.fields.get("status") == "name-match" or _LIKE_A_FOLDER in words.lower():
        return NameExists(words, folder=True)
    return Rejected(reply.status, words)


def _not_found(reply: Reply, save: Save) -> SaveAnswer:
    """The folder (8 and later, by id or as "general"), or the dashboard, or the route. Only an update can find its dashboard gone."""
    about_folder = "folder" in reply.words.lower()
    if reply.is_json and save.version is not None and not about_folder:
        return Gone(reply.words)
    return Rejected(reply.status, reply.words)


def _precondition(reply: Reply) -> SaveAnswer:
    """412 by its status text, by its message where there is none (12.4's folders), and else what 412 means: somebody saved."""
    words = reply.words
    match reply.fields.get("status"):
        case "name-exists":
            return NameExists(words)
        case "plugin-dashboard":
            return PluginOwned(words)
        case "version-mismatch":
            return VersionMismatch(words)
        case _:
            pass
    if _SAME_NAME in words.lower():
        return NameExists(words)
    if "belongs to plugin" in words.lower():
        return PluginOwned(words)
    return VersionMismatch(words)


def _folder_saved(reply: Reply) -> FolderSaved | Unknown:
    fields = reply.fields
    uid, number = fields.get("uid"), fields.get("id")
    if not isinstance(uid, str) or not uid:
        return Unknown(f"{reply.status}, but not with what was created: {reply.words}")
    return FolderSaved(FolderUid(uid), number if type(number) is int else 0, folder_uid(fields.get("parentUid")))


def _folder_updated(reply: Reply) -> FolderUpdated | Unknown:
    fields = reply.fields
    title, version = fields.get("title"), fields.get("version")
    if not isinstance(fields.get("uid"), str) or not isinstance(title, str):
        return Unknown(f"{reply.status}, but not with what was changed: {reply.words}")
    return FolderUpdated(title, folder_uid(fields.get("parentUid")), version if type(version) is int else 0)
