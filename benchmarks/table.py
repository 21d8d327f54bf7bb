"""The table that `make bench` prints."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One thing measured. `goal` is "" where none is stated."""

    name: str
    figure: str
    about: str
    goal: str


def show(rows: list[Row]) -> None:
    """Aligned columns."""
    head = Row("what", "figure", "how", "goal")
    widths = [max(len(getattr(row, field)) for row in [head, *rows]) for field in ("name", "figure", "goal")]
    for row in [head, *rows]:
        print(f"{row.name:<{widths[0]}}  {row.figure:<{widths[1]}}  {row.goal:<{widths[2]}}  {row.about}")
