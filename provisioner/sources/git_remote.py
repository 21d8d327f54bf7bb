"""Speaks to the repository's server: which commit is asked for, and bringing it here.

In: `GitSettings`, an `Access`. Out: a `Pointed`, or objects in a repository of ours. It counts what it does: `lookups`, `fetches`.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from provisioner.core.errors import RefNotFound
from provisioner.core.settings import GitSettings, RefKind
from provisioner.sources.git_access import Access
from provisioner.sources.git_child import Finished, Leash, Setup, run
from provisioner.sources.git_errors import cause, failure
from provisioner.sources.git_store import WANTED

_COMMIT = re.compile(r"(?:[0-9a-f]{40}|[0-9a-f]{64})", re.IGNORECASE)
_NO_REF_NAME = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|^[-/]|/$|\.lock$|^$")
_SHALLOW_REFUSED = re.compile(rb"does not support (?:--depth|shallow)", re.IGNORECASE)
_COMMIT_REFUSED = re.compile(rb"unadvertised object|remote ref [0-9a-f]{40}", re.IGNORECASE)
"""Protocol 0 and dumb http give refs alone. "not our ref" is protocol 2, which gives any commit there is: then there is none."""


@dataclass(frozen=True, slots=True)
class Pointed:
    """What the server says the ref is. `ref` is what to fetch ("refs/heads/main", or the commit itself); `name` what people call it."""

    commit: str
    ref: str
    name: str

    @property
    def algorithm(self) -> str:
        """The hash that the repository is built on."""
        return "sha1" if len(self.commit) == 40 else "sha256"


class Remote:
    """The server's side of one source. Not thread-safe: `GitSource` has one caller at a time."""

    def __init__(self, settings: GitSettings) -> None:
        self._settings = settings
        self._deep = False
        self.leash = Leash()
        self.lookups = 0
        self.fetches = 0

    def look_up(self, access: Callable[[], Access]) -> Pointed:
        """One `git ls-remote` for this one ref; none for a commit, which never moves. Raises SourceError."""
        kind, ref = self._settings.ref_kind, self._settings.ref
        if kind is RefKind.COMMIT:
            return _pinned(ref)
        if kind is not RefKind.HEAD and _NO_REF_NAME.search(ref):
            raise RefNotFound(f"{ref!r} cannot be the name of a {kind.value}", next_step=f"correct {kind.value} of the source")
        reached = access()
        full = "HEAD" if kind is RefKind.HEAD else f"refs/{'heads' if kind is RefKind.BRANCH else 'tags'}/{ref}"
        found = self._listed(reached, f"looking up {kind.value} {ref}".rstrip(), full, f"{full}^{{}}")
        commit = found.get(f"{full}^{{}}") or found.get(full)
        if commit is None:
            raise self._absent(reached)
        if kind is RefKind.HEAD:
            branch = found.get("ref: HEAD", "")
            return Pointed(commit, branch or "HEAD", branch.removeprefix("refs/heads/") or "HEAD")
        return Pointed(commit, full, ref)

    def fetch(self, pointed: Pointed, access: Access, repository: Path) -> Finished:
        """Brings the ref, as one commit without its history where the server gives it so, and makes it WANTED.

        Gives back how git ended: whether a failure is the server's or the store's, only the caller can find out.
        """
        done = self._fetched(access, repository, f"+{pointed.ref}:{WANTED}", deep=self._deep)
        if not done.ok and not self._deep and _SHALLOW_REFUSED.search(done.err):
            self._deep = True
            done = self._fetched(access, repository, f"+{pointed.ref}:{WANTED}", deep=True)
        return done

    def fetch_everything(self, access: Access, repository: Path) -> Finished:
        """Brings every branch and tag with its history: the only way to a commit that the server does not give by its id."""
        return self._fetched(
            access, repository, "+refs/heads/*:refs/provisioner/heads/*", "+refs/tags/*:refs/provisioner/tags/*", deep=True
        )

    def commit_refused(self, pointed: Pointed, done: Finished) -> bool:
        """Whether this server gives refs only, and a commit was asked for."""
        return pointed.ref == pointed.commit and not done.ok and _COMMIT_REFUSED.search(done.err) is not None

    def _fetched(self, access: Access, repository: Path, *refspecs: str, deep: bool) -> Finished:
        self.fetches += 1
        depth = () if deep else ("--depth", "1")
        options = ("--quiet", *depth, "--no-tags", "--no-write-fetch-head", "--update-shallow", "--no-recurse-submodules")
        setup = Setup(access.setup.configuration, {**access.setup.variables, "GIT_DIR": str(repository)})
        args = ("fetch", *options, "--no-auto-maintenance", "--", access.url, *refspecs)
        return run(args, setup, seconds=self._settings.timeout, leash=self.leash)

    def _listed(self, access: Access, doing: str, *patterns: str) -> dict[str, str]:
        """Ref → id. The branch that HEAD stands for is under "ref: HEAD"."""
        self.lookups += 1
        args = ("ls-remote", "--quiet", "--symref", "--", access.url, *patterns)
        done = run(args, access.setup, seconds=self._settings.timeout, leash=self.leash)
        if not done.ok:
            raise failure(done, access, doing) from cause(done, access)
        found: dict[str, str] = {}
        for line in done.out.decode("utf-8", "replace").splitlines():
            value, _, name = line.partition("\t")
            if value.startswith("ref: "):
                found[f"ref: {name}"] = value.removeprefix("ref: ")
            elif _COMMIT.fullmatch(value):
                found[name] = value.lower()
        return found

    def _absent(self, access: Access) -> RefNotFound:
        """The ref is not there: which are? A second look-up, so that the message can say."""
        kind, ref = self._settings.ref_kind, self._settings.ref
        refs = self._listed(access, "listing its branches and tags", "refs/heads/*", "refs/tags/*")
        branches = sorted(name.removeprefix("refs/heads/") for name in refs if name.startswith("refs/heads/"))
        tags = sorted(name.removeprefix("refs/tags/") for name in refs if name.startswith("refs/tags/") and not name.endswith("^{}"))
        if not branches and not tags:
            return RefNotFound(f"{access.shown} is empty: it has no commit yet", next_step="push a commit; the next pass finds it")
        if kind is RefKind.HEAD:
            return RefNotFound(
                f"{access.shown} has no default branch: its HEAD names one that is not there",
                next_step=f"state the branch: {nearest('', branches)}",
            )
        here, there, other = (branches, tags, "tag") if kind is RefKind.BRANCH else (tags, branches, "branch")
        if ref in there:
            return RefNotFound(f"{access.shown} has no {kind.value} {ref}, but a {other} of this name", next_step=f"state it as `{other}`")
        return RefNotFound(
            f"{access.shown} has no {kind.value} {ref}; there {'is' if len(here) == 1 else 'are'}: {nearest(ref, here)}",
            next_step=f"correct `{kind.value}` of the source; what it held last stays as it is",
        )


def nearest(name: str, names: Sequence[str], most: int = 5) -> str:
    """Those that look most like it first, then the others in order; in words, printable."""
    close = difflib.get_close_matches(name, names, n=most, cutoff=0.5)
    told = list(dict.fromkeys([*close, *names]))
    shown = ", ".join("".join(char if char.isprintable() else "?" for char in each) for each in told[:most])
    return (shown or "none") + (f" and {len(told) - most} more" if len(told) > most else "")


def _pinned(ref: str) -> Pointed:
    if not _COMMIT.fullmatch(ref):
        raise RefNotFound(
            f"{ref!r} is not the full id of a commit",
            next_step="state all 40 digits (`git rev-parse COMMIT` prints them), or state branch or tag",
        )
    return Pointed(ref.lower(), ref.lower(), ref.lower())
