from __future__ import annotations

import os
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from provisioner.core.errors import RefNotFound, SourceRefused
from provisioner.core.model import SourceName
from provisioner.core.settings import DirectorySettings, Limits, Selection
from provisioner.sources.directory import DirectorySource
from provisioner.sources.opening import open_source
from tests.sources.repositories import codes, entry, no_secret, paths

LATER = 10**10  # nanoseconds


def source(root: Path, **selection: object) -> DirectorySource:
    return DirectorySource(DirectorySettings(SourceName("local"), str(root), Selection(**selection)))  # type: ignore[arg-type]  # by name


def write(root: Path, **files: str) -> None:
    for name, text in files.items():
        path = root / name.replace("__", "/").replace("_json", ".json")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def test_files_are_told_in_order_with_the_ids_that_git_gives_them(tmp_path: Path) -> None:
    write(tmp_path, b_json="{}", a__z_json="[]", a__b_json="")
    (tmp_path / "ü x.yaml").write_bytes(b"\xff\x00")
    by_git = subprocess.run(["git", "hash-object", "b.json", "ü x.yaml"], cwd=tmp_path, capture_output=True, text=True, check=True)

    snapshot = source(tmp_path).snapshot()

    assert paths(snapshot) == ["a/b.json", "a/z.json", "b.json", "ü x.yaml"]
    assert [entry(snapshot, "b.json").blob, entry(snapshot, "ü x.yaml").blob] == by_git.stdout.split()
    assert (snapshot.complete, snapshot.problems, snapshot.revision.commit) == (True, (), None)


def test_bytes_are_given_only_while_they_have_the_id_of_the_snapshot(tmp_path: Path) -> None:
    write(tmp_path, same_json="1", changed_json="1", longer_json="1", gone_json="1")
    local = source(tmp_path)
    snapshot = local.snapshot()
    write(tmp_path, changed_json="2", longer_json="11")
    (tmp_path / "gone.json").unlink()

    found = {each.path: data for each, data in local.read(snapshot.entries)}

    assert found == {"changed.json": None, "gone.json": None, "longer.json": None, "same.json": b"1"}


def test_an_unchanged_file_is_hashed_once_and_a_changed_one_again(tmp_path: Path) -> None:
    write(tmp_path, a_json="1", b_json="1")
    local = DirectorySource(
        DirectorySettings(SourceName("local"), str(tmp_path)), now=lambda: (tmp_path / "a.json").stat().st_ctime_ns + LATER
    )
    before = local.snapshot()
    times = (tmp_path / "b.json").stat()
    write(tmp_path, b_json="2")
    os.utime(tmp_path / "b.json", ns=(times.st_atime_ns, times.st_mtime_ns))  # as a restore does: only ctime tells
    (tmp_path / "a.json").chmod(0o600)

    after = local.snapshot()

    assert entry(before, "a.json") == entry(after, "a.json")
    assert entry(before, "b.json").blob != entry(after, "b.json").blob


def test_a_file_changed_twice_in_one_tick_of_the_clock_is_seen(tmp_path: Path) -> None:
    write(tmp_path, a_json="1")
    times = (tmp_path / "a.json").stat()
    local = DirectorySource(DirectorySettings(SourceName("local"), str(tmp_path)), now=lambda: times.st_ctime_ns)
    first = local.snapshot()
    with (tmp_path / "a.json").open("r+") as file:
        file.write("2")

    assert first.entries != local.snapshot().entries


def test_a_config_map_mounted_by_kubernetes_gives_each_file_once(tmp_path: Path) -> None:
    write(tmp_path, **{"..2026_01__x_json": "1", "..2026_01__sub__y_json": "2"})
    (tmp_path / "..data").symlink_to("..2026_01")
    (tmp_path / "x.json").symlink_to("..data/x.json")
    (tmp_path / "sub").symlink_to("..data/sub")

    snapshot = source(tmp_path).snapshot()

    assert (paths(snapshot), codes(snapshot)) == (["sub/y.json", "x.json"], [])


def test_the_root_may_be_a_link_and_is_read_where_it_leads(tmp_path: Path) -> None:
    write(tmp_path, real__a_json="1")
    (tmp_path / "current").symlink_to("real")
    local = source(tmp_path / "current")
    snapshot = local.snapshot()

    assert [data for _, data in local.read(snapshot.entries)] == [b"1"]


def test_a_single_file_is_taken_whatever_it_is_called(tmp_path: Path) -> None:
    (tmp_path / "dashboard.txt").write_text("1")
    local = source(tmp_path / "dashboard.txt")
    snapshot = local.snapshot()

    assert [(each.path, data) for each, data in local.read(snapshot.entries)] == [("dashboard.txt", b"1")]


