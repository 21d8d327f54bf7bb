"""`provisioner run` as a process of its own, and what it says while it lives.

Nothing here sleeps for a fixed time: a test waits for a line of the log, for an answer of the daemon, or for the server to hold something,
each with an end. The child is always killed and collected.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 40.0
"""Seconds: far more than anything here takes on an idle machine, since four of them may run on two busy cores. What must not be waited for
hangs longer (a server for 60 s), so that a test that waited for it has failed.
"""

Event = dict[str, Any]

_SERIES = re.compile(r"(?P<name>\w+)(?:\{(?P<labels>.*)\})? (?P<value>\S+)")


def until(what: Callable[[], object], about: str = "", within: float = PATIENCE) -> None:
    """Waits until it is so; looked at often, with an end."""
    latest = time.monotonic() + within
    while not what():
        assert time.monotonic() < latest, f"not so within {within:.0f} s: {about or what}"
        time.sleep(0.005)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the daemon's web server said."""

    status: int
    body: bytes
    headers: Mapping[str, str]

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found


class Child:
    """A daemon. Each line of its log is waited for once: `wait_for` takes the first that fits and was not taken before."""

    def __init__(self, cwd: Path, environment: Mapping[str, str], *args: str) -> None:
        home = cwd.parent / "home"
        home.mkdir(exist_ok=True)
        fixed = {"PATH": os.environ["PATH"], "HOME": str(home), "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "provisioner", "run", *args],
            cwd=cwd,
            env={**fixed, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        self._changed = threading.Condition()
        self._ended = False
        self._lines: list[bytes] = []
        self._events: list[Event] = []
        self._taken: set[int] = set()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    # --- what it says ---------------------------------------------------------------------------------------------------------------------

    def wait_for(self, event: str, within: float = PATIENCE, **fields: object) -> Event:
        """The next line of this name with these fields."""
        latest = time.monotonic() + within
        with self._changed:
            while True:
                for number, each in enumerate(self._events):
                    if number not in self._taken and _fits(each, event, fields):
                        self._taken.add(number)
                        return each
                left = latest - time.monotonic()
                assert (True, False) == (left > 0, self._ended), self._missing(event, fields)
                self._changed.wait(left)

    def count(self, event: str, **fields: object) -> int:
        """How many lines of this name with these fields there were so far."""
        return len(self.all(event, **fields))

    def all(self, event: str, **fields: object) -> list[Event]:
        with self._changed:
            return [each for each in self._events if _fits(each, event, fields)]

    @property
    def events(self) -> list[Event]:
        with self._changed:
            return list(self._events)

    @property
    def raw(self) -> bytes:
        with self._changed:
            return b"".join(self._lines)

    # --- what it is asked -----------------------------------------------------------------------------------------------------------------

    @property
    def port(self) -> int:
        """Of its web server. Waits until it listens."""
        until(lambda: self.count("web.listening") or self._ended, "it listens")
        assert self.count("web.listening"), self._missing("web.listening", {})
        return int(self.all("web.listening")[-1]["url"].rpartition(":")[2])

    def get(self, path: str) -> Answer:
        return self.ask("GET", path)

    def ask(self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request(method, path, body, dict(headers or {}))
            response = connection.getresponse()
            return Answer(response.status, response.read(), {name.lower(): value for name, value in response.getheaders()})
        finally:
            connection.close()

    @property
    def status(self) -> dict[str, Any]:
        return self.get("/status.json").json

    def target(self, name: str = "test") -> dict[str, Any]:
        """How the target stands, as /status.json says it."""
        return next(each for each in self.status["targets"] if each["name"] == name)

    def source(self, name: str = "files") -> dict[str, Any]:
        return next(each for each in self.status["sources"] if each["name"] == name)

    def metric(self, name: str, **labels: str) -> float:
        """The sum over all series of this name with these labels."""
        found = (_SERIES.fullmatch(line) for line in self.get("/metrics").text.splitlines())
        wanted = {f'{key}="{value}"' for key, value in labels.items()}
        return sum(
            float(each["value"]) for each in found if each and each["name"] == name and wanted <= set((each["labels"] or "").split(","))
        )

    # --- what it has open -----------------------------------------------------------------------------------------------------------------

    @property
    def children(self) -> list[int]:
        """Its child processes, and theirs."""
        return _below(self.process.pid)

    def git_children(self) -> list[int]:
        return [each for each in self.children if b"git" in _command(each)]

    @property
    def threads(self) -> int:
        return len(list(Path(f"/proc/{self.process.pid}/task").iterdir()))

    @property
    def descriptors(self) -> int:
        return len(list(Path(f"/proc/{self.process.pid}/fd").iterdir()))

    @property
    def memory(self) -> float:
        """Resident, in MiB."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text("ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20

    @property
    def cpu(self) -> float:
        """Seconds of CPU, without its children's."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text("ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def default_action(self, number: signal.Signals) -> bool:
        """Whether the signal is not caught any more."""
        status = Path(f"/proc/{self.process.pid}/status").read_text("ascii")
        [caught] = re.findall(r"SigCgt:\s*(\w+)", status)
        return not int(caught, 16) >> (number - 1) & 1

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """For so long it does nothing at all: what happens meanwhile it hears of at once, afterwards."""
        self.tell(signal.SIGSTOP)
        try:
            yield
        finally:
            self.tell(signal.SIGCONT)

    # --- its end --------------------------------------------------------------------------------------------------------------------------

    def tell(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def stop(self, number: signal.Signals = signal.SIGTERM, within: float = PATIENCE) -> int:
        """Asks it to end; its exit code."""
        self.tell(number)
        return self.ended(within)

    def ended(self, within: float = PATIENCE) -> int:
        """Its exit code, once it ended by itself."""
        code = self.process.wait(within)
        self._reader.join(PATIENCE)
        return code

    def close(self) -> None:
        """Kills it, if it still lives."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self._reader.join(PATIENCE)
        assert self.process.stderr is not None
        self.process.stderr.close()

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            with self._changed:
                self._lines.append(line)
                self._events.append(_event(line))
                self._changed.notify_all()
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def _missing(self, event: str, fields: Mapping[str, object]) -> str:
        said = b"".join(self._lines[-40:]).decode(errors="replace")
        return f"{'it ended' if self._ended else 'in time'} without {event} {fields}; it said:\n{said}"


def _below(pid: int) -> list[int]:
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        children = [int(each) for task in tasks for each in (task / "children").read_text("ascii").split()]
    except OSError:
        return []
    return [*children, *(each for child in children for each in _below(child))]


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def _event(line: bytes) -> Event:
    """A line is one JSON object, whatever happens."""
    try:
        found: Event = json.loads(line)
    except ValueError:
        return {"event": "no JSON", "line": line.decode(errors="replace")}
    return found


def _fits(each: Event, event: str, fields: Mapping[str, object]) -> bool:
    return each.get("event") == event and all(
        wanted(each.get(name)) if callable(wanted) else each.get(name) == wanted for name, wanted in fields.items()
    )


@contextmanager
def started(cwd: Path, environment: Mapping[str, str], *args: str) -> Iterator[Child]:
    """A daemon for as long as the block lasts. What it says must be one JSON object in each line, without a fault of ours."""
    child = Child(cwd, environment, *args)
    try:
        yield child
    finally:
        child.close()
    strange = [each for each in child.events if each["event"] in {"no JSON", "fault"}]
    assert [] == strange
