"""Sessions: user and password are given once, at POST /login, and a cookie goes with every request from then on.

In: user, password, and a way to send the sign-in. Out: `Shown` with the cookie, which is kept in memory alone. Signed in again when a
request is answered with 401: by one thread, while the others wait for it. A cookie that the server renews is taken over; one that belongs
to an earlier sign-in, or came with a refusal, is not. A password that was refused is not sent again for a while, unless its file changed.

Why: Grafana hashes a key or password at every request, and looks a cookie up (reference 0.1: 6.7.4 answers 36 reads a second with a token,
142 with a cookie; 9.3.2 129 and 282).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from threading import Lock

from provisioner.core.errors import SecretUnreadable, TargetUnauthorised
from provisioner.core.payload import encode
from provisioner.core.secret import Reveal
from provisioner.core.settings import Connection, SessionAuth
from provisioner.grafana import failures
from provisioner.grafana.addresses import without_credentials
from provisioner.grafana.credentials import Renewal, Shown, blanked
from provisioner.grafana.replies import Reply

REFUSED_REST = 150.0
"""Seconds in which a refused password is not sent again. Grafana locks a user for five minutes after five of them within five minutes."""

SignIn = Callable[[bytes], Reply]
"""Sends POST /login with this body, without any cookie. Raises TargetUnreachable."""


class Session:
    """One user's session on one server, for as many clients as there are. Thread-safe."""

    def __init__(self, site: str, auth: SessionAuth, clock: Callable[[], float]) -> None:
        """`clock` gives seconds that never run backwards."""
        self._site = site
        self._auth = auth
        self._clock = clock
        self._signing = Lock()
        self._values = Lock()
        self._cookies: dict[str, str] = {}
        self._number = 0
        self._password = ""
        self._refused: tuple[str, float, str] | None = None

    def shown(self, sign_in: SignIn, reveal: Reveal) -> Shown:
        """The cookie; without one, signs in. Raises TargetUnauthorised."""
        found = self._now()
        if found.header is None:
            self._signed_in(found, sign_in, reveal)
            found = self._now()
        return found

    def renewed(self, refused: Shown, sign_in: SignIn, reveal: Reveal) -> Renewal:
        """Signs in, unless somebody has by now, or the server gave another cookie. Raises TargetUnauthorised."""
        return self._signed_in(refused, sign_in, reveal)

    def noticed(self, shown: Shown, reply: Reply) -> None:
        """Takes over what the server sets. With a 401 it only takes the cookie away, and late answers speak of a session that is gone."""
        if not reply.cookies or reply.status == 401 or not shown.session:
            return
        with self._values:
            if shown.session == self._number:
                self._cookies = _with(self._cookies, reply.cookies)

    def hidden(self, body: bytes) -> bytes:
        """The bytes without password and cookies."""
        with self._values:
            secrets = [self._password, *self._cookies.values()]
        return blanked(body, secrets)

    def _now(self) -> Shown:
        with self._values:
            together = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
            return Shown(("Cookie", together) if together else None, self._number)

    def _signed_in(self, before: Shown, sign_in: SignIn, reveal: Reveal) -> Renewal:
        with self._signing:
            now = self._now()
            if now.header is not None and now != before:
                return Renewal.ANOTHER
            password = self._revealed(reveal)
            self._unless_refused(password)
            with self._values:
                self._password = password  # from now on it may come back in an answer
            reply = sign_in(encode({"user": self._auth.user, "password": password}))
            cookies = _with({}, reply.cookies)
            if not reply.ok or not cookies:
                raise self._not_signed_in(reply, password)
            with self._values:
                self._cookies, self._number, self._refused = cookies, self._number + 1, None
            return Renewal.SIGNED_IN

    def _revealed(self, reveal: Reveal) -> str:
        try:
            return reveal(self._auth.password)
        except SecretUnreadable as error:
            raise TargetUnauthorised(f"the password cannot be read: {error.message}", next_step=error.next_step) from error

    def _unless_refused(self, password: str) -> None:
        if self._refused is None or self._refused[0] != password:
            return
        ago = self._clock() - self._refused[1]
        if ago < REFUSED_REST:
            raise failures.not_signed_in(self._site, f"{self._refused[2]} ({ago:.0f} s ago)")

    def _not_signed_in(self, reply: Reply, password: str) -> Exception:
        """What keeps us out: the password, or that there is no form (401 "Login is disabled", 400 or 404: read in the source)."""
        words = reply.words
        if reply.status == 401 and "disabled" not in words.lower():
            self._refused = (password, self._clock(), words)
            return failures.not_signed_in(self._site, words)
        if 300 <= reply.status < 400:
            return failures.redirected(self._site, f"{self._site}/login", reply)
        if reply.status == 407:
            return failures.of_proxy(self._site, words)
        if reply.status == 429 or reply.status >= 500:
            return failures.of_read(self._site, "the sign-in", reply)
        said = words if reply.status == 401 else failures.saying(reply)
        return failures.no_sign_in(self._site, f"{said} and no cookie" if reply.ok else said)


class SignedIn:
    """A session as one client uses it: an `Identity`."""

    def __init__(self, session: Session, sign_in: SignIn, reveal: Reveal) -> None:
        self._session = session
        self._sign_in = sign_in
        self._reveal = reveal

    def shown(self) -> Shown:
        return self._session.shown(self._sign_in, self._reveal)

    def renewed(self, refused: Shown) -> Renewal:
        return self._session.renewed(refused, self._sign_in, self._reveal)

    def noticed(self, shown: Shown, reply: Reply) -> None:
        self._session.noticed(shown, reply)

    def hidden(self, body: bytes) -> bytes:
        return self._session.hidden(body)


class Sessions:
    """The sessions of one process, so that a pass goes on with the cookie of the one before. Gone with the process."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = Lock()
        self._known: dict[tuple[str, SessionAuth], Session] = {}

    def of(self, connection: Connection, auth: SessionAuth) -> Session:
        """That of this user on this server, whatever the organisation: which one is meant goes with each request."""
        site = without_credentials(connection.url)
        with self._lock:
            return self._known.setdefault((site, auth), Session(site, auth, self._clock))


def _with(cookies: Mapping[str, str], set_cookies: Iterable[str]) -> dict[str, str]:
    """The cookies after these `Set-Cookie` headers. Where and for how long one holds is of no interest: there is one server, and a 401
    tells when the session has ended.
    """
    found = dict(cookies)
    for each in set_cookies:
        pair, *attributes = each.split(";")
        name, is_pair, value = pair.partition("=")
        name, value = name.strip(), value.strip()
        if not is_pair or not name or not f"{name}{value}".isascii() or not f"{name}{value}".isprintable():
            continue
        if not value or any(_ends(attribute) for attribute in attributes):
            found.pop(name, None)
        else:
            found[name] = value
    return found


def _ends(attribute: str) -> bool:
    name, _, value = attribute.strip().partition("=")
    return name.lower() == "max-age" and value.strip().startswith(("-", "0"))
