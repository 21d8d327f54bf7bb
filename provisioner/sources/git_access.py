"""How a repository is reached: which transport a url means, the credentials, ssh, TLS, and how all of it is kept out of sight.

In: `GitSettings` and the way to secrets. Out: an `Access`, whose `setup` is what a git child that speaks to the server is given.

Where a password goes: into the environment of that one child, from which a helper of one line hands it to git when git asks, and git asks
for this scheme, host and port alone. Not into the url and not into an argument: those are shown to every user of the machine, and git
writes urls into errors and files. Not into a header (`http.extraHeader`): it would follow a redirect to another host. An environment is
readable by the same user and root, who can read the secret's file too.
"""

from __future__ import annotations

import base64
import os
import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

from provisioner.core.errors import SourceRefused
from provisioner.core.secret import Reveal
from provisioner.core.settings import GitSettings
from provisioner.sources.git_child import Setup

_SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*)://")
_HELPER = re.compile(r"[a-zA-Z0-9+.-]*::")
_SCP = re.compile(r"[^/:]+:(?!//)")
_ALLOWED = {"https": "https", "http": "http:https", "ssh": "ssh", "file": "file"}
"""Scheme → what git may speak in the course of it: a redirect may lead from http to https, never back."""

_ASKED = '!f() { test "$1" = get && printf "username=%s\\npassword=%s\\n" "$PROVISIONER_GIT_USER" "$PROVISIONER_GIT_PASSWORD"; }; f'
_ANYBODY = "oauth2"


@dataclass(frozen=True, slots=True)
class Access:
    """`url` is as git is given it, `shown` as people are; `secrets` is what must not be seen in any text."""

    url: str
    shown: str
    scheme: str
    setup: Setup
    secrets: tuple[str, ...] = ()

    def redacted(self, text: str) -> str:
        """The text without the secrets of this access."""
        return redacted(text, self.secrets)


def access(settings: GitSettings, reveal: Reveal) -> Access:
    """Reads the secrets anew, so that a rotated one is followed. Raises SourceRefused on a url that is not taken, SecretUnreadable."""
    scheme, url = _target(settings)
    variables = {"GIT_ALLOW_PROTOCOL": _ALLOWED[scheme]}
    configuration: dict[str, str] = {}
    secrets: tuple[str, ...] = ()
    if scheme == "ssh":
        variables |= {"GIT_SSH_COMMAND": _ssh(settings), "GIT_SSH_VARIANT": "ssh"} | _home()
    if scheme in {"http", "https"}:
        # A server that falls silent ends git-remote-https even where we are not there any more to end it.
        configuration |= {"http.lowSpeedLimit": "1", "http.lowSpeedTime": str(max(1, round(settings.timeout)))}
        if settings.ca_file is not None:
            variables["GIT_SSL_CAINFO"] = settings.ca_file
        login = _login(settings, reveal)
        if login is not None:
            user, password = login
            secrets = _forms(user, password)
            variables |= {"PROVISIONER_GIT_USER": user, "PROVISIONER_GIT_PASSWORD": password}
            configuration |= {f"credential.{_origin(url)}.helper": _ASKED, "http.proactiveAuth": "basic"}
    return Access(url, redacted(settings.url, secrets), scheme, Setup(configuration, variables), secrets)


def redacted(text: str, secrets: tuple[str, ...]) -> str:
    """Every secret, and whatever stands in a url where a password does, as `***`. For every text that git had a part in."""
    for secret in secrets:
        text = text.replace(secret, "***")
    return re.sub(r"(?<=://)[^/@\s]*@", "***@", text)


def _target(settings: GitSettings) -> tuple[str, str]:
    """The scheme, and the url as git shall have it."""
    url = settings.url
    given = _SCHEME.match(url)
    if not url or url.startswith("-") or any(ord(char) < 0x20 or ord(char) == 0x7F for char in url):
        raise _refused(url, "is none")
    if given is not None:
        scheme = given.group(1).lower()
        if scheme not in _ALLOWED:
            raise _refused(url, f"uses {scheme}://, which is not taken")
        user, at, host = urlsplit(url).netloc.rpartition("@")
        if at and (":" in user or scheme != "ssh"):  # a token is often put where the user belongs
            raise _refused(url, "carries credentials: they would show in process lists. Use token_file, or user with password_file")
        if scheme != "file" and (not host or host.startswith(("-", ":"))):
            raise _refused(url, "names no host")
        return scheme, url
    if _HELPER.match(url):
        raise _refused(url, "would start a program")
    if _SCP.match(url):
        return "ssh", url
    return "file", str(Path(url).absolute())


def _refused(url: str, why: str) -> SourceRefused:
    shown = redacted(url, ()).encode("unicode_escape").decode("ascii")
    return SourceRefused(
        f"the url {shown!r} {why}", next_step="state a url with https://, http://, ssh:// or file://, user@host:path, or a path"
    )


def _login(settings: GitSettings, reveal: Reveal) -> tuple[str, str] | None:
    secret = settings.token or settings.password
    if secret is None:
        return None
    user, password = settings.user or _ANYBODY, reveal(secret)
    if any(char in user + password for char in "\n\r\0"):
        raise SourceRefused(
            f"{secret.setting} holds more than one line, which no password has", next_step="keep the secret alone in its file"
        )
    return user, password


def _forms(user: str, password: str) -> tuple[str, ...]:
    """The shapes in which a password may turn up, longest first, so that none is left in part."""
    basic = base64.b64encode(f"{user}:{password}".encode()).decode("ascii")
    return tuple(sorted({form for form in (password, quote(password, safe=""), quote(password), basic) if form}, key=len, reverse=True))


def _origin(url: str) -> str:
    """Scheme, host and port, as git compares them when it looks for a helper."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def _ssh(settings: GitSettings) -> str:
    """The command that git runs as ssh. It asks nobody anything, and speaks to no host whose key is not known."""
    options = {
        "BatchMode": "yes",
        "StrictHostKeyChecking": "yes",
        "ConnectTimeout": str(max(1, min(30, round(settings.timeout)))),
        "ServerAliveInterval": "15",
        "ClearAllForwardings": "yes",
        "ForwardAgent": "no",
        "PermitLocalCommand": "no",
        "ControlPath": "none",  # a shared connection outlives its first user, and holds git's pipes open
    }
    key: list[str] = []
    if settings.ssh_key is not None:
        key = ["-i", settings.ssh_key.replace("%", "%%")]
        options["IdentitiesOnly"] = "yes"
    if settings.known_hosts is not None:
        options["UserKnownHostsFile"] = '"' + settings.known_hosts.replace("%", "%%") + '"'
        options["GlobalKnownHostsFile"] = "/dev/null"  # a stated file is the whole list
    return shlex.join(["ssh", *key, *(part for name, value in options.items() for part in ("-o", f"{name}={value}"))])


def _home() -> dict[str, str]:
    """OpenSSH finds the user's configuration without HOME, but a ProxyCommand in it may well need it. git's own is off anyway."""
    return {"HOME": os.environ.get("HOME", "/")}
