"""What servers make of a dashboard when they save it is nobody's change: no write, no drift. What a person does on top is still told.

The kinds are those of the recorded servers (reference 6.1; tests/transcripts, where every pair of "sent" and "read" is taken from).
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioner.core.canonical import fingerprint
from provisioner.core.changes import Drift
from provisioner.core.compare import compare
from provisioner.core.decide import Adopt, Decision, Same, Sides, decide
from provisioner.core.forms import is_same_form, may_be_forced
from provisioner.core.model import Json
from provisioner.core.server import LiveDashboard, Mark
from provisioner.core.settings import AdoptPolicy, ConflictPolicy, DriftPolicy, Policy
from tests.core import shapes
from tests.core.builders import LATER, WRITTEN, dashboard, live_dashboard, recorded, wanted
from tests.core.json_values import values

TRANSCRIPTS = Path(__file__).resolve().parents[1] / "transcripts"
[CPU] = wanted(dashboard("ops/cpu.json")).dashboards
POLICIES = [
    Policy(),
    Policy(ConflictPolicy.GIT_WINS, DriftPolicy.REVERT, AdoptPolicy.TAKE_OVER),
    Policy(ConflictPolicy.SERVER_WINS, DriftPolicy.REVERT, AdoptPolicy.NEVER),
]
Object = dict[str, Json]


def second_pass(content: Object, read: Object, mark: Mark, policy: Policy, git: Object | None = None) -> Decision:
    """The decision when this was written, and that is read afterwards. `git` is what git has by then, else what was written."""
    live = replace(live_dashboard("cpu", read, CPU.folder), mark=mark)
    record = recorded(CPU, fingerprint(content))
    beside = compare(git or content, live, content)
    return decide(Sides(CPU, record.key, beside.ours, record, beside, read=True), policy)


# Recorded pairs


@dataclass(frozen=True, slots=True)
class Pair:
    """What was sent, and what was read of that. `form` is the version of the resource API that it was read in, "" by the dashboard API."""

    name: str
    sent: Object
    read: Object
    form: str = ""


_BY_UID = re.compile(r"/api/dashboards/(?:uid|db)/([^/?]+)$")
_RESOURCE = re.compile(r"/apis/dashboard\.grafana\.app/(\w+)/namespaces/\w+/dashboards(?:/([\w-]+))?")


def _pairs(file: Path) -> Iterator[Pair]:
    """A restore by the server is a write of somebody else's: what was sent before is forgotten."""
    sent: dict[str, tuple[str, Object]] = {}
    for step in json.loads(file.read_text(encoding="utf-8")):
        request, answer = step.get("request"), step.get("response")
        if step.get("status") not in {200, 201} or not isinstance(answer, dict) or "method" not in step:
            continue
        name = f"{file.stem}: {step['step']}"
        if step["path"].endswith("/restore"):
            sent.clear()
        elif step["path"].startswith("/api/dashboards/db") and step["method"] == "POST" and isinstance(request, dict):
            sent.update((str(answer[key]), ("", request["dashboard"])) for key in ("uid", "slug") if key in answer)
        elif (found := _BY_UID.match(step["path"])) and step["method"] == "GET" and found[1] in sent:
            form, content = sent[found[1]]
            yield Pair(name, content, answer["dashboard"], form)
        elif found := _RESOURCE.match(step["path"]):
            yield from _of_resources(name, step, found, sent)


def _of_resources(name: str, step: Object, found: re.Match[str], sent: dict[str, tuple[str, Object]]) -> Iterator[Pair]:
    request, answer, form = step.get("request"), step["response"], "" if found[1] == "v0alpha1" else found[1]
    if step["method"] in {"POST", "PUT"} and isinstance(request, dict) and "spec" in request and "spec" in answer:
        yield Pair(name, request["spec"], answer["spec"], form)
        if "dryRun" not in step["path"]:
            sent[answer["metadata"]["name"]] = (form, request["spec"])
    elif step["method"] == "PATCH" and "metadata" in answer:
        sent.pop(answer["metadata"]["name"], None)
    elif step["method"] == "GET" and found[2] in sent and "spec" in answer and form != "v2beta1":
        was, content = sent[found[2]]
        yield Pair(name, content, answer["spec"], form or was)


