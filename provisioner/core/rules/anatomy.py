"""Where the parts of a dashboard are: panels, variables, annotations, elements.

In: a dashboard's own object of any generation, right or wrong. Out: its parts with their places. What is not of the kind looked for is
left out, so a rule never meets anything but objects.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from provisioner.core.model import Json
from provisioner.core.rules.finding import shown

Object: TypeAlias = dict[str, Json]


@dataclass(frozen=True, slots=True)
class Part:
    """An object inside the dashboard, and its JSON pointer from the dashboard's own object."""

    pointer: str
    value: Object


@dataclass(frozen=True, slots=True)
class Anatomy:
    """A dashboard taken apart once, for all rules. Rows are panels too; so are the panels of `rows` as they were up to Grafana 4."""

    body: Mapping[str, Json]
    panels: tuple[Part, ...]
    variables: tuple[Part, ...]
    annotations: tuple[Part, ...]


def anatomy(body: Mapping[str, Json]) -> Anatomy:
    """The parts of a classic dashboard."""
    return Anatomy(
        body,
        tuple(_panels(body)),
        tuple(parts(_under(body.get("templating"), "list"), "/templating/list")),
        tuple(parts(_under(body.get("annotations"), "list"), "/annotations/list")),
    )


def is_v2(body: Mapping[str, Json]) -> bool:
    """Whether the object is made as v2 specs are, whatever it is wrapped in."""
    return isinstance(body.get("elements"), dict) and "panels" not in body and "rows" not in body


def parts(value: Json, pointer: str) -> Iterator[Part]:
    """The objects of a list, none where it is no list."""
    if isinstance(value, list):
        for index, each in enumerate(value):
            if isinstance(each, dict):
                yield Part(f"{pointer}/{index}", each)


def step(pointer: str, key: str) -> str:
    """The pointer to a key below."""
    return f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}"


def title_of(panel: Object) -> str:
    """A panel as a person would point at it."""
    title = panel.get("title")
    return f"panel {shown(title)}" if isinstance(title, str) and title.strip() else "a panel without a title"


def v2_variables(body: Mapping[str, Json]) -> Iterator[Part]:
    """The `spec` of each variable of a v2 spec."""
    return specs(parts(body.get("variables"), "/variables"))


def v2_elements(body: Mapping[str, Json]) -> Iterator[Part]:
    """The `spec` of each element of a v2 spec."""
    elements = body.get("elements")
    if isinstance(elements, dict):
        yield from specs(Part(step("/elements", name), each) for name, each in elements.items() if isinstance(each, dict))


def _panels(body: Mapping[str, Json]) -> Iterator[Part]:
    for panel in parts(body.get("panels"), "/panels"):
        yield panel
        if "panels" in panel.value:
            yield from parts(panel.value["panels"], f"{panel.pointer}/panels")
    for row in parts(body.get("rows"), "/rows"):
        yield from parts(row.value.get("panels"), f"{row.pointer}/panels")


def specs(wrapped: Iterator[Part]) -> Iterator[Part]:
    """The `spec` of each typed object."""
    return (below(each, "spec") for each in wrapped)


def below(part: Part, key: str) -> Part:
    """The object under a key, an empty one where there is none."""
    value = part.value.get(key)
    return Part(f"{part.pointer}/{key}", value if isinstance(value, dict) else {})


def _under(value: Json, key: str) -> Json:
    return value.get(key) if isinstance(value, dict) else None
