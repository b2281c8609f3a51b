"""Hashes that do without OpenSSL, held to those that do not."""

from __future__ import annotations

import hashlib
import hmac
import sys

import pytest

from keyguard.support import digests


@pytest.mark.parametrize("name", ["sha1", "sha256"])
@pytest.mark.parametrize(
    ("much", "hidden", "of_openssl"),
    [
        pytest.param(0, ["_hashlib"], False, id="little"),
        pytest.param(1 << 20, ["_hashlib"], True, id="much"),
        pytest.param(0, [], True, id="loaded anyway"),
        pytest.param(0, ["_hashlib", "_sha1", "_sha2", "_sha256"], True, id="Python has none of its own"),
    ],
)
def test_all_ways_lead_to_the_same_hash(
    name: str, much: int, hidden: list[str], of_openssl: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in hidden:
        if module == "_hashlib":
            monkeypatch.delitem(sys.modules, module, raising=False)
        else:
            monkeypatch.setitem(sys.modules, module, None)
    found = digests.new(name, b"begin", much)
    found.update(b"end")
    expected = hashlib.new(name, b"beginend", usedforsecurity=False)
    assert (found.digest(), found.hexdigest()) == (expected.digest(), expected.hexdigest())
    assert (type(found) is type(expected)) == of_openssl


@pytest.mark.parametrize("length", [0, 1, 63, 64, 65, 200])
def test_a_keyed_hash_is_an_hmac(length: int) -> None:
    key, data = b"\x5ckey"[: length or 4] * length, b"data" * length
    assert digests.keyed(key, data) == hmac.new(key, data, hashlib.sha256).hexdigest()
