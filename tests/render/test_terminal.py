"""What a stream can show, and how far an apply is while it runs."""

from __future__ import annotations

import io
import os
import pty
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TextIO

import pytest

from provisioner.core.changes import CreateDashboard, Outcome, Result
from provisioner.render.options import Options
from provisioner.render.progress import progress
from provisioner.render.terminal import console, options, write
from tests.render import samples


class Terminal:
    """A real pseudo-terminal: the end that a program writes to, and what came out of the other."""

    def __init__(self) -> None:
        self._reading, writing = pty.openpty()
        self.stream = os.fdopen(writing, "w", encoding="utf-8")
        self._found: list[bytes] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        # A pseudo-terminal whose other end is closed answers with an error on Linux, and with nothing elsewhere.
        while True:
            try:
                data = os.read(self._reading, 4096)
            except OSError:
                return
            if not data:
                return
            self._found.append(data)

    def text(self) -> str:
        self.stream.close()
        self._reader.join(timeout=30)
        return b"".join(self._found).decode()


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    found = Terminal()
    yield found
    found.stream.close()


@pytest.mark.parametrize(
    ("environment", "colour"),
    [
        ({"TERM": "xterm-256color"}, True),
        ({"TERM": "xterm-256color", "NO_COLOR": "1"}, False),
        ({"TERM": "xterm-256color", "NO_COLOR": ""}, True),
        ({"TERM": "dumb"}, False),
        ({}, False),
    ],
)
def test_colour_is_for_terminals_that_want_it(terminal: Terminal, environment: Mapping[str, str], *, colour: bool) -> None:
    assert options(terminal.stream, {**environment, "COLUMNS": "90"}) == Options(colour=colour, width=90)


def test_a_pipe_gets_neither_colour_nor_width_even_when_colour_is_forced() -> None:
    assert options(io.StringIO(), {"TERM": "xterm", "FORCE_COLOR": "1", "COLUMNS": "90"}, verbose=True) == Options(verbose=True)


@pytest.mark.parametrize("columns", [{}, {"COLUMNS": "wide"}, {"COLUMNS": "0"}])
def test_a_terminal_that_does_not_tell_its_width_has_eighty_columns(terminal: Terminal, columns: Mapping[str, str]) -> None:
    assert options(terminal.stream, columns).width == 80


@pytest.mark.parametrize(("width", "columns"), [(None, None), (20, 80), (100, 100), (500, 160)])
def test_text_is_set_no_narrower_and_no_wider_than_it_can_be_read(width: int | None, columns: int | None) -> None:
    assert Options(width=width).columns == columns


@pytest.mark.parametrize(("encoding", "written"), [("utf-8", "→ ü │\n"), ("latin-1", "> ü |\n"), ("ascii", "> \\xfc |\n")])
def test_a_stream_that_lacks_a_character_gets_a_plainer_one(tmp_path: Path, encoding: str, written: str) -> None:
    path = tmp_path / "out"
    with path.open("w", encoding=encoding) as stream:
        write("→ ü │\n", stream)
    assert path.read_text(encoding=encoding) == written


def run_with(stream: TextIO, environment: Mapping[str, str], outcomes: tuple[Outcome, ...]) -> None:
    with progress(console(stream, environment), "production", len(outcomes)) as on_outcome:
        for each in outcomes:
            on_outcome(each)


OUTCOMES = samples.APPLIED.outcomes
TERM = {"TERM": "xterm", "COLUMNS": "100"}


def test_progress_counts_to_the_end_and_tells_conflicts_and_failures_above(terminal: Terminal) -> None:
    run_with(terminal.stream, TERM, OUTCOMES)
    text = terminal.text()
    assert "6/6" in text
    assert "! conflict  " in text
    assert "Payments / Checkout  name-exists: the folder has another dashboard of this title" in text
    assert 'Platform / Hosts / Node  the server says 400: "bad refresh interval"' in text
    assert "Payments / Refunds" not in text


def test_progress_without_colour_has_no_colours(terminal: Terminal) -> None:
    run_with(terminal.stream, {**TERM, "NO_COLOR": "1"}, OUTCOMES)
    assert "\x1b[31m" not in terminal.text()


def test_progress_shows_markup_and_escapes_of_a_title_as_they_are(terminal: Terminal) -> None:
    board = samples.dashboard("u", "[red]\x1b]0;evil\x07", "x.json")
    run_with(terminal.stream, TERM, (Outcome(CreateDashboard(board, "new"), Result.FAILED, "no"),))
    assert "[red]\\u001b]0;evil\\u0007" in terminal.text()


@pytest.mark.parametrize("environment", [{}, {"TERM": "dumb"}])
def test_nothing_moves_on_a_dumb_terminal(terminal: Terminal, environment: Mapping[str, str]) -> None:
    run_with(terminal.stream, environment, OUTCOMES)
    assert terminal.text() == ""


def test_nothing_moves_in_a_pipe_or_when_there_is_nothing_to_do() -> None:
    stream = io.StringIO()
    run_with(stream, TERM, OUTCOMES)
    assert stream.getvalue() == ""


def test_a_pass_without_changes_shows_no_bar(terminal: Terminal) -> None:
    run_with(terminal.stream, TERM, ())
    assert terminal.text() == ""


def test_outcomes_may_come_from_many_threads(terminal: Terminal) -> None:
    board = samples.CREATE
    with progress(console(terminal.stream, TERM), "production", 200) as on_outcome:
        threads = [threading.Thread(target=fifty(on_outcome, Outcome(board, Result.CREATED))) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert "200/200" in terminal.text()


def fifty(on_outcome: Callable[[Outcome], None], outcome: Outcome) -> Callable[[], None]:
    def told() -> None:
        for _ in range(50):
            on_outcome(outcome)

    return told
