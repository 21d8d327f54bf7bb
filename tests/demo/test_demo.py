"""The demo as a person starts it: it ends by itself, keeps what it promises, and leaves nothing behind."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [pytest.mark.xdist_group("demo"), pytest.mark.timeout(180)]


def _demo(place: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    (place / "tmp").mkdir()
    (place / "empty").mkdir()
    around = {"PATH": os.environ["PATH"], "HOME": str(place), "TMPDIR": str(place / "tmp"), "PYTHONPATH": str(ROOT), **environment}
    return subprocess.run(
        [sys.executable, "-m", "provisioner", "demo"],
        cwd=place / "empty",
        env=around,
        text=True,
        capture_output=True,
        timeout=150,
        check=False,
    )


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> subprocess.CompletedProcess[str]:
    """Run once, from an empty directory, under a git configuration that would break a careless use of git."""
    place = tmp_path_factory.mktemp("demo")
    (place / ".gitconfig").write_text("[commit]\n\tgpgsign = true\n[init]\n\tdefaultBranch = trunk\n[core]\n\tautocrlf = true\n")
    done = _demo(place, GIT_DIR="/nonexistent")
    assert not list((place / "tmp").iterdir()), "something was left behind"
    assert not list((place / "empty").iterdir()), "something was written where the demo was started"
    return done


def test_it_ends_by_itself_and_well(told: subprocess.CompletedProcess[str]) -> None:
    assert (0, "") == (told.returncode, told.stderr)


def test_it_names_the_broken_file_with_line_and_column(told: subprocess.CompletedProcess[str]) -> None:
    assert re.search(r"dashboards/platform/hosts/host-detail\.json:\d+:\d+ +error +json-syntax", told.stdout)


@pytest.mark.parametrize("kind", ["version-mismatch", "name-exists"])
def test_it_shows_both_conflicts(told: subprocess.CompletedProcess[str], kind: str) -> None:
    assert kind in told.stdout
    assert "saved by jonas" in told.stdout


def test_it_ends_with_the_commands_to_try_next(told: subprocess.CompletedProcess[str]) -> None:
    last = [line.split() for line in told.stdout.splitlines() if line.strip()][-3:]
    assert [["provisioner", name] for name in ("validate", "plan", "apply")] == [words[:2] for words in last]


def test_it_writes_once_what_changed_and_nothing_at_rest(told: subprocess.CompletedProcess[str]) -> None:
    assert "nothing written, 6 unchanged" in told.stdout
    assert "1 updated, 5 unchanged" in told.stdout


def test_it_is_readable_without_colour_where_no_terminal_is(told: subprocess.CompletedProcess[str]) -> None:
    assert "\x1b" not in told.stdout
