"""The doors of the house: which room may import which, and which room alone may import a foreign package.

Reads the imports of every file of provisioner/ with `ast`: nothing is executed, and an import for types only
counts like any other.
"""

import ast
import fnmatch
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).resolve().parents[2]
HOUSE = "provisioner"
FILES = sorted((ROOT / HOUSE).rglob("*.py"))

# A room is a folder or a file directly under provisioner/. It may import itself, the rooms named here, and no others.
# What it needs of the rest it is handed, as a Protocol of core/ports.py or core/dialect.py.
ROOMS: dict[str, frozenset[str]] = {
    "core": frozenset(),
    "config": frozenset({"core"}),
    "sources": frozenset({"core"}),
    "grafana": frozenset({"core"}),
    "render": frozenset({"core"}),
    "sandbox": frozenset({"core"}),
    "state": frozenset({"core"}),
    "web": frozenset({"core"}),
    "log": frozenset({"core"}),
    "reading": frozenset({"core"}),
    "saving": frozenset({"core", "recognising"}),
    "journal": frozenset({"core"}),
    "deleting": frozenset({"core", "journal"}),
    "desiring": frozenset({"core", "looking"}),
    "homing": frozenset({"core"}),
    "apply": frozenset({"core", "journal", "saving"}),
    "recognising": frozenset({"core"}),
    "looking": frozenset({"core", "reading", "recognising"}),
    "validation": frozenset({"core", "reading"}),
    "rehearsing": frozenset({"core", "looking", "reading"}),
    "judging": frozenset({"core", "reading", "rehearsing", "validation"}),
    "checking": frozenset({"core"}),
    "machine": frozenset({"core"}),
    "reconcile": frozenset({"core", "apply", "deleting", "desiring", "homing", "journal", "looking", "reading", "rehearsing", "resolving"}),
    "resolving": frozenset({"core", "journal"}),
    "exporting": frozenset({"core", "looking", "reading"}),
    "recalling": frozenset({"core", "resolving"}),
    "restoring": frozenset({"core", "journal", "recalling", "saving"}),
    "reviving": frozenset({"core", "recalling", "restoring", "saving"}),
    "inquiring": frozenset({"core", "looking", "reading", "recognising", "resolving"}),
    "stocktaking": frozenset({"core", "looking", "reading"}),
    "daemon": frozenset({"core", "desiring", "reading", "reconcile"}),
}
# These build the parts out of every room. Nothing imports the command line, but `python -m provisioner`.
BUILDERS = frozenset({"cli", "demo", "front", "staging", "wiring"})
NOT_IMPORTED = frozenset({"cli"})
ENTRANCE = "__main__"
# provisioner/__init__.py itself: the version. Everybody may read it, save core, which has no version of its own.
PORCH = "__init__"


@dataclass(frozen=True, slots=True)
class Door:
    """One foreign package: its name in pyproject.toml, the module it is imported by, and the files that may."""

    distribution: str
    module: str
    files: tuple[str, ...]


DOORS = (
    Door("click", "click", ("cli.py", "cli/*")),
    Door("gitpython", "git", ("sources/git*",)),
    Door("httpx", "httpx", ("grafana/*",)),
    Door("jsonschema", "jsonschema", ("core/schema.py",)),
    Door("jsonschema-rs", "jsonschema_rs", ("core/schema.py",)),
    Door("orjson", "orjson", ("core/*",)),
    Door("prometheus-client", "prometheus_client", ("web/*",)),
    Door("pyyaml", "yaml", ("core/syntax*",)),
    Door("rich", "rich", ("render/*",)),
    Door("stamina", "stamina", ("grafana/*",)),
    Door("starlette", "starlette", ("sandbox/*", "web/*")),
    Door("structlog", "structlog", ("cli.py", "cli/*", "log.py", "log/*")),
    Door("uvicorn", "uvicorn", ("sandbox/*", "web/*")),
    Door("watchdog", "watchdog", ("sources/watch*",)),
)

