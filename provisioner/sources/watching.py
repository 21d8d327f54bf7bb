"""Notices that a directory may have changed: `open_watch`.

In: `DirectorySettings`, and what to call. Out: something that satisfies `core.ports.Watch`. It never fails: where events cannot be had it
says so, and the caller looks at intervals. It reads no file, and writes nothing: a directory of a user is no place to try things out.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

from provisioner.core.ports import Watch
from provisioner.core.service import WatchMode
from provisioner.core.settings import DirectorySettings
from provisioner.sources.watch_looking import Looking

_AGAIN = 300.0


def open_watch(settings: DirectorySettings, on_hint: Callable[[], None], *, again: float = _AGAIN) -> Watch:
    """Watches from now on: what happens after this has returned is hinted at, so open it before the first look.

    `on_hint` is called from another thread, once for a batch of events, and only when all that is new is watched itself: who reads the
    tree after a hint misses nothing. It must be quick, and must wait for nobody who may be closing the watch. The path need not be there
    yet. After `again` seconds events are tried for once more where the kernel refused them.
    """
    if settings.watching.mode is WatchMode.POLL:
        return Looking(settings.watching.interval, "as the configuration has it")
    if sys.platform != "linux":
        return Looking(settings.watching.interval, "events are taken from Linux alone")
    from provisioner.sources.watch_listening import Listening  # noqa: PLC0415 - only who listens pays for watchdog, 0.06 s

    return Listening(settings, on_hint, again=again)
