"""What was edited, adopted, deleted and held, in plans and applies: whole, as people read it."""

from __future__ import annotations

import json
from dataclasses import replace
from xml.etree import ElementTree as ET

from provisioner.core.changes import CreateFolder, Outcome, Plan, Result
from provisioner.core.guard import Pruning
from provisioner.core.model import ROOT
from provisioner.core.report import Exit, exit_code
from provisioner.core.server import LiveFolder
from provisioner.render.formats import render_apply, render_plan
from provisioner.render.options import Format, Options
from tests.render import samples

PLAIN = Options()
VERBOSE = Options(verbose=True)

PLAN = """\
production  1 to update, 1 to delete, 1 conflict, 1 held, 1 drifted, 1 deleted on the server, 2 unchanged (1 to adopt)
  https://grafana.example · Grafana 9.3.2, dashboard API, organisation 1 "Main Org."
  platform at main 3f9c2ab "raise latency alert line" by mira, 2026-11-22 10:02:00 +01:00 · 211 dashboards

  ~ update    Payments / Latency  pay-latency  dashboards/payments/latency.json
              panel "p99" (id 4): query A  rate(…[5m]) → rate(…[1m])
              panel "Errors" (id 9) added
              what is live is kept first: version 8, saved by jonas at 2026-11-22 09:47:12 UTC

  why update: edited on the server, and the policy drift: revert puts git back

  - delete    Payments / Old  pay-old  payments/old.json
              its file is gone since 2026-11-22 09:30:00 UTC; version 6, saved by jonas at 2026-11-22 09:47:12 UTC, which is kept
  = adopt     1 dashboard is as git wants it and was not known before: to be recorded without a write

  ! conflict  Payments / Overview  pay-overview  both-changed
              changed in git, and on the server by jonas (version 14 → 15), since it was last applied
              git      "Overview" in Payments, uid pay-overview, file dashboards/payments/overview.json of platform
              server   "Overview" in Payments, uid pay-overview, version 15, saved by jonas at 2026-11-22 09:47:12 UTC
                       https://grafana.example/d/pay-overview
              in git   variable "region" added: label_values(region)
              in live  panel "Revenue" (id 2): threshold  80 → 95
              do       Git wins: provisioner apply --take pay-overview (what is live is kept for provisioner restore)
                       The server wins: provisioner pull pay-overview --into dashboards, and commit the file
                       Both: pull, put git's change back into the file where git diff shows it gone, and commit

  * drifted   Platform / Hosts / Disk  disk  dashboards/infra/disk.json
              edited on the server by jonas (version 6 → 7)
              base     version 6, written 2026-11-20 16:40:00 UTC from 88e10d4
              live     version 7, saved by jonas at 2026-11-22 08:12:00 UTC
                       https://grafana.example/d/disk
              edited   panel "Free" (id 3): unit  bytes → GB
                       variable "mount" added: label_values(mount)
              do       take the edit into the file, or revert it
  * deleted   Platform / Hosts / Node  node  dashboards/infra/node.json
              it was deleted on the server
              base     version 6, written 2026-11-20 16:40:00 UTC from 88e10d4
              do       Delete the file too, or set policy.deleted: recreate for this target

  ! held      Payments / Older  pay-older  edited-before-delete
              its file is gone, but it was edited on the server by jonas (version 6 → 8)
              base     version 6, written 2026-11-20 16:40:00 UTC from 88e10d4
              live     version 8, saved by jonas at 2026-11-22 09:47:12 UTC
                       https://grafana.example/d/pay-older
              do       bring the file back and take the edit into it, or delete the dashboard by hand

  - left      1 dashboard without a file: the policy prune is off, so nothing is deleted
              Payments / Left  pay-left  payments/left.json

nothing was written · exit 4: conflicts or holds wait for a person
"""

