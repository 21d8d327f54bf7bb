"""docs/policies.md: what becomes of a dashboard, asked of the code that decides it, row by row and policy by policy.

In: nothing. Out: the page. Every outcome, every sentence in quotes and every remedy is what `decide` and `guard` answer, so the page
cannot say anything else than they do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import reduce
from itertools import combinations, product
from pathlib import Path

from provisioner.core.changes import (
    Comparison,
    Conflict,
    ConflictKind,
    CreateDashboard,
    Difference,
    Drift,
    LiveState,
    Turn,
    UpdateDashboard,
)
from provisioner.core.conflicts import CONFLICTS
from provisioner.core.decide import Adopt, Decision, Same, Sides, decide
from provisioner.core.guard import Circumstances, Held, Pruning, guard
from provisioner.core.model import ROOT, BlobId, DesiredDashboard, Document, Fingerprint, Origin, Shape, SourceName, Uid
from provisioner.core.policy import Policies
from provisioner.core.records import Record
from provisioner.core.server import Found, Mark
from provisioner.core.settings import AdoptPolicy, Ceiling, ConflictPolicy, DeletedPolicy, DriftPolicy, Policy, Prune
from provisioner.render.words import dated

TEMPLATE = Path(__file__).with_name("policies.template.md")
"""What people wrote of the page."""

_SOURCE = SourceName("SOURCE")
_BASE, _GIT, _EDITED = Fingerprint("1:base"), Fingerprint("1:git"), Fingerprint("1:edited")
_DIFFERS = (Difference(Turn.CHANGED, 'panel "CPU"', "title"),)
_OURS = DesiredDashboard(
    Uid("UID"),
    "TITLE",
    ROOT,
    (),
    Document(0, 0, "", embedded=False, shape=Shape.CLASSIC, uid=Uid("UID"), title="TITLE"),
    Origin(_SOURCE, "FILE", BlobId("2"), 1, "DIRECTORY/FILE"),
)
_RECORD = Record(
    uid=Uid("UID"),
    title="TITLE",
    source=_SOURCE,
    path="FILE",
    index=0,
    blob=BlobId("1"),
    commit=None,
    key="1:1:0:-",
    content=_BASE,
    folder=ROOT,
    titles=(),
    mark=Mark(7, 6),
    applied="2026-11-20T16:40:00Z",
)
_TOLD_AS_DRIFT = {ConflictKind.DELETED_ON_SERVER}
_TWIN = Found(Uid("OTHER"), "TITLE", ROOT, "https://grafana.example/d/OTHER")

_DIGEST = re.compile(r"confirm [0-9a-f]{12}")

Choice = tuple[str, str]
"""A key of the policy and a value of it."""

Value = ConflictPolicy | DriftPolicy | AdoptPolicy | DeletedPolicy

_VALUES: Mapping[str, tuple[Value, ...]] = {
    "drift": tuple(DriftPolicy),
    "conflict": tuple(ConflictPolicy),
    "adopt": tuple(AdoptPolicy),
    "deleted": tuple(DeletedPolicy),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table, in the words of a reader, and the sides that are that row."""

    record: str
    git: str
    server: str
    sides: Sides


def _live(fingerprint: Fingerprint, version: int = 7, *, managed_by: str | None = None, owner_tag: str = "") -> LiveState:
    url, mark = "https://grafana.example/d/UID", Mark(7, version)
    return LiveState(Uid("UID"), "TITLE", ROOT, "", url, mark, "PERSON", "WHEN", fingerprint, managed_by, owner_tag)


def _sides(record: Record | None, content: Fingerprint, live: LiveState | None, *, twin: Found | None = None) -> Sides:
    beside = None
    if live is not None:
        beside = Comparison(content, live, () if live.fingerprint == content else _DIFFERS)
    return Sides(_OURS, "1:2:0:-", content, record, beside, read=True, twin=twin, unique_names=twin is not None)


