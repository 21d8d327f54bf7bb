"""Real git repositories, made by the git of this machine, that know nothing of the user's configuration."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from provisioner.core.model import Entry, Snapshot, SourceName
from provisioner.core.secret import Secret
from provisioner.core.settings import GitSettings, RefKind
from provisioner.sources.git import GitSource

SECRET = "p@ss/word+of the test"  # awkward in a url and in a shell, so that it shows where it is put into one


def git(where: Path, *args: str, given: bytes = b"") -> str:
    """Runs git in a directory; its output without the last line feed."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": "/nonexistent",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": "/dev/null",
        **{f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER") for what, value in
           (("NAME", "Ada Lovelace"), ("EMAIL", "ada@example.org"), ("DATE", "2026-03-01T12:00:00+0530"))},
    }  # fmt: skip
    done = subprocess.run(["git", *args], cwd=where, env=environment, input=given, capture_output=True, check=False)
    assert done.returncode == 0, (args, done.stderr)
    return done.stdout.decode("utf-8", "surrogateescape").removesuffix("\n")


class Repository:
    """A bare repository that is committed to without a work tree, so that hostile trees can be made too."""

    def __init__(self, path: Path, *, branch: str = "main", algorithm: str = "sha1") -> None:
        path.mkdir(parents=True)
        self.path = path
        self.git("init", "--quiet", "--bare", "--template=", f"--initial-branch={branch}", f"--object-format={algorithm}")

    def git(self, *args: str, given: bytes = b"") -> str:
        return git(self.path, *args, given=given)

    @property
    def url(self) -> str:
        return self.path.as_uri()

    def blob(self, data: bytes) -> str:
        return self.git("hash-object", "-w", "--stdin", given=data)

    def tree(self, entries: Mapping[str, bytes | str], *, modes: Mapping[str, str] | None = None) -> str:
        """A tree of paths. A text is the id of an object (of mode 040000, or as `modes` says), bytes are a file or what `modes` says."""
        modes = modes or {}
        lines: dict[str, bytes] = {}
        below: dict[str, dict[str, bytes | str]] = {}
        for path, content in entries.items():
            first, slash, rest = path.partition("/")
            if slash:
                below.setdefault(first, {})[rest] = content
            elif isinstance(content, bytes):
                lines[first] = f"{modes.get(path, '100644')} blob {self.blob(content)}".encode()
            else:
                kind = "commit" if modes.get(path) == "160000" else "tree"
                lines[first] = f"{modes.get(path, '040000')} {kind} {content}".encode()
        for first, inside in below.items():
            within = {path.partition("/")[2]: mode for path, mode in modes.items() if path.startswith(f"{first}/")}
            lines[first] = f"040000 tree {self.tree(inside, modes=within)}".encode()
        listing = b"".join(meta + b"\t" + os.fsencode(name) + b"\0" for name, meta in lines.items())
        return self.git("mktree", "-z", "--missing", given=listing)

    def commit(
        self, entries: Mapping[str, bytes | str], *, modes: Mapping[str, str] | None = None, message: str = "A change", branch: str = "main"
    ) -> str:
        """One commit that holds exactly these, on top of the branch."""
        parents = self.git("for-each-ref", "--format=-p %(objectname)", f"refs/heads/{branch}").split()
        commit = self.git("commit-tree", self.tree(entries, modes=modes), *parents, given=message.encode())
        self.git("update-ref", f"refs/heads/{branch}", commit)
        return commit


def settings(repository: Repository | str, store: Path, **changes: object) -> GitSettings:
    """Settings for a source named "platform". Changes are fields of `GitSettings`."""
    url = repository if isinstance(repository, str) else repository.url
    fields: dict[str, object] = {"timeout": 20.0, **changes}
    return GitSettings(SourceName("platform"), url, str(store), **fields)  # type: ignore[arg-type]  # a test states fields by name


def branch(repository: Repository | str, store: Path, name: str = "main", **changes: object) -> GitSettings:
    return settings(repository, store, ref_kind=RefKind.BRANCH, ref=name, **changes)


def no_secret(secret: Secret) -> str:
    raise AssertionError(f"nobody should ask for {secret.setting}")


def the_secret(_: Secret) -> str:
    return SECRET


def opened(stated: GitSettings) -> GitSource:
    return GitSource(stated, no_secret)


def paths(snapshot: Snapshot) -> list[str]:
    return [entry.path for entry in snapshot.entries]


def codes(snapshot: Snapshot) -> list[tuple[str, str]]:
    return [(problem.code, problem.file) for problem in snapshot.problems]


def contents(source: GitSource, snapshot: Snapshot) -> dict[str, bytes | None]:
    return {entry.path: data for entry, data in source.read(snapshot.entries)}


def entry(snapshot: Snapshot, path: str) -> Entry:
    return next(each for each in snapshot.entries if each.path == path)
