"""The git server of this demonstration: one repository over http, made from the examples at the first start.

In: GIT_ROOT, where the repository is kept; SEED, a directory whose files are its first commit; HOOKS, a directory of git hooks; PORT.
Out: `git clone http://HOST:PORT/dashboards.git`, and pushes to it by anybody who reaches the port: it is for a desk, not for a company.
"""

import gzip
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from signal import SIGTERM, signal
from tempfile import TemporaryDirectory

NAME = "dashboards.git"
LARGEST = 256 << 20
"""Bytes of one push."""

_GIT = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null"}
_AUTHOR = {f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER") for what, value in (("NAME", "demo"), ("EMAIL", "demo@example"))}


def git(*arguments: str | Path, cwd: Path) -> None:
    """Runs git; what it says goes to the log."""
    subprocess.run(["git", *map(str, arguments)], cwd=cwd, env={**os.environ, **_GIT, **_AUTHOR}, check=True)


def prepare(root: Path, seed: Path, hooks: Path) -> None:
    """Makes the repository with its first commit where there is none, and has its hooks taken from `hooks`."""
    repository = root / NAME
    if not (repository / "HEAD").exists():
        with TemporaryDirectory(dir=root) as unfinished:
            bare = Path(unfinished) / NAME
            git("init", "--quiet", "--bare", "--initial-branch", "main", bare, cwd=root)
            there = ("--git-dir", bare, "--work-tree", seed)
            git(*there, "add", "--all", "--", ".", cwd=seed)
            git(*there, "commit", "--quiet", "--message", "The examples", cwd=seed)
            bare.rename(repository)
    for key, value in (("core.hooksPath", hooks), ("http.receivepack", "true"), ("http.uploadpack", "true"), ("gc.auto", "0")):
        git("config", key, str(value), cwd=repository)


class Handler(BaseHTTPRequestHandler):
    """Hands each request to `git http-backend`, which is a CGI program."""

    protocol_version = "HTTP/1.1"
    root: Path

    def do_GET(self) -> None:
        """Refs and objects; and /healthz for the container's health check."""
        if self.path == "/healthz":
            self._say(200, {"Content-Type": "text/plain"}, b"ok\n")
        else:
            self._backend(b"")

    def do_POST(self) -> None:
        """A fetch or a push."""
        body = b"".join(self._pieces())
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        self._backend(body)

    def _pieces(self) -> Iterator[bytes]:
        """A large push comes in chunks, a small one with its length."""
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            yield self.rfile.read(min(LARGEST, int(self.headers.get("Content-Length", "0"))))
            return
        left = LARGEST
        while (size := int(self.rfile.readline().split(b";")[0], 16)) and size <= left:
            left -= size
            yield self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()

    def _backend(self, body: bytes) -> None:
        path, _, query = self.path.partition("?")
        environment = {
            **os.environ,
            **_GIT,
            "GIT_PROJECT_ROOT": str(self.root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "REQUEST_METHOD": self.command,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "REMOTE_USER": "demo",
            "REMOTE_ADDR": self.client_address[0],
        }
        done = subprocess.run(["git", "http-backend"], env=environment, input=body, stdout=subprocess.PIPE, check=False)
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        fields = dict(line.split(": ", 1) for line in head.decode("latin-1").split("\r\n") if ": " in line)
        self._say(int(fields.pop("Status", "200" if head else "500").split()[0]), fields, content)

    def _say(self, status: int, fields: dict[str, str], content: bytes) -> None:
        self.send_response(status)
        for name, value in {**fields, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)


def main() -> None:
    """Serves until SIGTERM."""
    root = Path(os.environ["GIT_ROOT"]).absolute()
    prepare(root, Path(os.environ["SEED"]).absolute(), Path(os.environ["HOOKS"]).absolute())
    handler = type("DemoHandler", (Handler,), {"root": root})
    server = ThreadingHTTPServer((os.environ.get("ADDRESS", ""), int(os.environ.get("PORT", "8080"))), handler)
    signal(SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    sys.stderr.write(f"listening at port {server.server_address[1]}\n")
    sys.stderr.flush()
    with server:
        server.serve_forever()


if __name__ == "__main__":
    main()
