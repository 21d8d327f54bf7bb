"""Reads one commit out of the store: its revision, and the files below the source's path.

In: a store that should hold the commit. Out: a `Snapshot`. It speaks to no server and changes nothing.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from provisioner.core.errors import RefNotFound
from provisioner.core.model import BlobId, Entry, Revision, Snapshot
from provisioner.core.settings import GitSettings
from provisioner.sources.gathering import Gathering
from provisioner.sources.git_blobs import Blobs
from provisioner.sources.git_child import ChildFailed, Finished, Setup, records
from provisioner.sources.git_remote import Pointed, nearest
from provisioner.sources.git_tree import Leaf, Listing
from provisioner.sources.paths import unsafe
from provisioner.sources.selection import Chooser

_COMMIT_BYTES = 1 << 20
_LINK_BYTES = 4096
_AT_ONCE = 64
_NO_SUCH_PATH = (b"not a valid object name", b"not a tree object")


class NotInStore(Exception):
    """Only between the files git*.py of this room: the commit is to be fetched."""


@dataclass(frozen=True, slots=True)
class _At:
    """A commit, and the source's path in it ("" for all of it)."""

    pointed: Pointed
    path: str

    @property
    def tree(self) -> str:
        return f"{self.pointed.commit}:{self.path}"

    @property
    def words(self) -> str:
        return f"{self.path or 'the repository'} in {self.pointed.name}"


class Reading:
    """Reads commits of one store."""

    def __init__(self, settings: GitSettings, setup: Setup, blobs: Blobs) -> None:
        self._settings = settings
        self._setup = setup
        self._blobs = blobs
        self._chooser = Chooser(settings.selection)

    def snapshot(self, pointed: Pointed) -> Snapshot:
        """Raises NotInStore when there is no such commit, ChildFailed or TreeDamaged on a damaged store, RefNotFound for a wrong path."""
        at = _At(pointed, self._path())
        revision = self._revision(pointed)
        gathering = Gathering(self._settings.selection.limits)
        try:
            Listing(self._chooser, gathering, _Links(self, at)).gather(self._records("-r", "-l", "--full-tree", at.tree))
        except ChildFailed as failed:
            if not any(words in failed.finished.err.lower() for words in _NO_SUCH_PATH):
                raise
            self._alone(at, gathering, failed)
        return gathering.snapshot(self._settings.name, revision, at.words)

    def commit_of(self, name: str) -> str | None:
        """The commit that a ref of the store leads to, None when it leads to none."""
        found = self._blobs.one(f"{name}^{{commit}}", _COMMIT_BYTES)
        return found.id if found is not None else None

    def texts(self, links: Sequence[Leaf]) -> list[str | None]:
        """What links say."""
        said: list[str | None] = []
        for start in range(0, len(links), _AT_ONCE):
            portion = links[start : start + _AT_ONCE]
            sane = [leaf.blob for leaf in portion if leaf.size is not None and leaf.size <= _LINK_BYTES]
            found = dict(zip(sane, self._blobs.get(sane, _LINK_BYTES), strict=True))
            for leaf in portion:
                link = found.get(leaf.blob)
                if leaf.blob in found and link is None:
                    raise ChildFailed(Finished(("cat-file",), 1, b"", b"the text of a link is missing"))
                text = link.data.decode("utf-8", "surrogateescape") if link is not None else "\0"
                said.append(None if "\0" in text else text)
        return said

    def record(self, commit: str, path: str) -> tuple[bytes, Leaf] | None:
        """What lies at a path of the commit: its type ("tree", "blob", "commit") and itself. None when there is nothing."""
        for found in self._records("-l", "--full-tree", commit, "--", path):
            meta, _, name = found.partition(b"\t")
            if name == path.encode("utf-8", "surrogateescape"):
                mode, kind, blob, size = meta.split()
                return kind, Leaf(mode, blob.decode("ascii"), int(size) if size.isdigit() else None)
        return None

    def _records(self, *args: str) -> Iterator[bytes]:
        return records(("ls-tree", "-z", *args), self._setup, seconds=self._settings.timeout)

    def _path(self) -> str:
        path = posixpath.normpath(self._settings.path.strip("/")) if self._settings.path.strip("/") else ""
        if path == ".":
            return ""
        why = unsafe(path) if path else None
        if why is not None:
            raise RefNotFound(f"the path {self._settings.path!r} cannot be followed: {why}", next_step="correct `path` of the source")
        return path

    def _revision(self, pointed: Pointed) -> Revision:
        found = self._blobs.one(pointed.commit, _COMMIT_BYTES)
        if found is None:
            raise NotInStore
        if found.kind != "commit":
            raise RefNotFound(
                f"{pointed.name} leads to a {found.kind}, not to a commit", next_step="state a branch, or a tag or the id of a commit"
            )
        return _revision(pointed, found.data)

    def _alone(self, at: _At, gathering: Gathering, failed: ChildFailed) -> None:
        """The path is no directory: a single file is taken whatever it is called, everything else is refused."""
        there = self.record(at.pointed.commit, at.path) if at.path else None
        if there is None and at.path:
            raise self._absent(at) from failed
        if there is None or there[0] == b"tree":
            raise failed  # it is there and cannot be read: a damaged store
        kind, leaf = there
        if leaf.mode == b"120000":
            text = self.texts([leaf])[0]
            raise RefNotFound(
                f"{at.words} is a symbolic link to {text!r}", next_step="state the path that it leads to in `path` of the source"
            ) from failed
        if kind == b"commit":
            raise RefNotFound(f"{at.words} is a submodule", next_step="state its repository as a source of its own") from failed
        name = posixpath.basename(at.path)
        if leaf.size is not None and gathering.admits(name, leaf.size):
            gathering.take(Entry(name, BlobId(leaf.blob), leaf.size))

    def _absent(self, at: _At) -> RefNotFound:
        """Which directories are there, where the path ceases to be."""
        parent = at.path
        while parent := posixpath.dirname(parent):
            there = self.record(at.pointed.commit, parent)
            if there is not None and there[0] == b"tree":
                break
        found = self._records("-d", "--name-only", "--full-tree", f"{at.pointed.commit}:{parent}")
        names = [posixpath.join(parent, each.decode("utf-8", "replace")) for each in found]
        return RefNotFound(
            f"{at.words} is not there; the directories {'of ' + parent if parent else 'at the top'} are: {nearest(at.path, names, most=8)}",
            next_step="correct `path` of the source; what it held last stays as it is",
        )


