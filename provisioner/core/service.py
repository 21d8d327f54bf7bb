"""What a person may set about the daemon: watching, hooks, the address it answers at, and how it ends.

In: nothing (`config/` builds these). Out: frozen values. Times are seconds. No secret is held in here, as in `settings.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from provisioner.core.model import SourceName
from provisioner.core.secret import Secret


class WatchMode(StrEnum):
    """How changes of a directory are noticed. AUTO tries whether events arrive, and looks at intervals where they do not."""

    AUTO = "auto"
    EVENTS = "events"
    POLL = "poll"


@dataclass(frozen=True, slots=True)
class Watching:
    """`interval` is how often the tree is looked at where no events arrive; where they do, it is looked at now and then all the same."""

    mode: WatchMode = WatchMode.AUTO
    interval: float = 2.0


class Provider(StrEnum):
    """Who sends a hook: what is signed, and how, differs."""

    GITHUB = "github"
    GITLAB = "gitlab"
    GITEA = "gitea"
    FORGEJO = "forgejo"
    GOGS = "gogs"
    BITBUCKET = "bitbucket"
    """Bitbucket Cloud."""
    BITBUCKET_SERVER = "bitbucket-server"
    """Bitbucket Data Center."""
    AZURE_DEVOPS = "azure-devops"
    GENERIC = "generic"
    """Anything that signs its body with HMAC-SHA256."""


@dataclass(frozen=True, slots=True)
class HookSettings:
    """One hook: `POST /hooks/NAME`. `secrets` are one or, while they are rotated, two: the one in use first. `sources` are woken by it
    (git sources, one at least).

    `user` is for Azure DevOps (basic authentication), `header` for the generic one: where its signature stands, as hex, with or without
    "sha256=". `networks` are the addresses that may call, in CIDR form without host bits (what `ipaddress.ip_network` takes); empty for
    all.
    """

    HEADER: ClassVar[str] = "X-Signature-256"

    name: str
    provider: Provider
    secrets: tuple[Secret, ...]
    sources: tuple[SourceName, ...]
    user: str = ""
    header: str = HEADER
    networks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """The daemon's own web server; `host` None for none, "" for all addresses of this machine, IPv4 and IPv6 (as `asyncio`'s
    `create_server` takes it). An IPv6 address stands without brackets. Port 0 takes a free one.
    """

    host: str | None = None
    port: int = 9464
    hooks: tuple[HookSettings, ...] = ()


@dataclass(frozen=True, slots=True)
class DaemonSettings:
    """`stop_grace` is how long a stop waits for the write that is under way, `reload` whether a changed configuration is read again by
    itself.
    """

    stop_grace: float = 20.0
    reload: bool = True
