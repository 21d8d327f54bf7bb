"""Which sources a push is about.

In: what was pushed, and what a hook may wake. Out: the sources to look at, or in words why there are none. Where a payload does not say
what is needed to tell, the source is looked at: a hook is a hint, and the ref is looked up anyway.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never

from provisioner.core.hooks.repositories import is_same
from provisioner.core.hooks.values import Change, Push, Wanted
from provisioner.core.model import SourceName
from provisioner.core.settings import RefKind

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Matched:
    """`change` is the first that a source follows; None where there is none, or the payload names no ref."""

    sources: tuple[SourceName, ...]
    words: str
    change: Change | None = None


def matched(push: Push, wanted: tuple[Wanted, ...]) -> Matched:
    """The sources that follow what was pushed."""
    where = f" of {push.shown}" if push.shown else ""
    ours = [each for each in wanted if is_same(each.url, push.repositories)]
    if not ours:
        return Matched((), f"a push to {push.shown}, which no source of this hook is read from" if wanted else "this hook wakes no source")
    if not push.changes:
        return Matched(tuple(each.source for each in ours), f"a push{where} that names no ref: {_names(ours)} looked at")
    pairs = [(each, change) for each in ours for change in push.changes if _follows(each, change, push.default_branch)]
    awake = [each for each, change in pairs if not change.deleted]
    if awake:
        change = next(change for _, change in pairs if not change.deleted)
        return Matched(
            tuple(dict.fromkeys(each.source for each in awake)), f"a push to {_ref(change)}{where}: {_names(awake)} looked at", change
        )
    if pairs:
        return Matched((), f"{_ref(pairs[0][1])}{where} was deleted: nothing to look at", pairs[0][1])
    pushed = _listed([_ref(change) for change in push.changes])
    return Matched((), f"a push to {pushed}{where}, while the hook's sources follow {_listed(list(dict.fromkeys(map(_followed, ours))))}")


def _follows(wanted: Wanted, change: Change, default_branch: str) -> bool:
    """Whether a source may have something new by this change. A commit never moves, but a push may bring one that was not there."""
    match wanted.kind:
        case RefKind.BRANCH | RefKind.TAG:
            return change.kind in {None, wanted.kind} and change.name == wanted.ref
        case RefKind.HEAD:
            return change.kind is not RefKind.TAG and default_branch in {"", change.name}
        case RefKind.COMMIT:
            return change.commit in {"", wanted.ref} and not change.deleted
        case _:
            assert_never(wanted.kind)


def _ref(change: Change) -> str:
    return f'{change.kind or "ref"} "{change.name}"'


def _followed(wanted: Wanted) -> str:
    return "the default branch" if wanted.kind is RefKind.HEAD else f'{wanted.kind} "{wanted.ref}"'


def _names(sources: list[Wanted]) -> str:
    names = list(dict.fromkeys(str(each.source) for each in sources))
    return f"{_listed(names)} {'is' if len(names) == 1 else 'are'}"


def _listed(words: list[str]) -> str:
    shown = ", ".join(words[:_SHOWN])
    return f"{shown} and {len(words) - _SHOWN} more" if len(words) > _SHOWN else shown
