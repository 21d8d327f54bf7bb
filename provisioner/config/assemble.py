"""From a parsed configuration (of a file, or made of flags) to settings.

In: the value as written and with its variables filled. Out: the settings and every problem, each with its pointer but no line yet.
The settings are whole only when no problem is an error.
"""

from __future__ import annotations

import os.path
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial

from provisioner.config.complaints import Complaint
from provisioner.config.defaults import spread
from provisioner.config.environment import Filling
from provisioner.config.parts import Part, Surroundings
from provisioner.config.quantities import LONGEST
from provisioner.config.refusals import broken, refusals
from provisioner.config.service import daemon, server
from provisioner.config.sources import sources
from provisioner.config.targets import targets
from provisioner.core.catalog import BY_CODE, Area, Rule, problem, weighed
from provisioner.core.errors import ConfigurationInvalid
from provisioner.core.model import Json
from provisioner.core.problems import Problem, Severity, errors, ordered
from provisioner.core.settings import LOCK_WAIT, LogFormat, LogSettings, Settings


@dataclass(frozen=True, slots=True)
class Loaded:
    """Settings that can be worked with, and the warnings and notes about them.

    `files` are those that the configuration consists of (absolute, the one named first; none of secrets, which are read anew anyway),
    `directories` those in which `include` looked for files by a glob: a file that appears there belongs to the configuration too.
    """

    settings: Settings
    problems: tuple[Problem, ...] = ()
    files: tuple[str, ...] = ()
    directories: tuple[str, ...] = ()


def assembled(written: Json, filling: Filling, file: str, around: Surroundings) -> Loaded:
    """The settings, with errors among the problems when they are not whole."""
    unset = dict(filling.complaints)
    refused = [(pointer, each) for pointer, each in refusals(written, filling.value) if pointer not in unset]
    places = frozenset(unset) | {pointer for pointer, each in refused if each.code != "config-missing"}
    value = broken(filling.value, places)
    value, defaults = spread(value, partial(around.resolved, pointer=""))
    whence = replace(around.whence, defaults=defaults)
    root = Part(value if isinstance(value, Mapping) else {}, "", file, [])
    for pointer, complaint in (*filling.complaints, *refused):
        root.problems.append(problem(complaint.code, file, complaint.message, remedy=complaint.remedy, pointer=pointer))
    settings = _settings(root, replace(around, whence=whence))
    told = tuple(replace(each, file=whence.file(each.pointer), pointer=whence.stated(each.pointer)) for each in root.problems)
    return Loaded(settings, weighed(told, dict(settings.severities)))


def checked(loaded: Loaded) -> Loaded:
    """The same, sorted. Raises ConfigurationInvalid with all problems, warnings too, when one is an error."""
    if errors(loaded.problems):
        raise ConfigurationInvalid(ordered(loaded.problems), loaded.files)
    return replace(loaded, problems=ordered(loaded.problems))


def _settings(root: Part, around: Surroundings) -> Settings:
    state = _state(root, around)
    stated, log = root.part("sources"), root.part("log")
    return Settings(
        sources=sources(stated, around, os.path.join(os.path.dirname(state), "stores")),  # noqa: PTH118,PTH120 - text in, text out
        targets=targets(root.part("targets"), around, stated.names()),
        state=state,
        severities=_severities(root),
        log=LogSettings(log.text("level") or "info", LogFormat(log.text("format") or "auto")),
        lock_wait=_lock_wait(root.part("state")),
        server=server(root, around),
        daemon=daemon(root.part("daemon")),
    )


def _state(root: Part, around: Surroundings) -> str:
    part = root.part("state")
    path = part.path("path", around)
    if path is None:
        return "" if part.has("path") else _default_state(root, around)
    if os.path.isdir(path):  # noqa: PTH112 - as above
        part.complain(Complaint("config-value", f"{path} is a directory, not a file", f"write path: {path}/provisioner.db"), "path")
    return path


def _lock_wait(part: Part) -> float:
    wait = part.span("wait", LOCK_WAIT)
    if wait > LONGEST:
        part.complain(Complaint("config-value", "wait is a day at the most", 'write seconds, or text such as "30s"'), "wait")
    return wait


def _default_state(root: Part, around: Surroundings) -> str:
    """By the XDG base directory specification, which has relative values of its variables ignored; "" where there is no such place."""
    stated, home = around.environment.get("XDG_STATE_HOME", ""), around.environment.get("HOME", "")
    if stated.startswith("/"):
        return f"{stated.rstrip('/')}/provisioner/provisioner.db"
    if home.startswith("/"):
        return f"{home.rstrip('/')}/.local/state/provisioner/provisioner.db"
    stated_sources = root.part("sources")
    if any(stated_sources.part(name).has("git") for name in stated_sources.names()):
        message = "there is no place for the copies of repositories: neither XDG_STATE_HOME nor HOME is set"
        remedy = "name a file with --state FILE: they lie beside it" if around.flags else "add state: {path: …}: they lie beside it"
        root.complain(Complaint("config-missing", message, remedy))
    return ""


def _is_fixed(rule: Rule) -> bool:
    return rule.fixed or (rule.area is Area.CONFIGURATION and rule.severity is Severity.ERROR)


def _severities(root: Part) -> tuple[tuple[str, Severity], ...]:
    """Those that may be set. An error of the configuration, or of identity, is none that work could go on with."""
    part = root.part("severities")
    found = tuple((code, Severity(severity)) for code, severity in root.pairs("severities") if code in BY_CODE)
    fixed = frozenset(code for code, _ in found if _is_fixed(BY_CODE[code]))
    for code, severity in found:
        if code in fixed and severity is not Severity.ERROR:
            part.complain(
                Complaint("config-value", f"{code} stays an error: nothing could be done in spite of it", "take the line out"), code
            )
    return tuple(each for each in found if each[0] not in fixed)
