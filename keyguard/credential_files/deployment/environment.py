"""Environment files: ``NAME=value`` in each line, as Compose, Laravel, Node and direnv read them.

Documented at https://docs.docker.com/compose/how-tos/environment-variables/variable-interpolation/#env-file-syntax
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from keyguard.credential_files.judging import Field
from keyguard.credential_files.settings.secrets import Names, Setting, secrets_of
from keyguard.credential_files.syntax import ini
from keyguard.model.judged_secret import JudgedSecret
from keyguard.model.scales import Confidence
from keyguard.support.regex import expression

_PASSWORD = Field("application-password", "a password in an environment file")
_SECRET = Field("application-secret", "a key in an environment file")
_DATABASE = Field("database-password", "a database password in an environment file")
_LARAVEL = Field("application-signing-key", "the key of a Laravel application", guessable=False)
_SIGNING = Field("application-signing-key", "the key that an application signs with")

_DATABASES = ("db", "database", "mysql", "mysql_root", "mariadb", "mariadb_root", "postgres", "pg", "mongo", "redis")
_ROWS = (
    *(Setting((f"{name}_password",), _DATABASE) for name in _DATABASES),
    Setting(("app_key",), _LARAVEL, chosen=True),
    Setting(("secret_key",), _SIGNING, chosen=True),
    Setting(("secret_key_base",), _SIGNING, chosen=True),
    Setting(("django_secret_key",), _SIGNING, chosen=True),
)
#: a file to copy, whose values are mostly to be replaced
_TEMPLATE = expression(
    rb"(?:example|sample|dist|template|tmpl|tpl|defaults?|test|testing|ci|travis|e2e)(?:$|[._-])", re.IGNORECASE
)


def find(data: bytes, path: bytes, named: bool) -> Iterator[JudgedSecret]:
    """Yield passwords and keys. See :data:`keyguard.credential_files.table.Finder`."""
    is_template = _TEMPLATE.search(path.rpartition(b"/")[2])
    entries = (one for one in ini.entries(data) if not one.value.startswith("#"))
    for one in secrets_of(entries, _ROWS, Names(_PASSWORD, _SECRET)):
        yield one._replace(confidence=Confidence.MEDIUM) if is_template else one
