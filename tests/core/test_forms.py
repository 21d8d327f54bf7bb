"""What the server's own pages make of our content is nobody's edit; anything else is."""

from __future__ import annotations

from typing import Any

import pytest

from provisioner.core.forms import is_same_form

OURS: dict[str, Any] = {
    "title": "CPU",
    "panels": [{"id": 1, "datasource": None}, {"id": 2, "type": "row", "panels": [{"id": 3, "datasource": None}, "?"]}, 5],
    "templating": {"list": [{"name": "host", "datasource": None}]},
}
PAGES: dict[str, Any] = {
    "title": "CPU",
    "panels": [{"id": 1}, {"id": 2, "type": "row", "panels": [{"id": 3}, "?"]}, 5],
    "templating": {"list": [{"name": "host"}]},
}


def test_a_data_source_of_nothing_is_none() -> None:
    assert is_same_form(OURS, PAGES)
    assert is_same_form(OURS, OURS)


@pytest.mark.parametrize(
    "edited",
    [
        {"title": "CPU of all"},
        {"panels": [{"id": 1, "datasource": "prom"}, *PAGES["panels"][1:]]},
        {"panels": []},
        {"panels": "?"},
        {"templating": {"list": []}},
        {"templating": {"list": "?"}},
        {"templating": None},
        {"tags": ["new"]},
    ],
)
def test_an_edit_is_never_called_a_migration(edited: dict[str, Any]) -> None:
    assert not is_same_form(OURS, {**PAGES, **edited})
