"""Installation without questions: cloud-init, kickstart, preseed, Windows' answer files, group policy preferences.

Documented at https://docs.cloud-init.io/en/latest/reference/modules.html,
https://pykickstart.readthedocs.io/en/latest/kickstart-docs.html,
https://learn.microsoft.com/windows-hardware/customize/desktop/unattend/ and
https://learn.microsoft.com/openspecs/windows_protocols/ms-gppref/2c15cbf0-f086-4c74-8b70-1f2fa45dd4be
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator

from keyguard.credential_files.judging import Field, judged
from keyguard.credential_files.settings.lines import line, secrets_in_lines
from keyguard.credential_files.settings.password_hashes import judged_hash
from keyguard.credential_files.settings.secrets import Names, Setting, secrets_of
from keyguard.credential_files.syntax import xml, yaml
from keyguard.credential_files.syntax.entry import Entry
from keyguard.model.judged_secret import JudgedSecret

_ACCOUNT = Field("account-password", "the password that an account gets when a machine is installed")
_BOOT = Field("account-password", "the password of a boot loader")
_POLICY = Field("account-password", "a cpassword of a group policy, encrypted with a key that Microsoft published")
_SECRET = Field("deployment-secret", "a key that a machine gets when it is installed")
_OWNER = "of an account that a machine is installed with"

_KICKSTART = (
    line(
        rb"^[ \t]{0,9}#?(?:rootpw|sshpw)[ \t](?:[^\r\n]{0,200}[ \t])?(?P<value>[^\s\"'-][^\s\"']{2,200})"
        rb"[ \t]{0,9}\r?$",
        _ACCOUNT,
        owner=_OWNER,
    ),
    line(
        rb"^[ \t]{0,9}#?(?:user|rootpw|sshpw)[ \t][^\r\n]{0,300}--password[= ]\"?(?P<value>[^\s\"']{3,200})",
        _ACCOUNT,
        owner=_OWNER,
    ),
    line(rb"^[ \t]{0,9}#?bootloader[ \t][^\r\n]{0,300}--password=\"?(?P<value>[^\s\"']{3,200})", _BOOT, owner=_OWNER),
)
_PRESEED = (
    line(
        rb"^[ \t]{0,9}#?[ \t]?\S{1,40}[ \t]{1,9}\S{0,60}(?:passwd/(?:root|user)-password|"
        rb"[_/-]password|passphrase)(?:-again|-crypted|_again)?[ \t]{1,9}password[ \t]{1,9}"
        rb"(?P<value>\S{3,200})[ \t]{0,9}\r?$",
        _ACCOUNT,
        owner=_OWNER,
    ),
)
_GROUP_POLICY = line(rb"\bcpassword=\"(?P<value>[A-Za-z0-9+/]{20,400}={0,2})\"", _POLICY)
_LIST = line(
    rb"^[ \t]{1,40}(?:-[ \t]{1,9})?[\"']?(?P<user>[a-z_][\w.-]{0,31}):(?![ \t]|R(?:ANDOM)?\b)(?P<value>"
    rb"[^\s:\"']{3,200})"
    rb"[\"']?[ \t]{0,9}\r?$",
    _ACCOUNT,
    owner=_OWNER,
)

_CLOUD_ROWS = (
    Setting(("password",), _ACCOUNT),
    Setting(("plain_text_passwd",), _ACCOUNT),
)
#: what Windows Setup adds to a password before it writes it in base64
_SUFFIXES = ("AdministratorPassword", "Password")


def find(data: bytes, path: bytes, named: bool) -> Iterator[JudgedSecret]:
    """Yield passwords and hashes. See :data:`keyguard.credential_files.table.Finder`."""
    yield from secrets_in_lines(data, (_GROUP_POLICY,))
    if b"<AdministratorPassword" in data or b"<AutoLogon" in data or b"<LocalAccount" in data:
        yield from _windows(data)
    elif data.lstrip()[:13] == b"#cloud-config" or b"user-data" in path or b"cloud-" in path:
        yield from _cloud_init(data)
    else:
        yield from secrets_in_lines(data, (*_KICKSTART, *_PRESEED))


def _cloud_init(data: bytes) -> Iterator[JudgedSecret]:
    entries = list(yaml.entries(data))
    yield from secrets_of(entries, _CLOUD_ROWS, Names(_ACCOUNT, _SECRET))
    for entry in entries:
        if entry.name in ("passwd", "hashed_passwd", "hashed-passwd", "password"):
            found = judged_hash(entry.value, entry.span, _OWNER, comment=entry.comment)
            if found:
                yield found
        if entry.keys[-2:] in (("chpasswd", "list"), ("chpasswd", "users")) and "\n" in entry.value:
            first = data.rfind(b"\n", 0, entry.start) + 1
            for one in secrets_in_lines(data[first : entry.end], (_LIST,)):
                yield one._replace(start=one.start + first, end=one.end + first)


def _windows(data: bytes) -> Iterator[JudgedSecret]:
    """Yield the passwords of an answer file: in clear text, or in base64."""
    entries = list(xml.entries(data))
    plain = {entry.group: entry.value.lower() == "true" for entry in entries if entry.name.lower() == "plaintext"}
    for entry in entries:
        if entry.name.lower() == "value" and entry.keys[-2:-1] and entry.keys[-2].lower().endswith("password"):
            value = entry.value if plain.get(entry.group, True) else _decoded(entry)
            found = judged(_ACCOUNT, value, entry.span, comment=entry.comment) if value else None
        elif entry.name.lower() in ("password", "administratorpassword"):
            found = judged(_ACCOUNT, entry.value, entry.span, comment=entry.comment)
        else:
            continue
        if found:
            yield found


def _decoded(entry: Entry) -> str:
    """Return the password that is written in base64 of UTF-16; empty if it is none."""
    try:
        text = base64.b64decode(entry.value, validate=True).decode("utf-16-le")
    except (binascii.Error, ValueError):
        return ""
    suffix = next((one for one in _SUFFIXES if text.endswith(one)), "")
    return text.removesuffix(suffix)
