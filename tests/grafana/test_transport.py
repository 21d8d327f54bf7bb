"""TLS with an authority of one's own, client certificates and proxies: real handshakes, a real proxy."""

from __future__ import annotations

import ssl
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import trustme

from provisioner.core.errors import ProvisionerError, TargetUnauthorised, TargetUnreachable, TargetUnsuitable
from provisioner.core.settings import Tls
from provisioner.grafana.streaming import Stream, StreamBroken
from tests.grafana.conftest import Connect
from tests.grafana.forward_proxy import ForwardProxy
from tests.grafana.scripted import Answer, ScriptedServer, held

FINE = Answer({"id": 1})
BASIC = "Basic cHJveHktdXNlcjpwcm94eS1wYXNz"


class Authority:
    """A certificate authority with its files."""

    def __init__(self, folder: Path) -> None:
        self.ca = trustme.CA()
        self.folder = folder
        self.file = str(folder / "ca.pem")
        self.ca.cert_pem.write_to_path(self.file)

    def server(self, *, demand: bool = False, name: str = "127.0.0.1") -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.ca.issue_cert(name).configure_cert(context)
        if demand:
            context.verify_mode = ssl.CERT_REQUIRED
            self.ca.configure_trust(context)
        return context

    def client(self) -> Tls:
        certificate = self.ca.issue_cert("client@example.org")
        certificate.private_key_pem.write_to_path(str(self.folder / "key.pem"))
        for blob in certificate.cert_chain_pems:
            blob.write_to_path(str(self.folder / "cert.pem"))
        return Tls(self.file, str(self.folder / "cert.pem"), str(self.folder / "key.pem"))


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture
def tls_server() -> Iterator[Callable[[ssl.SSLContext], ScriptedServer]]:
    with ExitStack() as stack:
        yield lambda context: stack.enter_context(ScriptedServer({"GET /api/org": [FINE]}, tls=context))


def test_an_authority_of_ones_own_is_trusted(authority: Authority, tls_server: Callable[..., ScriptedServer], connect: Connect) -> None:
    server = tls_server(authority.server())
    assert connect(url=server.url, tls=Tls(authority.file)).read("/api/org").ok


def test_a_strangers_certificate_is_not_trusted_and_not_tried_again(
    authority: Authority, tls_server: Callable[..., ScriptedServer], connect: Connect, pauses: list[float]
) -> None:
    server = tls_server(authority.server())
    with pytest.raises(TargetUnreachable, match=r"TLS failed: .*CERTIFICATE_VERIFY_FAILED") as caught:
        connect(url=server.url).read("/api/org")
    assert "ca_file" in caught.value.next_step
    assert pauses == []
    assert server.received == []


def test_a_certificate_for_another_name_is_not_trusted(
    authority: Authority, tls_server: Callable[..., ScriptedServer], connect: Connect
) -> None:
    server = tls_server(authority.server(name="elsewhere.example"))
    with pytest.raises(TargetUnreachable, match="TLS failed"):
        connect(url=server.url, tls=Tls(authority.file)).write("/api/dashboards/db", b"{}")


def test_a_client_certificate_is_shown_where_one_is_demanded(
    authority: Authority, tls_server: Callable[..., ScriptedServer], connect: Connect
) -> None:
    server = tls_server(authority.server(demand=True))
    assert connect(url=server.url, tls=authority.client()).read("/api/org").ok


def test_without_the_client_certificate_that_is_demanded_it_is_named(
    authority: Authority, tls_server: Callable[..., ScriptedServer], connect: Connect
) -> None:
    server = tls_server(authority.server(demand=True))
    with pytest.raises(TargetUnreachable) as caught:
        connect(url=server.url, tls=Tls(authority.file), attempts=1).read("/api/org")
    assert "does not answer" in caught.value.message
    assert server.received == []


