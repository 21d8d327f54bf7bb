"""The sandbox as an ASGI application.

In: settings, a clock and chance. Out: a Starlette application that answers as Grafana of one generation. A route that
the generation does not have is answered as that generation answers it.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount

from provisioner.sandbox import around, dashboards, discarding, folders, general, history, naming, organisations, search
from provisioner.sandbox.access import NotPermitted
from provisioner.sandbox.answers import Misread, answer, page, permission_refusal, refuse, server_of
from provisioner.sandbox.apis import routes as apis
from provisioner.sandbox.apis.statuses import StatusRefused, no_such_resource
from provisioner.sandbox.front import Front
from provisioner.sandbox.recorder import Recorder
from provisioner.sandbox.refusals import Refused
from provisioner.sandbox.server import Server, make_server
from provisioner.sandbox.settings import SandboxSettings

_SUBJECTS = (naming, apis, dashboards, around, discarding, history, folders, search, organisations, general)


def utc_now() -> datetime:
    """The clock of a sandbox that was given none."""
    return datetime.now(UTC)


def create_app(
    settings: SandboxSettings,
    clock: Callable[[], datetime] = utc_now,
    chance: random.Random | None = None,
) -> Starlette:
    """The application; `close_app` lets go of its database. SandboxUnusable: it cannot be what was asked for."""
    server = make_server(settings, clock, chance or random.SystemRandom())
    recorder = Recorder()
    app = Starlette(
        routes=_routes(server),
        middleware=[Middleware(Front, server.faults, recorder)],
        exception_handlers={
            Refused: _refused,
            Misread: _misread,
            NotPermitted: _not_permitted,
            StatusRefused: _status,
            HTTPException: _no_route,
        },
    )
    app.state.server = server
    app.state.recorder = recorder
    return app


def close_app(app: Starlette) -> None:
    """Let go of the database."""
    server = app.state.server
    assert isinstance(server, Server)  # noqa: S101 - for the type checker: create_app put it there
    server.store.close()


def _routes(server: Server) -> list[BaseRoute]:
    found: list[BaseRoute] = [route for subject in _SUBJECTS for route in subject.routes(server)]
    below = server.settings.sub_path.rstrip("/")
    return [Mount(below, routes=found)] if below else found


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)  # noqa: S101 - for the type checker: registered for this class
    return refuse(error.refusal, server_of(request).generation)


async def _misread(_: Request, error: Exception) -> Response:
    assert isinstance(error, Misread)  # noqa: S101 - as above
    return answer(error.mistakes, error.status)


async def _status(_: Request, error: Exception) -> Response:
    assert isinstance(error, StatusRefused)  # noqa: S101 - as above
    return answer(error.body, error.code)


def _is_of_the_resource_api(request: Request) -> bool:
    """Whether an address is below /apis of a server that has it."""
    server = server_of(request)
    path = request.url.path.removeprefix(server.settings.sub_path.rstrip("/"))
    return bool(server.generation.resource_versions) and (path == "/apis" or path.startswith("/apis/"))


async def _not_permitted(request: Request, error: Exception) -> Response:
    assert isinstance(error, NotPermitted)  # noqa: S101 - as above
    if _is_of_the_resource_api(request):
        return await _status(request, apis.refused_by_role(request, error))
    return permission_refusal(server_of(request), error.permissions)


async def _no_route(request: Request, _: Exception) -> Response:
    """What is not there, or not by this method: 404, or the web page (6.7.4)."""
    generation = server_of(request).generation
    if _is_of_the_resource_api(request):
        return await _status(request, no_such_resource())
    if generation.unknown_get_is_a_page and request.method == "GET":
        return page()
    return refuse(generation.refusals.no_route, generation)
