"""Ours beside theirs for one uid.

In: the content that we would send, and the dashboard as the server has it. Out: a `Comparison`, small enough to keep ten thousand of.
It decides nothing: what follows from a difference is for `plan.py`.
"""

from __future__ import annotations

from collections.abc import Mapping

from provisioner.core.canonical import fingerprint, normal
from provisioner.core.changes import Comparison, state_of
from provisioner.core.diff import differences
from provisioner.core.model import Fingerprint, Json, LiveDashboard


def compare(content: Mapping[str, Json], live: LiveDashboard) -> Comparison:
    """Fingerprints of both, and what differs in the words of a dashboard when they are not equal."""
    ours, theirs = fingerprint(content), fingerprint(live.content)
    if ours == theirs:
        return Comparison(ours, state_of(live, theirs))
    return Comparison(ours, state_of(live, theirs), differences(normal(live.content), normal(content)))


def known_equal(ours: Fingerprint | None, live: LiveDashboard) -> Comparison | None:
    """The comparison without our content, where its remembered fingerprint is the live one's; None where the content must be looked at."""
    if ours is None:
        return None
    theirs = fingerprint(live.content)
    return Comparison(theirs, state_of(live, theirs)) if ours == theirs else None
