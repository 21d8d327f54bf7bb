"""Who is who: the people of an organisation, and what identities of the resource API are called on pages.

In: requests. Out: answers in the shape of 12.4.0, recorded there; nothing where there is no resource API. The list of people is for
administrators, names are for everybody.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from provisioner.sandbox import people
from provisioner.sandbox.access import LIST_PEOPLE, caller_of, permit
from provisioner.sandbox.answers import answer, server_of
from provisioner.sandbox.people import Account
from provisioner.sandbox.server import Server

_DISPLAY = "/apis/iam.grafana.app/v0alpha1/namespaces/{namespace}/display"


async def list_people(request: Request) -> Response:
    """GET /api/org/users: persons, no service accounts."""
    server, caller = server_of(request), caller_of(request)
    permit(server, caller, LIST_PEOPLE)
    members = (each for each in people.members(server.store, caller.organisation) if not each.service)
    return answer([_member(server, caller.organisation, each) for each in members])


def _member(server: Server, organisation: int, account: Account) -> dict[str, object]:
    return {
        "orgId": organisation,
        "userId": account.id,
        "uid": account.uid,
        "email": f"{account.login}@localhost",
        "name": account.name,
        "login": account.login,
        "role": people.role_in(server.store, organisation, account.id).title,
        "isDisabled": False,
        "isExternallySynced": False,
        "isProvisioned": False,
    }


async def display(request: Request) -> Response:
    """GET …/display?key=user:UID&key=…: those who are known, by name, or by login without one."""
    server, caller = server_of(request), caller_of(request)
    asked = request.query_params.getlist("key")
    members = {_identity(each): each for each in people.members(server.store, caller.organisation)}
    shown = [_displayed(key, members[key]) for key in asked if key in members]
    return answer({"metadata": {}, "keys": asked, "display": shown})


def _displayed(key: str, account: Account) -> dict[str, object]:
    kind, _, uid = key.partition(":")
    return {"identity": {"type": kind, "name": uid}, "displayName": account.name or account.login, "internalId": account.id}


def _identity(account: Account) -> str:
    return f"{'service-account' if account.service else 'user'}:{account.uid}"


def routes(server: Server) -> list[Route]:
    """What this generation has of it."""
    if not server.generation.resource_versions:
        return []
    return [Route("/api/org/users", list_people, methods=["GET"]), Route(_DISPLAY, display, methods=["GET"])]
