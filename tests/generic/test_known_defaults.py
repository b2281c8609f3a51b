"""Known defaults and samples are told from passwords that a person chose and from random ones."""

from __future__ import annotations

import random
import string

import pytest

from keyguard.generic.known_defaults import is_local, is_sample, weak_reason

#: typed in pieces or built below where a scanner could take them for more than a sample
DEFAULTS = (
    "password", "Password1", "P@ssw0rd!", "passw0rd123", "Pa$$word", "admin", "admin123", "changeme", "CHANGE_ME",
    "letmein", "secret", "s3cr3t", "test", "test1234", "testpass", "test-password", "foobar", "foo123", "qwerty",
    "123456", "12345678", "1234567890", "1q2w3e4r", "abc123", "111111", "wrongpassword", "wrong_password", "bad-pass",
    "invalidPassword", "my-secret-password", "user1pass", "db_password", "postgres", "minioadmin", "hello world",
    "thisisnotapassword", "newpassword2", "correct horse battery staple", "mysecretpassword", "rootpassword",
    "secret-key",
)  # fmt: skip
CHOSEN = (
    "hunter2", "Sommer2019!", "Tr1n!ty-44", "blauesAuto7", "kestrel", "MoonRaker", "zebra-lamp", "Munich1860",
    "Gandalf9", "8s7dfg", "correcthorsebattery9staples", "mandelbrot",
)  # fmt: skip


@pytest.mark.parametrize("password", DEFAULTS)
def test_a_default_or_sample_is_known_whatever_its_case(password: str) -> None:
    for text in (password, password.upper(), password.capitalize()):
        assert weak_reason(text), text


@pytest.mark.parametrize("password", CHOSEN)
def test_what_a_person_chose_is_no_default(password: str) -> None:
    assert weak_reason(password) == ""


@pytest.mark.parametrize(
    ("user", "password"),
    [("guest", "guest"), ("Shop", "shop"), ("deploy", "deploy1"), ("shop-app", "shop_app!"), ("scott", "tiger"),
     ("minio", "minio123"), ("sa", "yourStrong(!)Password"), ("root", "toor"), ("pi", "raspberry")],
)  # fmt: skip
def test_pairs_of_products_and_the_users_own_name_are_known(user: str, password: str) -> None:
    assert weak_reason(password, user)


def test_another_users_name_is_no_default() -> None:
    assert weak_reason("kestrel", "shop") == ""


def test_random_values_are_never_defaults() -> None:
    chosen = random.Random(14)
    for alphabet in (string.ascii_lowercase, string.ascii_letters + string.digits, "0123456789abcdef"):
        values = ["".join(chosen.choices(alphabet, k=chosen.randint(10, 40))) for _ in range(3000)]
        assert [value for value in values if weak_reason(value)] == []


def test_no_reason_holds_any_part_of_the_value() -> None:
    for password in DEFAULTS:
        if len(password) > 8:
            assert password.lower() not in weak_reason(password).lower()


def test_values_that_are_too_long_are_not_compared() -> None:
    assert weak_reason("password" * 100_000) == ""


@pytest.mark.parametrize(
    "host",
    ["localhost", "127.0.0.1", "127.1.2.3", "[::1]", ".".join("0000"), "db", "redis-master", "host.docker.internal",
     "nas.local", "db.shop.svc.cluster.local"],
)  # fmt: skip
def test_local_hosts(host: str) -> None:
    assert is_local(host)
    assert not is_sample(host) or host == "test"


@pytest.mark.parametrize("host", ["db.acme.dev", "10.0.4.2", "192.168.1.20", "smtp.sendgrid.net", "127.example.org"])
def test_other_hosts_are_not_local(host: str) -> None:
    assert not is_local(host)


@pytest.mark.parametrize(
    "host", ["example.com", "smtp.example.org", "mail.mydomain.com", "a.b.example", "ftp.test", "foo.com"]
)
def test_sample_hosts(host: str) -> None:
    assert is_sample(host)


@pytest.mark.parametrize("host", ["db.acme.dev", "examples.acme.com", "myexample.com", "sub.domains.net", "10.0.4.2"])
def test_hosts_that_only_resemble_samples(host: str) -> None:
    assert not is_sample(host)
