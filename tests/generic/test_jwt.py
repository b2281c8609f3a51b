"""JSON web tokens: what their header and their claims say of them."""

from __future__ import annotations

import base64
import json
import time
from typing import Any

import pytest

from keyguard.model.scales import Confidence
from tests.helpers.generic_secrets import made_up, secrets_in

NOW = int(time.time())
CLAIMS = {"sub": "42", "iss": "shop"}


def part(value: object, **options: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value, **options).encode()).decode().rstrip("=")


def token(claims: object, header: object = None, signature: str = "") -> str:
    return f"{part(header or {'alg': 'HS256', 'typ': 'JWT'})}.{part(claims)}.{signature or made_up(43)}"


@pytest.mark.parametrize(
    "place", ["{}", 'token = "{}"', "Bearer {}", "?token={}&x=1", "TOKEN={}\n", "\\n{}\\n", "%20{}"]
)
@pytest.mark.parametrize("header", [{"alg": "HS256"}, {"typ": "JWT", "alg": "RS256", "kid": "7"}, {"alg": "EdDSA"}])
def test_a_signed_token_is_found(place: str, header: dict[str, str]) -> None:
    text = place.replace("{}", value := token(CLAIMS, header))
    (found,) = secrets_in("jwt", text)
    assert (found.rule, text[found.start : found.end]) == ("jwt", value)
    assert (found.weak, found.guessable) == (False, False)
    assert any("never expires" in reason for reason in found.reasons)


def test_blanks_in_the_header_do_not_matter() -> None:
    for options in ({}, {"indent": 1}, {"indent": 2}, {"separators": (",", ":")}):
        text = f"{part({'alg': 'HS256'}, **options)}.{part(CLAIMS)}.{made_up(43)}"
        assert len(secrets_in("jwt", text)) == 1, options


@pytest.mark.parametrize(
    ("claims", "header", "said"),
    [
        ({"exp": NOW - 10 * 86_400}, None, "expired on"),
        ({"sub": "1234567890", "name": "John Doe", "iat": 1516239022}, None, "a sample"),
        ({"email": "me@example.com"}, None, "a sample"),
        ({"sub": "42"}, {"alg": "none"}, "no signature"),
        ({"sub": "42", "role": "anon"}, None, "anonymous"),
    ],
)
def test_a_token_that_nobody_can_use_is_weak_and_says_why(claims: Any, header: Any, said: str) -> None:
    (found,) = secrets_in("jwt", token(claims, header))
    assert found.weak
    assert any(said in reason for reason in found.reasons)


def test_the_date_of_expiry_is_the_only_claim_in_a_reason() -> None:
    (found,) = secrets_in("jwt", token({"sub": "somebody", "iss": "somewhere", "exp": NOW + 900 * 86_400}))
    text = " ".join(found.reasons)
    assert "valid until 20" in text
    assert "some" not in text


@pytest.mark.parametrize("exp", [10**400, -(10**30), 1e300, "soon", None, True, [1], {"a": 1}])
def test_claims_of_any_kind_are_read(exp: object) -> None:
    assert len(secrets_in("jwt", token({"exp": exp, "iat": exp, "sub": exp}))) == 1


def test_an_encrypted_token_is_less_sure() -> None:
    header = part({"alg": "RSA-OAEP", "enc": "A256GCM"})
    (found,) = secrets_in("jwt", ".".join((header, made_up(342), made_up(16), made_up(80), made_up(22))))
    assert found.confidence is Confidence.MEDIUM
    message = ".".join((header, made_up(342), made_up(16), made_up(80), made_up(22)))
    assert secrets_in("jwt", f'{{"encryptedData": "{message}"}}') == []


@pytest.mark.parametrize(
    "text",
    [
        part({"alg": "HS256", "typ": "JWT"}),
        f"{part({'alg': 'HS256'})}.payload.signature",
        f"{part({'alg': 'HS256'})}.{part(CLAIMS)}.",
        f"{part({'typ': 'something else'})}.{part(CLAIMS)}.{made_up(43)}",
        f"{part(['alg', 'HS256'])}.{part(CLAIMS)}.{made_up(43)}",
        f"{part({'version': 3, 'sources': []})}{made_up(4000)}",
        "a" + token(CLAIMS),
    ],
)
def test_other_objects_in_base64_are_no_tokens(text: str) -> None:
    assert secrets_in("jwt", text) == []
