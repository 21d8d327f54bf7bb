"""Who is who, as 12.4.0 was seen to answer: people by a list for administrators, names for everybody."""

from __future__ import annotations

import httpx

from provisioner.sandbox import SandboxSettings, running
from tests.sandbox.speaking import client_of

DISPLAY = "/apis/iam.grafana.app/v0alpha1/namespaces/default/display"


def _robot(client: httpx.Client) -> tuple[str, str]:
    """The uid of a new service account, and a token of it."""
    made = client.post("/api/serviceaccounts", json={"name": "robot", "role": "Editor"}).json()
    key = client.post(f"/api/serviceaccounts/{made['id']}/tokens", json={"name": "t"}).json()["key"]
    return str(made["uid"]), str(key)


def test_people_are_listed_for_administrators_with_uid_and_login_and_without_service_accounts() -> None:
    with running(SandboxSettings(generation=12)) as started, client_of(started) as client:
        _, token = _robot(client)
        [found] = client.get("/api/org/users").json()
        with client_of(started, token=token) as robot:
            refused = robot.get("/api/org/users")
    assert ("admin", 1, "Admin", True) == (found["login"], found["orgId"], found["role"], bool(found["uid"]))
    assert (403, True) == (refused.status_code, "org.users:read" in refused.json()["message"])


def test_names_are_told_to_everybody_for_those_who_are_known() -> None:
    with running(SandboxSettings(generation=12)) as started, client_of(started) as client:
        uid, token = _robot(client)
        admin = client.get("/api/user").json()["uid"]
        keys = [f"user:{admin}", f"service-account:{uid}", "user:nobody", "odd"]
        with client_of(started, token=token) as robot:
            answer = robot.get(DISPLAY, params={"key": keys}).json()
    assert keys == answer["keys"]
    assert [("user", admin, "admin"), ("service-account", uid, "robot")] == [
        (each["identity"]["type"], each["identity"]["name"], each["displayName"]) for each in answer["display"]
    ]


def test_servers_without_the_resource_api_have_neither() -> None:
    with running(SandboxSettings(generation=9)) as started, client_of(started) as client:
        assert [404, 404] == [client.get(path).status_code for path in ("/api/org/users", DISPLAY)]
