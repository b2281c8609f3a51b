"""Configuration of .NET: ``web.config``, ``app.config``, ``appsettings.json``, user secrets, publish profiles.

Documented at https://learn.microsoft.com/aspnet/core/fundamentals/configuration/ and
https://learn.microsoft.com/dotnet/framework/configure-apps/file-schema/
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from keyguard.credential_files.judging import Field, in_comment, judged
from keyguard.credential_files.settings.connection_strings import password_in
from keyguard.credential_files.settings.secrets import Names, Setting, secrets_of
from keyguard.credential_files.settings.xml_pairs import with_pairs
from keyguard.credential_files.syntax import objects, xml
from keyguard.credential_files.syntax.entry import Entry
from keyguard.credential_files.window import window
from keyguard.model.judged_secret import JudgedSecret
from keyguard.support.regex import expression

_CONNECTION = Field("database-password", "the password in a connection string")
_MACHINE_KEY = Field("application-signing-key", "a machineKey of ASP.NET", guessable=False)
_PASSWORD = Field("application-password", "a password in the configuration of a .NET application")
_SECRET = Field("application-secret", "a key in the configuration of a .NET application")
_PUBLISH = Field("application-password", "the password of a publish profile")

_ROWS = (
    Setting(("machinekey", "@validationkey"), _MACHINE_KEY, chosen=True),
    Setting(("machinekey", "@decryptionkey"), _MACHINE_KEY, chosen=True),
    Setting(("publishprofile", "@userpwd"), _PUBLISH),
    Setting(("identity", "@password"), _PASSWORD),
    Setting(("network", "@password"), _PASSWORD),
    Setting(("credentials", "user", "@password"), _PASSWORD),
)
_NAMES = Names(_PASSWORD, _SECRET)
_XML = expression(rb"[\s\xef\xbb\xbf]{0,20}<")
_SIGN = expression(
    rb"(?P<xml><machineKey\s|<connectionStrings\b|\buserPWD=)|\"ConnectionStrings\"\s{0,9}:", re.IGNORECASE
)
#: what a machineKey says that is made when the server starts
_GENERATED = "AutoGenerate"


def find(data: bytes, path: bytes, named: bool) -> Iterator[JudgedSecret]:
    """Yield passwords and keys. See :data:`keyguard.credential_files.table.Finder`."""
    part = window(data, _SIGN, named)
    if not part:
        return
    sign = None if named else _SIGN.search(part.data)
    is_xml = sign["xml"] if sign else _XML.match(data)
    entries = with_pairs(xml.entries(part.data)) if is_xml else objects.entries(part.data)
    yield from part.placed(_secrets(part.data, entries))


def _secrets(data: bytes, entries: Iterable[Entry]) -> Iterator[JudgedSecret]:
    plain = []
    for entry in entries:
        password = password_in(data, entry) if "=" in entry.value else None
        if password:
            comment = entry.comment or in_comment(data, entry.start)
            found = judged(_CONNECTION, password.value, password.span, user=password.name, comment=comment)
            yield from (found,) if found else ()
        elif not entry.value.startswith(_GENERATED):
            plain.append(entry)
    yield from secrets_of(plain, _ROWS, _NAMES, data)
