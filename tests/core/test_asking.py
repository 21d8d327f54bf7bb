"""What a target asks of its files, and when its server is asked first."""

from dataclasses import replace

import pytest

from provisioner.core.asking import documents_of, has_unmapped_input, wants_of
from provisioner.core.model import Input, TargetName
from provisioner.core.problems import Severity
from provisioner.core.settings import Connection, TargetSettings
from tests.core.builders import PLATFORM, document, file, source, weights

TARGET = TargetSettings(
    TargetName("production"),
    Connection(TargetName("production"), "https://grafana.example"),
    (PLATFORM,),
    data_sources=(("DS_PROM", "prom"),),
)
HOLE = Input("DS_PROM", "datasource", "prometheus")


def test_what_a_target_states_is_what_it_wants_and_no_server_has_been_asked() -> None:
    wants = wants_of(replace(TARGET, folder="Team", variables=(("env", "prod"),)), weights(uid_derived=Severity.ERROR))

    assert (wants.folder, wants.data_sources, wants.variables) == ("Team", (("DS_PROM", "prom"),), (("env", "prod"),))
    assert (wants.asked, wants.server, wants.owner_tag) == (True, None, "")
    assert wants.severities == weights(uid_derived=Severity.ERROR)


@pytest.mark.parametrize(
    ("hole", "expected"),
    [
        (HOLE, False),
        (replace(HOLE, name="DS_LOKI"), True),
        (replace(HOLE, name="DS_LOKI", used=False), False),
        (replace(HOLE, name="LIMIT", kind="constant"), False),
    ],
    ids=["mapped", "not mapped", "not used", "a constant"],
)
def test_the_server_is_asked_only_for_a_used_data_source_that_nothing_maps(hole: Input, *, expected: bool) -> None:
    files = [source(file("a.json", document("a"))), source(file("b.json", replace(document("b"), inputs=(hole,))), name="two")]

    assert has_unmapped_input(documents_of(files), TARGET) is expected
