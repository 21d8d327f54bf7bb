"""Live contents → a file with holes: what a person changed in Grafana, with the holes of the file kept where they were.

In: a dashboard as its file has it, the same with its holes filled, and the live one. Out: the live one with holes, or None where that
cannot be done truly. Nothing is guessed: what comes out fills to the live contents, or does not come out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from provisioner.core.export.alike import counterparts
from provisioner.core.export.patch import same
from provisioner.core.inputs import DATA_SOURCE
from provisioner.core.model import Document, Fill, Json
from provisioner.core.payload import encode

_BY_NAME, _BY_UID = "datasource", "datasource/uid"


def with_holes(own: Mapping[str, Json], filled: Mapping[str, Json], live: Mapping[str, Json], back: Mapping[str, str]) -> dict[str, Json]:
    """The live contents; parts that are equal as filled are as the file has them, and uids of data sources are holes again by `back`."""
    kept: dict[str, Json] = _merged(dict(own), dict(filled), dict(live), back, "")
    return kept


def ways_back(document: Document, filling: Fill, own: Mapping[str, Json]) -> dict[str, str]:
    """The hole for each uid, where only one input has this uid and the file names it nowhere itself."""
    wanted = {each.name for each in document.inputs if each.kind == DATA_SOURCE}
    uses = Counter(value for _, value in filling.inputs)
    text = encode(dict(own))
    return {value: f"${{{name}}}" for name, value in filling.inputs if name in wanted and uses[value] == 1 and encode(value) not in text}


def _merged(own: Json, filled: Json, live: Json, back: Mapping[str, str], within: str) -> Json:
    if same(filled, live):
        return own
    match own, filled, live:
        case dict(), dict(), dict():
            return {key: _member((own, filled), key, each, back, within) for key, each in live.items()}
        case list(), list(), list():
            found = counterparts(filled, live)
            return [
                _turned(each, back, within) if place is None else _merged(own[place], filled[place], each, back, within)
                for each, place in zip(live, found, strict=True)
            ]
        case _:
            return _turned(live, back, within)


def _member(sides: tuple[dict[str, Json], dict[str, Json]], key: str, live: Json, back: Mapping[str, str], within: str) -> Json:
    own, filled = sides
    inner = _below(within, key)
    return _merged(own[key], filled[key], live, back, inner) if key in own and key in filled else _turned(live, back, inner)


def _turned(value: Json, back: Mapping[str, str], within: str) -> Json:
    match value:
        case str() if within in (_BY_NAME, _BY_UID):
            return back.get(value, value)
        case dict():
            return {key: _turned(each, back, _below(within, key)) for key, each in value.items()}
        case list():
            return [_turned(each, back, "") for each in value]
        case _:
            return value


def _below(within: str, key: str) -> str:
    return _BY_UID if within == _BY_NAME and key == "uid" else _BY_NAME if key == _BY_NAME else ""