def rows() -> tuple[Row, ...]:
    """The table of the design, in its order, then what comes before it."""
    return (
        Row("none", "has it", "does not", _sides(None, _GIT, None)),
        Row("none", "has it", "has the same", _sides(None, _GIT, _live(_GIT))),
        Row("none", "has it", "has another", _sides(None, _GIT, _live(_EDITED))),
        Row("yes", "as it was", "as it was", _sides(_RECORD, _BASE, _live(_BASE, 6))),
        Row("yes", "changed", "as it was", _sides(_RECORD, _GIT, _live(_BASE, 6))),
        Row("yes", "as it was", "edited", _sides(_RECORD, _BASE, _live(_EDITED))),
        Row("yes", "changed", "edited to the same", _sides(_RECORD, _GIT, _live(_GIT))),
        Row("yes", "changed", "edited", _sides(_RECORD, _GIT, _live(_EDITED))),
        Row("yes", "as it was", "deleted", _sides(_RECORD, _BASE, None)),
        Row("yes", "changed", "deleted", _sides(_RECORD, _GIT, None)),
        Row("any", "changed", "another tool keeps it", _sides(_RECORD, _GIT, _live(_BASE, 6, managed_by="file provisioning"))),
        Row("none", "has it", "another installation's tag is on it", _sides(None, _GIT, _live(_EDITED, owner_tag="provisioner:OTHER"))),
        Row("none", "has it", "does not, and its title is taken (up to 11.2)", _sides(None, _GIT, None, twin=_TWIN)),
    )


def outcome(decision: Decision) -> str:
    """What happens, in a few words."""
    match decision:
        case CreateDashboard():
            return "created"
        case UpdateDashboard(keep=None):
            return "updated"
        case UpdateDashboard():
            return "git is written; what was live is kept first"
        case Conflict(kind=kind):
            return f"conflict `{kind.value}`; nothing is written"
        case Drift(live=None):
            return "reported as deleted; nothing is written"
        case Drift():
            return "reported as drift; nothing is written"
        case Adopt():
            return "adopted: recorded without a write"
        case Same():
            return "nothing to do"


def by_policy(sides: Sides) -> dict[tuple[Choice, ...], Decision]:
    """The decision by default, and by each choice (or pair of choices, where one undoes the other) that makes it another one."""
    usual = decide(sides, Policy())
    found: dict[tuple[Choice, ...], Decision] = {(): usual}
    choices = [(key, value) for key, values in _VALUES.items() for value in values if value is not getattr(Policy(), key)]
    for key, value in choices:
        decided = decide(sides, _with(Policy(), value))
        if outcome(decided) != outcome(usual):
            found[((key, value.value),)] = decided
    for (one, first), (two, second) in combinations(choices, 2):
        single = [found[((key, value.value),)] for key, value in ((one, first), (two, second)) if ((key, value.value),) in found]
        decided = decide(sides, _with(_with(Policy(), first), second))
        if one != two and single and outcome(decided) not in {outcome(each) for each in single}:
            found[((one, first.value), (two, second.value))] = decided
    return found


def _with(policy: Policy, value: Value) -> Policy:
    match value:
        case ConflictPolicy():
            return replace(policy, conflict=value)
        case DriftPolicy():
            return replace(policy, drift=value)
        case AdoptPolicy():
            return replace(policy, adopt=value)
        case DeletedPolicy():
            return replace(policy, deleted=value)


def predicted(found: Mapping[tuple[Choice, ...], Decision], policy: Policy) -> str:
    """What the page says of a whole policy: the outcome of its most particular choices."""
    stated = {(key, getattr(policy, key).value) for key in _VALUES}
    fitting = [choices for choices in found if set(choices) <= stated]
    return outcome(found[max(fitting, key=len)])


def every_policy() -> Iterator[Policy]:
    """All combinations of what decides about a dashboard that has a file."""
    for values in product(*_VALUES.values()):
        yield reduce(_with, values, Policy())


def words(decision: Decision) -> tuple[str, str]:
    """The sentence that a report gives, and its remedy."""
    match decision:
        case Conflict(message=message, remedy=remedy) | Drift(message=message, remedy=remedy):
            return message, remedy
        case CreateDashboard(reason=reason) | UpdateDashboard(reason=reason):
            return reason, ""
        case Same() | Adopt():
            return "", ""


