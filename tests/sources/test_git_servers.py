"""git over http, https and ssh: credentials and where they do not go, servers that refuse, send elsewhere or never answer."""

from __future__ import annotations

import base64
import os
import shlex
import ssl
import threading
import time
import traceback
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest
import trustme

from provisioner.core.errors import RefNotFound, SourceError, SourceRefused, SourceUnreachable
from provisioner.core.secret import Secret
from provisioner.core.settings import RefKind
from provisioner.sources.git_access import redacted
from tests.sources.conftest import Opens
from tests.sources.repositories import SECRET, Repository, branch, contents, paths, settings, the_secret
from tests.sources.servers import Behaviour, serving, silent

TOKEN = Secret("sources.platform.git.token_file", file="/run/secrets/git")
FILES = {"a.json": b"1", "ü x.json": b"2"}
PLAIN = "hunter" + "2"  # not in one piece: a traceback shows the lines of this file
FORMS = [SECRET, quote(SECRET, safe=""), quote(SECRET), base64.b64encode(f"oauth2:{SECRET}".encode()).decode()]


@pytest.fixture
def behaviour(repository: Repository) -> Behaviour:
    return Behaviour(repository.path.parent)


def told(error: BaseException) -> str:
    """All that anybody could see of an error."""
    return "".join(traceback.format_exception(error)) + str(getattr(error, "next_step", ""))


def commands(needle: str) -> list[str]:
    """The command lines of this machine that have this in them."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = path.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        except OSError:  # it has ended
            continue
        if needle in line:
            found.append(line)
    return found


def test_smart_http_gives_one_commit_and_then_only_what_is_new(
    repository: Repository, store: Path, opens: Opens, behaviour: Behaviour
) -> None:
    repository.commit(FILES)
    with serving(behaviour) as url:
        source = opens(branch(f"{url}/platform.git", store))

        assert contents(source, source.snapshot()) == FILES

        repository.commit({**FILES, "new.json": b"3"})
        assert paths(source.snapshot()) == ["a.json", "new.json", "ü x.json"]
        assert (source.lookups, source.fetches) == (2, 2)


@pytest.mark.parametrize("user", [None, "deploy"])
@pytest.mark.parametrize("secret", ["token", "password"])
def test_a_token_or_password_opens_what_is_closed(
    repository: Repository, store: Path, opens: Opens, behaviour: Behaviour, *, user: str | None, secret: str
) -> None:
    repository.commit(FILES)
    behaviour.login = f"{user or 'oauth2'}:{SECRET}"
    with serving(behaviour) as url:
        stated = branch(f"{url}/platform.git", store, user=user)
        source = opens(replace(stated, token=TOKEN) if secret == "token" else replace(stated, password=TOKEN), the_secret)

        assert contents(source, source.snapshot()) == FILES


def test_a_rotated_token_is_followed(repository: Repository, store: Path, opens: Opens, behaviour: Behaviour) -> None:
    repository.commit(FILES)
    current = ["first"]
    behaviour.login = "oauth2:first"
    with serving(behaviour) as url:
        source = opens(branch(f"{url}/platform.git", store, token=TOKEN), lambda _: current[0])
        first = source.snapshot()
        behaviour.login, current[0] = "oauth2:second", "second"

        assert source.snapshot() is first


def test_a_wrong_token_is_refused_and_shown_nowhere(repository: Repository, store: Path, opens: Opens, behaviour: Behaviour) -> None:
    repository.commit(FILES)
    behaviour.login = "oauth2:another"
    with serving(behaviour) as url, pytest.raises(SourceRefused, match="does not accept the credentials") as refused:
        opens(branch(f"{url}/platform.git", store, token=TOKEN), the_secret).snapshot()

    assert not [form for form in FORMS if form in told(refused.value)]


def test_without_credentials_a_closed_repository_asks_for_them(
    repository: Repository, store: Path, opens: Opens, behaviour: Behaviour, *, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even what the user keeps in .netrc or answers through SSH_ASKPASS is used."""
    repository.commit(FILES)
    behaviour.login = "me:mine"
    (tmp_path / ".netrc").write_text("machine localhost login me password mine\n")
    (tmp_path / "ask").write_text("#!/bin/sh\necho mine\n")
    (tmp_path / "ask").chmod(0o755)
    for name, value in {"HOME": tmp_path, "SSH_ASKPASS": tmp_path / "ask", "GIT_ASKPASS": tmp_path / "ask", "DISPLAY": ":0"}.items():
        monkeypatch.setenv(name, str(value))
    with serving(behaviour) as url, pytest.raises(SourceRefused, match="asks for credentials") as refused:
        opens(branch(f"{url}/platform.git", store)).snapshot()

    assert "token_file" in refused.value.next_step


