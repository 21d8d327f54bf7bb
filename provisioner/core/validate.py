"""Is this object a dashboard that Grafana can take, and what about it would surprise its author?

In: a dashboard's own object, parsed, with the api version when it is the spec of a resource. Out: findings, all at once, each with a
pointer relative to that object. It never raises for anything that JSON can say, and it changes nothing. The rules are in `rules/`, their
weights in the catalogue, the forms in dashboard.schema.json; inputs are left to `inputs.py`: whether one is filled depends on the target.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from provisioner.core.model import Json
from provisioner.core.rules import bindings, head, panels, v2
from provisioner.core.rules.anatomy import anatomy, is_v2, v2_variables
from provisioner.core.rules.data_sources import classic_names, v2_names
from provisioner.core.rules.finding import Finding
from provisioner.core.schema import Violation, dashboard_schema, known_keys

__all__ = ["Finding", "check"]

MOST_OF_ONE_CODE = 50
"""A person mends one thing after the other; a file of a million empty panels shall not fill the report."""

_V2 = "dashboard.grafana.app/v2"


def check(body: Mapping[str, Json], api_version: str | None) -> tuple[Finding, ...]:
    """Everything that is to be said about one dashboard, errors, warnings and notes together.

    A spec of v0alpha1 and v1* is a classic dashboard. What is wrapped as one kind and made as the other is told as that alone: everything
    else that could be said would follow from it.
    """
    wrapped_as_v2 = api_version is not None and api_version.startswith(_V2)
    if is_v2(body) and not wrapped_as_v2:
        return (_mismatch(api_version, "elements", "panels"),)
    if wrapped_as_v2 and "elements" not in body and ("panels" in body or "rows" in body):
        return (_mismatch(api_version, "panels" if "panels" in body else "rows", "elements"),)
    return tuple(_capped(_v2(body) if wrapped_as_v2 else _classic(body)))


def _classic(body: Mapping[str, Json]) -> Iterator[Finding]:
    yield from _schema(body, "classic")
    whole = anatomy(body)
    yield from head.title(body)
    yield from head.uid(body)
    yield from head.tags(body)
    yield from head.refresh(body.get("refresh"), "/refresh")
    yield from head.schema_version(body)
    yield from head.server_number(body)
    yield from head.keys(body, known_keys("classic"))
    yield from panels.rows(body)
    yield from panels.panels(whole)
    yield from bindings.named_sources(classic_names(whole))
    yield from bindings.default_source(whole)
    yield from bindings.library(whole)
    yield from bindings.variables(whole.variables)


def _v2(body: Mapping[str, Json]) -> Iterator[Finding]:
    yield from _schema(body, "v2")
    time = body.get("timeSettings")
    yield from head.title(body)
    yield from head.tags(body)
    yield from head.refresh(time.get("autoRefresh") if isinstance(time, dict) else None, "/timeSettings/autoRefresh")
    yield from head.server_number(body)
    yield from head.keys(body, known_keys("v2"))
    yield from v2.ids(body)
    yield from v2.elements(body)
    yield from bindings.named_sources(v2_names(body))
    yield from bindings.variables(v2_variables(body))


def _schema(body: Mapping[str, Json], kind: str) -> Iterator[Finding]:
    for each in dashboard_schema(kind).violations(body):
        yield Finding(_code(each), each.pointer, f"{_subject(each)}{each.message}")


def _code(violation: Violation) -> str:
    """What a person would look up: three fields have their own codes, all others share one."""
    if violation.pointer == "/title" or (violation.pointer == "" and violation.key == "title"):
        return "title-invalid"
    if violation.pointer == "/uid":
        return "uid-invalid"
    return "tag-invalid" if violation.pointer.startswith("/tags/") else "field-invalid"


def _subject(violation: Violation) -> str:
    """The field's name in front of a message: "targets: ", or "panels 3: " for an entry of a list; nothing for the whole dashboard."""
    *_, before, last = ("", *violation.pointer.split("/"))
    field = f"{before} {last}" if last.isdecimal() else last.replace("~1", "/").replace("~0", "~")
    return f"{field}: " if field else ""


def _mismatch(api_version: str | None, found: str, missing: str) -> Finding:
    """A v2 body that is not wrapped as v2, or the other way round: a server would store a dashboard without panels."""
    wrapped = f"is wrapped as {api_version}" if api_version else "has no wrapper"
    remedy = 'wrap it: apiVersion "dashboard.grafana.app/v2", kind "Dashboard", metadata.name, spec' if api_version is None else ""
    return Finding("spec-mismatch", f"/{found}", f"the dashboard has {found} instead of {missing}, but {wrapped}", remedy)


def _capped(findings: Iterable[Finding]) -> Iterator[Finding]:
    """The findings, with what is beyond the first fifty of a code in one sentence."""
    count: Counter[str] = Counter()
    beyond: dict[str, Finding] = {}
    for each in findings:
        count[each.code] += 1
        if count[each.code] <= MOST_OF_ONE_CODE:
            yield each
        else:
            beyond.setdefault(each.code, each)
    for code, each in beyond.items():
        yield Finding(code, each.pointer, f"and {count[code] - MOST_OF_ONE_CODE} more like this from here on", each.remedy)
