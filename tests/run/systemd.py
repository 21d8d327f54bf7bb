"""systemd, as far as a service sees it: the socket that NOTIFY_SOCKET names."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.run.child import PATIENCE


class Listener:
    """Each message is waited for once, in order: those before it are passed over."""

    def __init__(self, channel: socket.socket, path: Path) -> None:
        self.path = path
        self.heard: list[str] = []
        self._channel = channel

    def wait_for(self, beginning: str, within: float = PATIENCE) -> str:
        """The next message that begins so."""
        latest = time.monotonic() + within
        while True:
            self._channel.settimeout(max(0.001, latest - time.monotonic()))
            try:
                message = self._channel.recv(4096).decode()
            except TimeoutError:
                raise AssertionError(f"no {beginning} after {self.heard[-10:]}") from None
            self.heard.append(message)
            if message.startswith(beginning):
                return message


@contextmanager
def listening(place: Path) -> Iterator[Listener]:
    path = place / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.bind(str(path))
        yield Listener(channel, path)
