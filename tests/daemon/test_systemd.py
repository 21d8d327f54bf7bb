"""What systemd is told, through real sockets."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from provisioner.daemon.systemd import Systemd


@contextmanager
def _heard(address: str) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.bind(address)
        channel.settimeout(30)
        yield channel


def test_messages_reach_the_socket_that_is_named(tmp_path: Path) -> None:
    with _heard(str(tmp_path / "notify")) as channel:
        systemd = Systemd({"NOTIFY_SOCKET": str(tmp_path / "notify")}, 1)
        systemd.ready()
        systemd.alive()
        systemd.stopping()
        systemd.reloading()
        assert [b"READY=1", b"WATCHDOG=1", b"STOPPING=1"] == [channel.recv(100) for _ in range(3)]
        assert channel.recv(100).startswith(b"RELOADING=1\nMONOTONIC_USEC=")


def test_an_abstract_socket_is_reached_too() -> None:
    with _heard(f"\0provisioner-test-{os.getpid()}") as channel:
        Systemd({"NOTIFY_SOCKET": f"@provisioner-test-{os.getpid()}"}, 1).ready()
        assert b"READY=1" == channel.recv(100)


def test_a_status_is_one_line_and_not_too_long(tmp_path: Path) -> None:
    with _heard(str(tmp_path / "notify")) as channel:
        Systemd({"NOTIFY_SOCKET": str(tmp_path / "notify")}, 1).status("two\nlines " + "ü" * 600)
        message = channel.recv(4096)
        assert message.startswith("STATUS=two lines ü".encode())
        assert len(message) <= 512 + len("STATUS=")
        assert "ü" == message.decode()[-1]


@pytest.mark.parametrize("address", ["", "/nowhere/at/all", "vsock:2:1234"])
def test_where_nobody_listens_nothing_happens(address: str) -> None:
    Systemd({"NOTIFY_SOCKET": address}, 1).ready()


@pytest.mark.parametrize(
    ("environment", "seconds"),
    [
        ({"WATCHDOG_USEC": "30000000"}, 30.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "7"}, 30.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "8"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
        ({}, None),
    ],
)
def test_the_watchdog_counts_when_it_is_meant_for_this_process(environment: dict[str, str], seconds: float | None) -> None:
    assert seconds == Systemd(environment, 7).watchdog
