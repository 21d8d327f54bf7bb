"""Small configurations with one line of interest: YAML text in which that line stands at a known place."""

from __future__ import annotations

SOURCE = "sources: {local: {directory: {path: d}}}\n"


def git(text: str) -> str:
    return f"sources:\n  a:\n    git:\n      url: https://git.example/a.git\n      {text}\n"


def url(text: str) -> str:
    return f"sources:\n  a:\n    git:\n      url: {text}\n"


def target(text: str) -> str:
    return f"{SOURCE}targets:\n  p:\n    url: https://grafana.example\n    {text}\n"


def server(text: str) -> str:
    return f"{SOURCE}targets:\n  p:\n    url: {text}\n"
