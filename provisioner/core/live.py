"""What was seen of a server, as far as the desired asks.

In: nothing. Out: `Live`. It says what was looked at as well as what was found, for what was not looked at is not absent.
"""

from __future__ import annotations

from dataclasses import dataclass

from provisioner.core.changes import Comparison
from provisioner.core.model import Fingerprint, Uid
from provisioner.core.server import Found, LiveFolder, Server


@dataclass(frozen=True, slots=True)
class Ours:
    """What we would send for one uid: the name of it (`canonical.fingerprint_key`), and its fingerprint where somebody needed it."""

    uid: Uid
    key: str
    content: Fingerprint | None = None


@dataclass(frozen=True, slots=True)
class Live:
    """What the server holds, as far as the desired asks: all folders, all that search shows, and what was compared of it.

    `read` are uids that were asked for by name, found or not, or that a list told to be as recorded; `ours` is what we would send.
    `doubtful` are uids that could not be compared (the file changed meanwhile, the server forbids the read): nothing is decided about them.
    """

    server: Server
    folders: tuple[LiveFolder, ...] = ()
    found: tuple[Found, ...] = ()
    compared: tuple[tuple[Uid, Comparison], ...] = ()
    doubtful: frozenset[Uid] = frozenset()
    read: frozenset[Uid] = frozenset()
    ours: tuple[Ours, ...] = ()
