"""Which file each part of a configuration stands in, and which parts were taken from `defaults`.

In: pointers into the whole configuration. Out: the pointer under which a value was stated, and the file. Pure; knows no line.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Whence:
    """`files` by the pointer of a part that came from an included file, `defaults` by the pointer of a value that its part did not state:
    where the default stands. What is in neither was stated where it is, in the file `main`.
    """

    main: str
    files: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    defaults: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def stated(self, pointer: str) -> str:
        """Where the value was written: under `defaults`, if it was taken from there."""
        around = _nearest(pointer, self.defaults)
        return pointer if around is None else self.defaults[around] + pointer[len(around) :]

    def file(self, pointer: str) -> str:
        """The file in which the value was written."""
        around = _nearest(self.stated(pointer), self.files)
        return self.main if around is None else self.files[around]


def _nearest(pointer: str, known: Mapping[str, str]) -> str | None:
    """The pointer itself, or the nearest around it, that is known."""
    while pointer and pointer not in known:
        pointer = pointer.rpartition("/")[0]
    return pointer or None
