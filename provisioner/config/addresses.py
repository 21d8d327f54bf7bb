"""Urls: of a Grafana server, of a proxy, of a git repository. In: text. Out: the address in its plain form, or the complaint. Pure.

No complaint quotes a url: it may carry a password.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal
from urllib.parse import SplitResult, quote, urlsplit

from provisioner.config.complaints import Complaint

Transport = Literal["http", "https", "ssh", "file"]

_HELPER = re.compile(r"[A-Za-z0-9][A-Za-z0-9+.-]*::")
_SCP = re.compile(r"(?:(?P<user>[^/:@\s]+)@)?(?P<host>\[[0-9A-Fa-f:.]+\]|[^/:@\s]+):(?P<path>.+)")
_IN_URL = Complaint("secret-in-url", "the url carries a user or a password")
_TRANSPORTS: dict[str, Transport] = {"http": "http", "https": "https", "ssh": "ssh", "git+ssh": "ssh", "ssh+git": "ssh", "file": "file"}


@dataclass(frozen=True, slots=True)
class Address:
    """A url without credentials, and how it is reached."""

    url: str
    transport: Transport
    host: str

    @property
    def is_open(self) -> bool:
        """What is sent can be read on the way: plain http to another machine."""
        return self.transport == "http" and not is_loopback(self.host)


def is_loopback(host: str) -> bool:
    """The host is this machine, by name or number."""
    name = host.rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def server(text: str) -> Address | Complaint:
    """The address of a Grafana server, without a slash at the end."""
    return _web(text, "https://grafana.example")


def proxy(text: str) -> Address | Complaint:
    """The address of an http proxy."""
    return _web(text, "http://proxy.example:3128")


def repository(text: str, resolved: Callable[[str], str | Complaint]) -> Address | Complaint:
    """The address of a git repository. A path on this machine becomes `file://`, since only so git fetches no more than it is asked for."""
    if _HELPER.match(text) or text.startswith("-"):
        return _value("the url is none of https, ssh, file or a path", "write https://…, ssh://…, git@host:path, file:///… or a path")
    if "://" in text:
        return _repository_url(text)
    match = _SCP.fullmatch(text)
    if match and not text.startswith(("/", ".", "~")):
        if "@" in match["path"].split("/")[0]:
            return _IN_URL
        if match["host"].startswith("-") or (match["user"] or "").startswith("-"):
            return _value("the url's host begins with a dash")
        return Address(text, "ssh", match["host"].strip("[]")) if text == text.strip() else _spaces(text)
    path = resolved(text)
    return path if isinstance(path, Complaint) else Address(f"file://{quote(path)}", "file", "")


def _repository_url(text: str) -> Address | Complaint:
    parts = _split(text)
    if isinstance(parts, Complaint):
        return parts
    transport = _TRANSPORTS.get(parts.scheme)
    if transport is None:
        return _value(f'git over "{parts.scheme}://" is not supported', "write https://…, ssh://…, git@host:path, file:///… or a path")
    if transport == "file":
        here = parts.netloc in {"", "localhost"} and len(parts.path) > 1
        return (
            Address(text, "file", "") if here else _value("the file url has no absolute path", "write file:///path/of/the/repository.git")
        )
    if (transport != "ssh" and "@" in parts.netloc) or parts.password is not None:
        return _IN_URL
    if parts.query or parts.fragment:
        return _value('the url has a query ("?…") or a fragment ("#…")', "leave it out; the branch has a key of its own")
    if not parts.hostname or parts.hostname.startswith("-") or parts.netloc.startswith("-"):
        return _value("the url has no host", "write https://git.example/path.git")
    if not parts.path.strip("/"):
        return _value("the url names a host but no repository", f"write {parts.scheme}://{parts.hostname}/path.git")
    return Address(text, transport, parts.hostname)


def _web(text: str, example: str) -> Address | Complaint:
    if "@" in text.rpartition("://")[2].partition("/")[0]:
        return _IN_URL
    if "://" not in text:
        return _value("the url has no scheme", f"write https://{text.strip()}, or http://" if text.strip().isprintable() else "")
    parts = _split(text)
    if isinstance(parts, Complaint):
        return parts
    if parts.scheme not in {"http", "https"}:
        return _value("the url is neither https:// nor http://", f"write a url such as {example}")
    if not parts.hostname:
        return _value("the url has no host", f"write a url such as {example}")
    if parts.query or parts.fragment or text.endswith(("?", "#")):
        return _value('the url has a query ("?…") or a fragment ("#…")', "leave it out")
    return Address(text.rstrip("/"), "https" if parts.scheme == "https" else "http", parts.hostname)


def _split(text: str) -> SplitResult | Complaint:
    if text != text.strip() or any(each.isspace() for each in text):
        return _spaces(text)
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return _value("the url has a host or a port that cannot be", "write https://host:port/path, the port from 1 to 65535")
    return _value("the url has port 0", "write a port from 1 to 65535") if port == 0 else parts


def _spaces(text: str) -> Complaint:
    where = "around it" if text.strip() and not any(each.isspace() for each in text.strip()) else "in it"
    return _value(f"the url has a space {where}", "take the space out")


def _value(message: str, remedy: str = "") -> Complaint:
    return Complaint("config-value", message, remedy)
