"""The routes of the server itself: health, login, settings, data sources, and what the sandbox adds (/sandbox/…).

In: requests. Out: answers in the shape of the generation (transcripts grafana-* "health", "login"; reference 4).
The added routes ask for no credentials: they stand on the loopback interface and guard nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from provisioner.sandbox import people
from provisioner.sandbox.access import READ_DATA_SOURCES, caller_of, permit
from provisioner.sandbox.answers import answer, page, read_body, server_of
from provisioner.sandbox.content import Unreadable, read
from provisioner.sandbox.discarding import has_trash_routes
from provisioner.sandbox.faults import faults_of
from provisioner.sandbox.generation import Cookie
from provisioner.sandbox.recorder import Recorder
from provisioner.sandbox.refusals import Refused
from provisioner.sandbox.server import Server
from provisioner.sandbox.settings import DataSource


async def health(request: Request) -> Response:
    """GET /api/health, for everyone."""
    generation = server_of(request).generation
    return answer({"commit": generation.commit, "database": "ok", "version": generation.version})


async def ping(request: Request) -> Response:
    """GET /api/login/ping; 5.4 refuses everyone without a session."""
    server = server_of(request)
    caller_of(request)
    told = server.generation.ping
    if told is None and "authorization" in request.headers:
        raise Refused(server.generation.refusals.unauthorized)
    return answer(dict(told) if isinstance(told, Mapping) else told or "Logged in")


async def login(request: Request) -> Response:
    """POST /login {user, password}: a session in cookies."""
    server = server_of(request)
    body = await read_body(request)
    account = people.by_password(server.store, str(body.get("user")), str(body.get("password")))
    if account is None:
        raise Refused(server.generation.refusals.login_failed)
    told = {"message": "Logged in"} | ({"redirectUrl": "/"} if server.generation.login_redirects else {})
    response = answer(told)
    secret = server.random_text(32)
    people.add_session(server.store, account.id, secret)
    for number, cookie in enumerate(server.generation.cookies):
        _set(response, cookie, secret if number == 0 else server.random_text(16))
    return response


def _set(response: Response, cookie: Cookie, value: str) -> None:
    response.set_cookie(
        cookie.name,
        value,
        max_age=cookie.max_age,
        httponly=cookie.http_only,
        samesite="lax" if cookie.same_site else None,
    )


async def frontend_settings(request: Request) -> Response:
    """GET /api/frontend/settings, for those who signed in: the version, the data sources."""
    server = server_of(request)
    caller = caller_of(request)
    sources = people.data_sources(server.store, caller.organisation)
    version = {"version": server.generation.version, "commit": server.generation.commit, "edition": "Open Source"}
    return answer(
        {
            "buildInfo": version | {"env": "production", "latestVersion": "", "hasUpdate": False},
            "featureToggles": {"dashboardRestore": True} if has_trash_routes(server) else {},
            "appSubUrl": server.settings.sub_path,
            "datasources": {source.name: _listed(server, number, source) for number, source in sources},
            "defaultDatasource": next((source.name for _, source in sources if source.is_default), ""),
        }
    )


def _listed(server: Server, number: int, source: DataSource, organisation: int = 1) -> dict[str, object]:
    listed: dict[str, object] = {
        "id": number,
        "orgId": organisation,
        "name": source.name,
        "type": source.type,
        "typeLogoUrl": "",
        "access": "proxy",
        "url": source.url,
        "user": "",
        "database": "",
        "basicAuth": False,
        "isDefault": source.is_default,
        "jsonData": {},
        "readOnly": False,
    }
    optional = {"uid": source.uid, "typeName": source.type}
    return listed | {key: optional[key] for key in optional if key in server.generation.data_source_keys}


async def list_data_sources(request: Request) -> Response:
    """GET /api/datasources: for administrators, from 9 for everyone."""
    server = server_of(request)
    caller = caller_of(request)
    permit(server, caller, READ_DATA_SOURCES)
    sources = people.data_sources(server.store, caller.organisation)
    return answer([_listed(server, number, source, caller.organisation) for number, source in sources])


async def get_data_source(request: Request) -> Response:
    """GET /api/datasources/uid/:uid (7 and later) and /name/:name."""
    server = server_of(request)
    caller = caller_of(request)
    permit(server, caller, READ_DATA_SOURCES)
    wanted = dict(request.path_params)
    for number, source in people.data_sources(server.store, caller.organisation):
        if wanted in ({"uid": source.uid}, {"name": source.name}):
            return answer(_listed(server, number, source, caller.organisation))
    raise Refused(server.generation.refusals.data_source_missing)


async def end_sessions(request: Request) -> Response:
    """DELETE /sandbox/sessions: everyone who signed in has to sign in again."""
    return answer({"ended": people.end_sessions(server_of(request).store)})


async def start_page(_: Request) -> Response:
    """GET /: the sandbox has no pages."""
    return page()


async def get_faults(request: Request) -> Response:
    """GET /sandbox/faults: what is switched on, with the counts that are left."""
    return answer(server_of(request).faults.told())


async def put_faults(request: Request) -> Response:
    """PUT /sandbox/faults: replace all of them; what is left out is off, {} ends them."""
    control = server_of(request).faults
    try:
        control.set(faults_of(read(await request.body())))
    except (Unreadable, ValueError) as error:
        return answer({"message": str(error)}, 400)
    return answer(control.told())


def _recorder(request: Request) -> Recorder:
    recorder = request.app.state.recorder
    assert isinstance(recorder, Recorder)  # noqa: S101 - for the type checker: create_app put it there
    return recorder


async def get_requests(request: Request) -> Response:
    """GET /sandbox/requests: how many there were, and the kept ones, oldest first."""
    recorder = _recorder(request)
    return answer({"total": recorder.total, "requests": [asdict(one) for one in recorder.all]})


async def forget_requests(request: Request) -> Response:
    """DELETE /sandbox/requests: begin to count again."""
    _recorder(request).reset()
    return answer({"total": 0})


def routes(server: Server) -> list[Route]:
    """What this generation has of itself."""
    found = [
        Route("/", start_page, methods=["GET"]),
        Route("/login", login, methods=["POST"]),
        Route("/api/login/ping", ping, methods=["GET"]),
        Route("/api/frontend/settings", frontend_settings, methods=["GET"]),
        Route("/api/datasources", list_data_sources, methods=["GET"]),
        Route("/api/datasources/name/{name}", get_data_source, methods=["GET"]),
        Route("/sandbox/faults", get_faults, methods=["GET"]),
        Route("/sandbox/faults", put_faults, methods=["PUT"]),
        Route("/sandbox/sessions", end_sessions, methods=["DELETE"]),
        Route("/sandbox/requests", get_requests, methods=["GET"]),
        Route("/sandbox/requests", forget_requests, methods=["DELETE"]),
    ]
    if server.generation.health:
        found.append(Route("/api/health", health, methods=["GET"]))
    if "uid" in server.generation.data_source_keys:
        found.append(Route("/api/datasources/uid/{uid}", get_data_source, methods=["GET"]))
    return found
