"""Steps of the transcripts that the sandbox does not match yet, each with its reason. This list only shrinks."""

from __future__ import annotations

UNMATCHED: dict[str, str] = {}
