"""A daemon for as long as somebody has: `python -m tests.run.soak --minutes 30 --seed 7 [--storm 4]`.

Two sources, two targets, a hook; random saves, pushes, swaps, edits by people, servers in trouble, reloads; and in the last third signals
that end it, after which it is started again. Each minute, and at the end, all is let come to rest: everything must be live, no edit lost,
and what the process holds (memory, threads, descriptors, children) must not grow. Ends with 1 when something was not so.
"""

from __future__ import annotations

import argparse
import json
import random
import signal
import sys
import tempfile
import time
import urllib.error
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from provisioner.sandbox.faults import Faults
from tests.run.child import Child, until
from tests.run.holding import AS_INSTALLED, MOST_RISEN, Course, Held, held_more
from tests.run.pushing import announce, only_git, push, repository
from tests.run.yard import Server, Yard, yard
from tests.sources.repositories import Repository
from tests.whole.house import BY_UID, SAVES, Browser, dashboard

STEADY, PASSING, STILL = 30, 10, 5
"""How many dashboards of each source are only ever changed, how many come and go, and how many git never changes: what people do to those
is put back by what the daemon sees and remembers of them alone.
"""

TROUBLE: tuple[dict[str, Any], ...] = (
    {"latency_ms": 400},
    {"unavailable": 5},
    {"drop_before": 4},
    {"drop_after": 3},
    {"error_after_write": 3},
    {"too_many_requests": 5},
    {"proxy_page": 3},
    {"pending": 2},
)


