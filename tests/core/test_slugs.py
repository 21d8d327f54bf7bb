"""Slugs are those of real servers, for every title that was recorded; what cannot be told is not guessed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from provisioner.core.slugs import slug_key, slug_of

TRANSCRIPTS = Path(__file__).resolve().parents[1] / "transcripts" / "slugs"


def recorded() -> dict[str, str]:
    """Slug by title, of all saves of all four transcripts."""
    steps = [step for file in sorted(TRANSCRIPTS.glob("*.json")) for step in json.loads(file.read_text(encoding="utf-8"))]
    saves = [step for step in steps if (step["method"], step["path"], step["status"]) == ("POST", "/api/dashboards/db", 200)]
    return {step["request"]["dashboard"]["title"]: step["response"]["slug"] for step in saves}


def refused_for_the_name() -> list[str]:
    """Titles that met one of another title: 412 `name-exists`."""
    steps = json.loads((TRANSCRIPTS / "slugs-4.6.5.json").read_text(encoding="utf-8"))
    refused = [each for each in steps if each["status"] == 412 and each["response"]["status"] == "name-exists"]
    return [each["request"]["dashboard"]["title"] for each in refused if each["step"].startswith("slug ")]


@pytest.mark.parametrize(("title", "slug"), recorded().items())
def test_a_title_has_the_slug_that_real_servers_gave_it(title: str, slug: str) -> None:
    assert slug_of(title) == slug


def test_titles_that_a_real_server_refused_have_a_slug_that_was_taken() -> None:
    assert ["!!!", "a—b–c"] == refused_for_the_name()
    assert [slug_key(title) in recorded().values() for title in refused_for_the_name()] == [True, True]


@pytest.mark.parametrize(
    ("title", "slug"), [("Café\u200d", "cafe"), ("Больше", "bol-she"), ("서울", "seoul"), ("Ⅷ", "viii"), ("a\u0301", "a")]
)
def test_marks_are_dropped_and_parts_are_written_one_by_one(title: str, slug: str) -> None:
    assert slug_of(title) == slug


@pytest.mark.parametrize("title", ["サーバー", "鬱", "CPU ☃", "ⴰ"])
def test_a_letter_that_no_table_has_is_not_guessed(title: str) -> None:
    assert slug_of(title) is None


def test_titles_without_a_known_slug_are_one_name_when_they_are_one_title() -> None:
    assert slug_key("CPU ☃ A") == slug_key(" cpu ☃ a ") != slug_key("CPU ☃ B")


def test_titles_of_one_slug_are_one_name() -> None:
    assert slug_key("Über Größe") == slug_key("uber GROSSE") == "uber-grosse"
