"""Whatever a repository or a server puts into a title, a path or a message: every format stays what it is."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provisioner.core.changes import CreateDashboard, Drift, Outcome, Plan, Removal, Result
from provisioner.core.explain import Explanation, NotFound, explain
from provisioner.core.guard import Deletion, Held, HoldReason, Pruning
from provisioner.core.model import DesiredDashboard, SourceName, TargetName, Uid
from provisioner.core.problems import Excerpt
from provisioner.core.records import Action, Intent, Record
from provisioner.core.report import Exit, Failure, PassReport, Validation
from provisioner.core.status import status
from provisioner.core.three_way import Bodies
from provisioner.render.formats import (
    render_apply,
    render_diff,
    render_explanation,
    render_failure,
    render_plan,
    render_status,
    render_validation,
)
from provisioner.render.markdown_text import code, row, text
from provisioner.render.options import Format, Options, answer_form
from tests.render import samples

HOSTILE = [
    "\x1b[31mred\x1b]0;title\x07",
    "[red]markup[/red] [link=https://evil]x[/link]",
    "\u202egnp.exe",
    "\x9b2J\x00\x7f",
    "a\r\nb\u2028c",
    "\ud800 lone",
    "]]> <script>&amp;</script> \ufffe",
    "| pipe ` tick ``` <img src=x onerror=alert(1)> @everyone #1 ![x](https://evil)",
]
ANY_TEXT = st.one_of(st.sampled_from(HOSTILE), st.text(st.characters(), max_size=30))


def validation(words: str) -> Validation:
    source = replace(samples.SOURCE, passed_over=((words, words),), revision=replace(samples.REVISION, subject=words, author=words))
    broken = replace(samples.BROKEN, file=words, message=words, remedy=words, excerpt=Excerpt(3, (words, words), len(words)))
    failed = replace(samples.SOURCE, failure=Failure(words, words, words))
    return Validation((source, failed), (broken, replace(samples.UNFILLED, code="x-unknown", pointer=words)), 0.1)


def applied(words: str) -> PassReport:
    board = replace(samples.dashboard("u", words, words, words), uid=samples.OVERVIEW.uid)
    theirs = replace(samples.live(board), title=words, folder_title=words, url=words, updated_by=words, updated=words, managed_by=words)
    differs = (replace(samples.LATENCY_DIFFERS[0], part=words, aspect=words, before=words, after=words),)
    conflict = replace(samples.UNMANAGED, ours=board, message=words, remedy=words, theirs=theirs, differences=differs)
    change = CreateDashboard(board, words)
    update = replace(samples.UPDATE, dashboard=board, live=theirs, reason=words, differences=differs, moves=True)
    outcomes = (
        Outcome(change, Result.CONFLICT, conflict=conflict),
        Outcome(change, Result.FAILED, words, words),
        Outcome(update, Result.NOT_DONE, words),
        Outcome(update, Result.UPDATED, words),
    )
    conflict = replace(conflict, ours_changed=differs, theirs_changed=differs)
    drift = Drift(board, recorded(board, words), theirs, words, words, differs)
    plan = Plan((change, update), (conflict,), (board,), (board,), (drift, replace(drift, live=None)), notice=words)
    pruning = Pruning((Deletion(drift.record, theirs),), tuple(Held(drift.record, reason, words, words, theirs) for reason in HoldReason))
    removals = tuple(Removal(drift.record, result, words, words) for result in (Result.DELETED, Result.CONFLICT, Result.NOT_DONE))
    report = replace(samples.APPLIED, plan=plan, outcomes=outcomes, pruning=pruning, removals=removals)
    return replace(report, failure=Failure(words, words, words))


def recorded(board: DesiredDashboard, words: str) -> Record:
    return replace(samples.record(board, commit=words), path=words, applied=words, missing_since=words, source=SourceName(words))


def answers(words: str) -> list[Explanation | NotFound]:
    """One dashboard that is in git, one that is not, and one that nobody knows."""
    report = applied(words)
    [drift, _] = report.plan.drifted
    kept = replace(samples.KEPT, uid=Uid(words), author=words, kept=words)
    override = replace(samples.FACTS.overrides[0], paths=(words,))
    bodies = Bodies({words: [words], "title": words}, {"title": words}, {words: {words: words}})
    sides = replace(samples.FACTS.sides, dashboard=drift.dashboard, record=drift.record) if samples.FACTS.sides else None
    facts = replace(samples.FACTS, uid=Uid(words), sides=sides, record=drift.record, live=drift.live, kept=(kept,), overrides=(override,))
    facts = replace(facts, bodies=bodies, revision=replace(samples.REVISION, subject=words), problems=report.problems)
    gone = replace(facts, sides=None, pruning=report.pruning, interrupted=Intent(Uid(words), Action.UPDATE, None, None, words))
    return [explain(facts), explain(gone), NotFound(TargetName(words), words, words, (words,), report.problems)]


def every(form: Format, words: str) -> list[str]:
    """Everything that can be rendered, with these words everywhere."""
    report, options = applied(words), Options(verbose=True)
    records = {each.dashboard.uid: each.record for each in report.plan.drifted}
    stands = [status(replace(report, failure=None), records), status(report, records)]
    answer = answer_form(form)
    asked = answers(words) if answer else []
    return [
        *([render_explanation(asked, answer, options), render_diff(asked, answer, options)] if answer else []),
        render_status(stands, form, Exit.CONFLICT, options),
        render_validation(validation(words), form, Exit.INVALID, options),
        render_plan([replace(report, applied=False, outcomes=())], form, Exit.CONFLICT, options),
        render_apply([report], form, Exit.CONFLICT, options),
        render_failure(Failure(words, words, words), validation(words).problems, form, Exit.ERROR, options),
    ]


@given(ANY_TEXT)
@settings(max_examples=60, deadline=None)
def test_text_holds_no_character_that_steers_a_terminal(words: str) -> None:
    assert all(line.isprintable() for rendered in every(Format.TEXT, words) for line in rendered.split("\n"))


@given(ANY_TEXT)
@settings(max_examples=60, deadline=None)
def test_a_raw_diff_holds_no_character_that_steers_a_terminal(words: str) -> None:
    for form in (Format.TEXT, Format.MARKDOWN):
        assert all(line.isprintable() for line in render_diff(answers(words), form, Options(), raw=True).split("\n"))


@given(ANY_TEXT)
@settings(max_examples=30, deadline=None)
def test_coloured_text_holds_our_own_colours_and_nothing_else(words: str) -> None:
    coloured = render_apply([applied(words)], Format.TEXT, Exit.CONFLICT, Options(colour=True, width=100))
    assert re.sub(r"\x1b\[[0-9;]*m|\n", "", coloured).isprintable()


@given(ANY_TEXT)
@settings(max_examples=60, deadline=None)
def test_json_reads_back_and_holds_nothing_that_cannot_be_printed(words: str) -> None:
    for rendered in every(Format.JSON, words):
        assert json.loads(rendered)["version"] == 1
        assert rendered.replace("\n", "").isprintable()
    assert json.loads(render_validation(validation(words), Format.JSON, Exit.INVALID, Options()))["problems"][0]["file"] == words
    [known, *_] = json.loads(render_diff(answers(words), Format.JSON, Options(), raw=True))["answers"]
    assert known["kept"][0]["author"] == words


@given(ANY_TEXT)
@settings(max_examples=60, deadline=None)
def test_sarif_reads_back_and_is_all_ascii(words: str) -> None:
    for rendered in every(Format.SARIF, words):
        assert json.loads(rendered)["version"] == "2.1.0"
        assert rendered.isascii()


@given(ANY_TEXT)
@settings(max_examples=60, deadline=None)
def test_junit_is_well_formed(words: str) -> None:
    for rendered in every(Format.JUNIT, words):
        assert ET.fromstring(rendered.encode()).tag == "testsuites"  # noqa: S314  (our own output)


@given(ANY_TEXT)
@settings(max_examples=60, deadline=None)
def test_markdown_holds_no_html_and_no_markup_but_ours(words: str) -> None:
    for rendered in every(Format.MARKDOWN, words):
        assert set(re.findall(r"<[^>]*>?", rendered)) <= {"<code>", "</code>", "<details>", "</details>", "<summary>", "</summary>", "<br>"}
        assert not re.search(r"[`\[\]]|[@#]\w", re.sub(r"&#\d+;", "¤", rendered).replace("###", ""))
        assert all(line.isprintable() for line in rendered.split("\n"))


@pytest.mark.parametrize("words", HOSTILE)
def test_markup_of_rich_is_shown_as_it_is(words: str) -> None:
    if words.startswith("[red]"):
        assert words in render_apply([applied(words)], Format.TEXT, Exit.CONFLICT, Options(colour=True))


def test_a_cell_of_a_table_cannot_leave_its_cell() -> None:
    assert row([text("a|b"), code("c|d\ne")]) == "| a&#124;b | <code>c&#124;d⏎e</code> |"


def test_a_mention_calls_nobody() -> None:
    assert text("@everyone") == "@&#8203;everyone"
