"""Repositories for the daemon, and the announcement of a push as GitHub makes it."""

from __future__ import annotations

import hashlib
import hmac
import json
import uuid
from collections.abc import Mapping
from typing import Any

from tests.run.child import Answer, Child
from tests.run.yard import Yard
from tests.sources.repositories import Repository

SECRET = "a secret of forty characters, for the test"


def repository(plot: Yard, name: str = "remote.git") -> Repository:
    return Repository(plot.place.parent / name)


def push(remote: Repository, **dashboards: Mapping[str, Any]) -> str:
    """A commit that holds exactly these; its id."""
    return remote.commit({f"{name}.json": json.dumps(content).encode() for name, content in dashboards.items()})


def only_git(plot: Yard, url: str, **stated: object) -> None:
    """One repository as the only source, with a hook that is called like it."""
    plot.config["sources"] = {"platform": {"git": {"url": url, "branch": "main", "interval": "1h", **stated}}}
    plot.secret("hook", SECRET)
    plot.config["server"]["hooks"] = {"platform": {"provider": "github", "secret_file": "hook"}}


def announce(child: Child, commit: str = "", hook: str = "platform", secret: str = SECRET) -> Answer:
    body = json.dumps({"ref": "refs/heads/main", "after": commit or "0" * 39 + "1", "repository": {"full_name": "team/remote"}}).encode()
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    headers = {
        "Content-Type": "application/json",
        "X-GitHub-Event": "push",
        "X-GitHub-Delivery": str(uuid.uuid4()),
        "X-Hub-Signature-256": f"sha256={signature}",
    }
    return child.ask("POST", f"/hooks/{hook}", body, headers)
