"""Where files come from: a directory, or a git repository at a branch, tag or commit."""

from provisioner.sources.opening import open_source, watched

__all__ = ["open_source", "watched"]
