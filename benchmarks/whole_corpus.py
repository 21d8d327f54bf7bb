"""Validation of the whole corpus: files per second and peak memory of `provisioner validate`, beside `json.loads` of the same files in a
process of its own.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.table import Row

_LOADS = """
import json, pathlib, sys
for path in pathlib.Path(sys.argv[1]).rglob("*.json"):
    try:
        json.loads(path.read_bytes())
    except ValueError:
        pass
"""


def measure(corpus: Path) -> list[Row]:
    """First the first run, then one that remembers every file."""
    files = sum(1 for _ in corpus.rglob("*.json"))
    with tempfile.TemporaryDirectory(prefix="provisioner-bench-") as state:
        environment = {**os.environ, "XDG_STATE_HOME": state}
        validate = [sys.executable, "-m", "provisioner", "validate", "--directory", str(corpus), "--format", "json"]
        floor, _ = _run([sys.executable, "-c", _LOADS, str(corpus)], environment)
        first, memory = _run(validate, environment)
        again, _ = _run(validate, environment)
    return [
        Row(
            "validate the corpus",
            f"{files / first:.0f} files/s",
            f"{files} files, {first / floor:.2f} of the time of json.loads alone, start of Python included",
            "",
        ),
        Row("validate, peak memory", f"{memory:.0f} MiB", "one process", ""),
        Row("validate again, unchanged", f"{again / first:.2f}", "of the first run: no file is parsed", ""),
    ]


def _run(command: list[str], environment: dict[str, str]) -> tuple[float, float]:
    """Seconds, and the largest resident set of any child so far in MiB: the validation is the largest by far."""
    started = time.perf_counter()
    subprocess.run(command, env=environment, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
