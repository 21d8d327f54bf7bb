"""The words of `status`, `explain` and `diff` that every format shares.

In: `StatusReport`, `Explanation`. Out: plain strings, not yet made safe for any format.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from provisioner.core.changes import Conflict, Difference
from provisioner.core.explain import Explanation, Verdict
from provisioner.core.records import Kept, Record, Why
from provisioner.core.settings import Override, Policy
from provisioner.core.status import Stand, Standing, StatusReport
from provisioner.render import words

Facts = list[tuple[str, list[str]]]
"""Labels, and the lines that stand behind each."""

STANDINGS: Mapping[Standing, str] = MappingProxyType(
    {
        Standing.CONFLICT: "conflict",
        Standing.NOT_OURS: "not ours",
        Standing.DELETED: "deleted",
        Standing.DRIFTED: "drifted",
        Standing.PENDING: "pending",
        Standing.HELD: "held",
        Standing.LEFT: "without a file",
        Standing.IN_SYNC: "in sync",
    }
)

VERDICTS: Mapping[Verdict, str] = MappingProxyType(
    {
        Verdict.CREATE: "to be created",
        Verdict.UPDATE: "to be updated",
        Verdict.MOVE: "to be moved",
        Verdict.ADOPT: "to be adopted",
        Verdict.IN_SYNC: "in sync",
        Verdict.DRIFTED: "drifted",
        Verdict.DELETED: "deleted on the server",
        Verdict.CONFLICT: "conflict",
        Verdict.DELETE: "to be deleted",
        Verdict.HELD: "held",
        Verdict.FORGOTTEN: "to be forgotten",
        Verdict.FOREIGN: "not ours",
        Verdict.KEPT_BACK: "kept back",
    }
)

KEPT_BECAUSE: Mapping[Why, str] = MappingProxyType(
    {
        Why.BASE: "as what we wrote",
        Why.BEFORE_OVERWRITE: "before it was overwritten",
        Why.BEFORE_DELETE: "before it was deleted",
        Why.OVERWROTE_EDIT: "since a race overwrote it",
    }
)


def blob(of: str) -> str:
    """A blob's id, short."""
    return f"blob {of[:7]}"


# --- status -------------------------------------------------------------------------------------------------------------------------------


def standing(status: StatusReport) -> list[str]:
    """How a target stands, in numbers: ["not in sync", "1 conflict", "209 in sync"]."""
    unread = sum(source.failure is not None for source in status.report.sources)
    if status.report.failure is not None:
        return ["it cannot be told how it stands"]
    numbers = {STANDINGS[each]: number for each, number in status.counts.items() if number or each is Standing.IN_SYNC}
    found = words.weights(status.report.problems)
    return [
        "in sync" if status.well else "not in sync",
        *([f"{words.count(unread, 'source')} could not be read"] if unread else []),
        *(f"{number:,} {word}" for word, number in numbers.items() if word != STANDINGS[Standing.IN_SYNC]),
        *([found] if found else []),
        words.count(numbers[STANDINGS[Standing.IN_SYNC]], "dashboard") + ("" if status.well else " in sync"),
    ]


def differs(stand: Stand, *, verbose: bool = False) -> list[str]:
    """What differs, in sentences; of a conflict what each side changed, where that is known."""
    if stand.conflict is None or not (stand.conflict.ours_changed or stand.conflict.theirs_changed):
        return words.differences(stand.differences, verbose=verbose)
    return [f"{label}: {each}" for label, found in words.sides(stand.conflict) for each in words.differences(found, verbose=verbose)]


def last(record: Record) -> str:
    """When something was last applied, and from what: "2026-11-22 10:02:31 UTC from 3f9c2ab"."""
    return words.moment(record.applied) + (f" from {record.commit[:7]}" if record.commit else "")


