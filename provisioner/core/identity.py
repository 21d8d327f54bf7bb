"""Who is who: uids for dashboards and folders that name none, always the same for the same place (DESIGN section 7).

In: names and paths. Out: uids of at most 40 characters from letters, digits, `-` and `_`. Derivations are a promise: changing one would
make every such dashboard a new one on every server.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata

from provisioner.core.model import ROOT, FolderUid, SourceName, Uid

LONGEST_UID = 40
_HASH_DIGITS = 12
_ILLEGAL = re.compile(r"[^a-z0-9]+")
_LEGAL_UID = re.compile(r"[A-Za-z0-9_-]{1,40}\Z")
RESERVED_FOLDER_UIDS = frozenset({"general", "sharedwithme"})


def is_legal_uid(uid: str) -> bool:
    """As every server from 5 to 13 has it (transcripts, "uid of 41", "uid dotted")."""
    return _LEGAL_UID.match(uid) is not None


def derived_uid(source: SourceName, path: str, index: int) -> Uid:
    """For a document whose file names no uid: from the source's name, the path within it and the document's number in the file."""
    stem = path.rpartition("/")[2].rpartition(".")[0] or path
    return Uid(_readable(stem, f"{source}\0{path}\0{index}"))


def uid_of_name(name: str) -> Uid:
    """For a dashboard of a server that knows names alone (2 to 4), when it becomes a file: from its name there."""
    return Uid(_readable(name, f"name\0{name}"))


def derived_folder_uid(path: str, under: str = "") -> FolderUid:
    """For a directory whose `_folder` file names no uid, from its path and the stated parent's title: sources share directories."""
    return FolderUid(_readable(path.rpartition("/")[2], f"folder\0{under}\0{path}"))


def root_unified(uid: str | None) -> FolderUid:
    """Missing, "" and "general" all mean the root (reference 3.2)."""
    return ROOT if uid in (None, "", "general") else FolderUid(str(uid))


def _readable(name: str, whole: str) -> str:
    """A readable beginning and a hash of all of it: people see uids in urls."""
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    digest = hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()[:_HASH_DIGITS]
    beginning = _ILLEGAL.sub("-", ascii_name).strip("-")[: LONGEST_UID - _HASH_DIGITS - 1].rstrip("-")
    return f"{beginning}-{digest}" if beginning else digest
