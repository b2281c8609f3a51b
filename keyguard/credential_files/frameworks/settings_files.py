"""Configuration of programs of any kind: ``config.yml``, ``settings.json``, ``config.toml``, ``config/default.js``.

Symfony's ``parameters.yml`` is documented at https://symfony.com/doc/current/reference/configuration/framework.html#secret
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from keyguard.credential_files.judging import Field
from keyguard.credential_files.settings.secrets import Names, Setting, secrets_of
from keyguard.credential_files.syntax.entry import Entry
from keyguard.model.judged_secret import JudgedSecret
from keyguard.support.regex import expression

_DATABASE = Field("database-password", "a database password in the configuration of a program")
_SIGNING = Field("application-signing-key", "the secret of a Symfony application")
_PASSWORD = Field("application-password", "a password in the configuration of a program")
_SECRET = Field("application-secret", "a key in the configuration of a program")

_ROWS = (
    Setting(("database_password",), _DATABASE),
    Setting(("db_password",), _DATABASE),
    Setting(("database", "password"), _DATABASE),
    Setting(("database", "*", "password"), _DATABASE),
    Setting(("db", "password"), _DATABASE),
    Setting(("mysql", "password"), _DATABASE),
    Setting(("postgres", "password"), _DATABASE),
    Setting(("redis", "password"), _DATABASE),
    Setting(("parameters", "secret"), _SIGNING, chosen=True),
    Setting(("framework", "secret"), _SIGNING, chosen=True),
)
#: a Secret of Kubernetes, whose values are encoded
_KUBERNETES = expression(rb"^[ ]{0,4}[\"']?kind[\"']?:[ ]*[\"']?Secret\b", re.MULTILINE)


def find(data: bytes, path: bytes, named: bool) -> Iterator[JudgedSecret]:
    """Yield passwords and keys. See :data:`keyguard.credential_files.table.Finder`."""
    if _KUBERNETES.search(data):
        return
    yield from secrets_of(_entries(data, path.lower().rpartition(b"/")[2]), _ROWS, Names(_PASSWORD, _SECRET), data)


def _entries(data: bytes, name: bytes) -> Iterator[Entry]:
    if b".y" in name:
        from keyguard.credential_files.syntax import yaml

        return yaml.entries(data)
    if b".js" in name or b".ts" in name:
        from keyguard.credential_files.syntax import objects

        return objects.entries(data)
    from keyguard.credential_files.syntax import ini

    return ini.entries(data)
