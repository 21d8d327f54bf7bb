"""A process with limits and mounts of its own, where a disk can be filled and the kernel's limits be used up, and nobody else is harmed."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def apart(program: str, *args: str) -> list[str]:
    """The lines that a Python program prints in user and mount namespaces of its own. Skips the test where nobody may have such."""
    prefix = ["unshare", "--user", "--map-root-user", "--mount"]
    if shutil.which("unshare") is None or subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this machine lets nobody have a user namespace of their own")
    done = subprocess.run(
        [*prefix, sys.executable, "-c", program, *args], cwd=ROOT, capture_output=True, text=True, check=False, timeout=55
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()
