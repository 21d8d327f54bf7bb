"""What the daemon answers to whoever asks, over real sockets."""

from __future__ import annotations

import gzip
import json
import re
from base64 import b64encode
from collections.abc import Iterator
from contextlib import closing
from dataclasses import fields, replace
from hashlib import sha256
from html.parser import HTMLParser
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from provisioner.core.health import ConfigHealth, Health, SourceHealth, TargetHealth
from provisioner.core.model import Revision
from provisioner.core.report import Failure
from provisioner.web.app import create_app
from provisioner.web.listening import bind
from provisioner.web.metrics import Metrics, Names
from provisioner.web.serving import Serving, serve
from tests.web.health_values import (
    APPLIED,
    LOCAL,
    PLATFORM,
    PRODUCTION,
    SEEN,
    STAGING,
    STANDING,
    UNAUTHORISED,
    UNREACHABLE,
    Fixed,
    ask,
    source,
    target,
)

PAGES = ("/", "/healthz", "/readyz", "/status.json", "/metrics")
SECRET = "s3cr3t-t0ken"


@pytest.fixture
def service() -> Fixed:
    return Fixed()


async def _push(_: Request) -> Response:
    return JSONResponse({"verdict": "accepted"}, 202)


@pytest.fixture
def web(service: Fixed) -> Iterator[Serving]:
    metrics = Metrics(Names(frozenset({PRODUCTION}), frozenset({PLATFORM})), STANDING.release)
    metrics.watch(service)
    app = create_app(service, metrics, [Route("/hooks/{name}", _push, methods=["POST"])])
    with closing(serve(bind("127.0.0.1", 0), app)) as serving:
        yield serving


def status(web: Serving) -> Any:  # noqa: ANN401 - whatever the JSON holds
    return json.loads(ask(web.url, "/status.json").body)


# Alive and ready


def test_it_is_alive_while_its_threads_make_progress(web: Serving) -> None:
    answer = ask(web.url, "/healthz")
    assert (200, "alive\n") == (answer.status, answer.text)


def test_a_thread_that_hangs_is_named(web: Serving, service: Fixed) -> None:
    service.now = replace(STANDING, progress_age=61.4, slowest="target staging")
    answer = ask(web.url, "/healthz")
    assert (503, "not alive: target staging made no progress for 61 s (at most 30 s)\n") == (answer.status, answer.text)


def test_a_server_that_does_not_answer_is_no_reason_to_restart_the_daemon(web: Serving, service: Fixed) -> None:
    service.now = target(failure=UNREACHABLE, good=None)
    assert 200 == ask(web.url, "/healthz").status


def test_it_is_ready_once_everything_was_read_and_passed(web: Serving, service: Fixed) -> None:
    before = ask(web.url, "/readyz")
    service.now = target(failure=UNAUTHORISED)
    assert [(200, "ready\n")] * 2 == [(each.status, each.text) for each in (before, ask(web.url, "/readyz"))]


def test_what_is_missing_for_readiness_is_named(web: Serving, service: Fixed) -> None:
    service.now = replace(
        STANDING,
        sources=(SourceHealth(PLATFORM, "events", failure=UNREACHABLE), SourceHealth(LOCAL, "events")),
        targets=(
            replace(STANDING.targets[0], good=None, waiting=(PLATFORM, LOCAL)),
            *target(name=STAGING, good=None, failure=UNAUTHORISED).targets,
        ),
    )
    answer = ask(web.url, "/readyz")
    assert 503 == answer.status
    assert [
        "not ready",
        "source platform: never read: git.example does not answer",
        "source local: never read",
        "target production: no good pass yet: waits for platform, local",
        "target staging: no good pass yet: https://grafana.example does not accept the token",
    ] == answer.text.splitlines()


# The status as JSON


@pytest.mark.parametrize(
    ("kind", "place"),
    [
        (Health, lambda told: told),
        (ConfigHealth, lambda told: told["config"]),
        (SourceHealth, lambda told: told["sources"][0]),
        (TargetHealth, lambda told: told["targets"][0]),
        (Revision, lambda told: told["sources"][0]["revision"]),
        (Failure, lambda told: told["targets"][0]["failure"]),
    ],
)
def test_everything_that_is_known_is_in_the_json(web: Serving, service: Fixed, kind: Any, place: Any) -> None:  # noqa: ANN401 - dataclasses and JSON
    service.now = target(failure=UNAUTHORISED)
    told = place(status(web))
    assert [] == [each.name for each in fields(kind) if not {each.name, f"{each.name}_seconds"} & told.keys()]


