"""What was reviewed for several servers together is applied to all of them, or to none."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest

from provisioner.sandbox import Running, SandboxSettings, running
from provisioner.sandbox.settings import Person
from tests.cli.command import Command, Done
from tests.whole.house import Browser, dashboard, panel_titled


@dataclass(frozen=True, slots=True)
class Two:
    """Two servers of one configuration, `first` and `second`, which a plan for both was made for."""

    command: Command
    first: Running
    second: Running

    def __call__(self, *args: str) -> Done:
        return self.command(*args, "-c", "config.yaml")

    @property
    def writes(self) -> tuple[object, ...]:
        return (*self.first.requests.writes, *self.second.requests.writes)

    def title(self, sandbox: Running) -> str:
        return str(Browser(sandbox.url).content("sales")["panels"][0]["title"])

    def configure(self, *names: str) -> None:
        for name, sandbox in (("first", self.first), ("second", self.second)):
            self.command.write(f"{name}.token", sandbox.token("Editor")).chmod(0o600)
        urls = {"first": self.first.url, "second": self.second.url}
        targets = ", ".join(f"{name}: {{url: '{urls[name]}', token_file: {name}.token, attempts: 1}}" for name in names)
        self.command.write("config.yaml", f"sources: {{s: {{directory: {{path: files}}}}}}\ntargets: {{{targets}}}\n")


@pytest.fixture
def two(command: Command) -> Iterator[Two]:
    with ExitStack() as held:
        each = SandboxSettings(generation=9, people=(Person("jonas", "jonas"),))
        both = Two(command, *(held.enter_context(running(each)) for _ in range(2)))
        both.configure("first", "second")
        command.write("files/sales.json", dashboard("sales", **panel_titled("Git")))
        assert 0 == both("apply").code
        command.write("files/sales.json", dashboard("sales", **panel_titled("Git again")))
        assert 0 == both("plan", "-o", "plan.json").code
        for sandbox in (both.first, both.second):
            sandbox.requests.reset()
        yield both


def test_what_was_reviewed_for_two_servers_is_applied_to_both(two: Two) -> None:
    assert 0 == two("apply", "plan.json").code
    assert ("Git again", "Git again") == (two.title(two.first), two.title(two.second))


def test_when_the_second_moved_since_nothing_is_written_to_the_first_either(two: Two) -> None:
    Browser(two.second.url).edit("sales", **panel_titled("Jonas"))
    two.second.requests.reset()
    done = two("apply", "plan.json")
    assert (1, ()) == (done.code, two.writes)
    assert "left out, since target second is not as it was reviewed" in done.out
    assert "it is in conflict both-changed: changed in git, and on the server by jonas" in done.out
    assert "nothing was written to any target" in done.out


def test_when_the_second_cannot_be_asked_nothing_is_written_to_the_first_either(two: Two) -> None:
    two.command.write("second.token", "glsa_of_nobody")
    done = two("apply", "plan.json", "--format", "json")
    assert (1, ()) == (done.code, two.writes)
    first, second = json.loads(done.out)["targets"]
    assert "left out, since target second" in first["failure"]["message"]
    assert "credentials" in second["failure"]["message"]


def test_a_target_that_was_reviewed_and_not_asked_for_is_told_and_left(two: Two) -> None:
    done = two("apply", "plan.json", "--target", "first")
    assert (0, ("Git again", "Git")) == (done.code, (two.title(two.first), two.title(two.second)))
    assert "target second was reviewed too, but not asked for: left as it is" in done.err


def test_a_target_that_was_asked_for_and_not_reviewed_keeps_all_from_being_written(two: Two) -> None:
    two("plan", "-o", "plan.json", "--target", "first")
    done = two("apply", "plan.json", "--target", "first", "--target", "second")
    assert (1, ()) == (done.code, two.writes)
    assert "target second is not in the file" in done.out


def test_without_a_target_named_those_of_the_file_are_applied_and_the_rest_is_told(two: Two) -> None:
    two("plan", "-o", "plan.json", "--target", "first")
    done = two("apply", "plan.json")
    assert (0, ("Git again", "Git")) == (done.code, (two.title(two.first), two.title(two.second)))
    assert "target second is not in plan.json: left as it is" in done.err


def test_a_target_that_is_not_stated_any_more_was_reviewed_for_another_configuration(two: Two) -> None:
    two.configure("first")
    done = two("apply", "plan.json")
    assert (1, ()) == (done.code, two.writes)
    assert "target second of plan.json is not stated any more" in done.err


def test_where_a_target_cannot_be_planned_no_plan_file_is_left(two: Two) -> None:
    two.command.write("second.token", "glsa_of_nobody")
    done = two("plan", "-o", "plan.json")
    assert "plan.json was not written, since no plan could be made for second" in done.err
    assert not (two.command.cwd / "plan.json").exists()
