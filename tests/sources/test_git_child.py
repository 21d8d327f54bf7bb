"""One child of git: what it prints is read whole, in pieces, and takes the memory that it needs."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

from provisioner.sources.git_child import Setup, run

HALF_A_MILLION = 500_000


def test_a_small_answer_takes_little_memory() -> None:
    """Asked for all that may come at once, each call took 64 MiB, of which the process gave back what it could."""
    tracemalloc.start()
    try:
        run(("version",), Setup(), seconds=30)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 8 << 20


def test_an_answer_of_many_pieces_is_read_whole(tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(b"x" * HALF_A_MILLION)
    run(("init", "-q", "--bare", str(tmp_path / "store")), Setup(), seconds=30)
    setup = Setup(variables={"GIT_DIR": str(tmp_path / "store")})
    written = run(("hash-object", "-w", "--no-filters", str(tmp_path / "large")), setup, seconds=30)
    found = run(("cat-file", "blob", written.out.decode().strip()), setup, seconds=30)
    assert (0, b"x" * HALF_A_MILLION) == (found.code, found.out)
