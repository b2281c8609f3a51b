"""Templates: made-up keys that are the same everywhere, and that look like nothing but keys."""

from __future__ import annotations

import base64
import hashlib
import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keyguard.rules import checksums
from keyguard.rules.examples import directives, fill
from keyguard.rules.placeholders import is_placeholder
from keyguard.support.errors import RuleError

#: a plain directive and exactly the characters that it may draw from
ALPHABETS = {
    "alnum": "A-Za-z0-9",
    "base32": "A-Z2-7",
    "base32-lower": "a-z2-7",
    "base58": "1-9A-HJ-NP-Za-km-z",
    "base64": "A-Za-z0-9+/",
    "b64url": "A-Za-z0-9_-",
    "bech32": "02-9AC-HJ-NP-Z",
    "digits": "0-9",
    "HEX": "0-9A-F",
    "hex": "0-9a-f",
    "Hex": "0-9a-fA-F",
    "letters": "A-Za-z",
    "lower": "a-z",
    "lower-alnum": "a-z0-9",
    "segments": "A-Za-z0-9_.-",
    "ulid": "0-9A-HJKMNP-TV-Z",
    "upper": "A-Z",
    "upper-alnum": "A-Z0-9",
    "word": "A-Za-z0-9_",
}
seeds = st.text(st.characters(codec="utf-8"), max_size=20)


def test_the_same_seed_makes_the_same_text() -> None:
    template = "KEY={alnum:32} {uuid} {pem:RSA PRIVATE KEY}"
    assert fill(template, "a") == fill(template, "a")
    assert fill(template, "a") != fill(template, "b")


def test_two_directives_in_one_template_differ() -> None:
    first, second = fill("{hex:32} {hex:32}", "seed").split()
    assert first != second


def test_every_python_makes_the_same_text() -> None:
    template = (
        " ".join(f"{{{name}:30}}" for name in sorted(ALPHABETS)) + "{uuid}{crc:30}{workos}{pypi}{gitlab-routable}"
    )
    digest = hashlib.sha256(fill(template, "every python").encode()).hexdigest()
    assert digest == "b256129be04b321d87ee11b6ab529d5a58ae81394284ed2b246cf2385a3cae78"


def test_text_around_directives_stays_as_it_is() -> None:
    assert re.fullmatch(r'\{"key": "[0-9]{4}"\} é\n\$\{X\}', fill('{{"key": "{digits:4}"}} é\n${{X}}', "s"))


@pytest.mark.parametrize("name", sorted(ALPHABETS))
@given(seed=seeds, length=st.integers(min_value=1, max_value=120))
@settings(max_examples=30)
def test_a_plain_directive_draws_so_many_of_its_characters(name: str, seed: str, length: int) -> None:
    text = fill(f"{{{name}:{length}}}", seed)
    assert re.fullmatch(f"[{ALPHABETS[name]}]{{{length}}}", text)
    assert text[0].isalnum()
    assert text[-1].isalnum()


@pytest.mark.parametrize("name", ["alnum", "hex", "HEX", "base64", "b64url", "base32", "lower-alnum"])
@given(seed=seeds, length=st.integers(min_value=16, max_value=100))
@settings(max_examples=30)
def test_no_body_looks_like_a_placeholder(name: str, seed: str, length: int) -> None:
    body = fill(f"{{{name}:{length}}}", seed)
    assert not is_placeholder(body.encode())
    assert not re.search(r"(.)\1\1", body)


@pytest.mark.parametrize(
    ("template", "prefix", "check"),
    [
        ("{github:30}", "ghp_", "github-crc32"),
        ("{crc:30}", "npm_", "npm-crc32"),
        ("{gitlab-routable}", "", "gitlab-routable"),
        ("{gitlab-routable:gldt-}", "", "gitlab-routable"),
        ("{atlassian:ATATT3xFfGF0}", "", "atlassian-crc32"),
        ("{grafana-account}", "glsa_", "grafana-crc32"),
        ("{crc-apart:32}", "zpka_", "zuplo-crc32"),
        ("{extended-key}", "", "base58check"),
        ("{bech32-key:nsec}", "", "bech32"),
        ("{bech32-key:suiprivkey.33}", "", "bech32"),
        ("{pypi}", "", "pypi-macaroon"),
        ("{workos}", "sk_" + "live_", "workos-payload"),
        ("{clerk-pk}", "pk_" + "test_", "clerk-publishable"),
        ("{clerk-pk:clerk.shop.app}", "pk_" + "live_", "clerk-publishable"),
        ("{stripe:99}", "sk_" + "live_", "stripe-structure"),
        ("{stripe}", "rk_" + "test_", "stripe-structure"),
        ("{jwt:sub=1}", "", "jwt"),
        ("{jwt:iss=supabase,role=service_role}", "", "supabase-service-role"),
        ("{jwt:iss=supabase,role=anon}", "", "supabase-anon"),
        ("{sentry}", "sntrys_", "sentry-claims"),
        ("{pem:RSA PRIVATE KEY}", "", "pem-open"),
        ("{pem:EC PRIVATE KEY}", "", "pem-open"),
        ("{pem:OPENSSH PRIVATE KEY}", "", "pem-open"),
        ("{pem:PGP PRIVATE KEY BLOCK}", "", "pem-open"),
        ("{pem-line:PRIVATE KEY}", "", "pem-open"),
        ("{pem:ENCRYPTED PRIVATE KEY}", "", "pem-locked"),
        ("{pem-locked:RSA PRIVATE KEY}", "", "pem-locked"),
        ("{pem-locked:OPENSSH PRIVATE KEY}", "", "pem-locked"),
    ],
)
@given(seed=seeds)
@settings(max_examples=20)
def test_structures_are_as_the_vendor_makes_them(template: str, prefix: str, check: str, seed: str) -> None:
    assert checksums.CHECKSUMS[check](prefix.encode() + fill(template, seed).encode())


