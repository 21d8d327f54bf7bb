"""The log: structlog, one event per pass, JSON off a terminal.

In: what the configuration says of the log, and reports. Out: lines on standard error; standard output belongs to the report. An event's
name is a promise, the rest are fields.
"""

from __future__ import annotations

import logging
from typing import TextIO

import structlog

from provisioner.core.changes import CreateFolder, Result
from provisioner.core.problems import errors
from provisioner.core.redaction import redacted
from provisioner.core.report import PassReport, Validation
from provisioner.core.settings import LogFormat, LogSettings

Logger = structlog.typing.FilteringBoundLogger


def open_log(settings: LogSettings, stream: TextIO) -> Logger:
    """A logger that writes to this stream. Times are UTC, ISO 8601.

    Configures structlog for the process, since stamina tells of retries through it, and would write them into the report on standard
    output.
    """
    as_text = settings.format is LogFormat.TEXT or (settings.format is LogFormat.AUTO and stream.isatty())
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer(colors=stream.isatty()) if as_text else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    structlog.configure(
        processors=[_again, _redacted, structlog.processors.add_log_level, _stamped, _in_order, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[settings.level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(stream),
        cache_logger_on_first_use=False,
    )
    logger: Logger = structlog.get_logger()
    return logger


def _again(_logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """What stamina says of another attempt, in a line that a person can read: which request, what was answered, when it is sent again."""
    if event.get("event") != "stamina.retry_scheduled":
        return event
    told = str(event.get("caused_by")).partition("(")[2].removesuffix(")").strip("'\"")
    return {"event": "request.again", "why": told, "attempt": event.get("retry_num")}


_stamped = structlog.processors.TimeStamper(fmt="iso", utc=True)


def _redacted(_logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Words of a server or of git may repeat anything; keys are ours."""
    return {key: redacted(value) if isinstance(value, str) else value for key, value in event.items()}


def _in_order(_logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """When, how bad, what: these a person reads first."""
    first = {key: event.pop(key) for key in ("timestamp", "level", "event") if key in event}
    return {**first, **event}


def log_pass(log: Logger, report: PassReport, cause: str) -> None:
    """One line for one pass: counts and durations."""
    folders = sum(isinstance(each.change, CreateFolder) and each.result is Result.CREATED for each in report.outcomes)
    fields = {
        "target": report.target,
        "cause": cause,
        "commit": ",".join(source.revision.commit[:12] for source in report.sources if source.revision and source.revision.commit) or None,
        "folders": folders,
        "created": report.count(Result.CREATED) - folders,
        "updated": report.count(Result.UPDATED),
        "moved": report.count(Result.MOVED),
        "failed": report.count(Result.FAILED),
        "unknown": report.count(Result.UNKNOWN),
        "not_done": report.count(Result.NOT_DONE),
        "stopped": report.stopped,
        "deleted": sum(each.result is Result.DELETED for each in report.removals),
        "adopted": len(report.plan.adopted),
        "drifted": len(report.plan.drifted),
        "held": len(report.held),
        "conflicts": len(report.conflicts),
        "unchanged": report.unchanged,
        "errors": len(errors(report.problems)),
        "parsed": sum(source.parsed for source in report.sources),
        "requests": report.requests,
        "seconds": round(report.seconds, 3),
    }
    if report.home is not None:
        fields["home"] = report.home.state.value
    if report.failure is not None:
        log.error("pass.failed", error=report.failure.message, next=report.failure.next_step, **fields)
    elif report.applied:
        log.info("pass.done", **fields)
    else:
        log.info("pass.planned", changes=len(report.plan.changes), **fields)


def log_validation(log: Logger, validation: Validation) -> None:
    """One line for one validation."""
    log.info(
        "validation.done",
        files=sum(source.files for source in validation.sources),
        dashboards=sum(source.dashboards for source in validation.sources),
        problems=len(validation.problems),
        errors=len(errors(validation.problems)),
        seconds=round(validation.seconds, 3),
    )
