"""Problems of sources: what could not, or may not, be read.

In: nothing. Out: the rules of this chapter. Codes are a promise: they are never reused.
"""

from __future__ import annotations

from provisioner.core.catalog.rule import Area, Rule
from provisioner.core.problems import Severity

RULES: tuple[Rule, ...] = (
    Rule(
        "file-unreadable",
        Area.SOURCE,
        Severity.ERROR,
        "A file cannot be read",
        "The operating system or git refuses to give the bytes. Whatever the file held is left on the server as it is.",
        "give the provisioner permission to read it, or take it out with an exclude",
    ),
    Rule(
        "file-too-large",
        Area.SOURCE,
        Severity.ERROR,
        "A file is larger than the limit",
        "Grafana refuses bodies over 16 MiB and objects over 10 MiB; a file over the limit is not read at all.",
        "split the dashboard, or raise limits.file_bytes of the source",
    ),
    Rule(
        "too-many-files",
        Area.SOURCE,
        Severity.ERROR,
        "A source holds more than the limit",
        "The number of files or their sum is over the limit. The files beyond it are not read, so nothing can be known to be gone.",
        "narrow path or include, or raise limits.files or limits.total_bytes of the source",
    ),
    Rule(
        "path-unsafe",
        Area.SOURCE,
        Severity.ERROR,
        "A path leaves the tree or cannot be written plainly",
        "A path with `..`, a leading slash, a control character or bytes that are not UTF-8 is not followed.",
        "rename the file",
    ),
    Rule(
        "link-outside",
        Area.SOURCE,
        Severity.ERROR,
        "A symbolic link leaves the tree",
        "Links are followed only inside the source's own path; this one points elsewhere, nowhere, or to itself.",
        "replace the link by the file, or take it out with an exclude",
    ),
    Rule(
        "submodule-passed-over",
        Area.SOURCE,
        Severity.NOTE,
        "A submodule is not followed",
        "Submodules are never fetched: they could point anywhere.",
        "state the other repository as a source of its own",
    ),
    Rule(
        "store-rebuilt",
        Area.SOURCE,
        Severity.NOTE,
        "The copy of a repository was made anew",
        "The local store was damaged (a crash, a full disk) and was fetched again. Nothing is lost.",
        "nothing, unless it happens often: then look at the disk",
    ),
    Rule(
        "source-empty",
        Area.SOURCE,
        Severity.WARNING,
        "A source has no file that counts",
        "No file matches include and exclude under the source's path. Nothing is ever deleted because of an empty source.",
        "check path, include and exclude of the source",
    ),
)
