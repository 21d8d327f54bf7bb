"""What a target asks of its files, and whether its server has to be asked before it can be said.

In: a target's settings, the documents of its files. Out: `Wants`, and a yes or no. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from provisioner.core.desired import Wants
from provisioner.core.model import Document, SourceFiles
from provisioner.core.problems import Severity
from provisioner.core.settings import Api, TargetSettings


def wants_of(target: TargetSettings, severities: tuple[tuple[str, Severity], ...]) -> Wants:
    """What the target wants, before its server was asked for its data sources."""
    return Wants(
        folder=target.folder,
        data_sources=target.data_sources,
        variables=target.variables,
        asked=True,
        owner_tag=target.owner_tag or "",
        severities=severities,
        folders_as=target.folders_as,
        forms=() if target.connection.api in {Api.SLUG, Api.DASHBOARD} else None,
    )


def has_unmapped_input(documents: Iterable[Document], target: TargetSettings) -> bool:
    """Whether one has a hole for a data source that the mapping does not fill: only then is the server asked for those it has."""
    mapped = {name for name, _ in target.data_sources}
    return any(each.kind == "datasource" and each.used and each.name not in mapped for document in documents for each in document.inputs)


def documents_of(files: Iterable[SourceFiles]) -> Iterator[Document]:
    """All documents of all files."""
    return (document for source in files for _, reading in source.files for document in reading.documents)
