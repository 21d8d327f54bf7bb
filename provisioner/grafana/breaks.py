"""What went wrong between us and a server, before there was an answer: in words, and as it is counted.

In: an exception of the transport. Out: texts, and the TLS failure behind it where that is what it was. It decides nothing.
"""

from __future__ import annotations

import ssl

import httpx


def told(error: httpx.TransportError | httpx.DecodingError) -> str:
    """The transport's words; some of its exceptions have none."""
    match error:
        case httpx.ConnectTimeout():
            return "no connection in time"
        case httpx.PoolTimeout():
            return "no free connection in time"
        case httpx.ReadTimeout():
            return "no answer in time"
        case httpx.WriteTimeout():
            return "the request could not be sent in time"
        case _:
            return str(error) or type(error).__name__


def kind(error: httpx.TransportError | httpx.DecodingError) -> str:
    """What an attempt without an answer is counted as: "timeout", "refused" or "error"."""
    if isinstance(error, httpx.TimeoutException):
        return "timeout"
    return "refused" if isinstance(error, httpx.ConnectError) and of_tls(error) is None else "error"


def of_tls(error: BaseException) -> ssl.SSLError | None:
    """The TLS failure behind an exception of the transport, None when it is another."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, ssl.SSLError):
        cause = cause.__cause__ or cause.__context__
    return cause
