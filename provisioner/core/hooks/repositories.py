"""Whether a payload speaks of a source's repository.

In: the source's url, and the names and urls that a payload gives. Out: whether one of them is the same repository.

What is compared is the path, from its end: not the host, since a forge has many (inside a cluster and outside, `ssh.github.com`, a port),
and a payload names the outer one. A hook is a hint behind a secret of one forge: taking one too many costs one look-up of a ref, taking one
too few makes a push wait for the next poll.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import unquote, urlsplit

Path = tuple[str, ...]

_SCP = re.compile(r"(?:[^/:@\s]+@)?(?P<host>\[[0-9A-Fa-f:.]+\]|[^/:@\s]+):(?P<path>.+)")
_AZURE_HOSTS = ("dev.azure.com", "visualstudio.com")
_COLLECTION = "defaultcollection"
_MARKS = frozenset({"_git", "_ssh"})


def is_same(url: str, given: Iterable[str]) -> bool:
    """Whether one of the names and urls in a payload is the repository at `url`. True where they cannot be compared: the payload names
    none, or the source is a repository on this machine, which is called otherwise elsewhere.
    """
    here = path_of(url)
    there = [path for path in map(path_of, given) if path]
    if not here or not there or url.startswith("file:"):
        return True
    return any(_ends_alike(here, path) for path in there)


def path_of(address: str) -> Path:
    """A url (`https://`, `ssh://`, `git@host:path`) or a plain name ("team/dashboards") as the parts of its path: without host, user, port
    and ".git", and in one case, since the large forges tell no difference. The many urls of an Azure DevOps repository become one.
    """
    host, path = _split(address.strip())
    parts = [part.casefold() for part in unquote(path).removesuffix("/").removesuffix(".git").split("/") if part]
    if host.endswith(_AZURE_HOSTS) or not _MARKS.isdisjoint(parts):
        return _azure(host, parts)
    return tuple(parts)


def _split(address: str) -> tuple[str, str]:
    """The host in lower case ("" without one) and the path."""
    if "://" in address:
        try:
            parts = urlsplit(address)
            return (parts.hostname or "", parts.path)
        except ValueError:
            return "", ""
    match = _SCP.fullmatch(address)
    return (match["host"].lower(), match["path"]) if match else ("", address)


def _azure(host: str, parts: list[str]) -> Path:
    """ORGANISATION/PROJECT/REPOSITORY, however it is written:

    https://dev.azure.com/ORG/PROJECT/_git/REPO, https://ORG.visualstudio.com/DefaultCollection/PROJECT/_git/REPO,
    git@ssh.dev.azure.com:v3/ORG/PROJECT/REPO, and .../ORG/_git/REPO where the project is called as the repository.
    """
    cloud = host.endswith(_AZURE_HOSTS)
    if cloud and parts[:1] == ["v3"]:
        return tuple(parts[1:])
    if host.endswith(".visualstudio.com"):
        parts = [host.removesuffix(".visualstudio.com"), *parts]
    mark = next((index for index, part in enumerate(parts) if part in _MARKS), None)
    if mark is None:
        return tuple(parts)
    before, after = parts[:mark], parts[mark + 1 :]
    bare = [part for part in before if part != _COLLECTION]
    elided = (cloud and len(bare) == 1) or before[-1:] == [_COLLECTION]
    return (*bare, *(after[:1] if elided else []), *after)


def _ends_alike(one: Path, other: Path) -> bool:
    """Whether the shorter is the end of the longer: a payload says "team/dashboards", a url may have "scm/" or "git/" before it."""
    length = min(len(one), len(other))
    return one[-length:] == other[-length:]
