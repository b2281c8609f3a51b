"""Ruby on Rails: ``secrets.yml``, ``database.yml``, initializers.

Documented at https://guides.rubyonrails.org/security.html#environmental-security
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from keyguard.credential_files.judging import Field
from keyguard.credential_files.settings.secrets import Names, Setting, secrets_of
from keyguard.credential_files.syntax import literals, yaml
from keyguard.credential_files.syntax.entry import Entry
from keyguard.model.judged_secret import JudgedSecret
from keyguard.model.scales import Confidence
from keyguard.support.regex import expression

_BASE = Field("application-signing-key", "the key that Rails derives its cookies' keys from", guessable=False)
_DEVISE_KEY = Field("application-signing-key", "the key that Devise signs with", guessable=False)
_PEPPER = Field("application-signing-key", "the pepper of Devise's passwords", guessable=False)
_DATABASE = Field("database-password", "the password of a database of a Rails application")
_PASSWORD = Field("application-password", "a password in the configuration of a Rails application")
_SECRET = Field("application-secret", "a key in the configuration of a Rails application")

_ROWS = (
    Setting(("secret_key_base",), _BASE, chosen=True),
    Setting(("secret_token",), _BASE, chosen=True),
    Setting(("session_secret",), _BASE, chosen=True),
    Setting(("config", "secret_key"), _DEVISE_KEY, chosen=True),
    Setting(("config", "pepper"), _PEPPER, chosen=True),
)
_NAMES = Names(_PASSWORD, _SECRET)
#: a ``secrets.yml`` of another kind, whose values are encoded
_KUBERNETES = expression(rb"^kind:[ ]*[\"']?Secret\b", re.MULTILINE)
#: sections of ``secrets.yml`` and ``database.yml`` that are for a developer's machine
_LOCAL_SECTIONS = ("development", "test")


def find(data: bytes, path: bytes, named: bool) -> Iterator[JudgedSecret]:
    """Yield passwords and keys. See :data:`keyguard.credential_files.table.Finder`."""
    lowered = path.lower()
    if b".rb" in lowered:
        yield from secrets_of(literals.entries(data, literals.RUBY), _ROWS, _NAMES)
    else:
        rows = (*_ROWS, Setting(("password",), _DATABASE)) if b"database" in lowered else _ROWS
        entries = [] if _KUBERNETES.search(data) else list(yaml.entries(data))
        local = {one.span for one in entries if _is_local(one)}
        for one in secrets_of(entries, rows, _NAMES):
            is_local = (one.start, one.end) in local
            yield one._replace(confidence=Confidence.MEDIUM) if is_local else one


def _is_local(entry: Entry) -> bool:
    return len(entry.keys) > 1 and entry.keys[0] in _LOCAL_SECTIONS