# What core may not touch: files, network, clock, chance, processes, other threads and the log.
# fmt: off
WORLD = frozenset({
    "asyncio", "concurrent", "glob", "http.client", "http.server", "io", "logging", "multiprocessing", "os", "pathlib",
    "random", "secrets", "select", "selectors", "shutil", "signal", "socket", "socketserver", "sqlite3", "ssl",
    "subprocess", "tempfile", "threading", "time", "urllib.request", "uuid",
})
# fmt: on
WORLD_BUT = frozenset({"pathlib.PurePosixPath"})
# The same by a call rather than an import.
WORLD_CALLS = frozenset({"open", "print", "input", "exec", "eval"})
CLOCK_CALLS = frozenset({"now", "utcnow", "today"})


@dataclass(frozen=True, slots=True)
class Import:
    """One name that a file imports: `path` inside provisioner/, the full dotted `name`, the line."""

    path: str
    name: str
    line: int

    @property
    def place(self) -> str:
        return f"{HOUSE}/{self.path}:{self.line} imports {self.name}"

    @property
    def top(self) -> str:
        return self.name.partition(".")[0]


def imports(path: str, text: str) -> list[Import]:
    """Every import of a file, wherever it stands, relative ones made whole. `from a import b` is the name `a.b`."""
    package = (HOUSE, *PurePosixPath(path).parent.parts)
    found: list[Import] = []
    for node in ast.walk(ast.parse(text, filename=path)):
        match node:
            case ast.Import(names=names):
                found += [Import(path, alias.name, node.lineno) for alias in names]
            case ast.ImportFrom(module=module, names=names, level=level):
                start = package[: len(package) - level + 1] if level else ()
                base = ".".join((*start, *([module] if module else [])))
                found += [Import(path, f"{base}.{alias.name}", node.lineno) for alias in names]
            case _:
                pass
    return found


def room_of(path: str) -> str:
    """The room of a file of the house: its first folder, or its own name."""
    return PurePosixPath(path).parts[0].removesuffix(".py")


def room_named(name: str, house: frozenset[str]) -> str:
    """The room that an imported name of ours belongs to. What is no room of `house` is said in provisioner/__init__."""
    parts = name.split(".")
    return parts[1] if len(parts) > 1 and parts[1] in house else PORCH


def may_import(room: str, other: str) -> bool:
    if other == room:
        return True
    if other == PORCH:
        return room != "core"
    if other in NOT_IMPORTED:
        return room == ENTRANCE
    return room in BUILDERS or other in ROOMS.get(room, frozenset())


def wrong_direction(found: list[Import], house: frozenset[str]) -> list[str]:
    """The imports of our own rooms that go the wrong way. `house` names the rooms that there are."""
    own = [each for each in found if each.top == HOUSE]
    return [each.place for each in own if not may_import(room_of(each.path), room_named(each.name, house))]


def wrong_door(found: list[Import]) -> list[str]:
    """The imports of foreign packages by a file that is not their door, or of packages that have none."""
    foreign = [each for each in found if each.top != HOUSE and each.top not in sys.stdlib_module_names]
    files = {door.module: door.files for door in DOORS}
    return [each.place for each in foreign if not any(fnmatch.fnmatchcase(each.path, pattern) for pattern in files.get(each.top, ()))]


def touches_world(found: list[Import]) -> list[str]:
    """The imports by core of what touches the world."""
    thinking = [each for each in found if room_of(each.path) == "core" and each.name not in WORLD_BUT]
    return [each.place for each in thinking if any(f"{each.name}.".startswith(f"{module}.") for module in WORLD)]


def world_calls(path: str, text: str) -> list[str]:
    """The calls in a file of core that read the clock, or open or print something."""
    wrong: list[str] = []
    for node in ast.walk(ast.parse(text, filename=path)):
        match node:
            case ast.Call(func=ast.Name(id=name)) if name in WORLD_CALLS:
                wrong.append(f"{HOUSE}/{path}:{node.lineno} calls {name}()")
            case ast.Call(func=ast.Attribute(attr=name, value=ast.Name(id=("datetime" | "date") as owner))) if name in CLOCK_CALLS:
                wrong.append(f"{HOUSE}/{path}:{node.lineno} calls {owner}.{name}()")
            case _:
                pass
    return wrong


def inside(file: Path) -> str:
    return file.relative_to(ROOT / HOUSE).as_posix()


@pytest.fixture(scope="module")
def found() -> list[Import]:
    return [each for file in FILES for each in imports(inside(file), file.read_text(encoding="utf-8"))]


