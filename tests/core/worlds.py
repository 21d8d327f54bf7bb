"""Worlds for the laws of the planner: the files of one or two sources, and a server of some generation that holds some of it already,
changed or not, beside things of others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from hypothesis import strategies as st

from provisioner.core.catalog import problem
from provisioner.core.changes import Plan
from provisioner.core.desired import Wants, desire
from provisioner.core.identity import derived_folder_uid
from provisioner.core.live import Live
from provisioner.core.model import ROOT, BlobId, Desired, Document, Entry, FolderUid, Json, Reading, Shape, SourceFiles, Uid
from provisioner.core.plan import make_plan
from provisioner.core.server import LiveDashboard, LiveFolder, Mark
from provisioner.core.settings import Policy
from tests.core.builders import File, folder_file, server, source, unreadable
from tests.core.pure_server import Contents, PureServer

SERVERS = [server("9.3.2", nested=False), server("11.1.0"), server("12.4.0"), server("12.4.0", nested=False), server("", nested=False)]
DIRECTORIES = ["", "ops", "ops/hosts", "ops/hosts/disks", "infra", "Ops", "General", "General/ops"]
TITLES = ["CPU", "cpu ", "RAM", "Disk"]
UIDS = ["u0", "u1", "u2", "u3", "u4"]
OUR_FOLDERS = frozenset(derived_folder_uid(each) for each in DIRECTORIES if each)
FOLDER_UIDS = [*sorted(OUR_FOLDERS), "stated", "foreign"]


@dataclass(frozen=True)
class World:
    """What is in git, what is on the server, and what the target wants. `contents` are by path; paths are unique across sources."""

    sources: tuple[SourceFiles, ...]
    contents: Contents
    wants: Wants
    server: PureServer

    @cached_property
    def desired(self) -> Desired:
        return desire(self.sources, self.wants)

    @property
    def live(self) -> Live:
        return self.server.shown_for(self.desired, self.contents)

    def plan(self, policy: Policy) -> Plan:
        return make_plan(self.desired, self.live, policy)

    def after(self, plan: Plan) -> World:
        return replace(self, server=self.server.after(plan, self.contents))

    def without(self, path: str) -> World:
        return replace(self, sources=tuple(_without(each, path) for each in self.sources))

    def refusing(self, path: str) -> World:
        """The same world, where this file has an error."""
        return replace(self, sources=tuple(_refusing(each, path) for each in self.sources))


def _without(files: SourceFiles, path: str) -> SourceFiles:
    return source(*(each for each in files.files if each[0].path != path), name=files.snapshot.source)


def _refusing(files: SourceFiles, path: str) -> SourceFiles:
    wrong = problem("title-invalid", "", "it is broken")
    refused = [(entry, replace(reading, problems=(wrong,)) if entry.path == path else reading) for entry, reading in files.files]
    return source(*refused, name=files.snapshot.source)


# Drawing a world


@st.composite
def dashboard_files(
    draw: st.DrawFn, path: str, uids: Sequence[str | None] = (*UIDS, None), titles: Sequence[str] = TITLES
) -> tuple[File, dict[str, Json]]:
    title, uid = draw(st.sampled_from(titles)), draw(st.sampled_from(uids))
    content = {"title": title, "panels": [{"id": 1, "value": draw(st.sampled_from([1, 2.5]))}]}
    made = Document(0, 0, "", embedded=False, shape=Shape.CLASSIC, uid=None if uid is None else Uid(uid), title=title)
    return (Entry(path, BlobId(path), 10), Reading((made,))), content


@st.composite
def folder_files(draw: st.DrawFn, directory: str) -> File:
    path = f"{directory}/_folder.yaml".removeprefix("/")
    if draw(st.integers(0, 5)) == 0:
        return unreadable(path, "yaml-syntax")
    return folder_file(path, draw(st.sampled_from([None, "Ops", "Operations"])), draw(st.sampled_from([None, None, "stated"])))


@st.composite
def servers(draw: st.DrawFn) -> PureServer:
    """A server with folders of ours and of others in it; whatever it would refuse, it does not hold."""
    made = PureServer(draw(st.sampled_from(SERVERS)), {}, {})
    for uid in draw(st.lists(st.sampled_from(FOLDER_UIDS), unique=True, max_size=4)):
        parents = [ROOT, *made.folders] if made.server.nested_folders else [ROOT]
        title = draw(st.sampled_from(["ops", "Ops", "hosts", "infra", "ops / hosts"]))
        made = made.with_folder(LiveFolder(FolderUid(uid), title, draw(st.sampled_from(parents)), len(made.folders) + 1))
    for number, uid in enumerate(draw(st.lists(st.sampled_from([*UIDS, "foreign"]), unique=True, max_size=5))):
        made = made.with_dashboard(draw(live_dashboards(uid, number + 1, tuple(made.folders))))
    return replace(made, refused=frozenset())


@st.composite
def live_dashboards(draw: st.DrawFn, uid: str, number: int, folders: Sequence[FolderUid]) -> LiveDashboard:
    title = draw(st.sampled_from(TITLES)).strip()
    content = {"title": title, "panels": [{"value": draw(st.sampled_from([1.0, 2.5])), "id": 1}], "id": number, "version": 4, "uid": uid}
    folder = draw(st.sampled_from([ROOT, *folders]))
    manager = draw(st.sampled_from([None, None, None, "file provisioning"]))
    return LiveDashboard(Uid(uid), title, folder, "", f"https://grafana.example/d/{uid}", Mark(number, 4), "jonas", "", content, manager)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    places = draw(st.lists(st.tuples(st.sampled_from(DIRECTORIES), st.integers(0, 3)), unique=True, max_size=7))
    files: list[File] = []
    contents = {}
    for directory, number in places:
        path = f"{directory}/d{number}.json".removeprefix("/")
        made, contents[path] = draw(dashboard_files(path))
        files.append(made)
    files += [draw(folder_files(each)) for each in draw(st.lists(st.sampled_from(DIRECTORIES), unique=True, max_size=2))]
    if draw(st.integers(0, 3)) == 0:
        files.append(unreadable("broken.json"))
    cut = draw(st.integers(0, len(files)))
    sources = (source(*files[:cut], name="one"), source(*files[cut:], name="two"))
    return World(sources, contents, Wants(folder=draw(st.sampled_from([None, None, "Ops"]))), draw(servers()))


@st.composite
def calm_worlds(draw: st.DrawFn) -> World:
    """Worlds in which all files can be read and most can be written, so that much is recorded of them."""
    places = draw(st.lists(st.tuples(st.sampled_from(DIRECTORIES), st.integers(0, 3)), unique=True, min_size=4, max_size=6))
    files: list[File] = []
    contents = {}
    for number, (directory, name) in enumerate(places):
        path = f"{directory}/d{name}.json".removeprefix("/")
        made, contents[path] = draw(dashboard_files(path, (f"u{number}", f"u{number}", None), (f"Title {number}", "CPU")))
        files.append(made)
    if draw(st.booleans()):
        files.append(folder_file("ops/_folder.yaml", draw(st.sampled_from(["Ops", "Operations"])), draw(st.sampled_from([None, "stated"]))))
    cut = draw(st.integers(1, len(files)))
    sources = (source(*files[:cut], name="one"), source(*files[cut:], name="two"))
    return World(sources, contents, Wants(folder=draw(st.sampled_from([None, None, "Ops"]))), draw(servers()))
