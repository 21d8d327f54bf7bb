"""The metadata of one object of the resource API: who it is, in which state, where it lies, and whose it is (reference 5.3 and 5.4).

In: an object as the server gives it, whole or metadata alone. Out: `Head`. What a write would lose or must not touch is decided from here:
a PUT replaces labels and annotations as a whole (transcripts, "managed no edits, put without manager"), and the server lets it through.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import cast

from provisioner.core.model import FolderUid, Json
from provisioner.core.payload import encode
from provisioner.core.server import Mark
from provisioner.core.settings import OWNER_PREFIX
from provisioner.grafana.addresses import folder_uid
from provisioner.grafana.replies import Reply

FOLDER = "grafana.app/folder"
MESSAGE = "grafana.app/message"
GRANT = "grafana.app/grant-permissions"
INTERNAL_ID = "grafana.app/deprecatedInternalID"
OWNER = "provisioner.dev/owner"
"""Our own label: the name of the installation that keeps the object. Labels are kept and can be searched for (transcript, "labels")."""
_MANAGER = "grafana.app/managedBy"
_MANAGER_ID = "grafana.app/managerId"
_SOURCE_PATH = "grafana.app/sourcePath"
_CREATED_BY = "grafana.app/createdBy"
_UPDATED_BY = "grafana.app/updatedBy"
_UPDATED = "grafana.app/updatedTimestamp"

_OF_ONE_SAVE = frozenset({FOLDER, MESSAGE, GRANT, _CREATED_BY, _UPDATED_BY, _UPDATED, "grafana.app/saved-from-ui"})
"""Annotations that the server or each save gives anew: none of them is anybody's to lose."""

_MANAGERS = {
    "classic-file-provisioning": "file provisioning",
    "classic-api-provisioning": "the provisioning API",
    "repo": "Git Sync",
}
_CARRIES = "+"
"""Ends a state whose metadata has more than a save of ours gives: then it has to be looked at before it is written over."""


@dataclass(frozen=True, slots=True)
class Head:
    """`version` is the resourceVersion, `generation` what people read as the version. `owners` are ownerReferences, in words."""

    name: str
    uid: str
    version: str
    generation: int
    created: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    owners: tuple[str, ...] = ()
    finalizers: tuple[str, ...] = ()

    @property
    def id(self) -> int:
        """The number that the dashboard API has for it; where a server gives none any more, one made of the object's own uid."""
        given = self.labels.get(INTERNAL_ID, "")
        return int(given) if given.isascii() and given.isdigit() else int.from_bytes(hashlib.sha256(self.uid.encode()).digest()[:6])

    @property
    def mark(self) -> Mark:
        """Its state says whether a save may go out without a look: then the resourceVersion alone proves that nobody has put a name, a
        label or a manager on it since.
        """
        more = self.carried_labels or self.carried_annotations or self.owners or self.finalizers
        return Mark(self.id, self.generation, self.version + (_CARRIES if more else ""))

    @property
    def folder(self) -> FolderUid:
        return folder_uid(self.annotations.get(FOLDER))

    @property
    def carried_labels(self) -> dict[str, str]:
        """What a save has to carry on. The number is the server's, and kept by it; the owner's mark is given anew by each of ours."""
        return {key: value for key, value in self.labels.items() if key not in {INTERNAL_ID, OWNER}}

    @property
    def owner(self) -> str:
        """The mark of the installation that keeps it, as its tag says it; "" where there is none."""
        return f"{OWNER_PREFIX}{self.labels[OWNER]}" if self.labels.get(OWNER) else ""

    @property
    def carried_annotations(self) -> dict[str, str]:
        return {key: value for key, value in self.annotations.items() if key not in _OF_ONE_SAVE}

    @property
    def managed_by(self) -> str | None:
        """What else writes this object, for people; None when nobody says so. A kind that the server does not know protects nothing there
        (reference 5.4), and names an owner all the same.
        """
        return self.manager or (self.owners[0] if self.owners else None)

    @property
    def manager(self) -> str | None:
        """The manager that the annotations name. Of a folder it is all there is to ask: its ownerReferences name the teams that own it."""
        kind = self.annotations.get(_MANAGER, "")
        if not kind:
            return None
        file = self.annotations.get(_SOURCE_PATH, "").rpartition("/")[2]
        named = file if kind == "classic-file-provisioning" else self.annotations.get(_MANAGER_ID, "")
        return f"{_MANAGERS.get(kind, kind)} ({named})" if named else _MANAGERS.get(kind, kind)

    @property
    def updated_by(self) -> str:
        """Who saved last, as the server names identities: "user:dg51awuovqio0e"."""
        return self.annotations.get(_UPDATED_BY) or self.annotations.get(_CREATED_BY) or ""

    @property
    def updated(self) -> str:
        return self.annotations.get(_UPDATED) or self.created


