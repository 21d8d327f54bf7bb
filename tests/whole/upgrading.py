"""A server that is upgraded in place: one database, stopped, made into one of a newer generation as its own migrations do, started again.

What the migrations do: 5.0 gives every dashboard a uid, its number in nine digits (reference 2.1; `printf('%09d', id)`), 12 and 13 keep
numbers, uids and versions.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from provisioner.core.settings import Api
from provisioner.sandbox import SandboxSettings, running
from provisioner.sandbox.settings import Person
from tests.whole.house import FIRST_WITH_UIDS, House, house


@dataclass(slots=True)
class Old:
    """A house, and the way to a newer generation of its server."""

    house: House
    stack: ExitStack
    database: Path
    generation: int
    started: ExitStack = field(default_factory=ExitStack)

    def upgrade(self, generation: int, api: Api = Api.AUTO) -> House:
        """The same house, whose server is of that generation from now on."""
        self.started.close()
        with closing(sqlite3.connect(self.database)) as file, file:
            file.execute("UPDATE about SET generation = ?", (generation,))
            if self.generation < FIRST_WITH_UIDS <= generation:
                file.execute("UPDATE item SET uid = printf('%09d', id) WHERE is_folder = 0")
        settings = SandboxSettings(people=(Person("jonas", "jonas"),), generation=generation, database=self.database)
        self.started = ExitStack()
        self.stack.push(self.started)
        self.house.sandbox = self.started.enter_context(running(settings))
        self.house.connection = replace(self.house.connection, url=self.house.sandbox.url, api=api)
        self.generation = generation
        return self.house


@contextmanager
def old_server(place: Path, generation: int, api: Api = Api.AUTO) -> Iterator[Old]:
    """A house with a server of this generation, that can be upgraded."""
    place.mkdir(parents=True)
    database = place / "grafana.db"
    with ExitStack() as stack:
        first = ExitStack()
        made = first.enter_context(house(place / "house", generation=generation, database=database, api=api))
        stack.push(first)
        yield Old(made, stack, database, generation, first)