@dataclass(slots=True)
class Soak:
    plot: Yard
    remote: Repository
    servers: dict[str, Server]
    chance: random.Random
    began: float = field(default_factory=time.monotonic)
    counted: Counter[str] = field(default_factory=Counter)
    edits: list[tuple[str, str, str]] = field(default_factory=list)
    wanted: dict[str, str] = field(default_factory=dict)
    """What git says now: title by uid."""
    ill: dict[str, float] = field(default_factory=dict)
    child: Child | None = None
    held: ExitStack = field(default_factory=ExitStack)
    number: int = 0

    # --- what happens ---------------------------------------------------------------------------------------------------------------------

    def title(self) -> str:
        self.number += 1
        return f"title {self.number}"

    def save(self) -> None:
        uid = f"f{self.chance.randrange(STEADY):02}"
        self.wanted[uid] = self.title()
        write = self.plot.put if self.chance.random() < 0.7 else self.plot.write
        write(f"team-{uid[1]}/{uid}.json", dashboard(uid, self.wanted[uid]))

    def burst(self) -> None:
        for _ in range(self.chance.randrange(5, 40)):
            self.save()

    def come_or_go(self) -> None:
        uid = f"p{self.chance.randrange(PASSING):02}"
        if self.wanted.pop(uid, None) is None:
            self.wanted[uid] = self.title()
            self.plot.put(f"passing/{uid}.json", dashboard(uid, self.wanted[uid]))
        else:
            (self.plot.files / "passing" / f"{uid}.json").unlink()

    def break_a_file(self) -> None:
        self.plot.write("team-0/f00.json", '{"uid": "f00", "title": ')
        time.sleep(self.chance.random())
        self.wanted["f00"] = self.title()
        self.plot.put("team-0/f00.json", dashboard("f00", self.wanted["f00"]))

    def swap(self) -> None:
        """As the kubelet does."""
        files, self.wanted["swapped"] = self.plot.files, self.title()
        name = f"..{self.wanted['swapped'].replace(' ', '-')}"
        (files / name).mkdir()
        (files / name / "swapped.json").write_text(json.dumps(dashboard("swapped", self.wanted["swapped"])), encoding="utf-8")
        before = (files / "..data").readlink() if (files / "..data").is_symlink() else None
        (files / "..tmp").symlink_to(name)
        (files / "..tmp").replace(files / "..data")
        if before is None:
            (files / "swapped.json").symlink_to("..data/swapped.json")
        else:
            (files / before / "swapped.json").unlink()
            (files / before).rmdir()

    def pushed(self) -> None:
        for _ in range(self.chance.randrange(1, 6)):
            self.wanted[f"g{self.chance.randrange(STEADY):02}"] = self.title()
        if self.chance.random() < 0.2:
            self.remote.git("update-ref", "-d", "refs/heads/main")
        commit = push(self.remote, **{uid: dashboard(uid, title) for uid, title in self.wanted.items() if uid[0] == "g"})
        if self.chance.random() < 0.8 and self.child is not None:
            with suppress(OSError):
                assert announce(self.child, commit).status in {202, 429}

    def edit(self) -> None:
        """Somebody saves in Grafana."""
        at, uid = self.chance.choice(tuple(self.servers)), f"{self.chance.choice('fg')}{self.chance.randrange(STEADY):02}"
        if self.chance.random() < 0.3:
            at, uid = "one", f"s{self.chance.randrange(STILL):02}"  # where edits are reverted
        title = f"by hand {self.title()}"
        with suppress(urllib.error.URLError, OSError):
            browser = Browser(self.plot.sandboxes[at].url)
            live = browser.read(uid)
            made = {"dashboard": {**live["dashboard"], "title": title}, "folderUid": live["meta"].get("folderUid", "")}
            answer = browser.ask(SAVES, {**made, "message": "", "overwrite": False})
            if isinstance(answer, dict) and answer["status"] == "success":  # "pending" saves nothing
                self.edits.append((at, uid, title))

    def delete(self) -> None:
        """Somebody deletes in Grafana."""
        at, there = self.chance.choice(tuple(self.servers)), sorted(uid for uid in self.wanted if uid[0] == "p")
        if there:
            with suppress(urllib.error.URLError, OSError):
                Browser(self.plot.sandboxes[at].url).delete(self.chance.choice(there))

    def trouble(self) -> None:
        at = self.chance.choice(tuple(self.servers))
        self.plot.sandboxes[at].faults.set(Faults(path="/api", **self.chance.choice(TROUBLE)))
        self.ill[at] = time.monotonic() + 2 * self.chance.random()

    def restart_server(self) -> None:
        at = self.chance.choice(tuple(self.servers))
        self.servers[at].end()
        time.sleep(self.chance.random())
        self.plot.sandboxes[at] = self.servers[at].begin()

    def reload(self) -> None:
        assert self.child is not None
        if self.chance.random() < 0.3:
            self.plot.rewrite("targets: [")
        else:
            self.plot.config["targets"]["one"]["drift_interval"] = f"{self.chance.randrange(2, 9)}s"
            self.plot.rewrite()
        if self.chance.random() < 0.7:
            self.child.tell(signal.SIGHUP)

    def end_it(self) -> None:
        """SIGTERM, SIGINT or SIGKILL, at whatever moment this is; and it is started again."""
        assert self.child is not None
        number = self.chance.choice((signal.SIGTERM, signal.SIGINT, signal.SIGKILL))
        code = self.child.stop(number, within=30)
        self.counted[f"ended by {number.name} with {code}"] += 1
        assert code in {0, -signal.SIGKILL}, (number, code, self.child.events[-20:])
        self.start()

    # --- the whole ------------------------------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """The one before has ended; it must have said nothing strange. From when the new one listens, it takes signals and files itself."""
        self.held.close()
        self.child = self.held.enter_context(self.plot.daemon())
        self.child.wait_for("web.listening", within=60)

    def step(self, events: tuple[tuple[int, Callable[[], None]], ...]) -> None:
        what = self.chance.choices([each for _, each in events], [weight for weight, _ in events])[0]
        what()
        self.counted[what.__name__] += 1
        for at in [at for at, when in self.ill.items() if when < time.monotonic()]:
            self.plot.sandboxes[at].faults.set(Faults())
            del self.ill[at]
        time.sleep(self.chance.random() * 0.1)

    def rest(self) -> Held:
        """Everything is healed, git is changed once more, and all of it must be live."""
        for at in self.servers:
            self.plot.sandboxes[at].faults.set(Faults())
        self.ill.clear()
        self.plot.rewrite()
        assert self.child is not None
        child = self.child
        child.tell(signal.SIGHUP)
        for uid in [uid for uid in self.wanted if uid[0] == "f"]:
            self.wanted[uid] = self.title()
            self.plot.put(f"team-{uid[1]}/{uid}.json", dashboard(uid, self.wanted[uid]))
        for uid in [uid for uid in self.wanted if uid[0] == "g"]:
            self.wanted[uid] = self.title()
        commit = push(self.remote, **{uid: dashboard(uid, title) for uid, title in self.wanted.items() if uid[0] == "g"})
        announce(child, commit)
        for at in self.servers:
            try:
                until(partial(self.as_wanted, at), f"{at} is as git wants it", within=60)
                until(partial(self.settled, at), f"{at} is at rest", within=60)
            except AssertionError:
                live, wanted = set(self.live(at).items()), set(self.wanted.items())
                _say(f"at {at} is live and not wanted: {sorted(live - wanted)}, wanted and not live: {sorted(wanted - live)}")
                named = tuple(f"/{uid}" for uid, _ in live ^ wanted)
                _say("\n".join(map(str, [each for each in self.plot.sandboxes[at].requests.all if each.path.endswith(named)][-40:])))
                _say(json.dumps([child.status, child.events[-30:]], indent=1))
                raise
        self.lost_nothing()
        return Held(time.monotonic() - self.began, child.memory, child.threads, child.descriptors, len(child.children))

    def as_wanted(self, at: str) -> bool:
        return self.live(at) == self.wanted

    def settled(self, at: str) -> bool:
        assert self.child is not None
        target = self.child.target(at)
        quiet = not (target["failure"] or target["passing"] or target["conflicts"] or target["drifted"] or target["held"])
        return bool(quiet and target["in_sync"] == target["owned"] == len(self.wanted))

    def live(self, at: str) -> dict[str, str]:
        rows = Browser(self.plot.sandboxes[at].url).ask("/api/search?type=dash-db&limit=5000")
        return {row["uid"]: row["title"] for row in rows}

    def lost_nothing(self) -> None:
        """Every edit of a person is in the history of its dashboard."""
        for at in self.servers:
            browser = Browser(self.plot.sandboxes[at].url)
            for uid in {uid for where, uid, _ in self.edits if where == at}:
                versions = browser.ask(f"{BY_UID}{uid}/versions?limit=5000")
                rows = versions["versions"] if isinstance(versions, dict) else versions
                there = {browser.ask(f"{BY_UID}{uid}/versions/{row['version']}")["data"]["title"] for row in rows}
                lost = {title for where, which, title in self.edits if (where, which) == (at, uid)} - there
                assert not lost, f"lost at {at}, {uid}: {lost}"
        self.counted["edits that were looked for"] += len(self.edits)
        self.edits.clear()


