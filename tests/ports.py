"""A port that is a test's own: nobody listens there, and the kernel gives it to nobody else meanwhile.

A port that was asked for and let go belongs to whoever asks next, and the tests of another process do so all the time. One that is held
but not listened at refuses connections; a server of the test's may listen there, if it sets SO_REUSEADDR, as servers do.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def reserved_port() -> Iterator[int]:
    """A port of 127.0.0.1, for as long as the block lasts."""
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind(("127.0.0.1", 0))
        port: int = holder.getsockname()[1]
        yield port
