"""Trees as hostile input: links, submodules, paths that no checkout would take. All in real repositories."""

from __future__ import annotations

import os
from pathlib import Path

from provisioner.core.settings import Limits, Selection
from tests.sources.conftest import Opens
from tests.sources.repositories import Repository, branch, codes, contents, paths


def links(**targets: str) -> tuple[dict[str, bytes | str], dict[str, str]]:
    """Entries and modes of links, by path (`__` for a slash)."""
    entries: dict[str, bytes | str] = {name.replace("__", "/"): os.fsencode(target) for name, target in targets.items()}
    return entries, dict.fromkeys(entries, "120000")


def test_links_inside_the_tree_are_followed_to_files_and_directories(repository: Repository, store: Path, opens: Opens) -> None:
    entries, modes = links(
        **{
            "team__x.json": "../real/a.json",
            "chain.json": "team/x.json",
            "all": "real",
            "deep__er__up.json": "../../all/a.json",
            "dot.json": "./real/./a.json",
        }
    )
    repository.commit({"real/a.json": b"1", "real/notes.md": b"", **entries}, modes=modes)
    source = opens(branch(repository, store))
    snapshot = source.snapshot()

    assert contents(source, snapshot) == dict.fromkeys(
        ["all/a.json", "chain.json", "deep/er/up.json", "dot.json", "real/a.json", "team/x.json"], b"1"
    )
    assert snapshot.complete is True


def test_a_config_map_kept_in_git_gives_each_file_once(repository: Repository, store: Path, opens: Opens) -> None:
    entries, modes = links(**{"..data": "..2026", "x.json": "..data/x.json"})
    repository.commit({"..2026/x.json": b"1", **entries}, modes=modes)
    source = opens(branch(repository, store))

    assert contents(source, source.snapshot()) == {"x.json": b"1"}


def test_links_that_leave_the_tree_lead_nowhere_or_in_a_circle_are_named(repository: Repository, store: Path, opens: Opens) -> None:
    entries, modes = links(
        **{
            "p__up.json": "../outside.json", "p__etc.json": "/etc/passwd", "p__far.json": "../../../../etc/passwd",
            "p__lost.json": "missing.json", "p__self.json": "self.json", "p__one.json": "two.json",
            "p__two.json": "one.json",
            "p__through.json": "a.json/x", "p__dir": "../other", "p__round": ".", "p__notes": "../outside.json",
            "p__empty.json": "a.json\0b",
        }
    )  # fmt: skip
    repository.commit({"outside.json": b"secret", "other/b.json": b"", "p/a.json": b"1", **entries}, modes=modes)
    source = opens(branch(repository, store, path="p"))
    snapshot = source.snapshot()

    assert contents(source, snapshot) == {"a.json": b"1"}
    told = [
        "dir",
        "empty.json",
        "etc.json",
        "far.json",
        "lost.json",
        "one.json",
        "round",
        "self.json",
        "through.json",
        "two.json",
        "up.json",
    ]
    assert codes(snapshot) == [("link-outside", name) for name in told]
    assert snapshot.complete is False


def test_a_chain_of_eight_links_is_followed_and_one_of_nine_is_not(repository: Repository, store: Path, opens: Opens) -> None:
    entries, modes = links(**{f"l{n}.json": f"l{n + 1}.json" for n in range(9)})
    repository.commit({"l9.json": b"1", **entries}, modes=modes)

    snapshot = opens(branch(repository, store)).snapshot()

    assert codes(snapshot) == [("link-outside", "l0.json")]
    assert "l1.json" in paths(snapshot)


def test_directories_that_link_to_each_other_come_to_an_end(repository: Repository, store: Path, opens: Opens) -> None:
    entries, modes = links(**{f"d{n}__l{m}": f"../d{m}" for n in range(6) for m in range(6)})
    files = {f"d{n}/{n}.json": b"1" for n in range(6)}
    repository.commit({**files, **entries}, modes=modes)

    snapshot = opens(branch(repository, store, selection=Selection(limits=Limits(files=500)))).snapshot()

    assert (snapshot.complete, len(snapshot.entries) <= 500) == (False, True)


