"""How things stand, as a page for people: `/`. Plain HTML without a script, and without anything from elsewhere.

In: a `Health`. Out: HTML, and the policy that a browser shall hold it to. Every text is escaped here: names, messages and commit subjects
are written by many hands.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping
from html import escape

from provisioner.core.health import Health, SourceHealth, TargetHealth
from provisioner.core.model import Revision
from provisioner.core.redaction import redacted
from provisioner.core.report import Failure
from provisioner.web.gauges import behind

_STYLE = """
:root{color-scheme:light dark}
body{font:15px/1.5 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.3rem}h2{font-size:1.05rem;margin-top:2rem}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:.35rem .8rem .35rem 0;border-bottom:1px solid #8885}
th{font-weight:600}
.well{color:#1a7f37}.ill{color:#cf222e}.some{color:#9a6700}
@media(prefers-color-scheme:dark){.well{color:#3fb950}.ill{color:#ff7b72}.some{color:#d29922}}
p.step{margin:0;opacity:.8}
code{font-size:.9em}
""".strip()

POLICY = (
    f"default-src 'none'; style-src 'sha256-{base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()}'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""The Content-Security-Policy of the page: this style, and nothing else at all."""

_AGAIN_SECONDS = 15


def page(health: Health) -> str:
    """The whole page. It asks for itself again every few seconds."""
    rows = "".join(_target(health, each) for each in health.targets)
    sources = "".join(_source(each) for each in health.sources)
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="refresh" content="{_AGAIN_SECONDS}">
<title>provisioner: {_headline(health)}</title>
<style>{_STYLE}</style>
</head>
<body>
<h1>provisioner {_text(health.release)}: <span class="{"well" if _is_well(health) else "ill"}">{_headline(health)}</span></h1>
{_config(health)}
<h2>Targets</h2>
<table>
<tr><th>Target</th><th>Now</th><th>Last good pass</th><th>Live</th><th>Dashboards</th><th>Open</th></tr>
{rows}</table>
<h2>Sources</h2>
<table>
<tr><th>Source</th><th>Now</th><th>Last read</th><th>Commit</th><th>Holds</th><th>Problems</th></tr>
{sources}</table>
<p>As of {_text(health.now)}, running since {_text(health.started)}.
Also here: <a href="status.json">status.json</a>, <a href="metrics">metrics</a>, <a href="healthz">healthz</a>,
<a href="readyz">readyz</a>.</p>
</body>
</html>
"""


def _is_well(health: Health) -> bool:
    failing = any(each.failure for each in health.sources) or any(each.failure for each in health.targets)
    return health.alive and not (failing or health.unready or health.unread or health.config.refused)


def _headline(health: Health) -> str:
    if not health.alive:
        return _text(f"not alive: no progress for {_span(health.progress_age)} ({health.slowest or 'a thread'})")
    if _is_well(health):
        return "works"
    return "waits for the first good pass" if health.unready or health.unread else "needs a look"


def _config(health: Health) -> str:
    config = health.config
    told = f"<p>Configuration <code>{_text(config.file)}</code>, in use since {_text(config.loaded)}.</p>"
    if config.refused is None:
        return told
    return f'{told}\n<p class="ill">A newer one was refused at {_text(config.refused_at or "")}: {_text(config.refused)}</p>'


def _target(health: Health, target: TargetHealth) -> str:
    live = [f"{_text(source)}: <code>{_text(_short(commit))}</code>" for source, commit in target.applied.items()]
    if behind(health, target):
        live.append('<span class="some">newer commits wait</span>')
    open_ = [
        *_counted(target.conflicts, "conflict"),
        *([f"{target.drifted} drifted"] if target.drifted else []),
        *([f"{target.held} held"] if target.held else []),
        *_counted(target.problems, "problem"),
    ]
    return _row(
        (
            f"{_text(target.name)}<br>{_text(target.url)}<br>{_text(target.server)}" + _edits(target),
            _now_of_target(target),
            _ago(target.good_age),
            "<br>".join(live) or "-",
            f"{target.in_sync} in sync of {target.owned}",
            _some(open_),
        )
    )


def _source(source: SourceHealth) -> str:
    if source.failure is not None:
        now = _failure(source.failure, source.failing_since, source.retry_in)
    else:
        now = '<span class="well">read</span>' if source.revision else '<span class="some">not read yet</span>'
    return _row(
        (
            f"{_text(source.name)}<br>{_text(source.watched)}",
            now,
            _ago(source.read_age),
            _commit(source.revision),
            f"{source.dashboards} dashboards in {source.files} files",
            _some(_counted(source.problems, "problem")),
        )
    )


def _edits(target: TargetHealth) -> str:
    return f"<br>edits found {_text(target.watched)}" if target.watched else ""


def _now_of_target(target: TargetHealth) -> str:
    if target.failure is not None:
        return _failure(target.failure, target.failing_since, target.retry_in)
    if target.waiting:
        return f'<span class="some">waits for {_text(", ".join(target.waiting))}</span>'
    if target.passing:
        return f"a pass runs ({_text(target.cause.value if target.cause else 'start')})"
    return '<span class="well">at rest</span>' if target.good else '<span class="some">no pass yet</span>'


def _failure(failure: Failure, since: str | None, again: float | None) -> str:
    when = f" since {_text(since)}" if since else ""
    retry = f" Tried again in {_span(again)}." if again is not None else ""
    return f'<span class="ill">{_text(failure.message)}</span>{when}<p class="step">{_text(failure.next_step)}.{retry}</p>'


def _commit(revision: Revision | None) -> str:
    if revision is None:
        return "-"
    if not revision.commit:
        return _text(revision.name)
    return f"<code>{_text(_short(revision.commit))}</code> {_text(revision.subject)}<br>{_text(revision.author)}, {_text(revision.when)}"


def _counted(counts: Mapping[str, int], noun: str) -> Iterable[str]:
    return (f"{number} {noun} {name}" for name, number in sorted(counts.items()) if number)


def _some(open_: Iterable[str]) -> str:
    told = "<br>".join(_text(each) for each in open_)
    return f'<span class="some">{told}</span>' if told else "-"


def _row(cells: Iterable[str]) -> str:
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>\n"


def _ago(age: float | None) -> str:
    return "never" if age is None else f"{_span(age)} ago"


def _span(seconds: float) -> str:
    """In the largest unit that it fills."""
    for name, length in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds // length:.0f} {name}"
    return f"{seconds:.0f} s"


def _short(commit: str) -> str:
    return commit[:10] if len(commit) >= 40 else commit


def _text(words: str) -> str:
    """Escaped, and without the secrets of urls."""
    return escape(redacted(words).encode("utf-8", "replace").decode("utf-8"))
