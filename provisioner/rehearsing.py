"""Shows dashboards to a server as dry runs, several at a time, and gathers what it says of them.

In: what would be sent, and the way to dry runs. Out: problems, and how many were shown. Nothing is written: neither to the server nor to
the state. A server that cannot be worked with ends it; what it says of one dashboard keeps no other from being shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

from provisioner.core.answers import Busy, Forbidden, Save
from provisioner.core.catalog import problem, weighed
from provisioner.core.changes import CreateDashboard, CreateFolder, Plan, UpdateDashboard
from provisioner.core.dialect import Grafana, Rehearsal
from provisioner.core.errors import TargetUnreachable, TargetUnsuitable
from provisioner.core.model import DesiredDashboard, FolderUid, Json, Uid
from provisioner.core.problems import Problem, Severity
from provisioner.core.server import Mark, Server
from provisioner.core.settings import TargetSettings
from provisioner.core.verdict import UNUSED, NoRehearsal, Refused, Rehearsed, forbidden, standing, told
from provisioner.looking import StopAsked
from provisioner.reading import Library


@dataclass(frozen=True, slots=True)
class Scene:
    """One dashboard as it would be sent: under this name, into this folder, over this state (None: created)."""

    dashboard: DesiredDashboard
    uid: Uid
    folder: FolderUid
    over: Mark | None = None

    def save(self, content: Mapping[str, Json]) -> Save:
        """What is shown. The message is for the history, which a dry run has none of."""
        version, state = (None, "") if self.over is None else (self.over.version, self.over.state)
        document, fill = self.dashboard.document, self.dashboard.fill
        return Save(self.uid, content, self.folder, version, "", state=state, form=document.form, owner=fill.tag)


@dataclass(frozen=True, slots=True)
class Stage:
    """What showing works with. `content` gives what would be sent, None when the file changed since; `subject` is what is told of the
    credential ("target production").
    """

    rehearsal: Rehearsal
    content: Callable[[DesiredDashboard], dict[str, Json] | None]
    stopping: Callable[[], bool]
    at_a_time: int
    subject: str
    severities: tuple[tuple[str, Severity], ...]


class Backstage(Protocol):
    """What a stage needs of a command, whichever it is."""

    @property
    def library(self) -> Library: ...
    @property
    def stopping(self) -> Callable[[], bool]: ...
    @property
    def severities(self) -> tuple[tuple[str, Severity], ...]: ...


def stage_for(target: TargetSettings, grafana: Grafana, server: Server, backstage: Backstage, option: str) -> Stage:
    """The stage of one target, with as many dry runs at a time as it has saves. Raises TargetUnsuitable where the `option` of the command
    asks for what the server cannot do.
    """
    return Stage(
        rehearsal=_dry_runs(grafana, option),
        content=backstage.library.content,
        stopping=backstage.stopping,
        at_a_time=target.connection.saves or server.saves,
        subject=f"target {target.name}",
        severities=backstage.severities,
    )


@dataclass(frozen=True, slots=True)
class _Seen:
    problems: tuple[Problem, ...] = ()
    forbidden: tuple[tuple[DesiredDashboard, Forbidden], ...] = ()
    refused: bool = False


def _dry_runs(grafana: Grafana, option: str) -> Rehearsal:
    """The way to dry runs that an option asks for. Raises TargetUnsuitable where there is none: who asks for a verdict and gets none must
    not take it for a good one.
    """
    found = grafana.rehearsal()
    if not isinstance(found, NoRehearsal):
        return found
    instead = f"{found.remedy}, or leave {option} out" if found.remedy else f"leave {option} out"
    raise TargetUnsuitable(found.words, next_step=f"{instead}; nothing was written")


def scenes_of(plan: Plan) -> tuple[Scene, ...]:
    """What an apply of the plan would send."""
    missing = {each.folder.uid: each.folder.parent for each in plan.changes if isinstance(each, CreateFolder) and each.live is None}
    return tuple(_scenes(plan, missing))


def _scenes(plan: Plan, missing: Mapping[FolderUid, FolderUid]) -> Iterator[Scene]:
    for change in plan.changes:
        if isinstance(change, CreateDashboard | UpdateDashboard):
            over = change.live.mark if isinstance(change, UpdateDashboard) else None
            yield Scene(change.dashboard, change.dashboard.uid, standing(change.dashboard.folder, missing), over)


def scenes_for_all(dashboards: Iterable[DesiredDashboard], missing: Mapping[FolderUid, FolderUid]) -> tuple[Scene, ...]:
    """Every dashboard as a new one, whatever is live: under a name that nobody has, so that what is there under its own neither hides what
    the server says of the content nor is ever named in a request.
    """
    return tuple(Scene(each, UNUSED, standing(each.folder, missing)) for each in dashboards)


def rehearse(scenes: Iterable[Scene], stage: Stage) -> tuple[Rehearsed, tuple[Problem, ...]]:
    """What the server says of each. Raises TargetError, SourceError and StopAsked."""
    with ThreadPoolExecutor(stage.at_a_time, thread_name_prefix="rehearse") as pool:
        seen = list(pool.map(lambda each: _shown(each, stage), scenes))  # the first failure calls off those that wait
    cannot = forbidden(stage.subject, [each for one in seen for each in one.forbidden])
    problems = (*(each for one in seen for each in one.problems), *cannot)
    return Rehearsed(len(seen), sum(each.refused for each in seen)), weighed(problems, dict(stage.severities))


def _shown(scene: Scene, stage: Stage) -> _Seen:
    if stage.stopping():
        raise StopAsked
    dashboard = scene.dashboard
    content = stage.content(dashboard)
    if content is None:
        changed = problem("file-unreadable", dashboard.origin.shown, "it changed while it was read", remedy="ask again")
        return _Seen((changed,), refused=True)
    verdict = stage.rehearsal.verdict(scene.save(content))
    match verdict:
        case Refused(Busy(words)):
            raise TargetUnreachable(f"the server is busy: {words}", next_step="ask again later; nothing was written")
        case Refused(Forbidden() as answer):
            return _Seen(forbidden=((dashboard, answer),), refused=True)
        case _:
            return _Seen(tuple(told(dashboard, content, verdict)), refused=isinstance(verdict, Refused))
