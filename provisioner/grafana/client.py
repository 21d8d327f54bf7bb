"""One target's HTTP client: who we are, how often something is tried, and what is certain when it fails.

In: a `Connection`, and requests as path and body. Out: `Reply`, for a write also `Lost`; TargetError for what ends the work on this target.

What is tried again, and why:
  reads    on no connection, time-out, broken answer, 429, 502, 503, 504
  writes   only where they were certainly not done: no connection (refused, no route, no free one), 429, and 503 with Retry-After.
           A 503 alone is no such certainty: Envoy says it too when the connection broke after the request was through.
           After 500, 502, 504, a time-out or a dropped connection only a read can tell.
Secrets never reach a message, and redirects are never followed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from http import HTTPStatus
from threading import Lock
from types import TracebackType
from typing import Self
from urllib.parse import urlencode

import httpx
import stamina

from provisioner.core.secret import Reveal
from provisioner.core.settings import Connection, SessionAuth
from provisioner.grafana import failures
from provisioner.grafana.addresses import without_credentials
from provisioner.grafana.breaks import kind, of_tls, told
from provisioner.grafana.credentials import Credential, Identity, Renewal, Shown
from provisioner.grafana.replies import Lost, Reply
from provisioner.grafana.sessions import Sessions, SignedIn
from provisioner.grafana.streaming import Stream
from provisioner.grafana.transport import open_transport
from provisioner.grafana.waiting import FIRST_WAIT, LONGEST_PATIENCE, LONGEST_WAIT, Waiting, retry_after

ANSWER_BYTES = 64 * 1024 * 1024
"""An answer is read up to here, unpacked. Grafana takes 16 MiB in one dashboard; a search row has about 300 bytes."""

_READ_AGAIN = frozenset({429, 502, 503, 504})

OnRequest = Callable[[str, str, float], None]
"""Told of every attempt: the method, what came of it ("200", "timeout", "refused": no connection, or "error") and the seconds it took, the
whole answer included. Called from the thread that asked; it must neither fail nor block.
"""


@dataclass(frozen=True, slots=True)
class _Request:
    """One request. All but GET may change something. The body may hold a password. `streams` takes a 200 whose body goes on, and which may
    be silent for `silence` seconds.
    """

    path: str
    body: bytes | None = field(default=None, repr=False)
    method: str = "GET"
    accept: str = ""
    streams: list[Stream] | None = field(default=None, repr=False)
    silence: float = 0.0

    @property
    def is_read(self) -> bool:
        """Whether it may be sent again whatever became of it. Whoever asks for a stream knows better when to ask for the next."""
        return self.method == "GET" and self.streams is None

    def __str__(self) -> str:
        return f"{self.method} {self.path.partition('?')[0]}"


class _AgainError(Exception):
    """An attempt that failed in a way that may be tried again. Never leaves this module; its text reaches the log by stamina."""

    def __init__(self, what: str, *, reply: Reply | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.reply = reply

    def after(self, seconds: float) -> None:
        """Let the text say when the next attempt is: stamina's own event knows only the waits that it makes itself."""
        self.args = (f"{self.what}; again in {seconds:.1f} s",)


class _TooMuchError(httpx.TransportError):
    """An answer that is larger than `ANSWER_BYTES`."""