APPLY = """\
production  1 conflict, 1 held, 1 updated, 1 deleted, 1 drifted, 1 deleted on the server, 2 unchanged (1 adopted), 9 requests, 0.8 s
  https://grafana.example · Grafana 9.3.2, dashboard API, organisation 1 "Main Org."
  platform at main 3f9c2ab "raise latency alert line" by mira, 2026-11-22 10:02:00 +01:00 · 211 dashboards

  ~ updated   Payments / Latency  pay-latency  version 8 → 9
              what it replaced is kept: provisioner restore pay-latency --version 8
  - deleted   Payments / Old  pay-old  payments/old.json
              provisioner restore pay-old brings it back
  = adopted   1 dashboard is as git wants it and was not known before: recorded without a write

  ! conflict  Payments / Overview  pay-overview  both-changed
              changed in git, and on the server by jonas (version 14 → 15), since it was last applied
              git      "Overview" in Payments, uid pay-overview, file dashboards/payments/overview.json of platform
              server   "Overview" in Payments, uid pay-overview, version 15, saved by jonas at 2026-11-22 09:47:12 UTC
                       https://grafana.example/d/pay-overview
              in git   variable "region" added: label_values(region)
              in live  panel "Revenue" (id 2): threshold  80 → 95
              do       Git wins: provisioner apply --take pay-overview (what is live is kept for provisioner restore)
                       The server wins: provisioner pull pay-overview --into dashboards, and commit the file
                       Both: pull, put git's change back into the file where git diff shows it gone, and commit

  * drifted   Platform / Hosts / Disk  disk  dashboards/infra/disk.json
              edited on the server by jonas (version 6 → 7)
              base     version 6, written 2026-11-20 16:40:00 UTC from 88e10d4
              live     version 7, saved by jonas at 2026-11-22 08:12:00 UTC
                       https://grafana.example/d/disk
              edited   panel "Free" (id 3): unit  bytes → GB
                       variable "mount" added: label_values(mount)
              do       take the edit into the file, or revert it
  * deleted   Platform / Hosts / Node  node  dashboards/infra/node.json
              it was deleted on the server
              base     version 6, written 2026-11-20 16:40:00 UTC from 88e10d4
              do       Delete the file too, or set policy.deleted: recreate for this target

  ! held      Payments / Older  pay-older  edited-before-delete
              its file is gone, but it was edited on the server by jonas (version 6 → 8)
              base     version 6, written 2026-11-20 16:40:00 UTC from 88e10d4
              live     version 8, saved by jonas at 2026-11-22 09:47:12 UTC
                       https://grafana.example/d/pay-older
              do       bring the file back and take the edit into it, or delete the dashboard by hand

  - left      1 dashboard without a file: the policy prune is off, so nothing is deleted
              Payments / Left  pay-left  payments/left.json

exit 4: conflicts or holds wait for a person
"""

PLAN_MARKDOWN = """\
### ❌ production: 1 conflict, 1 held, 1 to update, 1 to delete, 1 drifted, 1 deleted on the server, 2 unchanged (1 to adopt)

https&#58;//grafana.example · Grafana 9.3.2, dashboard API, organisation 1 "Main Org." · platform at main 3f9c2ab "raise latency \
alert line" by mira, 2026-11-22 10:02:00 +01:00 · nothing was written

**Conflict both-changed: Payments / Overview**: changed in git, and on the server by jonas (version 14 → 15), since it was last applied

- git: "Overview" in Payments, uid pay-overview, file dashboards/payments/overview.json of platform
- server: "Overview" in Payments, uid pay-overview, version 15, saved by jonas at 2026-11-22 09:47:12 UTC, \
https&#58;//grafana.example/d/pay-overview
- in git: variable "region" added: label&#95;values(region)
- in live: panel "Revenue" (id 2): threshold  80 → 95
- to do: Git wins: provisioner apply --take pay-overview (what is live is kept for provisioner restore). \
The server wins: provisioner pull pay-overview --into dashboards, and commit the file. \
Both: pull, put git's change back into the file where git diff shows it gone, and commit.

**Drifted: Platform / Hosts / Disk** (<code>disk</code>): edited on the server by jonas (version 6 → 7)

- base: version 6, written 2026-11-20 16:40:00 UTC from 88e10d4
- live: version 7, saved by jonas at 2026-11-22 08:12:00 UTC, https&#58;//grafana.example/d/disk
- edited: panel "Free" (id 3): unit  bytes → GB
- edited: variable "mount" added: label&#95;values(mount)
- to do: take the edit into the file, or revert it

**Deleted on the server: Platform / Hosts / Node** (<code>node</code>): it was deleted on the server

- base: version 6, written 2026-11-20 16:40:00 UTC from 88e10d4
- to do: Delete the file too, or set policy.deleted: recreate for this target.

- held: Payments / Older (<code>pay-older</code>): its file is gone, but it was edited on the server by jonas (version 6 → 8); bring \
the file back and take the edit into it, or delete the dashboard by hand
- to delete: Payments / Old (<code>pay-old</code>): version 6, saved by jonas at 2026-11-22 09:47:12 UTC

| | what | uid | file |
|---|---|---|---|
| update | Payments / Latency | <code>pay-latency</code> | <code>dashboards/payments/latency.json</code> |

<details><summary>Payments / Latency</summary>

- panel "p99" (id 4): query A  rate(…&#91;5m&#93;) → rate(…&#91;1m&#93;)
- panel "Errors" (id 9) added

</details>

_exit 4: conflicts or holds wait for a person_
"""


