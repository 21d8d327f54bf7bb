"""Live dashboards → the bytes of files: new ones in one order and form, changed ones with only what changed.

In: a dashboard as the server has it; the bytes of the file that holds it already. Out: bytes, or None where it cannot be done truly.
New files have uid, title, description and tags first, then the rest by name as Grafana's own export has it, then variables and panels; two
spaces, letters of all scripts as they are.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import orjson

from provisioner.core import documents
from provisioner.core.canonical import fingerprint
from provisioner.core.export.alike import counterparts
from provisioner.core.export.holes import ways_back, with_holes
from provisioner.core.export.patch import patched
from provisioner.core.export.yaml_text import yaml_text
from provisioner.core.inputs import fill, unmarked
from provisioner.core.model import DesiredDashboard, Document, FileKind, Fill, Fingerprint, Json, Shape, Uid
from provisioner.core.syntax import YAML_KINDS, decoded, parse, parse_again
from provisioner.core.syntax_text import tokens

NO_MARKS = Fill()

_FIRST, _LAST = ("uid", "title", "description", "tags"), ("templating", "panels", "rows", "variables", "elements", "layout")
_SCRATCH = frozenset({"id", "version", "iteration", "uid", "__inputs", "__requires", "__elements"})
"""What the normal form leaves out at the top: it is the file's own, or nobody's."""

_GROUP = "dashboard.grafana.app/"
_CLASSIC_FORM = "v0alpha1"
"""The one that keeps classic content as it is (reference 0.1)."""

_OF_A_LIBRARY_PANEL = ("gridPos", "id", "title")
_HEADING = re.compile(r"(?:[ \t]*(?:#[^\n]*)?\n)*")


@dataclass(frozen=True, slots=True)
class Change:
    """A dashboard of a file, as it should be from now on. `named` writes its uid into it, for one whose uid came from the path. `form` is
    the version of its elements and layout, "" for classic content.
    """

    known: DesiredDashboard
    live: Mapping[str, Json]
    named: bool = False
    form: str = ""

    @property
    def reforms(self) -> bool:
        """Whether the server keeps it in another form than the file: elements and layout instead of panels, or the other way round."""
        return self.form != self.known.document.form


def made(uid: Uid, content: Mapping[str, Json], marks: Fill = NO_MARKS, form: str = "") -> bytes:
    """A new file. What our reader would not take for a dashboard as it stands gets the wrapper that Grafana's own answers have. Content
    with elements and layout is a resource, which alone says the version that it is written in (`form`).

    `marks` are the owner's tag and what stands for the folder: a pass adds them, so no file has them.
    """
    body: dict[str, Json] = {key: _sorted(each) for key, each in unmarked(content, marks).items() if key not in _SCRATCH}
    if form:
        return _json({"apiVersion": _GROUP + form, "kind": "Dashboard", "metadata": {"name": uid}, "spec": _ordered(body)})
    whole = _ordered({"uid": uid, **body})
    raw = _json(whole)
    return raw if documents.read(raw, FileKind.JSON, place_notes=False).documents else _json({"meta": {}, "dashboard": whole})


def _ordered(body: dict[str, Json]) -> dict[str, Json]:
    places = {key: place for place, key in enumerate((*_FIRST, "", *_LAST))}
    return {key: body[key] for key in sorted(body, key=lambda key: (places.get(key, len(_FIRST)), key))}


def reformed(raw: bytes, kind: FileKind, change: Change) -> bytes | None:
    """The file of a dashboard that is kept in another form now (elements and layout, or classic again), which is said beside the content.
    None where a wrapper cannot say it, or others stand in the file.
    """
    document, filling = change.known.document, change.known.fill
    values = parse_again(raw, kind)
    if kind is not FileKind.JSON or filling.inputs or filling.by_name or len(documents.read(raw, kind, place_notes=False).documents) != 1:
        return None
    if document.pointer == "":
        return made(change.known.uid, change.live, filling, change.form)
    if document.shape is not Shape.RESOURCE or document.pointer != "/spec":
        return None
    body = {key: each for key, each in unmarked(change.live, filling).items() if key not in _SCRATCH}
    wrapper = {**values[0], "apiVersion": _GROUP + (change.form or _CLASSIC_FORM)}
    return _json({key: _ordered(body) if key == "spec" else each for key, each in wrapper.items()})


def as_wanted(live: Mapping[str, Json], marks: Fill) -> Fingerprint:
    """What a file should fill to: the live contents, marked as a pass would mark them."""
    return fingerprint(fill(unmarked(live, marks), marks_of(marks)))


def marks_of(filling: Fill) -> Fill:
    """Of what fills a dashboard, that which no file has."""
    return replace(filling, inputs=(), by_name=())


def is_same(change: Change, raw: bytes, kind: FileKind) -> bool:
    """Whether the file says already what is live."""
    own = documents.body(raw, kind, change.known.document)
    return fingerprint(fill(own, change.known.fill)) == as_wanted(change.live, change.known.fill)


def rewritten(raw: bytes, kind: FileKind, changes: Sequence[Change]) -> bytes | None:
    """The file with these dashboards changed and all else as it was: wrappers, neighbours, key order, layout, holes.

    YAML loses its comments, save those at its head. None where the holes of a file cannot be kept, or what came out would not be read back.
    """
    if any(each.reforms for each in changes):
        return reformed(raw, kind, changes[0]) if len(changes) == 1 else None
    text = decoded(raw)[0]
    values = list(parse_again(raw, kind))
    bodies: list[tuple[Document, dict[str, Json]]] = []
    for each in changes:
        document = each.known.document
        body = _successor(each, documents.body(raw, kind, document))
        if body is None:
            return None
        bodies.append((document, body))
        values[document.document] = _put(values[document.document], tokens(document.pointer), body)
    if kind in YAML_KINDS:
        heading = _HEADING.match(text)
        result = (heading[0] if heading else "") + "---\n".join(yaml_text(value) for value in values)
    else:
        result = patched(text, values[0])
    out = result.encode("utf-8", "backslashreplace")
    return out if _says(out, kind, bodies) else None


def loses_comments(raw: bytes, kind: FileKind) -> bool:
    """Whether rewriting the file would."""
    text = decoded(raw)[0] if kind in YAML_KINDS else ""
    heading = _HEADING.match(text)
    return re.search(r"(?:^|\s)#", text[heading.end() if heading else 0 :]) is not None


def _successor(change: Change, own: dict[str, Json]) -> dict[str, Json] | None:
    """What stands in the file's place from now on; None where holes would not fill to what is live."""
    known = change.known
    kept = {key: each for key, each in own.items() if key in _SCRATCH}
    if change.named:
        kept["uid"] = known.uid
    live = {key: each for key, each in unmarked(change.live, known.fill).items() if key not in _SCRATCH}
    if own.get("__elements"):
        return None
    if known.fill.inputs or known.fill.by_name:
        filled = fill(own, replace(known.fill, tag="", folder_tag="", prefix=""))
        live = with_holes(own, filled, live, ways_back(known.document, known.fill, own))
    order = [key for key in own if key in kept or key in live]
    successor = {key: kept[key] if key in kept else live[key] for key in (*order, *sorted((kept | live).keys() - set(order)))}
    return successor if fingerprint(fill(successor, known.fill)) == as_wanted(change.live, known.fill) else None


