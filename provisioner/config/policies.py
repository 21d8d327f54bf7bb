"""What a target allows: its policy, other policies for some paths, and the mark of its owner.

In: the part of a target. Out: a `Policy` and its `Override`s; a problem for what cannot be meant. Which policy holds for a path is
`core/policy.py`'s.
"""

from __future__ import annotations

from collections.abc import Iterator

from provisioner.config.complaints import Complaint
from provisioner.config.globs import globs
from provisioner.config.parts import Part
from provisioner.core.policy import changed
from provisioner.core.settings import (
    AdoptPolicy,
    ConflictPolicy,
    DeletedPolicy,
    DriftPolicy,
    Override,
    Policy,
    PolicyChange,
    Prune,
)

SHORTEST_KEEP = 60 * 60.0
"""Seconds. What a policy replaced must still be there when somebody comes to ask for it."""
_HOW = frozenset({"max_deletions", "grace"})
_WILD = frozenset("*?[{.")


def policy(target: Part) -> Policy:
    """The policy of the whole target, its defaults where nothing is stated."""
    part, default = target.part("policy"), Policy()
    stated = Policy(
        conflict=_conflict(part) or default.conflict,
        drift=_drift(part) or default.drift,
        adopt=_adopt(part) or default.adopt,
        deleted=_deleted(part) or default.deleted,
        prune=_prune(part.part("prune")),
    )
    _contradiction(part, stated)
    _prune_without_leave(target)
    return stated


def overrides(target: Part, base: Policy) -> tuple[Override, ...]:
    """The overrides in the order stated. `base` is the target's policy, which they change."""
    return tuple(_overrides(target, base))


def _overrides(target: Part, base: Policy) -> Iterator[Override]:
    for part in target.parts("overrides"):
        stated, prune = part.part("policy"), part.part("policy").part("prune")
        change = PolicyChange(
            conflict=_conflict(stated),
            drift=_drift(stated),
            adopt=_adopt(stated),
            deleted=_deleted(stated),
            prune=prune.truth("enabled", default=False) if prune.has("enabled") else None,
            grace=prune.span("grace", 0.0) if prune.has("grace") else None,
        )
        _contradiction(stated, changed(base, change))
        yield Override(_paths(part), change)


def _paths(part: Part) -> tuple[str, ...]:
    found = globs(part, "paths")
    stated = part.value.get("paths")
    for index, glob in enumerate(stated if isinstance(stated, list) else ()):
        if isinstance(glob, str) and not _WILD & set(glob.rpartition("/")[2]) and not glob.endswith("/"):
            message = "this glob matches a file of exactly this name, which is no dashboard: a directory is meant"
            part.below("paths").complain(Complaint("config-value", message, f'write "{glob}/**"'), index)
    return found


def _prune(part: Part) -> Prune:
    default = Prune()
    keep = part.span("keep", default.keep)
    if keep < SHORTEST_KEEP:
        message = "keep is an hour at least: what was replaced or deleted must still be there when somebody asks for it"
        part.complain(Complaint("config-value", message, "write keep: 1h, or more"), "keep")
    return Prune(
        enabled=part.truth("enabled", default=default.enabled),
        max_deletions=part.ceiling("max_deletions", default.max_deletions),
        grace=part.span("grace", default.grace),
        keep=keep,
    )


def _prune_without_leave(target: Part) -> None:
    """How to delete is said, but nowhere that it is wanted: somebody believes that it happens."""
    part = target.part("policy").part("prune")
    asked = [key for key in part.names() if key in _HOW]
    wanted = any(each.part("policy").part("prune").has("enabled") for each in target.parts("overrides"))
    if asked and not wanted and _HOW.issuperset({*part.names()} - {"keep"}):  # with another key, that is told instead
        message = f"{asked[0]} is stated, but not that anything may be deleted"
        part.complain(Complaint("config-missing", message, "add enabled: true; or enabled: false, to leave it off"), asked[0])


def _contradiction(part: Part, stated: Policy) -> None:
    """An edit would be kept while git has a change that waits, and be put back once it has none. Nobody means that."""
    key = next((each for each in ("conflict", "drift") if part.has(each)), None)
    if key is not None and (stated.drift, stated.conflict) == (DriftPolicy.REVERT, ConflictPolicy.SERVER_WINS):
        message = "drift: revert puts back what was edited in Grafana, and conflict: server-wins keeps it"
        part.complain(Complaint("config-conflict", message, "write conflict: report or git-wins, or drift: report"), key)


def _conflict(part: Part) -> ConflictPolicy | None:
    stated = part.text("conflict")
    return ConflictPolicy(stated) if stated else None


def _drift(part: Part) -> DriftPolicy | None:
    stated = part.text("drift")
    return DriftPolicy(stated) if stated else None


def _adopt(part: Part) -> AdoptPolicy | None:
    stated = part.text("adopt")
    return AdoptPolicy(stated) if stated else None


def _deleted(part: Part) -> DeletedPolicy | None:
    stated = part.text("deleted")
    return DeletedPolicy(stated) if stated else None
