"""The holes of a dashboard: inputs (`__inputs`, `${DS_…}`, `${VAR_…}`), and data sources given by name.

In: a dashboard's own object; what a target maps; the server's data sources. Out: the holes with their places, what fills them and why the
rest stays open, and the dashboard with its holes filled. The dashboard handed in is never changed.

Of an export, the library panels that it brings along (`__elements`) become panels of the dashboard: the file then shows the same
everywhere, and nothing has to be in the server's library. Who wants the library's own panel leaves `__elements` out of the file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias

import orjson

from provisioner.core.model import DataSourceName, Document, Fill, Input, Json
from provisioner.core.rules.anatomy import anatomy, is_v2, v2_variables
from provisioner.core.rules.data_sources import Named, classic_names, first_of_each, v2_names
from provisioner.core.schema import pointer
from provisioner.core.server import DataSource

DATA_SOURCE = "datasource"
CONSTANT = "constant"

_EXPORT_KEYS = ("__inputs", "__requires", "__elements")
_PREFIXES: Mapping[str, str] = MappingProxyType({DATA_SOURCE: "DS_", CONSTANT: "VAR_"})
_UNDECLARED = re.compile(r"\$\{((DS|VAR)_[^{}:\"\\$]+)\}")
_UNDECLARED_IN_JSON = re.compile(rb"\$\{((?:DS|VAR)_[^{}:\"\\$]+)\}")

_BUILT_IN: Mapping[str, str] = MappingProxyType(
    {"__expr__": "__expr__", "grafana": "grafana", "mixed": "-- Mixed --", "dashboard": "-- Dashboard --"}
)
"""Inputs that exports declare for what every Grafana has: one with an expression has DS_EXPRESSION, of the plugin `__expr__`."""

_SAME_TYPE: Mapping[str, str] = MappingProxyType(
    {"grafana-testdata-datasource": "testdata", "grafana-postgresql-datasource": "postgres", "grafana-pyroscope-datasource": "phlare"}
)
"""Plugins that were renamed, by their old id: an export says the one, a server the other."""

_MOST_NAMED = 5

_Way: TypeAlias = "tuple[_Way, str | int] | None"
"""The keys from the root to a value, last first. A pointer is only built for what is found."""


def holes(body: Mapping[str, Json]) -> tuple[tuple[Input, ...], tuple[DataSourceName, ...]]:
    """The inputs of a dashboard and the data sources that it gives by name, each with its place, in the order of the file's parts."""
    whole = _standing(body)
    names = first_of_each(_names(whole))
    text = _text(whole)
    declared = tuple(_declared(body.get("__inputs"), text))
    known = frozenset(each.name for each in declared)
    undeclared = () if text is not None and _named_in(text) <= known else tuple(_undeclared(whole, known | _variable_names(whole)))
    return (*declared, *undeclared), tuple(DataSourceName(name, place) for name, place in names.items())


def resolve(
    document: Document,
    mapping: Mapping[str, str],
    variables: Mapping[str, str],
    server: tuple[DataSource, ...] | None,
) -> tuple[Fill, tuple[tuple[Input, str], ...]]:
    """What fills the document's holes on one target, and the inputs that stay open with the reason in words.

    `mapping` gives uids by the name of an input, by the data source's name that Grafana made the input's name of ("Prometheus main" is
    `DS_PROMETHEUS_MAIN`), or by a data source's plain name; `variables` gives the values of all other inputs. `server` is None when its
    data sources are not known. A server that knows data sources by name alone has uids of "": then the name is filled in.
    """
    filled: dict[str, str] = {}
    unfilled: list[tuple[Input, str]] = []
    for each in document.inputs:
        if each.used and each.name not in filled:
            answer = _data_source(each, mapping, server) if each.kind == DATA_SOURCE else _constant(each, variables)
            if isinstance(answer, _Open):
                unfilled.append((each, answer.reason))
            else:
                filled[each.name] = answer
    by_name = {each.name: mapping[each.name] for each in document.by_name if each.name in mapping}
    return Fill(tuple(sorted(filled.items())), tuple(sorted(by_name.items()))), tuple(unfilled)


def fill(body: dict[str, Json], filling: Fill) -> dict[str, Json]:
    """The dashboard with its holes filled, as a new object; the same object when there is nothing to do.

    `${NAME}` is replaced in every text, once: what a value brings in is not looked at again. Keys are left alone. A data source by name
    becomes its uid: a text stays a text, so that Grafana's own migration by schemaVersion goes on working, and an object keeps its type.
    `__inputs`, `__requires` and `__elements` are taken out, as Grafana's own import does (reference 6.1).
    """
    whole = _standing(body)
    if filling == Fill():
        return whole
    uids = dict(filling.by_name)
    owners = {id(each.owner): uids[each.name] for each in _names(whole) if each.name in uids}
    replaced = _replacer(filling)
    filled = {key: _filled(value, replaced, owners) for key, value in whole.items()}
    return _titled(_tagged(_tagged(filled, filling.folder_tag), filling.tag), filling.prefix)


