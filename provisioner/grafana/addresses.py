"""Addresses: what may be shown of a url, how a uid stands in a path, and where people see a dashboard or folder.

In: urls and paths as settings and servers give them. Out: text. Never a user name or password out of a url.
"""

from __future__ import annotations

from urllib.parse import quote, unquote, urlsplit, urlunsplit

from provisioner.core.model import ROOT, FolderUid, Uid

_ROOT_SPELLINGS = frozenset({"", "general"})
"""Both mean the root when a server says them (reference 3.2)."""


def without_credentials(url: str) -> str:
    """The url without user, password, query and fragment: what may be shown, and what requests are built on."""
    try:
        parts = urlsplit(url)
        return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path.rstrip("/"), "", ""))
    except ValueError:
        return "(a url that cannot be read)"


def credentials_of(url: str) -> tuple[str, str] | None:
    """User and password that a url carries, None when it carries none."""
    user, at, _ = urlsplit(url).netloc.rpartition("@")
    name, _, password = user.partition(":")
    return (unquote(name), unquote(password)) if at else None


def is_askable(uid: str) -> bool:
    """Whether a uid can stand in a path as a name: an empty one, "." and ".." would ask for something else.

    Nor one with a slash, which no server takes: 6.7 unpacks it into a route that it does not know, and answers 200 with its web page.
    """
    return bool(uid.strip(".")) and "/" not in uid


def segment(uid: str) -> str:
    """A uid as one segment of a path."""
    return quote(uid, safe="")


def page_of(site: str, path: object, kind: str, uid: str) -> str:
    """The absolute url of a page. `kind` is "d" or "dashboards/f".

    Servers give the path with the sub-path of their own `root_url`, which need not be the one that we reach them by:
    only what follows it is taken.
    """
    plain = f"/{kind}/{segment(uid)}"
    said = urlsplit(path).path if isinstance(path, str) and path.isprintable() else ""
    place = said.find(plain)
    return site + (said[place:] if place >= 0 else plain)


def folder_in(path: object) -> FolderUid | None:
    """The uid in a folder's url, "/dashboards/f/folder-a/folder-a": 5 to 7 name a dashboard's folder in no other way."""
    if not isinstance(path, str):
        return None
    _, found, rest = path.partition("/dashboards/f/")
    uid = unquote(rest.partition("/")[0])
    return FolderUid(uid) if found and uid else None


def home_in(path: object) -> Uid | None:
    """The uid in the address of a dashboard that a server sends people to, "/d/emoji/some-title"; None when it names none."""
    if not isinstance(path, str):
        return None
    _, found, rest = urlsplit(path).path.partition("/d/")
    uid = unquote(rest.partition("/")[0])
    return Uid(uid) if found and uid else None


def folder_uid(value: object) -> FolderUid:
    """A folder's uid as a server gives it, every spelling of the root made one."""
    return FolderUid(value) if isinstance(value, str) and value not in _ROOT_SPELLINGS else ROOT
