"""Looks at a source without keeping anything: what it has now, and how changes of it will be noticed.

In: `SourceSettings`, the way to secrets, a directory that is thrown away afterwards. Out: a snapshot; words. A repository is fetched into
that directory and not into its store, which another user than this one may own.
"""

from __future__ import annotations

from dataclasses import replace

from provisioner.core.model import Snapshot
from provisioner.core.secret import Reveal
from provisioner.core.settings import GitSettings, SourceSettings
from provisioner.sources.opening import git_at_hand, open_source, watched


def snapshot(settings: SourceSettings, reveal: Reveal, scratch: str) -> Snapshot:
    """The files as they are now. Raises SourceError and SecretUnreadable."""
    if isinstance(settings, GitSettings):
        settings = replace(settings, store=f"{scratch}/{settings.name}")
    source = open_source(settings, reveal)
    try:
        return source.snapshot()
    finally:
        getattr(source, "close", lambda: None)()


def noticed(settings: SourceSettings) -> str:
    """How changes will be noticed, in words: the watch is opened for that, and closed at once."""
    watch = watched(settings, lambda: None)
    try:
        return watch.how
    finally:
        watch.close()


def git_version() -> str:
    """The version of git in PATH, such as "2.43.0". Raises SourceBroken when there is none, or too old a one."""
    with git_at_hand():
        from provisioner.sources.git_child import check_version  # noqa: PLC0415 - only who has a repository pays for git

        return check_version().removeprefix("git version ")
