"""`_folder` files: the title and uid of the directory that they lie in.

In: what was parsed of one. Out: `FolderDocument` and its problems. Two forms are read: our own (`title`, `uid`, `description`) and Git
Sync's resource (`kind: Folder`). A part that cannot be used is None in the result and an error beside it.
"""

from __future__ import annotations

from difflib import get_close_matches

from provisioner.core.documents.found import Context, Object, object_at
from provisioner.core.identity import RESERVED_FOLDER_UIDS, is_legal_uid
from provisioner.core.model import FolderDocument, FolderUid, Json
from provisioner.core.problems import Problem
from provisioner.core.syntax_text import escaped, printable

_KEYS = ("title", "uid", "description")


def read_folder(values: tuple[Json, ...], context: Context) -> tuple[FolderDocument | None, tuple[Problem, ...]]:
    """What a `_folder` file says; None where it says nothing that can be told."""
    if not values:
        return None, ()
    value = values[0]
    if len(values) > 1:
        return None, (context.problem("folder-invalid", "", f"the file holds {len(values)} documents, and a directory has one folder"),)
    if not isinstance(value, dict):
        return None, (context.problem("folder-invalid", "", "a list stands here", "write title: and, if wanted, uid:"),)
    reader = _Folder(context)
    if "apiVersion" in value or "kind" in value:
        return reader.resource(value)
    return reader.own(value)


class _Folder:
    """Gathers problems while the parts are looked at."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._problems: list[Problem] = []

    def own(self, value: Object) -> tuple[FolderDocument | None, tuple[Problem, ...]]:
        for key in value:
            if key not in _KEYS:
                self._unknown(key)
        return self._made(
            title=self._text(value, "title", "/title"),
            uid=self._uid(value, "uid", "/uid"),
            description=self._text(value, "description", "/description"),
        )

    def resource(self, value: Object) -> tuple[FolderDocument | None, tuple[Problem, ...]]:
        """Git Sync's form: apiVersion folder.grafana.app/…, kind Folder, metadata.name, spec.title."""
        group = str(value.get("apiVersion")).partition("/")[0]
        if value.get("kind") != "Folder" or group != "folder.grafana.app":
            found = f"{printable(str(value.get('kind')))} of {printable(str(value.get('apiVersion')))}"
            self._invalid("", f"expected kind Folder of folder.grafana.app, found {found}")
            return None, tuple(self._problems)
        metadata, spec = object_at(value, "metadata"), object_at(value, "spec")
        return self._made(
            title=self._text(spec, "title", "/spec/title"),
            uid=self._uid(metadata, "name", "/metadata/name"),
            description=self._text(spec, "description", "/spec/description"),
        )

    def _made(self, title: str | None, uid: FolderUid | None, description: str | None) -> tuple[FolderDocument, tuple[Problem, ...]]:
        return FolderDocument(title, uid, description), tuple(self._problems)

    def _text(self, value: Object, key: str, pointer: str) -> str | None:
        said = value.get(key)
        if said is None:
            return None
        if not isinstance(said, str):
            self._invalid(pointer, f"{key} is not text", f'put it in quotes: {key}: "{printable(str(said))}"')
            return None
        if not said.strip():
            if key == "title":
                self._invalid(pointer, "title is blank", "write a title, or leave the key out: then the directory's name is used")
            return None
        return said.strip()

    def _uid(self, value: Object, key: str, pointer: str) -> FolderUid | None:
        said = self._text(value, key, pointer)
        if said is None:
            return None
        if not is_legal_uid(said):
            self._invalid(pointer, f"\"{printable(said)}\" cannot be a uid: at most 40 letters, digits, '-' and '_'", "choose another uid")
            return None
        if said in RESERVED_FOLDER_UIDS:
            self._invalid(pointer, f'"{said}" is a name that Grafana keeps for itself', "choose another uid")
            return None
        return FolderUid(said)

    def _unknown(self, key: str) -> None:
        near = get_close_matches(key, _KEYS, n=1)
        remedy = f"did you mean {near[0]}?" if near else ""
        self._problems.append(
            self._context.problem("folder-key-unknown", f"/{escaped(key)}", f'the key "{printable(key)}" is not known', remedy)
        )

    def _invalid(self, pointer: str, message: str, remedy: str = "") -> None:
        self._problems.append(self._context.problem("folder-invalid", pointer, message, remedy))