def _says(raw: bytes, kind: FileKind, bodies: Sequence[tuple[Document, Mapping[str, Json]]]) -> bool:
    """Whether a reader would find what was written."""
    parsed = parse(raw, kind)
    if any(each.code == "duplicate-key" for each in parsed.problems) or not parsed.whole:
        return False
    return all(fingerprint(documents.body(raw, kind, document)) == fingerprint(body) for document, body in bodies)


def _put(value: Json, way: Sequence[str], body: Json) -> Json:
    """The value with another object at the end of the way. A text on the way that holds JSON is changed as text."""
    if isinstance(value, str):
        inner = parse_again(value.encode(), FileKind.JSON)[0]
        return patched(value, _put(inner, way, body))
    if not way:
        return _in_order(value, body)
    copied: Callable[[Json], Json] = lambda each: _put(each, way[1:], body)  # noqa: E731 - read beside its two uses
    if isinstance(value, list):
        return [copied(each) if place == int(way[0]) else each for place, each in enumerate(value)]
    return {key: copied(each) if key == way[0] else each for key, each in value.items()}


def _in_order(old: Json, new: Json) -> Json:
    """The new value with its keys in the order of the old, for YAML; JSON's own text keeps its order."""
    if isinstance(old, dict) and isinstance(new, dict):
        order = (*(key for key in old if key in new), *sorted(new.keys() - old.keys()))
        return {key: _in_order(old.get(key), new[key]) for key in order}
    if isinstance(new, list):
        before = old if isinstance(old, list) else []
        return [
            _in_order(None if place is None else before[place], each) for each, place in zip(new, counterparts(before, new), strict=True)
        ]
    return new if not isinstance(new, dict) else _sorted(new)


def _sorted(value: Json) -> Json:
    """Keys by name, as Grafana writes them; of a library panel what a file needs, since the rest is a copy that grows old."""
    match value:
        case dict():
            library = value.get("libraryPanel")
            if isinstance(library, dict) and isinstance(library.get("uid"), str) and library["uid"]:
                named = {key: library[key] for key in ("name", "uid") if key in library}
                value = {**{key: value[key] for key in _OF_A_LIBRARY_PANEL if key in value}, "libraryPanel": named}
            return {key: _sorted(value[key]) for key in sorted(value)}
        case list():
            return [_sorted(each) for each in value]
        case _:
            return value


def _json(value: Json) -> bytes:
    try:
        return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    except TypeError:
        text = json.dumps(value, indent=2, ensure_ascii=False)
        return f"{text}\n".encode("utf-8", "backslashreplace")
