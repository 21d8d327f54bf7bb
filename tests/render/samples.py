"""Values to render, as the other rooms would make them."""

from __future__ import annotations

from dataclasses import replace

from provisioner.core.changes import (
    Comparison,
    Conflict,
    ConflictKind,
    CreateDashboard,
    CreateFolder,
    Difference,
    Drift,
    LiveState,
    Outcome,
    Plan,
    Removal,
    Result,
    Turn,
    UpdateDashboard,
)
from provisioner.core.conflicts import CONFLICTS, named
from provisioner.core.decide import Sides
from provisioner.core.diff import differences
from provisioner.core.explain import Facts, NotFound, explain
from provisioner.core.guard import Deletion, Held, HoldReason, Pruning
from provisioner.core.model import (
    ROOT,
    BlobId,
    DesiredDashboard,
    DesiredFolder,
    Document,
    Fingerprint,
    FolderUid,
    Json,
    Origin,
    Revision,
    Shape,
    SourceName,
    TargetName,
    Uid,
)
from provisioner.core.problems import Excerpt, Problem, Severity
from provisioner.core.records import Kept, Record, Why
from provisioner.core.report import Failure, PassReport, SourceState, Validation
from provisioner.core.server import Found, Mark, Server
from provisioner.core.settings import DriftPolicy, Override, Policy, PolicyChange
from provisioner.core.status import status
from provisioner.core.three_way import Bodies

PLATFORM = SourceName("platform")
REVISION = Revision("main", "3f9c2ab" + "0" * 33, "raise latency alert line", "mira", "2026-11-22T10:02:00+01:00")
SOURCE = SourceState(PLATFORM, REVISION, files=214, dashboards=211, parsed=214, passed_over=(("package.json", "no panels"),))
SERVER = Server("https://grafana.example", "9.3.2", "dashboard API", "asked for", 1, "Main Org.", nested_folders=False)


def dashboard(uid: str, title: str, path: str, *titles: str) -> DesiredDashboard:
    document = Document(0, 0, "", embedded=False, shape=Shape.CLASSIC, uid=Uid(uid), title=title)
    folder = FolderUid(titles[-1].lower()) if titles else ROOT
    return DesiredDashboard(Uid(uid), title, folder, titles, document, Origin(PLATFORM, path, BlobId("9d1"), 1200, f"dashboards/{path}"))


def live(of: DesiredDashboard, version: int = 15, folder_title: str = "Payments") -> LiveState:
    return LiveState(
        of.uid,
        of.title,
        of.folder,
        folder_title,
        f"https://grafana.example/d/{of.uid}",
        Mark(7, version),
        "jonas",
        "2026-11-22T09:47:12Z",
        Fingerprint("x"),
    )


def conflict(kind: ConflictKind, ours: DesiredDashboard | DesiredFolder, message: str, theirs: LiveState | Found | None) -> Conflict:
    return Conflict(kind, ours, message, named(CONFLICTS[kind].remedy, ours), theirs)


PAYMENTS = DesiredFolder(FolderUid("payments"), "Payments", ROOT, ("Payments",), "payments")
REFUNDS = dashboard("pay-refunds", "Refunds", "payments/refunds.json", "Payments")
LATENCY = dashboard("pay-latency", "Latency", "payments/latency.json", "Payments")
OVERVIEW = dashboard("pay-overview", "Overview", "payments/overview.json", "Payments")
CHECKOUT = dashboard("pay-checkout", "Checkout", "payments/checkout.json", "Payments")
NODE = dashboard("node", "Node", "infra/node.json", "Platform", "Hosts")
DISK = dashboard("disk", "Disk", "infra/disk.json", "Platform", "Hosts")

LATENCY_DIFFERS = (
    Difference(Turn.CHANGED, 'panel "p99" (id 4)', "query A", "rate(…[5m])", "rate(…[1m])"),
    Difference(Turn.ADDED, 'panel "Errors" (id 9)'),
)

CREATE_FOLDER = CreateFolder(PAYMENTS, "no folder of this uid is there")
CREATE = CreateDashboard(REFUNDS, "no dashboard of this uid is there")
UPDATE = UpdateDashboard(LATENCY, live(LATENCY, 8), "it differs, and the policy conflict: git-wins says that git counts", LATENCY_DIFFERS)
MOVE = UpdateDashboard(NODE, live(NODE, 3, "Infra"), "the directory decides the folder", moves=True)

