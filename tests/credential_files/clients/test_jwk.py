"""JSON Web Keys: what signs is a secret, what verifies is none, however the object is written."""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Mapping

import pytest

from keyguard.credential_files.clients import jwk
from tests.helpers.seeing import see

SOURCE = random.Random(7517)


def part(size: int) -> str:
    return base64.urlsafe_b64encode(SOURCE.randbytes(size)).decode().rstrip("=")


EC = {"kty": "EC", "crv": "P-256", "x": part(32), "y": part(32), "d": part(32), "kid": "1", "key_ops": ["sign"]}
RSA = {"p": part(128), "kty": "RSA", "q": part(128), "d": part(256), "e": "AQAB", "n": part(256), "x5c": [part(300)]}
OKP = {"kty": "OKP", "crv": "Ed25519", "x": part(32), "d": part(32)}
OCT = {"kty": "oct", "alg": "HS256", "k": part(32)}
KEYS: dict[str, Mapping[str, object]] = {"EC": EC, "RSA": RSA, "OKP": OKP, "oct": OCT}


def secret_of(key: Mapping[str, object]) -> str:
    return str(key.get("d") or key["k"])


def found(text: str) -> list[str]:
    data = text.encode()
    return [data[one.start : one.end].decode() for one in jwk.find(data, b"", False) if not one.weak]


@pytest.mark.parametrize("kind", KEYS)
def test_private_and_symmetric_keys_are_found(kind: str) -> None:
    key = KEYS[kind]
    plain = json.dumps(key)
    forms = [
        plain,
        json.dumps(key, indent=2),
        json.dumps({"keys": [key]}),
        json.dumps({"body": plain}),
        json.dumps({"body": json.dumps({"body": plain})}),
        plain.replace('"', "'"),
        "const key = {\n" + "".join(f"  {name}: {json.dumps(value)},\n" for name, value in key.items()) + "};\n",
        "{" + ", ".join(f"{name!r} => {value!r}" for name, value in key.items()) + "}",
    ]
    for text in forms:
        assert found(text) == [secret_of(key)], text
    (one,) = see(plain)
    assert (one.attribution.rule, one.judged is not None) == ("jwk-private-key", True)


@pytest.mark.parametrize("kind", ["EC", "RSA", "OKP"])
def test_public_keys_are_none(kind: str) -> None:
    public = {name: value for name, value in KEYS[kind].items() if name in ("kty", "crv", "x", "y", "n", "e", "kid")}
    assert found(json.dumps(public)) == []
    assert found(json.dumps({"keys": [public, KEYS[kind], public]})) == [secret_of(KEYS[kind])]
    assert found(json.dumps([public, {"d": part(32), "k": part(32)}])) == []


def test_each_key_of_a_set_is_found_once() -> None:
    assert found(json.dumps({"keys": [*KEYS.values()]})) == [secret_of(key) for key in KEYS.values()]


def test_members_of_nothing_are_none() -> None:
    for text in ('kty == "oct" and k', '{"kty": "RSA", "d": "..."}', '{"kty": "oct", "k": "your-secret-key-here"}'):
        assert found(text) == []
