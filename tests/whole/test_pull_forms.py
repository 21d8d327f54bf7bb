"""What is live with elements and layout becomes a file that says so, and is read back as it is; classic dashboards stay classic."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from provisioner.core.changes import Result
from provisioner.core.report import Exit, exit_code
from provisioner.core.settings import Api
from tests.core.shapes import new_schema
from tests.whole.house import GIT_WINS, House, dashboard, house, results
from tests.whole.test_pull import is_empty, pulled, tree

FORMS = {12: ("v0alpha1", "v2beta1", "v2alpha1"), 13: ("v0alpha1", "v2beta1", "v2")}


@pytest.fixture(params=[12, 13])
def newer(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[House]:
    with house(tmp_path / "newer", generation=request.param, api=Api.RESOURCE) as made:
        yield made


def save(one: House, uid: str, form: str, spec: dict[str, Any]) -> None:
    """Somebody saves it in this form, over what is there."""
    at = f"/apis/dashboard.grafana.app/{form}/namespaces/default/dashboards"
    there = one.browser.is_there(uid)
    meta = {"name": uid, **({"resourceVersion": one.browser.ask(f"{at}/{uid}")["metadata"]["resourceVersion"]} if there else {})}
    body = {"apiVersion": f"dashboard.grafana.app/{form}", "kind": "Dashboard", "metadata": meta, "spec": spec}
    one.browser.ask(f"{at}/{uid}" if there else at, body, "PUT" if there else "POST")


def file(one: House, path: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((one.files / path).read_bytes())
    return found


def newer_form(one: House) -> str:
    return FORMS[one.generation][1]


def test_one_with_elements_and_layout_is_a_resource_of_its_own_version_and_a_plan_over_it_is_empty(newer: House) -> None:
    for form in FORMS[newer.generation][1:]:
        save(newer, f"uid-{form}", form, new_schema(f"Of {form}"))
        pulled(newer)
        found = file(newer, f"of-{form}.json")
        assert (f"dashboard.grafana.app/{form}", "Dashboard", {"name": f"uid-{form}"}) == (
            found["apiVersion"],
            found["kind"],
            found["metadata"],
        )
    assert is_empty(newer.plan())
    assert 0 == pulled(newer).written


def test_after_a_pull_it_is_adopted_without_a_write_and_written_in_its_form_when_git_changes(newer: House) -> None:
    form = newer_form(newer)
    save(newer, "new", form, new_schema("New"))
    pulled(newer)
    newer.forget()
    report = newer.apply()
    assert (1, 0, Exit.OK) == (report.adopted, newer.writes, exit_code([report]))
    before = tree(newer)
    assert (0, before) == (pulled(newer).written, tree(newer))
    found = file(newer, "new.json")
    found["spec"]["description"] = "from git"
    newer.write("new.json", found)
    assert {"new": Result.UPDATED} == results(newer.apply())
    live = newer.browser.ask(f"/apis/dashboard.grafana.app/{form}/namespaces/default/dashboards/new")
    assert ("from git", form) == (live["spec"]["description"], live["apiVersion"].rpartition("/")[2])
    assert "elements" in live["spec"]


def test_a_classic_one_beside_it_stays_classic(newer: House) -> None:
    save(newer, "new", newer_form(newer), new_schema("New"))
    newer.browser.create(dashboard("old", "Old"))
    pulled(newer)
    assert ("old", True, True) == ((found := file(newer, "old.json"))["uid"], "panels" in found, "apiVersion" not in found)


def test_an_edit_of_it_in_grafana_is_one_change_of_its_file(newer: House) -> None:
    form = newer_form(newer)
    save(newer, "new", form, new_schema("New"))
    pulled(newer)
    newer.apply()
    before = file(newer, "new.json")
    save(newer, "new", form, {**before["spec"], "description": "Jonas"})
    assert 1 == newer.apply().drifted
    assert ("new.json",) == pulled(newer).done.changed
    assert {**before, "spec": {**before["spec"], "description": "Jonas"}} == file(newer, "new.json")
    assert (is_empty(newer.plan()), 0) == (True, pulled(newer).written)


def test_a_classic_one_that_a_person_turned_into_the_newer_form_gets_a_file_of_that_form(newer: House) -> None:
    newer.write("shop/old.json", dashboard("old", "Old"))
    newer.apply()
    save(newer, "old", newer_form(newer), new_schema("Old"))
    report = newer.apply()
    assert (1, {}) == (report.drifted, results(report))
    shop = newer.browser.folders()["shop"]["uid"]
    moved = f"/apis/dashboard.grafana.app/{newer_form(newer)}/namespaces/default/dashboards/old"
    live = newer.browser.ask(moved)
    live["metadata"].setdefault("annotations", {})["grafana.app/folder"] = shop
    newer.browser.ask(moved, live, "PUT")
    assert ("shop/old.json",) == pulled(newer).done.changed
    assert f"dashboard.grafana.app/{newer_form(newer)}" == file(newer, "shop/old.json")["apiVersion"]
    assert is_empty(newer.plan())
    newer.forget()
    assert (0, 0) == (newer.apply().drifted, newer.writes)
    assert 0 == pulled(newer).written


def test_one_of_the_newer_form_that_a_person_made_classic_again_keeps_the_wrapper_of_its_file(newer: House) -> None:
    form = newer_form(newer)
    kept = {"annotations": {"team": "shop"}}
    spec = new_schema("New")
    resource = {"apiVersion": f"dashboard.grafana.app/{form}", "kind": "Dashboard", "metadata": {"name": "new", **kept}, "spec": spec}
    newer.write("new.json", resource)
    newer.apply()
    save(newer, "new", "v0alpha1", {key: value for key, value in dashboard("new", "New").items() if key != "uid"})
    assert 1 == newer.apply().drifted
    pulled(newer)
    found = file(newer, "new.json")
    assert ("dashboard.grafana.app/v0alpha1", kept) == (found["apiVersion"], {"annotations": found["metadata"]["annotations"]})
    assert is_empty(newer.plan())
    assert 0 == pulled(newer).written


def test_where_the_file_cannot_say_the_other_form_it_is_left_and_that_is_told(newer: House) -> None:
    newer.write("old.yaml", "# ours\nuid: old\ntitle: Old\nschemaVersion: 39\npanels: []\n")
    newer.apply()
    before = tree(newer)
    save(newer, "old", newer_form(newer), new_schema("Old"))
    report = pulled(newer)
    [held] = report.done.held
    assert ("old.yaml", True, before) == (held.subject, "another form" in held.message, tree(newer))


def test_git_wins_over_the_other_form_and_what_was_there_is_kept(newer: House) -> None:
    newer.write("old.json", dashboard("old", "Old"))
    newer.apply()
    save(newer, "old", newer_form(newer), new_schema("Old"))
    newer.write("old.json", dashboard("old", "Old", description="from git"))
    assert {"old": Result.UPDATED} == results(newer.apply(policy=GIT_WINS))
    newer.forget()
    assert (0, 0, 1) == ((again := newer.apply()).drifted, newer.writes, again.unchanged)
