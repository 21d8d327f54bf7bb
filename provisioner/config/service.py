"""The daemon's own parts of a configuration: the address it answers at, the hooks, and how it ends.

In: the parts `server` and `daemon`, and what kind each source is. Out: `ServerSettings`, `DaemonSettings`, and problems. No socket is
opened, and of a hook's secret nothing is kept.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Mapping

from provisioner.config.addresses import is_loopback
from provisioner.config.complaints import Complaint, nearest
from provisioner.config.credentials import secret
from provisioner.config.parts import Part, Surroundings
from provisioner.config.quantities import LONGEST
from provisioner.core.model import SourceName
from provisioner.core.secret import Secret
from provisioner.core.service import DaemonSettings, HookSettings, Provider, ServerSettings

LOOPBACK = "127.0.0.1"

Address = tuple[str, int]
"""Host and port. The host "" is every address of this machine."""

_LISTEN = re.compile(r"(?:\[(?P<six>[0-9A-Fa-f:.]+)\]|(?P<host>[A-Za-z0-9.-]*)):(?P<port>[0-9]{1,5})|(?P<alone>[0-9]{1,5})", re.ASCII)
_TELLS_ITS_SECRET: Mapping[Provider, str] = {Provider.GITLAB: "GitLab", Provider.AZURE_DEVOPS: "Azure DevOps"}
_ONLY_FOR: Mapping[str, Provider] = {"user": Provider.AZURE_DEVOPS, "header": Provider.GENERIC}


def daemon(part: Part) -> DaemonSettings:
    """How the daemon ends, and whether it follows its configuration."""
    default = DaemonSettings()
    stop_grace = part.span("stop_grace", default.stop_grace)
    if stop_grace > LONGEST:
        part.complain(Complaint("config-value", "stop_grace is a day at the most", 'write seconds, or text such as "20s"'), "stop_grace")
    return DaemonSettings(stop_grace, part.truth("reload", default=default.reload))


def server(root: Part, around: Surroundings) -> ServerSettings:
    """The web server. Without the part, or with one that is refused, there is none."""
    if not root.has("server"):
        return ServerSettings()
    part, default = root.part("server"), ServerSettings(LOOPBACK)
    address = _listen(part) if part.has("listen") else (LOOPBACK, default.port)
    kinds = {name: _kind(root.part("sources").part(name)) for name in root.part("sources").names()}
    hooks = tuple(_hooks(part.part("hooks"), around, kinds))
    host, port = address or (LOOPBACK, default.port)
    _in_the_clear(part.part("hooks"), host, hooks)
    return ServerSettings(host, port, hooks)


def _listen(part: Part) -> Address | None:
    stated = part.value["listen"]
    if isinstance(stated, bool) or not isinstance(stated, (int, str)):
        return None
    found = listen(str(stated))
    if isinstance(found, Complaint):
        part.complain(found, "listen")
        return None
    return found


def listen(text: str) -> Address | Complaint:
    """Host and port of `127.0.0.1:9464`, `[::1]:9464`, `:9464`, `9464`."""
    match = _LISTEN.fullmatch(text.strip())
    if match is None:
        if text.count(":") > 1 and not set("[/") & set(text):
            return Complaint("config-value", "an IPv6 address stands in brackets", 'write "[::1]:9464"')
        return Complaint("config-value", "this is no address to listen at", 'write "127.0.0.1:9464", ":9464" for all addresses, or a port')
    port = int(match["port"] or match["alone"])
    if port > 65535:
        return Complaint("config-value", f"there is no port {port}", "write a port from 1 to 65535")
    if match["alone"]:
        return LOOPBACK, port
    host = match["six"] or match["host"]
    if host and not _is_host(host, six=bool(match["six"])):
        return Complaint("config-value", f'"{host}" is no address', 'write "127.0.0.1:9464", or ":9464" for all addresses')
    return host, port


def _is_host(host: str, *, six: bool) -> bool:
    """A number where it looks like one; else it may be a name."""
    try:
        return ipaddress.ip_address(host).version == (6 if six else 4)
    except ValueError:
        return not six and re.fullmatch(r"[0-9.]+|.*\.\..*|[-.].*|.*-", host) is None


def _kind(source: Part) -> str:
    """What a source is, as far as it says so; "" where it is refused already."""
    return next((kind for kind in ("git", "directory") if source.has(kind)), "")


def _hooks(part: Part, around: Surroundings, kinds: Mapping[str, str]) -> Iterator[HookSettings]:
    seen: dict[str, str] = {}
    for name in part.names():
        twin = seen.setdefault(name.lower(), name)
        if twin != name:
            part.complain(Complaint("config-conflict", f'"{name}" and "{twin}" differ in case only', "rename one of them"), name)
        hook = part.part(name)
        stated = hook.text("provider")
        provider = None if stated is None else Provider(stated)
        _fits(hook, provider)
        settings = HookSettings(
            name,
            provider or Provider.GENERIC,
            secrets=_secrets(hook, around),
            sources=_sources(part, name, kinds),
            user=hook.text("user") or "",
            header=hook.text("header") or HookSettings.HEADER,
            networks=_networks(hook),
        )
        if provider is not None:
            yield settings


def _fits(hook: Part, provider: Provider | None) -> None:
    """Keys that only one provider knows."""
    if provider is None:
        return
    for key, only in _ONLY_FOR.items():
        if hook.has(key) and provider is not only:
            message = f"{key} is of no use here: only {only} knows one, and the provider is {provider}"
            hook.complain(Complaint("config-conflict", message, "leave it out"), key)
    if provider is Provider.AZURE_DEVOPS and not hook.has("user"):
        message = "azure-devops signs nothing and sends a user with a password, and no user is stated"
        hook.complain(Complaint("config-missing", message, "add user; its password is the secret"), "provider")


def _secrets(hook: Part, around: Surroundings) -> tuple[Secret, ...]:
    """The one in use, then the one before it."""
    if not any(key in {"secret", "secret_file", "secret_env"} for key in hook.names()):
        message = "the hook has no secret: whoever finds its address could call it"
        if hook.value:
            hook.complain(Complaint("config-missing", message, "add secret_file or secret_env"))
    found = (secret(hook, "secret", around), secret(hook, "previous_secret", around))
    return tuple(each for each in found if each is not None)


def _sources(hooks: Part, name: str, kinds: Mapping[str, str]) -> tuple[SourceName, ...]:
    """The sources that are woken: those stated, else the one called like the hook."""
    hook = hooks.part(name)
    stated = hook.value.get("sources")
    if not hook.has("sources"):
        if hook.value and name not in kinds:
            message = f'no source is called "{name}", and the hook names none'
            hooks.complain(Complaint("config-reference", message, "add sources: […], or call the hook like its source"), name)
        elif kinds.get(name) == "directory":
            hooks.complain(_is_watched(name, "add sources: […] with sources from git"), name)
        return (SourceName(name),) if kinds.get(name) == "git" else ()
    for index, each in enumerate(stated if isinstance(stated, list) else ()):
        if isinstance(each, str) and each not in kinds:
            complaint = Complaint("config-reference", f'there is no source "{each}"', nearest(each, tuple(kinds), "the sources are"))
            hook.below("sources").complain(complaint, index)
        elif isinstance(each, str) and kinds[each] == "directory":
            hook.below("sources").complain(_is_watched(each, "leave it out"), index)
    return tuple(SourceName(each) for each in hook.texts("sources") if kinds.get(each) == "git")


def _is_watched(name: str, remedy: str) -> Complaint:
    return Complaint("config-reference", f'"{name}" is a directory, which no push announces: it is watched anyway', remedy)


def _networks(hook: Part) -> tuple[str, ...]:
    stated = hook.value.get("networks")
    found: list[str] = []
    for index, text in enumerate(stated if isinstance(stated, list) else ()):
        network = _network(text) if isinstance(text, str) else None
        if isinstance(network, Complaint):
            hook.below("networks").complain(network, index)
        elif network is not None:
            found.append(network)
    return tuple(dict.fromkeys(found))


def _network(text: str) -> str | Complaint:
    """One address is a network too."""
    try:
        loose = ipaddress.ip_network(text.strip(), strict=False)
    except ValueError:
        shown = text if text.isprintable() and len(text) <= 60 else "this"
        return Complaint("config-value", f'"{shown}" is no network', 'write one such as "192.0.2.0/24", "2001:db8::/32" or "192.0.2.7"')
    address = ipaddress.ip_address(text.strip().partition("/")[0])
    if address != loose.network_address:
        return Complaint("config-value", f'"{text.strip()}" is an address in a network, not a network', f'write "{loose}", or "{address}"')
    return str(loose)


def _in_the_clear(part: Part, host: str, hooks: tuple[HookSettings, ...]) -> None:
    """Most hosts sign with the secret; two send it along, and what listens speaks plain http."""
    if is_loopback(host):
        return
    for hook in hooks:
        if hook.provider in _TELLS_ITS_SECRET and not hook.networks:
            git_host = _TELLS_ITS_SECRET[hook.provider]
            message = f"{git_host} sends the secret itself, and it can be read on the way: what listens here is plain http"
            remedy = "put a proxy with TLS before it, and listen at 127.0.0.1 or state in networks who may call"
            part.complain(Complaint("secret-over-http", message, remedy), hook.name)
