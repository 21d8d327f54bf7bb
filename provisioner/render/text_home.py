"""The home dashboard of an organisation, as text: one line, and what to do where something is to be done.

In: a `HomeReport`. Out: lines, and the same in words for other forms.
"""

from __future__ import annotations

from collections.abc import Iterator

from provisioner.core.home import HomeReport, HomeState
from provisioner.render.lines import BAD, DIM, DOUBT, GAP, GOOD, Line, line
from provisioner.render.options import Options
from provisioner.render.runnable import steps

_INDENT = 14
_STYLES = {
    HomeState.KEPT: ("=", DIM),
    HomeState.PENDING: ("~", DOUBT),
    HomeState.SET: ("~", GOOD),
    HomeState.WAITS: ("x", BAD),
    HomeState.DRIFTED: ("*", DOUBT),
    HomeState.CONFLICT: ("!", BAD),
    HomeState.FORBIDDEN: ("x", BAD),
    HomeState.UNSUPPORTED: ("-", DOUBT),
    HomeState.FAILED: ("x", BAD),
}
VERBS = {
    HomeState.KEPT: "home",
    HomeState.PENDING: "to set as home",
    HomeState.SET: "set as home",
    HomeState.WAITS: "not home yet",
    HomeState.DRIFTED: "home drifted",
    HomeState.CONFLICT: "home in conflict",
    HomeState.FORBIDDEN: "home forbidden",
    HomeState.UNSUPPORTED: "no home here",
    HomeState.FAILED: "home not set",
}


def home_lines(home: HomeReport | None, options: Options) -> Iterator[Line]:
    """Nothing where none is stated, or it was not looked at."""
    if home is None:
        return
    sign, style = _STYLES[home.state]
    yield line((f"  {sign} {VERBS[home.state]:<10}", style), GAP, (home.wanted, ""), GAP, (home.message, DIM), hang=_INDENT)
    for at, step in enumerate(steps(home.remedy, options)):
        yield line((f"{'' if at else 'do':<3}", DIM), step, indent=_INDENT, hang=3)