UNMANAGED = replace(
    conflict(ConflictKind.UNMANAGED, OVERVIEW, "it is on the server with other contents, and nothing says that it is ours", live(OVERVIEW)),
    differences=(
        Difference(Turn.ADDED, 'variable "region"', after="label_values(region)"),
        Difference(Turn.CHANGED, 'panel "Revenue" (id 2)', "threshold", "95", "80"),
    ),
)
STALE = conflict(ConflictKind.VERSION_MISMATCH, OVERVIEW, "somebody saved it after it was read; it was not overwritten", live(OVERVIEW, 16))
NAMESAKE = conflict(
    ConflictKind.NAME_EXISTS,
    CHECKOUT,
    "the folder has another dashboard of this title",
    Found(Uid("abc123"), "Checkout", FolderUid("payments"), "https://grafana.example/d/abc123"),
)

BROKEN = Problem(
    "json-syntax",
    Severity.ERROR,
    "dashboards/payments/latency.json",
    "expected ',' or '}' after a value",
    "a comma is missing at the end of line 40",
    41,
    7,
    excerpt=Excerpt(40, ('       "title": "p99"', '      "targets": []'), 7),
)
TWICE = Problem(
    "uid-duplicate",
    Severity.ERROR,
    "dashboards/payments/errors.json",
    'uid "pay-errors" is also used by dashboards/legacy/errors.json:3:10',
    "neither is applied while both exist; what is live stays. Give one of them another uid",
    12,
    10,
)
UNFILLED = Problem(
    "input-unfilled",
    Severity.WARNING,
    "dashboards/infra/node.json",
    '${DS_PROMETHEUS} has no data source on target "production"',
    "map it: targets.production.datasources.DS_PROMETHEUS: <uid>",
    7,
    15,
)


def notes(number: int, code: str = "uid-derived", severity: Severity = Severity.NOTE) -> tuple[Problem, ...]:
    return tuple(Problem(code, severity, f"infra/{at:03}.json", "a uid is derived", "write one", 1, 1) for at in range(number))


VALIDATION = Validation((SOURCE,), (BROKEN, TWICE, UNFILLED, *notes(12)), 0.41)

PLANNED = PassReport(
    TargetName("production"),
    "https://grafana.example",
    applied=False,
    sources=(SOURCE,),
    server=SERVER,
    plan=Plan((CREATE_FOLDER, CREATE, UPDATE, MOVE), (UNMANAGED,), (DISK,)),
    requests=9,
    seconds=0.8,
)

APPLIED = replace(
    PLANNED,
    applied=True,
    plan=Plan(
        (CREATE_FOLDER, CREATE, UPDATE, MOVE, CreateDashboard(CHECKOUT, CREATE.reason), CreateDashboard(OVERVIEW, CREATE.reason)),
        (),
        (DISK,),
    ),
    outcomes=(
        Outcome(CREATE_FOLDER, Result.CREATED),
        Outcome(CREATE, Result.CREATED, after=Mark(9, 1), url="https://grafana.example/d/pay-refunds"),
        Outcome(UPDATE, Result.UPDATED, before=Mark(7, 8), after=Mark(7, 9)),
        Outcome(MOVE, Result.FAILED, 'the server says 400: "bad refresh interval"', "mend the refresh of the file"),
        Outcome(CreateDashboard(CHECKOUT, CREATE.reason), Result.CONFLICT, conflict=NAMESAKE),
        Outcome(CreateDashboard(OVERVIEW, CREATE.reason), Result.NOT_DONE, "stopped before its turn; the next pass does it"),
    ),
    requests=12,
    seconds=3.14,
    stopped=True,
)

UNREACHABLE = PassReport(
    TargetName("staging"),
    "https://staging.example",
    applied=False,
    failure=Failure(
        "target staging",
        "connection refused by https://staging.example",
        "nothing was written; try again when it answers",
        unreachable=True,
    ),
)


def large(number: int) -> PassReport:
    """A first pass over very many dashboards in thirty directories."""
    made = (dashboard(f"d-{at}", f"Board {at}", f"team-{at % 30:02}/board-{at}.json", f"Team {at % 30}") for at in range(number))
    return replace(PLANNED, plan=Plan(tuple(CreateDashboard(each, CREATE.reason) for each in made)))


# --- records: what was edited, adopted, deleted -------------------------------------------------------------------------------------------

COMMIT = "88e10d4" + "0" * 33


def record(of: DesiredDashboard, version: int = 6, commit: str | None = COMMIT) -> Record:
    return Record(
        uid=of.uid,
        title=of.title,
        source=PLATFORM,
        path=of.origin.path,
        index=0,
        blob=BlobId("4c7aaaa" + "0" * 33),
        commit=commit,
        key=f"1:{of.uid}",
        content=Fingerprint("1:base"),
        folder=of.folder,
        titles=of.titles,
        mark=Mark(7, version),
        applied="2026-11-20T16:40:00Z",
    )


