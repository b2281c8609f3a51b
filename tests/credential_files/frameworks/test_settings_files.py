"""Configuration of programs of any kind."""

from __future__ import annotations

import pytest

from tests.helpers.credential_files import Found, by_path, made_up

PASSWORD, KEY = made_up(1, 14), made_up(2, 40)
APP = "application-password"


@pytest.mark.parametrize(
    ("path", "text", "found"),
    [
        (
            "config.yml",
            f"database:\n  password: {PASSWORD}\nsmtp:\n  pass: {PASSWORD}\n",
            [("database-password", PASSWORD), (APP, PASSWORD)],
        ),
        ("config/production.json", f'{{"jwt": {{"secret": "{KEY}", "issuer": "a"}}}}', [("application-secret", KEY)]),
        (
            "config/default.js",
            f"module.exports = {{ mail: {{ password: '{PASSWORD}', user: 'a' }} }}",
            [(APP, PASSWORD)],
        ),
        ("config.js", "module.exports = { password: process.env.PASSWORD, token: req.query.token }", []),
        ("config.toml", f'[smtp]\npassword = "{PASSWORD}"\n', [(APP, PASSWORD)]),
        ("parameters.yml", f"parameters:\n  database_password: {PASSWORD}\n", [("database-password", PASSWORD)]),
        (
            "parameters.yml.dist",
            "parameters:\n  secret: ThisTokenIsNotSoSecretChangeIt\n  database_password: ~\n",
            [("application-signing-key?", "ThisTokenIsNotSoSecretChangeIt")],
        ),
        ("config/packages/security.yaml", "security:\n  password_hashers:\n    App\\User: auto\n", []),
        ("settings.yaml", "apiKeys:\n  encryptedData:\n    password: AgB0\n", []),
    ],
)
def test_passwords_and_keys(path: str, text: str, found: Found) -> None:
    assert by_path(path, text) == found
