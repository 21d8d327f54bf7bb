"""What the catalogue says of one code.

In: nothing. Out: `Rule` and `Area`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from provisioner.core.problems import Severity


class Area(StrEnum):
    """Where a problem comes from; the chapters of docs/problems.md."""

    SOURCE = "Sources"
    SYNTAX = "Files"
    DOCUMENT = "Documents"
    CONTENT = "Contents of a dashboard"
    INPUT = "Inputs and data sources"
    IDENTITY = "Identity and folders"
    VERDICT = "The server's own verdict"
    CONFIGURATION = "Configuration"


@dataclass(frozen=True, slots=True)
class Rule:
    """One code. `explanation` says what it means and why it matters; `remedy` what to do when the problem itself knows nothing better.

    `fixed` is True where nothing but an error makes sense: lowered, two files would be written to one uid.
    """

    code: str
    area: Area
    severity: Severity
    title: str
    explanation: str
    remedy: str
    fixed: bool = False
