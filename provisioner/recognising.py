"""Recognises our own content in the form that Grafana's pages give it when they save: migrated, defaults filled in (DESIGN section 5).

In: the server, what is live, what we last wrote. Out: what is live as it has to be compared. One question to the server, which writes
nothing, and only where somebody saved since. It never takes an edit for a migration.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from provisioner.core.canonical import fingerprint
from provisioner.core.dialect import Grafana
from provisioner.core.forms import is_same_form
from provisioner.core.model import Json
from provisioner.core.server import LiveDashboard


@dataclass(frozen=True, slots=True)
class Recognised:
    """`live` has our own content where nobody changed more than its form. `form` is what the server makes of what we wrote, None where it
    was not asked, or does not say.
    """

    live: LiveDashboard
    form: Mapping[str, Json] | None = None


def recognised(grafana: Grafana, live: LiveDashboard, base: Mapping[str, Json] | None) -> Recognised:
    """`live` is of a state after ours; `base` is what we last wrote, None where it is not kept. What is kept as it was sent was migrated by
    nobody. Raises TargetError.
    """
    if base is None or not live.form or fingerprint(live.content) == fingerprint(base):
        return Recognised(live)
    form = grafana.migrated(base)
    if form is not None and is_same_form(form, live.content):
        return Recognised(replace(live, content=base), form)
    return Recognised(live, form)