def test_a_link_with_a_text_longer_than_a_path_is_not_read(repository: Repository, store: Path, opens: Opens) -> None:
    repository.commit({"a.json": b"1", "long.json": b"x" * 5000}, modes={"long.json": "120000"})

    snapshot = opens(branch(repository, store)).snapshot()

    assert (paths(snapshot), codes(snapshot)) == (["a.json"], [("link-outside", "long.json")])


def test_a_submodule_is_noted_and_not_followed(repository: Repository, store: Path, opens: Opens) -> None:
    module = b'[submodule "x"]\n\tpath = vendor/x\n\turl = ext::sh -c "touch /tmp/owned"\n'
    repository.commit({".gitmodules": module, "vendor/x": "1" * 40, "a.json": b"1"}, modes={"vendor/x": "160000"})

    snapshot = opens(branch(repository, store)).snapshot()

    assert (paths(snapshot), codes(snapshot), snapshot.complete) == (["a.json"], [("submodule-passed-over", "vendor/x")], True)


def test_an_excluded_submodule_is_not_even_noted(repository: Repository, store: Path, opens: Opens) -> None:
    repository.commit({"vendor/x": "1" * 40, "a.json": b"1"}, modes={"vendor/x": "160000"})

    assert codes(opens(branch(repository, store, selection=Selection(exclude=("vendor/**",)))).snapshot()) == []


def test_paths_that_no_checkout_would_take_are_named_and_the_rest_goes_on(repository: Repository, store: Path, opens: Opens) -> None:
    inner = repository.tree({"x.json": b"owned"})
    raw = repository.tree(
        {"a.json": b"1", "new\nline.json": b"", "caf\udce9.json": b"", "back\\slash.json": b"2", "esc\x1b[2J.json": b"", "odd\n.md": b""}
    )
    listing = repository.git("ls-tree", "-z", raw).encode("utf-8", "surrogateescape")
    hostile = b"".join(b"040000 tree " + inner.encode() + b"\t" + name + b"\0" for name in (b"..", b".", b".git", b".GIT"))
    tree = repository.git("mktree", "-z", given=listing + hostile)
    repository.commit({"p": tree})
    source = opens(branch(repository, store, path="p"))
    snapshot = source.snapshot()

    assert contents(source, snapshot) == {"a.json": b"1", "back\\slash.json": b"2"}
    unsafe = ["../x.json", "./x.json", ".GIT/x.json", ".git/x.json", "caf\\xe9.json", "esc\\x1b[2J.json", "new\\x0aline.json"]
    assert codes(snapshot) == [("path-unsafe", name) for name in unsafe]
    assert snapshot.complete is False


def test_a_tree_that_names_more_files_than_there_are_atoms_is_cut(repository: Repository, store: Path, opens: Opens) -> None:
    tree = repository.tree({f"{n}.json": b"1" for n in range(10)})
    for _ in range(30):
        tree = repository.tree({f"d{n}": tree for n in range(10)})
    repository.commit({"bomb": tree, "a.json": b"1"})

    snapshot = opens(branch(repository, store, selection=Selection(limits=Limits(files=100)))).snapshot()

    assert (len(snapshot.entries), codes(snapshot)) == (100, [("too-many-files", ".")])


def test_a_commit_that_says_nonsense_of_itself_is_read_all_the_same(repository: Repository, store: Path, opens: Opens) -> None:
    tree = repository.tree({"a.json": b"1"})
    said = f"tree {tree}\nauthor \x1b[31mEve <> 99999999999999999999 +9999\ncommitter <> nonsense\nencoding klingon\n\nsub\x07ject \xe9"
    commit = repository.git("hash-object", "-t", "commit", "--literally", "-w", "--stdin", given=said.encode("latin-1"))
    repository.git("update-ref", "refs/heads/main", commit)

    revision = opens(branch(repository, store)).snapshot().revision

    assert (revision.subject, revision.author, revision.when) == ("sub\ufffdject \ufffd", "\ufffd[31mEve", "")