PAIRS = [each for file in sorted(TRANSCRIPTS.rglob("*.json")) for each in _pairs(file)]
FORCED = [each for each in PAIRS if not each.form and may_be_forced(each.sent, each.read)]
KEPT = [each for each in PAIRS if not each.form and each not in FORCED]
MIGRATED = [each for each in PAIRS if each.form]
named: Callable[[Pair], str] = lambda pair: pair.name  # noqa: E731 - read beside its uses


def test_the_recordings_have_pairs_of_every_server() -> None:
    servers = {each.name.partition(":")[0].rpartition("-")[2] for each in KEPT}
    assert {"2.6.0", "4.6.5", "5.4.5", "6.7.4", "7.5.17", "8.5.15", "9.3.2", "12.4.0"} == servers
    assert (len(KEPT) > 60, len(MIGRATED) > 20) == (True, True)


@pytest.mark.parametrize("pair", PAIRS, ids=named)
def test_whatever_a_server_made_of_a_save_a_second_pass_lets_it_be(pair: Pair) -> None:
    for policy in POLICIES:
        assert isinstance(second_pass(pair.sent, pair.read, WRITTEN, policy), Same)


def test_a_refresh_that_a_server_forced_is_told_from_one_that_it_kept() -> None:
    """What it is, only the server's history says; `recognising.py` asks for that."""
    assert {("1d2h", "5s")} == {(each.sent["refresh"], each.read["refresh"]) for each in FORCED}


@pytest.mark.parametrize("pair", KEPT, ids=named)
def test_what_a_server_keeps_as_it_was_sent_is_equal_whoever_saved_it_again(pair: Pair) -> None:
    for policy in POLICIES:
        assert isinstance(second_pass(pair.sent, pair.read, LATER, policy), Same)


@pytest.mark.parametrize("pair", KEPT, ids=named)
def test_what_a_server_keeps_as_it_was_sent_is_known_again_without_a_record(pair: Pair) -> None:
    beside = compare(pair.sent, live_dashboard("cpu", pair.read, CPU.folder))
    assert isinstance(decide(Sides(CPU, "key", beside.ours, None, beside, read=True), Policy()), Adopt)


def _answer(step: str) -> Pair:
    return next(each for each in MIGRATED if each.name.endswith(f": {step}"))


@pytest.mark.parametrize("pair", [each for each in MIGRATED if each.sent.keys() == _answer("dry run create").sent.keys()], ids=named)
def test_what_v1_migrates_is_what_its_dry_run_says(pair: Pair) -> None:
    asked = _answer("dry run create")
    says = {**asked.read, **{key: pair.read[key] for key in pair.sent if pair.sent[key] != asked.sent.get(key)}}
    assert is_same_form({**says, "panels": pair.read["panels"]}, pair.read)
    assert not is_same_form(says, {**pair.read, "description": "a person's"})


# Everything that servers do, in any combination


def _numbered(content: Object) -> Object:
    return {**content, "id": 3164951274061824, "uid": "cpu", "version": 4}


def _bare(content: Object) -> Object:
    return {key: each for key, each in content.items() if key not in {"id", "uid", "version"}}


def _scratched(content: Object) -> Object:
    return {**content, "iteration": 1700000000000}


def _trimmed(content: Object) -> Object:
    return {**content, "title": content["title"].strip(" \t\r\n")}


def _by_name(value: Json) -> Json:
    """Keys as Go's encoder has them."""
    if isinstance(value, dict):
        return {key: _by_name(value[key]) for key in sorted(value)}
    return [_by_name(each) for each in value] if isinstance(value, list) else value


def _doubles(value: Json) -> Json:
    """Unified storage: "normalise get" of 12.4.0."""
    match value:
        case bool() | None:
            return value
        case str():
            return value.replace("\ufeff", "")
        case int() | float():
            double = float(value)
            return int(double) if double.is_integer() and abs(double) < 2**64 else double
        case list():
            return [_doubles(each) for each in value]
        case _:
            return {key: _doubles(each) for key, each in value.items()}


def _as_text(value: Json) -> Json:
    """Over the wire and back, with the escapes that Go writes."""
    text = json.dumps(value).replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    return json.loads(text)


def _library(content: Object) -> Object:
    """7.4 to 9.2 strip a library panel on saving and put it back on reading, with what is known of it."""
    made = copy.deepcopy(content)
    for panel in made["panels"]:
        if "libraryPanel" in panel:
            panel["libraryPanel"] |= {"name": "Its name now", "version": 3, "meta": {"folderUid": "lib"}}
            panel |= {"type": "graph", "title": "Its title now", "options": {"legend": True}}
    return made


