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
FILES = tuple(sorted(path.stem for path in TRANSCRIPTS.glob("*.json")))
_PAGE = "<html>not found</html>\n"
_ADMIN = httpx.BasicAuth("admin", "admin")

# Bodies that the transcripts leave out, or that carried a secret.
_BODIES: dict[str, bytes] = {
    "not json": b"{not json",
    "login": b'{"user": "admin", "password": "admin", "email": ""}',
    "login with a wrong password": b'{"user": "admin", "password": "wrong", "email": ""}',
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
    cookies: tuple[str, ...]
    status: int
    response: Any

    @property
    def title(self) -> str:
        """How a test names it."""
        return f"{self.file}: {self.name}"

    @property
    def replayed(self) -> bool:
        """Steps of the resource API are not, where there is one: it comes with a later issue."""
        return not (self.path.startswith("/apis/") and generation_of(self.file) >= 12)


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
    recorded = json.loads((TRANSCRIPTS / f"{file}.json").read_text())
    return tuple(
        Step(
            *(file, step["step"], step["method"], step["path"], step.get("request")),
            headers=step.get("headers") or {},
            cookies=tuple(step.get("cookies") or ()),
            status=step["status"],
            response=step["response"],
        )
        for step in recorded
    )


def replay(file: str) -> dict[str, list[str]]:
    """Every replayed step of a file by name, with how it differs; none is left out because an earlier one differs."""
    provisioned = (_PROVISIONED,) if file.startswith("orgs-and-provisioned") else ()
    settings = SandboxSettings(generation=generation_of(file), data_sources=(), provisioned=provisioned)
    state = Replay()
    with running(settings) as sandbox, httpx.Client(base_url=sandbox.url) as client:
        for step in steps_of(file):
            if step.replayed:
                state.differences[step.name] = _differences(sandbox, client, state, step)
    return state.differences


def _differences(sandbox: Running, client: httpx.Client, state: Replay, step: Step) -> list[str]:
    if step.name != "session reads":
        client.cookies.clear()
    state.names.note_request(step.request)
    body = _BODIES.get(step.name)
    if body is None and step.request is not None:
        body = json.dumps(state.names.ours(step.request)).encode()
    request = client.build_request(step.method, state.names.path(step.path), headers=step.headers, content=body)
    if body is not None:
        request.headers["Content-Type"] = "application/json"
    answer = client.send(request, auth=_credentials(sandbox, state, step))
    if answer.headers["content-type"].startswith("text/html"):
        ours: Json = _PAGE
    else:
        ours = answer.json()
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
