"""What only the resource API does: one state named to the letter, labels and managers that are left alone, lists instead of reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Self

import pytest

from provisioner.config.secrets import reveal
from provisioner.core.answers import DeleteAnswer
from provisioner.core.changes import ConflictKind, Result
from provisioner.core.model import Json, Uid
from provisioner.core.report import Exit, exit_code
from provisioner.core.server import Mark
from provisioner.core.settings import Api, Policy, Prune
from provisioner.grafana import open_grafana
from provisioner.looking import NONE
from provisioner.sandbox.faults import Faults
from provisioner.sandbox.recorder import Recorded
from tests.whole.desk import SALES, desk, record, title
from tests.whole.house import GIT_WINS, RESOURCES, House, dashboard, kinds, only_conflict, outcome, panel_titled, results

AT = RESOURCES.format("default") + SALES
V2 = "/apis/dashboard.grafana.app/v2beta1/namespaces/default/dashboards/"


@pytest.fixture
def ours(by_apis: House) -> House:
    """One dashboard in a folder, applied."""
    by_apis.write("shop/sales.json", dashboard(SALES, **panel_titled("Git")))
    assert Exit.OK == exit_code([by_apis.apply()])
    by_apis.forget()
    return by_apis


def _put(one: House, **metadata: Any) -> None:  # noqa: ANN401 - fields of metadata
    """Somebody saves by the resource API as well, with this beside it."""
    live = one.browser.ask(AT)
    merged = {key: {**live["metadata"].get(key, {}), **value} for key, value in metadata.items()}
    one.browser.ask(AT, {**live, "metadata": {**live["metadata"], **merged}}, "PUT")


def _metadata(one: House) -> Mapping[str, Json]:
    found: Mapping[str, Json] = one.browser.ask(AT)["metadata"]
    return found


def _change(one: House, words: str = "Git again") -> None:
    one.write("shop/sales.json", dashboard(SALES, **panel_titled(words)))


# --- one state ---------------------------------------------------------------------------------------------------------------------------


def test_an_edit_that_slips_in_while_the_server_checks_is_not_overwritten(ours: House) -> None:
    _change(ours)
    ours.sandbox.faults.set(Faults(path="/apis", lost_races=1))
    assert [ConflictKind.VERSION_MISMATCH] == kinds(ours.apply())
    assert "Edited while another save was under way." == ours.browser.content(SALES)["description"]


def test_what_was_deleted_and_made_anew_by_hand_is_not_overwritten_though_its_version_is_ours(ours: House) -> None:
    _change(ours)

    def replaced(_: int) -> None:
        ours.browser.delete(SALES)
        ours.browser.create(dashboard(SALES, **panel_titled("Jonas, anew")))

    assert [ConflictKind.VERSION_MISMATCH] == kinds(ours.apply(on_plan=replaced))
    assert ("Jonas, anew", 1) == (title(ours), ours.browser.version(SALES))


class _Beaten:
    """A server on which somebody saves in the very moment before a deletion."""

    def __init__(self, one: House) -> None:
        self._one = one
        self._real = open_grafana(one.connection, reveal(one.environment))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._real.close()

    def __getattr__(self, name: str) -> object:
        return getattr(self._real, name)

    def delete(self, uid: Uid, over: Mark | None = None) -> DeleteAnswer:
        self._one.browser.edit(uid, **panel_titled("Jonas"))
        return self._real.delete(uid, over)


def test_a_deletion_that_somebody_saves_before_is_not_done(ours: House) -> None:
    ours.delete("shop/sales.json")
    ours.write("other.json", dashboard("other"))
    ours.parts["open_grafana"] = lambda: _Beaten(ours)
    [removal] = ours.apply(policy=Policy(prune=Prune(enabled=True, grace=0.0))).removals
    assert (Result.CONFLICT, "Jonas") == (removal.result, title(ours))
    assert removal.detail.startswith("saved by somebody just now; it is not deleted")


# --- what lies beside --------------------------------------------------------------------------------------------------------------------


def test_labels_and_annotations_of_others_are_no_edit_and_stay_when_git_changes(ours: House) -> None:
    _put(ours, labels={"team": "a"}, annotations={"team.example/runbook": "https://runbook.example"})
    assert (0, 1) == ((report := ours.apply()).drifted, report.unchanged)
    _change(ours)
    ours.forget()
    assert {SALES: Result.UPDATED} == results(ours.apply())
    now: Any = _metadata(ours)
    assert ("a", "https://runbook.example") == (now["labels"]["team"], now["annotations"]["team.example/runbook"])
    assert ("Git again", 1) == (title(ours), len(ours.saves))


@pytest.mark.parametrize("scan", [True, False])
def test_what_another_manager_took_over_is_never_written(ours: House, *, scan: bool) -> None:
    _put(ours, annotations={"grafana.app/managedBy": "terraform", "grafana.app/managerId": "tf"})
    _change(ours)
    if not scan:
        ours.parts["scan"] = NONE
    ours.forget()
    report = ours.apply(policy=GIT_WINS)
    assert [ConflictKind.MANAGED_ELSEWHERE] == kinds(report)
    assert "terraform (tf) provisions it" in only_conflict(report).message
    assert ([], "Git") == ([each for each in ours.saves if each.status == 200], title(ours))


def test_what_another_manager_took_over_without_a_change_stays_its_own_when_git_changes_later(ours: House) -> None:
    _put(ours, annotations={"grafana.app/managedBy": "terraform", "grafana.app/managerId": "tf"})
    assert 1 == ours.apply().unchanged
    ours.parts["scan"] = NONE
    _change(ours)
    assert [ConflictKind.MANAGED_ELSEWHERE] == kinds(ours.apply(policy=GIT_WINS))
    assert "Git" == title(ours)


def test_what_another_manager_has_is_not_deleted(ours: House) -> None:
    _put(ours, annotations={"grafana.app/managedBy": "terraform"})
    ours.delete("shop/sales.json")
    ours.write("other.json", dashboard("other"))
    report = ours.apply(policy=Policy(prune=Prune(enabled=True, grace=0.0)))
    assert ((), ["managed-elsewhere"]) == (report.removals, [each.reason.value for each in report.pruning.held])
    assert ours.browser.is_there(SALES)


# --- lists -------------------------------------------------------------------------------------------------------------------------------


def test_a_full_scan_at_rest_reads_no_body_and_one_that_moved_is_read_alone(ours: House) -> None:
    for number in range(20):
        ours.write(f"d{number}.json", dashboard(f"d{number}"))
    ours.apply()
    ours.forget()
    report = ours.apply()
    assert ([], 21, 21, 0) == (ours.read, report.unchanged, len(report.looked), ours.writes)
    assert report.requests <= 6
    ours.browser.edit("d7", **panel_titled("Jonas"))
    ours.forget()
    assert (1, ["d7"]) == (ours.apply().drifted, ours.read)


def test_what_was_deleted_by_hand_is_asked_for_by_name_before_it_is_told(ours: House) -> None:
    ours.browser.delete(SALES)
    ours.forget()
    assert (1, [SALES]) == (ours.apply().drifted, ours.read)


def test_one_list_tells_all_marks_as_they_are_recorded(ours: House) -> None:
    with desk(ours) as at:
        marks = at.grafana.marks()
    found = record(ours)
    assert found is not None
    assert {SALES: found.mark} == marks


# --- from one dialect to the other -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ways", [(Api.DASHBOARD, Api.RESOURCE), (Api.RESOURCE, Api.DASHBOARD)])
@pytest.mark.parametrize("scan", [True, False])
def test_a_change_of_dialect_writes_nothing_and_the_next_change_of_git_goes_out(
    twelve_by_uid: House, ways: tuple[Api, Api], *, scan: bool
) -> None:
    one, (before, after) = twelve_by_uid, ways
    one.connection = replace(one.connection, api=before)
    one.write("shop/sales.json", dashboard(SALES, **panel_titled("Git")))
    one.apply()
    one.connection = replace(one.connection, api=after)
    if not scan:
        one.parts["scan"] = NONE
    one.forget()
    assert (0, 0) == (one.apply().drifted, one.writes)
    _change(one)
    report = one.apply()
    assert ({SALES: Result.UPDATED}, "Git again") == (results(report), title(one))


def test_an_edit_is_not_lost_by_a_change_of_dialect(twelve_by_uid: House) -> None:
    one = twelve_by_uid
    one.write("shop/sales.json", dashboard(SALES, **panel_titled("Git")))
    one.apply()
    one.browser.edit(SALES, **panel_titled("Jonas"))
    one.connection = replace(one.connection, api=Api.RESOURCE)
    one.parts["scan"] = NONE
    _change(one)
    assert [ConflictKind.VERSION_MISMATCH] == kinds(one.apply())
    assert "Jonas" == title(one)


@pytest.mark.parametrize("status", [403, 404])
def test_a_server_that_hides_it_is_spoken_to_as_before_and_the_head_says_so(by_apis: House, status: int) -> None:
    by_apis.connection = replace(by_apis.connection, api=Api.AUTO)
    by_apis.sandbox.faults.set(Faults(apis_hidden=status))
    by_apis.write("sales.json", dashboard(SALES))
    report = by_apis.apply()
    assert {SALES: Result.CREATED} == results(report)
    assert report.server is not None
    assert ("dashboard API", True) == (report.server.dialect, f"/apis answers {status}" in report.server.passed_over)


# --- content with elements and layout ----------------------------------------------------------------------------------------------------


def _v2(words: str) -> dict[str, Any]:
    panel = {
        "kind": "Panel",
        "spec": {
            "id": 1,
            "title": words,
            "description": "",
            "links": [],
            "data": {"kind": "QueryGroup", "spec": {"queries": [], "transformations": [], "queryOptions": {}}},
            "vizConfig": {
                "kind": "VizConfig",
                "group": "text",
                "version": "",
                "spec": {"options": {}, "fieldConfig": {"defaults": {}, "overrides": []}},
            },
        },
    }
    place = {"x": 0, "y": 0, "width": 24, "height": 8, "element": {"kind": "ElementReference", "name": "panel-1"}}
    spec = {
        "title": "Sales",
        "annotations": [],
        "cursorSync": "Off",
        "editable": True,
        "elements": {"panel-1": panel},
        "layout": {"kind": "GridLayout", "spec": {"items": [{"kind": "GridLayoutItem", "spec": place}]}},
        "links": [],
        "liveNow": False,
        "preload": False,
        "tags": [],
        "timeSettings": {"timezone": "browser", "from": "now-6h", "to": "now", "autoRefresh": "", "autoRefreshIntervals": [],
                         "hideTimepicker": False, "fiscalYearStartMonth": 0},
        "variables": [],
    }  # fmt: skip
    return {"apiVersion": "dashboard.grafana.app/v2beta1", "kind": "Dashboard", "metadata": {"name": SALES}, "spec": spec}


def test_a_dashboard_in_the_newer_form_is_written_in_it_and_at_rest_afterwards(by_apis: House) -> None:
    by_apis.write("shop/sales.json", _v2("Git"))
    report = by_apis.apply()
    assert ({SALES: Result.CREATED}, Exit.OK) == ({uid: each for uid, each in results(report).items() if uid == SALES}, exit_code([report]))
    assert [f"{V2[:-1]}"] == [each.path for each in by_apis.saves if "/dashboards" in each.path]
    by_apis.forget()
    assert (1, 0) == (by_apis.apply().unchanged, by_apis.writes)
    by_apis.write("shop/sales.json", _v2("Git again"))
    assert {SALES: Result.UPDATED} == results(by_apis.apply())
    assert "Git again" == by_apis.browser.ask(f"{V2}{SALES}")["spec"]["elements"]["panel-1"]["spec"]["title"]


def test_without_records_a_live_one_in_the_newer_form_is_known_as_equal(by_apis: House) -> None:
    by_apis.write("sales.json", _v2("Git"))
    by_apis.apply()
    (by_apis.place / "state.db").unlink()
    by_apis.forget()
    assert (1, 0) == (by_apis.apply().adopted, by_apis.writes)


def test_where_the_dashboard_api_is_spoken_the_newer_form_is_a_problem_and_nothing_is_sent(twelve_by_uid: House) -> None:
    twelve_by_uid.write("sales.json", _v2("Git"))
    report = twelve_by_uid.apply()
    assert (["version-unsupported"], 0) == ([each.code for each in report.problems], twelve_by_uid.writes)


# --- what a person is told ---------------------------------------------------------------------------------------------------------------


def test_who_edited_is_told_by_login(ours: House) -> None:
    ours.browser.edit(SALES, **panel_titled("Jonas"))
    [drift] = ours.apply().plan.drifted
    assert "edited on the server by jonas (version 1 → 2)" == drift.message


def test_what_was_saved_is_told_with_versions_and_address(ours: House) -> None:
    _change(ours)
    told = outcome(ours.apply(), SALES)
    assert told.before is not None
    assert told.after is not None
    assert (1, 2, f"{ours.sandbox.url}/d/{SALES}") == (told.before.version, told.after.version, told.url)


# --- what a page makes of it by itself ---------------------------------------------------------------------------------------------------

PAGES = "/apis/dashboard.grafana.app/v1beta1/namespaces/default/dashboards/"


def _saved_by_a_page(one: House, **fields: object) -> None:
    """As the pages of 12 save: read in v1beta1, changed, sent in v1beta1, which migrates it and fills in defaults."""
    live = one.browser.ask(f"{PAGES}{SALES}")
    one.browser.ask(f"{PAGES}{SALES}", {**live, "spec": {**live["spec"], **fields}}, "PUT")


def test_a_page_that_migrates_and_changes_nothing_is_no_edit(ours: House) -> None:
    before = ours.browser.content(SALES)
    _saved_by_a_page(ours)
    assert before.keys() != ours.browser.content(SALES).keys()
    ours.forget()
    report = ours.apply()
    assert (0, 1, 0) == (report.drifted, report.unchanged, ours.writes - len(_dry_runs(ours)))
    ours.forget()
    assert (1, [], []) == (ours.apply().unchanged, ours.read, _dry_runs(ours))


def test_what_people_save_by_the_dashboard_api_was_migrated_by_nobody_and_nothing_is_asked(ours: House) -> None:
    ours.browser.edit(SALES, **panel_titled("Jonas"))
    ours.forget()
    assert (1, 0) == (ours.apply().drifted, ours.writes)


def test_the_dry_run_leaves_nothing_and_names_nobodys_dashboard(ours: House) -> None:
    _saved_by_a_page(ours)
    ours.forget()
    ours.plan()
    [asked] = _dry_runs(ours)
    assert ("POST", PAGES[:-1]) == (asked.method, asked.path)
    assert [SALES] == [row["uid"] for row in ours.browser.ask("/api/search?type=dash-db")]


def test_of_an_edit_by_a_page_only_what_the_person_did_is_told(ours: House) -> None:
    _saved_by_a_page(ours, description="Jonas")
    [drift] = ours.apply().plan.drifted
    assert ["description"] == [each.part for each in drift.differences]


@pytest.mark.parametrize("scan", [True, False])
def test_after_a_page_that_only_migrated_the_next_change_of_git_goes_out(ours: House, *, scan: bool) -> None:
    _saved_by_a_page(ours)
    _change(ours)
    if not scan:
        ours.parts["scan"] = NONE
    assert ({SALES: Result.UPDATED}, "Git again") == (results(ours.apply()), title(ours))


def _dry_runs(one: House) -> list[Recorded]:
    return [each for each in one.sandbox.requests.writes if "dryRun=All" in each.query]
