"""Docker Compose: the environment, build arguments and commands of services.

Documented at https://docs.docker.com/reference/compose-file/services/
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from keyguard.credential_files.judging import Field
from keyguard.credential_files.settings.parts import part
from keyguard.credential_files.settings.secrets import Names, Setting, secrets_of
from keyguard.credential_files.syntax import yaml
from keyguard.credential_files.syntax.entry import Entry
from keyguard.model.judged_secret import JudgedSecret
from keyguard.support.regex import expression

_PASSWORD = Field("container-password", "a password in the environment of a container")
_SECRET = Field("container-password", "a key in the environment of a container")
_COMMAND = Field("container-password", "a password in the command of a container")

_ROWS = (
    Setting(("environment", "*", "keycloak_admin_password"), _PASSWORD),
    Setting(("requirepass",), _COMMAND),
)
_NAMES = Names(_PASSWORD, _SECRET)
_ITEM = expression(r"(?P<name>[A-Za-z_][\w.-]{0,200})=(?P<quote>[\"']?)(?P<value>.*)(?P=quote)", re.DOTALL)
_COMMAND_PASSWORD = expression(
    r"(?:\A|\s)--(?P<name>requirepass|masterauth|password)[ =][\"']?(?P<value>[^\s\"']{3,200})"
)
#: keys whose items are ``NAME=value``
_LISTS = frozenset(("environment", "args", "env", "labels"))


def find(data: bytes, path: bytes, named: bool) -> Iterator[JudgedSecret]:
    """Yield passwords and keys. See :data:`keyguard.credential_files.table.Finder`."""
    yield from secrets_of(_settings(data, yaml.entries(data)), _ROWS, _NAMES)


def _settings(data: bytes, entries: Iterable[Entry]) -> Iterator[Entry]:
    """Yield the entries, ``NAME=value`` as one of that name, and the passwords in commands."""
    for entry in entries:
        keys = entry.keys
        if len(keys) > 1 and keys[-1].isdigit() and keys[-2] in _LISTS:
            item = _ITEM.match(entry.value)
            if item:
                yield part(entry, item["name"], *item.span("value"))
        elif "command" in keys[-2:]:
            for found in _COMMAND_PASSWORD.finditer(entry.value):
                yield part(entry, found["name"], *found.span("value"), data)
        else:
            yield entry