def since(stand: Stand) -> str:
    """What the matter is and since when: "both-changed since 2026-11-22 09:47:12 UTC"."""
    kind = stand.conflict.kind.value if stand.conflict is not None else ""
    when = f"since {words.moment(stand.since)}" if stand.since else ""
    source = f"from {stand.record.commit[:7]}" if stand.standing is Standing.IN_SYNC and stand.record and stand.record.commit else ""
    return " ".join(part for part in (kind, when, source) if part)


# --- explain and diff ---------------------------------------------------------------------------------------------------------------------


def verdict(of: Explanation) -> str:
    """The answer in a few words: "conflict both-changed", "in sync", "held prune-off"."""
    kind = of.decision.kind.value if isinstance(of.decision, Conflict) else ""
    held = next((each.reason.value for each in of.facts.pruning.held), "") if of.verdict is Verdict.HELD else ""
    return " ".join(part for part in (VERDICTS[of.verdict], kind, held) if part)


def facts(of: Explanation, *, verbose: bool = False) -> Facts:
    """Every fact that the decision rests on, in the order of the table."""
    known: Facts = [("git", _git(of, verbose=verbose)), ("base", _base(of)), ("live", _live(of, verbose=verbose))]
    if of.changes.base_to_live is None and of.changes.base_to_git is None and of.changes.live_to_git:
        known.append(("differs", ["from live to git:", *words.differences(of.changes.live_to_git, verbose=verbose)]))
    known.append(("rule", [f"{', '.join(of.row.words)} → {verdict(of)}", words.dated(of.reason)]))
    known.append(("policy", [policy(of.facts.policy), *map(override, of.facts.overrides)]))
    if of.facts.interrupted is not None:
        began = f"{of.facts.interrupted.action.value} begun {words.moment(of.facts.interrupted.begun)}"
        known.append(("open", [f"{began} was interrupted; the next pass that writes finds out what came of it"]))
    known.append(("kept", [kept(each) for each in of.facts.kept]))
    known.append(("do", [words.dated(of.remedy)] if of.remedy else []))
    return [(label, told) for label, told in known if told]


def policy(of: Policy) -> str:
    """The policy that holds for the path: "conflict: report, drift: report, adopt: identical, deleted: report, prune: off"."""
    prune = "off"
    if of.prune.enabled:
        prune = f"at most {of.prune.max_deletions} a pass, gone for {words.seconds(of.prune.grace)}"
    parts = {"conflict": of.conflict, "drift": of.drift, "adopt": of.adopt, "deleted": of.deleted}
    return ", ".join([*(f"{name}: {value.value}" for name, value in parts.items()), f"prune: {prune}"])


def override(of: Override) -> str:
    """What an override states, and for which paths."""
    change = of.change
    parts = {"conflict": change.conflict, "drift": change.drift, "adopt": change.adopt, "deleted": change.deleted}
    stated = [f"{name}: {value.value}" for name, value in parts.items() if value is not None]
    stated += [f"prune: {'on' if change.prune else 'off'}"] if change.prune is not None else []
    stated += [f"grace: {words.seconds(change.grace)}"] if change.grace is not None else []
    return f"an override for {', '.join(of.paths)} says {', '.join(stated) or 'nothing'}"


def kept(of: Kept) -> str:
    """A state that can be put back, and how."""
    by = f" by {of.author}" if of.author else ""
    restore = f"provisioner restore {of.uid} --version {of.mark.version}"
    return f"version {of.mark.version}{by}, kept {words.moment(of.kept)} {KEPT_BECAUSE[of.why]}: {restore}"


def compared(of: Explanation) -> str:
    """What a diff comes to, in a few words."""
    bodies, row = of.facts.bodies, of.row
    if bodies.git is None and bodies.live is None:
        return "neither git nor the server has it"
    if bodies.git is None:
        return "only on the server"
    if bodies.live is None:
        return "only in git"
    if of.changes.live_to_git:
        return f"git and the server differ: {words.count(len(of.changes.live_to_git), 'difference')}"
    return "git and the server are equal" if row.live_is_desired is not False else "git and the server differ in the folder alone"


