"""Send one request and return its answer: to the intended host, over verified TLS, without following redirects.

No environment variable, cookie, ``.netrc`` or proxy has any influence, except what the user's own configuration names.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPException
from threading import Timer
from time import monotonic, sleep
from typing import NamedTuple
from urllib.parse import urlsplit

from urllib3.connection import HTTPSConnection
from urllib3.exceptions import HTTPError
from urllib3.response import HTTPResponse

from keyguard import __version__
from keyguard.config.user_config import Network
from keyguard.remote import certificates
from keyguard.remote.errors import RequestError
from keyguard.remote.host_addresses import Resolve, address_of, resolve
from keyguard.remote.prepared_request import PreparedRequest

#: bytes of an answer that are read: vendors' answers about a key are short
LIMIT = 256 << 10
_PIECE = 16 << 10
#: seconds; a longer pause that a host requests is an error
_LONGEST_PAUSE = 60.0


class Reply(NamedTuple):
    """An answer, with at most ``LIMIT`` bytes of its body."""

    status: int
    headers: dict[str, str]
    """Keys are lower-case names."""
    body: bytes
    whole: bool
    """Whether the body is complete."""


class Client:
    """Sends requests, one at a time, with a pause between requests to the same host."""

    def __init__(self, network: Network, ask: Resolve = resolve) -> None:
        self._network = network
        self._ask = ask
        self._next: dict[str, float] = {}

    def send(self, request: PreparedRequest) -> Reply:
        """Return the answer. Raise ``RequestError`` if there is none; it says whether the request may have arrived."""
        self._wait(request.host)
        try:
            reply = self._exchange(request)
        finally:
            self._next[request.host] = monotonic() + self._network.pause
        self._note_pause(request.host, reply)
        return reply

    def _wait(self, host: str) -> None:
        pause = self._next.get(host, 0.0) - monotonic()
        if pause > _LONGEST_PAUSE:
            raise RequestError(f"it asked for {int(pause) + 1} seconds of patience: try again later")
        if pause > 0:
            sleep(pause)

    def _note_pause(self, host: str, reply: Reply) -> None:
        wanted = reply.headers.get("retry-after", "")
        if reply.status in (429, 503) and wanted.isascii() and wanted.isdigit():
            self._next[host] = monotonic() + min(int(wanted[:9]), 86_400)

    def _exchange(self, request: PreparedRequest) -> Reply:
        connection = self._connection(request.host, request.port)
        sent, start = False, monotonic()
        try:
            with _deadline(connection, self._network.deadline):
                connection.connect()
                if monotonic() - start > self._network.deadline:  # before connecting there was no socket to shut down
                    raise RequestError("it did not answer in time")
                if not connection.is_verified:
                    raise RequestError("its certificate was not checked")
                sent = True
                return _answered(connection, request)
        except ssl.SSLCertVerificationError as error:
            raise RequestError(f"its certificate is not valid: {error.verify_message}") from None
        except (HTTPError, HTTPException, OSError, ValueError) as error:
            raise RequestError(_reason(error), sent=sent) from None
        finally:
            with suppress(OSError):
                connection.close()

    def _connection(self, host: str, port: int) -> HTTPSConnection:
        network = self._network
        try:
            context = certificates.tls_context(network.ca_file)
        except (OSError, ValueError) as error:
            why = f": {error.strerror}" if isinstance(error, OSError) and error.strerror else ""
            raise RequestError(f"the certificates in {network.ca_file or 'the system'} cannot be read{why}") from error
        if network.proxy:
            way = urlsplit(network.proxy)
            connection = HTTPSConnection(
                way.hostname or "", way.port or 3128, timeout=network.timeout, ssl_context=context
            )
            connection.set_tunnel(host, port, scheme="http")
            return connection
        inside = host in network.allow_hosts
        address = address_of(host, port, inside=inside, timeout=network.timeout, ask=self._ask)
        return HTTPSConnection(address, port, timeout=network.timeout, ssl_context=context, server_hostname=host)


def _answered(connection: HTTPSConnection, request: PreparedRequest) -> Reply:
    target, headers, body = request.reveal()
    port = "" if request.port == 443 else f":{request.port}"
    ours = {
        "Host": request.host + port,
        "User-Agent": f"keyguard/{__version__}",
        "Accept": "application/json",
        # a compressed body could expand without limit
        "Accept-Encoding": "identity",
        "Connection": "close",
    }
    connection.request(request.method, target, body=body or None, headers={**ours, **headers}, preload_content=False)
    response = connection.getresponse()
    data = b"".join(_pieces(response))
    names = {name.lower(): value for name, value in response.headers.items()}
    return Reply(response.status, names, data[:LIMIT], len(data) <= LIMIT)


def _pieces(response: HTTPResponse) -> Iterator[bytes]:
    size = 0
    while size <= LIMIT and (data := response.read(_PIECE, decode_content=False)):
        size += len(data)
        yield data


@contextmanager
def _deadline(connection: HTTPSConnection, seconds: float) -> Iterator[None]:
    """Cut the connection after ``seconds``: a host that sends a byte now and then would block us for ever."""

    def cut() -> None:
        with suppress(OSError, AttributeError):
            connection.sock.shutdown(2)

    timer = Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _reason(error: Exception) -> str:
    """Return the reason for an error in our own words: a library's message may contain the URL, and the secret."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"its certificate is not valid: {cause.verify_message}"
        if isinstance(cause, ssl.SSLError):
            return "no secure connection could be made"
        if isinstance(cause, TimeoutError):
            return "it did not answer in time"
        if isinstance(cause, ConnectionRefusedError):
            return "it refused the connection"
        cause = cause.__cause__ or cause.__context__
    return "the connection failed"
