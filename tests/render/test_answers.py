"""How targets stand, why a dashboard is treated as it is, and what differs: whole, as people read it."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioner.core.changes import Plan
from provisioner.core.explain import Row, Verdict, explain
from provisioner.core.guard import Pruning
from provisioner.core.report import Exit
from provisioner.core.status import status
from provisioner.core.three_way import Bodies
from provisioner.render.formats import render_diff, render_explanation, render_plan, render_status
from provisioner.render.options import ANSWERS, Answer, Format, Options, answer_form
from provisioner.render.raw import raw_diff
from tests.render import samples

PLAIN = Options()
VERBOSE = Options(verbose=True)

STATUS = """\
production  not in sync, 1 conflict, 1 deleted, 1 drifted, 2 pending, 1 held, 1 without a file, 2 dashboards in sync
  https://grafana.example · Grafana 9.3.2, dashboard API, organisation 1 "Main Org."
  platform at main 3f9c2ab "raise latency alert line" by mira, 2026-11-22 10:02:00 +01:00
  last written 2026-11-20 16:40:00 UTC from 88e10d4: Payments / Overview

  ! conflict  Payments / Overview      pay-overview  both-changed since 2026-11-22 09:47:12 UTC
              changed in git, and on the server by jonas (version 14 → 15), since it was last applied
              in git: variable "region" added: label_values(region)
              in live: panel "Revenue" (id 2): threshold  80 → 95
              last applied: version 14, written 2026-11-20 16:40:00 UTC from 88e10d4
              https://grafana.example/d/pay-overview
              do Git wins: provisioner apply --take pay-overview (what is live is kept for provisioner restore)
                 The server wins: provisioner pull pay-overview --into dashboards, and commit the file
                 Both: pull, put git's change back into the file where git diff shows it gone, and commit
  * deleted   Platform / Hosts / Node  node
              it was deleted on the server
              last applied: version 6, written 2026-11-20 16:40:00 UTC from 88e10d4
              do Delete the file too, or set policy.deleted: recreate for this target
  * drifted   Platform / Hosts / Disk  disk          since 2026-11-22 08:12:00 UTC
              edited on the server by jonas (version 6 → 7)
              panel "Free" (id 3): unit  bytes → GB
              variable "mount" added: label_values(mount)
              last applied: version 6, written 2026-11-20 16:40:00 UTC from 88e10d4
              https://grafana.example/d/disk
              do take the edit into the file, or revert it
  ~ pending   Payments / Latency       pay-latency
              edited on the server, and the policy drift: revert puts git back
              panel "p99" (id 4): query A  rate(…[5m]) → rate(…[1m])
              panel "Errors" (id 9) added
              https://grafana.example/d/pay-latency
  ~ pending   Payments / Old           pay-old       since 2026-11-22 09:30:00 UTC
              its file is gone: it is deleted, and its body kept
              last applied: version 6, written 2026-11-20 16:40:00 UTC from 88e10d4
  - held      Payments / Older         pay-older
              its file is gone, but it was edited on the server by jonas (version 6 → 8)
              last applied: version 6, written 2026-11-20 16:40:00 UTC from 88e10d4
              do bring the file back and take the edit into it, or delete the dashboard by hand
