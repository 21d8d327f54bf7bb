"""Ours beside theirs for one uid.

In: the content that we would send, and the dashboard as the server has it. Out: a `Comparison`, small enough to keep ten thousand of.
It decides nothing: what follows from a difference is for `plan.py`.
"""

from __future__ import annotations

from collections.abc import Mapping

from provisioner.core.canonical import fingerprint, normal
from provisioner.core.changes import Comparison, state_of
from provisioner.core.model import Fingerprint, Json
from provisioner.core.server import LiveDashboard
from provisioner.core.three_way import Bodies, three_way


def compare(content: Mapping[str, Json], live: LiveDashboard, base: Mapping[str, Json] | None = None) -> Comparison:
    """Fingerprints of both, and what differs in the words of a dashboard when they are not equal. `base` is what we last wrote, where it is
    kept.
    """
    ours, theirs = fingerprint(content), fingerprint(live.content)
    if ours == theirs:
        return Comparison(ours, state_of(live, theirs))
    found = three_way(Bodies(normal(content), None if base is None else normal(base), normal(live.content)))
    return Comparison(ours, state_of(live, theirs), found.live_to_git or (), found.base_to_git or (), found.base_to_live or ())


def known_equal(ours: Fingerprint | None, live: LiveDashboard) -> Comparison | None:
    """The comparison without our content, where its remembered fingerprint is the live one's; None where the content must be looked at."""
    if ours is None:
        return None
    theirs = fingerprint(live.content)
    return Comparison(theirs, state_of(live, theirs)) if ours == theirs else None
