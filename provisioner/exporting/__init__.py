"""Writes what is live on a target into a directory (`pull`). It decides nothing: `core.export` does."""

from __future__ import annotations

from provisioner.exporting.pulling import Pulling, pull

__all__ = ["Pulling", "pull"]
