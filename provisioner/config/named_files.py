"""Files that the configuration names beside secrets: keys, certificates, known hosts.

In: a part and a key. Out: the absolute path, and the problem when the file is missing, not readable or plainly something else.
Nothing of the contents is kept or told.
"""

from __future__ import annotations

import os
import stat
from enum import Enum
from pathlib import Path

from provisioner.config.complaints import Complaint
from provisioner.config.parts import Part, Surroundings
from provisioner.config.secrets import exposure

LARGEST = 4 * 1024 * 1024
"""Bytes that are looked at. A bundle of all public authorities is 0.2 MB."""


class Holds(Enum):
    """What a file should hold, with the words that it must contain to be it."""

    CERTIFICATES = (b"-----BEGIN CERTIFICATE-----", b"-----BEGIN TRUSTED CERTIFICATE-----", b"-----BEGIN X509 CERTIFICATE-----")
    PRIVATE_KEY = (b"PRIVATE KEY-----",)
    KNOWN_HOSTS = (b"",)  # anything; not (): Python 3.11.2 (Debian 12) makes that a bare object()


def named_file(part: Part, key: str, holds: Holds, around: Surroundings) -> str | None:
    """The absolute path under a key; None when it is not stated. A file that cannot be used is told here, before the work begins."""
    path = part.path(key, around)
    if path is None:
        return None
    complaint = _wrong(path, holds)
    if complaint is not None:
        part.complain(complaint, key)
        return path
    if holds is Holds.PRIVATE_KEY:
        for each in exposure(path):
            part.complain(each, key)
    return path


def refused_by_ssh(path: str) -> Complaint | None:
    """Whether ssh will ignore the key: it does so with one of its own user that others may read, and does not say why."""
    try:
        status = os.stat(path)  # noqa: PTH116 - a Path would only be thrown away
    except OSError:
        return None
    if status.st_uid != os.geteuid() or not status.st_mode & 0o077 or status.st_mode & stat.S_IROTH:
        return None
    return Complaint("secret-readable-by-all", f"others can read {path}, and ssh ignores such a key", f"chmod 600 {path}")


def _wrong(path: str, holds: Holds) -> Complaint | None:
    try:
        with Path(path).open("rb") as file:
            raw = file.read(LARGEST)
    except FileNotFoundError:
        return _complaint(f"{path} is not there", "create it, or correct the path")
    except IsADirectoryError:
        return _complaint(f"{path} is a directory, not a file", "name the file in it")
    except PermissionError:
        return _complaint(f"{path} may not be read", "give the provisioner permission to read it")
    except OSError as error:
        return _complaint(f"{path} cannot be read: {error.strerror}", "name a readable file")
    if any(mark in raw for mark in holds.value):
        return None
    match holds:
        case Holds.CERTIFICATES:
            return _complaint(f"{path} holds no certificate in PEM form", 'name a file with "-----BEGIN CERTIFICATE-----"')
        case _:
            return _complaint(f"{path} holds no private key in PEM form", "name the private key, not the public one")


def _complaint(message: str, remedy: str) -> Complaint:
    return Complaint("config-file-unusable", message, remedy)
