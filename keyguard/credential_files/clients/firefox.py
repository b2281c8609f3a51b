"""Firefox' ``logins.json``: passwords that the key in ``key4.db`` opens, unless there is a primary password.

The format is documented at https://support.mozilla.org/kb/profiles-where-firefox-stores-user-data
"""

from __future__ import annotations

from collections.abc import Iterator

from keyguard.credential_files.fields import Place, secrets
from keyguard.credential_files.judging import Field
from keyguard.credential_files.syntax import objects
from keyguard.model.judged_secret import JudgedSecret
from keyguard.model.scales import Confidence

_PASSWORD = Field(
    "remote-login-password",
    "a password of Firefox, which the key4.db of the same profile opens",
    guessable=False,
    confidence=Confidence.MEDIUM,
)


def find(data: bytes, path: bytes, named: bool) -> Iterator[JudgedSecret]:
    """Yield the passwords. See :data:`keyguard.credential_files.format.Finder`."""
    return secrets(data, objects.entries(data), (Place(("encryptedpassword",), _PASSWORD),))
