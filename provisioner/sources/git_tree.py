"""Lists the files of a commit: what `git ls-tree` prints, as entries and problems.

In: the records of `ls-tree -r -z -l`. Out: everything that counts, gathered; links resolved inside the tree, nothing outside it named. It
reads no file but the texts of links, which it is handed a way to read.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from provisioner.core.model import BlobId, Entry
from provisioner.sources.gathering import Gathering
from provisioner.sources.paths import tamed, unsafe
from provisioner.sources.selection import Chooser

_MOST = 200_000
"""Names in one listing. A tree can name one subtree a thousand times over, level by level, and so hold more names than there are atoms."""

_MOST_HOPS = 8
_MOST_LINKS = 1_000

_LINK, _MODULE = b"120000", b"160000"


@dataclass(frozen=True, slots=True)
class Leaf:
    """A record of the listing: what is not a directory. `size` is None where git does not know it."""

    mode: bytes
    blob: str
    size: int | None


class TreeDamaged(Exception):
    """Only between the files git*.py of this room: a blob of the listing is not in the store."""


class Reader(Protocol):
    """What a listing asks of the store about links."""

    def texts(self, links: Sequence[Leaf]) -> list[str | None]:
        """What the links say, in order; None where that cannot be a path."""
        ...

    def leads_to_directory(self, link: str, text: str) -> bool:
        """Whether the link at this path of the listing leads to a directory of the commit that lies outside the listing."""
        ...


class Listing:
    """One listing on its way into a gathering."""

    def __init__(self, chooser: Chooser, gathering: Gathering, reader: Reader) -> None:
        self._chooser = chooser
        self._gathering = gathering
        self._reader = reader
        self._leaves: dict[str, Leaf] = {}
        self._seen = 0

    def gather(self, records: Iterable[bytes]) -> None:
        """Reads the records to the end, or until there are too many. Raises TreeDamaged when git does not know the size of a file."""
        links: list[str] = []
        for record in records:
            if len(self._leaves) >= _MOST:
                self._gathering.overflow(f"there are more than {_MOST:,} files below the path")
            if self._gathering.full:
                return
            meta, _, name = record.partition(b"\t")
            mode, _, blob, size = meta.split()
            path = name.decode("utf-8", "surrogateescape")
            if not self._safe(path):
                continue
            if size == b"BAD":
                raise TreeDamaged(path)
            leaf = Leaf(mode, blob.decode("ascii"), int(size) if size.isdigit() else None)
            self._leaves[path] = leaf
            if mode == _LINK:
                links.append(path)
            else:
                self._take(path, leaf)
        if links:
            self._follow(links)

    def _safe(self, path: str) -> bool:
        why = unsafe(path)
        if why is not None and self._chooser.takes(tamed(path)):
            self._gathering.tell("path-unsafe", path, why)
        return why is None

    def _take(self, path: str, leaf: Leaf) -> None:
        if leaf.mode == _MODULE:
            if self._chooser.enters(path):
                self._gathering.tell("submodule-passed-over", path, f"it is a submodule at commit {leaf.blob[:12]}")
        elif not self._gathering.full and self._chooser.takes(path) and leaf.size is not None and self._gathering.admits(path, leaf.size):
            self._gathering.take(Entry(path, BlobId(leaf.blob), leaf.size))

    def _follow(self, links: list[str]) -> None:
        """Files behind links, and the files of directories behind links."""
        if len(links) > _MOST_LINKS:
            self._gathering.overflow(f"there are more than {_MOST_LINKS:,} symbolic links")
            return
        texts = dict(zip(links, self._reader.texts([self._leaves[path] for path in links]), strict=True))
        resolver = _Resolver(self._leaves, texts)
        waiting = deque(_Way(path, path) for path in links)
        while waiting and not self._gathering.full:
            way = waiting.popleft()
            end = resolver.end(way.path)
            if isinstance(end, _Broken):
                # A link that is not asked for by its name concerns us only where a directory full of files hangs on it.
                if self._chooser.takes(way.shown) or (end.text and self._reader.leads_to_directory(way.path, end.text)):
                    self._gathering.tell("link-outside", way.shown, end.why)
            elif end in self._leaves:
                self._take(way.shown, self._leaves[end])
            elif self._chooser.enters(way.shown):
                waiting += self._behind(way, end, resolver)

    def _behind(self, way: _Way, end: str, resolver: _Resolver) -> list[_Way]:
        """The directory `end`, seen under the name of a link to it. Gives back the links in it."""
        if f"{way.path}/".startswith(f"{end}/" if end else "") or way.depth >= _MOST_HOPS:
            self._gathering.tell("link-outside", way.shown, "it points to a directory that it lies in itself, or in a circle")
            return []
        found: list[_Way] = []
        for inner in resolver.below(end):
            self._seen += 1
            leaf, name = self._leaves[inner], f"{way.shown}/{inner[len(end) + 1 :]}"
            if leaf.mode == _LINK:
                found.append(_Way(name, inner, way.depth + 1))
            else:
                self._take(name, leaf)
        if self._seen > _MOST:
            self._gathering.overflow(f"links lead to more than {_MOST:,} files")
        return found


@dataclass(frozen=True, slots=True)
class _Way:
    """A link: the path under which its file will be shown, where it lies itself, and over how many directories behind links we came."""

    shown: str
    path: str
    depth: int = 0


@dataclass(frozen=True, slots=True)
class _Broken:
    """`text` is what the link itself says, where it leads out of the listing by a way that can be followed."""

    why: str
    text: str = ""


class _Resolver:
    """Follows links as a file system would, without one."""

    def __init__(self, leaves: Mapping[str, Leaf], texts: Mapping[str, str | None]) -> None:
        self._leaves = leaves
        self._texts = texts
        self._directories = {""}
        for path in leaves:
            parent = path.rpartition("/")[0]
            while parent not in self._directories:
                self._directories.add(parent)
                parent = parent.rpartition("/")[0]

    def below(self, directory: str) -> list[str]:
        """The leaves below a directory."""
        return [path for path in self._leaves if path.startswith(f"{directory}/")]

    def end(self, path: str) -> str | _Broken:
        """Where a path leads in the end: a leaf that is no link, or a directory ("" is the whole tree)."""
        rest, here, hops = path.split("/"), "", 0
        first = self._texts.get(path) or ""
        while rest:
            part = rest.pop(0)
            if part in {"", "."}:
                continue
            if part == "..":
                if not here:
                    return _Broken("it points outside the source's path", first)
                here = here.rpartition("/")[0]
                continue
            here = f"{here}/{part}" if here else part
            if here in self._texts:
                text, hops = self._texts[here], hops + 1
                if hops > _MOST_HOPS:
                    return _Broken(f"it points in a circle, or over more than {_MOST_HOPS} links")
                if text is None or text.startswith("/") or not text:
                    return _Broken("it points outside the source's path" if text else "what it points to is no path")
                rest, here = [*text.split("/"), *rest], here.rpartition("/")[0]
            elif here not in self._directories and (rest or here not in self._leaves):
                return _Broken("it points to nothing")
        return here
