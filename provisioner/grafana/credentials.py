"""Who we say we are to one target: what goes with each request, and what is done when it is refused.

In: how the target is authenticated, and `Reveal`. Out: `Shown` for the next request, and the texts that may never be shown to people.
    token, basic   the `Authorization` header. The secret is read at the start, and again after a 401: a token that was renewed in its file
                   works without a restart
    session        a cookie (`sessions.py`)
"""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from threading import Lock
from typing import Protocol

from provisioner.core.errors import SecretUnreadable, TargetUnauthorised
from provisioner.core.secret import Reveal, Secret
from provisioner.core.settings import BasicAuth, Connection, TokenAuth
from provisioner.grafana.addresses import credentials_of
from provisioner.grafana.replies import Reply

_LONG_ENOUGH = 8
"""Shorter secrets are not looked for in a server's words: they would blank out ordinary ones."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What one request shows of who we are. `session` is the number of the sign-in that it rests on, 0 without one."""

    header: tuple[str, str] | None = field(default=None, repr=False)
    session: int = 0


class Renewal(Enum):
    """What there is instead of what was refused."""

    NOTHING = "nothing"
    ANOTHER = "another, which was there already"
    SIGNED_IN = "another, made for this"


class Identity(Protocol):
    """Who we are to one target. Thread-safe. Each method that shows or renews raises TargetUnauthorised where there is nothing to show."""

    def shown(self) -> Shown:
        """What to send with the next request."""
        ...

    def renewed(self, refused: Shown) -> Renewal:
        """Whether there is something else than what was answered with 401."""
        ...

    def noticed(self, shown: Shown, reply: Reply) -> None:
        """Sees an answer: it may bring a new cookie."""
        ...

    def hidden(self, body: bytes) -> bytes:
        """The same bytes with our secrets blanked out: some proxies print the request in their error pages."""
        ...


class Credential:
    """A token, or user and password, in the `Authorization` header; or nobody."""

    def __init__(self, connection: Connection, reveal: Reveal) -> None:
        """Raises SecretUnreadable, and TargetUnauthorised for a secret that cannot stand in a header."""
        self._connection = connection
        self._reveal = reveal
        self._lock = Lock()
        self._shown, self._secret = self._read()

    def shown(self) -> Shown:
        with self._lock:
            return self._shown

    def renewed(self, refused: Shown) -> Renewal:
        """Raises TargetUnauthorised when the file cannot be read."""
        with self._lock:
            if self._shown == refused:
                try:
                    self._shown, self._secret = self._read()
                except SecretUnreadable as error:
                    raise TargetUnauthorised(
                        f"401, and the secret could not be read anew: {error.message}", next_step=error.next_step
                    ) from error
            return Renewal.NOTHING if self._shown == refused else Renewal.ANOTHER

    def noticed(self, shown: Shown, reply: Reply) -> None:
        """Cookies mean nothing to it."""

    def hidden(self, body: bytes) -> bytes:
        with self._lock:
            header = self._shown.header
            secrets = [header[1].partition(" ")[2] if header else "", self._secret]
        return blanked(body, secrets)

    def _read(self) -> tuple[Shown, str]:
        """What is shown and the secret, read anew."""
        match self._connection.auth:
            case TokenAuth(token):
                text = self._reveal(token).strip()
                if not text or not text.isascii() or not text.isprintable() or " " in text:
                    raise _unusable(token)
                return _authorization(f"Bearer {text}"), text
            case BasicAuth(user, password):
                text = self._reveal(password)
                return _basic(user, text), text
            case _:
                found = credentials_of(self._connection.url)
                return (_basic(*found), found[1]) if found else (Shown(), "")


def blanked(body: bytes, secrets: Iterable[str]) -> bytes:
    """The body without these secrets."""
    for secret in secrets:
        if len(secret) >= _LONG_ENOUGH:
            body = body.replace(secret.encode(), b"(secret)")
    return body


def _authorization(value: str) -> Shown:
    return Shown(("Authorization", value))


def _basic(user: str, password: str) -> Shown:
    return _authorization("Basic " + base64.b64encode(f"{user}:{password}".encode()).decode())


def _unusable(secret: Secret) -> TargetUnauthorised:
    return TargetUnauthorised(
        f"what {secret.setting} names is no token: it is empty, or has spaces, line breaks or letters that no token has",
        next_step="put the token alone into the file",
    )
