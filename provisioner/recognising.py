"""Recognises our own content in the form that Grafana's pages give it when they save: migrated, defaults filled in (DESIGN section 5).

In: the server, what is live, what we last wrote. Out: what is live as it has to be compared. One question to the server, which writes
nothing, and only where somebody saved since. It never takes an edit for a migration.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from provisioner.core.canonical import fingerprint
from provisioner.core.dialect import Grafana
from provisioner.core.forms import is_same_form, may_be_forced
from provisioner.core.model import Json
from provisioner.core.records import Kept
from provisioner.core.restore import HISTORY
from provisioner.core.server import LiveDashboard


@dataclass(frozen=True, slots=True)
class Recognised:
    """`live` has our own content where nobody changed more than its form. `form` is what the server makes of what we wrote, None where it
    was not asked, or does not say.
    """

    live: LiveDashboard
    form: Mapping[str, Json] | None = None


def recognised(grafana: Grafana, live: LiveDashboard, base: Mapping[str, Json] | None, version: int = 0) -> Recognised:
    """`live` is of a state after ours; `base` is what we last wrote, None where it is not kept, and `version` what that became, 0 where it
    is not known. What is kept as it was sent was migrated by nobody. Raises TargetError.
    """
    if base is None or fingerprint(live.content) == fingerprint(base):
        return Recognised(live)
    if version and may_be_forced(base, live.content) and _is_as_stored(grafana, live, version):
        return Recognised(replace(live, content=base))
    if not live.form:
        return Recognised(live)
    form = grafana.migrated(base)
    if form is not None and is_same_form(form, live.content):
        return Recognised(replace(live, content=base), form)
    return Recognised(live, form)


def with_author(grafana: Grafana, live: LiveDashboard, kept: Iterable[Kept]) -> LiveDashboard:
    """The same; saved by `provisioner restore` where that put it there, and not by the person whose name our account has. The history is
    asked only of contents that we keep. Raises TargetError.
    """
    if fingerprint(live.content) not in {each.content for each in kept}:
        return live
    newest = grafana.versions(live, 1)
    if not newest or not newest[0].message.startswith(HISTORY):
        return live
    return replace(live, updated_by=f"provisioner restore ({live.updated_by})")


def _is_as_stored(grafana: Grafana, live: LiveDashboard, version: int) -> bool:
    """Whether the server has our own save as it is live: then somebody saved since, and changed nothing."""
    stored = grafana.version(live, version)
    return stored is not None and fingerprint(stored.content) == fingerprint(live.content)
