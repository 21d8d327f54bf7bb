"""What a server tells of itself and of us, without a pass."""

from __future__ import annotations

import time

import pytest

from provisioner.core.checkup import Credential, Role, ServerSeen
from provisioner.core.model import TargetName
from provisioner.core.secret import Secret
from provisioner.core.settings import BasicAuth, Connection, TokenAuth
from provisioner.grafana import Waiting, examine
from provisioner.sandbox import Running, SandboxSettings, running
from provisioner.sandbox.settings import Person
from provisioner.sandbox.settings import Role as SandboxRole
from tests.whole.house import Browser

VERA = Person("vera", "vera-secret", SandboxRole.VIEWER)


def look(sandbox: Running, text: str, *, user: str = "", ahead: float = 0.0) -> ServerSeen:
    """As the bearer of a token, or as a user with a password; our clock so many seconds behind."""
    secret = Secret("targets.test.token_file", variable="X")
    connection = Connection(TargetName("test"), sandbox.url, BasicAuth(user, secret) if user else TokenAuth(secret))
    return examine(connection, lambda _: text, "provisioner:us", Waiting(now=lambda: time.time() - ahead))


@pytest.mark.parametrize("generation", [5, 6, 7, 8])
@pytest.mark.parametrize("role", list(Role))
def test_before_permissions_have_names_the_role_is_concluded(generation: int, role: Role) -> None:
    with running(SandboxSettings(generation=generation)) as sandbox:
        assert look(sandbox, sandbox.token(role.value)).credential == Credential("", None, role)


def test_a_user_is_told_by_name() -> None:
    with running(SandboxSettings(generation=7, people=(VERA,))) as sandbox:
        assert look(sandbox, "vera-secret", user="vera").credential == Credential("vera", None, Role.VIEWER)


def test_an_organisation_with_a_home_page_of_its_own_does_not_tell_the_role() -> None:
    with running(SandboxSettings(generation=8)) as sandbox:
        browser = Browser(sandbox.url, *sandbox.admin)
        saved = browser.create({"title": "Welcome", "uid": "w"})
        browser.ask("/api/org/preferences", {"homeDashboardId": saved["id"]}, "PUT")

        assert look(sandbox, sandbox.token("Editor")).credential == Credential()


@pytest.mark.parametrize("generation", [9, 12])
def test_permissions_are_those_that_the_server_names(generation: int) -> None:
    with running(SandboxSettings(generation=generation)) as sandbox:
        viewer = look(sandbox, sandbox.token("Viewer")).credential
        editor = look(sandbox, sandbox.token("Editor")).credential

    assert viewer.actions is not None
    assert editor.actions is not None
    assert editor.actions - viewer.actions >= {"dashboards:create", "dashboards:write", "folders:create"}
    assert bool(editor.user) is (generation == 12)


@pytest.mark.parametrize("ahead", [0.0, 300.0, -300.0])
def test_the_difference_of_the_clocks_is_measured(ahead: float) -> None:
    begun = time.monotonic()
    with running(SandboxSettings(generation=12)) as sandbox:
        measured = look(sandbox, sandbox.token(), ahead=ahead).ahead
    took = time.monotonic() - begun

    assert measured is not None
    assert abs(measured - ahead) < 3.0 + took  # a server says its time in whole seconds, and a busy machine may say it late
