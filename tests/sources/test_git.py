"""Refs, revisions, paths and bytes, from repositories on this machine."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from provisioner.core.errors import RefNotFound, SourceBroken, SourceError, SourceRefused
from provisioner.core.model import Revision, SourceName
from provisioner.core.settings import DirectorySettings, Limits, RefKind, Selection
from provisioner.sources.directory import DirectorySource
from provisioner.sources.opening import open_source
from tests.sources.conftest import Opens
from tests.sources.repositories import Repository, branch, codes, contents, entry, git, no_secret, paths, settings

FILES = {"a.json": b"1", "team/b.yaml": b"2", "team/README.md": b"3"}


def test_a_branch_gives_its_files_and_who_made_the_commit_when(repository: Repository, store: Path, opens: Opens) -> None:
    commit = repository.commit(FILES, message="Add two\ndashboards\n\nand say why")
    source = opens(branch(repository, store))

    snapshot = source.snapshot()

    assert snapshot.revision == Revision("main", commit, "Add two dashboards", "Ada Lovelace", "2026-03-01T12:00:00+05:30")
    assert contents(source, snapshot) == {"a.json": b"1", "team/b.yaml": b"2"}
    assert (snapshot.problems, snapshot.complete) == ((), True)


def test_the_default_branch_is_named_as_the_server_names_it(tmp_path: Path, store: Path, opens: Opens) -> None:
    repository = Repository(tmp_path / "r.git", branch="trunk")
    repository.commit(FILES, branch="trunk")
    source = opens(settings(repository, store))

    assert source.snapshot().revision.name == "trunk"

    repository.git("branch", "-m", "trunk", "main")
    assert source.snapshot().revision.name == "main"
    assert source.fetches == 1


def test_a_detached_head_is_followed(repository: Repository, store: Path, opens: Opens) -> None:
    commit = repository.commit(FILES)
    repository.git("update-ref", "--no-deref", "HEAD", commit)
    repository.commit({"z.json": b""})

    assert opens(settings(repository, store)).snapshot().revision == Revision(
        "HEAD", commit, "A change", "Ada Lovelace", "2026-03-01T12:00:00+05:30"
    )


@pytest.mark.parametrize("options", [(), ("-a", "-m", "annotated")])
def test_a_tag_leads_to_its_commit_and_is_followed_when_it_moves(
    repository: Repository, store: Path, opens: Opens, options: tuple[str, ...]
) -> None:
    first = repository.commit(FILES)
    repository.git("tag", *options, "v1", first)
    repository.commit({"not-tagged.json": b""})
    source = opens(settings(repository, store, ref_kind=RefKind.TAG, ref="v1"))

    assert source.snapshot().revision.commit == first

    second = repository.commit({"c.json": b"3"})
    repository.git("tag", "--force", *options, "v1", second)
    assert (paths(source.snapshot()), source.lookups, source.fetches) == (["c.json"], 2, 2)


def test_a_tag_of_something_else_than_a_commit_is_refused(repository: Repository, store: Path, opens: Opens) -> None:
    repository.commit(FILES)
    repository.git("tag", "tree", repository.tree(FILES))

    with pytest.raises(RefNotFound, match="leads to a tree, not to a commit"):
        opens(settings(repository, store, ref_kind=RefKind.TAG, ref="tree")).snapshot()


def test_a_commit_is_never_looked_up_and_fetched_once(repository: Repository, store: Path, opens: Opens) -> None:
    commit = repository.commit(FILES)
    repository.commit({"later.json": b""})
    pinned = settings(repository, store, ref_kind=RefKind.COMMIT, ref=commit.upper())
    source, again = opens(pinned), opens(pinned)

    assert [paths(source.snapshot()), paths(source.snapshot()), paths(again.snapshot())] == [["a.json", "team/b.yaml"]] * 3
    assert [(each.lookups, each.fetches) for each in (source, again)] == [(0, 1), (0, 0)]


def test_a_commit_on_no_branch_and_a_short_id_are_refused(repository: Repository, store: Path, opens: Opens) -> None:
    commit = repository.commit(FILES)

    with pytest.raises(RefNotFound, match="does not give the revision"):
        opens(settings(repository, store, ref_kind=RefKind.COMMIT, ref="1" * 40)).snapshot()
    with pytest.raises(RefNotFound, match="not the full id") as told:
        opens(settings(repository, store, ref_kind=RefKind.COMMIT, ref=commit[:10])).snapshot()

    assert "40 digits" in told.value.next_step


def test_a_second_snapshot_costs_one_look_up_and_no_fetch(repository: Repository, store: Path, opens: Opens) -> None:
    repository.commit(FILES)
    source = opens(branch(repository, store))

    first, second = source.snapshot(), source.snapshot()

    assert first is second
    assert (source.lookups, source.fetches) == (2, 1)


def git_that_tells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Puts a git before the real one that writes down what it is asked, and hands on. The file it writes to."""
    told, real = tmp_path / "told", subprocess.run(["which", "git"], capture_output=True, text=True, check=True).stdout.strip()
    wrapper = tmp_path / "bin" / "git"
    wrapper.parent.mkdir()
    wrapper.write_text(f'#!/bin/sh\necho "$1" >>"{told}"\nexec {real} "$@"\n')
    wrapper.chmod(0o755)
    monkeypatch.setenv("PATH", str(wrapper.parent), prepend=os.pathsep)
    return told


