"""The routes of organisations, people, keys and service accounts.

In: requests. Out: answers in the shape of the generation (transcripts orgs-and-provisioned-*, grafana-* "create api
key"). A secret is told once, when it is made, and never again.
"""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from provisioner.sandbox import objects, people
from provisioner.sandbox.access import (
    CHANGE_PREFERENCES,
    MAKE_KEYS,
    MAKE_SERVICE_ACCOUNTS,
    MAKE_TOKENS,
    READ_ORGANISATION,
    READ_PREFERENCES,
    Caller,
    Deed,
    caller_of,
    permit,
    permit_server_admin,
)
from provisioner.sandbox.answers import answer, read_body, server_of
from provisioner.sandbox.content import whole_number
from provisioner.sandbox.people import Account
from provisioner.sandbox.permissions import permissions_of
from provisioner.sandbox.refusals import Refused
from provisioner.sandbox.server import Server
from provisioner.sandbox.settings import Role

_NO_ADDRESS = {"address1": "", "address2": "", "city": "", "zipCode": "", "state": "", "country": ""}
_NEVER = "0001-01-01T00:00:00Z"
_USUAL_PREFERENCES: dict[str, object] = {
    "theme": "",
    "homeDashboardId": 0,
    "homeDashboardUID": "",
    "timezone": "",
    "weekStart": "",
    "locale": "",
    "navbar": {"savedItems": None},
    "queryHistory": {"homeTab": ""},
}


def _entered(request: Request, deed: Deed) -> tuple[Server, Caller]:
    server = server_of(request)
    caller = caller_of(request)
    permit(server, caller, deed)
    return server, caller


async def get_organisation(request: Request) -> Response:
    """GET /api/org: the caller's."""
    server = server_of(request)
    caller = caller_of(request)
    if server.generation.strangers_lack_permissions:
        permit(server, caller, READ_ORGANISATION)
    organisation = people.organisation(server.store, caller.organisation)
    if organisation is None:
        raise Refused(server.generation.refusals.organisation_missing)
    return answer({"id": organisation.id, "name": organisation.name, "address": _NO_ADDRESS})


async def create_organisation(request: Request) -> Response:
    """POST /api/orgs, by the server's administrator, who is an administrator there."""
    server = server_of(request)
    caller = caller_of(request)
    permit_server_admin(server, caller, "orgs:create")
    body = await read_body(request)
    with server.store.transaction():
        number = people.add_organisation(server.store, _text(body, "name"))
        if number is None:
            raise Refused(server.generation.refusals.organisation_taken)
        if caller.account:
            people.join(server.store, number, caller.account.id, Role.ADMIN)
    return answer({"message": "Organization created", "orgId": number})


