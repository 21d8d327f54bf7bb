"""Text for people, whole: what somebody reads who was woken by it."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from provisioner.core.changes import Conflict, ConflictKind, CreateDashboard, CreateFolder, Difference, Outcome, Plan, Result, Turn
from provisioner.core.conflicts import conflict
from provisioner.core.model import ROOT, DesiredFolder, FolderUid, Uid
from provisioner.core.problems import Excerpt, Severity
from provisioner.core.report import Exit, Failure, PassReport, Validation, exit_code, validation_exit_code
from provisioner.core.server import Found, LiveFolder
from provisioner.render.formats import render_apply, render_failure, render_plan, render_problems, render_validation
from provisioner.render.options import Format, Options
from tests.render import samples

VALIDATION = """\
not well: 2 files have errors and would not be applied; the rest would (2 errors, 1 warning, 12 notes)

dashboards/payments/latency.json:41:7  error    json-syntax     expected ',' or '}' after a value
   40 │        "title": "p99"
   41 │       "targets": []
      │       ^
   a comma is missing at the end of line 40
dashboards/payments/errors.json:12:10  error    uid-duplicate   uid "pay-errors" is also used by dashboards/legacy/errors.json:3:10
   neither is applied while both exist; what is live stays. Give one of them another uid
dashboards/infra/node.json:7:15        warning  input-unfilled  ${DS_PROMETHEUS} has no data source on target "production"
   map it: targets.production.datasources.DS_PROMETHEUS: <uid>

… and 12 notes  uid-derived  A uid is derived from the path
   -v shows each of them

platform at main 3f9c2ab "raise latency alert line" by mira, 2026-11-22 10:02:00 +01:00: \
214 files, 211 dashboards; 1 is no dashboard: package.json
0.4 s
"""

PLAN = """\
production  1 to create, 1 to update, 1 to move, 1 folder to make, 1 conflict, 1 unchanged
  https://grafana.example · Grafana 9.3.2, dashboard API, organisation 1 "Main Org."
  platform at main 3f9c2ab "raise latency alert line" by mira, 2026-11-22 10:02:00 +01:00 · 211 dashboards

  + folder    Payments                 payments     payments/
  + create    Payments / Refunds       pay-refunds  dashboards/payments/refunds.json
  ~ update    Payments / Latency       pay-latency  dashboards/payments/latency.json
              panel "p99" (id 4): query A  rate(…[5m]) → rate(…[1m])
              panel "Errors" (id 9) added
  → move      Platform / Hosts / Node  node         dashboards/infra/node.json
              folder "Infra" → "Platform / Hosts"

  why folder: no folder of this uid is there
      create: no dashboard of this uid is there
      update: it differs, and the policy conflict: git-wins says that git counts
      move: the directory decides the folder

  ! conflict  Payments / Overview  pay-overview  unmanaged
              it is on the server with other contents, and nothing says that it is ours
              git      "Overview" in Payments, uid pay-overview, file dashboards/payments/overview.json of platform
              server   "Overview" in Payments, uid pay-overview, version 15, saved by jonas at 2026-11-22 09:47:12 UTC
                       https://grafana.example/d/pay-overview
              differs  variable "region" added: label_values(region)
                       panel "Revenue" (id 2): threshold  95 → 80
              do       Git wins: provisioner apply --take pay-overview --target production (what is live is kept for provisioner restore)
                       The server wins: provisioner pull pay-overview --into dashboards --target production, and commit the file
                       For all such dashboards: policy.adopt: take-over

staging  no plan could be made
  https://staging.example

error  target staging: connection refused by https://staging.example
next   nothing was written; try again when it answers

nothing was written · exit 5: a server or a source is unreachable
"""

APPLY = """\
production  stopped before the end, 1 failed, 1 not done, 1 conflict, 1 created, 1 updated, 1 folder made, 1 unchanged, \
12 requests, 3.1 s
  https://grafana.example · Grafana 9.3.2, dashboard API, organisation 1 "Main Org."
  platform at main 3f9c2ab "raise latency alert line" by mira, 2026-11-22 10:02:00 +01:00 · 211 dashboards

  + folder    Payments                 payments
  + created   Payments / Refunds       pay-refunds  version 1
  ~ updated   Payments / Latency       pay-latency  version 8 → 9
  x failed    Platform / Hosts / Node  node         the server says 400: "bad refresh interval"
              dashboards/infra/node.json
              mend the refresh of the file
  - not done  1 change: stopped before its turn; the next pass does it
              Payments / Overview  pay-overview

  ! conflict  Payments / Checkout  pay-checkout  name-exists
              the folder has another dashboard of this title
              git      "Checkout" in Payments, uid pay-checkout, file dashboards/payments/checkout.json of platform
              server   "Checkout" in Payments, uid abc123
                       https://grafana.example/d/abc123
              do       Rename one of the two, move one to another folder, or write the uid of the one that is there into the file