@pytest.mark.parametrize("broken", ["missing", "empty", "key of another"])
def test_tls_files_that_cannot_be_used_are_named(authority: Authority, connect: Connect, broken: str) -> None:
    tls = authority.client()
    if broken == "missing":
        tls = Tls(str(authority.folder / "nobody.pem"))
    elif broken == "empty":
        Path(authority.file).write_bytes(b"")
    else:
        authority.ca.issue_cert("other@example.org").private_key_pem.write_to_path(str(tls.key_file))
    with pytest.raises(TargetUnsuitable, match="the TLS files for http") as caught:
        connect(tls=tls)
    assert str(authority.folder) in caught.value.message


def test_a_proxy_that_is_stated_is_used(server: ScriptedServer, connect: Connect) -> None:
    server.routes["GET /api/org"] = [FINE]
    with ForwardProxy() as proxy:
        assert connect(proxy=f"http://{proxy.address}").read("/api/org").ok
        connect(proxy=f"http://{proxy.address}").close()
    assert proxy.asked == [f"GET {server.url}/api/org"]


def test_tls_goes_through_a_proxy_in_a_tunnel(authority: Authority, tls_server: Callable[..., ScriptedServer], connect: Connect) -> None:
    server = tls_server(authority.server())
    with ForwardProxy(wants=BASIC) as proxy:
        client = connect(url=server.url, tls=Tls(authority.file), proxy=f"http://proxy-user:proxy-pass@{proxy.address}")
        assert client.read("/api/org").ok
        client.close()
    assert proxy.asked == [f"CONNECT 127.0.0.1:{server.port}"]
    assert "proxy-authorization" not in server.received[0].headers


def test_the_environments_proxy_is_used_and_its_exceptions_are_kept(
    server: ScriptedServer, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.routes["GET /api/org"] = [FINE]
    with ForwardProxy() as proxy:
        monkeypatch.setenv("HTTP_PROXY", f"http://{proxy.address}")
        client = connect()
        client.read("/api/org")
        client.close()
        assert len(proxy.asked) == 1
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        connect().read("/api/org")
        assert len(proxy.asked) == 1


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_that_wants_credentials_is_told_as_the_one(
    authority: Authority, tls_server: Callable[..., ScriptedServer], connect: Connect, server: ScriptedServer, scheme: str
) -> None:
    url = server.url if scheme == "http" else tls_server(authority.server()).url
    with ForwardProxy(wants=BASIC) as proxy:
        client = connect(url=url, tls=Tls(authority.file), proxy=f"http://proxy-user:wrong-pass@{proxy.address}")
        with pytest.raises(TargetUnauthorised, match=r"the proxy on the way .* wants credentials") as caught:
            client.read("/api/org")
        client.close()
    assert "wrong-pass" not in whole_text(caught.value)


@pytest.mark.parametrize("proxy", ["socks5://user:proxy-pass@127.0.0.1:1080", "gopher://user:proxy-pass@127.0.0.1:70"])
def test_a_proxy_that_is_not_spoken_is_named_without_its_password(connect: Connect, monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    with pytest.raises(TargetUnsuitable, match="the proxy on the way") as stated:
        connect(proxy=proxy)
    monkeypatch.setenv("ALL_PROXY", proxy)
    with pytest.raises(TargetUnsuitable, match="the proxy on the way") as of_environment:
        connect()
    assert "proxy-pass" not in whole_text(stated.value) + whole_text(of_environment.value)


def whole_text(error: ProvisionerError) -> str:
    """All that a log would show of it."""
    return "".join(traceback.format_exception(error)) + error.next_step


def test_who_reads_a_stream_behind_tls_is_woken_when_it_is_closed(authority: Authority, connect: Connect) -> None:
    never = threading.Event()
    begin = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n2\r\na\n\r\n"
    with ScriptedServer({"GET /stream": [held(begin, never)]}, tls=authority.server()) as server:
        stream = connect(url=server.url, tls=Tls(authority.file)).stream("/stream", {"watch": 1}, "", 60.0)
        assert isinstance(stream, Stream)
        lines = stream.lines()
        assert b"a" == next(lines)
        threading.Timer(0.1, stream.close).start()
        with pytest.raises(StreamBroken):
            next(lines)
        never.set()
