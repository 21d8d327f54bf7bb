"""What every handler of a sandbox works with, and how a new one is furnished.

In: settings, a clock and chance. Out: `Server`, the generation it answers as, its state and its faults.
It is made once per running sandbox; it holds no request.
"""

from __future__ import annotations

import base64
import json
import random
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from provisioner.sandbox import objects, people
from provisioner.sandbox.content import body_of
from provisioner.sandbox.faults import FaultControl
from provisioner.sandbox.generation import Generation
from provisioner.sandbox.generations import GENERATIONS
from provisioner.sandbox.objects import Item, Version
from provisioner.sandbox.people import Account, ApiKey
from provisioner.sandbox.settings import ProvisionedFile, Role, SandboxSettings, SandboxUnusable
from provisioner.sandbox.store import Store

MAIN_ORGANISATION = 1
ANONYMOUS = "Anonymous"
_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
_SMALL = "abcdefghijklmnopqrstuvwxyz0123456789"


@dataclass(frozen=True, slots=True)
class Server:
    """A sandbox: what it is, what it knows, what goes wrong in it."""

    generation: Generation
    settings: SandboxSettings
    store: Store
    faults: FaultControl
    clock: Callable[[], datetime]
    chance: random.Random
    ending: threading.Event = field(default_factory=threading.Event)
    """Set when the sandbox ends, so that watches end with it."""

    def now(self) -> str:
        """The time as the API spells it: "2026-11-22T04:40:54Z"."""
        return self.clock().strftime("%Y-%m-%dT%H:%M:%SZ")

    def url(self, path: str) -> str:
        """A path of this server, behind its sub-path."""
        return self.settings.sub_path.rstrip("/") + path

    def new_uid(self, *, is_dashboard: bool = True) -> str:
        """A uid for what came without one, in the manner of the generation."""
        if not self.generation.large_ids:
            return self.random_text(9)
        if is_dashboard:
            return self.new_guid()
        return "".join(self.chance.choices(_SMALL, k=14))

    def new_guid(self) -> str:
        """What names an object for good, whoever has its uid later."""
        return str(uuid.UUID(int=self.chance.getrandbits(128), version=4))

    def random_text(self, length: int) -> str:
        """Letters and digits by chance."""
        return "".join(self.chance.choices(_LETTERS, k=length))

    def new_token(self, role: Role, organisation: int, name: str = "") -> str:
        """A token that works at once: of a service account where there are such, else an API key."""
        name = name or f"token-{self.random_text(8)}"
        with self.store.transaction():
            if not self.generation.service_accounts:
                return self.new_key(role, organisation, name) or ""
            return self.new_account_token(self.new_service_account(name, role, organisation) or 0, name)[1]

    def new_key(self, role: Role, organisation: int, name: str) -> str | None:
        """An API key; None when the name is taken."""
        parts = {"k": self.random_text(32), "n": name, "id": organisation}
        secret = base64.b64encode(json.dumps(parts, separators=(",", ":")).encode()).decode()
        number = people.add_key(self.store, ApiKey(0, organisation, name, role), secret)
        return None if number is None else secret

    def new_service_account(self, name: str, role: Role, organisation: int) -> int | None:
        """A service account's id; None when its login is taken."""
        login = self.generation.service_account_login.format(organisation=organisation, name=name.lower())
        uid = self.new_uid(is_dashboard=False)
        account = Account(0, uid, login, name, organisation, server_admin=False, service=True)
        return people.add_account(self.store, account, role)

    def new_account_token(self, account: int, name: str) -> tuple[int, str]:
        """The id of a new token of a service account, and the token."""
        secret = f"glsa_{self.random_text(32)}_{self.chance.getrandbits(32):08x}"
        return people.add_token(self.store, account, name, secret), secret


def make_server(settings: SandboxSettings, clock: Callable[[], datetime], chance: random.Random) -> Server:
    """Open the state and furnish it when it is new. SandboxUnusable: no such generation, or not with this file."""
    generation = GENERATIONS.get(settings.generation)
    if generation is None:
        known = ", ".join(str(number) for number in GENERATIONS)
        raise SandboxUnusable(f"there is no sandbox of generation {settings.generation}", next_step=f"ask for one of {known}")
    store = Store(settings.database, generation.number, int(clock().timestamp() * 1_000_000))
    server = Server(generation, settings, store, FaultControl(settings.faults), clock, chance)
    if store.is_new:
        _furnish(server)
    return server


def _furnish(server: Server) -> None:
    settings = server.settings
    with server.store.transaction():
        main = people.add_organisation(server.store, "Main Org.") or MAIN_ORGANISATION
        admin = Account(0, server.new_uid(is_dashboard=False), "admin", "", main, server_admin=True, service=False)
        people.add_account(server.store, admin, Role.ADMIN, settings.admin_password)
        for person in settings.people:
            uid = server.new_uid(is_dashboard=False)
            account = Account(0, uid, person.login, person.login, main, server_admin=False, service=False)
            people.add_account(server.store, account, person.role, person.password)
        for source in settings.data_sources:
            people.add_data_source(server.store, main, source)
        folders: dict[str, str] = {}
        for file in settings.provisioned:
            if file.folder_title not in folders:
                folders[file.folder_title] = _provisioned_folder(server, main, file.folder_title)
            _provisioned_dashboard(server, main, file, folders[file.folder_title])


def _provisioned_folder(server: Server, organisation: int, title: str) -> str:
    if not title:
        return ""
    uid = server.new_uid(is_dashboard=False)
    _keep(server, _new_item(server, organisation, uid=uid, title=title, is_folder=True))
    return uid


def _provisioned_dashboard(server: Server, organisation: int, file: ProvisionedFile, folder_uid: str) -> None:
    content = dict(file.dashboard)
    title = str(content.get("title", file.file))
    uid = str(content.get("uid") or server.new_uid())
    blank = _new_item(server, organisation, uid=uid, title=title, is_folder=False)
    tags = tuple(tag for tag in content.get("tags") or () if isinstance(tag, str))
    values = {name: getattr(blank, name) for name in Item.__slots__}
    values |= {"folder_uid": folder_uid, "file": file.file, "tags": tags, "body": body_of(content)}
    _keep(server, Item(**values))


def _new_item(server: Server, organisation: int, *, uid: str, title: str, is_folder: bool) -> Item:
    now = server.now()
    return Item(
        *(0, organisation, is_folder, uid, "", server.generation.slug(title), title, 1, now, now, ANONYMOUS, ""),
        *((), body_of({"title": title}), ""),
        guid=server.new_guid(),
        creator="access-policy:service",
    )


def _keep(server: Server, item: Item) -> None:
    stored = objects.put(server.store, item, large_ids=server.generation.large_ids)
    head = json.dumps({"uid": stored.uid, "version": 1})
    first = Version(0, stored.id, 1, 0, 0, stored.created, ANONYMOUS, "", head, stored.body)
    objects.add_version(server.store, first)