@dataclass(frozen=True, slots=True)
class _Links:
    """What a listing asks about links, for one commit."""

    reading: Reading
    at: _At

    def texts(self, links: Sequence[Leaf]) -> list[str | None]:
        return self.reading.texts(links)

    def leads_to_directory(self, link: str, text: str) -> bool:
        target = posixpath.normpath(posixpath.join(self.at.path, posixpath.dirname(link), text))
        if target.startswith(("/", "..")) or unsafe(target) is not None:
            return False
        there = self.reading.record(self.at.pointed.commit, target)
        return there is not None and there[0] == b"tree"


def _revision(pointed: Pointed, commit: bytes) -> Revision:
    head, _, message = commit.partition(b"\n\n")
    fields = dict(line.partition(b" ")[::2] for line in reversed(head.split(b"\n")) if not line.startswith(b" "))
    encoding = fields.get(b"encoding", b"utf-8").decode("ascii", "replace")
    author = _text(fields.get(b"author", b""), encoding).partition(" <")[0]
    subject = " ".join(_text(message, encoding).strip().partition("\n\n")[0].split())
    return Revision(pointed.name, pointed.commit, _printable(subject), _printable(author), _when(fields.get(b"committer", b"")))


def _text(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding, "replace")
    except LookupError:  # whoever wrote the commit named an encoding that there is not
        return data.decode("utf-8", "replace")


def _printable(text: str) -> str:
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)


def _when(committer: bytes) -> str:
    """ISO 8601 with offset; "" where the commit says something that is no time."""
    try:
        seconds, offset = (int(part) for part in committer.rpartition(b">")[2].split())
        minutes = abs(offset) // 100 * 60 + abs(offset) % 100
        zone = timezone(timedelta(minutes=-minutes if offset < 0 else minutes)) if minutes else UTC
        return datetime.fromtimestamp(seconds, zone).isoformat()
    except (ValueError, OverflowError, OSError):
        return ""
