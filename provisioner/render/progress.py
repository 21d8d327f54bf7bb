"""How far an apply is, while it runs: one line that moves, and above it each conflict and failure as soon as it happens.

In: a console (`terminal.console`), a target, how many changes there are; then each `Outcome`. Out: to the console. Where the console is no
terminal nothing is shown: the report says it all at the end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.text import Text

from provisioner.core.changes import Outcome, Result
from provisioner.core.contrast import visible
from provisioner.render import words
from provisioner.render.lines import BAD

OnOutcome = Callable[[Outcome], None]


@contextmanager
def progress(console: Console, target: str, total: int) -> Iterator[OnOutcome]:
    """Gives what is to be called with each outcome, from any thread."""
    if not console.is_terminal or total == 0:
        yield _nothing
        return
    columns = (TextColumn("{task.description}", markup=False), BarColumn(20), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, refresh_per_second=10) as bar:
        task = bar.add_task(visible(target), total=total)

        def told(outcome: Outcome) -> None:
            _advance(bar, task, outcome)

        yield told


def _nothing(_outcome: Outcome) -> None:
    """Says nothing: nobody is looking."""


def _advance(bar: Progress, task: TaskID, outcome: Outcome) -> None:
    if outcome.result in {Result.CONFLICT, Result.FAILED}:
        bar.console.print(_news(outcome), soft_wrap=True)
    bar.advance(task)


def _news(outcome: Outcome) -> Text:
    kind = f"{outcome.conflict.kind.value}: {outcome.conflict.message}" if outcome.conflict else outcome.detail
    sign = "!" if outcome.result is Result.CONFLICT else "x"
    text = Text(f"  {sign} {outcome.result.value:<10}", style=BAD)
    return text.append(visible(f"{words.name(words.thing(outcome.change))}  {kind}"), style="none")
