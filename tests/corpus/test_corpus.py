"""The 1,200 real dashboards of the corpus, each source folder on its own: what is refused is refused rightly, and nothing raises.

The corpus lies beside the project, not in it; without it these tests are skipped.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from provisioner.core import documents, inputs
from provisioner.core.catalog import BY_CODE
from provisioner.core.model import FileKind, Reading
from provisioner.core.problems import Severity, errors

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus"
INDEX = CORPUS / "INDEX.tsv"

if not INDEX.is_file():
    pytest.skip("the corpus is not here", allow_module_level=True)

MOST_REFUSED = 20

CONFLUENT = "confluentinc__jmx-monitoring-stacks/jmxexporter-prometheus-grafana/assets/grafana/provisioning"
CONFLUENT_BEFORE = "confluentinc__jmx-monitoring-stacks/@history/jmxexporter-prometheus-grafana/assets/grafana/provisioning"
PULSAR = "streamnative__apache-pulsar-grafana-dashboard/dashboards.template"
GRAFANA_UTIL = "kenduest-brobridge__grafana-util/rust/src/commands/dashboard/fixtures"

REFUSED: dict[str, set[str]] = {
    # A stray letter "F" after the end of the JSON.
    f"{CONFLUENT}/dashboards-old-exporter/kafka-cluster-kraft.json": {"json-syntax"},
    f"{CONFLUENT_BEFORE}/dashboards/kafka-cluster-kraft@e4ad41cc.json": {"json-syntax"},
    # Jsonnet under the name of JSON.
    "grafana__grafana-operator/tests/e2e/example-test/07-jsonnet.yaml!/jsonnet.json": {"json-syntax"},
    # Jinja templates with statements around the values: not JSON until they are filled in.
    f"{PULSAR}/bookkeeper.json.j2": {"template-unrendered"},
    f"{PULSAR}/broker.json.j2": {"template-unrendered"},
    f"{PULSAR}/jvm.json.j2": {"template-unrendered"},
    f"{PULSAR}/loadbalance.json.j2": {"template-unrendered"},
    f"{PULSAR}/proxy.json.j2": {"template-unrendered"},
    f"{PULSAR}/zookeeper-3.6.json.j2": {"template-unrendered"},
    f"{PULSAR}/zookeeper.json.j2": {"template-unrendered"},
    # Specs without a title, made for the tests of a linter: Grafana refuses them ("Dashboard title cannot be empty").
    "grafana__gcx/cmd/gcx/linter/testdata/missing-panel-title.json": {"title-invalid"},
    "grafana__gcx/cmd/gcx/linter/testdata/valid.json": {"title-invalid"},
    # Stubs made for the tests of a tool: a v2 body wrapped as v0alpha1, and a v2 spec without a layout.
    f"{GRAFANA_UTIL}/k8s-wrapper.json": {"spec-mismatch"},
    f"{GRAFANA_UTIL}/v2-elements.json": {"field-invalid"},
}
"""Every file that is refused, with the codes of its errors. Above each group stands why that is right."""

WARNED_AT_MOST = 0.05
"""The share of files with a warning. More than a few in a hundred, and nobody reads them."""


@dataclass(frozen=True, slots=True)
class File:
    """One file of the corpus as it was read."""

    path: str
    raw: bytes
    kind: FileKind
    reading: Reading


def rows() -> list[dict[str, str]]:
    with INDEX.open(encoding="utf-8", newline="") as index:
        return list(csv.DictReader(index, delimiter="\t"))


SOURCES = sorted({row["source"] for row in rows()})


@cache
def files(source: str) -> tuple[File, ...]:
    """The files of one source, read. Templates named .json.j2 are no files of ours by name; here they are read as what they claim to be."""
    return tuple(_files(source))


def _files(source: str) -> Iterator[File]:
    for row in rows():
        if row["source"] == source:
            path = row["path"]
            raw = (CORPUS / path).read_bytes()
            kind = documents.kind_of(path.removesuffix(".j2"))
            assert kind is not None, path
            yield File(path, raw, kind, documents.read(raw, kind))


def everything() -> Iterator[File]:
    return (file for source in SOURCES for file in files(source))


@pytest.mark.parametrize("source", SOURCES)
def test_of_each_source_exactly_the_listed_files_are_refused(source: str) -> None:
    refused = {file.path: {each.code for each in errors(file.reading.problems)} for file in files(source)}
    expected = {path: codes for path, codes in REFUSED.items() if path.startswith(f"{source}/")}
    assert expected == {path: codes for path, codes in refused.items() if codes}


def test_no_more_than_twenty_files_are_refused_and_ten_of_them_are_no_json() -> None:
    assert sum(1 for _ in everything()) == 1200
    assert len(REFUSED) <= MOST_REFUSED
    not_json = {row["path"] for row in rows() if row["shape"] == "invalid-json"}
    assert not_json == {path for path, codes in REFUSED.items() if all(BY_CODE[code].area == "Files" for code in codes)}


@pytest.mark.parametrize("source", SOURCES)
def test_every_problem_has_a_place_in_the_file(source: str) -> None:
    nowhere = [(file.path, each.code, each.pointer) for file in files(source) for each in file.reading.problems if each.line < 1]
    assert nowhere == []


@pytest.mark.parametrize("source", SOURCES)
def test_every_file_gives_documents_an_error_or_a_reason_why_not(source: str) -> None:
    silent = [
        file.path
        for file in files(source)
        if not file.reading.documents and not file.reading.passed_over and not errors(file.reading.problems)
    ]
    assert silent == []


@pytest.mark.parametrize("source", SOURCES)
def test_every_hole_of_every_dashboard_can_be_filled(source: str) -> None:
    left: list[tuple[str, str]] = []
    for file in files(source):
        if not errors(file.reading.problems):
            for document in file.reading.documents:
                body = documents.body(file.raw, file.kind, document)
                names = [each.name for each in document.inputs] + [each.name for each in document.by_name]
                filling, unfilled = inputs.resolve(document, dict.fromkeys(names, "uid"), dict.fromkeys(names, "value"), None)
                again, _ = inputs.holes(inputs.fill(body, filling))
                left += [(file.path, each.name) for each in (*(one for one, _ in unfilled), *again)]
    assert left == []


def test_warnings_are_few_enough_to_be_read() -> None:
    warned = [file.path for file in everything() if any(each.severity is Severity.WARNING for each in file.reading.problems)]
    assert len(warned) <= WARNED_AT_MOST * 1200
