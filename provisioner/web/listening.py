"""Takes the address of the web server, before anything serves there.

In: a host and a port. Out: `Bound`, sockets that listen. A port that is taken is one clear error, and a new configuration can take its
address before the old one lets go. Nothing is answered here yet: who connects waits.
"""

from __future__ import annotations

import errno
import ipaddress
import socket
from collections.abc import Iterable
from contextlib import suppress

from provisioner.core.errors import AddressUnusable

_BACKLOG = 128
_TRIES = 5
"""How often a free port is looked for that is free in both families."""
_NOT_HERE = frozenset({errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT})

_Place = tuple[socket.AddressFamily, tuple[str | int | bytes, ...]]


class Bound:
    """An address that is ours. `address` is as people write it, `url` how it can be reached from this machine. `open_to` says who can reach
    it: only `url`, of an address that is open to all, would look as if nobody else could.
    """

    def __init__(self, host: str, sockets: tuple[socket.socket, ...]) -> None:
        self.sockets = sockets
        self.port: int = sockets[0].getsockname()[1]
        self.address = f"{_bracketed(host)}:{self.port}"
        self.url = f"http://{_bracketed(_reachable(host))}:{self.port}"
        self.open_to = _open_to(each.getsockname()[0] for each in sockets)

    def close(self) -> None:
        """Lets go of it; who waits is refused."""
        for each in self.sockets:
            each.close()


def bind(host: str, port: int, beside: Bound | None = None) -> Bound:
    """Listens at a host: IPv4, IPv6, or a name with all the addresses it stands for; "" and "::" are every address of both families. Port
    0 takes a free one.

    `beside` is our own older one, which may overlap: 127.0.0.1 and 0.0.0.0 at one port. Raises AddressUnusable.
    """
    if not 0 <= port <= 65_535:
        raise _unusable(host, port, "there is no such port", "name a port from 0 to 65535")
    places = _places(host, port)
    if beside is None or beside.port != port:
        return Bound(host, _alone(host, port, places))
    # Linux asks this of every socket at the port. A second daemon does not get in by it: its own socket does not ask to share.
    _share(beside.sockets)
    return Bound(host, _listening(host, port, places, shared=True))


def _alone(host: str, port: int, places: list[_Place]) -> tuple[socket.socket, ...]:
    """A port that is free in one family may be taken in the other: then another one is tried, if any will do."""
    for _ in range(_TRIES - 1 if port == 0 and len(places) > 1 else 0):
        with suppress(AddressUnusable):
            return _listening(host, port, places, shared=False)
    return _listening(host, port, places, shared=False)


def _places(host: str, port: int) -> list[_Place]:
    """What the host stands for, each once, IPv4 first."""
    try:
        found = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError) as error:
        raise _unusable(host, port, f"{host!r} is no address ({_told(error)})", "name an address of this machine, or localhost") from error
    places: dict[_Place, None] = dict.fromkeys((family, address) for family, _, _, _, address in found)
    return sorted(places, key=lambda place: place[0] is not socket.AF_INET)


def _listening(host: str, port: int, places: list[_Place], *, shared: bool) -> tuple[socket.socket, ...]:
    """A socket for each place. One that this machine does not have is passed over when there is another: "localhost" without IPv6."""
    sockets: list[socket.socket] = []
    missing: OSError | None = None
    try:
        for family, address in places:
            chosen = sockets[0].getsockname()[1] if sockets else port
            try:
                both = len(places) == 1 and address[0] == "::"
                sockets.append(_socket(family, (address[0], chosen, *address[2:]), shared=shared, both=both))
            except OSError as error:
                if error.errno not in _NOT_HERE:
                    raise
                missing = error
        if not sockets:
            raise missing or OSError(errno.EADDRNOTAVAIL, "no address")
    except OSError as error:
        for each in sockets:
            each.close()
        raise _explained(host, port, error) from error
    return tuple(sockets)


def _socket(family: socket.AddressFamily, address: tuple[str | int | bytes, ...], *, shared: bool, both: bool) -> socket.socket:
    """`both` lets a socket of IPv6 take IPv4 too, which it may not where another one does."""
    # The protocol is named, or asyncio leaves Nagle's delay on: 40 ms for each answer.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if shared:
            _share([listening])
        if family is socket.AF_INET6:
            listening.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, not both)
        listening.bind(address)
        listening.listen(_BACKLOG)
        listening.settimeout(0)
    except OSError:
        listening.close()
        raise
    return listening


def _share(sockets: Iterable[socket.socket]) -> None:
    for each in sockets:
        # One that was closed meanwhile holds no port.
        with suppress(OSError):
            each.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)


def _explained(host: str, port: int, error: OSError) -> AddressUnusable:
    match error.errno:
        case errno.EADDRINUSE:
            return _unusable(host, port, "something listens there already", "end it, or name another port in server.listen")
        case errno.EACCES:
            return _unusable(host, port, "this user may not take that port", "name one from 1024 on, or grant CAP_NET_BIND_SERVICE")
        case errno.EADDRNOTAVAIL | errno.EAFNOSUPPORT:
            return _unusable(host, port, "this machine has no such address", "name one that it has: 127.0.0.1, or 0.0.0.0 for all")
        case _:
            return _unusable(host, port, _told(error), "name another address in server.listen")


def _unusable(host: str, port: int, why: str, step: str) -> AddressUnusable:
    return AddressUnusable(f"cannot listen at {_bracketed(host)}:{port}: {why}", next_step=step)


def _told(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _open_to(bound: Iterable[str]) -> str:
    addresses = [ipaddress.ip_address(each.partition("%")[0]) for each in bound]
    if any(each.is_unspecified for each in addresses):
        return "all addresses of this machine"
    if all(each.is_loopback for each in addresses):
        return "this machine alone"
    return " and ".join(map(str, addresses))


def _reachable(host: str) -> str:
    """Of "every address" the one that this machine reaches itself by."""
    try:
        address = ipaddress.ip_address(host or "0.0.0.0")  # noqa: S104 - read here, not listened at
    except ValueError:
        return host
    if not address.is_unspecified:
        return host
    return "127.0.0.1" if address.version == 4 else "::1"