def places(of: Explanation) -> Facts:
    """Which three states are compared."""
    record, live = of.facts.record, of.facts.live
    return [
        ("git", _file(of)[:2]),
        ("live", [words.state(live)] if live is not None else ["not on the server"]),
        ("base", _base(of) if record is not None else ["nothing was applied yet"]),
    ]


NOTHING = "nothing in its contents"


def three(of: Explanation) -> list[tuple[str, tuple[Difference, ...]]]:
    """The lists that are known, each under what it means; none where all three sides are equal, as the headline says."""
    changes = of.changes
    known = {
        "live → git: what applying the file would change": changes.live_to_git,
        "base → live: what was changed on the server since it was last applied": changes.base_to_live,
        "base → git: what was changed in git since then": changes.base_to_git,
    }
    return [(title, found) for title, found in known.items() if found is not None] if any(known.values()) else []


def raw_names(of: Explanation) -> tuple[str, str]:
    """The two sides of a unified diff."""
    live, sides = of.facts.live, of.facts.sides
    return (
        f"live version {live.mark.version}" if live is not None else "nothing on the server",
        sides.dashboard.origin.shown if sides is not None else "nothing in git",
    )


def _file(of: Explanation) -> list[str]:
    sides, record, revision = of.facts.sides, of.facts.record, of.facts.revision
    at = [f"at {words.revision(revision)}"] if revision is not None else []
    if sides is not None:
        ours = sides.dashboard
        derived = ", its uid derived from the path" if ours.derived else ""
        return [f"{ours.name}, file {ours.origin.shown} of {ours.origin.source} ({blob(ours.origin.blob)}){derived}", *at]
    if of.facts.doubt:
        return ["its file cannot be applied as it is", *at]
    if record is None:
        return ["no file names it"]
    since = f" since {words.moment(record.missing_since)}" if record.missing_since else ""
    return [f"its file {record.path} of {record.source} is gone{since}", *at]


def _git(of: Explanation, *, verbose: bool) -> list[str]:
    told, record, sides = _file(of), of.facts.record, of.facts.sides
    if record is None or sides is None or of.row.desired_is_base is None:
        return told
    if of.row.desired_is_base:
        return [*told, "as it was last applied"]
    told.append(f"changed since it was last applied ({blob(record.blob)}{f' of {record.commit[:7]}' if record.commit else ''})")
    if sides.dashboard.folder != record.folder:
        told.append(words.between_folders(words.place(record.titles), words.place(sides.dashboard.titles)))
    return [*told, *words.differences(of.changes.base_to_git or (), verbose=verbose)]


def _base(of: Explanation) -> list[str]:
    record = of.facts.record
    if record is None:
        return ["nothing is recorded: we neither wrote nor adopted it"]
    unknown = ["what it held is not kept any more, so what was changed since cannot be told"] if of.facts.bodies.base is None else []
    return [f"{words.applied(record)} ({blob(record.blob)}), in {words.place(record.titles)}", *unknown]


def _live(of: Explanation, *, verbose: bool) -> list[str]:
    live, record = of.facts.live, of.facts.record
    if live is None:
        return ["not known" if of.facts.doubt else "not on the server"]
    known = of.facts.sides.dashboard if of.facts.sides is not None else record
    told = [f"{words.state(live)}, in {words.lies_in(live, known)}"]
    if record is None or of.row.live_is_base is None:
        return told
    if of.row.live_is_base:
        untouched = "nobody has saved since we wrote it"
        return [*told, untouched if of.row.same_mark else "saved since, with the same contents in the same folder"]
    if live.folder != record.folder:
        told.append(words.between_folders(words.place(record.titles), words.lies_in(live)))
    return [*told, *words.differences(of.changes.base_to_live or (), verbose=verbose)]
