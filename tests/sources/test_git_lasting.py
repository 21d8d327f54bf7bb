"""What a daemon meets that looks at a repository for months: servers that hang in the middle, full disks, children that are left over."""

from __future__ import annotations

import ctypes
import os
import shlex
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from provisioner.core.errors import SourceError, SourceUnreachable
from provisioner.core.secret import Secret
from tests.sources.apart import ROOT, apart
from tests.sources.conftest import Opens
from tests.sources.repositories import Repository, branch, contents, paths
from tests.sources.servers import Behaviour, serving, silent

FILES = {"a.json": b"1", "team/b.yaml": b"2"}
SUBREAPER = 36  # prctl(2)


@pytest.fixture
def behaviour(repository: Repository) -> Behaviour:
    return Behaviour(repository.path.parent)


def children() -> list[str]:
    """Every process that has this one as its parent, zombies among them."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            name, _, rest = path.read_text().rpartition(")")
        except OSError:  # it has ended
            continue
        if int(rest.split()[1]) == os.getpid():
            found.append(f"{name}) {rest[:2]}")
    return found


@pytest.mark.parametrize("moment", [b"command=ls-refs", b"command=fetch"])
def test_a_server_that_hangs_in_the_middle_is_left_in_time_and_what_was_read_stays_readable(
    repository: Repository, store: Path, opens: Opens, behaviour: Behaviour, moment: bytes
) -> None:
    repository.commit(FILES)
    with serving(behaviour) as url:
        source = opens(branch(f"{url}/platform.git", store, timeout=3.0))
        kept = source.snapshot()
        repository.commit({"next.json": b"3"})
        behaviour.hold = moment
        failures: list[BaseException] = []

        def look() -> None:
            try:
                source.snapshot()
            except SourceError as error:
                failures.append(error)

        begun = time.monotonic()
        looking = threading.Thread(target=look)
        looking.start()
        assert behaviour.reached.wait(30)
        while_it_hangs = contents(source, kept)
        looking.join(30)
        took = time.monotonic() - begun
        behaviour.held.set()
        afterwards = contents(source, kept)
        mended = source.snapshot()

    assert (while_it_hangs, afterwards) == (FILES, FILES)
    assert [type(error) for error in failures] == [SourceUnreachable]
    assert "did not answer in time" in str(failures[0])
    assert took < 20
    assert paths(mended) == ["next.json"]
    assert not list(store.glob("*/objects/pack/tmp_*"))


def test_history_that_was_rewritten_and_collected_leaves_the_snapshot_before_readable(
    repository: Repository, store: Path, opens: Opens
) -> None:
    repository.commit(FILES)
    source = opens(branch(repository, store))
    kept = source.snapshot()
    repository.git("update-ref", "-d", "refs/heads/main")
    repository.git("prune", "--expire=now")
    repository.commit({"new.json": b"3"})

    assert paths(source.snapshot()) == ["new.json"]
    assert contents(source, kept) == FILES


def test_a_repository_that_vanishes_and_comes_back_is_followed_again(repository: Repository, store: Path, opens: Opens) -> None:
    repository.commit(FILES)
    source = opens(branch(repository, store))
    kept = source.snapshot()
    away = repository.path.with_name("away.git")
    repository.path.rename(away)
    for _ in range(3):
        with pytest.raises(SourceError):
            source.snapshot()
    away.rename(repository.path)
    repository.commit({"new.json": b"3"})

    assert contents(source, kept) == FILES
    assert paths(source.snapshot()) == ["new.json"]


def test_a_rotated_credential_is_read_at_the_next_look_without_anything_being_opened_anew(
    repository: Repository, store: Path, opens: Opens, behaviour: Behaviour, tmp_path: Path
) -> None:
    repository.commit(FILES)
    file = tmp_path / "token"
    file.write_text("before")
    behaviour.login = "oauth2:before"
    token = Secret("sources.platform.git.token_file", file=str(file))
    with serving(behaviour) as url:
        source = opens(branch(f"{url}/platform.git", store, token=token), lambda secret: Path(secret.file or "").read_text())
        source.snapshot()
        behaviour.login = "oauth2:after"
        with pytest.raises(SourceError):
            source.snapshot()
        file.write_text("after")

        assert contents(source, source.snapshot()) == FILES


FULL = """
import subprocess, sys
from pathlib import Path
from provisioner.core.errors import SourceBroken
from tests.sources.repositories import Repository, branch, contents, opened, paths
import os

