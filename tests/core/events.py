"""What people do between two passes over a story: in git, on the server, and to the records."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from hypothesis import strategies as st

from provisioner.core.model import ROOT, BlobId, Entry, Json
from provisioner.core.server import LiveDashboard, Mark
from provisioner.core.settings import AdoptPolicy, Ceiling, ConflictPolicy, DeletedPolicy, DriftPolicy, Policy, Prune
from tests.core.builders import File, source
from tests.core.stories import Story
from tests.core.worlds import DIRECTORIES, calm_worlds, dashboard_files

Event = Callable[[st.DrawFn, Story], Story]

prunes = st.builds(
    Prune,
    enabled=st.sampled_from([True, True, False]),
    max_deletions=st.builds(Ceiling, st.integers(0, 6)),
    grace=st.sampled_from([0.0, 5400.0]),
)
every_policy = st.builds(
    Policy,
    conflict=st.sampled_from(ConflictPolicy),
    drift=st.sampled_from(DriftPolicy),
    adopt=st.sampled_from(AdoptPolicy),
    deleted=st.sampled_from(DeletedPolicy),
    prune=prunes,
)

TAKE_OVER = Policy(adopt=AdoptPolicy.TAKE_OVER)


@st.composite
def stories(draw: st.DrawFn, policies: st.SearchStrategy[Policy] = every_policy) -> Story:
    """A few rounds of a pass and of what people do after it. The last word is theirs, and the policy is another one then."""
    story = Story(draw(calm_worlds()), TAKE_OVER)
    story = story.after(story.plan())
    for _ in range(draw(st.integers(1, 3))):
        for _ in range(draw(st.integers(1, 4))):
            story = draw(st.sampled_from(EVENTS))(draw, story)
        story = replace(story, policy=draw(policies))
        if draw(st.booleans()):
            plan = story.plan(scan=draw(st.booleans()))
            story = story.after(plan, draw(st.sampled_from([None, None, 1, 2, 3])))
    return story


# In git


def _files(story: Story, change: Callable[[File], File | None], *more: File) -> Story:
    world = story.world
    one, *others = (
        source(*(new for each in files.files if (new := change(each)) is not None), *extra, name=files.snapshot.source)
        for files, extra in zip(world.sources, (more, *([()] * len(world.sources))), strict=False)
    )
    return replace(story, world=replace(world, sources=(one, *others)))


def _pick(draw: st.DrawFn, story: Story) -> str | None:
    paths = sorted(each[0].path for files in story.world.sources for each in files.files if each[0].path in story.world.contents)
    return draw(st.sampled_from(paths)) if paths else None


def edit_in_git(draw: st.DrawFn, story: Story) -> Story:
    path = _pick(draw, story)
    if path is None:
        return story
    return _with_value(story, path, draw(st.integers(10, 13)))


def _with_value(story: Story, path: str, value: int) -> Story:
    content = {**story.world.contents[path], "panels": [{"id": 1, "value": value}]}
    edited = replace(story, world=replace(story.world, contents={**story.world.contents, path: content}))
    return _files(edited, lambda each: (replace(each[0], blob=BlobId(f"{path}@{value}")), each[1]) if each[0].path == path else each)


def delete_in_git(draw: st.DrawFn, story: Story) -> Story:
    path = _pick(draw, story)
    return _files(story, lambda each: None if each[0].path == path else each)


def add_in_git(draw: st.DrawFn, story: Story) -> Story:
    path = f"{draw(st.sampled_from(DIRECTORIES))}/d{draw(st.integers(0, 4))}.json".removeprefix("/")
    made, content = draw(dashboard_files(path))
    if any(each[0].path == path for files in story.world.sources for each in files.files):
        return story
    return _files(replace(story, world=replace(story.world, contents={**story.world.contents, path: content})), lambda each: each, made)


def move_in_git(draw: st.DrawFn, story: Story) -> Story:
    path = _pick(draw, story)
    new = f"{draw(st.sampled_from(DIRECTORIES))}/m{draw(st.integers(0, 1))}.json".removeprefix("/")
    if path is None or new in story.world.contents:
        return story
    contents = {**story.world.contents, new: story.world.contents[path]}

    def moved(each: File) -> File:
        return (Entry(new, each[0].blob, each[0].size), each[1]) if each[0].path == path else each

    return _files(replace(story, world=replace(story.world, contents=contents)), moved)


def move_and_replace_in_git(draw: st.DrawFn, story: Story) -> Story:
    """A file is moved, and another one that names no uid takes its place: the uid that is derived for it is the moved one's."""
    path = _pick(draw, story)
    if path is None or "m9.json" in story.world.contents:
        return story
    contents = {**story.world.contents, "m9.json": story.world.contents[path]}
    made, content = draw(dashboard_files(path, (None,), ("New",)))

    def moved(each: File) -> File:
        return (Entry("m9.json", each[0].blob, each[0].size), each[1]) if each[0].path == path else each

    with_contents = replace(story, world=replace(story.world, contents={**contents, path: content}))
    return _files(with_contents, moved, (replace(made[0], blob=BlobId(f"{path}@new")), made[1]))