KINDS: list[Callable[[Any], Any]] = [_numbered, _bare, _scratched, _trimmed, _by_name, _doubles, _as_text, _library]

_LIBRARY_PANEL: Object = {"id": 9, "gridPos": {"h": 1, "w": 1, "x": 0, "y": 9}, "libraryPanel": {"uid": "lib", "name": "Lib"}}


@st.composite
def contents(draw: st.DrawFn) -> Object:
    """A dashboard of any shape, with anything at all in a corner of it."""
    shape = draw(st.sampled_from([shapes.dashboard, shapes.rows]))
    odd = draw(values.filter(lambda each: each == each))  # noqa: PLR0124 - NaN is no JSON
    title = draw(st.sampled_from(["CPU", "  CPU\t", "Über <b> & \u2028", "\ufeffCPU", "仪表盘"]))
    made: Object = {**shape("cpu", title), "odd": odd, "version": 7}
    if "panels" in made and draw(st.booleans()):
        made["panels"].append(copy.deepcopy(_LIBRARY_PANEL))
    return made


def normalised(content: Object, kinds: list[Callable[[Any], Any]]) -> Object:
    """As a server has it that does all of these."""
    made = copy.deepcopy(content)
    for kind in kinds:
        if kind is not _library or "panels" in made:
            made = kind(made)
    return made


servers = st.lists(st.sampled_from(KINDS), max_size=8)


@given(contents(), servers, st.sampled_from(POLICIES), st.sampled_from([WRITTEN, LATER, Mark(7, 3, "another dialect's")]))
def test_whatever_a_server_normalises_a_second_pass_writes_nothing(
    content: Object, kinds: list[Callable[[Any], Any]], policy: Policy, mark: Mark
) -> None:
    assert isinstance(second_pass(content, normalised(content, kinds), mark, policy), Same)


def _described(content: Object) -> None:
    content["description"] = "a person's"


def _retitled(content: Object) -> None:
    content["title"] = f"{content['title']} (mine)"


def _one_more(content: Object) -> None:
    content["panels" if "panels" in content else "rows"].append({"id": 77, "type": "text", "title": "Mine"})


def _tagged(content: Object) -> None:
    content["tags"] = [*(content.get("tags") or []), "mine"]


def _none(content: Object) -> None:
    content["schemaVersion"] = None


def _sooner(content: Object) -> None:
    content["time"] = {"from": "now-5m", "to": "now"}


EDITS = [_described, _retitled, _one_more, _tagged, _none, _sooner]


@given(contents(), servers, servers, st.sampled_from(EDITS))
def test_what_a_person_does_to_what_the_server_made_of_it_is_told(
    content: Object, kinds: list[Callable[[Any], Any]], more: list[Callable[[Any], Any]], edit: Callable[[Object], None]
) -> None:
    edited = normalised(content, kinds)
    edit(edited)
    told = second_pass(content, normalised(edited, more), LATER, Policy())
    assert isinstance(told, Drift)
    assert told.differences


@given(contents(), servers, st.sampled_from(EDITS))
def test_what_git_changes_is_no_more_than_that_whatever_the_server_made_of_what_was_there(
    content: Object, kinds: list[Callable[[Any], Any]], edit: Callable[[Object], None]
) -> None:
    newer = copy.deepcopy(content)
    edit(newer)
    alone = compare(newer, _live(content)).differences
    assert alone == compare(newer, _live(normalised(content, kinds))).differences


def _live(content: Object) -> LiveDashboard:
    return live_dashboard("cpu", content, CPU.folder)


# A refresh that the server forced


@pytest.mark.parametrize(
    ("base", "live", "may_be"),
    [
        ({"refresh": "1s", "id": 1}, {"refresh": "5s", "id": 2}, True),
        ({"refresh": "soon"}, {"refresh": "5s"}, True),
        ({"refresh": "5s"}, {"refresh": "5s"}, False),
        ({"refresh": "1s"}, {"refresh": "5s", "description": "a person's"}, False),
        ({"refresh": False}, {"refresh": "5s"}, False),
        ({}, {"refresh": "5s"}, False),
        ({"refresh": "1s"}, {}, False),
    ],
)
def test_only_a_refresh_that_became_another_one_may_be_the_server_s(base: Object, live: Object, *, may_be: bool) -> None:
    assert may_be is may_be_forced(base, live)
