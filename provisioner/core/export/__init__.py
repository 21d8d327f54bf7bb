"""What is live → files that this project reads back: `pull`, as far as it can be thought without touching anything.

In: what a server shows, and the readings of a directory. Out: a layout (who goes where), and for each dashboard the bytes of its file.
The same server and the same directory give the same bytes, and a second time there is nothing to write.
"""

from __future__ import annotations

from provisioner.core.export.bodies import Change, is_same, loses_comments, made, marks_of, reformed, rewritten
from provisioner.core.export.checking import Expected, checked
from provisioner.core.export.folder_files import folder_file, retitled
from provisioner.core.export.layout import Choice, FolderFile, Layout, Place, lay_out
from provisioner.core.export.report import Done, PullReport, Remark, pull_exit_code, total
from provisioner.core.export.scope import Scope, scope_of
from provisioner.core.export.there import Holding, There, there

__all__ = [
    "Change",
    "Choice",
    "Done",
    "Expected",
    "FolderFile",
    "Holding",
    "Layout",
    "Place",
    "PullReport",
    "Remark",
    "Scope",
    "There",
    "checked",
    "folder_file",
    "is_same",
    "lay_out",
    "loses_comments",
    "made",
    "marks_of",
    "pull_exit_code",
    "reformed",
    "retitled",
    "rewritten",
    "scope_of",
    "there",
    "total",
]