def _made(plot: Yard, seed: int) -> Soak:
    (plot.files / "first.json").unlink()
    remote = repository(plot)
    plot.environment |= AS_INSTALLED
    soak = Soak(plot, remote, {}, random.Random(seed))  # noqa: S311 - chance, not secrets
    plot.config["targets"] = {}
    for name, generation in (("one", 9), ("two", 12)):
        soak.servers[name] = plot.mortal(name, generation=generation)
        policy = {"conflict": "git-wins", "deleted": "recreate", "prune": {"enabled": True, "grace": "1s", "max_deletions": "50 or 50%"}}
        plot.config["targets"][name] |= {"drift_interval": "4s", "attempts": 3, "policy": policy}
    plot.config["targets"]["one"]["policy"]["drift"] = "revert"
    only_git(plot, remote.url, interval="3s")
    plot.source("files", directory={"path": "./files"})
    soak.wanted = {f"{kind}{number:02}": soak.title() for kind in "fg" for number in range(STEADY)}
    soak.wanted |= {f"s{number:02}": soak.title() for number in range(STILL)}
    for uid, title in soak.wanted.items():
        if uid[0] in "fs":
            plot.put(f"team-{uid[1]}/{uid}.json", dashboard(uid, title))
    soak.swap()
    push(remote, **{uid: dashboard(uid, title) for uid, title in soak.wanted.items() if uid[0] == "g"})
    return soak


def run(minutes: float, seed: int, place: Path, *, storm: int = 1) -> int:
    """Runs; how much was wrong. In a `storm`, troubles, reloads and dashboards that come and go are so many times as frequent."""
    with yard(place) as plot:
        soak = _made(plot, seed)
        harmless = (
            (20, soak.save), (4, soak.burst), (6 * storm, soak.come_or_go), (2, soak.break_a_file), (5, soak.swap), (10, soak.pushed),
            (8, soak.edit), (3, soak.delete), (5 * storm, soak.trouble), (storm, soak.restart_server), (2 * storm, soak.reload),
        )  # fmt: skip
        with soak.held:
            soak.start()
            assert soak.child is not None
            figures: list[Held] = []
            course = Course()
            for phase, events in enumerate((harmless, harmless, (*harmless, (2, soak.end_it)))):
                ends = time.monotonic() + 20 * minutes
                rests = time.monotonic() + (10 if phase == 0 else 60)
                while time.monotonic() < ends:
                    soak.step(events)
                    if phase < 2:
                        course.look(soak.child)
                    if time.monotonic() > rests:
                        rests = time.monotonic() + 60 / storm
                        rested = soak.rest()
                        _say(str(rested))
                        figures += [rested] if phase < 2 else []
                rested = soak.rest()
                _say(str(rested))
                figures += [rested] if phase < 2 else []
                if phase == 1:
                    _say(str(course))
            passes = soak.child.count("pass.done")
            assert 0 == soak.child.stop(within=30)
            _say(", ".join(f"{count} {name}" for name, count in sorted(soak.counted.items())) + f", {passes} passes of the last life")
    grown = held_more(figures[0], figures[-1]) + (["memory"] if course.risen > MOST_RISEN else [])
    _say(f"grown: {', '.join(grown)}" if grown else "nothing has grown")
    return len(grown)


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main() -> int:
    asked = argparse.ArgumentParser(prog="python -m tests.run.soak", description=__doc__)
    asked.add_argument("--minutes", type=float, default=3.0)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--storm", type=int, default=1)
    stated = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="provisioner-soak-") as place:
        return 1 if run(stated.minutes, stated.seed, Path(place) / "yard", storm=stated.storm) else 0


if __name__ == "__main__":
    sys.exit(main())
