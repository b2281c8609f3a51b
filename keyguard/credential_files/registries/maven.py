"""Maven's ``settings.xml`` and ``settings-security.xml``: passwords of servers and proxies, passphrases of keys.

The format is documented at https://maven.apache.org/settings.html. A password in braces is encrypted with the master
password, and that one with a key that is the same for everybody:
https://maven.apache.org/guides/mini/guide-encryption.html
"""

from __future__ import annotations

from collections.abc import Iterator

from keyguard.credential_files.fields import Place, secrets
from keyguard.credential_files.judging import Field
from keyguard.credential_files.settings.secrets import Names, secrets_of
from keyguard.credential_files.syntax import xml
from keyguard.model.judged_secret import JudgedSecret
from keyguard.support.regex import expression

_RULE = "package-registry-credential"
_PLACES = (
    Place(("server", "password"), Field(_RULE, "the password of a server in Maven's settings"), ("username",)),
    Place(("server", "passphrase"), Field(_RULE, "the passphrase of a key in Maven's settings"), ("username",)),
    Place(("proxy", "password"), Field(_RULE, "the password of a proxy in Maven's settings"), ("username",)),
)
_NAMES = Names(
    Field(_RULE, "a property of a profile in Maven's settings whose name says password"),
    Field(_RULE, "a property of a profile in Maven's settings whose name says key or token", guessable=False),
)
_ELEMENT = expression(rb"<(?:[\w.-]{1,40}:)?(?:server|proxy|profile|master)")
_MASTER = expression(rb"<master>[^<{}]{0,100}(\{[A-Za-z0-9+/=]{20,500}\})")
_MASTER_REASON = "Maven's master password, encrypted with a key that is the same for everybody"


def find(data: bytes, path: bytes, named: bool) -> Iterator[JudgedSecret]:
    """Yield the passwords. See :data:`keyguard.credential_files.format.Finder`."""
    if not _ELEMENT.search(data):
        return  # documents of Word and of others have a settings.xml, too, and large ones
    entries = list(xml.entries(data))
    yield from secrets(data, entries, _PLACES)
    properties = (entry for entry in entries if entry.keys[-4:-1] == ("profiles", "profile", "properties"))
    yield from secrets_of(properties, names=_NAMES)
    for found in _MASTER.finditer(data):
        yield JudgedSecret(*found.span(1), _RULE, (_MASTER_REASON,))