def test_the_json_says_how_things_stand(web: Serving, service: Fixed) -> None:
    service.now = target(applied={PLATFORM: APPLIED})
    told = status(web)
    assert (1, True, True, 0.5) == (told["version"], told["alive"], told["ready"], told["progress_age_seconds"])
    [production] = told["targets"]
    assert ({"platform": APPLIED}, 1, 18.0, {"both-changed": 3}) == (
        production["applied"],
        production["behind"],
        production["good_age_seconds"],
        production["conflicts"],
    )
    assert (SEEN, "change") == (told["sources"][0]["revision"]["commit"], production["cause"])


def test_what_json_or_utf8_cannot_say_does_no_harm(web: Serving, service: Fixed) -> None:
    service.now = replace(source(revision=Revision("main", subject="bad \udcff name")), progress_age=float("inf"))
    told = status(web)
    assert (None, "bad ? name") == (told["progress_age_seconds"], told["sources"][0]["revision"]["subject"])
    assert 200 == ask(web.url, "/").status


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(
    "url",
    [
        f"https://ann:{SECRET}@grafana.example/sub",
        f"https://{SECRET}@grafana.example",
        f"https://ann:a/{SECRET}@grafana.example",
        f"https://grafana.example/?api_key={SECRET}",
        f"https://grafana.example/#{SECRET}",
    ],
)
def test_a_secret_in_a_url_is_shown_nowhere(web: Serving, service: Fixed, path: str, url: str) -> None:
    failure = Failure("production", f"{url}: no answer (tried {url}).", f"look at {url}", unreachable=True)
    told = replace(STANDING.sources[0], failure=failure, revision=Revision("main", SEEN, f"See {url}"))
    service.now = replace(
        STANDING,
        sources=(told, SourceHealth(LOCAL, "events", failure=failure)),
        targets=(replace(STANDING.targets[0], url=url, failure=failure, good=None, server=url),),
        config=replace(STANDING.config, refused=f"{url} is no url", refused_at="2026-03-04T11:00:00Z"),
    )
    answer = ask(web.url, path)
    assert SECRET not in answer.text
    assert path == "/healthz" or "grafana.example" in answer.text


# The page


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def test_the_page_tells_a_person_how_things_stand(web: Serving, service: Fixed) -> None:
    well = ask(web.url, "/").text
    service.now = replace(target(failure=UNAUTHORISED, retry_in=240.0), config=replace(STANDING.config, refused="no such key: targes"))
    ill = ask(web.url, "/").text
    assert "<title>provisioner: works</title>" in well
    assert "edits found one after the other" in well
    assert "<title>provisioner: needs a look</title>" in ill
    assert all(
        words in ill
        for words in ("does not accept the token", "renew the token", "4 min", "no such key: targes", "3 conflict both-changed")
    )


@pytest.mark.parametrize(
    ("health", "headline"),
    [
        (STANDING, "works"),
        (target(good=None), "waits for the first good pass"),
        (source(failure=UNREACHABLE), "needs a look"),
        (replace(STANDING, progress_age=7200.0), "not alive: no progress for 2 h (target production)"),
    ],
)
def test_the_headline_says_the_gravest(web: Serving, service: Fixed, health: Health, headline: str) -> None:
    service.now = health
    assert f"<title>provisioner: {headline}</title>" in ask(web.url, "/").text


def test_the_page_needs_no_script_and_nothing_from_elsewhere(web: Serving) -> None:
    page = _Page()
    page.feed(ask(web.url, "/").text)
    assert set() == {tag for tag, _ in page.tags} & {"script", "img", "link", "iframe", "form", "object"}
    assert ["status.json", "metrics", "healthz", "readyz"] == [attributes["href"] for tag, attributes in page.tags if tag == "a"]
    assert [] == [attributes for _, attributes in page.tags if attributes.keys() & {"src", "onclick", "style"}]


def test_what_others_wrote_is_escaped(web: Serving, service: Fixed) -> None:
    bad = "<script>alert(1)</script>"
    failure = Failure(bad, bad, bad)
    service.now = replace(
        source(revision=Revision(bad, SEEN, bad, bad, bad), problems={bad: 1}), targets=target(failure=failure, server=bad).targets
    )
    page = ask(web.url, "/").text
    assert bad not in page
    assert 4 <= page.count("&lt;script&gt;")


