"""How things stand, as JSON: `/status.json`. The keys are a promise: they are added to, never renamed or given another meaning.

In: a `Standing`. Out: text. Times are ISO 8601 in UTC, spans and ages seconds, null where there was nothing yet. No url has a secret.

Whole   version 1, release, started, now, alive, ready, slowest, progress_age_seconds, patience_seconds, state_bytes,
        config {file, loaded, refused | null, refused_at | null}, sources [source], targets [target]
source  {name, watched, revision {name, commit | null, subject, author, when} | null, read | null, read_age_seconds | null, files,
        dashboards, failure | null, failing_since | null, retry_in_seconds | null, lookups, problems {code: number}}
target  {name, url, server, passing, cause | null, ended | null, good | null, good_age_seconds | null, applied {source: commit}, behind,
        waiting [source's name], in_sync, drifted, held, owned, looked, conflicts {kind: number}, problems {code: number}, failure | null,
        failing_since | null, retry_in_seconds | null}; behind is how many sources have a commit that was seen and is not live yet
failure {subject, message, next_step, unreachable}
"""

from __future__ import annotations

import json
import math

from provisioner.core.model import Json, Revision
from provisioner.core.report import Failure
from provisioner.core.standing import ConfigStanding, SourceStanding, Standing, TargetStanding
from provisioner.web.gauges import behind
from provisioner.web.veil import without_secrets

_Object = dict[str, Json]


def status_json(standing: Standing) -> str:
    """The whole, with the keys that are told above."""
    return json.dumps(_shown(_whole(standing)), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _whole(standing: Standing) -> _Object:
    return {
        "version": 1,
        "release": standing.release,
        "started": standing.started,
        "now": standing.now,
        "alive": standing.alive,
        "ready": not standing.unready and not standing.unread,
        "slowest": standing.slowest,
        "progress_age_seconds": standing.progress_age,
        "patience_seconds": standing.patience,
        "state_bytes": standing.state_bytes,
        "config": _config(standing.config),
        "sources": [_source(each) for each in standing.sources],
        "targets": [{**_target(each), "behind": behind(standing, each)} for each in standing.targets],
    }


def _config(config: ConfigStanding) -> _Object:
    return {"file": config.file, "loaded": config.loaded, "refused": config.refused, "refused_at": config.refused_at}


def _source(source: SourceStanding) -> _Object:
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


def _target(target: TargetStanding) -> _Object:
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
            return without_secrets(value).encode("utf-8", "replace").decode("utf-8")
        case float():
            return round(value, 3) if math.isfinite(value) else None
        case _:
            return value