def test_links_that_leave_the_root_lead_nowhere_or_in_a_circle_are_named(tmp_path: Path) -> None:
    write(tmp_path, outside__secret_json="1", root__a_json="1", root2__a_json="1")
    root = tmp_path / "root"
    for name, target in {
        "file.json": "../outside/secret.json",
        "absolute.json": str(tmp_path / "outside/secret.json"),
        "neighbour.json": "../root2/a.json",  # begins like the root
        "directory": "../outside",
        "nowhere.json": "missing.json",
        "self.json": "self.json",
        "circle": ".",
        "notes": "missing",
        "inside.json": "a.json",
    }.items():
        (root / name).symlink_to(target)

    snapshot = source(root).snapshot()

    assert paths(snapshot) == ["a.json", "inside.json"]
    told = ["absolute.json", "circle", "directory", "file.json", "neighbour.json", "nowhere.json", "self.json"]
    assert codes(snapshot) == [("link-outside", name) for name in told]
    assert snapshot.complete is False


def test_two_directories_that_link_to_each_other_come_to_an_end(tmp_path: Path) -> None:
    write(tmp_path, a__x_json="1", b__y_json="1")
    (tmp_path / "a" / "to-b").symlink_to("../b")
    (tmp_path / "b" / "to-a").symlink_to("../a")

    snapshot = source(tmp_path).snapshot()

    assert paths(snapshot) == ["a/to-b/y.json", "a/x.json", "b/to-a/x.json", "b/y.json"]
    assert codes(snapshot) == [("link-outside", "a/to-b/to-a"), ("link-outside", "b/to-a/to-b")]


def test_pipes_sockets_and_devices_are_never_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.json")
    with socket.socket(socket.AF_UNIX) as listening:
        here = Path.cwd()
        os.chdir(tmp_path)  # a socket's path may have a hundred bytes
        listening.bind("socket.json")
        os.chdir(here)
        (tmp_path / "zero.json").symlink_to("/dev/zero")

        snapshot = source(tmp_path).snapshot()

    assert codes(snapshot) == [("file-unreadable", "pipe.json"), ("file-unreadable", "socket.json"), ("link-outside", "zero.json")]
    assert "a pipe" in snapshot.problems[0].message


@contextmanager
def without_root() -> Iterator[Path]:
    """A directory in which permissions count: for root none do, so the test is somebody else for the while."""
    with tempfile.TemporaryDirectory() as directory:
        root = Path(directory)
        if os.geteuid() != 0:
            yield root
            return
        root.chmod(0o777)  # a directory of this test alone
        os.seteuid(65534)
        try:
            yield root
        finally:
            os.seteuid(0)


def test_what_may_not_be_read_is_named_and_leaves_the_snapshot_incomplete() -> None:
    with without_root() as root:
        write(root, a_json="1", locked__b_json="1", secret_json="1")
        (root / "secret.json").chmod(0)
        (root / "locked").chmod(0)

        snapshot = source(root).snapshot()
        (root / "locked").chmod(0o700)

    assert paths(snapshot) == ["a.json"]
    assert codes(snapshot) == [("file-unreadable", "locked/"), ("file-unreadable", "secret.json")]
    assert snapshot.complete is False


def test_an_exclude_makes_an_unreadable_directory_nobody_s_concern() -> None:
    with without_root() as root:
        write(root, a_json="1", locked__b_json="1")
        (root / "locked").chmod(0)

        snapshot = source(root, exclude=("locked",)).snapshot()
        (root / "locked").chmod(0o700)

    assert (paths(snapshot), snapshot.complete) == (["a.json"], True)


def test_a_file_that_could_be_read_at_the_snapshot_and_cannot_now_is_none() -> None:
    with without_root() as root:
        write(root, a_json="1")
        local = source(root)
        snapshot = local.snapshot()
        (root / "a.json").chmod(0)

        found = [data for _, data in local.read(snapshot.entries)]

    assert found == [None]


def test_a_root_that_may_not_be_listed_is_refused_with_the_remedy() -> None:
    with without_root() as root:
        (root / "closed").mkdir(mode=0)

        with pytest.raises(SourceRefused, match="permission denied") as told:
            source(root / "closed").snapshot()

    assert "let the user" in told.value.next_step


