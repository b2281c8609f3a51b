"""``.pypirc``, ``pip.conf`` and Poetry's ``auth.toml``: passwords by package index, alone or in a URL.

The formats are documented at https://packaging.python.org/en/latest/specifications/pypirc/,
https://pip.pypa.io/en/stable/topics/configuration/ and https://python-poetry.org/docs/repositories/
"""

from __future__ import annotations

from collections.abc import Iterator

from keyguard.credential_files.fields import Place, secrets
from keyguard.credential_files.judging import Field, in_comment, judged
from keyguard.credential_files.syntax import ini
from keyguard.credential_files.syntax.encoded import passwords_in_urls
from keyguard.model.judged_secret import JudgedSecret

_RULE = "package-registry-credential"
_PASSWORD = Field(_RULE, "the password for a package index in a Python configuration")
_IN_URL = Field(_RULE, "the password in the URL of a package index")
_PLACES = (
    Place(("pypi-token", "*"), Field(_RULE, "the token for a package index in Poetry's configuration")),
    Place(("*", "password"), _PASSWORD, ("username",)),
)


def find(data: bytes, path: bytes, named: bool) -> Iterator[JudgedSecret]:
    """Yield the passwords. See :data:`keyguard.credential_files.format.Finder`."""
    entries = list(ini.entries(data))
    yield from secrets(data, entries, _PLACES)
    if not named:
        return
    for one in passwords_in_urls(data, 0, len(data)):
        comment = in_comment(data, one.start)
        found = judged(_IN_URL, one.value, (one.start, one.end), user=one.user, comment=comment)
        if found:
            yield found
