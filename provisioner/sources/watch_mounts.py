"""Which file system a path lies on, and whether it tells of every change.

In: a real path, and the kernel's list of mounts. Out: the name of a file system that is deaf, "" for one that is not. The kernel tells of
changes that were made through it: what another machine, or the host of a virtual one, writes to a shared file system raises no event.
"""

from __future__ import annotations

import re
from pathlib import Path

MOUNTS = "/proc/self/mountinfo"

_DEAF = frozenset(
    {
        # over a network
        "9p", "afs", "beegfs", "ceph", "cifs", "coda", "gfs2", "glusterfs", "gpfs", "lustre", "nfs", "nfs4", "ocfs2", "orangefs", "smb3",
        "smbfs",
        # between a virtual machine and its host
        "fakeowner", "hgfs", "prl_fs", "vboxsf", "virtiofs", "vmhgfs",
    }
)  # fmt: skip
_LOCAL_FUSE = frozenset({"fuse.fuse-overlayfs", "fuse.bindfs", "fuse.gocryptfs", "fuse.mergerfs"})
"""Programs that put a local directory before another: who writes comes through them, as we do."""


def deaf(root: str, mounts: str = MOUNTS) -> str:
    """The type of the file system that holds `root` (a real path), or of one below it, if that changes without an event."""
    try:
        listed = Path(mounts).read_text("utf-8", "surrogateescape").splitlines()
    except OSError:
        return ""
    holding = ("", "")
    found = [_mount(line) for line in listed]
    for point, kind in found:
        if _below(root, point) and len(point) >= len(holding[0]):  # the later of two on one place hides the earlier
            holding = (point, kind)
    kinds = [holding[1], *(kind for point, kind in found if point != root and _below(point, root))]
    return next((kind for kind in kinds if _is_deaf(kind)), "")


def _mount(line: str) -> tuple[str, str]:
    """The mount point and the type: the fifth field, and the first one behind the lone hyphen (proc(5))."""
    before, _, after = line.partition(" - ")
    point = (before.split(" ") + [""] * 5)[4]
    return re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), point), after.partition(" ")[0]


def _below(path: str, directory: str) -> bool:
    return directory != "" and (path == directory or path.startswith(directory.rstrip("/") + "/"))


def _is_deaf(kind: str) -> bool:
    return kind in _DEAF or kind == "fuse" or (kind.startswith("fuse.") and kind not in _LOCAL_FUSE)
