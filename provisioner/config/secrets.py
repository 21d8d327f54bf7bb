"""Secrets from files and from environment variables.

In: a `Secret`, which names the place. Out: its text, read anew each time, or a refusal that says why. The text is never printed, kept in a
setting, or put into a message.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from provisioner.config.complaints import Complaint
from provisioner.config.parts import is_plain
from provisioner.core.errors import SecretUnreadable
from provisioner.core.secret import Reveal, Secret

LARGEST = 64 * 1024
"""Bytes. No token and no password is near it; a device or a wrong file is not read to its end."""


def reveal(environment: Mapping[str, str]) -> Reveal:
    """What reads secrets. A file is read anew each time, so that a rotated one is followed; a pipe (`<(…)` of a shell) can be read only
    once, so what it gave is kept for as long as the run.
    """
    return partial(_revealed, environment=environment, pipes={})


def examine(secret: Secret, environment: Mapping[str, str]) -> tuple[Complaint, ...]:
    """Reads the secret once, to say early whether it can be read, and whether others can too. A pipe is left for the work itself."""
    try:
        if secret.file is None or not _is_pipe(secret.file):
            _revealed(secret, environment=environment, pipes={})
    except SecretUnreadable as error:
        return (Complaint("secret-unreadable", error.message, error.next_step),)
    return () if secret.file is None else exposure(secret.file)


def exposure(path: str) -> tuple[Complaint, ...]:
    """Whether everybody on this machine may read the file."""
    try:
        status = os.stat(path)  # noqa: PTH116 - a Path would only be thrown away
    except OSError:
        return ()
    if not stat.S_ISREG(status.st_mode) or not status.st_mode & stat.S_IROTH:
        return ()
    return (Complaint("secret-readable-by-all", f"every user of this machine can read {path}", f"chmod 600 {path}"),)


def _is_pipe(path: str) -> bool:
    try:
        mode = os.stat(path).st_mode  # noqa: PTH116 - as above
    except OSError:
        return False
    return not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)


def _revealed(secret: Secret, *, environment: Mapping[str, str], pipes: dict[str, bytes]) -> str:
    if secret.file is not None:
        raw = pipes.get(secret.file)
        if raw is None:
            raw = _bytes(secret.file)
            if _is_pipe(secret.file):
                pipes[secret.file] = raw
        return _text(raw, secret, secret.file)
    name = secret.variable or ""
    if name not in environment:
        raise SecretUnreadable(f"the environment variable {name} is not set", next_step=f"set {name}")
    return _text(os.fsencode(environment[name]), secret, f"the environment variable {name}")


def _bytes(path: str) -> bytes:
    try:
        with Path(path).open("rb") as file:
            raw = file.read(LARGEST + 1)
    except FileNotFoundError as error:
        raise SecretUnreadable(f"{path} is not there", next_step="create it, readable for the provisioner alone") from error
    except IsADirectoryError as error:
        raise SecretUnreadable(f"{path} is a directory, not a file", next_step="name the file in it") from error
    except PermissionError as error:
        raise SecretUnreadable(f"{path} may not be read", next_step="give the provisioner permission to read it") from error
    except OSError as error:
        raise SecretUnreadable(f"{path} cannot be read: {error.strerror}", next_step="name a readable file") from error
    if len(raw) > LARGEST:
        message = f"{path} is larger than {LARGEST} bytes, so it is no secret"
        raise SecretUnreadable(message, next_step="name the file that holds the secret alone")
    return raw


def _text(raw: bytes, secret: Secret, place: str) -> str:
    """The secret alone: without the newline that editors and `echo` put at its end, nor the mark that some put at its beginning."""
    alone = f"put the secret alone into {place}, as plain text on one line"
    try:
        text = raw.decode("utf-8-sig").rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise SecretUnreadable(f"{place} is not text", next_step=alone) from error
    if not text.strip():
        raise SecretUnreadable(f"{place} is empty", next_step=f"put the secret into {place}")
    if "\n" in text or "\r" in text:
        raise SecretUnreadable(f"{place} has more than one line", next_step=alone)
    if not is_plain(text):
        raise SecretUnreadable(f"{place} is not text", next_step=alone)
    if _is_token(secret) and (not text.isascii() or " " in text):
        raise SecretUnreadable(
            f"{place} has a space or a letter that no token has", next_step=f'put the token alone into {place}, without "Bearer" and quotes'
        )
    return text


def _is_token(secret: Secret) -> bool:
    """A token goes into a header as it is; a password is encoded first and may have any letter."""
    return "token" in secret.setting.rpartition(".")[2].lower()