def unmarked(live: Mapping[str, Json], filling: Fill) -> dict[str, Json]:
    """The other way round for what `fill` adds of its own: without the owner's tag, the folder's tag and the folder's prefix."""
    body, added = dict(live), {filling.tag, filling.folder_tag} - {""}
    tags, title = body.get("tags"), body.get("title")
    if isinstance(tags, list) and added.intersection(each for each in tags if isinstance(each, str)):
        body["tags"] = [each for each in tags if each not in added]
    if filling.prefix and isinstance(title, str):
        body["title"] = title.strip().removeprefix(filling.prefix)
    return body


def _titled(body: dict[str, Json], prefix: str) -> dict[str, Json]:
    """With the way to its folder before its title."""
    title = body.get("title")
    return {**body, "title": f"{prefix}{title.strip()}"} if prefix and isinstance(title, str) else body


def _tagged(body: dict[str, Json], tag: str) -> dict[str, Json]:
    """With a tag of ours among its tags, last, where a person's own come first."""
    tags = body.get("tags")
    kept = tags if isinstance(tags, list) else []
    return body if not tag or tag in kept else {**body, "tags": [*kept, tag]}


@dataclass(frozen=True, slots=True)
class _Open:
    """An input that nothing fills, and why."""

    reason: str


def _data_source(each: Input, mapping: Mapping[str, str], server: tuple[DataSource, ...] | None) -> str | _Open:
    """The uid for a data source input: what is mapped, what every Grafana has, or the plain answer of the server."""
    mapped = _mapped(each, mapping)
    if mapped is not None:
        return mapped
    if each.plugin in _BUILT_IN:
        return _BUILT_IN[each.plugin]
    if not each.plugin:
        return _Open("it is not mapped, and nothing says which type of data source it wants")
    if server is None:
        return _Open(f"it is not mapped, and the server's data sources are not known (it wants the type {each.plugin})")
    fitting = sorted((one for one in server if _type(one.type) == _type(each.plugin)), key=lambda one: one.name)
    chosen = fitting if len(fitting) == 1 else [one for one in fitting if one.default]
    if chosen:
        return chosen[0].uid or chosen[0].name
    if not fitting:
        return _Open(f"no data source of type {each.plugin} is on the server")
    more = f" and {len(fitting) - _MOST_NAMED} more" if len(fitting) > _MOST_NAMED else ""
    names = ", ".join(one.name for one in fitting[:_MOST_NAMED])
    return _Open(f"{len(fitting)} data sources of type {each.plugin} on the server: {names}{more}; none is the default")


def _constant(each: Input, variables: Mapping[str, str]) -> str | _Open:
    """The value for any other input: what is mapped, or what it carries."""
    value = _mapped(each, variables)
    if value is None:
        value = each.value
    return _Open("it carries no value, and none is given for it") if value is None else value


def _mapped(each: Input, mapping: Mapping[str, str]) -> str | None:
    """What a mapping has for an input, by its name or by what Grafana made that name of."""
    if each.name in mapping:
        return mapping[each.name]
    prefix = _PREFIXES.get(each.kind, "")
    wanted = each.name.replace(" ", "_")
    return next((mapping[name] for name in sorted(mapping) if f"{prefix}{name}".replace(" ", "_").upper() == wanted), None)


def _type(plugin: str) -> str:
    return _SAME_TYPE.get(plugin, plugin)


# --- finding the holes -------------------------------------------------------------------------------------------------------------------


def _declared(inputs: Json, text: bytes | None) -> Iterator[Input]:
    """The entries of `__inputs`. Whether one is used is looked up in the dashboard's own JSON: that is ten times faster than a walk."""
    for index, each in enumerate(inputs if isinstance(inputs, list) else ()):
        name = each.get("name") if isinstance(each, dict) else None
        if isinstance(name, str) and name:
            yield Input(
                name=name,
                kind=_string(each.get("type")) or CONSTANT,
                plugin=_string(each.get("pluginId")),
                value=_value(each.get("value")),
                pointer=f"/__inputs/{index}",
                used=text is None or (encoded := _text(f"${{{name}}}")) is None or encoded[1:-1] in text,
            )


def _named_in(text: bytes) -> frozenset[str]:
    """The names of `${DS_…}` and `${VAR_…}` in a dashboard's JSON."""
    return frozenset(name.decode() for name in _UNDECLARED_IN_JSON.findall(text))


def _undeclared(whole: Mapping[str, Json], known: frozenset[str]) -> Iterator[Input]:
    """What is used like an input without being one, nor a variable of the dashboard: each at its first place."""
    seen = set(known)
    for way, text, owner in _texts(whole):
        for name, prefix in _UNDECLARED.findall(text):
            if name not in seen:
                seen.add(name)
                kind = DATA_SOURCE if prefix == "DS" else CONSTANT
                plugin = _string(owner.get("type")) if kind == DATA_SOURCE and "uid" in owner else ""
                yield Input(name, kind, plugin=plugin, pointer=pointer(_keys(way)), declared=False)


