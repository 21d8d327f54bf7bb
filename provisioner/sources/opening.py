"""Opens a source by its settings.

In: `SourceSettings` and the way to secrets. Out: something that satisfies `core.ports.Source`. It reads nothing yet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import assert_never

from provisioner.core.errors import SourceBroken
from provisioner.core.ports import Source, Watch
from provisioner.core.secret import Reveal
from provisioner.core.settings import DirectorySettings, GitSettings, SourceSettings
from provisioner.sources.directory import DirectorySource
from provisioner.sources.watch_looking import Polled
from provisioner.sources.watching import open_watch


def open_source(settings: SourceSettings, reveal: Reveal) -> Source:
    """The source that the settings speak of. Raises SourceBroken when it needs git and there is none.

    A `GitSource` should be closed in the end; one that is not takes its last child process with it when it is collected.
    """
    match settings:
        case DirectorySettings():
            return DirectorySource(settings)
        case GitSettings():
            return _git(settings, reveal)
        case _:
            assert_never(settings)


def watched(settings: SourceSettings, on_hint: Callable[[], None]) -> Watch:
    """Notices changes of the source from now on. A repository says nothing by itself: it is asked at intervals, or when a hook says so."""
    match settings:
        case DirectorySettings():
            return open_watch(settings, on_hint)
        case GitSettings():
            return Polled(settings.interval)
        case _:
            assert_never(settings)


@contextmanager
def git_at_hand() -> Iterator[None]:
    """The block that imports what needs a git. Raises SourceBroken when there is none."""
    try:
        yield
    except ImportError as error:
        raise SourceBroken(
            "git cannot be started: there is no `git` in PATH", next_step="install git 2.32 or later on this machine"
        ) from error


def _git(settings: GitSettings, reveal: Reveal) -> Source:
    with git_at_hand():
        from provisioner.sources.git import GitSource  # noqa: PLC0415 - takes 0.2 s and needs a git: only who has a repository pays

    return GitSource(settings, reveal)
