"""Runs a command under the restrictions that deploy/systemd/provisioner.service states, as far as a process can put them on itself:
the system calls, the address families, no namespaces, no memory that is written and then executed, no new privileges.

`python confined.py UNIT COMMAND…`. Needs libseccomp, which systemd itself uses, and systemd-analyze, which knows what stands
in `@system-service`.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ALLOW, ERRNO = 0x7FFF0000, 0x00050000
PERMISSION, NOT_KNOWN = 1, 38
EQUAL, MASKED_EQUAL = 4, 7
NO_NEW_PRIVILEGES, MEMORY = 38, 65
NAMESPACES = 0x7E020000
LIBRARY = ctypes.util.find_library("seccomp")


class Argument(ctypes.Structure):
    """`struct scmp_arg_cmp` of seccomp.h."""

    _fields_ = (("arg", ctypes.c_uint), ("op", ctypes.c_int), ("a", ctypes.c_uint64), ("b", ctypes.c_uint64))


def values(unit: Path, key: str) -> list[str]:
    """Every value of a key, in order."""
    lines = (line.strip() for line in unit.read_text(encoding="utf-8").splitlines())
    return [line.partition("=")[2] for line in lines if line.startswith(f"{key}=")]


def calls(names: list[str]) -> Iterator[str]:
    """The system calls behind names such as `@system-service`."""
    for name in names:
        if not name.startswith("@"):
            yield name
            continue
        told = subprocess.run(["systemd-analyze", "syscall-filter", name], capture_output=True, text=True, check=True).stdout
        yield from calls([each for line in told.splitlines()[1:] if (each := line.strip()) and not each.startswith("#")])


def allowed(unit: Path) -> set[str]:
    """What SystemCallFilter= leaves."""
    left: set[str] = set()
    for value in values(unit, "SystemCallFilter"):
        taken = set(calls(value.removeprefix("~").split()))
        left = left - taken if value.startswith("~") else left | taken
    return left


def confine(unit: Path) -> None:
    """Puts the filter on this process, for good."""
    seccomp, libc = ctypes.CDLL(LIBRARY), ctypes.CDLL(None)
    seccomp.seccomp_init.restype = ctypes.c_void_p
    context = ctypes.c_void_p(seccomp.seccomp_init(ERRNO | PERMISSION))

    def rule(action: int, name: str, *arguments: Argument) -> None:
        number = seccomp.seccomp_syscall_resolve_name(name.encode())
        if number >= 0:  # a call of another processor is none here
            array = (Argument * len(arguments))(*arguments)
            done = seccomp.seccomp_rule_add_array(context, action, number, len(arguments), array)
            assert done == 0, f"{name}: {done}"

    families = {int(getattr(socket, each)) for each in values(unit, "RestrictAddressFamilies")[0].split()}
    for name in sorted(allowed(unit) - {"socket", "clone", "clone3", "unshare", "setns"}):
        rule(ALLOW, name)
    for family in sorted(families):
        rule(ALLOW, "socket", Argument(0, EQUAL, family, 0))
    rule(ALLOW, "clone", Argument(0, MASKED_EQUAL, NAMESPACES, 0))
    rule(ERRNO | NOT_KNOWN, "clone3")  # as systemd does: glibc then falls back on clone
    assert seccomp.seccomp_load(context) == 0, "the filter was not taken"
    if "yes" in values(unit, "MemoryDenyWriteExecute"):
        assert libc.prctl(MEMORY, 1, 0, 0, 0) == 0, "this kernel does not know PR_SET_MDWE"


def main(unit: str, *command: str) -> None:
    """Gives up what may be gained, then becomes the command."""
    assert ctypes.CDLL(None).prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0) == 0
    confine(Path(unit))
    os.execvp(command[0], command)  # noqa: S606 - becoming that command is what it is for


if __name__ == "__main__":
    main(*sys.argv[1:])
