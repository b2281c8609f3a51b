"""Vendors that tests play: real HTTPS on loopback, with certificates of a made-up authority."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple

import trustme


class Heard(NamedTuple):
    """A request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    """Names in lower case."""
    body: bytes


class Played(NamedTuple):
    """What the vendor answers: status, headers, body. Without a status the body is all that is sent."""

    status: int
    body: bytes = b"{}"
    headers: tuple[tuple[str, str], ...] = (("Content-Type", "application/json"),)


#: gives the answer to a request; None closes the connection without one
Answer = Callable[[Heard], Played | None]


class Vendor:
    """A server that plays a vendor, and all that it has heard."""

    def __init__(self, answer: Answer, name: str, folder: Path) -> None:
        authority = trustme.CA()
        self.name = name
        self.ca_file = folder / f"ca-{name}.pem"
        authority.cert_pem.write_to_path(str(self.ca_file))
        self.heard: list[Heard] = []
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(name).configure_cert(context)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self, answer))
        self._server.daemon_threads = True
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.port = int(self._server.server_address[1])
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()

    def stop(self) -> None:
        """Listen no more."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@contextmanager
def vendor(answer: Answer, folder: Path, name: str = "localhost") -> Iterator[Vendor]:
    """A vendor for as long as the block lasts."""
    played = Vendor(answer, name, folder)
    played.start()
    try:
        yield played
    finally:
        played.stop()


def _handler(played: Vendor, answer: Answer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _respond(self) -> None:
            size = int(self.headers.get("Content-Length") or 0)
            names = {name.lower(): value for name, value in self.headers.items()}
            heard = Heard(self.command, self.path, names, self.rfile.read(size))
            played.heard.append(heard)
            said = answer(heard)
            if said is None:
                self.close_connection = True
                return
            if not said.status:
                self.wfile.write(said.body)
                self.close_connection = True
                return
            self.send_response(said.status)
            for name, value in said.headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(said.body)))
            self.end_headers()
            self.wfile.write(said.body)

        do_GET = do_POST = do_DELETE = do_PATCH = do_PUT = do_HEAD = _respond

        def log_message(self, format: str, *args: object) -> None:
            """Keeps quiet: what it would print has paths in it."""

    return Handler
