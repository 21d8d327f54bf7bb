"""The words of the home dashboard that the first line of a pass uses.

In: a `HomeReport`, or None where none is stated. Out: short texts, none where there is nothing to say.
"""

from __future__ import annotations

from provisioner.core.home import HomeReport, HomeState

_PLANNED = {HomeState.PENDING: "the home dashboard to set"}
_WRITTEN = {HomeState.SET: "home dashboard set"}
_TROUBLE = {
    HomeState.WAITS: "home dashboard not there",
    HomeState.CONFLICT: "another home dashboard",
    HomeState.FORBIDDEN: "home dashboard forbidden",
    HomeState.FAILED: "home dashboard not set",
}


def planned(home: HomeReport | None) -> list[str]:
    """What a plan would do."""
    return _of(home, _PLANNED)


def written(home: HomeReport | None) -> list[str]:
    """What an apply did."""
    return _of(home, _WRITTEN)


def trouble(home: HomeReport | None) -> list[str]:
    """What keeps a pass from being well."""
    return _of(home, _TROUBLE)


def _of(home: HomeReport | None, told: dict[HomeState, str]) -> list[str]:
    return [told[home.state]] if home is not None and home.state in told else []
