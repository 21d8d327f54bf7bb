"""Small configurations with one line of interest: YAML text in which that line stands at a known place."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bad:
    """A configuration with one problem; no remedy means that any will do."""

    text: str
    code: str
    line: int
    column: int
    message: str
    remedy: str = ""


SOURCE = "sources: {local: {directory: {path: d}}}\n"


def git(text: str) -> str:
    return f"sources:\n  a:\n    git:\n      url: https://git.example/a.git\n      {text}\n"


def url(text: str) -> str:
    return f"sources:\n  a:\n    git:\n      url: {text}\n"


def target(text: str) -> str:
    return f"{SOURCE}targets:\n  p:\n    url: https://grafana.example\n    {text}\n"


def prune(text: str) -> str:
    """On line 7, from column 9."""
    return target(f"policy:\n      prune:\n        {text}")


def override(text: str) -> str:
    """On line 7, from column 9."""
    return target(f"overrides:\n      - paths: [drafts/**]\n        {text}")


def server(text: str) -> str:
    return f"{SOURCE}targets:\n  p:\n    url: {text}\n"
