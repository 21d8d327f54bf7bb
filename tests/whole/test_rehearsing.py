"""rehearsing.py: several dashboards are shown at a time; one says nothing of another, and nobody is asked in vain."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from provisioner.core.answers import Busy, Forbidden, Rejected, Save
from provisioner.core.errors import TargetUnreachable
from provisioner.core.model import ROOT, DesiredDashboard, Json
from provisioner.core.problems import Problem, Severity
from provisioner.core.verdict import Refused, Rehearsed, Taken, Verdict
from provisioner.looking import StopAsked
from provisioner.rehearsing import Scene, Stage, rehearse, scenes_of
from tests.core.builders import dashboard as file_of
from tests.core.builders import wanted
from tests.whole.house import House, dashboard

SAYS: dict[str, Verdict] = {"no": Refused(Rejected(422, "no")), "busy": Refused(Busy("later")), "may-not": Refused(Forbidden("may not"))}


@dataclass
class _Server:
    """Says of each what its uid asks for, and knows how many were shown at once."""

    together: int = 1
    shown: list[Save] = field(default_factory=list)
    most: int = 0
    _now: int = 0
    _lock: threading.Condition = field(default_factory=threading.Condition)

    def verdict(self, save: Save) -> Verdict:
        with self._lock:
            self.shown.append(save)
            self._now += 1
            self.most = max(self.most, self._now)
            self._lock.notify_all()
            assert self._lock.wait_for(lambda: self.most >= self.together, timeout=30)
            self._now -= 1
        return SAYS.get(save.uid, Taken())


def _content(one: DesiredDashboard) -> dict[str, Json] | None:
    return None if one.uid == "changed" else {"title": one.title}


def _shown(*uids: str, server: _Server | None = None, **stated: Any) -> tuple[Rehearsed, tuple[Problem, ...]]:  # noqa: ANN401 - of Stage
    found = wanted(*(file_of(f"{uid}.json", uid) for uid in uids)).dashboards
    stage = Stage(server or _Server(), _content, lambda: False, 4, "target test", ())
    return rehearse([Scene(each, each.uid, each.folder) for each in found], replace(stage, **stated))


def test_what_is_said_of_one_says_nothing_of_the_others() -> None:
    rehearsed, problems = _shown("a", "no", "may-not", "changed", "z")
    assert Rehearsed(asked=5, refused=3) == rehearsed
    assert {"file-unreadable": "changed.json", "server-forbids": "target test", "server-refuses": "no.json"} == {
        each.code: each.file for each in problems
    }


def test_several_are_shown_at_a_time_and_no_more_than_that() -> None:
    server = _Server(together=3)
    _shown("a", "b", "c", "d", "e", "f", server=server, at_a_time=3)
    assert (6, 3) == (len(server.shown), server.most)


def test_a_server_that_is_busy_ends_it_and_those_that_wait_are_not_sent() -> None:
    server = _Server()
    with pytest.raises(TargetUnreachable, match="busy: later"):
        _shown("busy", *(f"x{number}" for number in range(200)), server=server, at_a_time=1)
    assert len(server.shown) < 200


def test_a_person_who_wants_it_to_stop_is_heard() -> None:
    server = _Server()
    with pytest.raises(StopAsked):
        _shown("a", server=server, stopping=lambda: True)
    assert [] == server.shown


def test_the_configuration_says_how_much_a_verdict_weighs() -> None:
    weights = (("server-refuses", Severity.WARNING), ("server-forbids", Severity.OFF))
    _, problems = _shown("no", "may-not", severities=weights)
    assert [("server-refuses", Severity.WARNING)] == [(each.code, each.severity) for each in problems]


def test_what_comes_into_a_folder_that_is_to_be_made_is_shown_in_the_nearest_one_that_is_there(by_apis: House) -> None:
    by_apis.write("shop/first.json", dashboard("first"))
    by_apis.apply()
    by_apis.write("shop/new/deep/second.json", dashboard("second"))
    by_apis.write("other/third.json", dashboard("third"))
    plan = by_apis.plan().plan
    shop = by_apis.browser.ask("/api/folders")[0]["uid"]
    assert {"second": shop, "third": ROOT} == {each.uid: each.folder for each in scenes_of(plan)}
    assert ["second", "third"] == sorted(each.dashboard.uid for each in scenes_of(plan))


def test_a_plan_is_shown_to_the_server_only_where_that_is_asked_for_and_never_by_an_apply(by_apis: House) -> None:
    by_apis.write("shop/first.json", dashboard("first"))
    by_apis.parts["server_side"] = True
    assert Rehearsed(1, 0) == by_apis.plan().rehearsed
    by_apis.forget()
    assert by_apis.apply().rehearsed is None
    by_apis.parts.clear()
    assert by_apis.plan().rehearsed is None