home = Path(sys.argv[1])
disk, repository = home / "disk", Repository(home / "platform.git")
disk.mkdir()
subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(disk)], check=True)
repository.commit({"a.json": b"1"})
source = opened(branch(repository, disk / "store"))
kept = source.snapshot()
repository.commit({"large.json": os.urandom(5_000_000)})
for _ in range(2):
    try:
        source.snapshot()
    except SourceBroken as error:
        print(error.message.partition(" (")[0], "->", error.next_step)
    print(contents(source, kept), [path.name for path in disk.rglob("tmp_*")])
subprocess.run(["mount", "-o", "remount,size=30m", str(disk)], check=True)
print(paths(source.snapshot()))
source.close()
"""


def test_a_disk_that_fills_up_is_told_keeps_the_last_snapshot_readable_and_is_gone_on_with(tmp_path: Path) -> None:
    told = ["the disk that holds the store is full -> free some space; the next pass goes on", "{'a.json': b'1'} []"]

    assert apart(FULL, str(tmp_path)) == [*told, *told, "['large.json']"]


ALONE = """
import ctypes, json, sys
from pathlib import Path
from provisioner.core.errors import SourceUnreachable
from tests.sources.repositories import branch, opened
from tests.sources.test_git_lasting import SUBREAPER, children

assert ctypes.CDLL(None).prctl(SUBREAPER, 1, 0, 0, 0) == 0
for n in range(3):
    source = opened(branch(sys.argv[1], Path(sys.argv[2]), timeout=0.5))
    try:
        source.snapshot()
    except SourceUnreachable as error:
        assert "in time" in error.message, error.message
    source.close()
    print(children())
"""


def orphans_of(url: str, store: Path) -> list[str]:
    """What is left of three look-ups by a process that is given its orphans, as the first one of a container is."""
    if not hasattr(ctypes.CDLL(None), "prctl"):
        pytest.skip("this system gives orphans to nobody but its first process")
    done = subprocess.run([sys.executable, "-c", ALONE, url, str(store)], cwd=ROOT, capture_output=True, text=True, check=False, timeout=55)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()


def test_the_first_process_of_a_container_is_left_no_zombies_by_http(store: Path) -> None:
    with silent() as port:
        assert orphans_of(f"http://127.0.0.1:{port}/platform.git", store) == ["[]"] * 3


def test_the_first_process_of_a_container_is_left_no_zombies_by_an_ssh_with_children(
    store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ssh = tmp_path / "bin" / "ssh"
    ssh.parent.mkdir()
    ssh.write_text("#!/bin/sh\nsh -c 'sleep 98.7 & sleep 98.7 & wait' & wait\n")
    ssh.chmod(0o755)
    monkeypatch.setenv("PATH", str(ssh.parent), prepend=os.pathsep)

    assert orphans_of("git@git.example:x.git", store) == ["[]"] * 3


def test_what_a_git_that_ended_well_has_left_running_is_ended_and_buried(
    repository: Repository, store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.commit(FILES)
    ssh = tmp_path / "bin" / "ssh"
    ssh.parent.mkdir()
    ssh.write_text(f"#!/bin/sh\nsleep 98.7 </dev/null >/dev/null 2>&1 &\nexec git-upload-pack {shlex.quote(str(repository.path))}\n")
    ssh.chmod(0o755)
    monkeypatch.setenv("PATH", str(ssh.parent), prepend=os.pathsep)

    assert orphans_of(f"git@git.example:{repository.path}", store) == ["[]"] * 3
