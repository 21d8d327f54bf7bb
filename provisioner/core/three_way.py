"""Git, base and live of one dashboard side by side: what each side changed since it was last applied.

In: bodies in the normal form, as far as they are known. Out: `ThreeWay`, in the words of a dashboard. It decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from provisioner.core.changes import Difference, Turn
from provisioner.core.diff import differences
from provisioner.core.model import Json

Body = Mapping[str, Json]

_TURNED: Mapping[Turn, Turn] = MappingProxyType({Turn.ADDED: Turn.REMOVED, Turn.REMOVED: Turn.ADDED})


@dataclass(frozen=True, slots=True)
class Bodies:
    """The three sides in the normal form (`canonical.normal`), None for one that is not there or was not kept. `base` is what we wrote."""

    git: Body | None = None
    base: Body | None = None
    live: Body | None = None


@dataclass(frozen=True, slots=True)
class ThreeWay:
    """What differs between the sides. A list is None where one of its two sides is not known, empty where they are equal."""

    live_to_git: tuple[Difference, ...] | None
    base_to_live: tuple[Difference, ...] | None
    base_to_git: tuple[Difference, ...] | None


def three_way(bodies: Bodies) -> ThreeWay:
    """What differs between each two of the three."""
    return ThreeWay(_between(bodies.live, bodies.git), _between(bodies.base, bodies.live), _between(bodies.base, bodies.git))


def turned(found: Iterable[Difference]) -> tuple[Difference, ...]:
    """The same seen from the other side: what was added is removed, what came after stood before."""
    return tuple(replace(each, turn=_TURNED.get(each.turn, each.turn), before=each.after, after=each.before) for each in found)


def _between(before: Body | None, after: Body | None) -> tuple[Difference, ...] | None:
    return None if before is None or after is None else differences(before, after)