def break_in_git(draw: st.DrawFn, story: Story) -> Story:
    path = _pick(draw, story)
    return story if path is None else replace(story, world=story.world.refusing(path))


# On the server


def _someones(draw: st.DrawFn, story: Story) -> LiveDashboard | None:
    there = sorted(story.server.dashboards.values(), key=lambda each: each.uid)
    return draw(st.sampled_from(there)) if there else None


def _saved(story: Story, live: LiveDashboard, **content: Json) -> Story:
    """With a newer version, by somebody."""
    return story.holding(
        replace(live, mark=Mark(live.mark.id, live.mark.version + 1), updated_by="jonas", content={**live.content, **content})
    )


def edit_on_server(draw: st.DrawFn, story: Story) -> Story:
    live = _someones(draw, story)
    return story if live is None else _saved(story, live, panels=[{"id": 1, "value": draw(st.integers(20, 22))}])


def edit_on_both_sides(draw: st.DrawFn, story: Story) -> Story:
    shared = [each for each in story.desired.dashboards if each.uid in story.server.dashboards]
    if not shared:
        return story
    chosen = draw(st.sampled_from(shared))
    edited = _with_value(story, chosen.origin.path, draw(st.integers(10, 13)))
    return _saved(edited, story.server.dashboards[chosen.uid], panels=[{"id": 1, "value": draw(st.sampled_from([10, 20, 21]))}])


def resave_on_server(draw: st.DrawFn, story: Story) -> Story:
    live = _someones(draw, story)
    return story if live is None else _saved(story, live)


def normalise_on_server(draw: st.DrawFn, story: Story) -> Story:
    """The server makes something of the JSON, and nobody saves."""
    live = _someones(draw, story)
    return story if live is None else story.holding(replace(live, content={**live.content, "made-of-it": 1}))


def move_on_server(draw: st.DrawFn, story: Story) -> Story:
    live = _someones(draw, story)
    folder = draw(st.sampled_from([ROOT, *sorted(story.server.folders)]))
    return story if live is None else _saved(story, replace(live, folder=folder))


def delete_on_server(draw: st.DrawFn, story: Story) -> Story:
    live = _someones(draw, story)
    return story if live is None else story.on(story.server.without(live.uid))


def make_again_on_server(draw: st.DrawFn, story: Story) -> Story:
    live = _someones(draw, story)
    return story if live is None else story.holding(replace(live, mark=Mark(live.mark.id + 500, 1), updated_by="jonas"))


def rename_folder_on_server(draw: st.DrawFn, story: Story) -> Story:
    folders = sorted(story.server.folders.values(), key=lambda each: each.uid)
    if not folders:
        return story
    folder = replace(draw(st.sampled_from(folders)), title=draw(st.sampled_from(["Renamed", "hosts"])))
    return story.on(replace(story.server.with_folder(folder), refused=frozenset()))


def delete_folder_on_server(draw: st.DrawFn, story: Story) -> Story:
    folders = sorted(story.server.folders)
    return story if not folders else story.on(story.server.without_folder(draw(st.sampled_from(folders))))


def empty_server(_: st.DrawFn, story: Story) -> Story:
    return story.on(replace(story.server, dashboards={}, folders={}))


def replace_server(_: st.DrawFn, story: Story) -> Story:
    others = {uid: replace(each, mark=Mark(each.mark.id + 900, 1)) for uid, each in story.server.dashboards.items()}
    return story.on(replace(story.server, dashboards=others))


# To the records


def lose_a_record(draw: st.DrawFn, story: Story) -> Story:
    lost = draw(st.sampled_from(sorted(story.records))) if story.records else None
    return replace(story, records={uid: each for uid, each in story.records.items() if uid != lost})


def lose_all_records(_: st.DrawFn, story: Story) -> Story:
    return replace(story, records={}, folders={})


EVENTS: list[Event] = [
    edit_in_git,
    delete_in_git,
    delete_in_git,
    add_in_git,
    move_in_git,
    move_and_replace_in_git,
    break_in_git,
    edit_on_server,
    edit_on_server,
    edit_on_both_sides,
    resave_on_server,
    normalise_on_server,
    move_on_server,
    delete_on_server,
    make_again_on_server,
    rename_folder_on_server,
    delete_folder_on_server,
    empty_server,
    replace_server,
    lose_a_record,
    lose_all_records,
]
