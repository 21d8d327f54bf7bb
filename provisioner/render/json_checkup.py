"""What a look at everything found, as JSON. The keys are a promise, as in `json_.py`.

In: a `Checkup`. Out: text. version, kind "check", exit_code, sources, targets, hooks, machine, findings [{kind, name, severity, message,
remedy, unreachable}], problems (of the configuration).
"""

from __future__ import annotations

from provisioner.core.checkup import Checkup, HookSeen, MachineSeen, SourceSeen, TargetSeen, exit_code, findings
from provisioner.render import json_parts as parts
from provisioner.render.json_ import text
from provisioner.render.json_parts import Object


def checkup_json(of: Checkup) -> str:
    """The whole. What was not looked at, or not told, is null."""
    return text(
        {
            "kind": "check",
            "exit_code": exit_code(of).value,
            "sources": [_source(each) for each in of.sources],
            "targets": [_target(each) for each in of.targets],
            "hooks": [_hook(each) for each in of.hooks],
            "machine": _machine(of.machine),
            "findings": [
                {
                    "kind": each.kind.value,
                    "name": each.name,
                    "severity": each.severity.value,
                    "message": each.message,
                    "remedy": each.remedy,
                    "unreachable": each.unreachable,
                }
                for each in findings(of)
            ],
            "problems": [parts.problem(each) for each in of.problems],
        }
    )


def _source(of: SourceSeen) -> Object:
    found, keys = of.revision, ("name", "commit", "subject", "author", "when")
    return {
        "name": of.name,
        "where": of.where,
        "skipped": of.skipped or None,
        "revision": None if found is None else {key: getattr(found, key) for key in keys},
        "files": of.files,
        "watched": of.watched or None,
        "seconds": round(of.seconds, 3),
        "failure": parts.failure(of.failure),
    }


def _target(of: TargetSeen) -> Object:
    return {
        "name": of.name,
        "url": of.url,
        "skipped": of.skipped or None,
        "seconds": round(of.seconds, 3),
        "failure": parts.failure(of.failure),
        "server": _server(of),
    }


def _server(of: TargetSeen) -> Object | None:
    if of.seen is None:
        return None
    seen, server = of.seen, of.seen.server
    actions = seen.credential.actions
    return {
        "version": server.version,
        "dialect": server.dialect,
        "organisation": {"id": server.org_id, "name": server.org_name},
        "user": seen.credential.user or None,
        "role": seen.credential.role and seen.credential.role.value,
        "permissions": None
        if actions is None
        else sorted(each for each in actions if each.startswith(("dashboards", "folders", "datasou"))),
        "dashboards": seen.dashboards,
        "folders": seen.folders,
        "data_sources": seen.data_sources,
        "clock_ahead_seconds": None if seen.ahead is None else round(seen.ahead, 1),
    }


def _hook(of: HookSeen) -> Object:
    return {"name": of.name, "secrets": [{"setting": each.setting, "length": each.length} for each in of.secrets]}


def _machine(of: MachineSeen) -> Object:
    return {
        "state": {"path": of.state, "holder": of.holder or None, "failure": parts.failure(of.state_failure)},
        "listen": {"address": of.listen or None, "failure": parts.failure(of.listen_failure)},
        "git": of.git or None,
    }