def test_the_policy_allows_the_style_of_the_page_and_nothing_else(web: Serving) -> None:
    answer = ask(web.url, "/")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    # The digest is of the very style that was sent: a browser would ignore any other.
    style = re.findall("<style>(.*?)</style>", answer.text, re.DOTALL)
    assert [f"sha256-{b64encode(sha256(each.encode()).digest()).decode()}" for each in style] == re.findall("sha256-[^']+", policy)


# Metrics


def test_the_classic_format_is_the_usual_one(web: Serving) -> None:
    answer = ask(web.url, "/metrics")
    assert "text/plain; version=0.0.4; charset=utf-8" == answer.headers["content-type"]
    assert 'provisioner_target_ready{target="production"} 1.0' in answer.text.splitlines()


def test_openmetrics_is_given_to_a_prometheus_that_asks_for_it(web: Serving) -> None:
    wanted = "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,text/plain;version=0.0.4;q=0.2,*/*;q=0.1"
    answer = ask(web.url, "/metrics", accept=wanted)
    assert answer.headers["content-type"].startswith("application/openmetrics-text; version=1.0.0")
    assert answer.text.endswith("# EOF\n")


@pytest.mark.parametrize("accept", ["application/openmetrics-text; version=zz", "text/plain; version=1.x", ";;,=,", "\xff"])
def test_a_strange_wish_does_no_harm(web: Serving, accept: str) -> None:
    assert 200 == ask(web.url, "/metrics", accept=accept).status


@pytest.mark.parametrize(
    ("encoding", "packed"), [("gzip", True), ("br, gzip;q=0.5", True), ("identity", False), ("gzip;q=0", False), ("", False)]
)
def test_the_answer_is_packed_where_that_is_taken(web: Serving, encoding: str, *, packed: bool) -> None:
    answer = ask(web.url, "/metrics", accept_encoding=encoding)
    assert ("gzip" if packed else None) == answer.headers["content-encoding"]
    assert b"provisioner_target_ready" in (gzip.decompress(answer.body) if packed else answer.body)


def test_single_metrics_can_be_asked_for(web: Serving) -> None:
    text = ask(web.url, "/metrics?name[]=provisioner_state_bytes&name[]=provisioner_config_refused").text
    assert {"provisioner_state_bytes", "provisioner_config_refused"} == set(re.findall(r"^(\w+)", text, re.MULTILINE))


# Every answer


@pytest.mark.parametrize("path", PAGES)
def test_head_is_answered_as_get_without_a_body(web: Serving, path: str) -> None:
    answer = ask(web.url, path, "HEAD")
    assert (200, b"") == (answer.status, answer.body)
    assert int(answer.headers["content-length"]) > 0


@pytest.mark.parametrize("path", PAGES)
def test_nothing_can_be_written(web: Serving, path: str) -> None:
    answer = ask(web.url, path, "POST")
    assert (405, {"GET", "HEAD"}) == (answer.status, set(answer.headers["allow"].split(", ")))


@pytest.mark.parametrize("path", [*PAGES, "/nothing", "/hooks/platform"])
def test_no_answer_is_kept_or_guessed_at(web: Serving, path: str) -> None:
    headers = ask(web.url, path).headers
    assert ("no-store", "nosniff", "no-referrer") == (
        headers["cache-control"],
        headers["x-content-type-options"],
        headers["referrer-policy"],
    )
    assert "default-src 'none'" in headers["content-security-policy"]


@pytest.mark.parametrize("path", ["/nothing", "/healthz/", "/metrics/x", "//healthz", "/%2e%2e/etc/passwd", "/hooks/"])
def test_what_is_not_there_is_a_short_404(web: Serving, path: str) -> None:
    plain, wanted = ask(web.url, path), ask(web.url, path, accept="application/json")
    assert (404, 404, {"error": "Not Found"}) == (plain.status, wanted.status, json.loads(wanted.body))


def test_hooks_are_answered_beside_the_rest_and_their_refusals_are_json(web: Serving) -> None:
    assert (202, 405) == (ask(web.url, "/hooks/platform", "POST").status, ask(web.url, "/hooks/platform").status)
    assert {"error": "Method Not Allowed"} == json.loads(ask(web.url, "/hooks/platform").body)
