"""Which policy holds for a path, and which of two policies allows less.

In: a target's settings. Out: `Policies`, compiled once, which answers for a path within a source in a few microseconds. Pure: equal
settings give equal answers. What a policy means for a dashboard is decided in `decide.py` and `guard.py`, not here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from provisioner.core.globs import any_of
from provisioner.core.model import Uid
from provisioner.core.settings import AdoptPolicy, Ceiling, ConflictPolicy, DeletedPolicy, DriftPolicy, Policy, PolicyChange, TargetSettings

_TAKE = PolicyChange(
    conflict=ConflictPolicy.GIT_WINS, drift=DriftPolicy.REVERT, adopt=AdoptPolicy.TAKE_OVER, deleted=DeletedPolicy.RECREATE
)
_ADOPTS = (AdoptPolicy.NEVER, AdoptPolicy.IDENTICAL, AdoptPolicy.TAKE_OVER)


@dataclass(frozen=True, slots=True)
class Policies:
    """The policies of one target. `base` holds for every path that no override names, and for what has no path."""

    base: Policy
    overrides: tuple[tuple[re.Pattern[str], PolicyChange], ...] = ()
    taken: frozenset[Uid] = frozenset()
    owner_tag: str = ""

    def of(self, path: str, uid: Uid | None = None) -> Policy:
        """The policy for a path within its source. Of overrides that match, the later one wins, part by part; a person's word for this one
        dashboard wins over all of them.
        """
        policy = self.base
        for pattern, change in self.overrides:
            if pattern.fullmatch(path) is not None:
                policy = changed(policy, change)
        return changed(policy, _TAKE) if uid in self.taken else policy


def policies(target: TargetSettings, taken: frozenset[Uid] = frozenset()) -> Policies:
    """The policies of a target, compiled. A wildcard of an override stands for a leading dot too: what is hidden was decided before.

    `taken` are dashboards of which a person said that git wins, this once.
    """
    compiled = ((re.compile(any_of(each.paths, hidden=True), re.DOTALL), each.change) for each in target.overrides)
    return Policies(target.policy, tuple(compiled), taken, target.owner_tag or "")


def policy_for(target: TargetSettings, path: str) -> Policy:
    """The policy of one path. Who asks for many keeps `policies(target)`."""
    return policies(target).of(path)


def changed(policy: Policy, change: PolicyChange) -> Policy:
    """The policy with the parts that the change states."""
    prune = policy.prune
    return Policy(
        conflict=change.conflict or policy.conflict,
        drift=change.drift or policy.drift,
        adopt=change.adopt or policy.adopt,
        deleted=change.deleted or policy.deleted,
        prune=replace(
            prune,
            enabled=prune.enabled if change.prune is None else change.prune,
            grace=prune.grace if change.grace is None else change.grace,
        ),
    )


def stricter(one: Policy, other: Policy) -> bool:
    """Whether `one` allows nothing that `other` does not: its changes are then a subset, for whatever is desired, live and recorded.

    A partial order: every policy is stricter than itself, and of two neither need be. `git-wins` and `server-wins` settle a conflict in
    opposite ways, so neither is stricter. How long bodies are kept changes nothing on a server, so it is not looked at.
    """
    return (
        one.drift in {DriftPolicy.REPORT, other.drift}
        and one.conflict in {ConflictPolicy.REPORT, other.conflict}
        and one.deleted in {DeletedPolicy.REPORT, other.deleted}
        and _ADOPTS.index(one.adopt) <= _ADOPTS.index(other.adopt)
        and _deletes_less(one, other)
    )


def _deletes_less(one: Policy, other: Policy) -> bool:
    if not one.prune.enabled:
        return True
    return other.prune.enabled and _lower(one.prune.max_deletions, other.prune.max_deletions) and one.prune.grace >= other.prune.grace


def _lower(one: Ceiling, other: Ceiling) -> bool:
    """For every number that is owned: nothing owned shows the number, much owned shows the percentage."""
    return one.number <= other.number and one.percent <= other.percent
