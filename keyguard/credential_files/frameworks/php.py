"""Configuration that is PHP: WordPress, Joomla, Drupal, Magento, Laravel, MediaWiki, Nextcloud, phpMyAdmin, Symfony.

The keys of WordPress are documented at https://developer.wordpress.org/advanced-administration/wordpress/wp-config/
"""

from __future__ import annotations

from collections.abc import Iterator

from keyguard.credential_files.judging import Field
from keyguard.credential_files.settings.secrets import Names, Setting, secrets_of
from keyguard.credential_files.syntax.entry import Entry
from keyguard.credential_files.syntax.literals import PHP, entries
from keyguard.credential_files.window import window
from keyguard.model.judged_secret import JudgedSecret
from keyguard.support.regex import expression

_DATABASE = Field("database-password", "the database password of a PHP application")
_WORDPRESS_DATABASE = Field("database-password", "the database password of WordPress")
_SALT = Field("application-signing-key", "a key or salt of WordPress", guessable=False)
_PASSWORD = Field("application-password", "a password in the configuration of a PHP application")
_SECRET = Field("application-secret", "a key in the configuration of a PHP application")
_LARAVEL = Field("application-signing-key", "the key of a Laravel application", guessable=False)

_SALTS = [f"{name}_{kind}" for name in ("auth", "secure_auth", "logged_in", "nonce") for kind in ("key", "salt")]
_ROWS = (
    Setting(("db_password",), _WORDPRESS_DATABASE),
    Setting(("_db_passwd_",), _DATABASE),
    Setting(("dbpassword",), _DATABASE),
    Setting(("wgdbpassword",), _DATABASE),
    Setting(("dbpasswd",), _DATABASE),
    Setting(("dbpass",), _DATABASE),
    Setting(("database_password",), _DATABASE),
    Setting(("databases", "*", "*", "password"), _DATABASE),
    Setting(("connection", "*", "password"), _DATABASE),
    Setting(("connections", "*", "password"), _DATABASE),
    Setting(("datasources", "*", "password"), _DATABASE),
    Setting(("servers", "*", "password"), _DATABASE),
    Setting(("db", "*", "password"), _DATABASE),
    Setting(("db", "password"), _DATABASE),
    Setting(("ftp_pass",), _PASSWORD),
    Setting(("smtppass",), _PASSWORD),
    Setting(("controlpass",), _PASSWORD),
    *(Setting((name,), _SALT, chosen=True) for name in _SALTS),
    Setting(("hash_salt",), _SECRET, chosen=True),
    Setting(("drupal_hash_salt",), _SECRET, chosen=True),
    Setting(("crypt", "key"), _SECRET, chosen=True),
    Setting(("security", "salt"), _SECRET, chosen=True),
    Setting(("blowfish_secret",), _SECRET, chosen=True),
    Setting(("wgsecretkey",), _SECRET, chosen=True),
    Setting(("wgupgradekey",), _SECRET, chosen=True),
    Setting(("passwordsalt",), _SECRET, chosen=True),
    Setting(("cookievalidationkey",), _SECRET, chosen=True),
    Setting(("_cookie_key_",), _SECRET, chosen=True),
    Setting(("cookie_key",), _SECRET, chosen=True),
    Setting(("encryption_key",), _SECRET, chosen=True),
    Setting(("app_key",), _LARAVEL),
    Setting(("key",), _LARAVEL),
)
_NAMES = Names(_PASSWORD, _SECRET)
#: 16 or 32 bytes in base64; before Laravel 5.1 a random word of 32 characters
_LARAVEL_KEY = expression(
    r"base64:(?:[A-Za-z0-9+/]{22}==|[A-Za-z0-9+/]{43}=)|(?=.{0,31}\d)(?=.{0,31}[a-z])[A-Za-z0-9]{32}"
)
#: what the sample of wp-config.php says in any language: words, but no digit and no sign
_PHRASE = expression(r"[^\W\d_]+(?:[ '\u2019,.-]{1,3}[^\W\d_]+){0,20}[.!]?")
_SIGN = expression(
    rb"(?i)define\(\s*['\"](?:(?:secure_)?auth|logged_in|nonce)_(?:key|salt)['\"]\s*,|\bclass\s+JConfig\b"
)


def find(data: bytes, path: bytes, named: bool) -> Iterator[JudgedSecret]:
    """Yield passwords and keys. See :data:`keyguard.credential_files.table.Finder`."""
    part = window(data, _SIGN, named)
    if part:
        wanted = (one for one in entries(part.data, PHP) if _may_be_secret(one))
        yield from part.placed(secrets_of(wanted, _ROWS, _NAMES))


def _may_be_secret(entry: Entry) -> bool:
    name = entry.name.lower()
    if name in _SALTS:
        return not _PHRASE.fullmatch(entry.value)
    if name == "app_key" or (name == "key" and "crypt" not in entry.keys):
        return _LARAVEL_KEY.fullmatch(entry.value) is not None
    return True