"""

EXPLANATION = """\
pay-overview on production  conflict both-changed
  https://grafana.example/d/pay-overview

  git     Payments / Overview, file dashboards/payments/overview.json of platform (blob 9d1)
          at main 3f9c2ab "raise latency alert line" by mira, 2026-11-22 10:02:00 +01:00
          changed since it was last applied (blob 4c7aaaa of 88e10d4)
          description added: of payments
  base    version 14, written 2026-11-20 16:40:00 UTC from 88e10d4 (blob 4c7aaaa), in Payments
  live    version 15, saved by jonas at 2026-11-22 09:47:12 UTC, in Payments
          panel "Revenue" (id 2): options.threshold  80 → 95
  rule    record B, desired ≠ B, live ≠ B, live ≠ desired → conflict both-changed
          changed in git, and on the server by jonas (version 14 → 15), since it was last applied
  policy  conflict: report, drift: report, adopt: identical, deleted: report, prune: off
          an override for payments/** says drift: report
  kept    version 12 by jonas, kept 2026-11-11 09:00:00 UTC before it was overwritten: \
provisioner restore pay-overview --version 12 --target production
  do      Git wins: provisioner apply --take pay-overview --target production (what is live is kept for provisioner restore)
          The server wins: provisioner pull pay-overview --into dashboards --target production, and commit the file
          Both: pull, put git's change back into the file where git diff shows it gone, and commit

pay-overveiw on production  not found
  nothing is called so
  perhaps pay-overview
          dashboards/payments/overview.json
"""

DIFF = """\
pay-overview on production  git and the server differ: 2 differences

  git     Payments / Overview, file dashboards/payments/overview.json of platform (blob 9d1)
          at main 3f9c2ab "raise latency alert line" by mira, 2026-11-22 10:02:00 +01:00
  live    version 15, saved by jonas at 2026-11-22 09:47:12 UTC
  base    version 14, written 2026-11-20 16:40:00 UTC from 88e10d4 (blob 4c7aaaa), in Payments

  live → git: what applying the file would change
    description added: of payments
    panel "Revenue" (id 2): options.threshold  95 → 80
  base → live: what was changed on the server since it was last applied
    panel "Revenue" (id 2): options.threshold  80 → 95
  base → git: what was changed in git since then
    description added: of payments
"""

RAW = """\
--- live version 15
+++ dashboards/payments/overview.json
@@ -1,9 +1,10 @@
 {
+  "description": "of payments",
   "panels": [
     {
       "id": 2,
       "options": {
-        "threshold": 95
+        "threshold": 80
       },
       "title": "Revenue",
       "type": "stat"
"""

STATUS_MARKDOWN = """\
### ❌ production: not in sync, 1 conflict, 1 deleted, 1 drifted, 2 pending, 1 held, 1 without a file, 2 dashboards in sync

https&#58;//grafana.example · platform at main 3f9c2ab "raise latency alert line" by mira, 2026-11-22 10:02:00 +01:00 · last written \
2026-11-20 16:40:00 UTC from 88e10d4

| | what | uid | | |
|---|---|---|---|---|
| conflict | Payments / Overview | <code>pay-overview</code> | both-changed since 2026-11-22 09:47:12 UTC | changed in git, and on \
the server by jonas (version 14 → 15), since it was last applied<br>in git: variable "region" added: label&#95;values(region)<br>in \
live: panel "Revenue" (id 2): threshold  80 → 95<br>\
Git wins: provisioner apply --take pay-overview (what is live is kept for provisioner restore). \
The server wins: provisioner pull pay-overview --into dashboards, and commit the file. \
Both: pull, put git's change back into the file where git diff shows it gone, and commit. |
| deleted | Platform / Hosts / Node | <code>node</code> |  | it was deleted on the server<br>Delete the file too, or set \
policy.deleted: recreate for this target. |
| drifted | Platform / Hosts / Disk | <code>disk</code> | since 2026-11-22 08:12:00 UTC | edited on the server by jonas (version 6 → \
7)<br>panel "Free" (id 3): unit  bytes → GB<br>variable "mount" added: label&#95;values(mount)<br>take the edit into the file, or \
revert it |
| pending | Payments / Latency | <code>pay-latency</code> |  | edited on the server, and the policy drift: revert puts git \
back<br>panel "p99" (id 4): query A  rate(…&#91;5m&#93;) → rate(…&#91;1m&#93;)<br>panel "Errors" (id 9) added |
| pending | Payments / Old | <code>pay-old</code> | since 2026-11-22 09:30:00 UTC | its file is gone: it is deleted, and its body kept |
| held | Payments / Older | <code>pay-older</code> |  | its file is gone, but it was edited on the server by jonas (version 6 → \
8)<br>bring the file back and take the edit into it, or delete the dashboard by hand |
"""

EXPLANATION_MARKDOWN = """\
### pay-overview on production: conflict both-changed

- **git**: Payments / Overview, file dashboards/payments/overview.json of platform (blob 9d1)<br>at main 3f9c2ab "raise latency alert \
line" by mira, 2026-11-22 10:02:00 +01:00<br>changed since it was last applied (blob 4c7aaaa of 88e10d4)<br>description added: of \
payments
- **base**: version 14, written 2026-11-20 16:40:00 UTC from 88e10d4 (blob 4c7aaaa), in Payments
- **live**: version 15, saved by jonas at 2026-11-22 09:47:12 UTC, in Payments<br>panel "Revenue" (id 2): options.threshold  80 → 95
- **rule**: record B, desired ≠ B, live ≠ B, live ≠ desired → conflict both-changed<br>changed in git, and on the server by jonas \
(version 14 → 15), since it was last applied
- **policy**: conflict: report, drift: report, adopt: identical, deleted: report, prune: off<br>an override for payments/&#42;&#42; \
says drift: report
- **kept**: version 12 by jonas, kept 2026-11-11 09:00:00 UTC before it was overwritten: provisioner restore pay-overview --version 12
- **do**: Git wins: provisioner apply --take pay-overview (what is live is kept for provisioner restore). \
The server wins: provisioner pull pay-overview --into dashboards, and commit the file. \
Both: pull, put git's change back into the file where git diff shows it gone, and commit.
"""


def test_a_status_reads_as_it_is_drawn() -> None:
    assert render_status([samples.STATUS], Format.TEXT, Exit.CONFLICT, PLAIN) == STATUS


def test_an_explanation_tells_every_fact_and_what_was_not_found() -> None:
    assert render_explanation([samples.EXPLAINED, samples.NOT_FOUND], Format.TEXT, PLAIN) == EXPLANATION


def test_a_diff_tells_each_side_against_each_other() -> None:
    assert render_diff([samples.EXPLAINED], Format.TEXT, PLAIN) == DIFF


def test_a_raw_diff_is_a_unified_diff_from_live_to_git() -> None:
    assert render_diff([samples.EXPLAINED], Format.TEXT, PLAIN, raw=True) == RAW


def test_a_status_as_markdown() -> None:
    assert render_status([samples.STATUS], Format.MARKDOWN, Exit.OK, PLAIN) == STATUS_MARKDOWN


def test_an_explanation_as_markdown() -> None:
    assert render_explanation([samples.EXPLAINED], Format.MARKDOWN, PLAIN) == EXPLANATION_MARKDOWN


def test_a_target_that_is_in_sync_says_so_in_its_first_line() -> None:
    well = status(replace(samples.WATCHED, plan=Plan(unchanged=(samples.CHECKOUT,)), pruning=Pruning()), samples.RECORDS)
    lines = render_status([well], Format.TEXT, Exit.OK, PLAIN).splitlines()
    assert lines[0] == "production  in sync, 1 dashboard"


def test_a_target_that_cannot_be_reached_says_so() -> None:
    text = render_status([status(samples.UNREACHABLE, {})], Format.TEXT, Exit.UNREACHABLE, PLAIN)
    assert text.startswith("staging  it cannot be told how it stands\n")
    assert "error  target staging: connection refused by https://staging.example\n" in text


def test_a_verbose_status_lists_what_is_in_sync_with_its_commit() -> None:
    text = render_status([samples.STATUS], Format.TEXT, Exit.OK, VERBOSE)
    assert "  = in sync   Payments / Checkout      pay-checkout  since 2026-11-20 16:40:00 UTC from 88e10d4\n" in text


def test_json_of_a_status_has_each_dashboard_with_what_was_last_applied() -> None:
    [target] = json.loads(render_status([samples.STATUS], Format.JSON, Exit.CONFLICT, PLAIN))["targets"]
    standings = {each["uid"]: each["standing"] for each in target["dashboards"]}
    assert target["in_sync"] is False
    assert [standings[uid] for uid in ("disk", "pay-left", "node")] == ["drifted", "left", "deleted-on-server"]
    assert target["counts"]["in-sync"] == 2
    assert {each["uid"]: each["base"] for each in target["dashboards"]}["pay-overview"]["commit"] == samples.COMMIT


@pytest.mark.parametrize("form", [Format.JUNIT, Format.SARIF])
def test_a_status_as_a_report_for_machines_is_its_plan(form: Format) -> None:
    assert render_status([samples.STATUS], form, Exit.CONFLICT, PLAIN) == render_plan([samples.WATCHED], form, Exit.CONFLICT, PLAIN)


def test_json_of_an_explanation_has_the_row_the_policy_and_three_lists() -> None:
    known, unknown = json.loads(render_explanation([samples.EXPLAINED, samples.NOT_FOUND], Format.JSON, PLAIN))["answers"]
    assert (known["verdict"], known["conflict"], known["row"]["words"]) == (
        "conflict",
        "both-changed",
        ["record B", "desired ≠ B", "live ≠ B", "live ≠ desired"],
    )
    assert [len(known[key]) for key in ("live_to_git", "base_to_live", "base_to_git")] == [2, 1, 1]
    assert known["policy"]["prune"]["enabled"] is False
    assert (unknown["found"], unknown["nearest"]) == (False, list(samples.NOT_FOUND.nearest))


def test_json_of_a_raw_diff_holds_it_as_text() -> None:
    [told] = json.loads(render_diff([samples.EXPLAINED], Format.JSON, PLAIN, raw=True))["answers"]
    assert told["raw"] + "\n" == RAW


def test_a_base_that_is_not_kept_leaves_what_differs_from_live_to_git() -> None:
    facts = replace(samples.FACTS, bodies=replace(samples.FACTS.bodies, base=None))
    text = render_explanation([explain(facts)], Format.TEXT, PLAIN)
    assert "what it held is not kept any more" in text
    assert "  differs from live to git:\n          description added: of payments\n" in text
    assert "base →" not in render_diff([explain(facts)], Format.TEXT, PLAIN)


def test_a_file_that_is_gone_is_told_with_the_reason_for_which_it_is_held() -> None:
    facts = replace(samples.FACTS, sides=None, bodies=Bodies(), record=samples.HELD.record, live=samples.HELD.live)
    facts = replace(facts, pruning=Pruning(held=(samples.HELD,)))
    told = explain(facts)
    assert (told.verdict, told.row) == (Verdict.HELD, Row(record=True, desired=False, live=True, live_is_base=False))
    text = render_explanation([told], Format.TEXT, PLAIN)
    assert "pay-overview on production  held edited-before-delete\n" in text
    assert "  git     its file payments/older.json of platform is gone\n" in text


def test_a_raw_diff_of_equal_sides_is_empty() -> None:
    assert raw_diff({"b": 1, "a": [1, 2]}, {"a": [1, 2], "b": 1}, ("live", "git")) == []


def test_a_fence_is_longer_than_the_backticks_in_it() -> None:
    hostile = replace(samples.FACTS, bodies=Bodies({"title": "```` x"}, None, {"title": "y"}))
    lines = render_diff([explain(hostile)], Format.MARKDOWN, PLAIN, raw=True).splitlines()
    assert lines.count("`````") == 1
    assert "`````diff" in lines


def test_a_very_long_raw_diff_is_cut_to_the_size_of_a_comment_and_its_fence_closed() -> None:
    hostile = replace(samples.FACTS, bodies=Bodies({"x": ["y" * 90] * 5_000}, None, {}))
    text = render_diff([explain(hostile)], Format.MARKDOWN, PLAIN, raw=True)
    assert len(text.encode()) < 60_000
    assert re.search(r"… and [\d,]+ more lines: without --format markdown all of them are shown\n```\n$", text)


def test_colour_adds_nothing_but_colour_to_an_answer() -> None:
    for render in (render_explanation, render_diff):
        coloured = render([samples.EXPLAINED, samples.NOT_FOUND], Format.TEXT, Options(colour=True))
        assert "\x1b[" in coloured
        assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == render([samples.EXPLAINED, samples.NOT_FOUND], Format.TEXT, PLAIN)


@pytest.mark.parametrize("form", Format)
def test_an_answer_is_no_report_of_checks(form: Format) -> None:
    answer: Answer | None = answer_form(form)
    assert (answer is form) == (form in ANSWERS) == (form not in {Format.JUNIT, Format.SARIF})


LINES = st.lists(st.sampled_from(["a", "b", "c", "},", "{", "x", "y"]), max_size=30)


def patched(old: list[str], diff: list[str]) -> list[str]:
    """What `patch` would make of it."""
    made, at = [], 0
    for line in diff[2:]:
        if found := re.match(r"@@ -(\d+)(?:,(\d+))? ", line):
            start = int(found[1]) - (found[2] != "0")
            made += old[at:start]
            at = start
        elif line[0] == "+":
            made.append(line[1:])
        else:
            assert old[at] == line[1:]
            made += [old[at]] if line[0] == " " else []
            at += 1
    return made + old[at:]


@given(LINES, LINES)
def test_a_raw_diff_makes_one_side_of_the_other(before: list[str], after: list[str]) -> None:
    old, new = (json.dumps({"x": each}, indent=2).split("\n") for each in (before, after))
    diff = raw_diff({"x": before}, {"x": after}, ("live", "git"))
    assert (patched(old, diff) if diff else old) == new


def test_a_raw_diff_of_a_large_dashboard_shows_what_changed_and_no_more() -> None:
    panels = [{"id": at, "title": f"p{at % 7}", "targets": [{"expr": "up", "refId": "A"}]} for at in range(2_000)]
    edited = [{**each, "title": "edited"} if each["id"] == 1_000 else each for each in panels]
    diff = raw_diff({"panels": panels}, {"panels": edited}, ("live", "git"))
    assert [line for line in diff[2:] if line[0] in "+-"] == ['-      "title": "p6"', '+      "title": "edited"']