@pytest.mark.parametrize("moment", [b"command=ls-refs", b"command=fetch"])
def test_a_token_is_in_no_process_list_while_git_runs(
    repository: Repository, store: Path, opens: Opens, behaviour: Behaviour, moment: bytes
) -> None:
    repository.commit(FILES)
    behaviour.login, behaviour.hold = f"oauth2:{SECRET}", moment
    with serving(behaviour) as url:
        source = opens(branch(f"{url}/platform.git", store, token=TOKEN), the_secret)
        thread = threading.Thread(target=source.snapshot)
        thread.start()
        assert behaviour.reached.wait(30)
        running = commands(url)
        leaks = [line for form in FORMS for line in commands(form)]
        behaviour.held.set()
        thread.join()

    assert any("git-remote-http" in line for line in running)
    assert leaks == []


def test_a_token_is_in_no_file_of_the_store(repository: Repository, store: Path, opens: Opens, behaviour: Behaviour) -> None:
    repository.commit(FILES)
    behaviour.login = f"oauth2:{SECRET}"
    with serving(behaviour) as url:
        opens(branch(f"{url}/platform.git", store, token=TOKEN), the_secret).snapshot()

    files = [path for path in store.rglob("*") if path.is_file()]
    assert len(files) > 5
    assert not [path for path in files for form in FORMS if form.encode() in path.read_bytes()]


@pytest.mark.parametrize("login", [f"me:{PLAIN}", PLAIN])
def test_credentials_in_the_url_are_refused_before_they_reach_an_argument_and_shown_nowhere(store: Path, opens: Opens, login: str) -> None:
    source = opens(branch(f"https://{login}@localhost/x.git", store))
    with pytest.raises(SourceRefused, match="carries credentials") as refused:
        source.snapshot()

    assert (PLAIN in told(refused.value), source.lookups) == (False, 0)
    assert "***@localhost" in refused.value.message


def test_the_words_of_git_are_rid_of_every_shape_of_a_secret() -> None:
    text = f"a {SECRET} b https://me:{PLAIN}@host/x c {FORMS[1]} d {FORMS[3]} e"

    assert redacted(text, tuple(FORMS)) == "a *** b https://***@host/x c *** d *** e"


def test_a_secret_of_two_lines_is_refused(store: Path, opens: Opens) -> None:
    with pytest.raises(SourceRefused, match="more than one line") as refused:
        opens(branch("https://localhost/x.git", store, token=TOKEN), lambda _: f"one\n{PLAIN}").snapshot()

    assert PLAIN not in told(refused.value)


def test_a_redirect_on_the_same_host_is_followed_with_the_token(
    repository: Repository, store: Path, opens: Opens, behaviour: Behaviour
) -> None:
    repository.commit(FILES)
    repository.path.parent.joinpath("moved").mkdir()
    repository.path.parent.joinpath("moved", "platform.git").symlink_to(repository.path)
    behaviour.login = f"oauth2:{SECRET}"
    with serving(behaviour) as url:
        behaviour.redirect = f"{url}/moved"
        source = opens(branch(f"{url}/platform.git", store, token=TOKEN), the_secret)

        assert contents(source, source.snapshot()) == FILES


def test_a_redirect_to_another_host_does_not_take_the_token_along(
    repository: Repository, store: Path, opens: Opens, behaviour: Behaviour
) -> None:
    repository.commit(FILES)
    elsewhere = Behaviour(repository.path.parent, login="anybody:anything")
    with serving(elsewhere) as other, serving(behaviour) as url:
        behaviour.redirect = f"{other}/moved"
        with pytest.raises(SourceRefused, match="credentials"):
            opens(branch(f"{url}/platform.git", store, token=TOKEN), the_secret).snapshot()

    assert elsewhere.requests
    assert set(elsewhere.authorisations) == {""}


