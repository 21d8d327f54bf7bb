"""Who asks, and whether that one may.

In: a request's credentials. Out: a `Caller`, or Refused in the words of the generation. Facts: transcripts grafana-*
"no credentials" to "viewer reads", orgs-and-provisioned-*; reference 4. Secrets are compared as digests and never
told.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

from starlette.requests import Request

from provisioner.sandbox import people
from provisioner.sandbox.answers import server_of
from provisioner.sandbox.content import whole_number
from provisioner.sandbox.people import Account
from provisioner.sandbox.refusals import Refusal, Refused
from provisioner.sandbox.server import ANONYMOUS, Server
from provisioner.sandbox.settings import Role

NO_ORGANISATION = -1


class NotPermitted(Exception):
    """Answer with 403 that names the permission."""

    def __init__(self, permissions: str) -> None:
        super().__init__(permissions)
        self.permissions = permissions


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, in one organisation. `shown` is the name that stands at what they make; `account` is None for API keys."""

    organisation: int
    role: Role
    shown: str
    account: Account | None

    @property
    def server_admin(self) -> bool:
        """Whether they may make organisations and users."""
        return self.account is not None and self.account.server_admin

    @property
    def identity(self) -> str:
        """Who they are to the resource API: "user:dg51awuovqio0e"."""
        if self.account is None:
            return "anonymous:0"
        return f"service-account:{self.account.uid}" if self.account.service else f"user:{self.account.uid}"

    @property
    def is_token(self) -> bool:
        """Whether a machine asks."""
        return self.account is None or self.account.service


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that not everyone may do: from which role on, the permission it is called, the field of Refusals for others.

    `role_where_named` is the role where permissions are named (9 and later), when it is another.
    """

    role: Role
    permission: str
    refusal: str
    role_where_named: Role | None = None


READ_ORGANISATION = Deed(Role.VIEWER, "orgs:read", "organisation_missing")
READ_DASHBOARD = Deed(Role.VIEWER, "dashboards:read", "dashboard_missing")
SAVE_DASHBOARD = Deed(Role.EDITOR, "any of dashboards:create, dashboards:write", "save_denied")
RESTORE_DASHBOARD = Deed(Role.EDITOR, "dashboards:write", "dashboard_denied")
DELETE_DASHBOARD = Deed(Role.EDITOR, "dashboards:delete", "dashboard_denied")
IMPORT_DASHBOARD = Deed(Role.EDITOR, "dashboards:create", "save_denied")
READ_FOLDER = Deed(Role.VIEWER, "folders:read", "folder_denied")
CREATE_FOLDER = Deed(Role.EDITOR, "folders:create", "folder_denied")
CHANGE_FOLDER = Deed(Role.EDITOR, "folders:write", "folder_denied")
DELETE_FOLDER = Deed(Role.EDITOR, "folders:delete", "folder_denied")
READ_DATA_SOURCES = Deed(Role.ADMIN, "datasources:read", "denied", Role.VIEWER)
MAKE_KEYS = Deed(Role.ADMIN, "apikeys:create", "denied")
MAKE_SERVICE_ACCOUNTS = Deed(Role.ADMIN, "serviceaccounts:create", "denied")
LIST_PEOPLE = Deed(Role.ADMIN, "org.users:read", "denied")
MAKE_TOKENS = Deed(Role.ADMIN, "serviceaccounts:write", "denied")
READ_PREFERENCES = Deed(Role.ADMIN, "orgs.preferences:read", "denied")
CHANGE_PREFERENCES = Deed(Role.ADMIN, "orgs.preferences:write", "denied")


def caller_of(request: Request) -> Caller:
    """Who asks. Refused: nobody, or somebody who cannot prove it."""
    server = server_of(request)
    authorization = request.headers.get("authorization", "")
    scheme, _, credentials = authorization.partition(" ")
    if scheme.lower() == "basic":
        return _by_password(server, request, credentials)
    if scheme.lower() == "bearer":
        return _by_token(server, request, credentials.strip())
    secret = request.cookies.get(server.generation.cookies[0].name)
    account = people.by_session(server.store, secret) if secret else None
    if account is None:
        raise Refused(server.generation.refusals.unauthorized)
    return _person(server, request, account)


def permit(server: Server, caller: Caller, deed: Deed) -> None:
    """Let only those pass who may. Where permissions are named this is asked before anything else."""
    if server.generation.permissions_named:
        needed = deed.role if deed.role_where_named is None else deed.role_where_named
        if caller.role < needed:
            raise NotPermitted(deed.permission)
        return
    if caller.role < deed.role:
        refusal = getattr(server.generation.refusals, deed.refusal)
        assert isinstance(refusal, Refusal)  # noqa: S101 - for the type checker: every deed names one
        raise Refused(refusal)


def permit_early(server: Server, caller: Caller, deed: Deed) -> None:
    """As `permit`, where the generation asks before it looks at the request: 9 and later. Earlier ones ask last."""
    if server.generation.permissions_named:
        permit(server, caller, deed)


def permit_server_admin(server: Server, caller: Caller, permission: str) -> None:
    """Let only the server's own administrators pass."""
    if caller.server_admin:
        return
    if server.generation.permissions_named:
        raise NotPermitted(permission)
    raise Refused(server.generation.refusals.denied)


def _by_password(server: Server, request: Request, credentials: str) -> Caller:
    try:
        login, _, password = base64.b64decode(credentials, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise Refused(server.generation.refusals.wrong_password) from None
    account = people.by_password(server.store, login, password)
    if account is None:
        raise Refused(server.generation.refusals.wrong_password)
    return _person(server, request, account)


def _person(server: Server, request: Request, account: Account) -> Caller:
    """A person in the organisation of the header; nobody there when no member of it (orgs-and-provisioned "org that is not")."""
    wanted = _wanted_organisation(request) or account.organisation
    role = people.role_in(server.store, wanted, account.id)
    return Caller(wanted if role else NO_ORGANISATION, role, account.login, account)


def _by_token(server: Server, request: Request, secret: str) -> Caller:
    """A token fixes the organisation; the header is ignored, or refused when it names another (12)."""
    refusals = server.generation.refusals
    key = people.by_key(server.store, secret) if server.generation.api_keys else None
    account = None if key else people.by_token(server.store, secret)
    if key:
        caller = Caller(key.organisation, key.role, ANONYMOUS, None)
    elif account:
        role = people.role_in(server.store, account.organisation, account.id)
        shown = ANONYMOUS if server.generation.authors_shown_after_update else account.login
        caller = Caller(account.organisation, role, shown, account)
    else:
        raise Refused(refusals.bad_token)
    wanted = _wanted_organisation(request)
    if refusals.other_organisation and wanted and wanted != caller.organisation:
        raise Refused(refusals.other_organisation)
    return caller


def _wanted_organisation(request: Request) -> int:
    """The organisation of the namespace in an address of the resource API, else of the header; 0 when there is none."""
    namespace = request.path_params.get("namespace")
    if isinstance(namespace, str):
        return 1 if namespace == "default" else whole_number(namespace.removeprefix("org-")) or NO_ORGANISATION
    return whole_number(request.headers.get("x-grafana-org-id", ""))
