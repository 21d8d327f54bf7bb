"""On a server without folders: what becomes of them, which titles cannot live beside each other, and what is told."""

from __future__ import annotations

import pytest

from provisioner.core.desired import Wants
from provisioner.core.flattening import LONGEST_TAG, Flattening, flat, folder_tag, servable
from provisioner.core.inputs import fill, unmarked
from provisioner.core.live import Live
from provisioner.core.model import ROOT, Desired, Fill, TargetName
from provisioner.core.plan import make_plan
from provisioner.core.problems import Severity
from provisioner.core.server import Server
from provisioner.core.settings import Connection, FoldersAs, Policy, TargetSettings
from tests.core.builders import NEW, codes, dashboard, document, file, wanted
from tests.core.builders import found as found_row

FOUR = Server("https://grafana.example", "4.6.5", "slug API", "probed", 1, "Main Org.", nested_folders=False, by_slug=True)
TWO = Server("https://grafana.example", "2.6.0", "slug API", "probed", 1, "Main Org.", nested_folders=False, by_slug=True)
HIDDEN = Server("https://grafana.example", "", "slug API", "probed", 1, "Main Org.", nested_folders=False, by_slug=True)


def flattened(desired: Desired, folders_as: FoldersAs = FoldersAs.TAG, server: Server = FOUR, **severities: Severity) -> Desired:
    weights = tuple((code.replace("_", "-"), severity) for code, severity in severities.items())
    return servable(desired, Flattening(server, "target test", folders_as, weights))


def told(desired: Desired, code: str) -> list[tuple[str, str]]:
    return [(each.file, each.message) for each in desired.problems if each.code == code]


# What becomes of folders


def test_where_there_are_folders_nothing_is_changed() -> None:
    desired = wanted(dashboard("ops/cpu.json"))
    assert flattened(desired, server=NEW) is desired


@pytest.mark.parametrize(
    ("folders_as", "title", "tags"),
    [(FoldersAs.TAG, "CPU", ["a", "ops / hosts"]), (FoldersAs.PREFIX, "ops / hosts / CPU", ["a"]), (FoldersAs.NONE, "CPU", ["a"])],
)
def test_a_folder_becomes_what_the_target_states_and_nothing_else_changes(folders_as: FoldersAs, title: str, tags: list[str]) -> None:
    body = {"title": "CPU", "tags": ["a"], "panels": []}
    [found] = flattened(wanted(dashboard("ops/hosts/cpu.json")), folders_as).dashboards
    assert {"title": title, "tags": tags, "panels": []} == fill(body, found.fill)
    assert (title, ROOT, ()) == (found.title, found.folder, found.titles)
    assert body == unmarked(fill(body, found.fill), found.fill)


def test_a_dashboard_at_the_top_stays_as_it_is() -> None:
    [found] = flattened(wanted(dashboard("cpu.json"))).dashboards
    assert ("CPU", Fill()) == (found.title, found.fill)


def test_the_owners_tag_stands_beside_the_folder() -> None:
    [found] = flattened(wanted(dashboard("ops/cpu.json"), wants=Wants(owner_tag="provisioner:us"))).dashboards
    assert ["ops", "provisioner:us"] == fill({"title": "CPU"}, found.fill)["tags"]


def test_a_tag_that_the_file_has_already_is_not_repeated() -> None:
    [found] = flattened(wanted(dashboard("ops/cpu.json"))).dashboards
    assert {"title": "CPU", "tags": ["ops"]} == fill({"title": "CPU", "tags": ["ops"]}, found.fill)


def test_what_has_neither_title_nor_tags_in_the_usual_form_is_left_so() -> None:
    assert {"title": 7, "tags": "x"} == unmarked({"title": 7, "tags": "x"}, Fill(folder_tag="x", prefix="p / "))
    assert {"panels": []} == fill({"panels": []}, Fill(prefix="p / "))


def test_a_title_without_the_prefix_is_taken_as_it_is() -> None:
    assert {"title": "By hand"} == unmarked({"title": "By hand"}, Fill(prefix="ops / "))


def test_a_long_way_of_titles_is_one_short_tag_and_two_of_them_are_two() -> None:
    one, two = folder_tag(("a" * 60, "one")), folder_tag(("a" * 60, "two"))
    assert (True, True, True) == (len(one) <= LONGEST_TAG, len(two) <= LONGEST_TAG, one != two)


def test_no_folder_is_left_to_be_made() -> None:
    desired = wanted(dashboard("ops/cpu.json"))
    assert () == flattened(desired).folders == flat(desired, FoldersAs.TAG).folders


# Titles that are one name


