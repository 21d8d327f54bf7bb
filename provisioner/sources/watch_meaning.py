"""What an event means for a source.

In: an `Event` and the `Post` that heard it. Out: a `Meaning`. The one question to the file system is whether a name is a link.

When in doubt it is a hint: the tree is read again, and nothing comes of it. What can never count is passed over, so that an editor's swap
files wake nobody.
"""

from __future__ import annotations

import os
from enum import Enum

from provisioner.sources.selection import Chooser
from provisioner.sources.watch_kernel import Event
from provisioner.sources.watch_survey import Post


class Meaning(Enum):
    """NOTHING for the source; HINT: it may have changed; BRANCH: and there is a directory to listen in; ANEW: and ways lead elsewhere."""

    NOTHING = "nothing"
    HINT = "hint"
    BRANCH = "branch"
    ANEW = "anew"


def meaning(event: Event, post: Post, chooser: Chooser) -> Meaning:
    """An event that says that a watch is over means nothing: what lay there is told of by the directory above."""
    if event.unmounted:
        return Meaning.ANEW
    if event.over:
        return Meaning.NOTHING
    if event.name in post.names:
        return Meaning.ANEW if event.named else Meaning.HINT
    if not event.name:
        return Meaning.HINT if post.shown else Meaning.NOTHING
    enters = any(chooser.enters(shown + event.name) for shown in post.shown)
    if event.directory:
        return _of_directory(event) if enters else Meaning.NOTHING
    takes = any(chooser.takes(shown + event.name) for shown in post.shown)
    if (takes or enters) and event.came and os.path.islink(f"{post.real}/{event.name}"):  # noqa: PTH114 - as in walk.py
        return Meaning.ANEW
    return Meaning.HINT if takes else Meaning.NOTHING


def _of_directory(event: Event) -> Meaning:
    if event.left:
        return Meaning.ANEW
    # Its rights may have changed: what could not be listened to before, now can.
    return Meaning.BRANCH if event.came or not event.named else Meaning.HINT
