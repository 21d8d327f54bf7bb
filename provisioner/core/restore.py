"""Putting a kept state of a dashboard back: which states there are, which one is meant, and what becomes of it afterwards.

In: what the ledger keeps, what the server's history has, what is live, what was recorded. Out: values, for `restoring.py` to carry out and
for `render/` to show. It never offers what is live already as something to put back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from provisioner.core.changes import ConflictKind, Difference, LiveState, Result
from provisioner.core.identity import derived_folder_uid
from provisioner.core.model import ROOT, DesiredFolder, Fingerprint, FolderUid, Uid
from provisioner.core.placing import name_key
from provisioner.core.records import FolderRecord, Kept, Record, Why
from provisioner.core.server import Found, LiveDashboard, LiveFolder, Mark, Version
from provisioner.core.settings import OWNER_PREFIX, AdoptPolicy, ConflictPolicy, DriftPolicy, Policy

HISTORY = "restored "
"""What the server's history shows beside a state that was put back begins so."""


@dataclass(frozen=True, slots=True)
class State:
    """One state that can be put back. `kept` is what we keep of it, None where only the server's history has it.

    `author` and `saved` are the server's words (ISO 8601); of a base `saved` is when we applied it, and `author` is "". `message` is that
    of the history. `called` is what people call it, where that is not its version.
    """

    mark: Mark
    author: str
    saved: str
    kept: Kept | None = None
    message: str = ""
    called: str = ""

    @property
    def why(self) -> Why | None:
        """Why it is kept; None where only the server's history has it."""
        return None if self.kept is None else self.kept.why

    @property
    def told(self) -> str:
        """As people say it: "version 2 by jonas"."""
        if self.called:
            return self.called
        by = self.author or ("provisioner" if self.why is Why.BASE else "")
        return f"version {self.mark.version}{f' by {by}' if by else ''}"