def head_of(value: Json, unmoved: str = "") -> Head | None:
    """None where the object is none: without a name or a resourceVersion nothing can be done with it.

    `unmoved` is the resourceVersion that a PUT went over: 12.4 leaves it out of its answer when nothing at all was changed, and writes
    nothing then (transcript refusals-12.4.0, "put identical"). Taken for no answer, each such save was told as failed.
    """
    meta = object_in(value, "metadata")
    name, version, generation = meta.get("name"), meta.get("resourceVersion") or unmoved, meta.get("generation")
    if not isinstance(name, str) or not name or not isinstance(version, str) or not version:
        return None
    return Head(
        name=name,
        uid=_text(meta.get("uid")),
        version=version,
        generation=generation if type(generation) is int else 0,
        created=_text(meta.get("creationTimestamp")),
        labels=_texts(meta.get("labels")),
        annotations=_texts(meta.get("annotations")),
        owners=tuple(_owner(each) for each in _list(meta.get("ownerReferences"))),
        finalizers=tuple(_text(each) for each in _list(meta.get("finalizers"))),
    )


def is_absence(reply: Reply) -> bool:
    """Whether the API itself says that the object is not there. A proxy says 404 in JSON too, and so does a server of before 12 to all of
    /apis (transcripts orgs-and-provisioned-8.5.15, "provisioned: resource read"): believed, records of all dashboards were dropped.
    """
    return reply.status == HTTPStatus.NOT_FOUND and reply.fields.get("kind") == "Status"


def owner_label(tag: str) -> dict[str, str]:
    """The label that says what the owner's tag says; none for a name that no label can have (it must end with a letter or a digit)."""
    name = tag.removeprefix(OWNER_PREFIX)
    return {OWNER: name} if name[-1:].isalnum() else {}


def preconditions(head: Head) -> bytes:
    """What a deletion is held to: this very state of this very object. A name that was deleted and made again is another object (reference
    5.2; the server's words in transcript "delete with stale precondition" are those of the check that looks at both).
    """
    named: dict[str, Json] = {"resourceVersion": head.version, **({"uid": head.uid} if head.uid else {})}
    return encode({"preconditions": named})


def version_in(state: str) -> str:
    """The resourceVersion of a mark's state."""
    return state.removesuffix(_CARRIES)


def is_plain(state: str) -> bool:
    """Whether nothing but what a save of ours gives was on the object in that state."""
    return not state.endswith(_CARRIES)


def object_in(value: Json, key: str) -> Mapping[str, Json]:
    """The object under a key; an empty one where there is none."""
    found = value.get(key) if isinstance(value, Mapping) else None
    return cast("dict[str, Json]", found) if isinstance(found, dict) else {}


def _owner(value: Json) -> str:
    kind, name = (_text(value.get(key)) for key in ("kind", "name")) if isinstance(value, dict) else ("", "")
    return f"{kind} {name}".strip() or "another owner"


def _texts(value: Json) -> dict[str, str]:
    return {key: each for key, each in value.items() if isinstance(each, str)} if isinstance(value, dict) else {}


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []


def _text(value: Json) -> str:
    return value if isinstance(value, str) else ""
