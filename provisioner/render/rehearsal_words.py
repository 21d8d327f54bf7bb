"""What servers said of dry runs, in a sentence each; and what could not be asked at all.

In: `Validation`, `PassReport`, `ServerAsked`. Out: plain strings, not yet made safe for any format.
"""

from __future__ import annotations

from provisioner.core.changes import CreateFolder
from provisioner.core.report import PassReport, ServerAsked, Validation
from provisioner.core.verdict import Rehearsed
from provisioner.render import words


def unread(validation: Validation) -> list[str]:
    """What kept a validation from being whole, in numbers, only what there is."""
    sources = sum(each.failure is not None for each in validation.sources)
    servers = sum(each.failure is not None for each in validation.servers)
    return [
        *([f"{words.count(sources, 'source')} could not be read"] if sources else []),
        *([f"{words.count(servers, 'server')} could not be asked"] if servers else []),
    ]


def asked(found: ServerAsked) -> str:
    """'production: Grafana 12.4.0, …: 12 dashboards were shown as dry runs, all of them would be taken'."""
    who = f"{found.target} ({found.url}, {words.server(found.server)})" if found.server else f"{found.target} ({found.url})"
    return f"{who}: {_shown(found.rehearsed)}"


def planned(report: PassReport) -> list[str]:
    """What a server said of a plan, and what it was not asked about; nothing where it was not asked at all."""
    if report.rehearsed is None:
        return []
    folders = any(isinstance(each, CreateFolder) for each in report.plan.changes)
    left = " and ".join([*(["folders"] if folders else []), *(["deletions"] if report.pruning.deletions else [])])
    return [f"{_shown(report.rehearsed)}{f'; {left} are not part of a dry run' if left else ''}"]


def refused(report: PassReport) -> list[str]:
    """How many the server would not take, if there are any."""
    return [f"{report.rehearsed.refused:,} would be refused by the server"] if report.rehearsed and report.rehearsed.refused else []


def _shown(found: Rehearsed) -> str:
    if not found.asked:
        return "no dashboard to show as a dry run"
    was = "was" if found.asked == 1 else "were"
    shown = f"{words.count(found.asked, 'dashboard')} {was} shown as {'a dry run' if found.asked == 1 else 'dry runs'}"
    if not found.refused:
        return f"{shown}, and would be taken"
    return f"{shown}, and {found.refused:,} would be refused" if found.refused < found.asked else f"{shown}, and would be refused"