def _texts(root: Mapping[str, Json]) -> Iterator[tuple[_Way, str, Mapping[str, Json]]]:
    """Every text, in the order of the file, with the way to it and the object around it. Without recursion: nesting has no limit here."""
    waiting: list[tuple[Json, _Way, Mapping[str, Json]]] = [(root, None, root)]
    while waiting:
        value, way, owner = waiting.pop()
        match value:
            case str():
                if "${" in value:
                    yield way, value, owner
            case dict():
                waiting += [(each, (way, key), value) for key, each in reversed(value.items())]
            case list():
                waiting += [(each, (way, index), owner) for index, each in reversed([*enumerate(value)])]
            case _:
                pass


def _keys(way: _Way) -> list[str | int]:
    keys: list[str | int] = []
    while way is not None:
        way, key = way
        keys.append(key)
    return keys[::-1]


def _names(body: Mapping[str, Json]) -> Iterator[Named]:
    return v2_names(body) if is_v2(body) else classic_names(anatomy(body))


def _variable_names(body: Mapping[str, Json]) -> frozenset[str]:
    """`${DS_X}` is a variable where the dashboard has one of that name."""
    own = v2_variables(body) if is_v2(body) else anatomy(body).variables
    return frozenset(name for each in own if isinstance(name := each.value.get("name"), str))


def _text(value: Json) -> bytes | None:
    """The value as JSON, None for the few that orjson does not write: integers over 64 bits, lone surrogates, a nesting of over 254."""
    try:
        return orjson.dumps(value)
    except TypeError:
        return None


def _string(value: Json) -> str:
    return value if isinstance(value, str) else ""


def _value(value: Json) -> str | None:
    """What a constant carries, as the text that is put in its place."""
    if value is None or isinstance(value, str):
        return value
    encoded = _text(value)
    return None if encoded is None else encoded.decode()


# --- filling them ------------------------------------------------------------------------------------------------------------------------


def _standing(body: Mapping[str, Json]) -> dict[str, Json]:
    """The dashboard as it stands alone: without what an export carries along, and with its library panels in their places."""
    if isinstance(body, dict) and not any(key in body for key in _EXPORT_KEYS):
        return body
    whole = {key: value for key, value in body.items() if key not in _EXPORT_KEYS}
    models = _models(body.get("__elements"))
    if models:
        for key in ("panels", "rows"):
            if key in whole:
                whole[key] = _taken_in(whole[key], models)
    return whole


def _models(elements: Json) -> dict[str, dict[str, Json]]:
    """The library panels of an export by uid: an object since Grafana 9, a list in 8."""
    named: Iterable[tuple[Json, Json]] = elements.items() if isinstance(elements, dict) else ()
    if isinstance(elements, list):
        named = [(each.get("uid"), each) for each in elements if isinstance(each, dict)]
    return {
        uid: each["model"] for uid, each in named if isinstance(uid, str) and isinstance(each, dict) and isinstance(each.get("model"), dict)
    }


def _taken_in(panels: Json, models: Mapping[str, dict[str, Json]]) -> Json:
    """The panels with each reference replaced by what it refers to. What the panel says itself wins: its id, its place, its title."""
    if not isinstance(panels, list):
        return panels
    return [_with_model(each, models) if isinstance(each, dict) else each for each in panels]


def _with_model(panel: dict[str, Json], models: Mapping[str, dict[str, Json]]) -> dict[str, Json]:
    reference = panel.get("libraryPanel")
    uid = reference.get("uid") if isinstance(reference, dict) else None
    if isinstance(uid, str) and uid in models:
        panel = {**models[uid], **panel}
        del panel["libraryPanel"]
    return {**panel, "panels": _taken_in(panel["panels"], models)} if "panels" in panel else panel


def _replacer(filling: Fill) -> Callable[[str], str]:
    """Replaces all holes of a text in one go, so that the order of the inputs does not matter."""
    values = dict(filling.inputs)
    if not values:
        return str
    hole = re.compile(r"\$\{(" + "|".join(re.escape(name) for name in sorted(values, key=len, reverse=True)) + r")\}")
    return lambda text: hole.sub(lambda found: values[found[1]], text) if "${" in text else text


def _filled(value: Json, replaced: Callable[[str], str], owners: Mapping[int, str]) -> Json:
    """A copy with its texts replaced. `owners` are the objects whose `datasource` is a name, by identity, with the uid that replaces it."""
    match value:
        case str():
            return replaced(value)
        case list():
            return [_filled(each, replaced, owners) for each in value]
        case dict():
            copy = {key: _filled(each, replaced, owners) for key, each in value.items()}
            if id(value) in owners:
                copy["datasource"] = _by_uid(value["datasource"], owners[id(value)])
            return copy
        case _:
            return value


def _by_uid(source: Json, uid: str) -> Json:
    """The same data source by its uid, in the shape it had. In v2 the uid stands under `name`."""
    if not isinstance(source, dict):
        return uid
    return {**source, ("uid" if source.get("uid") else "name"): uid}
