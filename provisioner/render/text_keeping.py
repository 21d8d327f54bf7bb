"""What a pull wrote, and what can be restored and was: as text for people.

In: their reports. Out: lines. The first one answers what happened; what was not done is said as plainly as what was.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from provisioner.core.changes import Difference, Result
from provisioner.core.export.report import PullReport
from provisioner.core.records import Record
from provisioner.core.restore import Listing, NotFound, Restored, State
from provisioner.render.answer_words import KEPT_BECAUSE
from provisioner.render.lines import BAD, DIM, DOUBT, GAP, GOOD, STRONG, Line, line, padded, widths
from provisioner.render.options import Options
from provisioner.render.runnable import runnable
from provisioner.render.words import count, difference, moment, recorded

_MOST = 40


def pull_lines(report: PullReport, options: Options) -> tuple[Line, ...]:
    """The files that were written, and what was left alone."""
    done = report.done
    lines = [line((str(report.target), STRONG), f"  {_pulled(report)}"), line(f"{report.url} → {report.directory}", indent=2)]
    signs = (("+", "created", done.created, GOOD), ("~", "changed", done.changed, DOUBT), ("+", "folder", done.folder_files, GOOD))
    for sign, word, files, style in signs:
        lines += _listed(sign, word, files, style, options)
    lines += _listed("→", "moved", [f"{old} → {new}" for old, new in done.moved], DOUBT, options)
    lines += _listed("-", "gone", done.gone, DIM, options)
    for remark in (*done.held, *done.remarks):
        held = remark in done.held
        lines.append(
            line(("! held    " if held else "  note    ", BAD if held else DIM), f"{remark.subject}: {remark.message}", indent=2, hang=10)
        )
        if remark.remedy:
            lines.append(line(remark.remedy, indent=12))
    for problem in done.problems:
        lines.append(line((f"{problem.where}  {problem.code}", BAD), f"  {problem.message}", indent=2, hang=2))
    if done.gone:
        lines.append(line("files whose dashboards are gone on the server are left: delete them if nobody wants them back", indent=2))
    if done.created or done.changed or done.moved or done.folder_files:
        lines.append(line("look at them with git diff, and commit what should stay: what is live and committed is drift no more", indent=2))
    if report.failure is not None:
        lines.append(line(("failed: ", BAD), f"{report.failure.message}; {report.failure.next_step}"))
    return tuple(lines)


def _pulled(report: PullReport) -> str:
    done = report.done
    parts = [
        (len(done.created), "created"),
        (len(done.changed), "changed"),
        (len(done.moved), "moved"),
        (len(done.held), "held"),
        (len(done.gone), "gone on the server"),
    ]
    told = [f"{number:,} {word}" for number, word in parts if number]
    stopped = ["stopped before all was done"] if report.stopped else []
    return ", ".join(
        [*stopped, *(told or ["nothing to write"]), f"{done.equal:,} already as they are live", f"{report.requests:,} requests"]
    )


def _listed(sign: str, word: str, files: Sequence[str], style: str, options: Options) -> Iterator[Line]:
    shown = files if options.verbose else files[:_MOST]
    for file in shown:
        yield line((f"{sign} {padded(word, 8)}", style), f"  {file}", indent=2)
    if len(files) > len(shown):
        yield line(f"… and {len(files) - len(shown):,} more {word} (-v shows all)", indent=4)


def listing_lines(listing: Listing, options: Options) -> tuple[Line, ...]:
    """What can be put back of one dashboard."""
    live = (
        "not on the server"
        if listing.live is None
        else f"live: version {listing.live.mark.version} by {listing.live.updated_by or 'somebody'}"
    )
    lines = [line((listing.uid, STRONG), f"  {count(len(listing.rows), 'state')} can be put back; {live}")]
    for row in listing.rows:
        mark = ("→ ", GOOD) if row.chosen else "  "
        title = f'  "{row.title}"' if row.title else ""
        lines.append(line(mark, f"{padded(row.state.told, 28)}  {moment(row.state.saved)}  {_why(row.state)}{title}", indent=2))
        lines += [line(difference(each), indent=8, hang=4) for each in row.differences[:6]]
        if not row.readable:
            lines.append(line(("its contents are not kept any more", DIM), indent=8))
    command = runnable(f"provisioner restore {listing.uid}", options)
    if any(row.chosen for row in listing.rows):
        lines.append(line(f"{command} puts back the one marked →; --version N another one", indent=2))
    elif listing.rows:
        lines.append(line(f"none of them is somebody's lost work; {command} --version N puts one back", indent=2))
    return tuple(lines)


def _why(state: State) -> str:
    return "in the server's history" if state.why is None else f"kept {KEPT_BECAUSE[state.why]}"


def confirmed_lines(over: Sequence[Record], target: str, options: Options) -> tuple[Line, ...]:
    """What may be deleted now, by name: it was confirmed by a digest, which nobody can read."""
    shown = over if options.verbose else over[:_MOST]
    lines = [line(("confirmed  ", GOOD), f"the next apply deletes {count(len(over), 'dashboard')} on {target}, and keeps what they hold")]
    columns = widths([(recorded(each), each.uid) for each in shown])
    for each in shown:
        name, uid = (padded(cell, width) for cell, width in zip((recorded(each), each.uid), columns, strict=True))
        lines.append(line(name, GAP, (f"{uid}{GAP}{each.path}", DIM), indent=2))
    if len(over) > len(shown):
        lines.append(line(f"… and {len(over) - len(shown):,} more (-v shows all)", indent=4))
    return tuple(lines)


def restored_lines(result: Restored | NotFound) -> tuple[Line, ...]:
    """What became of putting a state back."""
    if isinstance(result, NotFound):
        lines = [line(("not restored  ", BAD), f"{result.uid}: {result.message}"), line(result.remedy, indent=2)]
        return (*lines, *(line(f"{each.told}  {moment(each.saved)}  {_why(each)}", indent=4) for each in result.there[:10]))
    good = result.result in {Result.CREATED, Result.UPDATED, Result.UNCHANGED, Result.MOVED}
    word = "restored" if good else "perhaps restored" if result.result is Result.UNKNOWN else "not restored"
    told = result.message if result.state.told in result.message else f"{result.state.told}: {result.message}"
    lines = [line((f"{word}  ", GOOD if good else BAD), f"{result.uid}: {told}")]
    lines += [line(difference(each), indent=4, hang=4) for each in _some(result.differences)]
    if result.replaced is not None:
        lines.append(
            line(f"what was live is kept: version {result.replaced.mark.version} by {result.replaced.author or 'somebody'}", indent=2)
        )
    for text in (result.url, result.remedy, result.next_pass):
        if text:
            lines.append(line(text, indent=2))
    return tuple(lines)


def _some(differences: tuple[Difference, ...]) -> tuple[Difference, ...]:
    return differences[:12]
