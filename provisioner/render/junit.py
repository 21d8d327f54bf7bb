"""Results as JUnit XML, which every CI shows: one test case for each file that has a problem, and for each dashboard of a pass.

In: `Validation`, `PassReport`s or a `Failure`. Out: XML. What a test run calls failed is an error or a conflict here; what was not done
is an `error`; warnings and notes are said in `system-out`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from provisioner.core.changes import Change, Outcome, Removal, Result, UpdateDashboard
from provisioner.core.contrast import visible
from provisioner.core.problems import Problem, Severity
from provisioner.core.report import Failure, PassReport, Validation
from provisioner.render import rehearsal_words, words


def validation_junit(validation: Validation) -> str:
    """A suite of files; the files without a problem are one case for each source, since they need no telling apart."""
    suite = _suite("validate", validation.seconds)
    for source in validation.sources:
        case = _case(suite, f"source {source.name}", "source")
        if source.failure is not None:
            _failure(case, source.failure)
        else:
            read = f"{words.count(source.files, 'file')}, {words.count(source.dashboards, 'dashboard')}"
            _say(case, [words.source(source), read, *(f"passed over: {path}: {reason}" for path, reason in source.passed_over)])
    for asked in validation.servers:
        case = _case(suite, f"target {asked.target}", "server")
        if asked.failure is not None:
            _failure(case, asked.failure)
        else:
            _say(case, [rehearsal_words.asked(asked)])
    _files(suite, validation.problems, "validate")
    return _text([suite])


def passes_junit(reports: Sequence[PassReport]) -> str:
    """A suite for each target."""
    return _text([_pass(report) for report in reports])


def failure_junit(failure: Failure, problems: Sequence[Problem]) -> str:
    """What kept a command from beginning."""
    suite = _suite("provisioner", 0.0)
    _failure(_case(suite, failure.subject, "provisioner"), failure)
    _files(suite, problems, "provisioner")
    return _text([suite])


def _pass(report: PassReport) -> Element:
    suite = _suite(report.target, report.seconds)
    for failure in (report.failure, *(source.failure for source in report.sources)):
        if failure is not None:
            _failure(_case(suite, failure.subject, report.target), failure)
    for conflict in report.conflicts:
        case = _case(suite, _name(words.name(conflict.ours), conflict.ours.uid), report.target, words.path(conflict.ours))
        differs = [f"{label}: {words.difference(each)}" for label, found in words.sides(conflict) for each in found]
        sides = [f"git: {words.ours(conflict)}", f"server: {words.theirs(conflict)}"]
        _fail(case, conflict.kind.value, conflict.message, [*sides, *differs, conflict.remedy])
    for drift in report.plan.drifted:
        case = _case(suite, _name(drift.dashboard.name, drift.dashboard.uid), report.target, drift.dashboard.origin.shown)
        live = [f"live: {words.state(drift.live)} {drift.live.url}"] if drift.live is not None else []
        edited = [f"edited: {words.difference(each)}" for each in words.edited(drift)]
        _say(case, [f"drifted: {drift.message}", f"base: {words.applied(drift.record)}", *live, *edited, drift.remedy])
    _pruning(suite, report)
    for change in () if report.applied else report.plan.changes:
        _say(_change(suite, report, change), _planned(change))
    for outcome in report.outcomes:
        if outcome.result is not Result.CONFLICT:
            _outcome(_change(suite, report, outcome.change), outcome)
    adopted = {each.uid for each in report.plan.adopted}
    for dashboard in report.plan.unchanged:
        case = _case(suite, _name(dashboard.name, dashboard.uid), report.target, dashboard.origin.shown)
        if dashboard.uid in adopted:
            _say(case, ["adopted: recorded without a write" if report.applied else "to adopt: recorded without a write"])
    _files(suite, report.problems, report.target)
    return suite


def _pruning(suite: Element, report: PassReport) -> None:
    """What is held for a person fails, as a conflict does."""
    waiting = {each.record.uid for each in report.held}
    for held in report.pruning.held:
        case = _case(suite, _name(words.recorded(held.record), held.record.uid), report.target, report.shown(held.record))
        if held.record.uid in waiting:
            _fail(case, held.reason.value, held.message, [f"base: {words.applied(held.record)}", held.remedy])
        else:
            _say(case, [f"left: {held.message}"])
    for deletion in () if report.applied else report.pruning.deletions:
        case = _case(suite, _name(words.recorded(deletion.record), deletion.record.uid), report.target, report.shown(deletion.record))
        _say(case, [f"to delete: {words.state(deletion.live)}"])
    for removal in report.removals:
        case = _case(suite, _name(words.recorded(removal.record), removal.record.uid), report.target, report.shown(removal.record))
        match removal.result:
            case Result.FAILED | Result.CONFLICT:
                _fail(case, removal.result.value, removal.detail, [removal.remedy])
            case Result.NOT_DONE | Result.UNKNOWN:
                _error(case, removal)
            case _:
                _say(case, [removal.result.value, removal.detail, removal.remedy])


def _planned(change: Change) -> list[str]:
    told = [f"to {words.verb(change)}: {change.reason}"]
    if isinstance(change, UpdateDashboard):
        told += words.differences(change.differences, verbose=True)
    return told


def _outcome(case: Element, outcome: Outcome) -> None:
    told = [part for part in (outcome.result.value, words.versions(outcome), outcome.detail, outcome.remedy) if part]
    match outcome.result:
        case Result.FAILED:
            _fail(case, "failed", outcome.detail, [outcome.remedy])
        case Result.NOT_DONE | Result.UNKNOWN:
            _error(case, outcome)
        case _:
            _say(case, told)


def _error(case: Element, of: Outcome | Removal) -> None:
    """What did not come to an end: not done, or nobody knows."""
    element = SubElement(case, "error", type=of.result.value.replace(" ", "-"), message=visible(of.detail or of.result.value))
    element.text = visible(of.remedy)


def _change(suite: Element, report: PassReport, change: Change) -> Element:
    of = words.thing(change)
    return _case(suite, _name(words.name(of), of.uid), report.target, words.path(of))


def _files(suite: Element, problems: Iterable[Problem], room: str) -> None:
    """One case for each file that has a problem; the first error is its headline, the rest its text."""
    by_file: dict[str, list[Problem]] = defaultdict(list)
    for each in problems:
        by_file[each.file].append(each)
    for file, found in by_file.items():
        case = _case(suite, file, f"{room}.files", file)
        errors = [each for each in found if each.severity is Severity.ERROR]
        if errors:
            _fail(case, errors[0].code, errors[0].message, [_problem(each) for each in errors])
        _say(case, [_problem(each) for each in found if each.severity is not Severity.ERROR])


def _problem(each: Problem) -> str:
    return f"{each.where} {each.severity.value} {each.code} {each.message}; {each.remedy}"


def _name(name: str, uid: str) -> str:
    return f"{name} ({uid})"


def _suite(name: str, seconds: float) -> Element:
    return Element("testsuite", name=visible(name), time=f"{seconds:.3f}")


def _case(suite: Element, name: str, room: str, file: str = "") -> Element:
    case = SubElement(suite, "testcase", name=visible(name), classname=visible(room), time="0")
    if file:
        case.set("file", visible(file))
    return case


def _failure(case: Element, failure: Failure) -> None:
    element = SubElement(case, "error", type="unreachable" if failure.unreachable else "failure", message=visible(failure.message))
    element.text = visible(failure.next_step)


def _fail(case: Element, kind: str, message: str, told: Iterable[str]) -> None:
    element = SubElement(case, "failure", type=visible(kind), message=visible(message))
    element.text = _said(told)


def _say(case: Element, told: Iterable[str]) -> None:
    words_ = _said(told)
    if words_:
        SubElement(case, "system-out").text = words_


def _said(told: Iterable[str]) -> str:
    return "\n".join(visible(each) for each in told if each)


def _text(suites: Sequence[Element]) -> str:
    root = Element("testsuites", name="provisioner")
    for element in (*suites, root):
        if element is root:
            root.extend(suites)
        cases = list(element.iter("testcase"))
        element.set("tests", str(len(cases)))
        element.set("failures", str(sum(case.find("failure") is not None for case in cases)))
        element.set("errors", str(sum(case.find("error") is not None for case in cases)))
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"
