"""What a server tells by itself of its dashboards, where it does: somebody saved one, or took it away.

In: nothing. Out: `Watch`, the seam between the daemon and `grafana/`, and the values that come of one. Nothing here asks or decides.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from provisioner.core.model import Uid
from provisioner.core.server import Mark


@dataclass(frozen=True, slots=True)
class Begun:
    """The server has taken the watch: from now on it tells what happens."""


@dataclass(frozen=True, slots=True)
class Moved:
    """A dashboard is in another state now; `mark` is None where it was taken away. The same may be told twice."""

    uid: Uid
    mark: Mark | None


@dataclass(frozen=True, slots=True)
class Expired:
    """The server no longer knows what happened since the last that it told: all have to be listed anew. The end of a watch."""


@dataclass(frozen=True, slots=True)
class NoWatch:
    """There is no watch, or none that is of use; `why` in words ("the server answers 405 to watch"), "" where the API knows none. The end
    of a watch.
    """

    why: str


Sighting = Begun | Moved | Expired | NoWatch


class Watch(Protocol):
    """One thread goes through it, once; `close` may come from any other, and ends that within a second."""

    @property
    def marks(self) -> Mapping[Uid, Mark]:
        """All that the credential may see, as they were when it began. Never proof of absence."""
        ...

    def __iter__(self) -> Iterator[Sighting]:
        """What happened since, as long as it goes on: to `Expired`, to `NoWatch`, or until it is closed. Broken streams are gone on with.
        Raises TargetError.
        """
        ...

    def close(self) -> None:
        """It is to end."""
        ...
