"""Docker Compose."""

from __future__ import annotations

import pytest

from tests.helpers.credential_files import Found, by_path, made_up

PASSWORD = made_up(1)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"POSTGRES_PASSWORD: {PASSWORD}", [PASSWORD]),
        (f"- POSTGRES_PASSWORD={PASSWORD}", [PASSWORD]),
        (f'- "POSTGRES_PASSWORD={PASSWORD}"', [PASSWORD]),
        (f"POSTGRES_PASSWORD: ${{POSTGRES_PASSWORD:-{PASSWORD}}}", [PASSWORD]),
        ("POSTGRES_PASSWORD: ${POSTGRES_PASSWORD}", []),
        ("- POSTGRES_PASSWORD", []),
        ("MYSQL_ALLOW_EMPTY_PASSWORD: 'yes'", []),
        ("POSTGRES_PASSWORD_FILE: /run/secrets/db", []),
        (f"JWT_SECRET: {made_up(2, 40)}", [made_up(2, 40)]),
        ("JWT_SECRET: my-jwt-secret", []),
    ],
)
def test_environment(text: str, found: list[str]) -> None:
    rows: Found = [("container-password", value) for value in found]
    assert by_path("docker-compose.prod.yml", f"services:\n  db:\n    environment:\n      {text}\n") == rows


def test_defaults_are_weak_and_commands_are_read() -> None:
    text = f"services:\n  a:\n    command: redis-server --requirepass {PASSWORD}\n"
    text += "    environment:\n      DB_PASSWORD: postgres"
    assert by_path("compose.yaml", text) == [("container-password", PASSWORD), ("container-password?", "postgres")]


def test_a_command_in_several_lines_is_read() -> None:
    text = f'services:\n  a:\n    command: >\n      redis-server\n      --requirepass "{PASSWORD}"\n    image: b\n'
    assert by_path("compose.yaml", text) == [("container-password", PASSWORD)]
