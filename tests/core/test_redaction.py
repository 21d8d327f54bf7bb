"""The last door before a log or a page: no url brings its password, and no token its text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioner.core.redaction import redacted


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("fetching https://mira:s3cret@git.example/a.git failed", "fetching https://git.example/a.git failed"),
        ("https://oauth2:a/b@c@git.example/a.git?token=x#y", "https://git.example/a.git"),
        ('"http://grafana.example/d/x?auth=1"', '"http://grafana.example/d/x"'),
        ("token glsa_AbCd1234EfGh_5678 was refused", "token … was refused"),
        ("Authorization: Bearer abcdefgh.ijkl", "Authorization: Bearer …"),
        ("sent Basic YWRtaW46YWRtaW4= to it", "sent Basic … to it"),
        ("git@git.example:team/repo.git", "git@git.example:team/repo.git"),
        ("panel “p99” at https://grafana.example/d/a: 80 % → 95 %", "panel “p99” at https://grafana.example/d/a: 80 % → 95 %"),
    ],
)
def test_what_may_be_a_secret_is_taken_out_and_the_rest_stays(text: str, shown: str) -> None:
    assert shown == redacted(text)


@given(
    user=st.text("abcXYZ", min_size=1), password=st.text(st.characters(exclude_characters=" \t\n\r\"'<>", exclude_categories=["Z", "C"]))
)
def test_no_password_of_a_url_is_left_whatever_it_consists_of(user: str, password: str) -> None:
    assert "https://git.example/a" == redacted(f"https://{user}:{password}@git.example/a")


@given(text=st.text())
def test_what_was_redacted_once_stays_as_it_is(text: str) -> None:
    assert redacted(redacted(text)) == redacted(text)
