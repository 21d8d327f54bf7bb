"""Runs a command as a container would: another user without any right, and a file system that is read-only but for one directory.

`unshare -m -p -f --kill-child python sealed.py UID:GID STATE COMMAND…`, as root. The mounts are those of the new namespace alone. An
interpreter below a directory that only root may enter is made reachable, as a container's is.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def mount(*arguments: str | Path) -> None:
    subprocess.run(["mount", *map(str, arguments)], check=True)


def reachable(place: Path) -> None:
    """Puts an empty directory over the one that is closed, and the place back into it."""
    closed = [each for each in reversed(place.parents) if not each.stat().st_mode & 0o001]
    if closed:
        aside = Path("/mnt")
        mount("--bind", place, aside)
        mount("-t", "tmpfs", "-o", "mode=755", "tmpfs", closed[0])
        place.mkdir(parents=True)
        mount("--move", aside, place)


def main(user: str, state: str, *command: str) -> None:
    """Seals what is seen, becomes the user, then the command."""
    number, group = user.split(":")
    mount("--make-rprivate", "/")
    reachable(Path(sys.base_prefix))
    mount("--bind", state, state)
    mount("-o", "remount,bind,ro", "/")
    mount("-t", "proc", "proc", "/proc")
    who = [f"--reuid={number}", f"--regid={group}", "--clear-groups", "--no-new-privs", "--bounding-set=-all"]
    os.execvp("setpriv", ["setpriv", *who, *command])  # noqa: S606 - becoming that command is what it is for


if __name__ == "__main__":
    main(*sys.argv[1:])
