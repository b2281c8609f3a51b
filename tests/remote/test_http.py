"""One request and one answer, on real HTTPS servers: what is sent, what is believed, and what is refused."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from pathlib import Path
from time import monotonic, sleep

import pytest

from keyguard.config.user_config import Network
from keyguard.masking.secret import Secret
from keyguard.model.endpoint import Answer, Request
from keyguard.model.verdict import State, Verdict
from keyguard.remote import http, verify
from keyguard.remote.host_addresses import is_public
from keyguard.remote.http import LIMIT, Client
from keyguard.remote.prepared_request import PreparedRequest
from tests.helpers.checkout import made_up_key
from tests.remote.playing import Heard, Played, Vendor, vendor

KEY = made_up_key(1)
HOST = "api.vendor.example"


def request(port: int = 443, **more: object) -> Request:
    given: dict[str, object] = {
        "url": f"https://{HOST}:{port}/v1/whoami",
        "headers": {"Authorization": "Bearer {secret}"},
        "answers": (
            Answer(status=(200,), verdict="active"),
            Answer(status=(401,), when={"code": "UNAUTHORIZED"}, verdict="inactive"),
        ),
    }
    return Request(**{**given, **more})  # type: ignore[arg-type]


def client(played: Vendor | None = None, *addresses: str, **network: object) -> Client:
    options: dict[str, object] = {"allow_hosts": (HOST,), "pause": 0.0, "timeout": 5.0, **network}
    options.setdefault("ca_file", str(played.ca_file) if played else "")
    return Client(Network(**options), lambda host, port: list(addresses or ["127.0.0.1"]))  # type: ignore[arg-type]


def asked(played: Vendor, **network: object) -> Verdict:
    question = request(played.port)
    return verify.ask_vendor(
        client(played, **network), PreparedRequest(question, Secret(KEY.encode()), "sk_live_********"), question
    )


def always(status: int, body: bytes = b"{}", **headers: str) -> Callable[[Heard], Played]:
    listed = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return lambda heard: Played(status, body, listed)


@pytest.mark.parametrize(
    ("status", "body", "state"),
    [
        (200, b"{}", State.ACTIVE),
        (200, b"<html>", State.ACTIVE),
        (401, b'{"code": "UNAUTHORIZED"}', State.INACTIVE),
        (401, b'{"code": 401}', State.UNKNOWN),
        (401, b"<html>sign in</html>", State.UNKNOWN),
        (401, b'["UNAUTHORIZED"]', State.UNKNOWN),
        (401, b"[" * 100_000, State.UNKNOWN),
        (403, b"{}", State.UNKNOWN),
        (404, b"{}", State.UNKNOWN),
        (407, b"{}", State.UNKNOWN),
        (418, b"{}", State.UNKNOWN),
        (429, b"{}", State.UNKNOWN),
        (500, b"{}", State.UNKNOWN),
        (503, b"", State.UNKNOWN),
    ],
)
def test_only_the_vendors_own_words_are_a_no(status: int, body: bytes, state: State, tmp_path: Path) -> None:
    with vendor(always(status, body), tmp_path, HOST) as played:
        verdict = asked(played)
    assert verdict.state is state
    assert verdict.status == status
    assert verdict.host == HOST
    assert verdict.reason


def test_what_is_sent_is_what_the_pack_says_and_nothing_of_this_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".netrc").write_text(f"machine {HOST} login someone password else\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "HTTP_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with vendor(always(200, Set_Cookie="a=b"), tmp_path, HOST) as played:
        assert asked(played).state is State.ACTIVE
        assert asked(played).state is State.ACTIVE
    for heard in played.heard:
        assert (heard.method, heard.path, heard.body) == ("GET", "/v1/whoami", b"")
        assert heard.headers["authorization"] == f"Bearer {KEY}"
        assert heard.headers["host"] == f"{HOST}:{played.port}"
        assert heard.headers["user-agent"].startswith("keyguard/")
        assert set(heard.headers) == {
            "authorization", "host", "user-agent", "accept", "accept-encoding", "connection",
        }  # fmt: skip


def test_nobody_is_followed(tmp_path: Path) -> None:
    with vendor(always(200), tmp_path, "other.example") as other:
        to = f"https://other.example:{other.port}/"
        for status in (301, 302, 303, 307, 308):
            with vendor(always(status, Location=to), tmp_path, HOST) as played:
                verdict = asked(played)
            assert verdict.state is State.UNKNOWN
            assert "another address" in verdict.reason
    assert not other.heard


def test_a_certificate_must_be_the_hosts_and_of_somebody_who_is_trusted(tmp_path: Path) -> None:
    with vendor(always(200), tmp_path, "other.example") as wrong:
        verdict = asked(wrong)
    assert verdict.state is State.UNKNOWN
    assert "certificate is not valid" in verdict.reason
    with vendor(always(200), tmp_path, HOST) as unknown:
        assert "certificate is not valid" in asked(unknown, ca_file="").reason
    assert not wrong.heard
    assert not unknown.heard


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.1", "192.168.1.1", "169.254.169.254", "172.16.0.1", "100.64.0.1", "0.0.0.0", "224.0.0.1",  # noqa: S104
     "::1", "fe80::1%eth0", "fc00::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "nonsense"],
)  # fmt: skip
def test_a_private_address_is_nobodys(address: str, tmp_path: Path) -> None:
    assert not is_public(address)
    with vendor(always(200), tmp_path, HOST) as played:
        question = request(played.port)
        prepared = PreparedRequest(question, Secret(KEY.encode()), "")
        for addresses in ([address], ["93.184.216.34", address]):
            verdict = verify.ask_vendor(client(played, *addresses, allow_hosts=()), prepared, question)
            assert verdict.state is State.UNKNOWN
            assert "private address" in verdict.reason
    assert not played.heard


def test_public_addresses_are_public() -> None:
    assert all(map(is_public, ["93.184.216.34", "2606:4700::1111"]))


def test_a_slow_vendor_is_not_waited_for(tmp_path: Path) -> None:
    def slow(heard: Heard) -> Played:
        sleep(1.5)
        return Played(200)

    with vendor(slow, tmp_path, HOST) as played:
        verdict = asked(played, timeout=0.3)
    assert verdict == Verdict(state=State.UNKNOWN, reason="it did not answer in time", host=HOST)


def test_a_vendor_that_trickles_is_cut_off(tmp_path: Path) -> None:
    class Trickle(bytes):
        def __len__(self) -> int:
            return 1000

    with vendor(lambda heard: Played(200, Trickle(b"x")), tmp_path, HOST) as played:
        start = monotonic()
        verdict = asked(played, timeout=20.0, deadline=0.5)
    assert verdict.state is State.UNKNOWN
    assert monotonic() - start < 10


def test_a_huge_answer_is_not_read_to_its_end(tmp_path: Path) -> None:
    with vendor(always(401, b'{"code": "UNAUTHORIZED", "x": "' + b"y" * (4 * LIMIT) + b'"}'), tmp_path, HOST) as played:
        verdict = asked(played)
    assert verdict.state is State.UNKNOWN, "what is cut off proves nothing"


def test_a_vendor_that_hangs_up_leaves_it_open(tmp_path: Path) -> None:
    with vendor(lambda heard: None, tmp_path, HOST) as played:
        assert asked(played).state is State.UNKNOWN
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        question = request(taken.getsockname()[1])
        verdict = verify.ask_vendor(client(), PreparedRequest(question, Secret(b"x"), ""), question)
    assert "refused the connection" in verdict.reason


@pytest.mark.parametrize("said", [b"garbage here\r\n\r\n", b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n"])
def test_an_answer_that_is_no_http_leaves_it_open(said: bytes, tmp_path: Path) -> None:
    with vendor(lambda heard: Played(0, said), tmp_path, HOST) as played:
        verdict = asked(played)
    assert verdict == Verdict(state=State.UNKNOWN, reason="the connection failed", host=HOST)


def test_patience_is_kept_and_no_question_is_asked_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    monkeypatch.setattr(http, "sleep", waited.append)
    with vendor(always(429, Retry_After="7"), tmp_path, HOST) as played:
        question, one = request(played.port), client(played, pause=1.0)
        prepared = PreparedRequest(question, Secret(KEY.encode()), "")
        assert verify.ask_vendor(one, prepared, question).state is State.UNKNOWN
        assert verify.ask_vendor(one, prepared, question).state is State.UNKNOWN
        assert 5 < waited[0] <= 7
        assert len(played.heard) == 2
    with vendor(always(429, Retry_After="3600"), tmp_path, HOST) as played:
        question, one = request(played.port), client(played)
        prepared = PreparedRequest(question, Secret(KEY.encode()), "")
        verify.ask_vendor(one, prepared, question)
        assert "patience" in verify.ask_vendor(one, prepared, question).reason
        assert len(played.heard) == 1


def test_a_proxy_is_used_where_the_user_names_one(tmp_path: Path) -> None:
    lines: list[bytes] = []
    with vendor(always(200), tmp_path, HOST) as played, socket.create_server(("127.0.0.1", 0)) as proxy:

        def tunnel() -> None:
            near, _ = proxy.accept()
            with near, socket.create_connection(("127.0.0.1", played.port)) as far:
                lines.append(near.recv(4096))
                near.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                back = threading.Thread(target=_pour, args=(far, near), daemon=True)
                back.start()
                _pour(near, far)
                back.join(5)

        thread = threading.Thread(target=tunnel, daemon=True)
        thread.start()
        verdict = asked(played, proxy=f"http://127.0.0.1:{proxy.getsockname()[1]}")
        thread.join(5)
    assert verdict.state is State.ACTIVE
    assert lines[0].startswith(f"CONNECT {HOST}:{played.port} ".encode())
    assert KEY.encode() not in lines[0]


def _pour(source: socket.socket, target: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def test_a_prepared_request_shows_no_secret() -> None:
    question = request(headers={"Authorization": "Basic {basic}", "X": "{basic:api}"}, body='{"token": "{secret}"}')
    prepared = PreparedRequest(question, Secret(KEY.encode()), "sk_live_********")
    shown = "\n".join([*prepared.lines(), repr(prepared), str(prepared)])
    _, headers, body = prepared.reveal()
    assert KEY not in shown
    assert all(headers[name].split()[-1] not in shown for name in headers)
    assert KEY.encode() in body