def certificates(tmp_path: Path) -> tuple[ssl.SSLContext, str]:
    """A context for a server named localhost, and the file of the authority that signed for it."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    file = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(file)
    return context, str(file)


def test_https_with_an_authority_of_one_s_own(
    repository: Repository, store: Path, opens: Opens, behaviour: Behaviour, tmp_path: Path
) -> None:
    repository.commit(FILES)
    behaviour.login = f"oauth2:{SECRET}"
    context, authority = certificates(tmp_path)
    with serving(behaviour, context) as url:
        source = opens(branch(f"{url}/platform.git", store, token=TOKEN, ca_file=authority), the_secret)

        assert contents(source, source.snapshot()) == FILES


@pytest.mark.parametrize("variable", [None, "GIT_SSL_NO_VERIFY"])
def test_a_certificate_of_nobody_known_is_refused_and_gets_no_token(
    repository: Repository,
    store: Path,
    opens: Opens,
    behaviour: Behaviour,
    *,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    variable: str | None,
) -> None:
    repository.commit(FILES)
    if variable is not None:
        monkeypatch.setenv(variable, "1")
    context, _ = certificates(tmp_path)
    with serving(behaviour, context) as url, pytest.raises(SourceRefused, match="certificate is not trusted") as refused:
        opens(branch(f"{url}/platform.git", store, token=TOKEN), the_secret).snapshot()

    assert "ca_file" in refused.value.next_step
    assert behaviour.requests == []


def test_a_proxy_of_the_environment_is_used(store: Path, opens: Opens, behaviour: Behaviour, monkeypatch: pytest.MonkeyPatch) -> None:
    behaviour.answer = (404, b"")
    with serving(behaviour) as url:
        monkeypatch.setenv("http_proxy", url)
        with pytest.raises(RefNotFound):
            opens(branch("http://git.invalid/platform.git", store)).snapshot()

    assert behaviour.requests == ["GET http://git.invalid/platform.git/info/refs?service=git-upload-pack"]


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (403, b"", SourceRefused),
        (404, b"", RefNotFound),
        (429, b"", SourceUnreachable),
        (500, b"", SourceUnreachable),
        (503, b"", SourceUnreachable),
        (200, b"<html>Sign in</html>", RefNotFound),
    ],
)
def test_what_the_server_answers_decides_who_must_act(
    store: Path, opens: Opens, behaviour: Behaviour, *, status: int, body: bytes, kind: type[SourceError]
) -> None:
    behaviour.answer = (status, body)
    with serving(behaviour) as url, pytest.raises(SourceError) as failed:
        opens(branch(f"{url}/platform.git", store)).snapshot()

    assert (type(failed.value), bool(failed.value.next_step)) == (kind, True)


def test_nobody_at_the_address_is_unreachable(store: Path, opens: Opens) -> None:
    with pytest.raises(SourceUnreachable, match="does not answer") as failed:
        opens(branch("http://127.0.0.1:1/platform.git", store)).snapshot()

    assert "next pass" in failed.value.next_step


def test_dumb_http_is_read_whole_since_it_gives_nothing_less(
    repository: Repository, store: Path, opens: Opens, behaviour: Behaviour
) -> None:
    repository.commit({"first.json": b""})
    repository.commit(FILES)
    repository.git("update-server-info")
    behaviour.dumb = True
    with serving(behaviour) as url:
        source = opens(branch(f"{url}/platform.git", store))

        assert contents(source, source.snapshot()) == FILES
        assert source.fetches == 2

        repository.commit({"next.json": b""})
        repository.git("update-server-info")
        assert paths(source.snapshot()) == ["next.json"]
        assert source.fetches == 3


def test_a_commit_that_the_server_gives_by_its_branch_only_is_found(
    repository: Repository, store: Path, opens: Opens, behaviour: Behaviour
) -> None:
    commit = repository.commit(FILES)
    repository.commit({"later.json": b""})
    behaviour.old_protocol = True
    with serving(behaviour) as url:
        source = opens(settings(f"{url}/platform.git", store, ref_kind=RefKind.COMMIT, ref=commit))
        snapshot = source.snapshot()

        with pytest.raises(RefNotFound, match="has no commit 1111"):
            opens(settings(f"{url}/platform.git", store, ref_kind=RefKind.COMMIT, ref="1" * 40)).snapshot()

    assert contents(source, snapshot) == FILES


def test_a_server_that_never_answers_is_left_in_time_with_all_its_children(store: Path, opens: Opens) -> None:
    with silent() as port:
        begun = time.monotonic()
        with pytest.raises(SourceUnreachable, match="did not answer in time"):
            opens(branch(f"http://127.0.0.1:{port}/platform.git", store, timeout=0.5)).snapshot()

        assert time.monotonic() - begun < 30
        assert commands(f"127.0.0.1:{port}/") == []


def fake_ssh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str) -> Path:
    """Puts a program named ssh before the real one. It writes its arguments down, one a line, then does as `program` says."""
    argv = tmp_path / "argv"
    ssh = tmp_path / "bin" / "ssh"
    ssh.parent.mkdir()
    ssh.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >{shlex.quote(str(argv))}\nfor last; do :; done\n{program}\n')
    ssh.chmod(0o755)
    monkeypatch.setenv("PATH", str(ssh.parent), prepend=os.pathsep)
    return argv


@pytest.mark.parametrize("form", ["ssh://git@git.example:2222{path}", "git@git.example:{path}"])
def test_ssh_is_given_key_and_known_hosts_and_asks_nobody(
    repository: Repository, store: Path, opens: Opens, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, form: str
) -> None:
    repository.commit(FILES)
    argv = fake_ssh(tmp_path, monkeypatch, 'exec sh -c "$last"')
    source = opens(
        branch(form.format(path=repository.path), store, ssh_key="/run/se crets/k%y", known_hosts="/etc/known hosts", timeout=20)
    )

    assert contents(source, source.snapshot()) == FILES

    given = argv.read_text().splitlines()
    options = [given[index + 1] for index, each in enumerate(given) if each == "-o"]
    assert given[:2] == ["-i", "/run/se crets/k%%y"]
    assert {
        "IdentitiesOnly=yes", 'UserKnownHostsFile="/etc/known hosts"', "GlobalKnownHostsFile=/dev/null", "StrictHostKeyChecking=yes",
        "BatchMode=yes", "ConnectTimeout=20", "ForwardAgent=no", "ControlPath=none",
    } <= set(options)  # fmt: skip
    assert given[-2:] == ["git@git.example", f"git-upload-pack '{repository.path}'"]


def test_ssh_without_key_and_known_hosts_keeps_to_those_of_the_system(
    repository: Repository, store: Path, opens: Opens, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.commit(FILES)
    argv = fake_ssh(tmp_path, monkeypatch, 'exec sh -c "$last"')
    opens(branch(f"ssh://git.example{repository.path}", store)).snapshot()

    assert "StrictHostKeyChecking=yes" in argv.read_text()
    assert not {"-i", "IdentitiesOnly=yes"} & set(argv.read_text().split())
    assert "KnownHostsFile" not in argv.read_text()


@pytest.mark.parametrize(
    ("says", "kind", "remedy"),
    [
        ("Host key verification failed.", SourceRefused, "ssh-keyscan"),
        ("No ED25519 host key is known for git.example and you have requested strict checking.", SourceRefused, "ssh-keyscan"),
        ("git@git.example: Permission denied (publickey).", SourceRefused, "may read this repository"),
        ('Load key "/run/k": error in libcrypto', SourceRefused, "passphrase"),
        ("@@@@\n@ WARNING: UNPROTECTED PRIVATE KEY FILE! @\n@@@@", SourceRefused, "chmod 600"),
        ("No user exists for uid 1000650000", SourceRefused, "entry"),
        ("ssh: Could not resolve hostname git.example: Name or service not known", SourceUnreachable, "name server"),
        ("ssh: connect to host git.example port 22: Connection timed out", SourceUnreachable, "next pass"),
        ("ERROR: Repository not found.", RefNotFound, "check the url"),
        ("remote: something new under the sun", SourceUnreachable, "next pass"),
    ],
)
def test_what_ssh_says_decides_who_must_act(
    store: Path, opens: Opens, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, says: str, kind: type[SourceError], remedy: str
) -> None:
    fake_ssh(tmp_path, monkeypatch, f"cat >&2 <<'END'\n{says}\nEND\nexit 255")
    with pytest.raises(SourceError) as failed:
        opens(branch("git@git.example:x.git", store)).snapshot()

    assert (type(failed.value), remedy in failed.value.next_step) == (kind, True), failed.value.next_step


def test_words_of_a_server_are_cut_and_cannot_move_the_cursor(
    store: Path, opens: Opens, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_ssh(tmp_path, monkeypatch, r"printf '\033[2J\033[1;31mall is well\007' >&2; head -c 300000 /dev/zero | tr '\0' x >&2; exit 1")
    with pytest.raises(SourceUnreachable) as failed:
        opens(branch("git@git.example:x.git", store)).snapshot()

    assert (failed.value.message.isprintable(), len(failed.value.message) < 600) == (True, True)


def test_an_ssh_that_hangs_is_ended_with_the_children_that_it_started(
    store: Path, opens: Opens, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_ssh(tmp_path, monkeypatch, "sleep 123.456789 & wait")
    with pytest.raises(SourceUnreachable, match="did not answer in time"):
        opens(branch("git@git.example:x.git", store, timeout=0.5)).snapshot()

    assert commands("sleep 123.456789") == []


def test_the_real_ssh_takes_our_options_and_finds_nobody(store: Path, opens: Opens, tmp_path: Path) -> None:
    known = tmp_path / "known hosts"
    known.touch()
    with pytest.raises(SourceUnreachable, match="Connection refused"):
        opens(branch("ssh://git@127.0.0.1:1/x.git", store, known_hosts=str(known), ssh_key=str(known))).snapshot()


def test_the_real_ssh_does_not_wait_for_a_server_that_is_silent(store: Path, opens: Opens) -> None:
    with silent() as port:
        begun = time.monotonic()
        with pytest.raises(SourceUnreachable):
            opens(branch(f"ssh://git@127.0.0.1:{port}/x.git", store, timeout=0.5)).snapshot()

        assert time.monotonic() - begun < 30
        assert commands(f"-p {port}") == []