@dataclass(frozen=True, slots=True)
class NotFound:
    """Nothing was put back, for there is no such state. `there` is what could be, newest first."""

    uid: Uid
    message: str
    remedy: str
    there: tuple[State, ...] = ()


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of `restore --list`. `differences` go from what is live to it: what putting it back would change.

    `readable` is False when its body is not there any more; then nothing is known of title and differences. `chosen` says that it is what
    `restore` without a version would put back.
    """

    state: State
    title: str
    differences: tuple[Difference, ...]
    readable: bool
    chosen: bool


@dataclass(frozen=True, slots=True)
class Listing:
    """What can be put back of one dashboard, newest first. `live` is None when it is not on the server."""

    uid: Uid
    live: LiveState | None
    rows: tuple[Listed, ...]


@dataclass(frozen=True, slots=True)
class Restored:
    """What became of putting `state` back: CREATED, UPDATED, UNCHANGED, CONFLICT or FAILED. `before` and `after` are the marks around the
    write.

    `replaced` is what was live and is kept now. `conflict` is given exactly when `result` is CONFLICT, `theirs` what stands in the way as
    far as it is known. `next_pass` says what a pass will make of it; "" when nothing was written.
    """

    uid: Uid
    state: State
    result: Result
    message: str
    remedy: str = ""
    before: Mark | None = None
    after: Mark | None = None
    url: str = ""
    differences: tuple[Difference, ...] = ()
    replaced: Kept | None = None
    conflict: ConflictKind | None = None
    theirs: LiveState | Found | None = None
    next_pass: str = ""


def base_of(record: Record) -> Kept:
    """What we wrote last, as something that can be put back."""
    return Kept(
        uid=record.uid,
        title=record.title,
        folder=record.folder,
        titles=record.titles,
        content=record.content,
        mark=record.mark,
        author="",
        updated=record.applied,
        why=Why.BASE,
        kept=record.applied,
    )


def states(kept: Iterable[Kept], versions: Iterable[Version], live: LiveState | None) -> tuple[State, ...]:
    """All that can be put back, each once, newest first; `kept` comes newest first too.

    The server counts versions from 1 again when a dashboard was deleted and made anew, so those of one making stand together, those of the
    present one first. What is live itself is left out.
    """
    found: dict[tuple[Mark, Fingerprint], State] = {}  # by id and version: a state is named in some dialects alone
    for each in sorted((each for each in kept if not _is_live(each, live)), key=lambda each: each.why is Why.BASE):
        found.setdefault((_plain(each.mark), each.content), State(each.mark, each.author, each.updated, each))
    ours = list(found.values())
    known = {_plain(each.mark) for each in ours}
    marks = {Mark(live.mark.id, each.version): each for each in versions} if live is not None else {}
    past = [
        State(mark, each.author, each.created, message=each.message)
        for mark, each in marks.items()
        if mark not in known and live is not None and mark != _plain(live.mark)
    ]
    newest: dict[int, str] = {}
    for mark, _ in found:
        newest[mark.id] = max(each.kept.kept for each in ours if each.kept is not None and each.mark.id == mark.id)
    present = None if live is None else live.mark.id
    together = sorted([*ours, *past], key=lambda each: each.mark.version, reverse=True)
    return tuple(sorted(together, key=lambda each: (each.mark.id == present, newest.get(each.mark.id, ""), each.mark.id), reverse=True))


def choose(uid: Uid, found: tuple[State, ...], live: LiveState | None, version: int | None) -> State | NotFound:
    """The state that is meant. Without a version: of a dashboard that is live the newest kept work of somebody, not our own base; of one
    that is not on the server the newest kept state of any kind.
    """
    if version is not None:
        meant = next((each for each in found if each.mark.version == version), None)
        return meant or NotFound(uid, *_no_such_version(version, live, found), there=found)
    kept = [each for each in found if each.kept is not None and (live is None or each.why is not Why.BASE)]
    return kept[0] if kept else NotFound(uid, *_nothing_kept(live, found), there=found)


@dataclass(frozen=True, slots=True)
class Place:
    """The folder that it is put into, once those of `make` are there, parents first."""

    folder: FolderUid
    make: tuple[DesiredFolder, ...] = ()


def place(
    kept: Kept, titles: tuple[str, ...], made: Mapping[FolderUid, FolderRecord], folders: tuple[LiveFolder, ...], *, nested: bool
) -> Place | None:
    """Where a state goes whose folder is gone: into a folder of the same title in the same place, else into one that is made under the
    uid that it had. `titles` is the way to it as far as it is known, `made` what we made ourselves. None when not even its title is known.
    """
    there = {each.uid: each for each in folders}
    steps, under = _way(kept, titles, made, there.keys(), nested=nested)
    if not steps:
        return None
    by_title = {(each.parent, name_key(each.title)): each.uid for each in sorted(folders, key=lambda each: each.uid, reverse=True)}
    make: list[DesiredFolder] = []
    parent = under
    way: tuple[str, ...] = ()
    for uid, title in steps:
        way = (*way, title)
        known = uid if uid in there else by_title.get((parent, name_key(title)))
        if known is None:
            make.append(DesiredFolder(uid, title, parent, way, made[uid].path if uid in made else ""))
        parent = known or uid
    alike = [each.uid for each in folders if name_key(each.title) == name_key(steps[0][1])]
    if make and len(steps) == 1 and len(alike) == 1 and kept.folder not in made:
        return Place(alike[0])  # of a folder that was not ours nobody knows the parent; the only one of its title is it
    return Place(parent, tuple(make))


def _way(
    kept: Kept, titles: tuple[str, ...], made: Mapping[FolderUid, FolderRecord], there: Iterable[FolderUid], *, nested: bool
) -> tuple[tuple[tuple[FolderUid, str], ...], FolderUid]:
    """The folders from the top down to its own, as uids and titles, and the one that they lie in."""
    chain = list(_chain(kept.folder, made))
    above = chain[0].parent if chain else ROOT
    if chain and (above == ROOT or above in set(there)):
        return tuple((each.uid, each.title) for each in chain), above
    if not nested and titles:
        return ((kept.folder, " / ".join(titles)),), ROOT
    uids = [derived_folder_uid("/".join(titles[: depth + 1])) for depth in range(len(titles) - 1)]
    return tuple(zip((*uids, kept.folder), titles, strict=True)) if titles else (), ROOT


def _chain(folder: FolderUid, made: Mapping[FolderUid, FolderRecord]) -> Iterator[FolderRecord]:
    """From the top one of those that we made down to this one."""
    found: dict[FolderUid, FolderRecord] = {}
    while folder in made and folder not in found:
        found[folder] = made[folder]
        folder = made[folder].parent
    return reversed(found.values())


def next_pass(record: Record | None, policy: Policy, content: Fingerprint, folder: FolderUid) -> str:
    """What a pass will make of it, now that this content is live in this folder: the record still says what we wrote."""
    if record is None:
        return _unrecorded(policy)
    as_recorded = content == record.content and folder == record.folder
    if record.missing_since is not None:
        if not policy.prune.enabled:
            return f"its file {record.path} is gone, so no pass writes it any more"
        if as_recorded:
            return f"its file {record.path} is gone: the policy prune deletes it again, unless the file comes back"
        return f"its file {record.path} is gone; it is not what we wrote last, so prune holds it and asks"
    if as_recorded:
        return f"it is what was last applied from {record.path}: a pass has nothing to tell of it"
    if policy.drift is DriftPolicy.REVERT:
        return f"the policy drift: revert makes the next pass put git back, unless {record.path} is changed to this first"
    told = f"the next pass reports it as drift from {record.path} and writes nothing; take it into the file to keep it"
    if policy.conflict is ConflictPolicy.GIT_WINS:
        return f"{told}, for by the policy conflict: git-wins the next change of that file is written over it"
    return told


def other_owner(live: LiveDashboard, ours: str | None) -> str | None:
    """The mark by which another installation says that this dashboard is its own; None when there is none."""
    tags = live.content.get("tags")
    beside = [live.owner] if live.owner else []
    named = beside or [each for each in tags if isinstance(each, str) and each.startswith(OWNER_PREFIX)] if isinstance(tags, list) else []
    return None if ours in named else next(iter(named), None)


def _unrecorded(policy: Policy) -> str:
    told = "no record says that it is ours: a pass leaves it alone"
    wins = policy.adopt is AdoptPolicy.TAKE_OVER or (policy.conflict is ConflictPolicy.GIT_WINS and policy.adopt is not AdoptPolicy.NEVER)
    if wins:
        return f"{told}, unless a file has its uid: by the policy of this target that file is written over it, and this is kept again"
    return f"{told}; if a file has its uid and differs, that is reported as a conflict"


def _is_live(kept: Kept, live: LiveState | None) -> bool:
    """A server that was set back to an old backup counts the same versions again for other contents: those are not what is live."""
    same = live is not None and _plain(kept.mark) == _plain(live.mark)
    return same and live is not None and (kept.why is Why.BASE or kept.content == live.fingerprint)


def _plain(mark: Mark) -> Mark:
    return Mark(mark.id, mark.version)


def _no_such_version(version: int, live: LiveState | None, found: tuple[State, ...]) -> tuple[str, str]:
    if live is not None and live.mark.version == version:
        return f"version {version} is what is live", "nothing is to be done"
    where = "" if live is not None else "; it is not on the server, so there is no history to ask"
    return f"version {version} is neither kept nor in the server's history{where}", _there(found)


def _nothing_kept(live: LiveState | None, found: tuple[State, ...]) -> tuple[str, str]:
    if live is None:
        return "nothing is kept of it, and it is not on the server", "look whether the uid and the target are the right ones"
    return "nobody's work on it is kept: we have overwritten or deleted none", _there(found)


def _there(found: tuple[State, ...]) -> str:
    if not found:
        return "there is nothing to put back"
    numbers = ", ".join(str(each.mark.version) for each in found[:10])
    return f"--version puts one of these back: {numbers}{' and older ones' if len(found) > 10 else ''}"
