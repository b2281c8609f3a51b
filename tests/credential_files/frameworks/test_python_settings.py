"""Settings that are Python."""

from __future__ import annotations

import pytest

from tests.helpers.credential_files import Found, by_path, by_sign, made_up

PASSWORD, KEY = made_up(1), made_up(2, 50)


@pytest.mark.parametrize(
    ("path", "text", "found"),
    [
        ("shop/settings.py", f"INSTALLED_APPS = []\nSECRET_KEY = '{KEY}'", [("application-signing-key", KEY)]),
        (
            "shop/settings.py",
            "SECRET_KEY = 'django-insecure-" + KEY + "'",
            [("application-signing-key?", "django-insecure-" + KEY)],
        ),
        ("settings.py", "SECRET_KEY = os.environ['SECRET_KEY']\nLOGIN_URL = '/login'", []),
        ("settings.py", f"SECRET_KEY = os.environ.get('SECRET_KEY', '{KEY}')", [("application-signing-key", KEY)]),
        (
            "settings/production.py",
            f"DATABASES = {{'default': {{'USER': 'shop', 'PASSWORD': '{PASSWORD}'}}}}",
            [("database-password", PASSWORD)],
        ),
        (
            "settings.py",
            "DATABASES = {'default': {'USER': 'shop', 'PASSWORD': 'shop'}}",
            [("database-password?", "shop")],
        ),
        (
            "config.py",
            f"class Config:\n    SECRET_KEY = '{KEY}'\n    # MAIL_PASSWORD = '{PASSWORD}'",
            [("application-signing-key", KEY), ("application-password#", PASSWORD)],
        ),
        ("config.py", "PASSWORD_HASHERS = ['django.contrib.auth.hashers.MD5PasswordHasher']", []),
        ("config.py", "TOKEN_URL = 'https://id.acme.dev/token'\nTOKEN = 'token'", []),
    ],
)
def test_passwords_and_keys(path: str, text: str, found: Found) -> None:
    assert by_path(path, text) == found


def test_an_insecure_key_is_found_wherever_it_is() -> None:
    assert by_sign(f"SECRET_KEY = 'django-insecure-{KEY}'") == [("application-signing-key?", f"django-insecure-{KEY}")]
