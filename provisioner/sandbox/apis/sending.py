"""An object on its way in: what a body says, taken apart, and what is refused before anything is looked up.

In: the JSON of a request. Out: `Sent`, or StatusRefused. Facts: transcript resources-12.4.0 "name with slash" to "bad
panel type default"; reference 5.1 and 5.2 for `fieldValidation`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from provisioner.sandbox.apis import statuses
from provisioner.sandbox.apis.filling import filled, mistakes_in_v2
from provisioner.sandbox.apis.kinds import Asked
from provisioner.sandbox.apis.layouts import is_new_layout
from provisioner.sandbox.apis.migrating import migrated, migration_error, mistakes_in
from provisioner.sandbox.apis.shapes import BY_FILE, FOLDER, INTERNAL_ID, OF_A_FILE, OF_THE_SERVER, sources_of
from provisioner.sandbox.content import whole_number
from provisioner.sandbox.drafts import as_stored
from provisioner.sandbox.objects import MANAGER

_SUFFIX = 5
_SMALL = "abcdefghijklmnopqrstuvwxyz0123456789"
_OWN_FIELDS = ("id", "uid", "version")


@dataclass(frozen=True, slots=True)
class Sent:
    """An object as it was sent. `plain` is its spec as it came, `spec` what it is stored as; `internal_id` 0 asks for none."""

    name: str
    guid: str
    revision: str
    folder_uid: str
    labels: dict[str, str]
    annotations: dict[str, str]
    keeps_file: bool
    internal_id: int
    plain: dict[str, Any]
    spec: dict[str, Any]


def _texts(value: object) -> dict[str, str]:
    return {key: one for key, one in value.items() if isinstance(one, str)} if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def sent_of(asked: Asked, body: dict[str, Any], *, name: str = "", lenient: bool = False) -> Sent:
    """Take an object apart. `name` is that of the address, "" for a create; `lenient` takes what the schema refuses."""
    given = body.get("metadata")
    meta: dict[str, Any] = given if isinstance(given, dict) else {}
    labels, annotations = _texts(meta.get("labels")), _texts(meta.get("annotations"))
    folder = annotations.get(FOLDER, "")
    keeps_file = annotations.get(MANAGER) == BY_FILE
    hidden = OF_THE_SERVER | (OF_A_FILE if keeps_file else frozenset())
    spec = body.get("spec")
    content: dict[str, Any] = spec if isinstance(spec, dict) else {}
    called = _name(asked, meta, name)
    plain = as_stored(asked.server, {key: value for key, value in content.items() if asked.kind.is_folder or key not in _OWN_FIELDS})
    return Sent(
        name=called,
        guid=_text(meta.get("uid")),
        revision=_text(meta.get("resourceVersion")),
        folder_uid="" if folder == "general" else folder,
        labels={key: value for key, value in labels.items() if key != INTERNAL_ID},
        annotations={key: value for key, value in annotations.items() if key not in hidden},
        keeps_file=keeps_file,
        internal_id=whole_number(content.get("id")) or whole_number(labels.get(INTERNAL_ID, "")),
        plain=plain,
        spec=_checked(asked, called, plain, lenient=lenient),
    )


def _name(asked: Asked, meta: dict[str, Any], name: str) -> str:
    """The name of an object: of the body, of the address, or made out of `generateName`."""
    kind, called = asked.kind, _text(meta.get("name"))
    if name and called and called != name:
        raise statuses.bad_request(f"the name of the object ({called}) does not match the name on the URL ({name})")
    namespace = _text(meta.get("namespace"))
    if namespace and namespace != asked.namespace:
        raise statuses.bad_request("the namespace of the provided object does not match the namespace sent on the request")
    called = called or name
    if not called and _text(meta.get("generateName")):
        called = meta["generateName"] + "".join(asked.server.chance.choices(_SMALL, k=_SUFFIX))
    if not called:
        raise statuses.invalid(kind, "", ("metadata.name", "Required value: name or generateName is required"))
    if "/" in called or "%" in called:
        why = f"Invalid value: \"{called}\": may not contain '{'/' if '/' in called else '%'}'"
        raise statuses.invalid(kind, called, ("metadata.name", why))
    return called


def _checked(asked: Asked, name: str, plain: dict[str, Any], *, lenient: bool) -> dict[str, Any]:
    """The spec as it is stored; v0alpha1 takes everything, v1 migrates, v2 wants its shape."""
    if asked.kind.is_folder:
        return plain
    if is_new_layout(asked.version):
        made, wrong = filled(plain), mistakes_in_v2(filled(plain))
    elif asked.version.startswith("v1"):
        made = migrated(plain, sources_of(asked))
        failed = migration_error(plain)
        wrong = (("spec", f'Invalid value: "{name}": {failed}'),) if failed else mistakes_in(made)
    else:
        return plain
    if wrong and not lenient:
        raise statuses.invalid(asked.kind, name, *wrong)
    return made
