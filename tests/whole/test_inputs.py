"""The holes of a dashboard that was exported: filled by the mapping, by the server where the answer is plain, or told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from provisioner.core.changes import Result
from provisioner.core.report import Exit, exit_code
from provisioner.sandbox.settings import DataSource
from tests.whole.house import GIT_WINS, House, dashboard, house, results

PROMETHEUS = DataSource("Prometheus", "prometheus", "prom-main")
SECOND = DataSource("Second", "prometheus", "prom-second")


def exported(uid: str) -> dict[str, Any]:
    """As the page exports it "for sharing"."""
    panel = {
        "id": 1,
        "type": "timeseries",
        "title": "Rate",
        "gridPos": {"x": 0, "y": 0, "w": 24, "h": 8},
        "datasource": {"type": "prometheus", "uid": "${DS_PROM}"},
        "targets": [{"refId": "A", "expr": 'rate(x{env="${VAR_ENV}"}[5m])', "datasource": {"type": "prometheus", "uid": "${DS_PROM}"}}],
    }
    inputs = [
        {"name": "DS_PROM", "label": "Prometheus", "type": "datasource", "pluginId": "prometheus", "pluginName": "Prometheus"},
        {"name": "VAR_ENV", "label": "Env", "type": "constant", "value": "live"},
    ]
    return dashboard(uid, panels=[panel], __inputs=inputs, __requires=[])


def _panel(one: House, uid: str) -> dict[str, Any]:
    found: dict[str, Any] = one.browser.content(uid)["panels"][0]
    return found


def test_the_mapping_fills_an_input_and_the_server_is_not_even_asked(nine: House) -> None:
    nine.write("a.json", exported("a"))
    report = nine.apply(data_sources=(("DS_PROM", "prom-mapped"),))
    assert Exit.OK == exit_code([report])
    assert "prom-mapped" == _panel(nine, "a")["datasource"]["uid"]
    assert not nine.requests("GET", "/api/datasources")


def test_a_constant_takes_the_value_that_it_carries_or_the_one_that_is_stated(nine: House) -> None:
    nine.write("a.json", exported("a"))
    nine.apply(data_sources=(("DS_PROM", "p"),))
    assert 'rate(x{env="live"}[5m])' == _panel(nine, "a")["targets"][0]["expr"]
    nine.apply(data_sources=(("DS_PROM", "p"),), variables=(("VAR_ENV", "test"),), policy=GIT_WINS)
    assert 'rate(x{env="test"}[5m])' == _panel(nine, "a")["targets"][0]["expr"]


def test_what_was_filled_is_equal_at_the_second_pass(nine: House) -> None:
    nine.write("a.json", exported("a"))
    nine.apply(data_sources=(("DS_PROM", "p"),))
    nine.forget()
    assert (1, 0) == (nine.apply(data_sources=(("DS_PROM", "p"),)).unchanged, nine.writes)


def test_the_only_data_source_of_the_type_is_taken(tmp_path: Path) -> None:
    with house(tmp_path / "one", generation=9, data_sources=(PROMETHEUS,)) as one:
        one.write("a.json", exported("a"))
        assert Exit.OK == exit_code([one.apply()])
        assert "prom-main" == _panel(one, "a")["datasource"]["uid"]


def test_of_two_data_sources_of_the_type_the_default_is_taken(tmp_path: Path) -> None:
    default = DataSource("Second", "prometheus", "prom-second", is_default=True)
    with house(tmp_path / "two", generation=12, data_sources=(PROMETHEUS, default)) as one:
        one.write("a.json", exported("a"))
        assert Exit.OK == exit_code([one.apply()])
        assert "prom-second" == _panel(one, "a")["datasource"]["uid"]


def test_where_the_answer_is_not_plain_the_file_is_an_error_and_the_others_are_applied(tmp_path: Path) -> None:
    with house(tmp_path / "two", generation=9, data_sources=(PROMETHEUS, SECOND)) as one:
        one.write("a.json", exported("a"))
        one.write("b.json", dashboard("b"))
        report = one.apply()
        assert ({"b": Result.CREATED}, Exit.INVALID) == (results(report), exit_code([report]))
        [told] = [each for each in report.problems if each.code == "input-unfilled"]
        assert "${DS_PROM}" in told.message
        assert told.line
        assert "datasources.DS_PROM" in told.remedy
        assert not one.browser.is_there("a")


def test_a_credential_that_may_not_list_data_sources_is_told_so(tmp_path: Path) -> None:
    with house(tmp_path / "eight", generation=8, data_sources=(PROMETHEUS,)) as one:
        one.write("a.json", exported("a"))
        one.write("b.json", dashboard("b"))
        one.as_token(one.sandbox.token("Editor"))
        report = one.apply()
        assert {"b": Result.CREATED} == results(report)
        assert {"data-sources-forbidden", "input-unfilled"} <= {each.code for each in report.problems}


def test_a_dashboard_without_holes_never_asks_for_data_sources(nine: House) -> None:
    nine.write("b.json", dashboard("b"))
    nine.apply()
    assert not nine.requests("GET", "/api/datasources")
