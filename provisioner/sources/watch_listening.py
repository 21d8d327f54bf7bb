"""Listens to the kernel's events for one source: `Listening`.

In: `DirectorySettings`, and what to call. Out: something that satisfies `core.ports.Watch`. One thread, one inotify instance.

Whether events are enough is decided by the file system's type, by what the kernel refuses, and by the caller, who tells when a change came
without a hint (`missed`). Where they are not, hints may still come, and the caller looks at short intervals besides.
"""

from __future__ import annotations

import errno
import os
import threading
import time
from collections.abc import Callable, Sequence

from provisioner.core.service import WatchMode
from provisioner.core.settings import DirectorySettings
from provisioner.sources.selection import Chooser
from provisioner.sources.watch_kernel import Event, Kernel, limit
from provisioner.sources.watch_looking import looked_at
from provisioner.sources.watch_meaning import Meaning, meaning
from provisioner.sources.watch_mounts import MOUNTS, deaf
from provisioner.sources.watch_survey import Post, Survey, Unwatchable

_SAFE = 60.0
"""Seconds between looks that nothing asks for: what events cannot tell (a mount that came over a directory) is found then."""

_NEAR = 1.0
"""Seconds. A hint and a look that are no further apart saw the same change."""


class Listening:
    """Satisfies `core.ports.Watch`. `mounts` is the kernel's list of mounts."""

    def __init__(self, settings: DirectorySettings, on_hint: Callable[[], None], *, again: float, mounts: str = MOUNTS) -> None:
        self._settings = settings
        self._on_hint = on_hint
        self._again = again
        self._mounts = mounts
        self._chooser = Chooser(settings.selection)
        self._turn = threading.Lock()  # over the kernel and the posts; not held while waiting, nor while hinting
        self._ended = threading.Event()
        self._kernel: Kernel | None = None
        self._posts: dict[int, Post] = {}
        self._root = ""
        self._refused = self._blind = self._deaf = ""
        self._missed: float | None = None
        self._hinted = float("-inf")
        self._thread = threading.Thread(target=self._run, name=f"watch-{settings.name}", daemon=True)
        self._open()
        try:
            self._thread.start()
        except RuntimeError:  # the system has no thread for us
            self._ended.set()
            self._shut("the system gives no further thread")

    @property
    def how(self) -> str:
        why = self._why
        return looked_at(self.interval, why) if why else "events"

    @property
    def interval(self) -> float:
        given = self._settings.watching.interval
        return given if self._why else max(_SAFE, given)

    def missed(self) -> None:
        """Watches anew, which mends it where another file system came over the directory; otherwise events are not relied upon any more.

        Takes as long as the directories are many (2,000: 0.05 s). A hint that comes within a second takes it back.
        """
        now = time.monotonic()
        if now - self._hinted < _NEAR:
            return
        with self._turn:
            before = self._posts.keys()
            if self._survey() and self._posts.keys() != before:
                return
        self._missed = now

    def close(self) -> None:
        self._ended.set()
        with self._turn:
            if self._kernel is not None:
                self._kernel.wake()
        if self._thread.ident is not None and self._thread is not threading.current_thread():
            self._thread.join()

    @property
    def _why(self) -> str:
        """Why events are not enough, "" when they are. Whoever asks for events alone is believed that they come."""
        if self._refused or self._blind:
            return self._refused or f"{self._blind} may not be watched: permission denied"
        if self._settings.watching.mode is WatchMode.AUTO:
            if self._deaf:
                return f"on {self._deaf}, changes from elsewhere raise no event"
            if self._missed is not None:
                return "a change came without an event"
        return ""

    def _run(self) -> None:
        why = "the watching ended by a fault of its own"
        try:
            while not self._ended.is_set():
                self._serve()
            why = "the watch is closed"
        finally:
            self._shut(why)

    def _serve(self) -> None:
        """One batch of events; or, where there are none to be had, one more try for them."""
        kernel = self._kernel
        if kernel is None:
            if not self._ended.wait(self._again) and self._open():
                self._hint()
            return
        events = kernel.wait()
        with self._turn:
            worth = not self._ended.is_set() and self._take(events)
        if self._refused:
            self._shut(self._refused)
        if worth:  # last of all: who is told finds everything as it stays
            self._hint()

    def _hint(self) -> None:
        self._hinted = time.monotonic()
        if self._missed is not None and self._hinted - self._missed < _NEAR:
            self._missed = None
        self._on_hint()

    def _open(self) -> bool:
        with self._turn:
            try:
                self._kernel = Kernel()
            except OSError as error:
                self._refused = _no_instance(error)
                return False
            if self._listens(self._kernel):
                return True
        self._shut(self._refused)
        return False

    def _shut(self, why: str) -> None:
        """Gives every watch back: those of a user are few, and others need them too."""
        with self._turn:
            self._refused = why
            self._posts = {}
            if self._kernel is not None:
                self._kernel.close()
            self._kernel = None

    def _take(self, events: Sequence[Event]) -> bool:
        """Whether they are worth a hint. What is new is listened to before anybody is told."""
        worth = anew = False
        branches: list[tuple[Post, str]] = []
        for event in events:
            post = self._posts.get(event.watch)
            if post is None:
                anew = anew or event.lost
                continue
            if event.over:
                del self._posts[event.watch]
            match meaning(event, post, self._chooser):
                case Meaning.NOTHING:
                    continue
                case Meaning.BRANCH:
                    branches.append((post, event.name))
                case Meaning.ANEW:
                    anew = True
                case Meaning.HINT:
                    pass
            worth = True
        if anew:
            self._survey()
        elif branches:
            self._grow(branches)
        return worth or anew

    def _grow(self, branches: Sequence[tuple[Post, str]]) -> None:
        """Listens in directories that are new."""
        if self._kernel is None:
            return
        survey = Survey(self._kernel, self._chooser, self._posts)
        try:
            for post, name in branches:
                survey.branch(self._root, post, name)
        except Unwatchable as refusal:
            self._refuse(self._kernel, refusal)

    def _survey(self) -> bool:
        """As `_listens`, where events were to be had until now."""
        return self._kernel is not None and not self._refused and self._listens(self._kernel)

    def _listens(self, kernel: Kernel) -> bool:
        """Listens where the ways lead now, and nowhere else. False when that is refused: then nothing is listened to any more.

        What was refused before stays told until this has come to its end: a try that fails must not look like events for a moment.
        """
        posts: dict[int, Post] = {}
        survey = Survey(kernel, self._chooser, posts)
        try:
            self._root = survey.whole(self._settings.path)
        except Unwatchable as refusal:
            self._refuse(kernel, refusal)
            return False
        for watch in self._posts.keys() - posts.keys():
            kernel.forget(watch)
        self._posts = posts
        self._blind = survey.blind
        self._deaf = deaf(self._root or self._settings.path, self._mounts)
        self._refused = ""
        return True

    def _refuse(self, kernel: Kernel, refusal: Unwatchable) -> None:
        self._refused = str(refusal)
        kernel.wake()  # whoever asked, it is the thread that gives the watches back


def _no_instance(error: OSError) -> str:
    """EMFILE stands for two limits: which one it is, another descriptor tells."""
    if error.errno != errno.EMFILE:
        return f"the kernel gives no events: {error.strerror}"
    try:
        os.close(os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC))
    except OSError:
        return "this process has too many files open: raise its limit (ulimit -n, LimitNOFILE=)"
    return f"this user's inotify instances are used up: raise fs.inotify.max_user_instances, now {limit('max_user_instances')}"
