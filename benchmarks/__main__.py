"""Runs the benchmarks and prints the table. Needs ../shared/corpus; without it, says so and measures what it can."""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks import cold_sync, daemon, dialects, records, unchanged, whole_corpus
from benchmarks.table import Row, show

CORPUS = Path(__file__).resolve().parents[2] / "shared" / "corpus"


def main() -> None:
    """All rows, or those whose name is given."""
    wanted = set(sys.argv[1:])
    rows: list[Row] = []
    benchmarks = {
        "cold-sync": cold_sync.measure,
        "validate": whole_corpus.measure,
        "unchanged": unchanged.measure,
        "records": records.measure,
        "dialects": dialects.measure,
        "daemon": daemon.measure,
    }
    for name, measure in benchmarks.items():
        if wanted and name not in wanted:
            continue
        if not CORPUS.is_dir():
            rows.append(Row(name, "left out", "there is no ../shared/corpus beside this checkout", ""))
            continue
        print(f"measuring {name} …", file=sys.stderr)
        rows += measure(CORPUS)
    show(rows)


if __name__ == "__main__":
    main()