def test_an_unchanged_commit_starts_one_child_and_a_restart_three(
    repository: Repository, store: Path, opens: Opens, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.commit(FILES)
    source = opens(branch(repository, store))
    source.snapshot()
    told = git_that_tells(tmp_path, monkeypatch)

    source.snapshot()
    assert told.read_text().split() == ["ls-remote"]

    told.write_text("")
    restarted = opens(branch(repository, store))
    assert restarted.snapshot() == source.snapshot()
    assert (restarted.lookups, restarted.fetches) == (1, 0)
    assert told.read_text().split() == ["version", "ls-remote", "cat-file", "ls-tree", "ls-remote"]


def test_a_push_is_fetched_without_its_history(repository: Repository, store: Path, opens: Opens) -> None:
    repository.commit(FILES)
    source = opens(branch(repository, store))
    source.snapshot()
    repository.commit({"unseen.json": b"0"})
    repository.commit({**FILES, "c.json": b"3"})

    snapshot = source.snapshot()

    assert contents(source, snapshot)["c.json"] == b"3"
    stored = git(store / "repository.git", "rev-list", "--all", "--count")
    assert (source.fetches, stored) == (2, "1")


def test_a_force_push_is_followed(repository: Repository, store: Path, opens: Opens) -> None:
    first = repository.commit(FILES)
    repository.commit({"second.json": b""})
    source = opens(branch(repository, store))
    source.snapshot()
    repository.git("update-ref", "refs/heads/main", first)
    rewritten = repository.commit({"rewritten.json": b""})

    assert (source.snapshot().revision.commit, paths(source.snapshot())) == (rewritten, ["rewritten.json"])


def test_a_branch_set_back_to_a_commit_that_is_in_the_store_is_not_fetched(repository: Repository, store: Path, opens: Opens) -> None:
    first = repository.commit(FILES)
    source = opens(branch(repository, store))
    source.snapshot()
    repository.commit({"second.json": b""})
    source.snapshot()
    repository.git("update-ref", "refs/heads/main", first)

    assert paths(source.snapshot()) == ["a.json", "team/b.yaml"]
    assert source.fetches == 2
    assert git(store / "repository.git", "for-each-ref", "--format=%(objectname)") == first


def test_a_deleted_branch_is_told_with_the_ones_that_are_there(repository: Repository, store: Path, opens: Opens) -> None:
    repository.commit(FILES, branch="main")
    repository.commit(FILES, branch="team/dashboards")
    source = opens(branch(repository, store, "team/dashboards"))
    kept = source.snapshot()
    repository.git("branch", "-D", "team/dashboards")
    repository.git("branch", "team/dashboard", "main")

    with pytest.raises(RefNotFound, match=r"has no branch team/dashboards; there are: team/dashboard, main") as told:
        source.snapshot()

    assert "stays as it is" in told.value.next_step
    assert contents(source, kept)["a.json"] == b"1"


def test_a_tag_named_as_a_branch_is_told_to_be_one(repository: Repository, store: Path, opens: Opens) -> None:
    repository.commit(FILES)
    repository.git("tag", "v1", "main")

    with pytest.raises(RefNotFound, match="has no branch v1, but a tag of this name"):
        opens(branch(repository, store, "v1")).snapshot()


@pytest.mark.parametrize("name", ["", "a b", "a..b", "--upload-pack=touch /x", "a:b", "*", "a\nb"])
def test_what_cannot_be_a_branch_is_refused_before_git_sees_it(repository: Repository, store: Path, opens: Opens, name: str) -> None:
    source = opens(branch(repository, store, name))

    with pytest.raises(RefNotFound, match="cannot be the name of a branch"):
        source.snapshot()

    assert source.lookups == 0


@pytest.mark.parametrize("kind", [RefKind.HEAD, RefKind.BRANCH])
def test_an_empty_repository_is_told_as_such(repository: Repository, store: Path, opens: Opens, kind: RefKind) -> None:
    with pytest.raises(RefNotFound, match="is empty: it has no commit yet"):
        opens(settings(repository, store, ref_kind=kind, ref="main" if kind is RefKind.BRANCH else "")).snapshot()


def test_a_head_that_leads_nowhere_is_told_with_the_branches(repository: Repository, store: Path, opens: Opens) -> None:
    repository.commit(FILES, branch="other")

    with pytest.raises(RefNotFound, match="no default branch") as told:
        opens(settings(repository, store)).snapshot()

    assert "state the branch: other" in told.value.next_step


def test_only_the_path_of_the_source_is_seen(repository: Repository, store: Path, opens: Opens) -> None:
    repository.commit({"a.json": b"1", "deep/ly nested/ü.json": b"2", "deep/ly nested/x/y.json": b"3"})
    source = opens(branch(repository, store, path="/deep/ly nested/"))

    assert contents(source, source.snapshot()) == {"x/y.json": b"3", "ü.json": b"2"}


def test_a_path_that_is_a_single_file_is_taken_whatever_it_is_called(repository: Repository, store: Path, opens: Opens) -> None:
    repository.commit({"docs/dashboard.txt": b"1"})
    source = opens(branch(repository, store, path="docs/dashboard.txt"))

    assert contents(source, source.snapshot()) == {"dashboard.txt": b"1"}


def test_a_wrong_path_is_told_with_the_directories_that_are_there(repository: Repository, store: Path, opens: Opens) -> None:
    repository.commit({"dashboards/prod/a.json": b"", "dashboards/test/a.json": b"", "docs/a.md": b""})

    with pytest.raises(RefNotFound, match="at the top are: dashboards, docs"):
        opens(branch(repository, store, path="dashboard")).snapshot()
    with pytest.raises(RefNotFound, match="of dashboards are: dashboards/prod, dashboards/test"):
        opens(branch(repository, store, path="dashboards/prd/x")).snapshot()


@pytest.mark.parametrize("path", ["../etc", "a/../../b", "x/.git", "a\nb"])
def test_a_path_that_leads_elsewhere_is_refused(repository: Repository, store: Path, opens: Opens, path: str) -> None:
    repository.commit(FILES)

    with pytest.raises(RefNotFound, match="cannot be followed"):
        opens(branch(repository, store, path=path)).snapshot()


def test_a_path_that_is_a_link_or_a_submodule_is_told_as_what_it_is(repository: Repository, store: Path, opens: Opens) -> None:
    repository.commit({"real/a.json": b"", "link": b"real", "module": "1" * 40}, modes={"link": "120000", "module": "160000"})

    with pytest.raises(RefNotFound, match="is a symbolic link to 'real'"):
        opens(branch(repository, store, path="link")).snapshot()
    with pytest.raises(RefNotFound, match="is a submodule"):
        opens(branch(repository, store, path="module")).snapshot()


def test_include_and_exclude_choose(repository: Repository, store: Path, opens: Opens) -> None:
    repository.commit({"prod/a.json": b"", "prod/drafts/b.json": b"", "test/c.json": b"", "test/_folder.yaml": b"", ".github/d.json": b""})
    chosen = Selection(include=("prod/**/*.json",), exclude=("**/drafts",))

    assert paths(opens(branch(repository, store, selection=chosen)).snapshot()) == ["prod/a.json", "test/_folder.yaml"]


def test_no_file_that_counts_is_a_warning(repository: Repository, store: Path, opens: Opens) -> None:
    repository.commit({"README.md": b""})

    snapshot = opens(branch(repository, store)).snapshot()

    assert (codes(snapshot), snapshot.complete) == ([("source-empty", ".")], True)


def test_limits_hold_before_anything_is_read(repository: Repository, store: Path, opens: Opens) -> None:
    repository.commit({"a.json": b"1", "b.json": b"12345", "c.json": b"1", "d.json": b"1"})

    snapshot = opens(branch(repository, store, selection=Selection(limits=Limits(file_bytes=4, files=2)))).snapshot()

    assert (paths(snapshot), codes(snapshot)) == (["a.json", "c.json"], [("too-many-files", "."), ("file-too-large", "b.json")])
    assert snapshot.complete is False


def test_bytes_are_given_as_they_are_lfs_pointers_and_attributes_or_not(repository: Repository, store: Path, opens: Opens) -> None:
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 12345\n"
    files = {
        ".gitattributes": b"* text=auto eol=crlf filter=lfs ident\n",
        "lfs.json": pointer,
        "ident.json": b"$Id$\n\r\n\x00\xff",
        "e.json": b"",
    }
    repository.commit(files)
    source = opens(branch(repository, store))

    assert contents(source, source.snapshot()) == {name: data for name, data in files.items() if name.endswith(".json")}


def test_a_file_has_the_same_id_in_git_and_in_a_directory(repository: Repository, store: Path, opens: Opens, tmp_path: Path) -> None:
    repository.commit({"x/a.json": b"some bytes"})
    (tmp_path / "plain" / "x").mkdir(parents=True)
    (tmp_path / "plain" / "x" / "a.json").write_bytes(b"some bytes")
    plain = DirectorySource(DirectorySettings(SourceName("plain"), str(tmp_path / "plain")))

    assert opens(branch(repository, store)).snapshot().entries == plain.snapshot().entries


def test_a_repository_with_sha256_ids_is_read_too(tmp_path: Path, store: Path, opens: Opens) -> None:
    repository = Repository(tmp_path / "r.git", algorithm="sha256")
    commit = repository.commit(FILES)
    source = opens(branch(repository, store))
    snapshot = source.snapshot()

    assert (snapshot.revision.commit, len(commit)) == (commit, 64)
    assert contents(source, snapshot) == {"a.json": b"1", "team/b.yaml": b"2"}


def test_a_plain_path_and_a_shallow_clone_are_repositories_too(repository: Repository, store: Path, opens: Opens, tmp_path: Path) -> None:
    repository.commit(FILES)
    repository.commit({"b.json": b""})
    git(tmp_path, "clone", "--quiet", "--depth", "1", repository.url, "shallow checkout")

    assert paths(opens(branch(str(tmp_path / "shallow checkout"), store)).snapshot()) == ["b.json"]


def test_an_older_snapshot_can_still_be_read_while_its_blobs_are_there(repository: Repository, store: Path, opens: Opens) -> None:
    repository.commit({"a.json": b"old"})
    source = opens(branch(repository, store))
    old = source.snapshot()
    repository.commit({"a.json": b"new"})
    source.snapshot()

    assert contents(source, old) == {"a.json": b"old"}


def test_threads_may_read_and_take_snapshots_at_once(repository: Repository, store: Path, opens: Opens) -> None:
    files = {f"{n}.json": b"%d" % n * 1000 for n in range(300)}
    repository.commit(files)
    source = opens(branch(repository, store))
    snapshot = source.snapshot()
    found: list[bool] = []

    def work() -> None:
        found.append(contents(source, source.snapshot()) == files)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found == [True] * 6
    assert source.snapshot() is snapshot


def test_git_s_variables_of_a_hook_we_are_run_from_do_not_reach_git(
    repository: Repository, store: Path, opens: Opens, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.commit(FILES)
    trace = tmp_path / "trace"
    for name, value in {
        "GIT_DIR": "/nowhere", "GIT_OBJECT_DIRECTORY": "/nowhere", "GIT_WORK_TREE": "/nowhere", "GIT_TRACE": str(trace),
        "GIT_NAMESPACE": "other", "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "core.bare", "GIT_CONFIG_VALUE_0": "nonsense",
        "GIT_CONFIG_PARAMETERS": "'core.bare=nonsense'",
        "GIT_ALLOW_PROTOCOL": "none", "GIT_SSH_COMMAND": "false", "GIT_TEMPLATE_DIR": "/nowhere", "GIT_SHALLOW_FILE": "/nowhere",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)

    source = opens(branch(repository, store))

    assert contents(source, source.snapshot()) == {"a.json": b"1", "team/b.yaml": b"2"}
    assert not trace.exists()


def test_the_configuration_of_the_user_does_not_count(
    repository: Repository, store: Path, opens: Opens, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.commit(FILES)
    (tmp_path / ".gitconfig").write_text(f'[url "/nowhere/"]\n\tinsteadOf = "{repository.path.parent.as_uri()}/"\n')
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))

    assert paths(opens(branch(repository, store)).snapshot()) == ["a.json", "team/b.yaml"]


def test_five_thousand_files_are_listed_and_read_in_moments(repository: Repository, store: Path, opens: Opens) -> None:
    team = {f"dashboard-{n}.json": b'{"title": "%d"}' % n for n in range(50)}
    tree = repository.tree(team)
    repository.commit({f"team-{n}": tree for n in range(100)})
    source = opens(branch(repository, store))

    begun = time.process_time()
    snapshot = source.snapshot()
    bytes_read = sum(len(data or b"") for data in contents(source, snapshot).values())

    assert (len(snapshot.entries), bytes_read) == (5_000, 100 * sum(map(len, team.values())))
    assert time.process_time() - begun < 3


@pytest.mark.parametrize(
    "url", ["ext::sh -c 'touch /tmp/x'", "--upload-pack=x", "", "ftp://host/x", "git://host/x", "http::file", "https://", "ssh://-oProxyCommand=x/y",
            "https://host/a\nb"],
)  # fmt: skip
def test_a_url_that_is_none_of_ours_is_refused_before_git_sees_it(store: Path, opens: Opens, url: str) -> None:
    source = opens(branch(url, store))

    with pytest.raises(SourceRefused) as told:
        source.snapshot()

    assert (source.lookups, "https://" in told.value.next_step) == (0, True)


def test_a_url_without_a_repository_is_told_as_such(store: Path, opens: Opens, tmp_path: Path) -> None:
    with pytest.raises(RefNotFound, match="there is no git repository") as told:
        opens(branch((tmp_path / "certificate-timed-out.git").as_uri(), store)).snapshot()

    assert told.value.__cause__ is not None


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to somebody else")
def test_a_repository_of_another_user_is_refused_with_the_remedy(repository: Repository, store: Path, opens: Opens) -> None:
    repository.commit(FILES)
    os.chown(repository.path, 65534, 65534)

    with pytest.raises(SourceRefused, match="belongs to another user") as told:
        opens(branch(repository, store)).snapshot()

    assert "as its owner" in told.value.next_step


def test_without_git_the_remedy_is_to_install_it(
    repository: Repository, store: Path, opens: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.commit(FILES)
    monkeypatch.setenv("PATH", "/nowhere")

    with pytest.raises(SourceBroken, match="git cannot be started") as told:
        opens(branch(repository, store)).snapshot()

    assert "install git" in told.value.next_step


def test_a_git_that_is_too_old_is_named(
    repository: Repository, store: Path, opens: Opens, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "git").write_text("#!/bin/sh\necho git version 2.25.1\n")
    (tmp_path / "git").chmod(stat.S_IRWXU)
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(SourceBroken, match=r"git version 2\.25\.1 is too old"):
        opens(branch(repository, store)).snapshot()


def test_a_directory_needs_no_git_and_a_git_source_without_it_says_so(tmp_path: Path) -> None:
    program = (
        "import sys; from provisioner.sources import open_source; from provisioner.core.settings import *\n"
        "from provisioner.core.errors import SourceError\n"
        f"open_source(DirectorySettings('a', {str(tmp_path)!r}), print).snapshot(); assert 'git' not in sys.modules\n"
        "try: open_source(GitSettings('a', 'file:///x', '/x'), print)\n"
        "except SourceError as error: print(error.next_step)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], env={"PATH": "/nowhere"}, capture_output=True, text=True, check=False)

    assert (done.stdout, done.stderr) == ("install git 2.32 or later on this machine\n", "")


def test_opening_a_git_repository_gives_a_source_of_its_name(repository: Repository, store: Path) -> None:
    repository.commit(FILES)
    source = open_source(branch(repository, store), no_secret)

    assert (source.name, entry(source.snapshot(), "a.json").size) == ("platform", 1)


def test_an_error_leaves_the_last_snapshot_readable(repository: Repository, store: Path, opens: Opens) -> None:
    repository.commit(FILES)
    source = opens(branch(repository, store))
    kept = source.snapshot()
    repository.path.rename(repository.path.with_name("away.git"))

    with pytest.raises(SourceError):
        source.snapshot()

    assert contents(source, kept) == {"a.json": b"1", "team/b.yaml": b"2"}
