"""Problems of identity: uids, titles and folders.

In: nothing. Out: the rules of this chapter. Codes are a promise: they are never reused.
"""

from __future__ import annotations

from provisioner.core.catalog.rule import Area, Rule
from provisioner.core.problems import Severity

RULES: tuple[Rule, ...] = (
    Rule(
        "uid-duplicate",
        Area.IDENTITY,
        Severity.ERROR,
        "Two files have one uid",
        "The order of saves would decide which of them a server shows. Neither is applied while both exist; what is live stays.",
        "give one of them another uid",
        fixed=True,
    ),
    Rule(
        "uid-derived",
        Area.IDENTITY,
        Severity.NOTE,
        "A uid is derived from the path",
        "The file names no uid. One is derived from the source's name and the path, and stays the same as long as they do.",
        "write the uid into the file, so that it survives a rename",
    ),
    Rule(
        "title-duplicate",
        Area.IDENTITY,
        Severity.WARNING,
        "Two dashboards of one folder have one title",
        "Grafana up to 11.2 refuses the second one (`name-exists`); later ones show two of the same name.",
        "give one of them another title",
    ),
    Rule(
        "folder-invalid",
        Area.IDENTITY,
        Severity.ERROR,
        "A `_folder` file says something that cannot be",
        "Its uid or title cannot be used. The dashboards below are not applied, because their folder is not known.",
        "mend the `_folder` file",
        fixed=True,
    ),
    Rule(
        "folder-duplicate",
        Area.IDENTITY,
        Severity.ERROR,
        "Two directories have one folder uid",
        "Neither is applied while both exist.",
        "give one of the `_folder` files another uid",
        fixed=True,
    ),
    Rule(
        "live-unreadable",
        Area.IDENTITY,
        Severity.ERROR,
        "A dashboard is on the server but may not be read",
        "Without reading it nobody knows what a write would destroy, so it is left alone.",
        "give the credential the permission dashboards:read on it",
    ),
    Rule(
        "version-unsupported",
        Area.IDENTITY,
        Severity.ERROR,
        "The dashboard's form cannot be written yet",
        "Dashboards in the forms v2alpha1, v2beta1 and v2 are taken by the resource API alone (Grafana 12 and later).",
        "keep it as v1 or classic JSON until then",
        fixed=True,
    ),
    Rule(
        "folder-ignored",
        Area.IDENTITY,
        Severity.NOTE,
        "The folder that a file names is not used",
        "The directory decides the folder. The file's wrapper names another one.",
        "move the file, or take the folder out of its wrapper",
    ),
)