@pytest.fixture(scope="module")
def house() -> frozenset[str]:
    return frozenset(room_of(inside(file)) for file in FILES)


def dependencies() -> set[str]:
    declared: list[str] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    return {each.partition(">")[0].strip().lower() for each in declared}


# Direction


def test_every_import_of_our_own_goes_in_the_one_direction(found: list[Import], house: frozenset[str]) -> None:
    assert wrong_direction(found, house) == []


def test_every_room_has_its_line_in_the_table(house: frozenset[str]) -> None:
    assert house - ROOMS.keys() - BUILDERS - {ENTRANCE, PORCH} == set()


def test_the_table_names_no_room_that_does_not_exist(house: frozenset[str]) -> None:
    assert (ROOMS.keys() | BUILDERS) - house == set()


# Doors


def test_each_foreign_package_is_imported_in_its_own_room_alone(found: list[Import]) -> None:
    assert wrong_door(found) == []


def test_each_declared_dependency_has_a_door_and_each_door_a_declaration() -> None:
    assert dependencies() == {door.distribution for door in DOORS}


def test_each_declared_dependency_is_imported_somewhere(found: list[Import]) -> None:
    used = {each.top for each in found}
    assert [door.distribution for door in DOORS if door.module not in used] == []


# Core


def test_core_imports_nothing_that_touches_the_world(found: list[Import]) -> None:
    assert touches_world(found) == []


def test_core_opens_nothing_prints_nothing_and_reads_no_clock() -> None:
    core = [file for file in FILES if room_of(inside(file)) == "core"]
    assert [each for file in core for each in world_calls(inside(file), file.read_text(encoding="utf-8"))] == []


# The rules themselves: each refuses what it is there for.


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("core/plan.py", "from provisioner.sources import directory"),
        ("core/plan.py", "from ..grafana.client import Client"),
        ("core/plan.py", "from provisioner import __version__"),
        ("grafana/client.py", "import provisioner.sandbox"),
        ("grafana/client.py", "if TYPE_CHECKING:\n    from provisioner.config import settings"),
        ("apply.py", "from provisioner import reconcile"),
        ("apply.py", "def late():\n    from . import reconcile"),
        ("demo.py", "from provisioner import cli"),
    ],
)
def test_an_import_in_the_wrong_direction_is_found(path: str, line: str) -> None:
    assert len(wrong_direction(imports(path, line), frozenset(ROOMS) | BUILDERS)) == 1


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("cli.py", "from provisioner import demo, reconcile"),
        ("reconcile.py", "from provisioner.apply import carry_out"),
        ("grafana/client.py", "from .answers import read"),
        ("grafana/client.py", "from provisioner import __version__"),
        ("__main__.py", "from provisioner.cli import main"),
    ],
)
def test_an_import_in_the_right_direction_is_left_alone(path: str, line: str) -> None:
    assert wrong_direction(imports(path, line), frozenset(ROOMS) | BUILDERS) == []


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("core/plan.py", "import httpx"),
        ("sources/directory.py", "from git import Repo"),
        ("grafana/client.py", "import requests"),
        ("config/read.py", "import yaml"),
    ],
)
def test_a_foreign_package_outside_its_room_is_found(path: str, line: str) -> None:
    assert len(wrong_door(imports(path, line))) == 1


@pytest.mark.parametrize(
    "line",
    ["import os", "import os.path", "from pathlib import Path", "from time import monotonic", "import urllib.request"],
)
def test_an_import_of_the_world_by_core_is_found(line: str) -> None:
    assert len(touches_world(imports("core/plan.py", line))) == 1


@pytest.mark.parametrize(
    "line",
    ["from pathlib import PurePosixPath", "import datetime", "from urllib.parse import urlsplit", "import iopath"],
)
def test_an_import_that_touches_nothing_is_left_alone(line: str) -> None:
    assert touches_world(imports("core/plan.py", line)) == []


@pytest.mark.parametrize("line", ["datetime.now(tz=UTC)", "open('x')", "print(1)"])
def test_a_call_to_the_world_by_core_is_found(line: str) -> None:
    assert len(world_calls("core/plan.py", line)) == 1