@pytest.mark.parametrize("missing", ["nowhere", "file/below"])
def test_a_missing_root_is_refused_with_the_remedy(tmp_path: Path, missing: str) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(RefNotFound, match="is not there") as told:
        source(tmp_path / missing).snapshot()

    assert "create the directory" in told.value.next_step
    assert told.value.__cause__ is not None


def test_a_root_that_is_a_pipe_is_refused_and_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(RefNotFound, match="neither a directory nor a file"):
        source(tmp_path / "pipe").snapshot()


def test_a_directory_without_files_that_count_is_a_warning(tmp_path: Path) -> None:
    write(tmp_path, README="hello")

    snapshot = source(tmp_path).snapshot()

    assert (codes(snapshot), snapshot.complete) == ([("source-empty", ".")], True)


def test_a_file_over_the_limit_is_not_read(tmp_path: Path) -> None:
    write(tmp_path, large_json="12345", small_json="1234")

    snapshot = source(tmp_path, limits=Limits(file_bytes=4)).snapshot()

    assert (paths(snapshot), codes(snapshot), snapshot.complete) == (["small.json"], [("file-too-large", "large.json")], False)


@pytest.mark.parametrize("limits", [Limits(files=2), Limits(total_bytes=5)])
def test_the_first_files_up_to_the_limit_are_taken_and_the_rest_is_told_once(tmp_path: Path, limits: Limits) -> None:
    write(tmp_path, a__a_json="11", b_json="22", c_json="33", d_json="44")

    snapshot = source(tmp_path, limits=limits).snapshot()

    assert (paths(snapshot), codes(snapshot), snapshot.complete) == (["a/a.json", "b.json"], [("too-many-files", ".")], False)


def test_names_that_cannot_be_written_plainly_are_told_escaped(tmp_path: Path) -> None:
    for name in (b"caf\xe9.json", b"new\nline.json", b"caf\xe9.txt", "a\u202egnp.json".encode()):
        Path(os.fsdecode(os.path.join(os.fsencode(tmp_path), name))).touch()  # noqa: PTH118 - a Path holds no bytes that are not UTF-8

    snapshot = source(tmp_path).snapshot()

    assert codes(snapshot) == [("path-unsafe", name) for name in ("a\\u202egnp.json", "caf\\xe9.json", "new\\x0aline.json")]
    assert snapshot.complete is False


def test_a_checkout_s_own_git_directory_is_passed_over_in_silence(tmp_path: Path) -> None:
    write(tmp_path, **{".git__config_json": "1", "a_json": "1"})

    assert (paths(snapshot := source(tmp_path, include=("**", ".git/**")).snapshot()), codes(snapshot)) == (["a.json"], [])


def test_a_file_that_goes_away_while_the_tree_is_walked_leaves_no_doubt_behind(tmp_path: Path) -> None:
    write(tmp_path, a_json="1", b_json="1")

    def take_away() -> int:
        (tmp_path / "b.json").unlink(missing_ok=True)
        return 0

    snapshot = DirectorySource(DirectorySettings(SourceName("local"), str(tmp_path)), now=take_away).snapshot()

    assert (paths(snapshot), codes(snapshot), snapshot.complete) == (["a.json"], [], True)


def test_a_tree_that_never_comes_to_rest_is_incomplete(tmp_path: Path) -> None:
    write(tmp_path, a_json="1")

    def grow() -> int:
        with (tmp_path / "a.json").open("a") as file:
            return file.write("1")

    snapshot = DirectorySource(DirectorySettings(SourceName("local"), str(tmp_path)), now=grow).snapshot()

    assert (codes(snapshot), snapshot.complete) == ([("file-unreadable", "a.json")], False)


def test_a_config_map_switched_during_the_walk_is_read_anew(tmp_path: Path) -> None:
    write(tmp_path, **{"..1__x_json": "old", "..1__y_json": "old", "..2__x_json": "new", "..2__y_json": "new"})
    (tmp_path / "..data").symlink_to("..1")
    for name in ("x.json", "y.json"):
        (tmp_path / name).symlink_to(f"..data/{name}")

    def switch() -> int:
        (tmp_path / "..next").symlink_to("..2")
        (tmp_path / "..next").rename(tmp_path / "..data")
        return 0

    local = DirectorySource(DirectorySettings(SourceName("local"), str(tmp_path)), now=switch)
    snapshot = local.snapshot()

    assert [data for _, data in local.read(snapshot.entries)] == [b"new", b"new"]


def test_opening_a_directory_gives_a_source_of_its_name(tmp_path: Path) -> None:
    assert open_source(DirectorySettings(SourceName("local"), str(tmp_path)), no_secret).name == "local"
