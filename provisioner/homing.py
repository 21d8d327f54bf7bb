"""Keeps the organisation's home dashboard as a target states it.

In: the stated uid, the server, the ledger. Out: a `HomeReport`. It looks first and writes only what is other (a pass at rest writes
nothing), and only once the dashboard is there. What somebody else chose is decided by `core/home.py`. Raises TargetError and StateUnusable.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import assert_never

from provisioner.core.answers import Busy, Forbidden, Rejected, Unknown
from provisioner.core.dialect import Grafana
from provisioner.core.errors import TargetForbidden, TargetUnreachable, TargetUnsuitable
from provisioner.core.home import HomeFacts, HomeIs, HomeRecord, HomeReport, HomeSet, HomeState, decide_home, granting, is_home
from provisioner.core.model import Uid
from provisioner.core.ports import Ledger
from provisioner.core.settings import Policy


@dataclass(frozen=True, slots=True)
class Keeping:
    """How it is to be kept. `when` is now (ISO 8601, UTC). Without `write` it is only told. `coming` says that the plan makes the
    dashboard, `take` that a person wants ours whatever is chosen.
    """

    policy: Policy
    when: str
    write: bool
    take: bool = False
    coming: bool = False


def keep_home(wanted: Uid, grafana: Grafana, ledger: Ledger, keeping: Keeping) -> HomeReport:
    """Looks, decides, sets it where that is to be done, and records it where it is as stated."""
    live, record = grafana.organisation.home(), ledger.home()
    facts = HomeFacts(wanted, live, record, keeping.policy, coming=keeping.coming, take=keeping.take)
    if not is_home(live, wanted):
        facts = replace(facts, number=_number(grafana, wanted))
    report = decide_home(facts)
    if not keeping.write:
        return report
    if report.state is HomeState.PENDING and facts.number is not None:
        report = _set(report, grafana, facts.number)
    elif report.state is HomeState.PENDING:
        # Planned to be made, and not there: what became of it is told with its outcome.
        return replace(report, state=HomeState.WAITS, message="its dashboard is not on the server yet")
    if report.state in {HomeState.KEPT, HomeState.SET}:
        number = live.number if isinstance(live, HomeIs) and report.state is HomeState.KEPT else facts.number or 0
        if record is None or (record.uid, record.number) != (wanted, number):
            ledger.note_home(HomeRecord(wanted, number, keeping.when))
    return report


def is_settled(wanted: str | None, ledger: Ledger) -> bool:
    """Whether the home dashboard was as stated when it was last looked at, or none is stated."""
    record = ledger.home() if wanted is not None else None
    return wanted is None or (record is not None and record.uid == wanted)


def _number(grafana: Grafana, uid: Uid) -> int | None:
    """The numeric id of the stated dashboard; None when it is not there, or may not be read."""
    try:
        live = grafana.dashboard(uid)
    except (TargetForbidden, TargetUnsuitable):
        return None
    return None if live is None else live.mark.id


def _set(report: HomeReport, grafana: Grafana, number: int) -> HomeReport:
    match answer := grafana.organisation.choose_home(report.wanted, number):
        case HomeSet():
            return replace(report, state=HomeState.SET, message=f"it is the home dashboard now; {report.message}")
        case Forbidden(words, permission):
            return replace(report, state=HomeState.FORBIDDEN, message=f"it may not be set: {words}", remedy=granting(permission))
        case Rejected(status, words):
            return replace(report, state=HomeState.FAILED, message=f"the server does not set it ({status}): {words}")
        case Unknown(words):
            return replace(report, state=HomeState.FAILED, message=f"it is not set: {words}", remedy="another pass tries it again")
        case Busy(words):
            raise TargetUnreachable(f"the server is busy: {words}", next_step="once it answers, another pass sets the home dashboard")
    assert_never(answer)
