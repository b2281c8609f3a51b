"""The address of a host: found in time, and public."""

from __future__ import annotations

import socket
import threading
from typing import NoReturn

import pytest

from keyguard.remote import host_addresses
from keyguard.remote.errors import RequestError


def test_a_name_that_nobody_knows_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> NoReturn:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    with pytest.raises(RequestError, match="its address cannot be found"):
        host_addresses.resolve("nowhere.example", 443)


def test_every_address_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [(2, 1, 6, "", (text, 443)) for text in ("192.0.2.2", "192.0.2.1", "192.0.2.2")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: rows)
    assert host_addresses.resolve("example.com", 443) == ["192.0.2.2", "192.0.2.1"]


def test_a_name_that_takes_too_long_is_given_up() -> None:
    over = threading.Event()

    def slow(host: str, port: int) -> list[str]:
        over.wait(30)
        return []

    try:
        with pytest.raises(RequestError, match="not found in time"):
            host_addresses.address_of("example.com", 443, inside=False, timeout=0.01, ask=slow)
    finally:
        over.set()


@pytest.mark.parametrize(
    ("found", "inside", "said"),
    [
        ([], False, "its address cannot be found"),
        (["127.0.0.1"], False, "it is at a private address"),
        (["93.184.216.34", "10.0.0.1"], False, "it is at a private address"),
        (["64:ff9b::7f00:1"], False, "it is at a private address"),
        (["no address"], False, "it is at a private address"),
        (["10.0.0.1"], True, ""),
        (["93.184.216.34", "1.1.1.1"], False, ""),
    ],
)
def test_no_address_of_ones_own_network_is_asked_unless_the_user_says_so(
    found: list[str], inside: bool, said: str
) -> None:
    def ask(host: str, port: int) -> list[str]:
        return found

    if said:
        with pytest.raises(RequestError, match=said):
            host_addresses.address_of("example.com", 443, inside=inside, timeout=5, ask=ask)
    else:
        assert host_addresses.address_of("example.com", 443, inside=inside, timeout=5, ask=ask) == found[0]
