"""Answers about one dashboard, and how targets stand, as Markdown: for a ticket or a chat.

In: `StatusReport`s, `Explanation`s, what was not found. Out: Markdown, of at most the size of a comment.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from provisioner.core.contrast import visible
from provisioner.core.explain import Explanation, NotFound
from provisioner.core.report import Exit
from provisioner.core.status import Stand, Standing, StatusReport
from provisioner.render import answer_words, words
from provisioner.render.markdown import MOST, home_markdown, whole
from provisioner.render.markdown_text import code, row, text
from provisioner.render.raw import raw_diff

_ROWS = 100


def status_markdown(reports: Sequence[StatusReport], code_: Exit) -> str:
    """How targets stand, a chapter for each."""
    return whole([part for each in reports for part in _status(each)], code_)


def explanation_markdown(answers: Sequence[Explanation | NotFound]) -> str:
    """What is known of one dashboard, a chapter for each target."""
    return whole([part for each in answers for part in _explanation(each)], Exit.OK)


def diff_markdown(answers: Sequence[Explanation | NotFound], *, raw: bool) -> str:
    """What differs, a chapter for each target."""
    return whole([part for each in answers for part in _diff(each, raw=raw)], Exit.OK)


def _status(status: StatusReport) -> Iterator[str]:
    report = status.report
    sign = "✅" if status.well else "❌" if report.failure is not None or status.count(Standing.CONFLICT) else "⚠️"
    yield f"### {sign} {text(report.target)}: {', '.join(answer_words.standing(status))}"
    yield ""
    sources = [text(words.source(source)) for source in report.sources if source.failure is None]
    last = [f"last written {text(answer_words.last(status.last))}"] if status.last is not None else []
    yield " · ".join([text(report.url), *sources, *last])
    yield ""
    for failure in (report.failure, *(source.failure for source in report.sources)):
        if failure is not None:
            yield f"**{text(failure.subject)}**: {text(failure.message)}  "
            yield f"Next: {text(failure.next_step)}"
            yield ""
    if report.plan.notice:
        yield f"**{text(report.plan.notice)}**"
        yield ""
    yield from home_markdown(report.home)
    open_ = [each for each in status.stands if each.standing not in {Standing.IN_SYNC, Standing.LEFT}]
    if open_:
        yield from ("| | what | uid | | |", "|---|---|---|---|---|")
        yield from (_stand(each) for each in open_[:_ROWS])
        yield ""
    if len(open_) > _ROWS:
        yield f"… and {words.count(len(open_) - _ROWS, 'more dashboard')}"


def _stand(each: Stand) -> str:
    told = [words.dated(each.detail), *answer_words.differs(each), words.dated(each.remedy)]
    details = "<br>".join(text(part) for part in told if part)
    return row([answer_words.STANDINGS[each.standing], text(each.name), code(each.uid), text(answer_words.since(each)), details])


def _explanation(each: Explanation | NotFound) -> Iterator[str]:
    if isinstance(each, NotFound):
        yield from _not_found(each)
        return
    yield f"### {text(f'{each.facts.uid} on {each.facts.target}')}: {answer_words.verdict(each)}"
    yield ""
    for label, told in answer_words.facts(each):
        yield f"- **{label}**: {'<br>'.join(text(part) for part in told)}"
    yield ""


def _diff(each: Explanation | NotFound, *, raw: bool) -> Iterator[str]:
    if isinstance(each, NotFound):
        yield from _not_found(each)
        return
    yield f"### {text(f'{each.facts.uid} on {each.facts.target}')}: {answer_words.compared(each)}"
    yield ""
    if raw:
        yield from _fenced(raw_diff(each.facts.bodies.live, each.facts.bodies.git, answer_words.raw_names(each)))
        return
    for label, told in answer_words.places(each):
        yield f"- **{label}**: {'<br>'.join(text(part) for part in told)}"
    yield ""
    for title, found in answer_words.three(each):
        yield f"**{title}**"
        yield ""
        yield from (f"- {text(sentence)}" for sentence in words.differences(found) or [answer_words.NOTHING])
        yield ""


def _fenced(lines: Sequence[str]) -> list[str]:
    """The lines as they are, behind a fence that is longer than any row of backticks in them. What is too long is cut, and said so."""
    shown = [visible(each) for each in lines]
    size = 0
    for at, each in enumerate(shown):
        size += len(each.encode()) + 1
        if size > MOST - 2_000:
            left = len(shown) - at
            shown = [*shown[:at], f"… and {words.count(left, 'more line')}: without --format markdown all of them are shown"]
            break
    longest = max((len(run) for each in shown for run in re.findall("`+", each)), default=0)
    fence = "`" * max(3, longest + 1)
    return [f"{fence}diff", *shown, fence, ""]


def _not_found(each: NotFound) -> Iterator[str]:
    yield f"### {text(f'{each.asked} on {each.target}')}: not found"
    yield ""
    yield text(each.message)
    yield ""
    yield from (f"- perhaps {code(name)}" for name in each.nearest)
    yield from (f"- {code(found.where)} **{text(found.code)}** {text(found.message)}" for found in each.problems)
    yield ""
