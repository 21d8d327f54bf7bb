"""What a real 12.4.0 refuses or leaves as it is by the resource API, and what that means to us (transcript refusals-12.4.0)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from provisioner.core.answers import Deleted, FolderUpdated, Rejected, Save, Saved, Unknown
from provisioner.core.errors import TargetUnsuitable
from provisioner.core.model import ROOT, Uid
from provisioner.core.server import Mark
from provisioner.grafana.resource_answers import folder_update_answer, save_answer
from tests.grafana.conftest import Open
from tests.grafana.resource_steps import PATH, reply_of, steps, twelve
from tests.grafana.scripted import Answer, ScriptedServer

SITE = "https://grafana.example"
STEPS = steps("refusals-12.4.0")
CREATE = Save(Uid("ref-a"), {"title": "T"}, ROOT, None, "")
UPDATE = replace(CREATE, version=1, state="17")
REFUSED = [
    name
    for name, step in STEPS.items()
    if step["status"] in {400, 422} and step["method"] in {"POST", "PUT"} and "/dashboards" in step["path"]
]


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_is_told_in_the_words_of_the_server_and_not_tried_again(name: str) -> None:
    step = STEPS[name]

    answer = save_answer(reply_of(step["status"], step["response"]), UPDATE if step["method"] == "PUT" else CREATE, SITE)

    assert isinstance(answer, Rejected)
    assert answer.status == step["status"]
    assert answer.words[:200] == step["response"]["message"][:200]


@pytest.mark.parametrize("name", ["put identical", "put identical with message"])
def test_a_put_that_changed_nothing_is_saved_in_the_state_that_it_went_over(name: str) -> None:
    step = STEPS[name]
    assert "resourceVersion" not in step["response"]["metadata"]

    answer = save_answer(reply_of(200, step["response"]), UPDATE, SITE)

    number = int(step["response"]["metadata"]["labels"]["grafana.app/deprecatedInternalID"])
    assert isinstance(answer, Saved)
    assert answer.mark == Mark(number, 1, "17")


def test_a_create_without_a_resource_version_is_still_no_answer() -> None:
    assert isinstance(save_answer(reply_of(201, STEPS["put identical"]["response"]), CREATE, SITE), Unknown)


def test_a_folder_that_a_put_did_not_change_is_as_it_was() -> None:
    assert folder_update_answer(reply_of(200, STEPS["put folder identical"]["response"]), SITE) == FolderUpdated("ref-f", ROOT, 1)


def test_a_list_that_the_server_cannot_go_on_with_is_read_once_more_from_the_start(server: ScriptedServer, grafana: Open) -> None:
    broken = STEPS["list with a bad continue token abc"]
    client = grafana(twelve(server).url)
    server.routes[f"GET {PATH}"] = [_page("a", "more"), Answer(broken["response"], broken["status"]), _page("a", "more"), _page("b")]

    marks = client.marks()

    assert marks is not None
    assert set(marks) == {"a", "b"}


def _page(name: str, following: str = "") -> Answer:
    meta = {"resourceVersion": "9", **({"continue": following} if following else {})}
    item = {"metadata": {"name": name, "resourceVersion": "5", "generation": 1}}
    return Answer({"kind": "PartialObjectMetadataList", "apiVersion": "meta.k8s.io/v1", "metadata": meta, "items": [item]})


@pytest.mark.parametrize("body", [{"message": "Not found"}, {"error": "no route", "code": 404}, []])
def test_a_404_that_is_not_the_apis_own_says_nothing_of_what_is_there(server: ScriptedServer, grafana: Open, body: object) -> None:
    """A server of before 12 says so to all of /apis, as a proxy does: believed, all dashboards would be taken for deleted."""
    one = grafana(twelve(server).url)
    server.routes |= {f"{method} {PATH}/r1": [Answer(body, 404)] for method in ("GET", "DELETE")}
    with pytest.raises(TargetUnsuitable):
        one.dashboard(Uid("r1"))
    assert not isinstance(one.delete(Uid("r1"), Mark(1, 1, "17")), Deleted)