DISK_EDITED = (
    Difference(Turn.CHANGED, 'panel "Free" (id 3)', "unit", "bytes", "GB"),
    Difference(Turn.ADDED, 'variable "mount"', after="label_values(mount)"),
)
DISK_LIVE = replace(live(DISK, 7, "Hosts"), updated="2026-11-22T08:12:00Z")
DRIFTED = Drift(
    DISK, record(DISK), DISK_LIVE, "edited on the server by jonas (version 6 → 7)", "take the edit into the file, or revert it", DISK_EDITED
)
GONE = Drift(
    NODE, record(NODE), None, "it was deleted on the server", "Delete the file too, or set policy.deleted: recreate for this target."
)
BOTH = replace(
    conflict(
        ConflictKind.BOTH_CHANGED,
        OVERVIEW,
        "changed in git, and on the server by jonas (version 14 → 15), since it was last applied",
        live(OVERVIEW),
    ),
    differences=UNMANAGED.differences,
    ours_changed=(Difference(Turn.ADDED, 'variable "region"', after="label_values(region)"),),
    theirs_changed=(Difference(Turn.CHANGED, 'panel "Revenue" (id 2)', "threshold", "80", "95"),),
)
REVERT = replace(UPDATE, reason="edited on the server, and the policy drift: revert puts git back", keep=Why.BEFORE_OVERWRITE)
OLD = dashboard("pay-old", "Old", "payments/old.json", "Payments")
OLDER = dashboard("pay-older", "Older", "payments/older.json", "Payments")
OLD_RECORD = replace(record(OLD), missing_since="2026-11-22T09:30:00Z")
DELETION = Deletion(OLD_RECORD, live(OLD, 6))
HELD = Held(
    record(OLDER),
    HoldReason.EDITED,
    "its file is gone, but it was edited on the server by jonas (version 6 → 8)",
    "bring the file back and take the edit into it, or delete the dashboard by hand",
    live(OLDER, 8),
)
LEFT = Held(
    record(dashboard("pay-left", "Left", "payments/left.json", "Payments")),
    HoldReason.PRUNE_OFF,
    "its file is gone, and prune is off",
    "delete it by hand",
)

WATCHED = replace(
    PLANNED,
    plan=Plan((REVERT,), (BOTH,), (CHECKOUT, REFUNDS), (REFUNDS,), (DRIFTED, GONE)),
    pruning=Pruning((DELETION,), (HELD, LEFT)),
)
WATCHED_AND_APPLIED = replace(
    WATCHED,
    applied=True,
    outcomes=(Outcome(REVERT, Result.UPDATED, before=Mark(7, 8), after=Mark(7, 9)),),
    removals=(Removal(OLD_RECORD, Result.DELETED, remedy="provisioner restore pay-old brings it back"),),
)
RECORDS = {each.uid: each for each in (record(CHECKOUT), record(OVERVIEW, 14), record(DISK), record(NODE), OLD_RECORD, record(OLDER))}
STATUS = status(WATCHED, RECORDS)


# --- one dashboard ------------------------------------------------------------------------------------------------------------------------

BASE_BODY: dict[str, Json] = {
    "title": "Overview",
    "panels": [{"id": 2, "title": "Revenue", "type": "stat", "options": {"threshold": 80}}],
}
LIVE_BODY: dict[str, Json] = {**BASE_BODY, "panels": [{**BASE_BODY["panels"][0], "options": {"threshold": 95}}]}
GIT_BODY: dict[str, Json] = {**BASE_BODY, "description": "of payments"}
KEPT = Kept(
    uid=OVERVIEW.uid,
    title="Overview",
    folder=OVERVIEW.folder,
    titles=("Payments",),
    content=Fingerprint("1:kept"),
    mark=Mark(7, 12),
    author="jonas",
    updated="2026-11-10T08:00:00Z",
    why=Why.BEFORE_OVERWRITE,
    kept="2026-11-11T09:00:00Z",
)
FACTS = Facts(
    target=TargetName("production"),
    uid=OVERVIEW.uid,
    policy=Policy(),
    sides=Sides(
        dashboard=OVERVIEW,
        key="1:now",
        content=Fingerprint("1:git"),
        record=record(OVERVIEW, 14),
        comparison=Comparison(Fingerprint("1:git"), live(OVERVIEW), differences(LIVE_BODY, GIT_BODY)),
        read=True,
    ),
    record=record(OVERVIEW, 14),
    live=live(OVERVIEW),
    bodies=Bodies(GIT_BODY, BASE_BODY, LIVE_BODY),
    path=OVERVIEW.origin.path,
    overrides=(Override(("payments/**",), PolicyChange(drift=DriftPolicy.REPORT)),),
    kept=(KEPT,),
    revision=REVISION,
)
EXPLAINED = explain(FACTS)
NOT_FOUND = NotFound(
    TargetName("production"), "pay-overveiw", "nothing is called so", ("pay-overview", "dashboards/payments/overview.json")
)
