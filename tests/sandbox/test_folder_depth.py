"""How deep folders may lie, as 12.4.0 was seen to answer: five levels are made, the sixth is refused; a move looks at what lies below."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from provisioner.sandbox import SandboxSettings, running
from tests.sandbox.speaking import client_of

FOLDERS = "/apis/folder.grafana.app/v1beta1/namespaces/default/folders"
CREATE = "Folder API error: folder max depth exceeded, max depth is 4"
MOVE = "Maximum nested folder depth reached"


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    """Of a server with a chain of five, and one of two beside it."""
    with running(SandboxSettings(generation=12)) as started, client_of(started) as one:
        for uid, parent in (("l1", ""), ("l2", "l1"), ("l3", "l2"), ("l4", "l3"), ("l5", "l4"), ("m1", ""), ("m2", "m1")):
            assert 200 == _made(one, uid, parent).status_code
        yield one


def _made(client: httpx.Client, uid: str, parent: str) -> httpx.Response:
    return client.post("/api/folders", json={"uid": uid, "title": uid, "parentUid": parent})


def _moved(client: httpx.Client, uid: str, parent: str) -> httpx.Response:
    return client.post(f"/api/folders/{uid}/move", json={"parentUid": parent})


def _object(uid: str, parent: str) -> dict[str, object]:
    metadata = {"name": uid, "annotations": {"grafana.app/folder": parent}}
    return {"apiVersion": "folder.grafana.app/v1beta1", "kind": "Folder", "metadata": metadata, "spec": {"title": uid}}


def test_the_sixth_folder_is_refused_like_a_failure_by_either_api(client: httpx.Client) -> None:
    answer = _made(client, "l6", "l5")
    assert (500, {"message": CREATE}) == (answer.status_code, answer.json())
    for query in ("", "?dryRun=All"):
        answer = client.post(FOLDERS + query, json=_object("l6", "l5"))
        assert (500, {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "message": CREATE, "code": 500}) == (
            answer.status_code,
            answer.json(),
        )


def test_a_move_is_refused_for_what_lies_below(client: httpx.Client) -> None:
    assert (400, {"message": MOVE}) == ((answer := _moved(client, "m1", "l4")).status_code, answer.json())
    answer = client.put(f"{FOLDERS}/m1", json=_object("m1", "l4"))
    assert (400, MOVE, "BadRequest", {"uid": "folder.maximum-depth-reached"}) == (
        answer.status_code,
        *(answer.json()[key] for key in ("message", "reason", "details")),
    )
    assert 200 == _moved(client, "m1", "l3").status_code
    assert 200 == _moved(client, "m1", "").status_code


def test_a_move_of_a_folder_by_itself_goes_one_level_deeper_than_a_create(client: httpx.Client) -> None:
    assert 200 == _moved(client, "m2", "l5").status_code
    assert 400 == _moved(client, "m1", "m2").status_code
