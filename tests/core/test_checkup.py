"""What was seen of everything, and what would fail with it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from provisioner.core.catalog import problem
from provisioner.core.checkup import (
    Checkup,
    Credential,
    Finding,
    HookSeen,
    Kind,
    MachineSeen,
    Role,
    SecretSeen,
    ServerSeen,
    SourceSeen,
    TargetSeen,
    exit_code,
    findings,
)
from provisioner.core.model import Revision, SourceName, TargetName, Uid
from provisioner.core.report import Exit, Failure
from provisioner.core.server import Server

ALL = frozenset(f"{thing}:{deed}" for thing in ("dashboards", "folders") for deed in ("read", "create", "write", "delete"))
SERVER = ServerSeen(
    Server("https://g.example", "12.4.0", "dashboard API", "", 1, "Main Org.", nested_folders=True), Credential("me", ALL), 3, 1, 2, 0.4
)
TARGET = TargetSeen(TargetName("production"), "https://g.example", SERVER)
SOURCE = SourceSeen(SourceName("platform"), "https://git.example/p.git", revision=Revision("main", "a" * 40), files=3)
FAILURE = Failure("x", "it does not work", "mend it")


def of_target(target: TargetSeen) -> list[tuple[str, str]]:
    return [(each.severity.value, each.message) for each in findings(Checkup(targets=(target,)))]


def seen(server: ServerSeen, *, deletes: bool = False) -> list[tuple[str, str]]:
    return of_target(replace(TARGET, seen=server, deletes=deletes))


def without(*actions: str) -> ServerSeen:
    return replace(SERVER, credential=Credential("me", ALL - set(actions)))


def test_where_all_is_well_nothing_is_told() -> None:
    of = Checkup((SOURCE,), (TARGET,), (HookSeen("h", (SecretSeen("server.hooks.h.secret_file", 32),)),), MachineSeen("/s", git="2.43"))

    assert (findings(of), exit_code(of)) == ((), Exit.OK)


@pytest.mark.parametrize(
    ("action", "without_it"),
    [
        ("dashboards:read", "no dashboard can be read, so nothing can be compared"),
        ("dashboards:create", "no dashboard can be created"),
        ("dashboards:write", "no dashboard can be changed"),
        ("folders:read", "folders are not seen, so they would be made anew"),
        ("folders:create", "no folder can be created"),
    ],
)
def test_a_permission_that_no_pass_can_do_without_is_named(action: str, without_it: str) -> None:
    assert seen(without(action)) == [("error", f"the credential lacks {action}: {without_it}")]


def test_a_permission_for_renaming_folders_is_a_warning() -> None:
    assert [each for each, _ in seen(without("folders:write"))] == ["warning"]


def test_permissions_to_delete_are_needed_only_where_something_is_deleted() -> None:
    lacking = without("dashboards:delete", "folders:delete")

    assert seen(lacking) == []
    assert [each for each, _ in seen(lacking, deletes=True)] == ["error", "warning"]


def test_a_viewer_cannot_do_the_work() -> None:
    viewer = replace(SERVER, credential=Credential("", None, Role.VIEWER))

    assert seen(viewer) == [("error", "the credential has the role Viewer: nothing can be created or changed")]


@pytest.mark.parametrize("role", [Role.EDITOR, Role.ADMIN])
def test_an_editor_can(role: Role) -> None:
    assert seen(replace(SERVER, credential=Credential("", None, role))) == []


def test_what_a_server_does_not_tell_is_not_taken_for_well() -> None:
    silent = replace(SERVER, credential=Credential(), ahead=None)

    assert [each for each, _ in seen(silent)] == ["note", "note"]
    assert "not known" in seen(silent)[0][1]
    assert "not known" in seen(silent)[1][1]


@pytest.mark.parametrize(
    ("credential", "needed"), [(Credential("", ALL), "datasources:read"), (Credential("", None, Role.EDITOR), "the role Admin")]
)
def test_data_sources_that_may_not_be_listed_are_a_note(credential: Credential, needed: str) -> None:
    [(weight, message)] = seen(replace(SERVER, credential=credential, data_sources=None))

    assert weight == "note"
    assert message.endswith(f"(needs {needed})")


@pytest.mark.parametrize(
    ("ahead", "words"),
    [(31.0, "31 s ahead of"), (-31.0, "31 s behind"), (600.0, "10 min ahead of"), (-36000.0, "10 h behind")],
)
def test_clocks_that_differ_are_a_warning(ahead: float, words: str) -> None:
    assert seen(replace(SERVER, ahead=ahead)) == [("warning", f"its clock is {words} ours: times of edits are told wrongly by as much")]


def test_clocks_that_differ_by_less_are_not_told() -> None:
    assert seen(replace(SERVER, ahead=-30.0)) == []


def owned(tagged: tuple[Uid, ...], recorded: frozenset[Uid] | None) -> list[tuple[str, str]]:
    return of_target(replace(TARGET, owner_tag="provisioner:me", recorded=recorded, seen=replace(SERVER, tagged=tagged)))


def test_dashboards_with_our_tag_that_no_record_knows_are_a_warning() -> None:
    uids = (Uid("a"), Uid("b"), Uid("c"))

    assert owned(uids, frozenset(uids[:2])) == [
        ("warning", "one dashboard carries our tag provisioner:me, but no record of ours knows of it: c")
    ]
    assert owned(uids, frozenset())[0][1].startswith("3 dashboards carry our tag")


def test_dashboards_with_our_tag_are_ours_where_records_say_so_or_were_not_read() -> None:
    assert owned((Uid("a"),), frozenset({Uid("a")})) == []
    assert owned((Uid("a"),), None) == []
    assert of_target(replace(TARGET, recorded=frozenset(), seen=replace(SERVER, tagged=(Uid("a"),)))) == []


def test_what_fails_is_told_with_what_to_do() -> None:
    of = Checkup(targets=(TargetSeen(TargetName("gone"), "https://gone.example", failure=FAILURE),))

    assert findings(of) == (Finding(Kind.TARGET, "gone", findings(of)[0].severity, "it does not work", "mend it"),)
    assert exit_code(of) == Exit.ERROR


def test_what_does_not_answer_has_an_exit_code_of_its_own_whatever_else_fails() -> None:
    unreachable = replace(SOURCE, failure=replace(FAILURE, unreachable=True))

    assert exit_code(Checkup((replace(SOURCE, failure=FAILURE), unreachable))) == Exit.UNREACHABLE


def test_an_error_of_the_configuration_is_one_of_the_whole() -> None:
    told = problem("secret-unreadable", "config.yaml", "it is not there")

    assert exit_code(Checkup(problems=(told,))) == Exit.ERROR
    assert exit_code(Checkup(problems=(problem("secret-readable-by-all", "config.yaml", "everybody can"),))) == Exit.OK


def test_a_source_without_files_is_a_warning_and_one_with_unreadable_files_tells_them() -> None:
    unreadable = problem("file-unreadable", "a.json", "permission denied")
    found = findings(Checkup((replace(SOURCE, files=0), replace(SOURCE, files=0, problems=(unreadable,)))))

    assert [(each.severity, each.message) for each in found] == [
        ("warning", "no file of it counts: it is empty, or nothing matches include"),
        (unreadable.severity, "a.json: permission denied"),
    ]


def test_what_was_not_looked_at_is_a_note() -> None:
    of = Checkup((replace(SOURCE, files=0, skipped="--offline"),), (TargetSeen(TargetName("p"), "u", skipped="--offline"),))

    assert [(each.kind, each.severity, each.message) for each in findings(of)] == [
        (Kind.SOURCE, "note", "not looked at: --offline"),
        (Kind.TARGET, "note", "not looked at: --offline"),
    ]
    assert exit_code(of) == Exit.OK


def of_hook(*secrets: SecretSeen) -> list[tuple[str, str]]:
    return [(each.severity.value, each.message) for each in findings(Checkup(hooks=(HookSeen("h", secrets),)))]


def test_a_short_secret_is_a_warning() -> None:
    assert of_hook(SecretSeen("s", 16)) == []
    assert of_hook(SecretSeen("s", 15)) == [("warning", "the secret of s has 15 characters: whoever reaches the hook can guess it")]


def test_a_rotation_to_the_same_secret_is_a_warning_and_a_shared_one_a_note() -> None:
    assert [each for each, _ in of_hook(SecretSeen("server.hooks.h.previous_secret_file", 32, "server.hooks.h.secret_file"))] == ["warning"]
    assert [each for each, _ in of_hook(SecretSeen("server.hooks.h.secret_file", 32, "server.hooks.other.secret_file"))] == ["note"]


def of_machine(machine: MachineSeen) -> list[tuple[str, str, str]]:
    return [(each.name, each.severity.value, each.message) for each in findings(Checkup(machine=machine))]


def test_what_is_wrong_with_this_machine_is_told_by_its_part() -> None:
    machine = MachineSeen(state_failure=FAILURE, listen_failure=FAILURE, git_failure=FAILURE)

    assert [(name, weight) for name, weight, _ in of_machine(machine)] == [("state", "error"), ("git", "error"), ("listen", "error")]


def test_an_address_that_the_daemon_itself_has_is_no_failure() -> None:
    machine = MachineSeen(holder="process 7 on here since now (provisioner run)", listen_failure=FAILURE)

    assert [(name, weight) for name, weight, _ in of_machine(machine)] == [("state", "note"), ("listen", "note")]


def test_an_address_that_somebody_has_while_a_pass_runs_is_one() -> None:
    machine = MachineSeen(holder="process 7 on here since now (provisioner apply)", listen_failure=FAILURE)

    assert [(name, weight) for name, weight, _ in of_machine(machine)] == [("listen", "error"), ("state", "note")]
