"""The sources of a configuration.

In: its part `sources`. Out: settings of directories and git repositories, and problems. Nothing of a source is read: whether it is
there, it says itself.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from functools import partial

from provisioner.config.addresses import Address, Transport, repository
from provisioner.config.complaints import Complaint
from provisioner.config.credentials import KEYS, Credentials, credentials
from provisioner.config.globs import globs
from provisioner.config.named_files import Holds, named_file, refused_by_ssh
from provisioner.config.parts import Part, Surroundings
from provisioner.core.model import SourceName
from provisioner.core.service import Watching, WatchMode
from provisioner.core.settings import DirectorySettings, GitSettings, Limits, RefKind, Selection, SourceSettings

LARGEST_COUNT = 10_000_000
"""Files. Beyond it a snapshot does not fit into the memory of a small machine."""

MOST_OFTEN = 1.0
"""Seconds. A git host answers to many; who wants to be told at once uses a hook."""
MOST_LOOKS = 0.1
"""Seconds. A look at ten thousand files takes as long."""

_NOT_IN_A_REF = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|\.lock(/|$)|^[-/.]|[/.]$|/\.")
ONLY_FOR: dict[str, frozenset[Transport]] = {
    **dict.fromkeys(KEYS, frozenset({"http", "https"})),
    "ssh_key_file": frozenset({"ssh"}),
    "known_hosts_file": frozenset({"ssh"}),
    "ca_file": frozenset({"https"}),
}


def sources(part: Part, around: Surroundings, stores: str) -> tuple[SourceSettings, ...]:
    """All sources that can be understood, in the order stated. `stores` is the directory for copies of repositories."""
    found = tuple(_sources(part, around, stores))
    seen: dict[str, str] = {}
    for name in part.names():
        twin = seen.setdefault(name.lower(), name)
        if twin != name:
            part.complain(Complaint("config-conflict", f'"{name}" and "{twin}" differ in case only', "rename one of them"), name)
    return found


def _sources(part: Part, around: Surroundings, stores: str) -> Iterator[SourceSettings]:
    for name in part.names():
        source = part.part(name)
        kinds = [kind for kind in ("directory", "git") if source.has(kind)]
        if len(kinds) == 2:
            message = "a source is either a directory or a git repository"
            source.complain(Complaint("config-conflict", message, "make two sources of it"), kinds[1])
        elif not kinds and isinstance(part.value[name], dict):
            message = f'source "{name}" says neither directory nor git'
            part.complain(Complaint("config-missing", message, "add directory: {path: …} or git: {url: …}"), name)
        if "directory" in kinds:
            yield from _directory(source.part("directory"), SourceName(name), around)
        if "git" in kinds:
            yield from _git(source.part("git"), SourceName(name), around, stores)


def _directory(part: Part, name: SourceName, around: Surroundings) -> Iterator[DirectorySettings]:
    path, selection = part.path("path", around), _selection(part)
    if path is not None:
        yield DirectorySettings(name, path, selection, _watching(part))


def _watching(part: Part) -> Watching:
    default, mode = Watching(), part.text("watch")
    return Watching(WatchMode(mode) if mode else default.mode, part.interval("interval", default.interval, MOST_LOOKS))


def _git(part: Part, name: SourceName, around: Surroundings, stores: str) -> Iterator[GitSettings]:
    kind, ref = _ref(part)
    secrets = credentials(part, around, user_beside_token=True)
    address = _address(part, around, secrets)
    ssh_key = named_file(part, "ssh_key_file", Holds.PRIVATE_KEY, around)
    ignored = refused_by_ssh(ssh_key) if ssh_key else None
    if ignored:
        part.complain(ignored, "ssh_key_file")
    settings = GitSettings(
        name,
        url=address.url if address else "",
        store=f"{stores}/{store_name(name, address.url if address else '')}",
        ref_kind=kind,
        ref=ref,
        path=_inside(part),
        selection=_selection(part),
        user=secrets.user,
        password=secrets.password,
        token=secrets.token,
        ssh_key=ssh_key,
        known_hosts=named_file(part, "known_hosts_file", Holds.KNOWN_HOSTS, around),
        ca_file=named_file(part, "ca_file", Holds.CERTIFICATES, around),
        timeout=part.seconds("timeout", 60.0),
        interval=part.interval("interval", 60.0, MOST_OFTEN),
    )
    if address:
        yield settings


def store_name(name: SourceName, url: str) -> str:
    """The directory of a repository's copy. The url is in it, so that two configurations with one name for two repositories share none."""
    return f"{name}-{hashlib.sha256(url.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"


def _address(part: Part, around: Surroundings, secrets: Credentials) -> Address | None:
    text = part.text("url")
    address = None if text is None else repository(text, partial(around.resolved, pointer=part.at("url")))
    if isinstance(address, Complaint):
        part.complain(address, "url")
        return None
    if address is None:
        return None
    for key, transports in ONLY_FOR.items():
        if part.has(key) and address.transport not in transports:
            wanted = " or ".join(sorted(transports))
            message = f"{key} is of no use here: the url is reached by {_way(address.transport)}"
            part.complain(Complaint("config-conflict", message, f"leave it out, or use a url for {wanted}"), key)
    if secrets.secret and address.is_open:
        part.complain(Complaint("secret-over-http", f"the secret can be read on the way to {address.host}: the url is http://"), "url")
    return address


def _way(transport: Transport) -> str:
    return "path" if transport == "file" else transport


def _ref(part: Part) -> tuple[RefKind, str]:
    stated = [kind for kind in (RefKind.BRANCH, RefKind.TAG, RefKind.COMMIT) if part.has(kind)]
    if not stated:
        return RefKind.HEAD, ""
    for extra in stated[1:]:
        part.complain(Complaint("config-conflict", f"{stated[0]} and {extra} are both stated", "leave one of them out"), extra)
    for kind in stated:
        ref = part.text(kind)
        if ref is not None and kind is not RefKind.COMMIT:
            _check_ref(part, kind, ref)
    return stated[0], (part.text(stated[0]) or "").lower() if stated[0] is RefKind.COMMIT else part.text(stated[0]) or ""


def _check_ref(part: Part, kind: RefKind, ref: str) -> None:
    if ref.startswith("refs/"):
        short = ref.removeprefix("refs/heads/").removeprefix("refs/tags/")
        part.complain(Complaint("config-value", f"{kind} takes the short name", f"write {kind}: {short}"), kind)
    elif _NOT_IN_A_REF.search(ref) or ref == "@":
        message = f"git has no {kind} of that name: it has a character that git refuses"
        part.complain(Complaint("config-value", message, f"correct the name of the {kind}"), kind)


def _inside(part: Part) -> str:
    """The directory in the repository, "" for all of it."""
    path = part.text("path") or ""
    steps = [step for step in path.split("/") if step not in {"", "."}]
    if path.startswith("/") or ".." in steps or "\\" in path:
        remedy = f"write path: {'/'.join(step for step in steps if step != '..')}" if steps else "leave path out"
        part.complain(Complaint("config-value", "path is counted from the top of the repository and stays in it", remedy), "path")
    return "/".join(steps)


def _selection(part: Part) -> Selection:
    default, limits = Selection(), part.part("limits")
    return Selection(
        include=globs(part, "include") or default.include,
        exclude=globs(part, "exclude"),
        limits=Limits(
            file_bytes=limits.size("file_bytes", default.limits.file_bytes),
            files=limits.count("files", default.limits.files, LARGEST_COUNT),
            total_bytes=limits.size("total_bytes", default.limits.total_bytes),
        ),
    )