def prunings() -> tuple[tuple[str, Pruning], ...]:
    """What the guard makes of a dashboard whose file is gone, one circumstance at a time."""
    on = Policies(Policy(prune=Prune(enabled=True)))
    gone, owned = replace(_RECORD, missing_since="2026-11-20T17:00:00Z"), 50
    around = Circumstances("2026-11-21T00:00:00Z", {gone.uid: _live(_BASE, 6)}, owned, owned, frozenset(), frozenset({_SOURCE}))
    seen = {"edited": _live(_EDITED), "managed": _live(_BASE, 6, managed_by="file provisioning"), "tag": _live(_BASE, 6, owner_tag="X")}
    live = {name: replace(around, live={gone.uid: each}) for name, each in seen.items()}
    two, one = (
        (gone, replace(gone, uid=Uid("OTHER"))),
        Policies(replace(on.base, prune=replace(on.base.prune, max_deletions=Ceiling(1, 0)))),
    )
    both = replace(around, live=dict.fromkeys((each.uid for each in two), _live(_BASE, 6)))
    return (
        ("`prune` is off, as it is unless you turn it on", guard((gone,), Policies(Policy()), around)),
        ("nobody edited it, it is gone for the grace time, and not too many are", guard((gone,), on, around)),
        ("gone for less than the grace time", guard((gone,), on, replace(around, now="2026-11-20T17:01:00Z"))),
        ("more than `max_deletions` in one pass", guard(two, one, both)),
        ("edited on the server since we wrote it", guard((gone,), on, live["edited"])),
        ("adopted, and never written by us", guard((replace(gone, written=False),), on, around)),
        ("no file is left at all", guard((gone,), on, replace(around, desired=0))),
        ("its source is not stated any more", guard((gone,), on, replace(around, sources=frozenset()))),
        ("another tool provisions it", guard((gone,), on, live["managed"])),
        ("it is gone on the server too", guard((gone,), on, replace(around, live={gone.uid: None}))),
    )


def policies_page() -> str:
    """The whole page."""
    parts = {"rows": _table(), "deletions": _deleting(), "sentences": _sentences()}
    page = TEMPLATE.read_text(encoding="utf-8")
    for name, lines in parts.items():
        page = page.replace(f"{{{{{name}}}}}", "\n".join(lines))
    return page


def _table() -> Iterator[str]:
    yield "| record | git | server | what happens | unless |\n|---|---|---|---|---|"
    for row in rows():
        found = by_policy(row.sides)
        usual = outcome(found.pop(()))
        others = "<br>".join(f"{_stated(choices)}: {outcome(each)}" for choices, each in found.items())
        yield f"| {row.record} | {row.git} | {row.server} | {usual} | {others} |"


def _deleting() -> Iterator[str]:
    yield "| when | what happens | what is told, and what to do |\n|---|---|---|"
    for when, pruning in prunings():
        held = next(iter(pruning.held), None)
        happens = "the record is forgotten" if pruning.forget else "deleted; its body is kept" if held is None else f"held `{held.reason}`"
        yield f"| {when} | {happens} | {_told(held)} |"


def _told(held: Held | None) -> str:
    return "" if held is None else dated(_DIGEST.sub("confirm DIGEST", f"“{held.message}”<br>{held.remedy}"))


def _stated(choices: tuple[Choice, ...]) -> str:
    return " and ".join(f"`{key}: {value}`" for key, value in choices)


def _sentences() -> Iterator[str]:
    """Each sentence once, with its remedy."""
    told: set[str] = set()
    for row in rows():
        for decision in by_policy(row.sides).values():
            message, remedy = words(decision)
            if not message or message in told:
                continue
            told.add(message)
            kind = f" ([`{decision.kind.value}`](problems.md#conflict-{decision.kind.value}))" if isinstance(decision, Conflict) else ""
            yield f"- “{message}”{kind}" + (f"<br>What to do: {remedy}" if remedy else "")
    left = sorted(kind.value for kind in CONFLICTS.keys() - {each.kind for each in _conflicts()} - _TOLD_AS_DRIFT)
    links = ", ".join(f"[`{kind}`](problems.md#conflict-{kind})" for kind in left)
    yield f"\nOnly a server's answer, or a folder, can make these: {links}."


def _conflicts() -> Iterator[Conflict]:
    for row in rows():
        yield from (each for each in by_policy(row.sides).values() if isinstance(each, Conflict))
