"""Live folders → `_folder` files, new ones and changed ones.

In: title and uid, and the bytes of a file that speaks of the folder already. Out: bytes. A changed title changes its line alone.
"""

from __future__ import annotations

import re

from provisioner.core import documents
from provisioner.core.documents.found import object_at
from provisioner.core.export.patch import patched
from provisioner.core.export.yaml_text import scalar
from provisioner.core.model import FileKind, FolderUid, Json
from provisioner.core.problems import errors
from provisioner.core.syntax import parse_again

NAME = "_folder.yaml"

_TITLE = re.compile(r"^([ \t]*[\"']?title[\"']?:[ \t]*)([^\n#]*?)([ \t]*(?:#[^\n]*)?\r?)$", re.MULTILINE)


def folder_file(title: str | None, uid: FolderUid) -> bytes:
    """A new one. Without a title the directory's name is it."""
    said = "" if title is None else f"title: {scalar(title)}\n"
    return f"{said}uid: {scalar(uid)}\n".encode("utf-8", "backslashreplace")


def retitled(raw: bytes, kind: FileKind, title: str) -> bytes | None:
    """The file with another title; None where no single change does it."""
    before = documents.read(raw, kind).folder
    for candidate in _candidates(raw, kind, title):
        reading = documents.read(candidate, kind)
        after = reading.folder
        if before is not None and after is not None and (after.title, after.uid) == (title, before.uid) and not errors(reading.problems):
            return candidate
    return None


def _candidates(raw: bytes, kind: FileKind, title: str) -> list[bytes]:
    text = raw.decode("utf-8", "replace")
    if kind is FileKind.FOLDER_JSON:
        value: Json = parse_again(raw, kind)[0]
        resource = "apiVersion" in value
        new = {**(object_at(value, "spec") if resource else value), "title": title}
        return [patched(text, {**value, "spec": new} if resource else new).encode()]
    lines = [f"{text[: found.end(1)]}{scalar(title)}{text[found.start(3) :]}".encode() for found in _TITLE.finditer(text)]
    return [*lines, f"title: {scalar(title)}\n{text}".encode()]
