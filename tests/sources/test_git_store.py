"""The store: half-made, damaged, shared, and polled for a long time."""

from __future__ import annotations

import errno
import fcntl
import os
import resource
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from provisioner.core.errors import SourceBroken
from provisioner.sources.git_store import Store, Upkeep, unusable
from tests.sources.conftest import Opens
from tests.sources.repositories import Repository, branch, contents, git, paths

FILES = {f"{n}.json": b'{"title": "%d"}' % n for n in range(20)}
Damage = Callable[[Path], None]


def packs(bare: Path) -> list[Path]:
    return sorted((bare / "objects" / "pack").glob("*.pack"))


def write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    path.write_bytes(data)


def truncate(path: Path) -> None:
    path.chmod(0o600)
    os.truncate(path, path.stat().st_size // 2)


def scramble(path: Path) -> None:
    """Leaves the length and the ends as they are: only reading the files tells."""
    data = path.read_bytes()
    begin, end = len(data) * 2 // 3, len(data) * 5 // 6
    write(path, data[:begin] + b"\xaa" * (end - begin) + data[end:])


def each_pack(damage: Damage) -> Damage:
    def done(bare: Path) -> None:
        for pack in packs(bare):
            damage(pack)

    return done


def file(name: str, data: bytes) -> Damage:
    return lambda bare: write(bare / name, data)


def leave_an_empty_directory(bare: Path) -> None:
    shutil.rmtree(bare)
    bare.mkdir()


def leave_a_file(bare: Path) -> None:
    shutil.rmtree(bare)
    bare.touch()


def leave_locks(bare: Path) -> None:
    for name in ("HEAD", "shallow", "packed-refs", "refs/provisioner/wanted"):
        write(bare / f"{name}.lock", b"")


DAMAGES: dict[str, Damage] = {
    "truncated pack": each_pack(truncate),
    "scrambled pack": each_pack(scramble),
    "pack gone": each_pack(Path.unlink),
    "index gone": each_pack(lambda pack: pack.with_suffix(".idx").unlink()),
    "garbage HEAD": file("HEAD", b"\x00\x01 garbage"),
    "empty HEAD": file("HEAD", b""),
    "garbage config": file("config", b"[[[\n"),
    "garbage ref": file("refs/provisioner/wanted", b"garbage\n"),
    "garbage shallow": file("shallow", b"garbage\n"),
    "no objects": lambda bare: shutil.rmtree(bare / "objects"),
    "empty directory": leave_an_empty_directory,
    "a file": leave_a_file,
    "another url": file("provisioner", b"file:///elsewhere"),
    "stale locks": leave_locks,
}


@pytest.mark.parametrize("pushed", [False, True], ids=["unchanged", "pushed"])
@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
def test_a_damaged_store_is_made_anew(repository: Repository, store: Path, opens: Opens, damage: Damage, *, pushed: bool) -> None:
    repository.commit(FILES)
    opens(branch(repository, store)).snapshot()
    damage(store / "repository.git")
    expected = {**FILES, "new.json": b"new"} if pushed else FILES
    if pushed:
        repository.commit(expected)
    source = opens(branch(repository, store))

    assert contents(source, source.snapshot()) == expected
    assert sorted(path.name for path in store.iterdir()) == ["lock", "repository.git"]


def test_what_a_killed_process_left_half_made_is_swept_away_at_the_next_push(repository: Repository, store: Path, opens: Opens) -> None:
    repository.commit(FILES)
    source = opens(branch(repository, store))
    source.snapshot()
    write(store / "new-abc" / "HEAD", b"")
    write(store / "old-abc" / "repository.git" / "HEAD", b"")
    write(store / "repository.git" / "objects" / "pack" / "tmp_pack_x7Y2Pq", b"PACK")
    write(store / "repository.git" / "objects" / "pack" / ".tmp-123-pack-0f.pack", b"PACK")
    repository.commit({"b.json": b""})
    source.snapshot()

    assert not list(store.glob("repository.git/objects/pack/*tmp*"))
    assert sorted(path.name for path in store.iterdir()) == ["lock", "repository.git"]


def test_what_was_mended_is_told(repository: Repository, store: Path, opens: Opens) -> None:
    repository.commit(FILES)
    opens(branch(repository, store)).snapshot()
    truncate(packs(store / "repository.git")[0])
    source = opens(branch(repository, store))
    source.snapshot()

    assert source.notes == (f"the store {store} was damaged and was made anew",)


@pytest.mark.parametrize("damage", ["truncated pack", "scrambled pack", "pack gone", "no objects", "empty directory"])
def test_a_store_damaged_between_snapshot_and_reading_is_mended_once(
    repository: Repository, store: Path, opens: Opens, damage: str
) -> None:
    repository.commit(FILES)
    source = opens(branch(repository, store))
    snapshot = source.snapshot()
    DAMAGES[damage](store / "repository.git")

    assert contents(source, snapshot) == FILES
    assert source.fetches == 2


def test_bytes_that_are_gone_from_the_server_too_are_none(repository: Repository, store: Path, opens: Opens) -> None:
    repository.commit(FILES)
    source = opens(branch(repository, store))
    snapshot = source.snapshot()
    repository.commit({"0.json": FILES["0.json"]})
    repository.git("update-ref", "refs/heads/main", repository.git("commit-tree", repository.tree({"0.json": FILES["0.json"]}), given=b"x"))
    DAMAGES["pack gone"](store / "repository.git")

    assert contents(source, snapshot) == {**dict.fromkeys(FILES), "0.json": FILES["0.json"]}


def test_a_server_that_fails_leaves_a_damaged_store_as_it_was(repository: Repository, store: Path, opens: Opens) -> None:
    repository.commit(FILES)
    opens(branch(repository, store)).snapshot()
    bare = store / "repository.git"
    DAMAGES["truncated pack"](bare)
    before = packs(bare)[0].read_bytes()
    for pack in repository.path.glob("objects/??/*"):
        pack.unlink()  # the ref is still told, its objects are not

    with pytest.raises(Exception, match="git says"):
        opens(branch(repository, store)).snapshot()

    assert packs(bare)[0].read_bytes() == before


def test_hooks_in_the_store_never_run(repository: Repository, store: Path, opens: Opens, tmp_path: Path) -> None:
    repository.commit(FILES)
    source = opens(branch(repository, store), upkeep=Upkeep(packs=0, grace="now"))
    source.snapshot()
    for name in ("reference-transaction", "post-checkout", "post-merge", "pre-auto-gc", "fsmonitor-watchman", "post-index-change"):
        hook = store / "repository.git" / "hooks" / name
        write(hook, f"#!/bin/sh\ntouch {tmp_path}/ran\n".encode())
        hook.chmod(0o755)
    repository.commit({"b.json": b""})

    assert [paths(source.snapshot()), paths(source.snapshot())] == [["b.json"]] * 2
    assert not (tmp_path / "ran").exists()


def test_a_store_that_is_polled_for_long_does_not_grow(repository: Repository, store: Path, opens: Opens) -> None:
    source = opens(branch(repository, store), upkeep=Upkeep(packs=3, grace="now"))
    bare = store / "repository.git"
    most = 0
    for n in range(24):
        repository.commit({"large.json": os.urandom(20_000), "same.json": b"same", f"{n}.json": b"%d" % n})
        source.snapshot()
        most = max(most, sum(path.stat().st_size for path in bare.rglob("*") if path.is_file()))
        if n % 2:
            source.snapshot()  # a quiet moment
    kept = git(bare, "cat-file", "--batch-all-objects", "--batch-check").splitlines()

    assert most < 12 * 20_000
    assert len(packs(bare)) <= 4
    assert len(kept) <= 5 * 5, "commit, tree and three files of one commit, and of those since it was tidied last"
    assert len((bare / "shallow").read_text().splitlines()) <= 5
    assert contents(source, source.snapshot())["same.json"] == b"same"


def test_a_pass_that_reads_the_commit_before_is_not_disturbed_by_tidying(repository: Repository, store: Path, opens: Opens) -> None:
    repository.commit({"a.json": b"old"})
    source = opens(branch(repository, store), upkeep=Upkeep(packs=0))
    old = source.snapshot()
    repository.commit({"a.json": b"new"})
    source.snapshot()
    source.snapshot()

    assert contents(source, old) == {"a.json": b"old"}


def test_a_store_held_by_another_process_is_waited_for_and_then_named(repository: Repository, store: Path, opens: Opens) -> None:
    repository.commit(FILES)
    store.mkdir()
    with (store / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.write("process 4711 on elsewhere")
        lock.flush()

        with pytest.raises(SourceBroken, match="in use by process 4711 on elsewhere"):
            opens(branch(repository, store, timeout=0.2)).snapshot()

    assert paths(opens(branch(repository, store)).snapshot()) == sorted(FILES)


PROGRAM = """
import sys
from provisioner.core.settings import GitSettings, RefKind
from provisioner.sources.git import GitSource
source = GitSource(GitSettings("platform", sys.argv[1], sys.argv[2], RefKind.BRANCH, "main"), print)
print("ready", flush=True)
for line in sys.stdin:
    snapshot = source.snapshot()
    assert all(data == b"x" * 100 + entry.path.encode() for entry, data in source.read(snapshot.entries))
    print(len(snapshot.entries), flush=True)
source.close()
"""


def test_two_processes_share_one_store(repository: Repository, store: Path, opens: Opens) -> None:
    source = opens(branch(repository, store), upkeep=Upkeep(packs=1, grace="now"))
    command = [sys.executable, "-c", PROGRAM, repository.url, str(store)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdin is not None
        assert other.stdout is not None
        assert other.stdout.readline() == "ready\n"
        for n in range(1, 9):
            repository.commit({f"{n}-{m}.json": b"x" * 100 + b"%d-%d.json" % (n, m) for m in range(n)})
            other.stdin.write("\n")
            other.stdin.flush()
            assert len(source.snapshot().entries) == n
            source.snapshot()
            assert other.stdout.readline() == f"{n}\n"
        other.stdin.close()
    assert other.returncode == 0


def test_a_process_killed_in_the_middle_of_a_fetch_leaves_nothing_that_counts(
    repository: Repository, store: Path, opens: Opens, tmp_path: Path
) -> None:
    repository.commit(FILES)
    real = shutil.which("git")
    slow, held = tmp_path / "bin" / "git", tmp_path / "held"
    os.mkfifo(held)
    write(slow, f'#!/bin/sh\n[ "$1" = fetch ] && {{ {real} "$@"; exec cat {shlex.quote(str(held))}; }}\nexec {real} "$@"\n'.encode())
    slow.chmod(0o755)
    command = [sys.executable, "-c", PROGRAM, repository.url, str(store)]
    environment = {**os.environ, "PATH": f"{slow.parent}{os.pathsep}{os.environ['PATH']}"}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment) as victim:
        assert victim.stdin is not None
        victim.stdin.write("\n")
        victim.stdin.flush()
        while not list(store.glob("new-*/refs/provisioner/wanted")):
            assert victim.poll() is None
        victim.send_signal(signal.SIGKILL)
    held.write_bytes(b"")  # its git, which waited, may end
    assert not (store / "repository.git").exists()
    source = opens(branch(repository, store))

    assert contents(source, source.snapshot()) == FILES
    assert not list(store.glob("new-*"))


def test_a_place_where_no_store_can_be_made_is_told_with_the_remedy(repository: Repository, tmp_path: Path, opens: Opens) -> None:
    repository.commit(FILES)
    (tmp_path / "file").touch()

    with pytest.raises(SourceBroken, match="cannot be used: Not a directory") as told:
        opens(branch(repository, tmp_path / "file" / "store")).snapshot()

    assert "state another one" in told.value.next_step


def test_a_full_disk_is_told_in_words(tmp_path: Path) -> None:
    told = unusable(tmp_path, OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))

    assert (type(told), told.message) == (SourceBroken, f"the store {tmp_path} cannot be used: No space left on device")
    assert told.next_step == "free some space; the next pass goes on"


def test_a_pack_that_cannot_be_written_is_told_and_leaves_no_store(
    repository: Repository, store: Path, opens: Opens, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk cannot be filled in a test; a limit on the size of files is met at the same place in git, and told in like words."""
    repository.commit({"a.json": os.urandom(400_000)})
    told_not_killed = tmp_path / "bin" / "git"
    write(told_not_killed, f"#!/bin/sh\ntrap '' XFSZ\nexec {shutil.which('git')} \"$@\"\n".encode())
    told_not_killed.chmod(0o755)
    monkeypatch.setenv("PATH", str(told_not_killed.parent), prepend=os.pathsep)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, before[1]))
    try:
        with pytest.raises(SourceBroken, match="the disk that holds the store is full"):
            opens(branch(repository, store)).snapshot()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)

    assert not (store / "repository.git").exists()


def test_only_the_owner_can_look_into_the_store(repository: Repository, store: Path, opens: Opens) -> None:
    repository.commit(FILES)
    opens(branch(repository, store)).snapshot()

    assert [path.stat().st_mode & 0o077 for path in (store, store / "repository.git")] == [0, 0]


def test_a_store_says_nothing_of_being_usable_before_it_is_made(tmp_path: Path) -> None:
    assert Store(str(tmp_path / "store"), "file:///x", 1).usable() is False
