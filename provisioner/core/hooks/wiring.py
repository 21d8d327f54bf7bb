"""From the configuration to hooks and rules, and which addresses may call.

In: settings. Out: values of this room. Nothing here complains: what is wrong in a configuration, `config/` has told already.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

from provisioner.core.hooks.values import Hook, Rule, Wanted
from provisioner.core.service import HookSettings
from provisioner.core.settings import GitSettings, SourceSettings


def wanted_of(source: GitSettings) -> Wanted:
    """What a push must be about to wake this source."""
    return Wanted(source.name, source.url, source.ref_kind, source.ref)


def hooks_of(settings: Iterable[HookSettings], sources: Iterable[SourceSettings]) -> tuple[Hook, ...]:
    """Each hook with the git sources that it wakes, in its own order."""
    known = {each.name: wanted_of(each) for each in sources if isinstance(each, GitSettings)}
    return tuple(Hook(hook, tuple(known[name] for name in hook.sources if name in known)) for hook in settings)


def rule_of(settings: HookSettings, secrets: tuple[str, ...]) -> Rule:
    """How the hook's deliveries are proven, with the texts that its secrets have now."""
    return Rule(settings.provider, secrets, settings.user, settings.header)


def may_call(address: str | None, networks: tuple[str, ...]) -> bool:
    """Whether a client may call. No networks: everybody. An IPv4 address that comes over IPv6 counts as the IPv4 one. No address, or one
    that cannot be read, is in no network.
    """
    if not networks:
        return True
    try:
        client = ipaddress.ip_address((address or "").partition("%")[0])
    except ValueError:
        return False
    mapped = client.ipv4_mapped if isinstance(client, ipaddress.IPv6Address) else None
    return any(_holds(network, mapped or client) for network in networks)


def _holds(network: str, client: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    try:
        return client in ipaddress.ip_network(network.strip(), strict=False)
    except ValueError:
        return False
