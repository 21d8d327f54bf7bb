"""Tells systemd how the daemon fares: sd_notify(3), a datagram to the socket that NOTIFY_SOCKET names.

In: the environment. Out: messages; without the variable, or when nobody listens, nothing happens. It never fails and never blocks.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Mapping
from contextlib import suppress

_MOST = 512
"""Bytes of a status line: nobody reads more of it."""


class Systemd:
    """`watchdog` is after how many seconds systemd takes the daemon for hung, None when it does not look."""

    def __init__(self, environment: Mapping[str, str], pid: int) -> None:
        self._address = _address(environment.get("NOTIFY_SOCKET", ""))
        self.watchdog = _watchdog(environment, pid)

    def ready(self) -> None:
        """It works: after the start, and after a reload."""
        self._send("READY=1")

    def reloading(self) -> None:
        """The configuration is read again. systemd wants to know when that began, by its own clock (Type=notify-reload)."""
        self._send(f"RELOADING=1\nMONOTONIC_USEC={time.monotonic_ns() // 1000}")

    def stopping(self) -> None:
        """It ends."""
        self._send("STOPPING=1")

    def alive(self) -> None:
        """It makes progress."""
        self._send("WATCHDOG=1")

    def status(self, words: str) -> None:
        """One line for `systemctl status`."""
        self._send("STATUS=" + " ".join(words.split()).encode()[:_MOST].decode(errors="ignore"))

    def _send(self, message: str) -> None:
        if self._address is not None:
            with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel:
                channel.settimeout(0)
                channel.sendto(message.encode(), self._address)


def _address(stated: str) -> str | None:
    """A path, or "@name" for an abstract socket. Other forms (vsock) are for machines that are managed from outside."""
    if stated.startswith("@"):
        return "\0" + stated[1:]
    return stated if stated.startswith("/") else None


def _watchdog(environment: Mapping[str, str], pid: int) -> float | None:
    """WATCHDOG_USEC, where it is meant for this process."""
    stated, meant = environment.get("WATCHDOG_USEC", ""), environment.get("WATCHDOG_PID", "")
    if not (stated.isascii() and stated.isdigit() and int(stated)) or (meant and meant != str(pid)):
        return None
    return int(stated) / 1_000_000