def test_two_titles_of_one_slug_are_told_of_both_files_and_neither_is_sent() -> None:
    desired = wanted(dashboard("a/one.json", "one", "Über CPU"), dashboard("b/two.json", "two", "uber cpu"), dashboard("c.json", "c"))
    found = flattened(desired)
    assert ["c"] == [each.uid for each in found.dashboards]
    assert {"one", "two"} == found.withheld
    assert ["a/one.json", "b/two.json"] == [name for name, _ in told(found, "slug-duplicate")]
    assert 'b/two.json ("uber cpu")' in told(found, "slug-duplicate")[0][1]


def test_a_prefix_keeps_titles_of_different_folders_apart() -> None:
    desired = wanted(dashboard("a/one.json", "one", "CPU"), dashboard("b/two.json", "two", "CPU"))
    assert 2 == len(flattened(desired, FoldersAs.PREFIX).dashboards)
    assert 0 == len(flattened(desired).dashboards)


def test_where_it_is_weighed_less_both_are_kept() -> None:
    desired = wanted(dashboard("one.json", "one", "CPU!"), dashboard("two.json", "two", "CPU"))
    assert 2 == len(flattened(desired, slug_duplicate=Severity.WARNING).dashboards)


def test_a_title_of_signs_alone_is_refused_whatever_its_weight() -> None:
    found = flattened(wanted(dashboard("one.json", "one", "---")), slug_empty=Severity.OFF)
    assert ([], ["one"]) == (list(found.dashboards), sorted(found.withheld))
    assert ["slug-empty"] == [each.code for each in found.problems if each.severity is Severity.ERROR]


def test_two_titles_of_signs_alone_are_told_of_that_alone() -> None:
    found = flattened(wanted(dashboard("one.json", "one", "---"), dashboard("two.json", "two", "!!!")))
    assert ["slug-empty", "slug-empty"] == [code for code in codes(found.problems) if code.startswith("slug")]


def test_a_refused_file_without_a_uid_hides_what_it_may_be() -> None:
    found = flattened(wanted(dashboard("one.json", None, "---")))
    assert ["one.json"] == [each.path for each in found.hiding]


def test_a_file_with_one_refused_dashboard_is_kept_back_whole() -> None:
    found = flattened(wanted(file("two.json", document("one", "---"), document("two", "Fine", index=1))))
    assert ([], ["one", "two"]) == (list(found.dashboards), sorted(found.withheld))


# What is told


def test_what_became_of_folders_is_one_note_whatever_their_number() -> None:
    files = [dashboard(f"f{number}/d.json", f"d{number}") for number in range(5)]
    [(subject, message)] = told(flattened(wanted(*files)), "folders-flattened")
    assert "target test" == subject
    assert 'Grafana 4.6.5 has no folders: the folder of each dashboard becomes one of its tags ("f0", "f1", "f2" and 2 more)' == message


def test_without_folders_nothing_is_told_of_them() -> None:
    assert [] == told(flattened(wanted(dashboard("cpu.json"))), "folders-flattened")


def test_what_the_server_cannot_do_is_told_once_each() -> None:
    messages = [message for _, message in told(flattened(wanted(dashboard("a.json"), dashboard("b.json", "b"))), "server-limits")]
    assert len(set(messages)) == len(messages) == 3


def test_an_older_one_can_do_less_and_one_that_hides_its_version_is_taken_for_it() -> None:
    two, hidden = (told(flattened(wanted(dashboard("a.json")), server=server), "server-limits") for server in (TWO, HIDDEN))
    assert 6 == len(two) == len(hidden)
    assert "this Grafana: " == hidden[0][1][:14]


def test_a_note_can_be_turned_off() -> None:
    found = flattened(wanted(dashboard("ops/a.json")), server_limits=Severity.OFF, folders_flattened=Severity.OFF)
    assert [] == codes(found.problems)


def test_a_target_says_how() -> None:
    name = TargetName("test")
    target = TargetSettings(name, Connection(name, "https://x"), (), folders_as=FoldersAs.PREFIX)
    assert Flattening(FOUR, "target test", FoldersAs.PREFIX) == Flattening.of(FOUR, target, ())


def test_a_server_known_by_its_slugs_has_one_dashboard_of_a_name_whatever_version_it_shows() -> None:
    assert [True, True] == [HIDDEN.unique_names, FOUR.unique_names]


def test_a_dashboard_of_somebody_whose_title_has_the_same_slug_is_told_before_anything_is_sent() -> None:
    desired = flattened(wanted(dashboard("one.json", "one", "Über CPU")))
    plan = make_plan(desired, Live(FOUR, found=(found_row("number:7", "uber cpu"),)), Policy())
    assert ([], ["name-exists"]) == (list(plan.changes), [each.kind.value for each in plan.conflicts])
