"""How things stand, as JSON: `/status.json`. The keys are a promise: they are added to, never renamed or given another meaning.

In: a `Health`. Out: text. Times are ISO 8601 in UTC, spans and ages seconds, null where there was nothing yet. No url has a secret.

Whole   version 1, release, started, now, alive, ready, slowest, progress_age_seconds, patience_seconds, state_bytes,
        config {file, loaded, refused | null, refused_at | null}, sources [source], targets [target]
source  {name, watched, revision {name, commit | null, subject, author, when} | null, read | null, read_age_seconds | null, files,
        dashboards, failure | null, failing_since | null, retry_in_seconds | null, lookups, problems {code: number}}
target  {name, url, server, passing, cause | null, ended | null, good | null, good_age_seconds | null, applied {source: commit}, behind,
        waiting [source's name], in_sync, drifted, held, owned, looked, watched, conflicts {kind: number}, problems {code: number},
        failure | null, failing_since | null, retry_in_seconds | null}; behind is how many sources have a commit that was seen and is not
        live yet, watched how edits on the server are noticed
failure {subject, message, next_step, unreachable}
"""

from __future__ import annotations

import json
import math

from provisioner.core.health import ConfigHealth, Health, SourceHealth, TargetHealth
from provisioner.core.model import Json, Revision
from provisioner.core.redaction import redacted
from provisioner.core.report import Failure
from provisioner.web.gauges import behind

_Object = dict[str, Json]


def status_json(health: Health) -> str:
    """The whole, with the keys that are told above."""
    return json.dumps(_shown(_whole(health)), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _whole(health: Health) -> _Object:
    return {
        "version": 1,
        "release": health.release,
        "started": health.started,
        "now": health.now,
        "alive": health.alive,
        "ready": not health.unready and not health.unread,
        "slowest": health.slowest,
        "progress_age_seconds": health.progress_age,
        "patience_seconds": health.patience,
        "state_bytes": health.state_bytes,
        "config": _config(health.config),
        "sources": [_source(each) for each in health.sources],
        "targets": [{**_target(each), "behind": behind(health, each)} for each in health.targets],
    }


def _config(config: ConfigHealth) -> _Object:
    return {"file": config.file, "loaded": config.loaded, "refused": config.refused, "refused_at": config.refused_at}


def _source(source: SourceHealth) -> _Object:
    return {
        "name": source.name,
        "watched": source.watched,
        "revision": _revision(source.revision),
        "read": source.read,
        "read_age_seconds": source.read_age,
        "files": source.files,
        "dashboards": source.dashboards,
        "failure": _failure(source.failure),
        "failing_since": source.failing_since,
        "retry_in_seconds": source.retry_in,
        "lookups": source.lookups,
        "problems": dict(source.problems),
    }


def _target(target: TargetHealth) -> _Object:
    return {
        "name": target.name,
        "url": target.url,
        "server": target.server,
        "passing": target.passing,
        "cause": target.cause.value if target.cause else None,
        "ended": target.ended,
        "good": target.good,
        "good_age_seconds": target.good_age,
        "applied": dict(target.applied),
        "waiting": list(target.waiting),
        "in_sync": target.in_sync,
        "drifted": target.drifted,
        "held": target.held,
        "owned": target.owned,
        "looked": target.looked,
        "watched": target.watched,
        "conflicts": dict(target.conflicts),
        "problems": dict(target.problems),
        "failure": _failure(target.failure),
        "failing_since": target.failing_since,
        "retry_in_seconds": target.retry_in,
    }


def _revision(revision: Revision | None) -> _Object | None:
    if revision is None:
        return None
    return {
        "name": revision.name,
        "commit": revision.commit,
        "subject": revision.subject,
        "author": revision.author,
        "when": revision.when,
    }


def _failure(failure: Failure | None) -> _Object | None:
    if failure is None:
        return None
    return {
        "subject": failure.subject,
        "message": failure.message,
        "next_step": failure.next_step,
        "unreachable": failure.unreachable,
    }


def _shown(value: Json) -> Json:
    """Texts without the secrets of urls, seconds to the millisecond, and null for a number that JSON cannot say."""
    match value:
        case dict():
            return {_shown(key): _shown(each) for key, each in value.items()}
        case list():
            return [_shown(each) for each in value]
        case str():
            # A lone surrogate, of a file name that is not UTF-8, cannot be encoded.
            return redacted(value).encode("utf-8", "replace").decode("utf-8")
        case float():
            return round(value, 3) if math.isfinite(value) else None
        case _:
            return value