def _text(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    return value if isinstance(value, str) else ""


async def create_user(request: Request) -> Response:
    """POST /api/admin/users {name, login, password, OrgId}: a viewer of that organisation."""
    server = server_of(request)
    caller = caller_of(request)
    permit_server_admin(server, caller, "users:create")
    body = await read_body(request)
    login = _text(body, "login") or _text(body, "email")
    organisation = whole_number(body.get("OrgId")) or caller.organisation
    uid = server.new_uid(is_dashboard=False)
    account = Account(0, uid, login, _text(body, "name"), organisation, server_admin=False, service=False)
    number = people.add_account(server.store, account, Role.VIEWER, _text(body, "password"))
    if number is None:
        raise Refused(server.generation.refusals.user_taken)
    return answer({"id": number, "message": "User created"})


async def change_member(request: Request) -> Response:
    """PATCH /api/orgs/:org/users/:user {role}."""
    server = server_of(request)
    caller = caller_of(request)
    permit_server_admin(server, caller, "org.users:write")
    role = Role.named((await read_body(request)).get("role"))
    if role is None:
        raise Refused(server.generation.refusals.bad_request)
    organisation, person = (whole_number(request.path_params[name]) for name in ("organisation", "person"))
    if people.organisation(server.store, organisation) is None:
        raise Refused(server.generation.refusals.organisation_missing)
    if people.by_number(server.store, person) is None:
        raise Refused(server.generation.refusals.user_missing)
    people.join(server.store, organisation, person, role)
    return answer({"message": "Organization user updated"})


async def get_user(request: Request) -> Response:
    """GET /api/user: a token is nobody here up to 9."""
    server = server_of(request)
    caller = caller_of(request)
    if caller.account is None or (caller.is_token and not server.generation.tokens_are_users):
        raise Refused(server.generation.refusals.user_missing)
    account = caller.account
    user: dict[str, object] = {
        "id": account.id,
        "email": account.login if account.service else f"{account.login}@localhost",
        "name": account.name,
        "login": account.login,
        "theme": "",
        "orgId": caller.organisation,
        "isGrafanaAdmin": account.server_admin,
        "isDisabled": False,
        "isExternal": False,
        "authLabels": None,
        "updatedAt": _NEVER,
        "createdAt": _NEVER,
        "avatarUrl": "",
    }
    if server.generation.tokens_are_users:
        uid = f"service-account:{account.id}" if account.service else account.uid
        user |= {"uid": uid, "isExternallySynced": False, "isGrafanaAdminExternallySynced": False, "isProvisioned": False}
        user |= {"id": 0} if account.service else {}
    return answer(user)


async def create_key(request: Request) -> Response:
    """POST /api/auth/keys {name, role} (5 to 9)."""
    server, caller = _entered(request, MAKE_KEYS)
    body = await read_body(request)
    name, role = _text(body, "name"), Role.named(body.get("role"))
    if role is None:
        raise Refused(server.generation.refusals.bad_request)
    secret = server.new_key(role, caller.organisation, name)
    key = people.by_key(server.store, secret) if secret else None
    if key is None:
        raise Refused(server.generation.refusals.key_taken)
    told = {"name": name, "key": secret}
    return answer({"id": key.id} | told if server.generation.key_answer_has_id else told)


async def create_service_account(request: Request) -> Response:
    """POST /api/serviceaccounts {name, role} (9 and later)."""
    server, caller = _entered(request, MAKE_SERVICE_ACCOUNTS)
    body = await read_body(request)
    name, role = _text(body, "name"), Role.named(body.get("role")) or Role.VIEWER
    number = server.new_service_account(name, role, caller.organisation)
    account = people.by_number(server.store, number) if number else None
    if account is None:
        raise Refused(server.generation.refusals.bad_request)
    told: dict[str, object] = {
        "id": account.id,
        "name": name,
        "login": account.login,
        "orgId": account.organisation if server.generation.service_account_keys else -1,
        "isDisabled": False,
        "role": role.title,
        "tokens": 0,
        "avatarUrl": "",
    }
    return answer(told | {"uid": account.uid} if server.generation.service_account_keys else told, 201)


async def create_token(request: Request) -> Response:
    """POST /api/serviceaccounts/:id/tokens {name}."""
    server, caller = _entered(request, MAKE_TOKENS)
    account = people.by_number(server.store, whole_number(request.path_params["number"]))
    if account is None or not account.service or account.organisation != caller.organisation:
        raise Refused(server.generation.refusals.service_account_missing)
    name = _text(await read_body(request), "name")
    number, secret = server.new_account_token(account.id, name)
    return answer({"id": number, "name": name, "key": secret})


async def get_actions(request: Request) -> Response:
    """GET /api/access-control/user/actions (9 and later)."""
    server = server_of(request)
    caller = caller_of(request)
    return answer(dict.fromkeys(permissions_of(server.generation.number, caller.role), True))


async def get_preferences(request: Request) -> Response:
    """GET /api/org/preferences."""
    server, caller = _entered(request, READ_PREFERENCES)
    organisation = people.organisation(server.store, caller.organisation)
    if organisation is None:
        raise Refused(server.generation.refusals.organisation_missing)
    home = objects.by_uid(server.store, organisation.id, organisation.home_uid, is_folder=False)
    known = _USUAL_PREFERENCES | organisation.preferences
    known |= {"homeDashboardUID": home.uid if home else "", "homeDashboardId": home.id if home else 0}
    if server.generation.empty_preferences_left_out:
        known.pop("homeDashboardId")
        return answer({key: value for key, value in known.items() if value != _USUAL_PREFERENCES[key]})
    shown = ("theme", "homeDashboardId", *server.generation.preference_keys)
    return answer({key: known[key] for key in shown})


async def put_preferences(request: Request) -> Response:
    """PUT /api/org/preferences: the home page by uid from 9, before by id; the uid is then silently ignored."""
    server, caller = _entered(request, CHANGE_PREFERENCES)
    body = await read_body(request)
    home = None
    if server.generation.home_by_uid and _text(body, "homeDashboardUID"):
        home = objects.by_uid(server.store, caller.organisation, body["homeDashboardUID"], is_folder=False)
    else:
        number = whole_number(body.get("homeDashboardId"))
        home = objects.by_id(server.store, caller.organisation, number, is_folder=False)
    kept = {key: body[key] for key in ("theme", "timezone", "weekStart", "locale") if _text(body, key)}
    people.put_preferences(server.store, caller.organisation, home.uid if home else "", kept)
    return answer({"message": "Preferences updated"})


async def patch_preferences(request: Request) -> Response:
    """PATCH /api/org/preferences (9 and later): only what is sent is changed (read in the source, not recorded)."""
    server, caller = _entered(request, CHANGE_PREFERENCES)
    body = await read_body(request)
    organisation = people.organisation(server.store, caller.organisation)
    if organisation is None:
        raise Refused(server.generation.refusals.organisation_missing)
    home_uid = organisation.home_uid
    if isinstance(body.get("homeDashboardUID"), str):
        home = objects.by_uid(server.store, caller.organisation, body["homeDashboardUID"], is_folder=False)
        home_uid = home.uid if home else ""
    kept = {key: body[key] for key in ("theme", "timezone", "weekStart", "locale") if isinstance(body.get(key), str)}
    people.put_preferences(server.store, caller.organisation, home_uid, organisation.preferences | kept)
    return answer({"message": "Preferences updated"})


def routes(server: Server) -> list[Route]:
    """What this generation has of organisations and people."""
    found = [
        Route("/api/org", get_organisation, methods=["GET"]),
        Route("/api/orgs", create_organisation, methods=["POST"]),
        Route("/api/orgs/{organisation:int}/users/{person:int}", change_member, methods=["PATCH"]),
        Route("/api/admin/users", create_user, methods=["POST"]),
        Route("/api/user", get_user, methods=["GET"]),
    ]
    if server.generation.preferences:
        found += [
            Route("/api/org/preferences", get_preferences, methods=["GET"]),
            Route("/api/org/preferences", put_preferences, methods=["PUT"]),
        ]
    if server.generation.home_by_uid:
        found.append(Route("/api/org/preferences", patch_preferences, methods=["PATCH"]))
    if server.generation.api_keys:
        found.append(Route("/api/auth/keys", create_key, methods=["POST"]))
    if server.generation.service_accounts:
        found += [
            Route("/api/serviceaccounts", create_service_account, methods=["POST"]),
            Route("/api/serviceaccounts/{number:int}/tokens", create_token, methods=["POST"]),
        ]
    if server.generation.permissions_named:
        found.append(Route("/api/access-control/user/actions", get_actions, methods=["GET"]))
    return found
