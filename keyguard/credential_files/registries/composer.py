"""Composer's ``auth.json``: passwords and tokens by host; the same object in ``composer.json`` or ``COMPOSER_AUTH``.

The format is documented at https://getcomposer.org/doc/articles/authentication-for-private-packages.md
"""

from __future__ import annotations

from collections.abc import Iterator

from keyguard.credential_files.fields import Place, secrets
from keyguard.credential_files.judging import Field
from keyguard.credential_files.syntax import objects
from keyguard.credential_files.syntax.entry import Entry
from keyguard.model.judged_secret import JudgedSecret

_RULE = "package-registry-credential"
_TOKEN = Field(_RULE, "a token for a host of packages in Composer's settings", guessable=False)
_PLACES = (
    Place(("http-basic", "*", "password"), Field(_RULE, "a password in Composer's settings"), ("username",)),
    Place(("github-oauth", "*"), _TOKEN),
    Place(("gitlab-oauth", "*"), _TOKEN),
    Place(("gitlab-token", "*"), _TOKEN),
    Place(("gitlab-token", "*", "token"), _TOKEN),
    Place(("bearer", "*"), _TOKEN),
    Place(("bitbucket-oauth", "*", "consumer-secret"), _TOKEN),
    Place(("bitbucket-oauth", "*", "access-token"), _TOKEN),
    Place(("forgejo-token", "*", "token"), _TOKEN),
)


def find(data: bytes, path: bytes, named: bool) -> Iterator[JudgedSecret]:
    """Yield the passwords and tokens. See :data:`keyguard.credential_files.format.Finder`."""
    return secrets(data, filter(_is_setting, objects.entries(data)), _PLACES)


def _is_setting(entry: Entry) -> bool:
    """Whether a value stands directly or by its name beside a host, which has a dot."""
    return "." in entry.name or any("." in key for key in entry.keys[-2:-1])
