"""What a slug server said to a save: {status, slug, version}, and neither number nor uid (reference 1.2 a, 1.5).

In: a `Reply` or `Lost`, and what was sent. Out: `Stored`, or one of core's answers. What is refused is refused as by the dashboard API.
"""

from __future__ import annotations

from dataclasses import dataclass

from provisioner.core.answers import Save, SaveAnswer, Unknown
from provisioner.grafana.answers import save_answer
from provisioner.grafana.replies import Lost, Reply


@dataclass(frozen=True, slots=True)
class Stored:
    """200. `version` is the one sent and one more, whoever else saved meanwhile; a first one is 0 on 2.6, and 1 on 4.6."""

    slug: str
    version: int


def slug_save_answer(reply: Reply | Lost, save: Save, site: str) -> Stored | SaveAnswer:
    """The answer to POST /api/dashboards/db of 2 to 4."""
    if isinstance(reply, Lost) or not reply.ok:
        return save_answer(reply, save, site)
    slug, version = reply.fields.get("slug"), reply.fields.get("version")
    if not isinstance(slug, str) or type(version) is not int:
        return Unknown(f"{reply.status}, but not with what was saved: {reply.words}")
    return Stored(slug, version)
