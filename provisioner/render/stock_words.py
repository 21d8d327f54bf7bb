"""The words of an inventory that every form of it uses: its counts, its lists, its home dashboard.

In: an `Inventory`. Out: text, with nothing of a terminal or of markup in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from provisioner.core.home import HomeHidden, HomeIs, NoHome, NoHomes
from provisioner.core.inventory import Inventory, Item, Whose
from provisioner.render import words


@dataclass(frozen=True, slots=True)
class Part:
    """One list of an inventory: what it lists, and a row for each as (name, uid, detail). `quiet` ones are shown when all is asked for."""

    title: str
    rows: tuple[tuple[str, str, str], ...]
    quiet: bool = False


def counts(of: Inventory) -> list[str]:
    """What is there, in numbers; the first thing that is told."""
    found = of.counts
    told = [words.count(found["dashboards"], "dashboard"), f"{found['ours']:,} ours"]
    rest = (
        ("edited", "edited on the server"),
        ("perhaps_edited", "perhaps edited"),
        ("another_installation", "of another installation"),
        ("foreign", "foreign"),
        ("waiting", "of those in git too"),
        ("provisioned_elsewhere", "provisioned by something else"),
        ("not_found", "in git and not found there"),
        ("lost", "ours and not found there"),
    )
    told += [f"{found[key]:,} {word}" for key, word in rest if found[key]]
    if found["same_title"]:
        told.append(words.count(found["same_title"], "title") + " more than once in a folder")
    empty = f" ({found['empty_folders']:,} empty, {found['our_folders']:,} ours)" if found["folders"] else ""
    return [*told, words.count(found["folders"], "folder") + empty, words.count(found["tags"], "tag")]


def parts(of: Inventory) -> Iterator[Part]:
    """All lists that have something in them, those first that somebody may have to look at."""
    every = (
        Part("edited on the server", tuple(_row(each, "; ".join(each.changes)) for each in of.edited)),
        Part("in git and not found there", tuple((each.name, each.uid, each.origin.shown) for each in of.missing)),
        Part("ours and not found there, nor in git", tuple((words.recorded(each), each.uid, each.path) for each in of.lost)),
        Part("one title more than once in a folder", tuple(_row(item, _whose(item)) for twins in of.twins for item in twins.items)),
        Part("in git too, and not recorded as ours", tuple(_row(each, each.path) for each in of.waiting)),
        Part("provisioned by something else", tuple(_row(each, each.managed_by or "") for each in of.provisioned)),
        Part("of another installation", tuple(_row(each, f'owner "{each.owner}"') for each in of.of(Whose.ANOTHER))),
        Part("foreign", tuple(_row(each, each.updated) for each in of.of(Whose.FOREIGN) if not each.path)),
        Part("cannot be read", tuple(_row(each, each.unread) for each in of.items if each.unread)),
        Part("folders that hold no dashboard and no folder", tuple((each.name, each.folder.uid, _shelf(each.ours)) for each in of.empty)),
        Part("our folders", tuple(_folder(each.name, each.folder.uid, each.dashboards) for each in of.shelves if each.ours), quiet=True),
        Part("ours", tuple(_row(each, each.path or "not in git") for each in of.of(Whose.OURS)), quiet=True),
        Part("tags", tuple((term, "", words.count(number, "dashboard")) for term, number in of.tags)),
    )
    return (each for each in every if each.rows)


def home(of: Inventory) -> str:
    """The home dashboard in a sentence; "" where nothing was found out."""
    match of.home:
        case HomeIs() as found:
            item = of.home_item
            return f"home dashboard: {item.name} ({item.found.uid}), {_whose(item)}" if item else f"home dashboard: {found.name}"
        case NoHome():
            return "home dashboard: none is chosen, so people see the page that comes with the server"
        case HomeHidden(_, permission, None):
            return f"home dashboard: the server's own page, as far as this credential sees; the preferences need {permission}"
        case HomeHidden(_, permission, shown):
            name = of.home_item.name if of.home_item else f'"{shown}"'
            return f"home dashboard: {name}, as far as this credential sees; the preferences need {permission}"
        case NoHomes(told):
            return f"home dashboard: this server lets none be chosen ({told})"
        case None:
            return ""


def limits(of: Inventory) -> list[str]:
    """What was not looked at, so that nobody takes it for nothing."""
    told = [] if of.deep else ["edits and who else provisions what are told as far as lists show them: --deep reads each dashboard"]
    unread = [each.name for each in of.sources if each.failure is not None]
    if unread:
        told.append(f"what is in git is told without {', '.join(unread)}")
    return told


def _row(item: Item, detail: str) -> tuple[str, str, str]:
    return item.name, item.found.uid, detail


def _whose(item: Item) -> str:
    match item.whose:
        case Whose.OURS:
            return "ours"
        case Whose.ANOTHER:
            return f'of the installation "{item.owner}"'
        case Whose.FOREIGN:
            return "foreign"


def _shelf(ours: bool) -> str:  # noqa: FBT001 - the one thing that it is about
    return "ours" if ours else "foreign"


def _folder(name: str, uid: str, dashboards: int) -> tuple[str, str, str]:
    return name, uid, words.count(dashboards, "dashboard")
