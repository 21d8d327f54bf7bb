"""The example dashboards: they validate, can be seen, and arrive whole on every generation."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
import yaml

from provisioner.core.changes import Result
from provisioner.core.report import Exit, exit_code
from tests.cli.command import Command
from tests.whole.house import House, house

EXAMPLES = Path(__file__).resolve().parents[2] / "dashboards"
FILES = sorted(each for each in EXAMPLES.rglob("*") if each.is_file() and each.stem != "_folder")
IDS = [str(each.relative_to(EXAMPLES)) for each in FILES]


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    (tmp_path / "here").mkdir()
    return Command(tmp_path / "here", monkeypatch, capsys)


@pytest.fixture(params=[5, 9, 12])
def server(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[House]:
    with house(tmp_path / "server", generation=request.param) as made:
        made.files.rmdir()
        made.files.symlink_to(EXAMPLES)
        yield made


def _dashboard(path: Path) -> dict[str, Any]:
    """The dashboard's own object, whatever it is wrapped in."""
    whole = yaml.safe_load(path.read_text(encoding="utf-8"))
    found: dict[str, Any] = whole.get("spec") or whole.get("dashboard") or whole
    return found


def _panels(body: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for panel in body["panels"]:
        yield panel
        yield from panel.get("panels", ())


def test_there_are_six_in_nested_folders() -> None:
    assert 6 == len(FILES)
    assert {1, 2, 3} == {len(each.relative_to(EXAMPLES).parts) for each in FILES}


def test_they_validate_with_one_warning_for_the_input_that_a_server_fills(command: Command) -> None:
    done = command("validate", "--directory", str(EXAMPLES), "--format", "json")
    told = [(Path(each["file"]).name, each["code"]) for each in json.loads(done.out)["problems"] if each["severity"] != "note"]
    assert (0, [("http-service.json", "input-unfilled")]) == (done.code, told)


@pytest.mark.parametrize("path", FILES, ids=IDS)
def test_no_two_panels_have_one_id(path: Path) -> None:
    ids = Counter(panel["id"] for panel in _panels(_dashboard(path)))
    assert [] == [number for number, count in ids.items() if count > 1]


@pytest.mark.parametrize("path", FILES, ids=IDS)
def test_no_two_panels_lie_over_each_other_and_none_leaves_the_grid(path: Path) -> None:
    body = _dashboard(path)
    for panels in (body["panels"], *(panel["panels"] for panel in body["panels"] if panel.get("panels"))):
        places = [(each["title"], each["gridPos"]) for each in panels]
        assert [] == [(one, other) for (one, a), (other, b) in combinations(places, 2) if _overlap(a, b)]
        assert [] == [title for title, at in places if at["x"] < 0 or at["x"] + at["w"] > 24]


def test_they_arrive_whole_and_rest_afterwards(server: House) -> None:
    report = server.apply()
    assert (Exit.OK, 6) == (exit_code([report]), report.creates)
    assert {Result.CREATED} == {each.result for each in report.outcomes}
    assert 4 == report.written - 6
    server.forget()
    again = server.apply()
    assert (0, 6, 0) == (server.writes, again.unchanged, len(again.problems))


def _overlap(a: Mapping[str, int], b: Mapping[str, int]) -> bool:
    return a["x"] < b["x"] + b["w"] and b["x"] < a["x"] + a["w"] and a["y"] < b["y"] + b["h"] and b["y"] < a["y"] + a["h"]
