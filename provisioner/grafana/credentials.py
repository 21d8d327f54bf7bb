"""Who we say we are: the `Authorization` header of one target, renewed when a file is rotated.

In: how the target is authenticated, and `Reveal`. Out: the header for the next request, and the texts that may never be shown.
The secret is read at the start, and again after a 401: a token that was renewed in its file works without a restart.
"""

from __future__ import annotations

import base64
from threading import Lock

from provisioner.core.errors import SecretUnreadable, TargetUnauthorised
from provisioner.core.secret import Reveal, Secret
from provisioner.core.settings import BasicAuth, Connection, TokenAuth
from provisioner.grafana.addresses import credentials_of

_LONG_ENOUGH = 8
"""Shorter secrets are not looked for in a server's words: they would blank out ordinary ones."""


class Credential:
    """The credential of one target. Thread-safe."""

    def __init__(self, connection: Connection, reveal: Reveal) -> None:
        """Raises SecretUnreadable, and TargetUnauthorised for a secret that cannot stand in a header."""
        self._connection = connection
        self._reveal = reveal
        self._lock = Lock()
        self._header, self._secret = self._read()

    @property
    def header(self) -> str | None:
        """What to send as `Authorization`; None for nobody."""
        with self._lock:
            return self._header

    def renewed(self, refused: str | None) -> bool:
        """Whether there is another header than the refused one by now. Raises TargetUnauthorised when the file cannot be read."""
        with self._lock:
            if self._header == refused:
                try:
                    self._header, self._secret = self._read()
                except SecretUnreadable as error:
                    raise TargetUnauthorised(
                        f"401, and the secret could not be read anew: {error.message}", next_step=error.next_step
                    ) from error
            return self._header != refused

    def hidden(self, body: bytes) -> bytes:
        """The same bytes with our secret blanked out: some proxies print the request in their error pages."""
        with self._lock:
            secrets = [self._header.partition(" ")[2] if self._header else "", self._secret]
        for secret in secrets:
            if len(secret) >= _LONG_ENOUGH:
                body = body.replace(secret.encode(), b"(secret)")
        return body

    def _read(self) -> tuple[str | None, str]:
        """Header and secret, read anew."""
        match self._connection.auth:
            case TokenAuth(token):
                text = self._reveal(token).strip()
                if not text or not text.isascii() or not text.isprintable() or " " in text:
                    raise _unusable(token)
                return f"Bearer {text}", text
            case BasicAuth(user, password):
                text = self._reveal(password)
                return _basic(user, text), text
            case None:
                found = credentials_of(self._connection.url)
                return (_basic(*found), found[1]) if found else (None, "")


def _basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def _unusable(secret: Secret) -> TargetUnauthorised:
    return TargetUnauthorised(
        f"what {secret.setting} names is no token: it is empty, or has spaces, line breaks or letters that no token has",
        next_step="put the token alone into the file",
    )
