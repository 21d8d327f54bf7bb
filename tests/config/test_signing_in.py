"""How a target signs in, and which home dashboard it states."""

from __future__ import annotations

import pytest

from provisioner.core.errors import ConfigurationInvalid
from provisioner.core.settings import BasicAuth, SessionAuth, TargetSettings, TokenAuth
from tests.config.builders import SOURCE, target
from tests.config.conftest import Place

PERSON = "user: me, password_file: password"


def loaded(place: Place, stated: str, default: str = "") -> TargetSettings:
    defaults = f"defaults: {{target: {{{default}}}}}\n" if default else ""
    found = place.load(f"{SOURCE}{defaults}targets: {{t: {{url: https://t.example, {stated}}}}}\n")
    assert found.problems == ()
    return found.settings.targets[0]


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        (PERSON, BasicAuth),
        (f"{PERSON}, auth: auto", BasicAuth),
        (f"{PERSON}, auth: basic", BasicAuth),
        (f"{PERSON}, auth: session", SessionAuth),
        ("token_file: token", TokenAuth),
        ("token_file: token, auth: auto", TokenAuth),
        ("token_file: token, auth: token", TokenAuth),
        ("auth: auto", type(None)),
    ],
)
def test_what_is_stated_says_how_unless_auth_does(place: Place, stated: str, expected: type) -> None:
    assert expected is type(loaded(place, stated).connection.auth)


@pytest.mark.parametrize(
    ("stated", "code", "message"),
    [
        ("auth: session", "config-missing", "auth: session is stated, but no password"),
        ("auth: basic", "config-missing", "auth: basic is stated, but no password"),
        ("auth: token", "config-missing", "auth: token is stated, but no token"),
        ("auth: session\n    token_file: token", "config-conflict", "auth: session goes with a password, and a token is stated"),
        (
            "auth: token\n    user: me\n    password_file: password",
            "config-conflict",
            "auth: token goes with a token, and a password is stated",
        ),
        ("auth: cookie", "config-value", "cookie"),
    ],
)
def test_a_way_without_what_it_needs_is_told_at_its_line(place: Place, stated: str, code: str, message: str) -> None:
    with pytest.raises(ConfigurationInvalid) as caught:
        place.load(target(stated))
    [found] = [each for each in caught.value.problems if each.line == 5]
    assert (code, True) == (found.code, message in found.message)


def test_a_way_for_all_goes_with_the_credentials_for_all(place: Place) -> None:
    assert isinstance(loaded(place, "org_id: 2", f"{PERSON}, auth: session").connection.auth, SessionAuth)


def test_who_states_credentials_of_its_own_takes_no_way_from_the_defaults(place: Place) -> None:
    assert isinstance(loaded(place, "token_file: token", f"{PERSON}, auth: session").connection.auth, TokenAuth)


def test_who_states_the_way_alone_means_the_credentials_for_all(place: Place) -> None:
    assert isinstance(loaded(place, "auth: session", PERSON).connection.auth, SessionAuth)


def test_two_targets_that_sign_in_alike_are_one_organisation(place: Place) -> None:
    one = f"{{url: https://t.example, {PERSON}, auth: session}}"
    with pytest.raises(ConfigurationInvalid, match="one organisation on one server"):
        place.load(f"{SOURCE}targets: {{a: {one}, b: {one}}}\n")


def test_a_home_dashboard_is_stated_by_uid_for_one_target_or_for_all(place: Place) -> None:
    assert ("fleet", "all", None) == (
        loaded(place, "home: fleet", "home: all").home,
        loaded(place, "org_id: 2", "home: all").home,
        loaded(place, "org_id: 2").home,
    )