class Client:
    """Requests to one target. Thread-safe; as many at a time as the connection's reads and saves together."""

    def __init__(
        self,
        connection: Connection,
        reveal: Reveal,
        waiting: Waiting | None = None,
        on_request: OnRequest | None = None,
        sessions: Sessions | None = None,
    ) -> None:
        """`sessions` are gone on with. Raises SecretUnreadable, TargetUnauthorised and TargetUnsuitable. Nothing is sent yet."""
        self.site = without_credentials(connection.url)
        self._connection = connection
        self._waiting = waiting or Waiting()
        self._on_request = on_request
        self._identity = self._identified(connection, reveal, sessions)
        self._http = open_transport(connection)
        self._lock = Lock()
        self._requests = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Drops the connections."""
        self._http.close()

    @property
    def waiting(self) -> Waiting:
        """Time and chance, as its requests are sent by."""
        return self._waiting

    @property
    def requests(self) -> int:
        """How many requests were sent so far, retries included."""
        with self._lock:
            return self._requests

    def read(self, path: str, params: Mapping[str, str | int] | None = None, accept: str = "") -> Reply:
        """GET; `accept` is of the resource API. Every status but 3xx, 401 and 407 comes back as a reply. Raises TargetError."""
        reply = self._insisted(_Request(f"{path}?{urlencode(params)}" if params else path, accept=accept))
        if isinstance(reply, Lost):
            raise failures.unreachable(self.site, reply.words)
        return reply

    def stream(self, path: str, params: Mapping[str, str | int], accept: str, silence: float) -> Stream | Reply | Lost:
        """GET of an answer that goes on; it is counted when it begins. A `Reply` where it is not 200, `Lost` where none came within
        `silence` seconds. Raises TargetError.
        """
        streams: list[Stream] = []
        reply = self._insisted(_Request(f"{path}?{urlencode(params)}", accept=accept, streams=streams, silence=silence))
        return streams[0] if streams else reply

    def write(self, path: str, body: bytes, method: str = "POST") -> Reply | Lost:
        """POST or PUT of JSON. `Lost` when it may have been done. Raises TargetError where it was certainly not done."""
        return self._insisted(_Request(path, body, method))

    def delete(self, path: str, body: bytes | None = None) -> Reply | Lost:
        """DELETE. A write like any other: after an answer that leaves it open it is not sent again."""
        return self._insisted(_Request(path, body, method="DELETE"))

    def _insisted(self, request: _Request) -> Reply | Lost:
        """As many attempts as are allowed. stamina counts them and lets the waits grow; the wait itself is ours, so that a stop ends it."""
        pause = 0.0
        last: _AgainError | None = None
        try:
            for attempt in stamina.retry_context(
                on=lambda error: 0.0 if isinstance(error, _AgainError) else False,
                attempts=max(1, self._connection.attempts),
                timeout=None,
                wait_initial=FIRST_WAIT,
                wait_max=LONGEST_WAIT,
                wait_jitter=0,
            ):
                if last is not None and self._waiting.pause(pause):
                    raise last
                with attempt:
                    try:
                        return self._authorised(request)
                    except _AgainError as error:
                        last, pause = error, self._pause(error, attempt.next_wait)
                        error.after(pause)
                        raise
        except _AgainError as error:
            if error.reply is not None:
                return error.reply
            raise failures.unreachable(self.site, error.what) from error.__cause__
        raise AssertionError("stamina ends with the last attempt's error")

    def _pause(self, error: _AgainError, backoff: float) -> float:
        """Retry-After to the letter, else the growing wait and up to as much again."""
        asked = error.reply.retry_after if error.reply else None
        return asked if asked is not None else backoff * (1 + self._waiting.chance())

    def _authorised(self, request: _Request) -> Reply | Lost:
        """One attempt, and another one with a rotated secret or a new session: 401 was certainly not done. Nobody signs in twice for one
        request.
        """
        shown, renewal = self._identity.shown(), Renewal.ANOTHER
        reply = self._judged(request, shown)
        while isinstance(reply, Reply) and reply.status == 401 and renewal is Renewal.ANOTHER:
            renewal = self._identity.renewed(shown)
            if renewal is not Renewal.NOTHING:
                shown = self._identity.shown()
                reply = self._judged(request, shown)
        if isinstance(reply, Lost):
            return reply
        if reply.status == 401:
            raise failures.unauthorised(self.site, reply.words)
        if reply.status == 407:
            raise failures.of_proxy(self.site, reply.words)
        if 300 <= reply.status < 400:
            raise failures.redirected(self.site, self.site + request.path, reply)
        return reply

    def _identified(self, connection: Connection, reveal: Reveal, sessions: Sessions | None) -> Identity:
        if not isinstance(connection.auth, SessionAuth):
            return Credential(connection, reveal)
        session = (sessions or Sessions(self._waiting.clock)).of(connection, connection.auth)
        return SignedIn(session, self._sign_in, reveal)

    def _sign_in(self, body: bytes) -> Reply:
        """Sends user and password. To sign in twice does no harm, so a lost answer is like one that says "later"."""
        request = _Request("/login", body, "POST")
        reply = self._judged(request, Shown())
        if isinstance(reply, Lost):
            raise _AgainError(f"{request}: {reply.words}")
        return reply

    def _judged(self, request: _Request, shown: Shown) -> Reply | Lost:
        """One exchange; raises `_AgainError` for what is worth another attempt."""
        try:
            reply = self._exchange(request, shown)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError) as error:
            raise self._not_sent(request, error) from error
        except _TooMuchError as error:
            if request.is_read:
                raise failures.unsuitable(f"{self.site}: {request}: {error}", "see what answers there") from error
            return Lost(str(error))
        except (httpx.TransportError, httpx.DecodingError) as error:
            return self._broken(request, error)
        patient = reply.retry_after is None or reply.retry_after <= LONGEST_PATIENCE
        if patient and _worth_another(request, reply):
            raise _AgainError(f"{request}: {reply}", reply=reply)
        return reply

    def _not_sent(self, request: _Request, error: httpx.TransportError) -> Exception:
        """No connection was made, so nothing was done. A certificate does not mend itself between two attempts."""
        words = told(error)
        if of_tls(error) is not None:
            step = "see that the name in the url is the certificate's, and that ca_file names the authority that signed it"
            return failures.unreachable(self.site, f"TLS failed: {words}", step)
        if isinstance(error, httpx.ProxyError) and words.startswith("407"):
            return failures.of_proxy(self.site, words)
        return _AgainError(f"{request}: {words}")

    def _broken(self, request: _Request, error: httpx.TransportError | httpx.DecodingError) -> Lost:
        """The connection broke, or the answer did not come, after the request had begun."""
        if not request.is_read:
            return Lost(told(error))
        if of_tls(error) is not None:
            step = "if the server asks for a client certificate, give certificate_file and key_file"
            raise failures.unreachable(self.site, f"TLS failed: {told(error)}", step) from error
        raise _AgainError(f"{request}: {told(error)}") from error

    def _exchange(self, request: _Request, shown: Shown) -> Reply:
        """One attempt, which whoever counts them is told of."""
        begun = self._waiting.clock()
        outcome = "error"
        try:
            reply = self._sent(request, shown)
            outcome = str(reply.status)
            self._identity.noticed(shown, reply)
        except (httpx.TransportError, httpx.DecodingError) as error:
            outcome = kind(error)
            raise
        finally:
            if self._on_request is not None:
                self._on_request(request.method, outcome, self._waiting.clock() - begun)
        return reply

    def _sent(self, request: _Request, shown: Shown) -> Reply:
        """Sends once and reads the whole answer, within the bounds of size and time."""
        headers = dict([shown.header] if shown.header else [])
        if request.accept:
            headers["Accept"] = request.accept
        if request.body is not None:
            # Exactly this: from 8.x on a charset behind it makes the body "bad request data" (reference 1.1).
            headers["Content-Type"] = "application/json"
        with self._lock:
            self._requests += 1
        response, body = self._answered(request, headers)
        return Reply(
            status=response.status_code,
            content_type=response.headers.get("content-type", ""),
            body=self._identity.hidden(body) if response.status_code >= 300 else body,
            retry_after=retry_after(response.headers.get("retry-after"), self._waiting.now()),
            location=response.headers.get("location", ""),
            date=response.headers.get("date", ""),
            cookies=tuple(response.headers.get_list("set-cookie")),
        )

    def _answered(self, request: _Request, headers: dict[str, str]) -> tuple[httpx.Response, bytes]:
        url, timeout = self.site + request.path, self._http.timeout
        if request.streams is not None:
            headers["Accept-Encoding"] = "identity"  # what is packed comes late
            timeout = httpx.Timeout(connect=timeout.connect, read=request.silence, write=timeout.write, pool=timeout.pool)
        asked = self._http.build_request(request.method, url, content=request.body, headers=headers, timeout=timeout)
        response = self._http.send(asked, stream=True)
        if request.streams is not None and response.status_code == HTTPStatus.OK:
            request.streams.append(Stream(response))
            return response, b""
        with closing(response):
            return response, self._body(response)

    def _body(self, response: httpx.Response) -> bytes:
        """The unpacked body. The time-out of the transport is for one read; a server that drips would hold us for ever."""
        begun = self._waiting.clock()
        parts: list[bytes] = []
        size = 0
        for part in response.iter_bytes():
            size += len(part)
            if size > ANSWER_BYTES:
                raise _TooMuchError(f"the answer is larger than {ANSWER_BYTES // 2**20} MiB")
            if self._waiting.clock() - begun > self._connection.timeout:
                raise httpx.ReadTimeout("the answer does not end")
            parts.append(part)
        return b"".join(parts)


def _worth_another(request: _Request, reply: Reply) -> bool:
    if request.is_read:
        return reply.status in _READ_AGAIN
    return is_refusal_to_work(reply)


def is_refusal_to_work(reply: Reply) -> bool:
    """429, and 503 with Retry-After: said instead of the work, never after it. Certain also of a write."""
    return reply.status == 429 or (reply.status == 503 and reply.retry_after is not None)
