"""What is on servers, as Markdown: for a ticket or a chat.

In: `Inventory`s. Out: Markdown, of at most the size of a comment.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from provisioner.core.inventory import Inventory
from provisioner.core.report import Exit
from provisioner.render import stock_words, words
from provisioner.render.markdown import whole
from provisioner.render.markdown_text import code, details, row, text

_ROWS = 100


def inventory_markdown(inventories: Sequence[Inventory], code_: Exit) -> str:
    """What is there, a chapter for each target."""
    return whole([part for each in inventories for part in _chapter(each)], code_)


def _chapter(of: Inventory) -> Iterator[str]:
    if of.failure is not None:
        yield f"### ❌ {text(of.target)}: not looked at"
    else:
        yield f"### {text(of.target)}: {', '.join(stock_words.counts(of))}"
    yield ""
    yield " · ".join([text(of.url), *(text(words.source(each)) for each in of.sources if each.failure is None)])
    yield ""
    for failure in (of.failure, *(source.failure for source in of.sources)):
        if failure is not None:
            yield f"**{text(failure.subject)}**: {text(failure.message)}  "
            yield f"Next: {text(failure.next_step)}"
            yield ""
    if home := stock_words.home(of):
        yield text(home)
        yield ""
    for part in stock_words.parts(of):
        rows = [row([text(name), code(uid), text(detail)]) for name, uid, detail in part.rows[:_ROWS]]
        rest = [f"… and {len(part.rows) - _ROWS:,} more"] if len(part.rows) > _ROWS else []
        yield from details(f"{text(part.title)}: {len(part.rows):,}", ["| what | uid | |", "|---|---|---|", *rows, "", *rest])
    if of.failure is None:
        yield from (f"- {text(told)}" for told in stock_words.limits(of))
