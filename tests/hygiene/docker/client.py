"""The real docker client against a server that only takes what it sends: which files of a folder a build gets."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import tarfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

DOCKER = shutil.which("docker")


class _Daemon(BaseHTTPRequestHandler):
    """As much of a docker daemon as ``docker build`` needs."""

    protocol_version = "HTTP/1.1"
    contexts: ClassVar[list[bytes]] = []

    def log_message(self, *_: object) -> None:
        pass

    def do_HEAD(self) -> None:
        self._answer(b"")

    def do_GET(self) -> None:
        self._answer(b"{}" if self.path.endswith(("/info", "/version")) else b"OK")

    def do_POST(self) -> None:
        self.contexts.append(b"".join(self._chunks()))
        self._answer(b'{"stream":"ok"}\n')

    def _chunks(self) -> Iterator[bytes]:
        while size := int(self.rfile.readline(), 16):
            yield self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()

    def _answer(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Api-Version", "1.43")
        self.send_header("Ostype", "linux")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


class Client:
    """``docker build``, as far as the context."""

    def __init__(self, port: int) -> None:
        self._address = f"tcp://127.0.0.1:{port}"

    def sends(self, folder: Path) -> set[str] | None:
        """The files of the folder that a build gets; None where docker refuses to build."""
        assert DOCKER
        _Daemon.contexts.clear()
        environment = {"PATH": os.environ["PATH"], "HOME": str(folder.parent), "DOCKER_BUILDKIT": "0"}
        done = subprocess.run(
            [DOCKER, "build", "-q", str(folder)],
            env={**environment, "DOCKER_HOST": self._address},
            capture_output=True,
            check=False,
            timeout=60,
        )
        if done.returncode:
            return None
        with tarfile.open(fileobj=io.BytesIO(_Daemon.contexts[-1])) as sent:
            return {member.name for member in sent.getmembers() if member.isfile()}


@contextmanager
def client() -> Iterator[Client]:
    """A client for the time of a test."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Daemon)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield Client(server.server_port)
    finally:
        server.shutdown()
        server.server_close()
