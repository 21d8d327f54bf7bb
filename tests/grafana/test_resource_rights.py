"""What the credential may write is asked beside a dry run: Grafana 12.4 looks at no permission in one."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from provisioner.core.answers import Forbidden, Save
from provisioner.core.model import FolderUid, Uid
from provisioner.core.verdict import NoRehearsal, Refused
from provisioner.grafana import OpenGrafana
from tests.grafana.resource_steps import FOLDERS, PATH, answer, twelve
from tests.grafana.scripted import Answer, ScriptedServer

Open = Callable[..., OpenGrafana]

BETA = PATH.replace("v0alpha1", "v1beta1")
ASKED = "GET /api/folders/hosts"
ACCESS = f"GET {FOLDERS}/hosts/access"
AT = f"{PATH}/one"
ALL = Answer({"accessControl": {"dashboards:create": True, "dashboards:write": True}})
READ = Answer({"accessControl": {"dashboards:read": True}})
HIDDEN = Answer({"message": "Permissions needed: folders:read"}, 403)


def _dto(*, can_save: bool, folder: str = "hosts") -> Answer:
    meta = {"name": "one", "resourceVersion": "17", "generation": 1, "annotations": {"grafana.app/folder": folder}}
    return Answer({"metadata": meta, "spec": {}, "access": {"canSave": can_save}})


def _lacked(server: ScriptedServer, grafana: Open, *, folder: str = "hosts", update: bool = False) -> str:
    """The permission that a verdict names as missing, on a server that takes every dry run."""
    dry = answer("dry run create")
    twelve(server).routes |= {
        **{f"POST {each}": [dry] for each in (PATH, BETA)},
        f"PUT {AT}": [answer("dry run update")],
        f"GET {PATH}/provisioner-dry-run": [answer("dry run left nothing")],
        **server.routes,
    }
    rehearsal = grafana(server.url).rehearsal()
    assert not isinstance(rehearsal, NoRehearsal)
    server.received.clear()
    save = Save(Uid("one"), {"title": "One"}, FolderUid(folder), 1 if update else None, "", state="17" if update else "")
    found = {rehearsal.verdict(save), rehearsal.verdict(save)}
    assert 1 == len(found)
    verdict = found.pop()
    if not isinstance(verdict, Refused):
        return ""
    assert isinstance(verdict.answer, Forbidden)
    return verdict.answer.permission


@pytest.mark.parametrize(("held", "lacked"), [(ALL, ""), (READ, "dashboards:create"), (Answer({"uid": "hosts"}), "")])
def test_a_create_needs_the_permission_in_its_folder_which_is_asked_once(
    server: ScriptedServer, grafana: Open, held: Answer, lacked: str
) -> None:
    server.routes[ASKED] = [held]
    assert lacked == _lacked(server, grafana)
    assert 1 == [each.route for each in server.received].count(ASKED)


def test_the_root_is_asked_by_the_name_that_it_has_there(server: ScriptedServer, grafana: Open) -> None:
    server.routes["GET /api/folders/general"] = [READ]
    assert "dashboards:create" == _lacked(server, grafana, folder="")


def test_a_root_that_may_not_be_seen_says_nothing(server: ScriptedServer, grafana: Open) -> None:
    server.routes["GET /api/folders/general"] = [HIDDEN]
    assert "" == _lacked(server, grafana, folder="")


@pytest.mark.parametrize(
    ("access", "lacked"),
    [
        (Answer({"canEdit": True}), ""),
        (Answer({"canEdit": False}), "dashboards:create"),
        (Answer({"code": 403}, 403), "dashboards:create"),
        (Answer({"code": 404}, 404), ""),
    ],
)
def test_a_folder_that_may_be_too_new_to_be_seen_is_asked_where_that_does_not_matter(
    server: ScriptedServer, grafana: Open, access: Answer, lacked: str
) -> None:
    server.routes |= {ASKED: [HIDDEN], ACCESS: [access]}
    assert lacked == _lacked(server, grafana)


@pytest.mark.parametrize(
    ("held", "dto", "lacked"),
    [
        (ALL, _dto(can_save=False), ""),
        (READ, _dto(can_save=True), ""),
        (READ, _dto(can_save=False), "dashboards:write"),
        (READ, Answer({"code": 403}, 403), "dashboards:write"),
        (READ, Answer({"code": 404}, 404), ""),
        (READ, _dto(can_save=True, folder="elsewhere"), "dashboards:create"),
        (Answer({"accessControl": {"dashboards:create": True}}), _dto(can_save=True, folder="elsewhere"), ""),
    ],
)
def test_an_update_needs_it_of_the_folder_or_the_dashboard_and_a_move_of_where_it_goes(
    server: ScriptedServer, grafana: Open, held: Answer, dto: Answer, lacked: str
) -> None:
    server.routes |= {ASKED: [held], f"GET {AT}/dto": [dto]}
    assert lacked == _lacked(server, grafana, update=True)
