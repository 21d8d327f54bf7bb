"""The recorded steps of the resource API, and the scripted server that gives their answers again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from provisioner.core.model import Json
from provisioner.grafana.replies import Reply
from tests.grafana.scripted import Answer, ScriptedServer

TRANSCRIPTS = Path(__file__).resolve().parents[1] / "transcripts"
PATH = "/apis/dashboard.grafana.app/v0alpha1/namespaces/default/dashboards"
FOLDERS = "/apis/folder.grafana.app/v1beta1/namespaces/default/folders"

Step = dict[str, Any]


def steps(name: str = "resources-12.4.0") -> dict[str, Step]:
    """By their names."""
    found: list[Step] = json.loads((TRANSCRIPTS / f"{name}.json").read_text(encoding="utf-8"))
    return {each["step"]: each for each in found}


STEPS = steps()


def reply(name: str) -> Reply:
    """What was answered in that step."""
    return reply_of(STEPS[name]["status"], STEPS[name]["response"])


def reply_of(status: int, value: Json) -> Reply:
    return Reply(status, "application/json", json.dumps(value).encode())


def answer(name: str) -> Answer:
    """The same over the wire."""
    return Answer(STEPS[name]["response"], STEPS[name]["status"])


def twelve(server: ScriptedServer) -> ScriptedServer:
    """Makes it a Grafana 12.4 that shows /apis and has nothing."""
    server.routes |= {
        "GET /api/health": [Answer({"database": "ok", "version": "12.4.0"})],
        "GET /api/org": [Answer({"id": 1, "name": "Main Org."})],
        "GET /api/folders": [Answer([])],
        "GET /apis": [answer("groups")],
        f"GET {PATH}": [answer("list v0alpha1")],
        f"GET {FOLDERS}": [answer("folder versions list")],
    }
    return server
