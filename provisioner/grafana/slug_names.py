"""Who is who on a server that knows dashboards by number and slug: which of ours a row or a dashboard of it is.

In: introductions, the rows of a search, dashboards as they were read. Out: uids, numbers and slugs. It asks nobody. What it recognises is
evidence and no more: whether anything may be written is for the plan. A number alone proves nothing, since on a server that was set up
anew it is a stranger's.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from provisioner.core.introducing import Introduced, stranger
from provisioner.core.model import Uid
from provisioner.core.server import LiveDashboard, Mark
from provisioner.core.slugs import slug_of


@dataclass(frozen=True, slots=True)
class Row:
    """One dashboard as the search shows it."""

    id: int
    title: str
    slug: str
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """One of ours: its titles, the one that was last on the server first, and the mark that the server knew it by, None where it never told
    one. `slug` is where it was found last, by this very connection, and `is_proven` that it had its number there.
    """

    uid: Uid
    titles: tuple[str, ...] = ()
    mark: Mark | None = None
    slug: str | None = None
    is_proven: bool = False

    @property
    def number(self) -> int | None:
        """Its number; None where it is not known."""
        return self.mark.id if self.mark is not None and self.mark.id > 0 else None

    @property
    def is_placed(self) -> bool:
        """Whether the titles alone say where it may be."""
        return all(slug_of(each) is not None for each in self.titles)

    def is_called(self, slug: str, title: str) -> bool:
        """Whether this is the name of it that we know."""
        return slug in {self.slug, *map(slug_of, self.titles)} or title.strip() in {each.strip() for each in self.titles}


class Names:
    """All that are known, and what the search showed last. Not thread-safe."""

    def __init__(self) -> None:
        self._known: dict[Uid, Known] = {}
        self._rows: dict[int, Row] = {}
        self._by_slug: dict[str, Row] = {}
        self._owners: dict[int, Uid] = {}

    def introduce(self, known: Iterable[Introduced]) -> None:
        """What is said first counts first; a title that is new is one more to look for."""
        for each in known:
            old = self._known.get(each.uid, Known(each.uid))
            titles = old.titles if each.title in old.titles else (*old.titles, each.title)
            self._known[each.uid] = replace(old, titles=titles, mark=old.mark or each.mark)

    def known(self, uid: Uid) -> Known | None:
        """None for one that nobody introduced."""
        return self._known.get(uid)

    def taken_for_a_slug(self, name: str) -> Known:
        """A uid that nobody introduced: a person may mean the name of a dashboard, as it stands in its address."""
        return Known(Uid(name), slug=name)

    def learn(self, uid: Uid, title: str, slug: str, mark: Mark) -> None:
        """It was read, or saved, just now."""
        old = self._known.get(uid, Known(uid))
        titles = (title, *(each for each in old.titles if each != title))
        proven = old.is_proven or (old.number == mark.id and old.is_called(slug, title))
        self._known[uid] = replace(old, titles=titles, mark=mark, slug=slug, is_proven=proven)
        self._owners[mark.id] = uid

    def forget_place(self, uid: Uid) -> None:
        """It is not where it was."""
        if uid in self._known:
            self._known[uid] = replace(self._known[uid], slug=None)

    def see(self, rows: Iterable[Row]) -> None:
        """What the search shows now."""
        self._rows = {each.id: each for each in rows}
        self._by_slug = {each.slug: each for each in self._rows.values()}
        self._owners = self._claimed()

    def see_also(self, row: Row | None) -> None:
        """One more row, where the search was cut."""
        if row is not None:
            self.see((*self._rows.values(), row))

    def row(self, number: int) -> Row | None:
        """The row of this number."""
        return self._rows.get(number)

    def places(self, known: Known) -> tuple[str, ...]:
        """The slugs where it may be found, most likely first. An empty one is no address."""
        row = None if known.number is None else self._rows.get(known.number)
        named = self._by_name(known)
        shown = [None if each is None else each.slug for each in (row, named)]
        places = [known.slug, shown[0], *map(slug_of, known.titles), shown[1]]
        return tuple(dict.fromkeys(each for each in places if each))

    def unplaced(self) -> tuple[Known, ...]:
        """Those without a number that no row is."""
        owned = set(self._owners.values())
        return tuple(each for each in self._known.values() if each.number is None and each.uid not in owned)

    def uid_of(self, row: Row) -> Uid:
        """Ours where it is one of ours, else a stranger's."""
        return self._owners.get(row.id) or stranger(row.id)

    def is_claimed(self, number: int, uid: Uid) -> bool:
        """Whether it is another one of ours."""
        return self._owners.get(number, uid) != uid

    def may_be(self, known: Known, slug: str, live: LiveDashboard) -> bool:
        """Whether what was read is this one of ours. Found by another number, it was deleted and made again under its name."""
        if not known.titles:
            return all(each.number != live.mark.id for each in self._known.values())
        if known.number is None or live.mark.id != known.number:
            return known.is_called(slug, live.title) and not self.is_claimed(live.mark.id, known.uid)
        if live.content.get("uid") == known.uid or known.is_called(slug, live.title):
            return True
        # A page drops our uid when it saves, so one that was renamed there has neither.
        return known.mark is not None and live.mark.version > known.mark.version and self._is_same_server()

    def _claimed(self) -> dict[int, Uid]:
        """The owners of the rows: by number and name, then by number where the server is the same, then by name alone."""
        same_server = self._is_same_server()
        owners: dict[int, Uid] = {}
        for known in self._known.values():
            row = self._rows.get(known.number or 0)
            if row is not None and (same_server or known.is_called(row.slug, row.title)):
                owners[row.id] = known.uid
        settled = set(owners.values())
        for known in self._known.values():
            row = None if known.uid in settled else self._by_name(known)
            if row is not None and row.id not in owners:
                owners[row.id] = known.uid
        return owners

    def _by_name(self, known: Known) -> Row | None:
        found = (self._by_slug.get(slug) if (slug := slug_of(title)) is not None else self._titled(title) for title in known.titles)
        return next((each for each in found if each is not None), None)

    def _titled(self, title: str) -> Row | None:
        return next((each for each in self._rows.values() if each.title.strip() == title.strip()), None)

    def _is_same_server(self) -> bool:
        """Whether a number says anything: one of ours at least has the name that it had. Of a single one nobody can tell."""
        numbered = [each for each in self._known.values() if each.number is not None]
        there = ((each, self._rows.get(each.number or 0)) for each in numbered)
        proven = (each.is_proven or (row is not None and each.is_called(row.slug, row.title)) for each, row in there)
        return len(numbered) == 1 or any(proven)
