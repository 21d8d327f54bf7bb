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
        "folder-too-deep",
        Area.IDENTITY,
        Severity.ERROR,
        "The server takes no folder that deep",
        "Grafana 11 and 12 make 5 folders within each other, and refuse the next one every time. The folder is not made and the dashboards "
        "below it are not applied; what is live stays. Where the folder is there already, nothing is said.",
        "flatten the directories: move these files up, so that no more folders lie in each other than the server takes",
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
        "The server does not take dashboards in this form",
        "Dashboards in the forms v2alpha1, v2beta1 and v2 are taken by the resource API alone (Grafana 12 and later), if it offers them.",
        "keep it as v1 or classic JSON, or in a form that the server offers",
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
    Rule(
        "slug-duplicate",
        Area.IDENTITY,
        Severity.ERROR,
        "Two titles are one name on Grafana 2 to 4",
        "There a dashboard is found by the slug of its title: letters and digits, without case and accents. Neither is applied while both "
        "would have one slug; what is live stays.",
        "give one of them another title, or let folders stand before titles: folders_as: prefix",
    ),
    Rule(
        "slug-empty",
        Area.IDENTITY,
        Severity.ERROR,
        "A title has no slug on Grafana 2 to 4",
        "There a dashboard is found by the letters and digits of its title. One without any can be saved, but never be opened or deleted.",
        "give it a title with a letter or a digit in it",
        fixed=True,
    ),
    Rule(
        "folders-flattened",
        Area.IDENTITY,
        Severity.NOTE,
        "The server has no folders",
        "Grafana 2 to 4 has none. The folder becomes a tag or the beginning of the title, or is left out; nothing else of a dashboard "
        "changes.",
        "nothing, or choose another way: folders_as: tag, prefix or none",
    ),
    Rule(
        "server-limits",
        Area.IDENTITY,
        Severity.NOTE,
        "This generation of Grafana cannot do something",
        "It is said once, so that nobody is surprised, with what is done instead.",
        "nothing; a newer Grafana can",
    ),
)
