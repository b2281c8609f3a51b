"""Credentials in HTTP headers, in every syntax that headers are written in."""

from __future__ import annotations

import base64

import pytest

from tests.helpers.generic_secrets import made_up, secrets_in, values_in

#: a header with a value, in the syntaxes that people use
PLACES = (
    "Authorization: {}",
    "authorization: {}\r",
    "curl -H 'Authorization: {}' https://api.acme.dev",
    'headers = {"Authorization": "{}"}',
    "'Authorization' => '{}',",
    'req.Header.Set("Authorization", "{}")',
    'headers["Authorization"] = "{}";',
    "proxy_set_header Authorization '{}';",
    "Proxy-Authorization: {}",
    '"name": "authorization", "value": "{}"',
)
HEADERS = (
    "X-Api-Key: {}", "PRIVATE-TOKEN: {}", "x-auth-token: {}", '"X-Api-Key": "{}"', "'X-API-KEY' => '{}'",
    'headers["X-Acme-Access-Token"] = "{}"', "-H 'DEPLOY-TOKEN: {}'", 'setHeader("X-Auth-Token", "{}")',
)  # fmt: skip
OTHERS = (
    "Authorization: Bearer $TOKEN",
    "Authorization: Bearer ${TOKEN_OF_THE_SERVICE}",
    "Authorization: Bearer <your-access-token-here>",
    "Authorization: Bearer your-access-token-here",
    "Authorization: Bearer {{ access_token_of_the_user }}",
    "'Authorization': 'Bearer ' + accessTokenOfTheUser1",
    "Authorization: Bearer xxxxxxxxxxxxxxxxxxxxxxxx",
    "Authorization: Bearer ACCESS_TOKEN_OF_USER_1",
    "the bearer of_this_message_is_user1 knows",
    "Authorization: Basic $TOKEN",
    "Authorization: Basic YWxhZGRpbg==",
    "a basic knowledge of things",
    "Basic authentication123",
    "x-api-key: getTheApiKeyFromTheStore()",
)


def basic(user: str, password: str) -> str:
    return base64.b64encode(f"{user}:{password}".encode()).decode()


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("scheme", ["Bearer", "bearer"])
def test_a_bearer_token_is_found(place: str, scheme: str) -> None:
    for number, length in enumerate((20, 32, 64, 120)):
        token = made_up(length, number)
        (found,) = secrets_in("authorization", text := place.replace("{}", f"{scheme} {token}"))
        assert (found.rule, text[found.start : found.end]) == ("bearer-token", token)
        assert not found.weak
        assert not found.guessable


@pytest.mark.parametrize("place", PLACES)
def test_a_name_and_a_password_in_base64_are_found(place: str) -> None:
    for password in (made_up(), "hunter2", "Tr1n!ty-44", "küche7tisch"):
        token = basic("deploy", password)
        (found,) = secrets_in("authorization", text := place.replace("{}", f"Basic {token}"))
        assert (found.rule, text[found.start : found.end]) == ("basic-auth", token)
        assert not found.weak
        assert not any(password in reason for reason in found.reasons)


@pytest.mark.parametrize("place", HEADERS)
def test_a_header_that_is_named_after_a_key_is_read(place: str) -> None:
    token = made_up(32)
    assert values_in("authorization", place.replace("{}", token)) == [token]


@pytest.mark.parametrize("text", OTHERS)
def test_a_reference_or_a_word_is_no_token(text: str) -> None:
    assert values_in("authorization", text) == []


@pytest.mark.parametrize("scheme", ["OAuth ", "ApiKey ", "SSWS ", "Splunk ", "GenieKey ", "Bot ", ""])
def test_other_schemes_and_none_at_all_are_read_behind_the_name_of_the_header(scheme: str) -> None:
    token = made_up(40)
    for place in PLACES[:6]:
        text = place.replace("{}", scheme + token)
        assert values_in("authorization", text) == [token], text
    assert values_in("authorization", f"{scheme}{token}") == []


def test_a_token_that_begins_like_a_json_web_token_is_one_only_with_an_algorithm() -> None:
    rest = f"{made_up(30)}.{made_up(43)}"
    for header, found in ((b'{"alg": "HS256"}', False), (b'{"typ": "TCV2"}', True)):
        token = f"{base64.urlsafe_b64encode(header).decode().rstrip('=')}.{rest}"
        assert values_in("authorization", f"Authorization: Bearer {token}") == ([token] if found else [])


def test_samples_are_weak() -> None:
    (found,) = secrets_in("authorization", f"Authorization: Basic {basic('Aladdin', 'open sesame')}")
    assert found.weak
    (found,) = secrets_in("authorization", f"Authorization: Basic {basic('admin', 'letmein')}")
    assert found.weak


def test_the_scheme_token_is_read_after_the_name_of_the_header_alone() -> None:
    token = made_up(40)
    assert values_in("authorization", f'-H "Authorization: token {token}"') == [token]
    assert values_in("authorization", f'Authorization: Token token="{token}"') == [token]
    assert values_in("authorization", f"the token {token}") == []
