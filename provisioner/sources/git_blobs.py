"""Reads objects out of the store: one `git cat-file --batch` that stays, asked by any thread.

In: names of objects (ids, or COMMIT:PATH). Out: their kind and bytes. Nothing larger than asked for is read, and nothing is checked out.

GitPython has such a process of its own (`Git.get_object_data`). It takes 40 digits for an id, is not safe for threads, and waits for ever
for a git that does not answer; so the process is GitPython's and the talking is ours.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO

from provisioner.sources.git_child import Child, ChildFailed, Finished, Setup


@dataclass(frozen=True, slots=True)
class Object:
    """One object. `kind` is commit, tree, blob or tag."""

    id: str
    kind: str
    data: bytes


class Blobs:
    """Thread-safe. The process is started when it is first asked, and again when it has died."""

    def __init__(self, setup: Setup, timeout: float) -> None:
        self._setup = setup
        self._timeout = timeout
        self._turn = threading.Lock()
        self._child: Child | None = None

    def get(self, names: Sequence[str], most: int) -> list[Object | None]:
        """The objects in order; None where there is none of that name. Keep the names of one call under a hundred: they are sent at once.

        Raises ChildFailed when git dies or falls silent over it, or when one has more than `most` bytes: in each case a damaged or
        hostile store.
        """
        if any("\n" in name for name in names):
            raise ValueError("a name of an object is one line")
        with self._turn:
            child = self._child or Child(("cat-file", "--batch"), self._setup)
            self._child = None  # broken off in the middle of an answer, it would give the rest of it to the next question
            try:
                with child.within(self._timeout):
                    child.stdin.write("".join(f"{name}\n" for name in names).encode("utf-8"))
                    child.stdin.flush()
                    found = [_answer(child.stdout, most) for _ in names]
                self._child = child
            except (OSError, EOFError, ValueError) as error:
                raise ChildFailed(Finished(("cat-file", "--batch"), None if child.late else 1, b"", str(error).encode())) from error
            finally:
                if self._child is None:
                    child.end()
            return found

    def one(self, name: str, most: int) -> Object | None:
        """As `get`, for one."""
        return self.get((name,), most)[0]

    def close(self) -> None:
        """Ends the process, which lets go of packs that were replaced. The next question starts another."""
        with self._turn:
            if self._child is not None:
                self._child.end()
            self._child = None


def _answer(pipe: IO[bytes], most: int) -> Object | None:
    head = pipe.readline()
    if not head.endswith(b"\n"):
        raise EOFError("git ended in the middle of an object")
    if head.endswith((b" missing\n", b" ambiguous\n")):
        return None
    name, kind, size = head.decode("ascii").split()
    length = int(size)
    if length > most:
        raise ValueError(f"an object has {length} bytes, more than {most}")
    data = pipe.read(length + 1)
    if len(data) != length + 1:
        raise EOFError("git ended in the middle of an object")
    return Object(name, kind, data[:-1])
