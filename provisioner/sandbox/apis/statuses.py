"""What the resource API answers when it refuses: `Status` objects.

In: what went wrong. Out: `StatusRefused`, raised by a handler. Words, reasons and details are those of the recorded
server (transcript resources-12.4.0) unless a docstring says that they are Kubernetes' own.
"""

from __future__ import annotations

from typing import Any

from provisioner.sandbox.apis.kinds import Kind

Details = dict[str, Any]


class StatusRefused(Exception):
    """Answer with this Status; nothing was written."""

    def __init__(self, code: int, message: str, reason: str = "", details: Details | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.body = status_body(code, message, reason, details)


def status_body(code: int, message: str, reason: str = "", details: Details | None = None) -> Details:
    """A Status of failure; without a reason or details it does not name them."""
    body: Details = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "message": message}
    if reason:
        body["reason"] = reason
    if details is not None:
        body["details"] = details
    return body | {"code": code}


def _about(kind: Kind, name: str) -> Details:
    return {"name": name, "group": kind.group, "kind": kind.plural}


def no_such_resource() -> StatusRefused:
    """A group, version or kind that there is not."""
    return StatusRefused(404, "the server could not find the requested resource", "NotFound", {})


def not_found(kind: Kind, name: str) -> StatusRefused:
    """An object that there is not."""
    return StatusRefused(404, f'{kind.full} "{name}" not found', "NotFound", _about(kind, name))


def already_exists(kind: Kind, name: str) -> StatusRefused:
    """Created twice; a folder in words of its own."""
    if kind.is_folder:
        return StatusRefused(412, "the folder has been changed by someone else")
    return StatusRefused(409, f'{kind.full} "{name}" already exists', "AlreadyExists", _about(kind, name))


def conflict(kind: Kind, name: str, why: str) -> StatusRefused:
    """An object that is not as the request takes it to be."""
    message = f'Operation cannot be fulfilled on {kind.full} "{name}": {why}'
    return StatusRefused(409, message, "Conflict", _about(kind, name))


def stale(kind: Kind, name: str) -> StatusRefused:
    """A resourceVersion that is not the newest."""
    return conflict(kind, name, "the object has been modified; please apply your changes to the latest version and try again")


def stale_deletion(kind: Kind, name: str, asked: str, found: int) -> StatusRefused:
    """A precondition of a deletion that does not hold."""
    why = (
        f"the ResourceVersion in the precondition ({asked}) does not match the ResourceVersion in record ({found})."
        " The object might have been modified"
    )
    message = f'Operation cannot be fulfilled on {kind.name}.{kind.group} "{name}": {why}'
    return StatusRefused(409, message, "Conflict", {"name": name, "group": kind.group, "kind": kind.name})


def another_deletion(kind: Kind, name: str, asked: str, found: str) -> StatusRefused:
    """The same of a deletion, in the words of Kubernetes that stand beside those of `stale_deletion`."""
    why = (
        f"the UID in the precondition ({asked}) does not match the UID in record ({found})."
        " The object might have been deleted and then recreated"
    )
    message = f'Operation cannot be fulfilled on {kind.name}.{kind.group} "{name}": {why}'
    return StatusRefused(409, message, "Conflict", {"name": name, "group": kind.group, "kind": kind.name})


def another_object(kind: Kind, namespace: str, name: str, asked: str, found: str) -> StatusRefused:
    """The uid of an object that was there before."""
    key = f"/group/{kind.group}/resource/{kind.plural}/namespace/{namespace}/name/{name}"
    why = f"Precondition failed: UID in precondition: {asked}, UID in object meta: {found}"
    message = f"precondition failed: StorageError: invalid object, Code: 4, Key: {key}, ResourceVersion: 0, AdditionalErrorMsg: {why}"
    return StatusRefused(500, message)


def invalid(kind: Kind, name: str, *wrong: tuple[str, str]) -> StatusRefused:
    """Fields that cannot be, and why; folders tell it without details."""
    told = [f"{field}: {why}" for field, why in wrong]
    message = f'{kind.name}.{kind.group} "{name}" is invalid: {told[0] if len(told) == 1 else "[" + ", ".join(told) + "]"}'
    if kind.is_folder:
        return StatusRefused(422, message)
    causes = [
        {"reason": f"FieldValue{'Required' if why.startswith('Required') else 'Invalid'}", "message": why, "field": field}
        for field, why in wrong
    ]
    named = {"name": name} if name else {}
    return StatusRefused(422, message, "Invalid", {**named, "group": kind.group, "kind": kind.name, "causes": causes})


def no_revision(given: str) -> StatusRefused:
    """A resourceVersion that is no number, as Go tells it."""
    why = "value out of range" if given.isascii() and given.isdigit() else "invalid syntax"
    return StatusRefused(500, f'strconv.ParseUint: parsing "{given}": {why}')


def bad_request(message: str) -> StatusRefused:
    """What cannot be asked."""
    return StatusRefused(400, message, "BadRequest")


def forbidden(kind: Kind, name: str, why: str) -> StatusRefused:
    """What the caller may not (Kubernetes)."""
    shown = f' "{name}"' if name else ""
    return StatusRefused(403, f"{kind.full}{shown} is forbidden: {why}", "Forbidden", _about(kind, name))


def too_deep(code: int, message: str) -> StatusRefused:
    """A folder with too many above it: a create is refused like a failure (500), a move like any other request."""
    return StatusRefused(code, message, *(("BadRequest", {"uid": "folder.maximum-depth-reached"}) if code < 500 else ()))


def not_allowed(kind: Kind, message: str) -> StatusRefused:
    """A verb that this kind does not have."""
    return StatusRefused(405, message, "MethodNotAllowed", {"group": kind.group, "kind": kind.plural})


def expired(message: str) -> StatusRefused:
    """What is too old to go on from (Kubernetes)."""
    return StatusRefused(410, message, "Expired")
