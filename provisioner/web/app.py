"""What the daemon answers: health, readiness, metrics, status, and the hooks that are handed in.

In: a `Service` to ask, `Metrics`, routes. Out: an application for `serving.py`. Everything is read only and without a login: no secret is
in any answer, and who may see the rest is decided by the address that is listened at.

    GET /             how things stand, for people
    GET /status.json  the same for programs (`status_json.py`)
    GET /healthz      200 while the threads of the daemon make progress, else 503: restart it
    GET /readyz       200 once every source was read and every target had a good pass, else 503 with the names of those that did not
    GET /metrics      for Prometheus, classic or OpenMetrics, gzip where it is taken
"""

from __future__ import annotations

import gzip
from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from provisioner.core.health import Health
from provisioner.core.ports import Service
from provisioner.core.redaction import redacted
from provisioner.web.metrics import Metrics
from provisioner.web.page import POLICY, page
from provisioner.web.status_json import status_json

_WORTH_PACKING = 1024


def create_app(service: Service, metrics: Metrics, hooks: Sequence[BaseRoute] = ()) -> Starlette:
    """The application. `hooks` are further routes, as `hook_routes` makes them."""

    async def healthz(_: Request) -> Response:
        return _health(service.health())

    async def readyz(_: Request) -> Response:
        return _readiness(service.health())

    async def status(_: Request) -> Response:
        return Response(status_json(service.health()), media_type="application/json")

    async def people(_: Request) -> Response:
        return Response(page(service.health()), media_type="text/html", headers={"Content-Security-Policy": POLICY})

    async def scrape(request: Request) -> Response:
        body, kind = metrics.exposed(request.headers.get("accept", ""), request.query_params.getlist("name[]"))
        return _packed(body, kind, request.headers.get("accept-encoding", ""))

    routes = [
        Route("/", people),
        Route("/healthz", healthz),
        Route("/readyz", readyz),
        Route("/status.json", status),
        Route("/metrics", scrape),
        *hooks,
    ]
    app = Starlette(routes=routes, middleware=[Middleware(_Guarded)], exception_handlers={HTTPException: _refused})
    # A redirect would name the host that the stranger's own header names.
    app.router.redirect_slashes = False
    return app


class _Guarded:
    """Headers of every answer: nothing is kept, guessed at or shown inside another page."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("Cache-Control", "no-store")
                headers.setdefault("X-Content-Type-Options", "nosniff")
                headers.setdefault("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
                headers.setdefault("Referrer-Policy", "no-referrer")
            await send(message)

        await self._app(scope, receive, guarded)


def _health(health: Health) -> Response:
    if health.alive:
        return PlainTextResponse("alive\n")
    late = f"{health.slowest or 'a thread'} made no progress for {health.progress_age:.0f} s"
    return PlainTextResponse(f"not alive: {late} (at most {health.patience:.0f} s)\n", 503)


def _readiness(health: Health) -> Response:
    missing = [_missing_read(health, name) for name in health.unread]
    missing += [_missing_pass(health, name) for name in health.unready]
    if not missing:
        return PlainTextResponse("ready\n")
    return PlainTextResponse(redacted("\n".join(["not ready", *missing]) + "\n"), 503)


def _missing_read(health: Health, name: str) -> str:
    source = next(each for each in health.sources if each.name == name)
    return f"source {name}: never read{f': {source.failure.message}' if source.failure else ''}"


def _missing_pass(health: Health, name: str) -> str:
    target = next(each for each in health.targets if each.name == name)
    if target.failure is not None:
        return f"target {name}: no good pass yet: {target.failure.message}"
    waiting = ", ".join(target.waiting)
    return f"target {name}: no good pass yet{f': waits for {waiting}' if waiting else ''}"


def _packed(body: bytes, kind: str, accepted: str) -> Response:
    """Packed where that is taken and worth it."""
    headers = {"Content-Type": kind, "Vary": "Accept, Accept-Encoding"}
    if len(body) >= _WORTH_PACKING and _takes_gzip(accepted):
        headers["Content-Encoding"] = "gzip"
        body = gzip.compress(body, compresslevel=4, mtime=0)
    return Response(body, headers=headers)


def _takes_gzip(accepted: str) -> bool:
    """Whether an Accept-Encoding header names gzip, and does not refuse it (";q=0")."""
    for each in accepted.split(","):
        name, _, weight = each.partition(";")
        if name.strip().lower() == "gzip":
            return weight.strip().rstrip("0") not in {"q=", "q=0."}
    return False


async def _refused(request: Request, error: Exception) -> Response:
    """404, 405 and the like, as JSON where that is asked for."""
    if not isinstance(error, HTTPException):
        raise error
    headers = dict(error.headers or {})
    if "application/json" in request.headers.get("accept", "") or request.url.path.startswith("/hooks/"):
        return JSONResponse({"error": error.detail}, error.status_code, headers)
    return PlainTextResponse(f"{error.detail}\n", error.status_code, headers)
