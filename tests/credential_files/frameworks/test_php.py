"""Configuration that is PHP."""

from __future__ import annotations

import pytest

from tests.helpers.credential_files import Found, by_path, by_sign, made_up

PASSWORD, SALT, KEY = made_up(1), made_up(2, 64), made_up(3, 32)
LARAVEL = "base64:" + made_up(4, 43) + "="


@pytest.mark.parametrize(
    ("path", "text", "found"),
    [
        (
            "wp-config.php",
            f"define('DB_PASSWORD', '{PASSWORD}');\ndefine( 'AUTH_KEY',  '{SALT}' );",
            [("database-password", PASSWORD), ("application-signing-key", SALT)],
        ),
        ("wp-config.php", "define('AUTH_KEY', 'put your unique phrase here');\ndefine('DB_PASSWORD', '');", []),
        ("wp-config.php", "define('DB_PASSWORD', getenv('DB_PASSWORD'));", []),
        ("wp-config-sample.php", "define('DB_PASSWORD', 'password_here');", []),
        (
            "configuration.php",
            f"class JConfig {{ public $password = '{PASSWORD}'; }}",
            [("application-password", PASSWORD)],
        ),
        (
            "sites/default/settings.php",
            f"$databases['default']['default'] = ['password' => '{PASSWORD}'];\n$settings['hash_salt'] = '{SALT}';",
            [("database-password", PASSWORD), ("application-secret", SALT)],
        ),
        ("config/app.php", f"return ['key' => env('APP_KEY', '{LARAVEL}')];", [("application-signing-key", LARAVEL)]),
        (
            "config/database.php",
            f"'connections' => ['mysql' => ['password' => env('DB_PASSWORD', '{PASSWORD}')]],",
            [("database-password", PASSWORD)],
        ),
        ("config/auth.php", "'passwords' => ['users' => ['table' => 'password_resets']]", []),
        ("config/services.php", f"'stripe' => ['secret' => '{KEY}'],", [("application-secret", KEY)]),
        ("LocalSettings.php", f'$wgDBpassword = "{PASSWORD}";', [("database-password", PASSWORD)]),
        ("resources/lang/en/auth.php", "'password' => 'The provided password is incorrect.',", []),
    ],
)
def test_passwords_and_keys(path: str, text: str, found: Found) -> None:
    assert by_path(path, f"<?php\n{text}\n") == found


def test_a_file_of_another_name_is_known_by_its_content() -> None:
    text = f"<?php\ndefine('DB_PASSWORD', '{PASSWORD}');\ndefine('AUTH_KEY', '{SALT}');\n"
    expected = [("database-password", PASSWORD), ("application-signing-key", SALT)]
    assert by_sign(text) == expected
    assert by_sign("// text\n" * 9000 + text) == expected
