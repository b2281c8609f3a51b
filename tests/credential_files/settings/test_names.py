"""Which names are those of secrets, and which values look like generated ones."""

from __future__ import annotations

import pytest

from keyguard.credential_files.judging import Field
from keyguard.credential_files.settings.names import Kind, is_generated, is_password, kind_of
from keyguard.credential_files.settings.secrets import Names, secrets_of
from keyguard.credential_files.syntax import yaml
from tests.helpers.credential_files import in_hex, made_up

PASSWORDS = ["password", "dbPassword", "SMTP_PASS", "userPwd", "password_prod", "a.b.passwd", "db_pw"]
SECRETS = ["client-secret", "API_KEY", "accessKey", "jwt.secret", "AUTH_TOKEN", "ENROLLSECRET", "apikey2"]
OTHERS = [
    "key",
    "cache_key",
    "public_key",
    "password_hashers",
    "forgotPassword",
    "token_url",
    "passport",
    "no_password",
]


@pytest.mark.parametrize("name", PASSWORDS)
def test_names_of_passwords(name: str) -> None:
    assert kind_of(name) is Kind.PASSWORD


@pytest.mark.parametrize("name", SECRETS)
def test_names_of_secrets(name: str) -> None:
    assert kind_of(name) is Kind.SECRET


@pytest.mark.parametrize("name", ["", *OTHERS])
def test_other_names(name: str) -> None:
    assert kind_of(name) is None


def test_generated_values() -> None:
    for value in (made_up(1), in_hex(2, 32), made_up(3, 12), "base64:" + made_up(4, 43), "a$7(" * 2 + made_up(5, 12)):
        assert is_generated(value), value


@pytest.mark.parametrize(
    "value",
    [
        *("", "changeit", "my-app-secret", "internal-gateway-secret-key-2024", "k8s_events_etcd", "mock-api-key-123"),
        *("https://id.acme.dev/token", "/run/secrets/x1", "MY_SECRET_KEY", "a1a1a1a1a1a1a1a1a1a1", "acmeClientSecret"),
    ],
)
def test_words_paths_and_samples_are_not_generated(value: str) -> None:
    assert not is_generated(value)


def test_long_values_are_judged_quickly() -> None:
    for value in ("a" * 100_000, "a1" * 50_000 + "!", "a_" * 50_000 + "!", "aA" * 50_000 + "!"):
        assert not is_generated(value)


@pytest.mark.parametrize("value", ["hunter2", "abcd efgh ijkl mnop"])
def test_values_of_passwords(value: str) -> None:
    assert is_password(value)


@pytest.mark.parametrize("value", ["/run/secrets/db", "required|min:8", "Your password:"])
def test_other_values(value: str) -> None:
    assert not is_password(value)


@pytest.mark.parametrize(
    ("text", "weak"),
    [
        ("rabbitmq_users:\n  - name: edxapp\n    password: edxapp\n", True),
        ("shop:\n  rethinkdbPassword: rethinkdb\n", True),
        ("shop:\n  password: ${SHOP_PASSWORD:-kestrel}\n", True),
        ("shop:\n  password: kestrel\n", False),
    ],
)
def test_a_password_that_says_a_name_is_weak(text: str, weak: bool) -> None:
    field = Field("application-password", "a password")
    (found,) = secrets_of(yaml.entries(text.encode()), names=Names(field, field))
    assert found.weak is weak
