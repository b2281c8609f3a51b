"""Configuration of Rails."""

from __future__ import annotations

import pytest

from tests.helpers.credential_files import Found, by_path, in_hex, made_up

PASSWORD, KEY, MASTER = made_up(1), in_hex(2, 128), in_hex(3, 32)


@pytest.mark.parametrize(
    ("path", "text", "found"),
    [
        ("config/master.key", f"{MASTER}\n", [("credentials-master-key", MASTER)]),
        ("config/credentials/production.key", MASTER, [("credentials-master-key", MASTER)]),
        ("config/server.key", "-----BEGIN", []),
        (
            "config/secrets.yml",
            f"production:\n  secret_key_base: {KEY}\ntest:\n  secret_key_base: {KEY[1:]}\n",
            [("application-signing-key", KEY), ("application-signing-key~", KEY[1:])],
        ),
        ("config/secrets.yml", 'production:\n  secret_key_base: <%= ENV["SECRET_KEY_BASE"] %>\n', []),
        (
            "config/database.yml",
            f"production:\n  username: shop\n  password: {PASSWORD}\ntest:\n  password: postgres\n",
            [("database-password", PASSWORD), ("database-password~?", "postgres")],
        ),
        (
            "config/initializers/secret_token.rb",
            f"Shop::Application.config.secret_token = '{KEY}'",
            [("application-signing-key", KEY)],
        ),
        ("config/initializers/devise.rb", f"  # config.pepper = '{KEY}'", [("application-signing-key#", KEY)]),
        ("config/environments/production.rb", "config.secret_key_base = ENV['SECRET_KEY_BASE']", []),
    ],
)
def test_passwords_and_keys(path: str, text: str, found: Found) -> None:
    assert by_path(path, text) == found
