"""Bad configurations: each gets its code, its place and its words, and never another exception."""

from __future__ import annotations

import pytest

from tests.config.builders import SOURCE, Bad, git, server, target, url
from tests.config.conftest import Place

_DURATION = 'expected a duration: seconds, or text such as "30s", "5m", "1m30s" (units ms, s, m, h, d)'
_NAME = 'expected a name: letters, digits, ".", "_" and "-", 63 at most, the first a letter or digit'
_SPAN = 'expected a span of time: seconds, or text such as "10m", "12h", "30d" (units ms, s, m, h, d)'
_INSIDE = "a glob is counted from the source's path and stays in it"
_QUERY = 'the url has a query ("?…") or a fragment ("#…")'

BAD = (
    # the text itself
    Bad("", "config-syntax", 1, 1, "there is nothing in it", "see config.example.yaml"),
    Bad("# nothing yet\n", "config-missing", 0, 0, "the file is empty", "see config.example.yaml"),
    Bad("- a\n", "config-value", 1, 1, "expected keys such as sources and targets; found a list"),
    Bad("sources\n", "config-syntax", 1, 1, "expected an object, found text"),
    Bad("sources: {}\n", "config-missing", 1, 1, "no source is stated"),
    Bad("targets: {}\n", "config-missing", 1, 1, '"sources" is missing', "add sources; config.example.yaml shows how"),
    Bad(f"{SOURCE}log: {{}}\nlog: {{}}\n", "config-syntax", 3, 1, 'the key "log" is already given on line 2', "remove one of the two"),
    Bad(f"{SOURCE}---\nlog: {{}}\n", "config-syntax", 3, 1, "the file has 2 documents; a configuration is one"),
    # keys
    Bad(f"{SOURCE}target: {{}}\n", "config-unknown-key", 2, 1, '"target" is not a key here', 'did you mean "targets"?'),
    Bad(f"{SOURCE}serve:\n  listen: 1\n", "config-unknown-key", 2, 1, '"serve" is not a key here', 'did you mean "server"?'),
    Bad(git("brunch: main"), "config-unknown-key", 5, 7, '"brunch" is not a key here', 'did you mean "branch"?'),
    Bad(target("tokn: t"), "config-unknown-key", 5, 5, '"tokn" is not a key here', 'did you mean "token_file"?'),
    Bad(
        target("token: glsa_abcdefgh12345678"),
        "config-unknown-key",
        5,
        5,
        '"token" is not a key: no secret is written into the configuration',
        "use token_file or token_env",
    ),
    Bad(
        f"{SOURCE}severities:\n  uid-duplicat: error\n",
        "config-unknown-key",
        3,
        3,
        'there is no problem code "uid-duplicat"',
        'did you mean "uid-duplicate"?',
    ),
    # wrong types and words
    Bad(target("timeout: [1]"), "config-value", 5, 5, f"{_DURATION}; found a list"),
    Bad(
        target("timeout: 30 parsecs"),
        "config-value",
        5,
        14,
        '"30 parsecs" is not a duration',
        'write seconds, or text such as "30s" or "1m30s"',
    ),
    Bad(target("timeout: 0"), "config-value", 5, 14, f"{_DURATION}; found the number 0"),
    Bad(target("timeout: true"), "config-value", 5, 14, f"{_DURATION}; found true"),
    Bad(target("timeout: 25h"), "config-value", 5, 14, "a duration is above 0, and a day at the most"),
    Bad(target("org_id: zero"), "config-value", 5, 13, '"zero" is not a whole number of 1 or more'),
    Bad(target("org_id: 1.5"), "config-value", 5, 13, "expected a whole number: 1 or more; found the number 1.5"),
    Bad(target("concurrency: {reads: 65}"), "config-value", 5, 26, "reads is 64 at most", "write reads: 64, or less"),
    Bad(target("policy:"), "config-value", 5, 12, "nothing is stated here", "state something, or take the key out"),
    Bad(
        target("policy: git-wins"),
        "config-value",
        5,
        13,
        'expected policy; found "git-wins"',
        "write keys and values below it; config.example.yaml shows how",
    ),
    Bad(
        target("policy: {conflict: gitwins}"),
        "config-value",
        5,
        24,
        'expected report, git-wins or server-wins; found "gitwins"',
        'did you mean "git-wins"?',
    ),
    Bad(target("folder: 2026"), "config-value", 5, 13, "expected a folder title; found the number 2026", "put it in quotes"),
    Bad(target("folder: General"), "config-value", 5, 13, "Grafana keeps this folder title for the top level", "leave folder out"),
    Bad(target('folder: "a\\nb"'), "config-value", 5, 13, "folder has a line break or another character that cannot be shown"),
    Bad(target("from: local"), "config-value", 5, 11, 'expected a list of source names; found "local"', 'write ["local"]'),
    Bad(target("from: [local, local]"), "config-value", 5, 5, "an entry is stated twice", "leave one of them out"),
    Bad(target("from: [local, locl]"), "config-reference", 5, 19, 'there is no source "locl"', 'did you mean "local"?'),
    Bad(target("from: [local, elsewhere]"), "config-reference", 5, 19, 'there is no source "elsewhere"', "the sources are local"),
    Bad(f"{SOURCE}log: {{level: loud}}\n", "config-value", 2, 14, 'expected debug, info, warning or error; found "loud"'),
    Bad(
        f"{SOURCE}severities: {{config-value: off}}\n",
        "config-value",
        2,
        28,
        "config-value stays an error: nothing could be done in spite of it",
    ),
    Bad(f"{SOURCE}state: {{path: .}}\n", "config-value", 2, 15, "DIR is a directory, not a file", "write path: DIR/provisioner.db"),
    Bad(f"{SOURCE}state: {{path: ~ada/x}}\n", "config-value", 2, 15, '"~ada" is not expanded', "write the path out"),
    Bad(f"{SOURCE}state: {{wait: 25h}}\n", "config-value", 2, 15, "wait is a day at the most"),
    Bad(f"{SOURCE}state: {{wait: -1}}\n", "config-value", 2, 15, f"{_SPAN}; found the number -1"),
    # names
    Bad('sources:\n  "a b": {directory: {path: d}}\n', "config-value", 2, 3, f'{_NAME}; found "a b"', "rename it"),
    Bad("sources: {..: {directory: {path: d}}}\n", "config-value", 1, 11, f'{_NAME}; found ".."', "rename it"),
    Bad("sources:\n  a: {directory: {path: d}}\n  A: {directory: {path: d}}\n", "config-conflict", 3, 3, '"A" and "a" differ in case only'),
    # sources
    Bad("sources:\n  a: {}\n", "config-missing", 2, 3, 'source "a" says neither directory nor git'),
    Bad(
        "sources:\n  a:\n    directory: {path: d}\n    git: {url: /srv/a.git}\n",
        "config-conflict",
        4,
        5,
        "a source is either a directory or a git repository",
        "make two sources of it",
    ),
    Bad(git("branch: main\n      tag: v1"), "config-conflict", 6, 12, "branch and tag are both stated", "leave one of them out"),
    Bad(git("branch: refs/heads/main"), "config-value", 5, 15, "branch takes the short name", "write branch: main"),
    Bad(git("branch: my branch"), "config-value", 5, 15, "git has no branch of that name: it has a character that git refuses"),
    Bad(git("tag: 1.0"), "config-value", 5, 12, "expected a tag; found the number 1.0", "put it in quotes"),
    Bad(git("commit: 3f9c2ab"), "config-value", 5, 15, 'expected the full id of a commit: 40 or 64 hexadecimal digits; found "3f9c2ab"'),
    Bad(
        git("path: /dashboards"),
        "config-value",
        5,
        13,
        "path is counted from the top of the repository and stays in it",
        "write path: dashboards",
    ),
    Bad(git("path: a/../../b"), "config-value", 5, 13, "path is counted from the top of the repository and stays in it", "write path: a/b"),
    Bad(git("include: [/x/*.json]"), "config-value", 5, 17, "a glob is counted from the source's path and stays in it", 'write "x/*.json"'),
    Bad(git("exclude: [./.github/**]"), "config-value", 5, 17, _INSIDE, 'write ".github/**"'),
    Bad(git("exclude: [/]"), "config-value", 5, 17, _INSIDE, "leave it out"),
    Bad(git("include: []"), "config-value", 5, 7, "expected a list of globs; found a list"),
    Bad(
        git("limits: {file_bytes: 10 M}"), "config-value", 5, 28, '"10 M" is not a size', 'write bytes, or text such as "500kB" or "10MiB"'
    ),
    Bad(
        git("ssh_key_file: key"),
        "config-conflict",
        5,
        21,
        "ssh_key_file is of no use here: the url is reached by https",
        "leave it out, or use a url for ssh",
    ),
    Bad(git("user: bob"), "config-missing", 5, 7, "a user is stated, but no password", "add password_file or password_env, or token_file"),
    Bad(git("ca_file: nowhere.pem"), "config-file-unusable", 5, 16, "DIR/nowhere.pem is not there", "create it, or correct the path"),
    Bad(git("ca_file: token"), "config-file-unusable", 5, 16, "DIR/token holds no certificate in PEM form"),
    # urls of repositories
    Bad(url("https://bob:hunter2@git.example/a.git"), "secret-in-url", 4, 12, "the url carries a user or a password"),
    Bad(url("https://ghp_abcdefgh12345678@git.example/a.git"), "secret-in-url", 4, 12, "the url carries a user or a password"),
    Bad(url("ssh://git:hunter2@git.example/a.git"), "secret-in-url", 4, 12, "the url carries a user or a password"),
    Bad(url("bob:hunter2@git.example/a.git"), "secret-in-url", 4, 12, "the url carries a user or a password"),
    Bad(url('"ext::sh -c touch% /tmp/x"'), "config-value", 4, 12, "the url is none of https, ssh, file or a path"),
    Bad(url('"--upload-pack=x"'), "config-value", 4, 12, "the url is none of https, ssh, file or a path"),
    Bad(url("ssh://-oProxyCommand=x/a.git"), "config-value", 4, 12, "the url has no host"),
    Bad(url("git://git.example/a.git"), "config-value", 4, 12, 'git over "git://" is not supported'),
    Bad(url("https://git.example"), "config-value", 4, 12, "the url names a host but no repository", "write https://git.example/path.git"),
    Bad(url("file://a.git"), "config-value", 4, 12, "the file url has no absolute path", "write file:///path/of/the/repository.git"),
    Bad(url("https://git.example/a.git?x=1"), "config-value", 4, 12, _QUERY),
    # urls of servers
    Bad(server("grafana.example"), "config-value", 4, 10, "the url has no scheme", "write https://grafana.example, or http://"),
    Bad(server("ftp://grafana.example"), "config-value", 4, 10, "the url is neither https:// nor http://"),
    Bad(server("https://"), "config-value", 4, 10, "the url has no host", "write a url such as https://grafana.example"),
    Bad(server("https://:3000/x"), "config-value", 4, 10, "the url has no host"),
    Bad(server('"https://grafana.example "'), "config-value", 4, 10, "the url has a space around it", "take the space out"),
    Bad(server("https://grafana.example/a b"), "config-value", 4, 10, "the url has a space in it", "take the space out"),
    Bad(server("https://grafana.example:99999"), "config-value", 4, 10, "the url has a host or a port that cannot be"),
    Bad(server("'https://[::1'"), "config-value", 4, 10, "the url has a host or a port that cannot be"),
    Bad(server("https://grafana.example/?orgId=1"), "config-value", 4, 10, _QUERY, "leave it out"),
    Bad(server("https://admin:hunter2@grafana.example"), "secret-in-url", 4, 10, "the url carries a user or a password"),
    Bad(target("proxy: socks5://p.example"), "config-value", 5, 12, "the url is neither https:// nor http://"),
    Bad(
        target("proxy: http://u:hunter2@p.example"),
        "secret-in-url",
        5,
        12,
        "the url carries a user or a password",
        "use a proxy that asks for no password",
    ),
    # credentials
    Bad(target("user: bob"), "config-missing", 5, 5, "a user is stated, but no password", "add password_file or password_env"),
    Bad(target("password_file: password"), "config-missing", 5, 5, "a password is stated, but no user", "add user"),
    Bad(
        target("token_file: token\n    token_env: HOME"),
        "config-conflict",
        6,
        16,
        "token_file and token_env are both stated",
        "leave one of them out",
    ),
    Bad(
        target("token_file: token\n    user: bob\n    password_file: password"),
        "config-conflict",
        5,
        17,
        "a password and a token are stated",
        "leave one of them out",
    ),
    Bad(
        target("token_file: token\n    user: bob"),
        "config-conflict",
        5,
        17,
        "a user and a token are stated",
        "leave user out: a token needs none",
    ),
    Bad(
        target("token_file: nowhere"),
        "secret-unreadable",
        5,
        17,
        "DIR/nowhere is not there",
        "create it, readable for the provisioner alone",
    ),
    Bad(target("token_file: ."), "secret-unreadable", 5, 17, "DIR is a directory, not a file", "name the file in it"),
    Bad(target("token_env: NOT_SET"), "secret-unreadable", 5, 16, "the environment variable NOT_SET is not set", "set NOT_SET"),
    Bad(target("token_env: not-a-name"), "config-value", 5, 16, 'expected the name of an environment variable; found "not-a-name"'),
    Bad(target("tls: {key_file: key}"), "config-missing", 5, 11, "key_file is stated, but no certificate_file", "add certificate_file"),
    # variables
    Bad(
        target("folder: ${NOT_SET}"),
        "config-variable-unset",
        5,
        13,
        "the environment variable NOT_SET is not set",
        "set it, or write ${NOT_SET:-default}",
    ),
    Bad(target("folder: ${not a name}"), "config-value", 5, 13, '"${" begins a variable, but no name and "}" follow'),
    Bad(target("folder: ${HOME"), "config-value", 5, 13, '"${" begins a variable, but no name and "}" follow', ""),
)


@pytest.mark.parametrize("bad", BAD, ids=[f"{index}-{bad.code}" for index, bad in enumerate(BAD)])
def test_a_bad_configuration_is_told_with_its_place_and_a_remedy(place: Place, bad: Bad) -> None:
    place.file("key", "-----BEGIN PRIVATE KEY-----\n")
    place.tells(bad)


def test_all_problems_are_told_at_once_in_the_order_of_the_file(place: Place) -> None:
    text = "sources:\n  a: {git: {url: https://git.example/a.git, tag: 5, brunch: x}}\ntargets:\n  p: {timeout: x, from: [b]}\nlog: 3\n"
    assert [(each.line, each.code) for each in place.problems(text)] == [
        (2, "config-value"),
        (2, "config-unknown-key"),
        (4, "config-missing"),
        (4, "config-value"),
        (4, "config-reference"),
        (5, "config-value"),
    ]


def test_an_excerpt_shows_the_line_and_points_at_the_place(place: Place) -> None:
    excerpt = place.problem(git("brunch: main")).excerpt

    assert excerpt is not None
    assert (excerpt.line, excerpt.lines, excerpt.caret) == (4, ("      url: https://git.example/a.git", "      brunch: main"), 7)