def test_a_clerk_key_names_the_host_it_was_made_for() -> None:
    assert base64.b64decode(fill("{clerk-pk:clerk.shop.app}", "s")) == b"clerk.shop.app$"


def test_a_token_carries_the_claims_it_was_made_with() -> None:
    payload = fill("{jwt:role=anon,iss=supabase}", "s").split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    assert (claims["role"], claims["iss"]) == ("anon", "supabase")


def test_a_bot_token_begins_with_digits_in_base64() -> None:
    for length in (17, 18, 19):
        text = fill(f"{{discord-id:{length}}}", "s")
        assert re.fullmatch(rb"[0-9]{%d}" % length, base64.b64decode(text + "=" * (-len(text) % 4)))


@pytest.mark.parametrize(
    ("template", "shape"),
    [
        ("{bedrock}", r"BedrockAPIKey-[a-z0-9]{4}-at-[0-9]{12}:[A-Za-z0-9+/]{76}"),
        ("{bedrock:60}", r"BedrockAPIKey-[a-z0-9]{4}-at-[0-9]{12}:[A-Za-z0-9+/]{80}"),
        ("{slack-rotating}", r"3-1(-[0-9]{13}){3}-[0-9a-f]{64}"),
        ("{slack-rotating:2-2}", r"2-2(-[0-9]{13}){4}-[0-9a-f]{64}"),
        ("{grafana}", r'\{"o":"[0-9]{6}","n":"[a-z]{8}-[a-z]{6}","k":"[A-Za-z0-9]{24}","m":\{"r":"us"\}\}'),
    ],
)
@pytest.mark.parametrize("seed", "abc")
def test_what_is_text_in_base64_is_the_text_that_the_vendor_writes(template: str, shape: str, seed: str) -> None:
    body = fill(template, seed)
    assert re.fullmatch(shape, base64.b64decode(body + "=" * (-len(body) % 4)).decode())


def test_a_key_on_one_line_has_escapes_for_line_ends() -> None:
    text = fill("{pem-line:PRIVATE KEY}", "s")
    assert "\n" not in text
    assert text.replace("\\n", "\n") == fill("{pem:PRIVATE KEY}", "s")


def test_a_uuid_has_its_version_and_variant() -> None:
    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", fill("{uuid}", "s"))


@pytest.mark.parametrize("template", ["{alnumb:32}", "{}", "{:32}", "{Alnum:32}", "{sk_live}"])
def test_an_unknown_directive_is_an_error_that_names_it_and_what_there_is(template: str) -> None:
    with pytest.raises(RuleError) as caught:
        fill(template, "s")
    assert repr(template.strip("{}")) in str(caught.value)
    assert "alnum" in str(caught.value)


@pytest.mark.parametrize("template", ["{alnum}", "{alnum:}", "{alnum:0}", "{alnum:-1}", "{alnum:x}", "{alnum:10000}"])
def test_a_directive_without_a_usable_length_is_an_error(template: str) -> None:
    with pytest.raises(RuleError, match="needs a length"):
        fill(template, "s")


@pytest.mark.parametrize("template", ["{stripe:12}", "{github:x}", "{discord-id:1}", "{crc:99999}", "{crc:0}"])
def test_a_structure_of_a_length_that_cannot_be_is_an_error(template: str) -> None:
    with pytest.raises(RuleError, match=template.strip("{}")):
        fill(template, "s")


@pytest.mark.parametrize("template", ["{", "}", "a { b", "{alnum:4", '{"key": 1', "{{}", "x}"])
def test_a_lone_brace_is_an_error(template: str) -> None:
    with pytest.raises(RuleError, match=r"\{\{|\}\}|unknown directive"):
        fill(template, "s")


def test_every_directive_can_be_used() -> None:
    for name in directives():
        assert fill(f"{{{name}:20}}" if name in ALPHABETS else f"{{{name}}}", "s")
