"""What a file leaves to the target: its holes, the folder that its wrapper names, a form that is not written yet."""

from dataclasses import replace

import pytest

from provisioner.core.desired import Wants, uid_pointer
from provisioner.core.model import Desired, Fill, FolderUid, Input
from provisioner.core.problems import Severity
from provisioner.core.server import DataSource
from tests.core.builders import File, dashboard, document, file, wanted, weights

HOLE = Input("DS_PROMETHEUS", "datasource", "prometheus", pointer="/__inputs/0")


def uids(desired: Desired) -> list[str]:
    return [each.uid for each in desired.dashboards]


def hollow(*inputs: Input) -> File:
    """A file with these holes."""
    return file("cpu.json", replace(document(), inputs=inputs))


# Inputs


def test_a_hole_that_nothing_fills_is_a_warning_while_no_target_is_named() -> None:
    desired = wanted(hollow(HOLE))

    [told] = desired.problems
    assert (told.code, told.severity, told.pointer) == ("input-unfilled", Severity.WARNING, "/__inputs/0")
    assert told.message.startswith("${DS_PROMETHEUS} (prometheus) has no value: it is not mapped")
    assert told.remedy.startswith("map it: targets.<name>.datasources.DS_PROMETHEUS: <uid>")
    assert "--datasource DS_PROMETHEUS=<uid>" in told.remedy
    assert uids(desired) == ["cpu"]


def test_a_hole_that_nothing_fills_is_an_error_once_a_target_is_named() -> None:
    desired = wanted(hollow(HOLE), dashboard("ram.json", "ram"), wants=Wants(asked=True))

    assert [each.severity for each in desired.problems] == [Severity.ERROR]
    assert uids(desired) == ["ram"]
    assert desired.withheld == {"cpu"}


@pytest.mark.parametrize("asked", [True, False])
def test_the_weight_of_an_open_hole_can_be_set(*, asked: bool) -> None:
    lowered = wanted(hollow(HOLE), wants=Wants(asked=asked, severities=weights(input_unfilled=Severity.NOTE)))
    raised = wanted(hollow(HOLE), wants=Wants(asked=asked, severities=weights(input_unfilled=Severity.ERROR)))

    assert (uids(lowered), [each.severity for each in lowered.problems]) == (["cpu"], [Severity.NOTE])
    assert (uids(raised), [each.severity for each in raised.problems]) == ([], [Severity.ERROR])


def test_an_open_constant_is_mapped_under_variables() -> None:
    desired = wanted(hollow(Input("VAR_REGION", "constant", pointer="/__inputs/1")))

    assert desired.problems[0].message.startswith("${VAR_REGION} has no value: ")
    assert desired.problems[0].remedy == "map it: targets.<name>.variables.VAR_REGION: <value>"


def test_what_is_mapped_or_known_of_the_server_fills_the_hole() -> None:
    mapped = wanted(hollow(HOLE), wants=Wants(data_sources=(("DS_PROMETHEUS", "prom-main"),), asked=True))
    known = wanted(hollow(HOLE), wants=Wants(server=(DataSource("prom-1", "Prometheus", "prometheus", default=True),), asked=True))

    assert mapped.dashboards[0].fill == Fill(inputs=(("DS_PROMETHEUS", "prom-main"),))
    assert known.dashboards[0].fill == Fill(inputs=(("DS_PROMETHEUS", "prom-1"),))
    assert mapped.problems == known.problems == ()


def test_a_hole_that_nobody_declared_is_told_at_its_first_use_even_when_it_is_filled() -> None:
    undeclared = replace(HOLE, declared=False, pointer="/panels/0/datasource")

    desired = wanted(hollow(undeclared), wants=Wants(data_sources=(("DS_PROMETHEUS", "prom-main"),), asked=True))

    assert [(each.code, each.pointer) for each in desired.problems] == [("input-undeclared", "/panels/0/datasource")]
    assert uids(desired) == ["cpu"]


# Wrappers


@pytest.mark.parametrize("version", ["v2", "v2alpha1", "v2beta1"])
@pytest.mark.parametrize(
    ("forms", "message"),
    [
        ((), "can only be written by the resource API, which is not spoken to this server"),
        (("v2gamma1", "v3"), "only in v2gamma1, v3"),
    ],
)
def test_a_form_that_the_server_does_not_take_is_refused_at_whatever_weight(version: str, forms: tuple[str, ...], message: str) -> None:
    v2 = file("cpu.yaml", replace(document(pointer="/spec"), api_version=f"dashboard.grafana.app/{version}"))

    desired = wanted(v2, wants=Wants(severities=weights(version_unsupported=Severity.OFF), forms=forms))

    [told] = desired.problems
    assert (told.code, told.severity, told.pointer) == ("version-unsupported", Severity.ERROR, "/spec")
    assert message in told.message
    assert uids(desired) == []


@pytest.mark.parametrize("forms", [None, ("v2beta1",)])
def test_a_form_that_the_server_takes_or_of_which_nobody_knows_is_no_problem(forms: tuple[str, ...] | None) -> None:
    v2 = file("cpu.yaml", replace(document(pointer="/spec"), api_version="dashboard.grafana.app/v2beta1"))
    desired = wanted(v2, wants=Wants(forms=forms))
    assert ((), ["cpu"]) == (desired.problems, uids(desired))


@pytest.mark.parametrize("version", ["dashboard.grafana.app/v0alpha1", "dashboard.grafana.app/v1beta1", "grizzly.grafana.com/v1alpha1"])
def test_other_forms_are_taken(version: str) -> None:
    assert uids(wanted(file("cpu.yaml", replace(document(pointer="/spec"), api_version=version)))) == ["cpu"]


@pytest.mark.parametrize(
    ("path", "named", "message"),
    [
        ("ops/cpu.json", "infra", 'the file names folder "infra", its directory decides for "ops"'),
        ("ops/hosts/cpu.json", "", 'the file names the root, its directory decides for "ops / hosts"'),
        ("cpu.json", "infra", 'the file names folder "infra", its directory decides for the root'),
    ],
)
def test_a_folder_that_the_wrapper_names_is_noted_when_the_directory_says_another(path: str, named: str, message: str) -> None:
    wrapped = file(path, replace(document(pointer="/dashboard"), folder=FolderUid(named)))

    [note] = wanted(wrapped).problems

    assert (note.code, note.severity, note.message, note.pointer) == ("folder-ignored", Severity.NOTE, message, "/dashboard")


@pytest.mark.parametrize(("path", "named"), [("ops/cpu.json", "ops"), ("cpu.json", "general"), ("cpu.json", "")])
def test_a_wrapper_that_names_the_directorys_own_folder_needs_no_note(path: str, named: str) -> None:
    assert wanted(file(path, replace(document(), folder=FolderUid(named)))).problems == ()


@pytest.mark.parametrize(
    ("pointer", "where"),
    [("", "/uid"), ("/dashboard", "/dashboard/uid"), ("/spec", "/metadata/name"), ("/items/3/spec", "/items/3/metadata/name")],
)
def test_the_uid_of_a_resource_stands_in_its_metadata(pointer: str, where: str) -> None:
    assert uid_pointer(document(pointer=pointer)) == where
