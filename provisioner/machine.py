"""Looks at this machine: whether an address is free to listen at. In: host and port. Out: the address in words, or AddressTaken."""

from __future__ import annotations

import socket

from provisioner.core.errors import ProvisionerError


class AddressTaken(ProvisionerError):
    """Nothing can listen there."""


def try_address(host: str, port: int) -> str:
    """Takes the address as the web server would, and lets go of it. "" is every address. Raises AddressTaken."""
    shown = f"{f'[{host}]' if ':' in host else host}:{port}"
    try:
        found = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        for family, kind, protocol, _, address in found:
            with socket.socket(family, kind, protocol) as tried:
                tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as servers do: a port that was just left is free
                if family == socket.AF_INET6:
                    tried.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                tried.bind(address)
                tried.listen(1)
    except PermissionError as error:
        raise AddressTaken(f"{shown} may not be listened at", next_step="take a port above 1023") from error
    except OSError as error:
        next_step = "correct server.listen, or end what listens there"
        raise AddressTaken(f"nothing can listen at {shown}: {error.strerror or error}", next_step=next_step) from error
    return shown
