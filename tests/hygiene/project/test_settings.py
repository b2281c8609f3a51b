"""What a file of settings gives its names, and which of those values somebody would keep to himself."""

from __future__ import annotations

from pathlib import Path

import pytest

from keyguard.hygiene.envfiles import contents
from keyguard.hygiene.envfiles.names import holds_keys, is_example, is_for_tests, is_private
from keyguard.hygiene.project.settings import settings
from tests.hygiene.packaging.folders import project_in, write

RANDOM = "q7Lw2" + "ZtR9xKd" + "84mVbN3s"
CHOSEN = "brisk-Otter" + "-81"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A=b", [("A", "b")]),
        ("export A=b\n A = b ", [("A", "b"), ("A", "b")]),
        ("A='b # c'\nB=\"d\"\nC=`e`", [("A", "b # c"), ("B", "d"), ("C", "e")]),
        ("A=b # c\nB=#c\nC=d#e", [("A", "b"), ("B", ""), ("C", "d#e")]),
        ("# A=b\n#A=b\n\nB=", [("B", "")]),
        ("A: b\n- C=d\n  E: 'f'", [("A", "b"), ("C", "d"), ("E", "f")]),
        ('{\n  "A": "b",\n  "C": 3,\n}', [("A", "b"), ("C", "3")]),
        ("spring.mail.password=b", [("spring.mail.password", "b")]),
        ("//registry.npmjs.org/:_authToken=b", [("_authToken", "b")]),
        ("A=b\r\nC=d\r\n", [("A", "b"), ("C", "d")]),
        ("1A=b\n=c\n[d]\n", []),
    ],
)
def test_lines(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(one.name, one.value.decode()) for one in settings(b".env", text.encode())] == expected


def test_a_netrc_has_passwords() -> None:
    text = b"machine x login y password z\nmachine q\n  password w\n"
    assert [one.value for one in settings(b".netrc", text)] == [b"z", b"w"]


def test_where_a_name_stands() -> None:
    text = b"X=1\n//host/:_authToken=b\n"
    (_, found) = settings(b".npmrc", text)
    assert text[found.start : found.end] == b"_authToken"
    assert found.words == "AUTH_TOKEN"


@pytest.mark.parametrize(
    "line",
    [
        f"APP_SECRET={RANDOM}",
        f"JWT_SECRET='{RANDOM}'",
        f"GITEA_TOKEN={RANDOM}",
        f"APP_KEY=base64:{RANDOM}=",
        f"DB_PASSWORD={CHOSEN}",
        f"SMTP_PASS={CHOSEN}",
        f"spring.datasource.password={CHOSEN}",
        f"ENCRYPTION_KEY={RANDOM}",
    ],
)
def test_secrets_by_their_names(line: str, tmp_path: Path) -> None:
    found = contents.read_env_file(project_in(write(tmp_path, {".env": f"PORT=3000\n{line}\n"})), b".env")
    assert [one.name for one in found.names] == [line.partition("=")[0]]


@pytest.mark.parametrize(
    "line",
    [
        "APP_SECRET=",
        "APP_SECRET=EDITME",
        "APP_SECRET='$ecretf0rt3st'",
        "APP_SECRET=not-a-secret--read-the-doc!",
        "JWT_SECRET_KEY=%kernel.project_dir%/config/jwt/private.pem",
        "JWT_SECRET=${JWT_SECRET}",
        "JWT_SECRET=<your secret here>",
        "TOKEN=op://vault/item/field",
        "DB_PASSWORD_FILE=/run/secrets/db_password",
        "DB_PASSWORD=postgres",
        "DB_USER=shop-keeper-1\nDB_PASSWORD=shop-keeper-1",
        "PASSWORD_MIN_LENGTH=12",
        "SECRET_NAME=projects/shop/secrets/db-7",
        "SECRET_MANAGER_REGION=eu-central-1",
        "MAX_TOKENS=4096",
        "TOKEN_TTL=86400000000000000",
        "PASSWORD_RESET_URL=https://shop.acme.dev/reset/a1b2c3d4e5f6",
        f"NEXT_PUBLIC_MAPBOX_TOKEN={RANDOM}",
        f"RECAPTCHA_SITE_KEY={RANDOM}",
        f"AWS_ACCESS_KEY_ID={RANDOM}",
        f"BUILD_ID={RANDOM}",
        "SECRET=kiss_of_death_of_my_laptop",
        "API_TOKEN=aaaaaaaaaaaaaaaaaaaaaaa1",
        f"# APP_SECRET={RANDOM}",
    ],
)
def test_no_secrets_by_their_names(line: str, tmp_path: Path) -> None:
    found = contents.read_env_file(project_in(write(tmp_path, {".env": f"PORT=3000\n{line}\n"})), b".env")
    assert found.severity is None


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        (".env", True),
        ("apps/api/.env.production", True),
        ("deploy/prod.env", True),
        (".envrc", True),
        (".dev.vars", True),
        ("local.settings.json", True),
        ("src/main/resources/application-prod.properties", True),
        ("infra/prod.tfvars", True),
        (".streamlit/secrets.toml", True),
        ("secrets.toml", False),
        (".env.example", False),
        ("example.env", False),
        (".env-sample", False),
        (".env.local.example", False),
        ("env.d.ts", False),
        (".env.d.ts", False),
        (".env.vault", False),
        (".env.production.enc", False),
        ("application.properties", False),
        ("environment.ts", False),
        ("venv", False),
    ],
)
def test_names_of_files_that_hold_keys(path: str, kept: bool) -> None:
    assert holds_keys(path.encode()) is kept
    assert not (kept and is_example(path.encode()))


def test_names_that_say_more() -> None:
    assert [
        is_private(name) for name in (b".env.local", b"a/.env.prod.local", b".dev.vars", b".env", b".env.prod")
    ] == [
        True,
        True,
        True,
        False,
        False,
    ]
    tests = (
        b".env.test",
        b".env.e2e.local",
        b"tests/.env",
        b"test-apps/x/.env",
        b"src/testProjects/.env",
        b"a/Tests/.env",
    )
    assert all(map(is_for_tests, tests))
    assert not any(map(is_for_tests, (b".env", b".env.latest", b"latest/.env", b"contest/.env", b"attested/.env")))
