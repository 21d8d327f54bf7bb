"""Replays a transcript against a fresh sandbox, step after step.

In: a file of ../transcripts. Out: for each step, how our answer differs from the recorded one. What the transcripts do
not say is stated here: who asks in each step, and the bodies that were left out.
"""

from __future__ import annotations

import json
from collections.abc import Generator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from provisioner.sandbox import ProvisionedFile, Running, SandboxSettings, running
from provisioner.sandbox.content import Json
from tests.sandbox.names import Names

TRANSCRIPTS = Path(__file__).resolve().parents[1] / "transcripts"
_PATHS = {path.stem: path for path in TRANSCRIPTS.rglob("*.json")}
FILES = tuple(sorted(_PATHS))
_PAGE = "<html>not found</html>\n"
_ADMIN = httpx.BasicAuth("admin", "admin")

# Bodies that the transcripts leave out, or that carried a secret.
_BODIES: dict[str, bytes] = {
    "not json": b"{not json",
    "login": b'{"user": "admin", "password": "admin", "email": ""}',
    "login with a wrong password": b'{"user": "admin", "password": "wrong", "email": ""}',
}
# The bodies of patches, which were not recorded: what their answers show.
_TITLE = '{"spec": {"title": "%s"}}'
_BODIES_BY_TITLE: dict[str, bytes] = {
    "resources-12.4.0: not json": b"{nope",
    "resources-12.4.0: patch merge": (_TITLE % "R1 patched").encode(),
    "resources-12.4.0: patch json": b'[{"op": "replace", "path": "/spec/title", "value": "R1 jp"}]',
    "resources-12.4.0: server side apply": b"spec: {title: R1 ssa}",
    "resources-12.4.0: change while watched (apis)": (_TITLE % "R1 watched").encode(),
}
# The step whose answer holds the token that a step asks with, by how that step's name begins.
_TOKENS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("viewer ", ("create service account token", "create api key")),
    ("token of org 1", ("token one", "api key one")),
    ("who am i, token", ("token one", "api key one")),
    ("permissions of token", ("token one", "api key one")),
    ("token of org 2", ("token two", "api key two")),
    ("resource list, org 2 by token", ("token two", "api key two")),
    ("resource list, org 1 by token", ("token two", "api key two")),
    ("editor ", ("token editor", "api key editor")),
)
_PROVISIONED = ProvisionedFile("f.json", "From files", {"uid": "from-file", "title": "From file", "schemaVersion": 30, "panels": []})


@dataclass(frozen=True)
class Step:
    """One step of a transcript."""

    file: str
    name: str
    method: str
    path: str
    request: Any
    headers: dict[str, str]
    params: dict[str, str]
    cookies: tuple[str, ...]
    status: int
    response: Any

    @property
    def title(self) -> str:
        """How a test names it."""
        return f"{self.file}: {self.name}"


@dataclass
class Replay:
    """A transcript on its way through a sandbox."""

    names: Names = field(default_factory=Names)
    answers: dict[str, Any] = field(default_factory=dict)
    differences: dict[str, list[str]] = field(default_factory=dict)


def generation_of(file: str) -> int:
    """The generation of a file: grafana-9.3.2 is of 9."""
    return int(file.rpartition("-")[2].partition(".")[0])


def steps_of(file: str) -> tuple[Step, ...]:
    """The steps of a file, in order."""
    recorded = json.loads(_PATHS[file].read_text(encoding="utf-8"))
    return tuple(
        Step(
            *(file, step["step"], step["method"], step["path"], step.get("request")),
            headers=step.get("headers") or {},
            params={name: str(value) for name, value in (step.get("params") or {}).items()},
            cookies=tuple(step.get("cookies") or ()),
            status=step["status"],
            response=step["response"],
        )
        for step in map(_whole, recorded)
    )


def _whole(step: dict[str, Any]) -> dict[str, Any]:
    """The watch was recorded beside the steps, by its status and its one line."""
    if step["step"] != "watch events":
        return step
    told, line = step["response"]
    path = "/apis/dashboard.grafana.app/v1beta1/namespaces/default/dashboards"
    asked = {"method": "GET", "path": path, "params": {"watch": "1"}}
    return asked | {"step": step["step"], "status": told["status"], "response": json.loads(line["line"])}


def replay(file: str) -> dict[str, list[str]]:
    """Every replayed step of a file by name, with how it differs; none is left out because an earlier one differs."""
    provisioned = (_PROVISIONED,) if file.startswith("orgs-and-provisioned") else ()
    settings = SandboxSettings(generation=generation_of(file), data_sources=(), provisioned=provisioned)
    state = Replay()
    with running(settings) as sandbox, httpx.Client(base_url=sandbox.url) as client:
        for step in steps_of(file):
            state.differences[step.name] = _differences(sandbox, client, state, step)
    return state.differences


def _differences(sandbox: Running, client: httpx.Client, state: Replay, step: Step) -> list[str]:
    if step.name != "session reads":
        client.cookies.clear()
    state.names.note_request(step.request)
    body = _BODIES_BY_TITLE.get(step.title, _BODIES.get(step.name))
    if body is None and step.request is not None:
        body = json.dumps(state.names.ours(step.request)).encode()
    params = {name: state.names.path(value) for name, value in step.params.items()} or None
    request = client.build_request(step.method, state.names.path(step.path), headers=step.headers, content=body, params=params)
    if body is not None and "Content-Type" not in httpx.Headers(step.headers):
        request.headers["Content-Type"] = "application/json"
    answer = client.send(request, auth=_credentials(sandbox, state, step))
    if answer.headers["content-type"].startswith("text/html"):
        ours: Json = _PAGE
    else:
        ours = answer.json() if answer.content else ""
    state.answers[step.name] = ours
    found = [] if answer.status_code == step.status else [f"status: recorded {step.status}, ours {answer.status_code}"]
    found += _cookie_differences(step, answer)
    return found + state.names.differences(step.response, ours)


def _credentials(sandbox: Running, state: Replay, step: Step) -> httpx.Auth | None:
    if step.name in {"no credentials", "session reads"} or step.path == "/login":
        return None
    if step.name == "wrong password":
        return httpx.BasicAuth("admin", "wrong")
    if step.name == "bad token":
        return _Token("nobody's")
    for beginning, sources in _TOKENS:
        if step.name.startswith(beginning):
            made = (state.answers.get(source, {}).get("key") for source in sources)
            return _Token(next(key for key in made if key))
    return httpx.BasicAuth(*sandbox.admin)


class _Token(httpx.Auth):
    """Authentication by a bearer token."""

    def __init__(self, token: str) -> None:
        self._token = token

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["Authorization"] = f"Bearer {self._token}"
        yield request


def _cookie_differences(step: Step, answer: httpx.Response) -> list[str]:
    """Cookies by name and attributes; their values are secrets."""
    theirs = {_cookie(cookie) for cookie in step.cookies}
    ours = {_cookie(cookie) for cookie in answer.headers.get_list("set-cookie")}
    return [] if theirs == ours else [f"cookies: recorded {sorted(theirs)}, ours {sorted(ours)}"]


def _cookie(text: str) -> str:
    name, *attributes = (part.strip().lower() for part in text.split(";"))
    return "; ".join([name.partition("=")[0], *sorted(attributes)])