def test_a_plan_tells_drift_adoption_deletions_and_what_is_held() -> None:
    assert render_plan([samples.WATCHED], Format.TEXT, Exit.CONFLICT, PLAIN) == PLAN


def test_an_apply_tells_what_it_left_alone_and_how_to_bring_back_what_it_replaced() -> None:
    assert render_apply([samples.WATCHED_AND_APPLIED], Format.TEXT, Exit.CONFLICT, PLAIN) == APPLY


def test_a_plan_as_markdown() -> None:
    assert render_plan([samples.WATCHED], Format.MARKDOWN, Exit.CONFLICT, PLAIN) == PLAN_MARKDOWN


# --- drift and adoption -------------------------------------------------------------------------------------------------------------------

DRIFT_ALONE = replace(samples.WATCHED, plan=Plan(unchanged=(samples.CHECKOUT,), drifted=(samples.DRIFTED,)), pruning=Pruning())


def test_drift_alone_is_no_failure_and_is_pending_only_in_detail() -> None:
    assert (exit_code([DRIFT_ALONE]), exit_code([DRIFT_ALONE], detailed=True)) == (Exit.OK, Exit.PENDING)
    assert exit_code([replace(DRIFT_ALONE, applied=True)], detailed=True) is Exit.OK


def test_the_first_line_says_that_nothing_changes_and_what_drifted() -> None:
    [first, *_] = render_plan([DRIFT_ALONE], Format.TEXT, Exit.OK, PLAIN).splitlines()
    assert first == "production  nothing to change, 1 drifted, 1 unchanged"


def test_an_edit_that_moved_the_dashboard_names_both_folders() -> None:
    moved = replace(samples.DRIFTED, live=replace(samples.DISK_LIVE, folder=ROOT, folder_title=""), differences=())
    text = render_plan([replace(DRIFT_ALONE, plan=Plan(drifted=(moved,)))], Format.TEXT, Exit.OK, PLAIN)
    assert "              edited   folder  Platform / Hosts → the root folder\n" in text


def test_what_is_adopted_is_listed_when_it_is_verbose() -> None:
    text = render_plan([replace(DRIFT_ALONE, plan=Plan(adopted=(samples.REFUNDS,)))], Format.TEXT, Exit.OK, VERBOSE)
    assert "              Payments / Refunds  pay-refunds  dashboards/payments/refunds.json\n" in text


def test_very_many_that_drifted_are_counted_after_the_first_fifty() -> None:
    text = render_plan([replace(DRIFT_ALONE, plan=Plan(drifted=(samples.DRIFTED,) * 99))], Format.TEXT, Exit.OK, PLAIN)
    assert text.count("* drifted") == 50
    assert "  * … and 49 more that drifted: -v shows each of them\n" in text


