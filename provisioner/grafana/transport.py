"""The connections to one target: TLS, proxy, pool and time-outs, as one `httpx.Client`.

In: a `Connection`. Out: the client, without credentials in it. Redirects are never followed: a token would travel along.
"""

from __future__ import annotations

import ssl
import urllib.request
from http.cookiejar import CookieJar, DefaultCookiePolicy
from urllib.parse import urlsplit

import httpx

from provisioner import __version__
from provisioner.core.errors import TargetUnsuitable
from provisioner.core.settings import Connection, SessionAuth, Tls
from provisioner.grafana.addresses import without_credentials
from provisioner.grafana.failures import unsuitable

CONNECT_SECONDS = 10.0
"""A host that is there accepts within a blink; a longer time-out of the settings does not make this one longer."""

MOST_SAVES = 8
"""At a time where nobody states a number: what suits the API that wants most (reference 0.1)."""

IDLE_SECONDS = 30.0
"""A connection idle for longer is not used again: load balancers drop theirs after 60 seconds, some without a word."""


def open_transport(connection: Connection) -> httpx.Client:
    """Raises TargetUnsuitable for a url, certificate or proxy that cannot be used."""
    site = without_credentials(connection.url)
    _check_url(site)
    size = max(1, connection.reads + (connection.saves or MOST_SAVES))
    seconds = connection.timeout
    headers = {"User-Agent": f"provisioner/{__version__}", "Accept": "application/json"}
    if connection.org_id is not None:
        headers["X-Grafana-Org-Id"] = str(connection.org_id)
    try:
        return httpx.Client(
            headers=headers,
            # A session's cookies are kept beside it: here, one that has ended would go with the next sign-in.
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())) if isinstance(connection.auth, SessionAuth) else None,
            verify=_context(connection.tls, site) if _meets_tls(connection, site) else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
            proxy=connection.proxy,
            trust_env=connection.proxy is None,
            timeout=httpx.Timeout(seconds, connect=min(seconds, CONNECT_SECONDS)),
            limits=httpx.Limits(max_connections=size, max_keepalive_connections=size, keepalive_expiry=IDLE_SECONDS),
            follow_redirects=False,
        )
    except (ValueError, ImportError, httpx.InvalidURL) as error:
        raise _bad_proxy(connection, site) from _nameless(error)


def _check_url(site: str) -> None:
    try:
        parts = urlsplit(site)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
        httpx.URL(site)
    except (ValueError, httpx.InvalidURL):
        usable = False
    if not usable:
        raise unsuitable(
            f"{site} is no address of a server",
            "write the url as https://grafana.example, with its sub-path if it has one",
        )


def _meets_tls(connection: Connection, site: str) -> bool:
    """Whether certificates matter at all. Reading the system's authorities takes longer than ten saves."""
    return site.startswith("https:") or connection.tls != Tls() or connection.proxy is not None or bool(urllib.request.getproxies())


def _context(tls: Tls, site: str) -> ssl.SSLContext:
    """The authorities: our own file alone where one is given, else the system's, else those that httpx brings along."""
    try:
        if tls.ca_file is not None:
            context = ssl.create_default_context(cafile=tls.ca_file)
        elif any(ssl.get_default_verify_paths()[:2]):
            context = ssl.create_default_context()
        else:
            context = httpx.create_ssl_context()
        if tls.certificate_file is not None:
            # Without a password of its own OpenSSL would ask on the terminal for an encrypted key, and wait.
            context.load_cert_chain(tls.certificate_file, tls.key_file, password=lambda: "")
    except (OSError, ValueError) as error:
        files = ", ".join(filter(None, (tls.ca_file, tls.certificate_file, tls.key_file))) or "the system's authorities"
        raise TargetUnsuitable(
            f"the TLS files for {site} cannot be used ({files}): {error}",
            next_step="give PEM files that can be read, the key without a passphrase and belonging to the certificate",
        ) from error
    return context


def _bad_proxy(connection: Connection, site: str) -> TargetUnsuitable:
    if connection.proxy is not None:
        named = without_credentials(connection.proxy)
    else:
        named = ", ".join(sorted(without_credentials(url) for url in urllib.request.getproxies().values()))
    return unsuitable(
        f"the proxy on the way to {site} cannot be used: {named}",
        "name a proxy as http://host:port or https://host:port; SOCKS is not spoken",
    )


def _nameless(error: Exception) -> Exception:
    """The same kind of cause without its text: it may repeat the proxy's url, password included."""
    return type(error)("the text is left out: it may carry the proxy's password").with_traceback(error.__traceback__)
