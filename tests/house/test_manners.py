"""The manners of the house: what a linter cannot say about our own files, or must not be told to ignore in silence."""

import ast
import io
import re
import tokenize
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = sorted((ROOT / "provisioner").rglob("*.py"))
PYTHON = [*PACKAGE, *sorted((ROOT / "tests").rglob("*.py")), *sorted((ROOT / "benchmarks").rglob("*.py"))]
TEXT = frozenset({".py", ".json", ".yaml", ".toml", ".md", ".txt", ".sql"})
SHIPPED = [each for each in sorted((ROOT / "provisioner").rglob("*")) if each.suffix in TEXT]
WORKSHOP = [ROOT / name for name in ("Makefile", "pyproject.toml", ".ci/run")]
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))

# Where anything at all is caught: at the top of the command line, which turns it into a sentence and an exit code, and at the top of the
# threads of the daemon and of its main loop: there it is told whole and stops nobody else. The thread of a watch hands it to its patrol's.
CATCHES_ALL = {"cli": 1, "daemon": 3}
BROAD = frozenset({"Exception", "BaseException"})

# In pieces, so that this file does not name them either.
REGISTRY = re.compile(r"\b(?:pypi|pythonhosted|npmjs|crates|maven|golang|debian|docker)\.(?:org|io|com|dev)\b", re.IGNORECASE)
# A folder of one machine, at the start of a path: not `{url}/api/home/`, not `./work/`.
MACHINE_PATH = re.compile(r"(?<![\w.}$*/-])/(?:work|root|tmp|home|Users|opt|mnt)/")

SILENCED = re.compile(r"#\s*(?:noqa|type:\s*ignore|pragma:\s*no\s*(?:cover|branch)|nosec)")
CODES = re.compile(r"#\s*(?:noqa(?::\s*[A-Z]+\d+(?:,\s*[A-Z]+\d+)*)?|type:\s*ignore(?:\[[\w,\s-]+\])?|pragma:\s*no\s*\w+|nosec)")
FEWEST_WORDS = 2


def place(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def room(file: Path) -> str:
    return file.relative_to(ROOT / "provisioner").parts[0].removesuffix(".py")


def matches(pattern: re.Pattern[str], file: Path) -> list[str]:
    lines = file.read_text(encoding="utf-8").splitlines()
    return [f"{place(file)}:{number}: {line.strip()}" for number, line in enumerate(lines, 1) if pattern.search(line)]


def broad_catches(text: str) -> list[int]:
    """The lines of every `except:`, `except Exception` and `except (…, Exception)` of a file."""
    lines: list[int] = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ExceptHandler):
            names = {each.id for each in ast.walk(node.type) if isinstance(each, ast.Name)} if node.type else BROAD
            lines += [node.lineno] if names & BROAD else []
    return lines


def silent(text: str) -> list[str]:
    """The comments of a file that silence a check and give no reason of at least two words."""
    comments = [
        each.string
        for each in tokenize.generate_tokens(io.StringIO(text).readline)
        if each.type == tokenize.COMMENT and SILENCED.search(each.string)
    ]
    return [each for each in comments if len(re.findall(r"\w{2,}", CODES.sub(" ", each))) < FEWEST_WORDS]


@pytest.mark.parametrize("file", PACKAGE, ids=place)
def test_every_module_says_what_it_is(file: Path) -> None:
    assert ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))), f"{place(file)} has no docstring"


@pytest.mark.parametrize("file", [*SHIPPED, *WORKSHOP, *LOCKS], ids=place)
def test_no_file_names_the_host_of_a_registry(file: Path) -> None:
    assert matches(REGISTRY, file) == []


@pytest.mark.parametrize("file", [*SHIPPED, *WORKSHOP, *LOCKS], ids=place)
def test_no_file_names_a_path_of_one_machine(file: Path) -> None:
    assert matches(MACHINE_PATH, file) == []


def test_nothing_catches_everything_but_the_command_line_once() -> None:
    found: dict[str, list[str]] = {}
    for file in PACKAGE:
        lines = broad_catches(file.read_text(encoding="utf-8"))
        found.setdefault(room(file), []).extend(f"{place(file)}:{line}" for line in lines)
    assert {name: places for name, places in found.items() if len(places) > CATCHES_ALL.get(name, 0)} == {}


@pytest.mark.parametrize("file", PYTHON, ids=place)
def test_a_silenced_check_gives_its_reason(file: Path) -> None:
    assert silent(file.read_text(encoding="utf-8")) == []


# The rules themselves: each refuses what it is there for, and nothing else.


@pytest.mark.parametrize("clause", ["except:", "except Exception:", "except BaseException as e:", "except (OSError, Exception):"])
def test_a_broad_catch_is_found(clause: str) -> None:
    assert broad_catches(f"try:\n    f()\n{clause}\n    pass\n") == [3]


def test_a_narrow_catch_is_left_alone() -> None:
    assert broad_catches("try:\n    f()\nexcept (OSError, ValueError):\n    pass\n") == []


@pytest.mark.parametrize("comment", ["# noqa", "# noqa: S603", "# type: ignore[arg-type]", "# pragma: no cover", "# noqa: S603 ok"])
def test_a_check_silenced_without_a_reason_is_found(comment: str) -> None:
    assert len(silent(f"x = 1  {comment}\n")) == 1


@pytest.mark.parametrize(
    "comment",
    [
        "# noqa: S603 - git gets no shell",
        "# type: ignore[arg-type]  # its stub forgets bytes",
        "# a noqa would be wrong here",
    ],
)
def test_a_check_silenced_with_a_reason_is_left_alone(comment: str) -> None:
    assert silent(f"x = 1  {comment}\n") == []


@pytest.mark.parametrize("line", ['"/' + 'tmp/x"', "see /" + "home/me/x", "=/" + "root/.ssh"])
def test_a_path_of_one_machine_is_found(line: str) -> None:
    assert MACHINE_PATH.search(line)


@pytest.mark.parametrize("line", ["/api/dashboards/home", "{url}/home/x", "/run/secrets/token", "./work/x"])
def test_another_path_is_left_alone(line: str) -> None:
    assert not MACHINE_PATH.search(line)
