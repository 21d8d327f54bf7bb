"""What was made of a dashboard, read as the next pass would read it: does it say what is live?

In: the bytes of a file before they are written. Out: what to tell of them. What would not be read back as this dashboard is held.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from provisioner.core import documents
from provisioner.core.canonical import fingerprint
from provisioner.core.desired import Wants
from provisioner.core.export.bodies import NO_MARKS, as_wanted
from provisioner.core.export.report import Done, Remark
from provisioner.core.inputs import fill, resolve
from provisioner.core.model import Document, FileKind, Fill, Fingerprint, Json, Uid
from provisioner.core.problems import errors


@dataclass(frozen=True, slots=True)
class Expected:
    """A dashboard that a file should hold. `unnamed` is the number of its document, where its uid comes from the path. `marks` are what a
    pass adds to it.
    """

    uid: Uid
    live: Mapping[str, Json]
    unnamed: int | None = None
    marks: Fill = NO_MARKS


def checked(raw: bytes, kind: FileKind, shown: str, expected: Expected, wants: Wants) -> Done:
    """Errors of the file, and a remark where a pass would see something else in it than is live. Something held means: do not write it."""
    uid, reading = expected.uid, documents.read(raw, kind, place_notes=False)
    document = next((each for each in reading.documents if each.uid == uid or (each.uid is None and each.index == expected.unnamed)), None)
    if document is None:
        return Done(held=(Remark(shown, f'dashboard "{uid}" cannot be kept in a file: it would not be read back', _BY_HAND),))
    filling, unfilled = resolve(document, dict(wants.data_sources), dict(wants.variables), wants.server)
    remarks = tuple(Remark(shown, f"the dashboard names ${{{each.name}}}, which has no value: {why}", _UNFILLED) for each, why in unfilled)
    marks = expected.marks
    filling = replace(marks, inputs=filling.inputs, by_name=filling.by_name)
    if not remarks and _filled(raw, kind, document, filling) != as_wanted(expected.live, marks):
        names = ", ".join(f"${{{each.name}}}" for each in document.inputs)
        remarks = (Remark(shown, f"a pass would fill {names} in, and live it stands as it is", _UNFILLED),)
    return Done(problems=tuple(each.within(shown) for each in errors(reading.problems)), remarks=remarks)


def _filled(raw: bytes, kind: FileKind, document: Document, filling: Fill) -> Fingerprint:
    return fingerprint(fill(documents.body(raw, kind, document), filling))


_BY_HAND = "look at its JSON in Grafana: it nests deeper than anything reads, or holds what is no text"
_UNFILLED = "choose a data source in the dashboard, in Grafana, and pull again"
