"""Passes in processes of their own that are killed at a named point: by SIGKILL, not by an exception.

`python -m tests.whole.killed_child` reads orders from its input, one JSON object a line. For each it forks, lets the fork run one pass that
ends at the point, and says how the fork ended: a minus and the number of the signal, or its exit code. Forking saves starting Python anew
for each of many points; this process has one thread and opens nothing, so a fork has nothing of another pass.

Points are named after the methods of the ledger and of the server, with "before", "after" or "in": for the ledger all is written and
nothing committed, for the server the request is done and the answer there, but not read. (Killed as soon as all is sent, a server that is
busy may see the connection close before it has read the body, and then it does nothing.)
"""

from __future__ import annotations

import json
import os
import re
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from sqlite3 import Connection as Database
from typing import Any

from provisioner.core.dialect import Grafana
from provisioner.core.secret import Secret
from provisioner.core.settings import Api, BasicAuth, Connection, DirectorySettings, DriftPolicy, Policy, Prune, Settings, TargetSettings
from provisioner.grafana import open_grafana
from provisioner.reconcile import Parts, reconcile
from provisioner.state.file import StateFile
from provisioner.state.ledger import SqliteLedger
from provisioner.wiring import opened
from tests.whole.house import SOURCE, TARGET, House

ROOT = Path(__file__).resolve().parents[2]
POLICY = Policy(drift=DriftPolicy.REVERT, prune=Prune(enabled=True, grace=0.0))
"""Whatever a pass may write, it writes."""

_SENDING = frozenset({"save", "delete", "create_folder", "update_folder", "delete_folder"})
_BEGINNINGS = (b"POST ", b"PUT ", b"PATCH ", b"DELETE ")


@dataclass(frozen=True, slots=True)
class Order:
    """One pass over one house, and where it ends: at the point for the `time`-th time."""

    place: str
    url: str
    password: str
    point: str
    time: int
    api: str = Api.AUTO


class Killer:
    """Ends this process at the point. Changes are made on several threads; each is asked for its own."""

    def __init__(self, order: Order) -> None:
        self._point = order.point
        self._left = order.time
        self._lock = threading.Lock()
        self._here = threading.local()
        self._notice_what_is_sent()

    def at(self, point: str) -> None:
        with self._lock:
            self._left -= point == self._point
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    def committing(self) -> None:
        self.at(f"in {self._here.doing}")

    @contextmanager
    def around(self, name: str) -> Iterator[None]:
        self.at(f"before {name}")
        self._here.doing = name
        yield
        self._here.doing = ""
        self.at(f"after {name}")

    def _notice_what_is_sent(self) -> None:
        original = socket.socket.send

        def send(one: socket.socket, data: bytes, flags: int = 0) -> int:
            count = original(one, data, flags)
            doing: str = getattr(self._here, "doing", "")
            if doing in _SENDING and self._is_whole(bytes(data[:count])):
                assert select.select([one], [], [], 30)[0]
                self.at(f"in {doing}")
            return count

        socket.socket.send = send  # type: ignore[method-assign, assignment]  # nobody else can say when the last byte is out

    def _is_whole(self, data: bytes) -> bool:
        """Whether this is the end of a request that writes. Head and body go out one after the other; what only reads has no body."""
        head, _, rest = data.partition(b"\r\n\r\n")
        if data.startswith(_BEGINNINGS):
            told = re.search(rb"\r\ncontent-length: *(\d+)", head, re.IGNORECASE)
            self._here.left = (int(told[1]) if told else 0) - len(rest)
        elif data.startswith(b"GET "):
            self._here.left = -1
        else:
            self._here.left -= len(data)
        return bool(self._here.left == 0)


class Watched:
    """A ledger or a server, each of whose methods has a point before and a point after it."""

    def __init__(self, one: object, killer: Killer) -> None:
        self._one = one
        self._killer = killer

    def __getattr__(self, name: str) -> object:
        value = getattr(self._one, name)
        if not callable(value):
            return value

        def called(*args: object, **named: object) -> object:
            with self._killer.around(name):
                return value(*args, **named)

        return called


class WatchedFile(StateFile):
    """A state file whose transactions have a point before they are committed."""

    def __init__(self, path: str, killer: Killer) -> None:
        super().__init__(path)
        self._killer = killer

    @contextmanager
    def writing(self) -> Iterator[Database]:
        with super().writing() as connection:
            yield connection
            self._killer.committing()


class Mill:
    """The process that forks, for the tests of a module."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.whole.killed_child"]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        self._process = subprocess.Popen(command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def run(self, house: House, point: str, time: int = 1) -> int:
        """One pass in a new process; how it ended: -9 when it was killed."""
        order = Order(str(house.place), house.sandbox.url, house.sandbox.admin[1], point, time, house.connection.api)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(asdict(order)) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def close(self) -> None:
        self._process.communicate(timeout=30)


def target_of(connection: Connection) -> TargetSettings:
    """One save at a time, so that a point is at one change."""
    return TargetSettings(TARGET, replace(connection, saves=1), (SOURCE,), policy=POLICY)


def one_pass(order: Order) -> None:
    """To its end, or to the point."""
    place, killer = Path(order.place), Killer(order)
    auth = BasicAuth("admin", Secret("targets.test.password_env", variable="PASSWORD"))
    wanted = target_of(Connection(TARGET, order.url, auth, timeout=30.0, api=Api(order.api)))
    settings = Settings((DirectorySettings(SOURCE, str(place / "files")),), (wanted,), str(place / "state.db"))
    environment: Mapping[str, str] = {"PASSWORD": order.password}
    ledger: Any = Watched(SqliteLedger(WatchedFile(settings.state, killer), TARGET, keep_seconds=10_000), killer)
    with opened(settings, environment, threading.Event()) as run:

        @contextmanager
        def watched() -> Iterator[Grafana]:
            with open_grafana(wanted.connection, run.reveal) as grafana:
                one: Any = Watched(grafana, killer)
                yield one

        parts: Parts = replace(run.parts(wanted), ledger=ledger, open_grafana=watched)
        reconcile(wanted, parts, write=True)


def main() -> None:
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            one_pass(Order(**json.loads(line)))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
