"""A v2 spec: elements that nothing shows, places that nothing fills.

In: the spec of a resource dashboard.grafana.app/v2*. Out: findings.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from provisioner.core.model import Json
from provisioner.core.rules.anatomy import step, v2_elements
from provisioner.core.rules.finding import Finding, counted, shown


def elements(body: Mapping[str, Json]) -> Iterator[Finding]:
    """Elements and the layout, held against each other."""
    own = body.get("elements")
    named = frozenset(own) if isinstance(own, dict) else frozenset()
    placed = dict(reversed([*_references(body.get("layout"))]))
    for name, pointer in sorted(placed.items(), key=lambda each: each[1]):
        if name not in named:
            yield Finding("element-missing", pointer, f"the layout has a place for {shown(name)}, which elements does not have")
    if placed or named:
        for name in own if isinstance(own, dict) else ():
            if name not in placed:
                yield Finding("element-unplaced", step("/elements", name), f"the layout has no place for {shown(name)}, so it is not shown")


def ids(body: Mapping[str, Json]) -> Iterator[Finding]:
    """One id at two elements."""
    first: dict[float, str] = {}
    for element in v2_elements(body):
        value = element.value.get("id")
        if isinstance(value, int | float):
            other = first.setdefault(value, element.pointer)
            if other != element.pointer:
                message = f"the id {counted(value)} is also that of {shown(other)}"
                yield Finding("panel-id-duplicate", f"{element.pointer}/id", message)


def _references(layout: Json) -> Iterator[tuple[str, str]]:
    """The names that the layout calls for, with their places, in order. Layouts nest: rows in tabs, grids in rows."""
    waiting: list[tuple[Json, str]] = [(layout, "/layout")]
    while waiting:
        value, pointer = waiting.pop()
        if isinstance(value, dict):
            name = value.get("name")
            if value.get("kind") == "ElementReference" and isinstance(name, str):
                yield name, f"{pointer}/name"
            waiting += [(each, step(pointer, key)) for key, each in reversed(value.items()) if isinstance(each, dict | list)]
        elif isinstance(value, list):
            waiting += [(each, f"{pointer}/{index}") for index, each in reversed([*enumerate(value)])]
