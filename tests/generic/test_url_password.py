"""Passwords in addresses, whatever the scheme."""

from __future__ import annotations

import pytest

from keyguard.model.scales import Confidence
from tests.helpers.generic_secrets import made_up, secrets_in, values_in

SCHEMES = (
    "https",
    "ftp",
    "sftp",
    "smtp",
    "smtps",
    "nats",
    "mqtt",
    "ldap",
    "clickhouse",
    "svn+ssh",
    "rtsp",
    "socks5",
    "x",
)
PLACES = (
    "{}",
    '"{}"',
    "url = '{}',",
    "<url>{}</url>",
    "URL={}\n",
    "clone {} here",
    "[a]({})",
    "{}/path?x=1#y",
    "jdbc:{}",
)
HOSTS = ("acme.dev", "files.acme.dev:8021", "10.1.2.3", "[2001:db8::1]:80")
OTHERS = (
    "ftp://deploy:$PASSWORD@acme.dev",
    "ftp://deploy:${PASSWORD}@acme.dev",
    "ftp://{user}:{password}@acme.dev",
    "ftp://%s:%s@acme.dev",
    "ftp://<user>:<password>@acme.dev",
    "ftp://deploy:********@acme.dev",
    "ftp://USER:PASSWORD@acme.dev",
    "ftp://acme.dev:8021/path@v2",
    "http://localhost:8080/@scope/name",
    "https://acme.dev:443,me@acme.dev",
    "git://github.com:acme/shop.git",
    "ftp://deploy@acme.dev",
)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_password_is_found_in_an_address_of_any_scheme(scheme: str) -> None:
    for number, host in enumerate(HOSTS):
        for password in (made_up(16, number), "Tr1n!ty-44", "hunter2", "p%40ss%21kestrel", "kes@trel9"):
            (found,) = secrets_in("url_password", text := f"url: {scheme}://deploy:{password}@{host}/x")
            assert (found.rule, text[found.start : found.end]) == ("url-password", password)
            assert not found.weak


@pytest.mark.parametrize("place", PLACES)
def test_the_place_does_not_matter(place: str) -> None:
    password = made_up(12)
    assert values_in("url_password", place.replace("{}", f"ftp://deploy:{password}@files.acme.dev")) == [password]


@pytest.mark.parametrize("address", OTHERS)
def test_a_reference_or_another_form_is_no_password(address: str) -> None:
    assert values_in("url_password", f"url: {address} end") == []


def test_defaults_and_hosts_of_documents_are_weak_and_local_ones_less_sure() -> None:
    for password, host in (("changeme", "acme.dev"), (made_up(), "example.com")):
        (found,) = secrets_in("url_password", f"ftp://deploy:{password}@{host}/")
        assert found.weak
    (found,) = secrets_in("url_password", f"ftp://deploy:{made_up()}@localhost/")
    assert (found.weak, found.confidence) == (False, Confidence.MEDIUM)


def test_a_random_name_without_a_password_is_a_token() -> None:
    token = made_up(36)
    assert values_in("url_password", f"git clone https://{token}@git.acme.dev/shop.git") == [token]
    for text in (f"https://{'ab12' * 8}@errors.acme.dev/42", "https://the-name-of-an-account@git.acme.dev/shop.git"):
        assert values_in("url_password", text) == []


@pytest.mark.parametrize("scheme", ["postgres", "mysql+pymysql", "mongodb", "redis", "amqp"])
def test_samples_are_left_to_the_rules_of_their_schemes(scheme: str) -> None:
    assert values_in("url_password", f"{scheme}://shop:shop@db.acme.dev/shop") == []
    assert values_in("url_password", f"{scheme}://shop:{made_up()}@localhost/shop") == []


def test_an_address_in_a_text_for_readers_is_told() -> None:
    (found,) = secrets_in("url_password", f"ftp://deploy:{made_up()}@acme.dev/", "docs/a.md")
    assert found.comment
