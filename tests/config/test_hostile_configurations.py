"""Any bytes, and any values under known keys, give settings or problems, never another exception."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from provisioner.core.problems import Severity
from tests.config.conftest import Place


@pytest.mark.parametrize(
    "text",
    [
        b"\xff\xfes\x00o\x00",
        b"a: " + b"[" * 10_000,
        b"a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b, *b]\n",
        b"<<<<<<< HEAD\na: 1\n=======\na: 2\n>>>>>>> x\n",
        b"a: .nan\nsources: 1e999\n",
        b"\t\t\t",
        b"sources: &s\n  <<: *s\n",
        b'{"sources": "\\ud800", "\\ud800": 1}',
        b"? [a]\n: b\n",
        b"sources: {1: 2, true: {null: 3}}\n",
        b"targets: {p: {url: 'http://[v1.x]/', timeout: " + b"9" * 5000 + b"}}\n",
        b"targets: {p: {url: 'https://\xef\xbc\x8f.example/', datasources: {a: 1}, variables: {b: [1]}}}\n",
    ],
)
def test_hostile_files_give_problems_and_no_other_exception(place: Place, text: bytes) -> None:
    assert all(each.severity is Severity.ERROR for each in place.problems(text))
    assert place.problems(text)


_KEYS = st.sampled_from(
    [
        "sources",
        "targets",
        "severities",
        "state",
        "log",
        "path",
        "git",
        "directory",
        "url",
        "branch",
        "tag",
        "commit",
        "include",
        "limits",
        "files",
        "file_bytes",
        "user",
        "password_file",
        "token_env",
        "token_file",
        "from",
        "folder",
        "datasources",
        "variables",
        "policy",
        "conflict",
        "tls",
        "ca_file",
        "timeout",
        "attempts",
        "concurrency",
        "reads",
        "level",
        "format",
        "x",
        "org_id",
        "drift",
        "adopt",
        "prune",
        "enabled",
        "max_deletions",
        "grace",
        "keep",
        "overrides",
        "paths",
        "owner",
        "include",
        "defaults",
        "target",
        "server",
        "listen",
        "hooks",
        "provider",
        "secret_env",
        "networks",
        "daemon",
        "stop_grace",
        "watch",
        "interval",
    ]
)
_SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=12)
    | st.sampled_from(
        [
            "https://g.example",
            "git@h:p",
            "a",
            "${HOME}",
            "${X",
            "~",
            "~/x",
            "token",
            "10MiB",
            "5m",
            ".",
            "\x00",
            "\ud800",
            "general",
            "revert",
            "10%",
            "30d",
            "a/**",
            "*.yaml",
            "config.yaml",
            ":80",
            "10.0.0.1/8",
            "gitlab",
        ]
    )
)
_VALUES = st.recursive(_SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=6), max_leaves=40)


def written(value: object) -> str:
    """JSON with what JSON has not (NaN, half a character), as a person might write it."""
    match value:
        case dict():
            return "{" + ", ".join(f'"{key}": {written(each)}' for key, each in value.items()) + "}"
        case list():
            return "[" + ", ".join(written(each) for each in value) + "]"
        case str():
            return '"' + "".join(each if each.isalnum() or each in " :/.~${@" else f"\\u{ord(each) % 65536:04x}" for each in value) + '"'
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case _:
            return repr(value)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw=st.binary(max_size=200) | st.text(alphabet="abc:{}[]-&*!|>\"'#\n \t?,<%@`$", max_size=60).map(str.encode))
def test_any_bytes_give_settings_or_problems(place: Place, raw: bytes) -> None:
    place.problems(raw)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sources=_VALUES, targets=_VALUES, others=_VALUES)
def test_any_values_under_known_keys_give_settings_or_problems(place: Place, sources: object, targets: object, others: object) -> None:
    text = f'{{"sources": {{"a": {{"git": {written(sources)}}}}}, "targets": {{"p": {written(targets)}}}, "log": {written(others)}}}'
    place.problems(text)
