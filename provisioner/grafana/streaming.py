"""An answer that goes on: lines as they come, until somebody ends it.

In: a response whose body nobody has read. Out: `Stream`, whole lines of bounded length. It knows nothing of what the lines say.
"""

from __future__ import annotations

import socket
from collections.abc import Generator
from contextlib import closing, suppress

import httpx

from provisioner.grafana.breaks import told
from provisioner.grafana.replies import readable

LINE_BYTES = 32 * 1024 * 1024
"""A server that ignores that metadata is enough sends whole dashboards, which are up to 16 MiB."""


class StreamBroken(Exception):
    """The stream did not end as it should: the connection broke, or nothing came for too long."""


class LineTooLong(Exception):
    """More bytes than are allowed, without an end."""


class Stream:
    """One thread reads; `close` may come from any."""

    def __init__(self, response: httpx.Response) -> None:
        """`response` belongs to it from now on."""
        self._response = response

    def lines(self, most: int = LINE_BYTES) -> Generator[bytes, None, None]:
        """Without their ends, and without empty ones; to the end of the answer. What has no end at the end is no line: it was cut off.
        `most` is how many bytes one may have. Raises StreamBroken and LineTooLong.
        """
        rest = bytearray()
        with closing(self._response):
            try:
                for part in self._response.iter_bytes():
                    seen = len(rest)
                    rest += part
                    while (end := rest.find(b"\n", seen)) >= 0:
                        line = bytes(rest[:end]).strip()
                        del rest[: end + 1]
                        seen = 0
                        if line:
                            yield line
                    if len(rest) > most:
                        raise LineTooLong
            except (httpx.TransportError, httpx.DecodingError) as error:
                words = "nothing came for too long" if isinstance(error, httpx.TimeoutException) else readable(told(error))
                raise StreamBroken(words) from error

    def close(self) -> None:
        """Ends the reading, also where it waits. To close the socket would not wake who waits for it; to shut it down does."""
        stream = self._response.extensions.get("network_stream")
        found = None if stream is None else stream.get_extra_info("socket")
        if isinstance(found, socket.socket):
            with suppress(OSError):
                # Not by the method of a TLS socket, which would take the session from under the one who reads.
                socket.socket.shutdown(found, socket.SHUT_RDWR)