exit 1: stopped before all was done
"""

PLAIN = Options()


def validated(validation: Validation, options: Options = PLAIN) -> str:
    return render_validation(validation, Format.TEXT, validation_exit_code(validation), options)


def planned(*reports: PassReport, options: Options = PLAIN) -> str:
    return render_plan(reports, Format.TEXT, exit_code(reports), options)


def applied(*reports: PassReport, options: Options = PLAIN) -> str:
    return render_apply(reports, Format.TEXT, exit_code(reports), options)


def test_a_validation_reads_as_it_is_drawn() -> None:
    assert validated(samples.VALIDATION) == VALIDATION


def test_a_plan_reads_as_it_is_drawn() -> None:
    assert planned(samples.PLANNED, samples.UNREACHABLE) == PLAN


def test_an_apply_reads_as_it_is_drawn() -> None:
    assert applied(samples.APPLIED) == APPLY


# --- the first line answers ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("validation", "first"),
    [
        (replace(samples.VALIDATION, problems=()), "well: no problems"),
        (replace(samples.VALIDATION, problems=samples.notes(1)), "well: 1 note, none that matters"),
        (replace(samples.VALIDATION, problems=(samples.UNFILLED,)), "well, with 1 warning: nothing keeps a file from being applied"),
        (
            replace(samples.VALIDATION, problems=(samples.BROKEN,)),
            "not well: 1 file has errors and would not be applied; the rest would (1 error)",
        ),
        (
            Validation((replace(samples.SOURCE, failure=Failure("source platform", "no such branch", "name another one")),), (), 0.1),
            "not well: 1 source could not be read",
        ),
    ],
)
def test_the_first_line_of_a_validation_says_whether_all_is_well(validation: Validation, first: str) -> None:
    assert validated(validation).splitlines()[0] == first


@pytest.mark.parametrize(
    ("report", "first"),
    [
        (replace(samples.PLANNED, plan=Plan(unchanged=(samples.DISK,))), "production  nothing to change, 1 unchanged"),
        (samples.large(10_000), "production  10,000 to create, 0 unchanged"),
        (
            replace(samples.PLANNED, plan=Plan(), problems=(samples.BROKEN,)),
            "production  nothing to change, 1 error, 0 unchanged",
        ),
        (
            replace(samples.PLANNED, plan=Plan(), sources=(replace(samples.SOURCE, failure=Failure("source platform", "gone", "")),)),
            "production  nothing to change, 1 source could not be read, 0 unchanged",
        ),
    ],
)
def test_the_first_line_of_a_plan_says_what_it_comes_to(report: PassReport, first: str) -> None:
    assert planned(report).splitlines()[0] == first


def test_a_pass_that_wrote_nothing_says_so() -> None:
    report = replace(samples.APPLIED, plan=Plan(unchanged=(samples.DISK,)), outcomes=(), stopped=False, requests=1, seconds=0.02)
    assert applied(report).splitlines()[0] == "production  nothing written, 1 unchanged, 1 request, 0.02 s"


@pytest.mark.parametrize(("outcomes", "word"), [((), "not applied"), (samples.APPLIED.outcomes[:2], "not finished")])
def test_an_apply_that_broke_off_says_how_far_it_came(outcomes: tuple[Outcome, ...], word: str) -> None:
    failure = Failure("target production", "401: the token is not accepted", "give a valid token; nothing more was written")
    text = applied(replace(samples.APPLIED, outcomes=outcomes, stopped=False, failure=failure))
    assert text.startswith(f"production  {word}, ")
    assert "error  target production: 401: the token is not accepted\nnext   give a valid token; nothing more was written\n" in text


def test_a_plan_that_is_well_ends_with_what_was_not_done() -> None:
    assert planned(replace(samples.PLANNED, plan=Plan())).splitlines()[-1] == "nothing was written"


# --- much of it ---------------------------------------------------------------------------------------------------------------------------


def test_ten_thousand_creates_are_counted_by_directory() -> None:
    lines = planned(samples.large(10_000)).splitlines()
    assert len(lines) < 40
    assert "  + create    334 in dashboards/team-00/" in lines
    assert "  + create    3,330 in 10 more directories" in lines


def test_verbose_lists_each_of_ten_thousand() -> None:
    assert len(planned(samples.large(10_000), options=Options(verbose=True)).splitlines()) > 10_000


def test_directories_are_told_as_deep_as_there_are_few_of_them() -> None:
    made = [CreateDashboard(samples.dashboard(f"d{at}", "x", f"a/{at % 2}/{at % 50}/x.json"), "new") for at in range(100)]
    lines = planned(replace(samples.PLANNED, plan=Plan(tuple(made)))).splitlines()
    assert [line for line in lines if "+" in line[:4]] == ["  + create    50 in dashboards/a/0/", "  + create    50 in dashboards/a/1/"]


def test_very_many_failures_are_told_first_and_then_counted_by_reason() -> None:
    changes = samples.large(500).plan.changes
    outcomes = tuple(Outcome(each, Result.FAILED, "the server says 500", "try again") for each in changes)
    text = applied(replace(samples.APPLIED, plan=Plan(changes), outcomes=outcomes, stopped=False))
    assert len(text.splitlines()) < 130
    assert "              460 because: the server says 500\n" in text
    assert text.count("try again") == 1


def test_very_many_that_were_not_done_are_counted_with_the_reason() -> None:
    changes = samples.large(300).plan.changes
    outcomes = tuple(Outcome(each, Result.NOT_DONE, "stopped before its turn") for each in changes)
    text = applied(replace(samples.APPLIED, plan=Plan(changes), outcomes=outcomes))
    assert "              300 because: stopped before its turn\n" in text


def test_very_many_conflicts_are_counted_by_kind_after_the_first_fifty() -> None:
    text = planned(replace(samples.PLANNED, plan=Plan((), (samples.UNMANAGED,) * 99)))
    assert text.count("! conflict") == 50
    assert "  ! … and 49 more conflicts unmanaged: -v shows each of them\n" in text


def test_warnings_of_one_code_are_told_five_times_and_counted() -> None:
    text = render_problems(samples.notes(42, "input-undeclared", Severity.WARNING), PLAIN)
    assert text.count("infra/") == 5
    assert "… and 37 more warnings  input-undeclared\n" in text


def test_notes_are_only_counted_in_a_pass_unless_it_is_verbose() -> None:
    report = replace(samples.PLANNED, plan=Plan(), problems=samples.notes(7))
    assert ("7 notes" in planned(report), "uid-derived" in planned(report)) == (True, False)
    assert planned(report, options=Options(verbose=True)).count("uid-derived") == 7


def _folders(number: int) -> tuple[CreateFolder, ...]:
    return tuple(
        CreateFolder(DesiredFolder(FolderUid(f"f{at}"), f"Team {at}", ROOT, (f"Team {at}",), f"team-{at}"), "new") for at in range(number)
    )


def test_folders_that_were_made_are_named_beside_dashboards_that_are_only_counted() -> None:
    changes = (*_folders(3), *samples.large(60).plan.changes)
    outcomes = tuple(Outcome(each, Result.CREATED) for each in changes)
    lines = applied(replace(samples.APPLIED, plan=Plan(changes), outcomes=outcomes)).splitlines()
    assert ["  + folder    Team 0  f0", "  + folder    Team 1  f1", "  + folder    Team 2  f2"] == [
        each for each in lines if "folder  " in each
    ]
    assert not any("root of the source" in each for each in lines)
    assert any(each.startswith("  + created ") and " in dashboards/" in each for each in lines)


def test_of_very_many_folders_the_first_are_named_and_the_others_counted() -> None:
    changes = _folders(50)
    outcomes = tuple(Outcome(each, Result.CREATED) for each in changes)
    rest = "  + folder    … and 30 more folders: -v lists each of them"
    for text in (
        planned(replace(samples.PLANNED, plan=Plan(changes))),
        applied(replace(samples.APPLIED, plan=Plan(changes), outcomes=outcomes)),
    ):
        assert (20, 1) == (text.count("+ folder    Team"), text.splitlines().count(rest))


def test_a_folder_that_stands_in_the_way_is_named_with_what_differs() -> None:
    folder = DesiredFolder(FolderUid("shop"), "Shop", ROOT, ("Shop",), "shop")
    live = LiveFolder(FolderUid("shop"), "Market", ROOT, 5, "https://grafana.example/dashboards/f/shop", managed_by="terraform")
    found = conflict(
        ConflictKind.FOLDER_DIFFERS,
        folder,
        "it differs",
        theirs=live,
        differences=(Difference(Turn.CHANGED, "title", "", "Market", "Shop"),),
    )
    text = planned(replace(samples.PLANNED, plan=Plan((), (found,))))
    assert '              server   folder "Market", uid shop, kept by terraform\n' in text
    assert "                       https://grafana.example/dashboards/f/shop\n" in text
    assert "              differs  title  Market → Shop\n" in text


def test_one_more_than_the_limit_is_told_rather_than_counted() -> None:
    assert "…" not in render_problems(samples.notes(6, "input-undeclared", Severity.WARNING), PLAIN)


def test_verbose_tells_every_note() -> None:
    assert validated(samples.VALIDATION, Options(verbose=True)).count("uid-derived") == 12


def test_a_remedy_is_said_once() -> None:
    assert render_problems((samples.UNFILLED, replace(samples.UNFILLED, line=9)), PLAIN).count("map it:") == 1
    namesakes: tuple[Conflict, ...] = (samples.NAMESAKE, replace(samples.NAMESAKE, ours=samples.NODE))
    assert planned(replace(samples.PLANNED, plan=Plan((), namesakes))).count("Rename one of the two") == 1


def test_what_differs_beyond_a_dozen_is_counted() -> None:
    many = replace(samples.UPDATE, differences=samples.LATENCY_DIFFERS * 10)
    text = planned(replace(samples.PLANNED, plan=Plan((many,))))
    assert "              … and 8 more differences\n" in text


def test_reasons_that_are_not_all_one_stand_with_each_change() -> None:
    other = CreateDashboard(
        samples.CHECKOUT, "it was deleted on the server", twin=Found(Uid("t"), "Checkout", samples.PAYMENTS.uid, "https://g/d/t")
    )
    text = planned(replace(samples.PLANNED, plan=Plan((samples.CREATE, other))))
    assert "              why: it was deleted on the server\n" in text
    assert "              another dashboard of this title is there too: uid t, https://g/d/t\n" in text


# --- how it is set ------------------------------------------------------------------------------------------------------------------------


def test_without_a_terminal_no_line_is_broken() -> None:
    assert max(len(line) for line in planned(samples.PLANNED).splitlines()) > 115


@pytest.mark.parametrize("width", [40, 80, 100, 400])
def test_on_a_terminal_lines_are_broken_between_words_alone(width: int) -> None:
    flat, set_ = planned(samples.PLANNED), planned(samples.PLANNED, options=Options(width=width))
    assert flat.split() == set_.split()
    columns = min(max(width, 80), 160)
    assert all(len(line) <= columns for line in set_.splitlines())


def test_a_path_that_is_wider_than_the_terminal_stays_whole() -> None:
    path = "a-very-long-directory/" * 8 + "file.json"
    [first, *_] = render_problems((replace(samples.BROKEN, file=path, excerpt=None),), Options(width=80)).splitlines()
    assert path in first


def test_colour_adds_and_does_not_carry_the_meaning() -> None:
    coloured = planned(samples.PLANNED, options=Options(colour=True))
    assert "\x1b[" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == planned(samples.PLANNED)


def test_a_long_line_of_a_file_is_shown_around_the_caret() -> None:
    minified = replace(samples.BROKEN, excerpt=Excerpt(1, ("x" * 5000 + "HERE" + "y" * 5000,), 5001))
    lines = render_problems((minified,), PLAIN).splitlines()
    assert len(lines[1]) < 140
    assert lines[1].index("HERE") == lines[2].index("^")


def test_a_caret_stands_under_its_column_after_tabs_and_what_cannot_be_seen() -> None:
    lines = render_problems((replace(samples.BROKEN, excerpt=Excerpt(9, ("\t\x00\tHERE",), 4)),), PLAIN).splitlines()
    assert lines[1].index("HERE") == lines[2].index("^")


def test_a_failure_is_one_block_with_what_happens_next() -> None:
    failure = Failure("configuration", "2 problems in config.yaml", "mend it; nothing was read or written")
    text = render_failure(failure, (samples.UNFILLED,), Format.TEXT, Exit.ERROR, PLAIN)
    assert text.splitlines()[:3] == [
        "error  configuration: 2 problems in config.yaml",
        "next   mend it; nothing was read or written",
        'dashboards/infra/node.json:7:15  warning  input-unfilled  ${DS_PROMETHEUS} has no data source on target "production"',
    ]


def test_what_stands_in_the_way_and_is_not_known_is_said_so() -> None:
    unknown = replace(samples.NAMESAKE, theirs=None)
    text = planned(replace(samples.PLANNED, plan=Plan((), (unknown,))))
    assert "server   what stands in the way could not be found out\n" in text
