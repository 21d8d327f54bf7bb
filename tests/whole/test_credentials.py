"""Who we are and what answers: each refusal says what is missing, and nothing is written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from provisioner.core.changes import Result
from provisioner.core.generations import Ability
from provisioner.core.model import TargetName
from provisioner.core.report import Exit, Failure, PassReport, exit_code
from provisioner.core.secret import Secret
from provisioner.core.settings import BasicAuth
from tests.whole.house import House, dashboard, results


class _Page(BaseHTTPRequestHandler):
    """A web server that is no Grafana."""

    def do_GET(self) -> None:
        body = b"<html><title>It works!</title></html>"
        self.send_response(200 if self.path == "/" else 404)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that the base class gives it
        """Says nothing."""


@contextmanager
def _web_page() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Page)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _failure(report: PassReport) -> Failure:
    assert report.failure is not None
    assert () == report.outcomes
    return report.failure


def test_a_viewer_may_not_write_and_the_missing_permission_is_named(any_house: House) -> None:
    any_house.write("sales.json", dashboard("sales"))
    any_house.as_token(any_house.sandbox.token("Viewer"))
    report = any_house.apply()
    [told] = report.outcomes
    assert ({"sales": Result.FAILED}, Exit.ERROR) == (results(report), exit_code([report]))
    assert "dashboards:" in told.remedy


@pytest.mark.needs(Ability.FOLDERS)
def test_a_viewer_may_not_make_folders_and_what_belongs_in_them_goes_nowhere_else(any_house: House) -> None:
    any_house.write("shop/sales.json", dashboard("sales"))
    any_house.as_token(any_house.sandbox.token("Viewer"))
    report = any_house.apply()
    assert [Result.FAILED, Result.NOT_DONE] == [each.result for each in report.outcomes]
    assert "folders:create" in report.outcomes[0].remedy
    assert not any_house.browser.is_there("sales")


@pytest.mark.needs(Ability.FOLDERS)
def test_an_editor_token_is_enough_for_everything(any_house: House) -> None:
    any_house.write("shop/sales.json", dashboard("sales"))
    any_house.as_token(any_house.sandbox.token("Editor"))
    report = any_house.apply()
    assert (Exit.OK, 2) == (exit_code([report]), report.written)


def test_a_wrong_password_is_told_as_one(nine: House) -> None:
    nine.write("sales.json", dashboard("sales"))
    nine.environment["PASSWORD"] = "n0t-the-password"
    report = nine.apply()
    assert "does not accept the credentials" in _failure(report).message
    assert Exit.ERROR == exit_code([report])
    assert "n0t-the-password" not in str(report)


def test_a_secret_that_is_not_there_ends_the_pass_before_anything_is_sent(nine: House) -> None:
    nine.write("sales.json", dashboard("sales"))
    nine.connection = replace(nine.connection, auth=BasicAuth("admin", Secret("targets.test.password_env", variable="NOT_SET")))
    report = nine.apply()
    assert "NOT_SET" in _failure(report).message
    assert not nine.sandbox.requests.all


def test_a_web_page_is_no_grafana(nine: House) -> None:
    nine.write("sales.json", dashboard("sales"))
    with _web_page() as url:
        nine.connection = replace(nine.connection, url=url)
        report = nine.apply()
    assert "is no Grafana" in _failure(report).message
    assert "see that the url names a Grafana" in _failure(report).next_step
    assert Exit.ERROR == exit_code([report])


def test_a_path_that_is_not_grafanas_is_told(nine: House) -> None:
    nine.write("sales.json", dashboard("sales"))
    nine.connection = replace(nine.connection, url=f"{nine.sandbox.url}/grafana")
    report = nine.apply()
    assert "is no Grafana" in _failure(report).message


def test_https_to_a_server_that_speaks_http_is_told_in_words_of_tls(nine: House) -> None:
    nine.write("sales.json", dashboard("sales"))
    nine.connection = replace(nine.connection, url=nine.sandbox.url.replace("http:", "https:"), attempts=1)
    report = nine.apply()
    assert "TLS failed" in _failure(report).message
    assert Exit.UNREACHABLE == exit_code([report])


@pytest.mark.parametrize("url", ["http://", "ftp://grafana.example", "grafana.example"])
def test_an_address_that_is_none_is_told(nine: House, url: str) -> None:
    nine.write("sales.json", dashboard("sales"))
    nine.connection = replace(nine.connection, url=url)
    report = nine.apply()
    assert "is no address of a server" in _failure(report).message


def test_the_failure_names_its_target(nine: House) -> None:
    nine.write("sales.json", dashboard("sales"))
    nine.environment["PASSWORD"] = "wrong"
    assert ("target test", TargetName("test")) == (_failure(report := nine.apply()).subject, report.target)


def test_an_organisation_that_is_not_there_is_told(nine: House) -> None:
    nine.write("sales.json", dashboard("sales"))
    nine.connection = replace(nine.connection, org_id=77)
    report = nine.apply()
    assert "77" in _failure(report).message
