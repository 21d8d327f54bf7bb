"""How a sandbox is asked for.

In: what the caller wants. Out: `SandboxSettings`, frozen, with the people, data sources and provisioned files that it
starts with. Nothing here opens or reads anything; what is wrong with a setting is told by `SandboxUnusable`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any

from provisioner.core.errors import ProvisionerError
from provisioner.sandbox.faults import Faults


class SandboxUnusable(ProvisionerError):
    """The sandbox cannot be started as asked: its port is taken, its file is another's or damaged."""


class Role(IntEnum):
    """What a person or token may do in an organisation; each may do what those below may."""

    NONE = 0
    VIEWER = 1
    EDITOR = 2
    ADMIN = 3

    @property
    def title(self) -> str:
        """The name as the API spells it: "Viewer"."""
        return self.name.capitalize() if self else ""

    @classmethod
    def named(cls, name: object) -> Role | None:
        """The role of that name as the API spells it; None when there is none."""
        return next((role for role in cls if role and role.title == name), None)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a password, a member of the first organisation."""

    login: str
    password: str = field(repr=False)
    role: Role = Role.EDITOR


@dataclass(frozen=True, slots=True)
class DataSource:
    """A data source of the first organisation."""

    name: str
    type: str
    uid: str
    url: str = ""
    is_default: bool = False


@dataclass(frozen=True, slots=True)
class ProvisionedFile:
    """A dashboard that the server itself loaded from a file, and so guards (transcripts orgs-and-provisioned-*)."""

    file: str
    folder_title: str
    dashboard: Mapping[str, Any]


TEST_DATA = DataSource("TestData", "testdata", "testdata", is_default=True)


@dataclass(frozen=True, slots=True)
class SandboxSettings:
    """What to be and what to begin with. `database` None keeps everything in memory; `port` 0 takes a free one.

    `dashboard_restore` is the switch of the trash of 11 (reference 2.3); other generations have none.
    `sub_path` ("/grafana") is where the server stands behind a proxy. People, data sources and files are put in only when
    the database is new.
    """

    generation: int = 12
    host: str = "127.0.0.1"
    port: int = 0
    database: Path | None = None
    sub_path: str = ""
    dashboard_restore: bool = False
    admin_password: str = field(default="admin", repr=False)
    faults: Faults = field(default_factory=Faults)
    people: tuple[Person, ...] = ()
    data_sources: tuple[DataSource, ...] = (TEST_DATA,)
    provisioned: tuple[ProvisionedFile, ...] = ()


NO_CONTENT: Mapping[str, Any] = MappingProxyType({})
