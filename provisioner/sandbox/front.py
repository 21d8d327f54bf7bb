"""What stands before the handlers: it counts requests and makes things go wrong.

In: ASGI requests. Out: the handler's answer, or a fault's. A fault "after the write" lets the handler do its work and
hides the answer.
"""

from __future__ import annotations

import asyncio
import json
from typing import Protocol

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from provisioner.sandbox.faults import FaultControl, Faults, is_write
from provisioner.sandbox.recorder import Recorded, Recorder

Answer = tuple[int, bytes, list[tuple[bytes, bytes]]]
_JSON = (b"content-type", b"application/json")
_REASONS = {429: "TooManyRequests", 500: "InternalError", 503: "ServiceUnavailable"}
OWN_ROUTES = "/sandbox/"
_PROXY_PAGE = (
    b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body><center><h1>502 Bad Gateway</h1></center></body>\r\n</html>\r\n"
)


class Connection(Protocol):
    """The connection that a request came by."""

    def drop(self) -> None:
        """Close it without an answer."""
        ...


class Front:
    """The outermost layer of a sandbox."""

    def __init__(self, app: ASGIApp, faults: FaultControl, recorder: Recorder) -> None:
        self._app = app
        self._faults = faults
        self._recorder = recorder

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or scope["path"].startswith(OWN_ROUTES):
            await self._app(scope, receive, send)
            return
        query = scope["query_string"].decode("latin-1")

        async def recording(message: Message) -> None:
            # Noted before it goes out: who has an answer in hand must find it counted.
            if message["type"] == "http.response.start":
                self._recorder.add(Recorded(scope["method"], scope["path"], message["status"], query))
            await send(message)

        if not await self._answered(scope, receive, recording):
            # Noted before it is closed: who lost the answer must find it counted too.
            self._recorder.add(Recorded(scope["method"], scope["path"], 0, query))
            await _drop(scope, receive)

    async def _answered(self, scope: Scope, receive: Receive, send: Send) -> bool:
        """Whether an answer went out; False where the connection is to be dropped instead."""
        method, faults = scope["method"], self._faults.current
        if faults.apis_hidden and _is_below_apis(scope["path"]):
            return await _reply(send, *_hidden(faults.apis_hidden))
        if not faults.matches(method, scope["path"]):
            await self._app(scope, receive, send)
            return True
        write = is_write(method)
        await _wait(faults, write=write)
        refusal = self._refusal(write=write)
        if refusal:
            return await _reply(send, *(_as_status(refusal) if _is_below_apis(scope["path"]) else refusal))
        if self._faults.take("drop_before"):
            return False
        if write and self._faults.take("drop_after"):
            await self._app(scope, receive, _nowhere)
            return False
        if write and self._faults.take("error_after_write"):
            await self._app(scope, receive, _nowhere)
            broken = 500, _message("Internal Server Error"), [_JSON]
            return await _reply(send, *(_as_status(broken) if _is_below_apis(scope["path"]) else broken))
        await self._app(scope, receive, send)
        return True

    def _refusal(self, *, write: bool) -> Answer | None:
        """The answer of a fault that does nothing else."""
        after = self._faults.current.retry_after
        wait = [] if after is None else [(b"retry-after", str(after).encode())]
        if self._faults.refused_in_turn() or self._faults.take("too_many_requests"):
            return 429, _message("Too Many Requests"), [_JSON, *wait]
        if self._faults.take("unavailable"):
            return 503, _message("Service Unavailable"), [_JSON, *wait]
        if self._faults.take("proxy_page"):
            return 502, _PROXY_PAGE, [(b"content-type", b"text/html")]
        if write and self._faults.take("pending"):
            return 202, b'{"status":"pending"}', [_JSON]
        return None


def _is_below_apis(path: str) -> bool:
    """Also behind a sub-path."""
    return f"{path}/".find("/apis/") >= 0


def _as_status(refusal: Answer) -> Answer:
    """The same refusal in the words of the resource API; what a proxy says stays as it is."""
    code, body, headers = refusal
    if code not in _REASONS:
        return refusal
    return code, _status(code, _REASONS[code], json.loads(body)["message"]), headers


def _hidden(status: int) -> Answer:
    """A proxy's page, or the refusal of a server that does not let the caller in."""
    if status != 403:
        return status, _PROXY_PAGE.replace(b"502 Bad Gateway", b"404 Not Found"), [(b"content-type", b"text/html")]
    return status, _status(403, "Forbidden", "forbidden: not permitted"), [_JSON]


async def _wait(faults: Faults, *, write: bool) -> None:
    milliseconds = faults.latency_ms + (faults.write_latency_ms if write else 0)
    if milliseconds:
        await asyncio.sleep(milliseconds / 1000)


async def _reply(send: Send, status: int, body: bytes, headers: list[tuple[bytes, bytes]] | None = None) -> bool:
    usual = [(b"content-type", b"application/json")] if headers is None else headers
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [*usual, length]})
    await send({"type": "http.response.body", "body": body})
    return True


def _status(code: int, reason: str, message: str) -> bytes:
    body = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "message": message, "reason": reason, "code": code}
    return json.dumps(body).encode()


def _message(text: str) -> bytes:
    return json.dumps({"message": text}).encode()


async def _nowhere(_: Message) -> None:
    """Where the answer goes that nobody is to see."""


async def _drop(scope: Scope, receive: Receive) -> None:
    """Close the connection and see it closed; the server would answer with 500 otherwise."""
    connection: Connection = scope["state"]["connection"]
    connection.drop()
    while (await receive())["type"] != "http.disconnect":
        pass