def test_a_conflict_without_a_base_tells_what_differs() -> None:
    unknown = replace(samples.BOTH, ours_changed=(), theirs_changed=())
    text = render_plan([replace(DRIFT_ALONE, plan=Plan(conflicts=(unknown,)))], Format.TEXT, Exit.CONFLICT, PLAIN)
    assert '              differs  variable "region" added: label_values(region)\n' in text


def test_a_side_that_changed_its_folder_alone_says_so() -> None:
    moved = replace(samples.BOTH, ours_changed=())
    text = render_plan([replace(DRIFT_ALONE, plan=Plan(conflicts=(moved,)))], Format.TEXT, Exit.CONFLICT, PLAIN)
    assert "              in git   its folder, and nothing in it\n" in text


def test_what_happened_to_the_whole_server_is_told_at_the_top() -> None:
    text = render_plan([replace(DRIFT_ALONE, plan=Plan(notice="the server was emptied"))], Format.TEXT, Exit.OK, PLAIN)
    assert text.splitlines()[3] == "  ! the server was emptied"


def test_a_folder_that_is_renamed_is_told_apart_from_one_that_is_made() -> None:
    there = LiveFolder(samples.PAYMENTS.uid, "Pay", ROOT, 3)
    renamed = CreateFolder(samples.PAYMENTS, 'renamed in git: it was "Pay"', there)
    report = replace(DRIFT_ALONE, plan=Plan((renamed, samples.CREATE_FOLDER)))
    text = render_plan([report], Format.TEXT, Exit.OK, PLAIN)
    assert text.startswith("production  1 folder to make, 1 folder to rename or move, 0 unchanged\n")
    done = replace(report, applied=True, outcomes=(Outcome(renamed, Result.UPDATED), Outcome(samples.CREATE_FOLDER, Result.CREATED)))
    assert render_apply([done], Format.TEXT, Exit.OK, PLAIN).startswith("production  1 folder made, 1 folder renamed or moved, 0 unchanged")


def test_json_has_drift_adoption_deletions_and_what_is_held() -> None:
    [target] = json.loads(render_plan([samples.WATCHED], Format.JSON, Exit.CONFLICT, PLAIN))["targets"]
    drifted, deleted = target["drifted"]
    assert (drifted["base"]["version"], drifted["live"]["version"], deleted["live"]) == (6, 7, None)
    assert drifted["differences"][0] == {
        "change": "changed",
        "part": 'panel "Free" (id 3)',
        "aspect": "unit",
        "before": "bytes",
        "after": "GB",
    }
    assert [each["dashboard"]["uid"] for each in target["adopted"]] == ["pay-refunds"]
    assert [each["base"]["uid"] for each in target["deletions"]] == ["pay-old"]
    assert [each["reason"] for each in target["held"]] == ["edited-before-delete", "prune-off"]
    assert [each["part"] for each in target["conflicts"][0]["theirs_changed"]] == ['panel "Revenue" (id 2)']
    assert (target["counts"]["drifted"], target["counts"]["adopted"], target["counts"]["held"]) == (2, 1, 1)


def test_junit_tells_drift_without_failing_it_and_fails_what_is_held() -> None:
    root = ET.fromstring(render_plan([samples.WATCHED], Format.JUNIT, Exit.CONFLICT, PLAIN).encode())  # noqa: S314  (our own output)
    cases = {case.get("name"): [child.tag for child in case] for case in root.iter("testcase")}
    assert cases["Platform / Hosts / Disk (disk)"] == ["system-out"]
    assert cases["Payments / Older (pay-older)"] == ["failure"]
    assert cases["Payments / Old (pay-old)"] == ["system-out"]


def test_sarif_tells_drift_as_a_warning_and_what_is_held_as_an_error() -> None:
    [found] = json.loads(render_plan([samples.WATCHED], Format.SARIF, Exit.CONFLICT, PLAIN))["runs"]
    told = [(each["ruleId"], each["level"]) for each in found["results"]]
    assert told == [("conflict-both-changed", "error"), ("deletion-held", "error"), ("drift", "warning"), ("drift", "warning")]
