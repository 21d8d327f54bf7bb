"""How a sandbox answers: JSON, refusals in the body shapes of the generation, pages.

In: values. Out: Starlette responses. It decides nothing.
"""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from provisioner.sandbox.content import Unreadable, read, text_of
from provisioner.sandbox.generation import BodyErrors, Generation
from provisioner.sandbox.refusals import Refusal, Refused
from provisioner.sandbox.server import Server

PAGE = "<!DOCTYPE html>\n<html><head><title>Grafana</title></head><body><p>The sandbox has no pages.</p></body></html>\n"

# What a field of a body must be, in the words of Go.
_GO_KINDS: dict[str, tuple[type, str]] = {
    "overwrite": (bool, "bool"),
    "isFolder": (bool, "bool"),
    "message": (str, "string"),
    "folderUid": (str, "string"),
    "folderId": (int, "int64"),
    "title": (str, "string"),
    "parentUid": (str, "string"),
}
_JSON_KINDS = {str: "string", bool: "bool", int: "number", float: "number", list: "array", dict: "object"}


def server_of(request: Request) -> Server:
    """The sandbox that a request reached."""
    server = request.app.state.server
    assert isinstance(server, Server)  # noqa: S101 - for the type checker: create_app put it there
    return server


def answer(body: object, status: int = 200) -> Response:
    """A JSON answer."""
    return Response(text_of(body), status, media_type="application/json")


def refusal_body(refusal: Refusal, generation: Generation) -> dict[str, Any]:
    """The body of a refusal in the shape of the generation (reference 1.6)."""
    if refusal.message_id:
        typed = {"message": refusal.message, "messageId": refusal.message_id, "statusCode": refusal.status}
        return typed if refusal.bare else typed | {"extra": None, "traceID": ""}
    body: dict[str, Any] = {"message": refusal.message}
    if refusal.word:
        body["status"] = refusal.word
    if refusal.traced and generation.trace_id is not None:
        body["traceID"] = generation.trace_id
    return body


def refuse(refusal: Refusal, generation: Generation) -> Response:
    """A refusal as an answer; one without words has no body (2.6 "no title")."""
    if not refusal.message:
        return Response(b"", refusal.status, media_type="text/plain")
    return answer(refusal_body(refusal, generation), refusal.status)


def permission_refusal(server: Server, permissions: str) -> Response:
    """403 that names the permission (9 and later)."""
    return answer(
        {
            "accessErrorId": f"ACE{server.chance.randrange(10**10):010d}",
            "message": f"You'll need additional permissions to perform this action. Permissions needed: {permissions}",
            "title": "Access denied",
        },
        403,
    )


def page(status: int = 200) -> Response:
    """The web page that some servers answer with where nothing is (6.7.4)."""
    return Response(PAGE, status, media_type="text/html")


class Misread(Exception):
    """Answer with the list of what is wrong with a body (5 to 7)."""

    def __init__(self, status: int, mistakes: list[dict[str, object]]) -> None:
        super().__init__(f"{len(mistakes)} mistakes in the body")
        self.status = status
        self.mistakes = mistakes


async def read_body(request: Request, required: str = "") -> dict[str, Any]:
    """The JSON object of a request. Refused or Misread: it cannot be read, a field is of a wrong kind, `required` is missing."""
    generation = server_of(request).generation
    plain = generation.body_errors is BodyErrors.PLAIN
    mistakes: list[dict[str, object]] = []
    body: Any = None
    try:
        body = read(await request.body())
        mistake = _wrong_kind(body) or _untyped(body, generation)
    except Unreadable as error:
        mistake = str(error)
    if mistake:
        mistakes.append({"classification": "DeserializationError", "message": mistake})
    fields = body if isinstance(body, dict) else {}
    missing = bool(required) and (fields.get(required) is None or bool(_untyped(fields, generation)))
    if missing and (not mistakes or generation.body_errors is BodyErrors.LISTED_WITH_REQUIRED):
        name = required.capitalize()
        mistakes.append({"fieldNames": [name], "classification": "RequiredError", "message": "Required"})
    if mistakes and plain:
        raise Refused(generation.refusals.bad_request)
    if mistakes:
        raise Misread(400 if mistake else 422, mistakes)
    return fields


def _untyped(body: object, generation: Generation) -> str:
    """What 2.6 says of a dashboard that is no object."""
    dashboard = body.get("dashboard") if isinstance(body, dict) else None
    if not generation.dashboard_is_typed or dashboard is None or isinstance(dashboard, dict):
        return ""
    kind = _JSON_KINDS[type(dashboard)]
    return f"json: cannot unmarshal {kind} into Go struct field SaveDashboardCommand.dashboard of type map[string]interface {{}}"


def _wrong_kind(body: object) -> str:
    """What Go would say of the first field that does not fit; "" when all fit."""
    if body is None:
        return ""
    if not isinstance(body, dict):
        return f"json: cannot unmarshal {_JSON_KINDS[type(body)]} into Go value"
    for name, (kind, go_name) in _GO_KINDS.items():
        value = body.get(name)
        fits = value is None or type(value) is kind or (kind is int and isinstance(value, float) and value.is_integer())
        if not fits:
            return f"json: cannot unmarshal {_JSON_KINDS[type(value)]} into Go struct field .{name} of type {go_name}"
    return ""
