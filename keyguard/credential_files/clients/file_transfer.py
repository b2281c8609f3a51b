"""Passwords that clients for FTP, SSH, file shares and remote desktops keep, plain or obscured with a known key.

FileZilla, WinSCP, JetBrains IDEs (``WebServers.xml``), extensions of editors (``sftp.json``), mount.cifs, davfs2,
Remmina. Encrypted passwords are left out, but for those whose key is the same for everybody.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from keyguard.credential_files.fields import Place, secret, secrets
from keyguard.credential_files.judging import Field, in_comment, judged
from keyguard.credential_files.syntax import ini, objects, xml
from keyguard.credential_files.syntax.encoded import Credential, plain
from keyguard.credential_files.syntax.entry import by_group, text_of
from keyguard.model.judged_secret import JudgedSecret
from keyguard.model.scales import Confidence
from keyguard.support.regex import expression

_RULE = "remote-login-password"
_USERS = ("username", "user", "@username")
_FILEZILLA = Place(("pass",), Field(_RULE, "the password of a site in FileZilla's settings"))
_ENCODED = _FILEZILLA._replace(decode=plain)
_EDITOR = Field(_RULE, "the password of a server in an editor's settings for uploads")
_JSON = (
    Place(("password",), _EDITOR, _USERS),
    Place(("pass",), _EDITOR, _USERS),
    Place(("passphrase",), Field(_RULE, "the passphrase of a key in an editor's settings for uploads")),
)
#: what stands beside a password in an editor's settings for uploads
_REMOTE = frozenset(("remotepath", "remote_path"))
_JSON_ENDINGS = (b".json", b".ftpconfig", b".ftppass", b".settings")
_INI = (
    Place(("password",), Field(_RULE, "a password in the settings of a remote login"), _USERS),
    Place(("passwordplain",), Field(_RULE, "a password in WinSCP's settings"), _USERS),
    Place(("ssh_tunnel_password",), Field(_RULE, "a password in the settings of a remote login"), _USERS),
    Place(("secret",), Field(_RULE, "the key that opens the passwords of Remmina", guessable=False)),
)
_REMMINA = Field(_RULE, "a password that the key in remmina.pref opens", confidence=Confidence.MEDIUM)
_WINSCP = Field(_RULE, "a password in WinSCP's settings, obscured with a key that is the same for everybody")
_DAVFS = expression(
    rb"^[ \t]*(?:#[ \t]*)?(?:https?://|/)\S{1,300}[ \t]+\"?(?P<user>[^\s\"]{1,100})\"?[ \t]+\"?"
    rb"(?P<password>[^\s\"]{3,200})",
    re.MULTILINE,
)


def find(data: bytes, path: bytes, named: bool) -> Iterator[JudgedSecret]:
    """Yield the passwords. See :data:`keyguard.credential_files.format.Finder`."""
    name = path.lower().rpartition(b"/")[2]
    if not named:
        yield from _embedded(data)
    elif b"<" in data[:300]:
        yield from _xml(data)
    elif name == b"secrets":
        yield from _davfs(data)
    elif name.endswith(_JSON_ENDINGS):
        yield from secrets(data, objects.entries(data), _JSON)
    elif name == b"winscp.ini":
        yield from _winscp(data)
    elif name.endswith(b".remmina"):
        yield from secrets(data, ini.entries(data), (Place(("password",), _REMMINA),))
    else:
        yield from secrets(data, ini.entries(data), _INI)


def _embedded(data: bytes) -> Iterator[JudgedSecret]:
    """Yield the passwords of sites and sessions in any text."""
    if b"<Pass" in data:
        yield from _xml(data)
    if b"[Sessions\\" in data:
        yield from _winscp(data)
    if b'"uploadOnSave"' in data or b'"upload_on_save' in data:
        entries = list(objects.entries(data))
        servers = {one.group for one in entries if one.name.lower() in _REMOTE}
        yield from secrets(data, (one for one in entries if one.group in servers), _JSON)


def _xml(data: bytes) -> Iterator[JudgedSecret]:
    """Yield the passwords in FileZilla's sites and in ``WebServers.xml``."""
    entries = list(xml.entries(data))
    groups = by_group(entries)
    encoding = ""
    for entry in entries:
        name = entry.name.lower()
        if entry.keys[-2:] == ("Pass", "@encoding"):
            encoding = entry.value
        elif name == "pass":
            if encoding != "crypt":
                place = _ENCODED if encoding == "base64" else _FILEZILLA
                yield from secret(data, entry, place._replace(users=("user",)), groups.get(entry.group, {}))
            encoding = ""
        elif name == "@password" and entry.keys[-2] == "fileTransfer":
            place = Place((name,), _EDITOR, _USERS, _from_jetbrains)
            yield from secret(data, entry, place, groups.get(entry.group, {}))


def _from_jetbrains(text: str) -> Credential | None:
    """Return the password: each character is combined with one constant, in four hex digits."""
    if len(text) % 4 or not re.fullmatch(r"[0-9a-f]{4,2000}", text):
        return None
    codes = (int(text[at : at + 4], 16) ^ 0xDFAA for at in range(0, len(text), 4))
    return Credential("", "".join(map(chr, codes)))


def _winscp(data: bytes) -> Iterator[JudgedSecret]:
    """Yield the passwords of WinSCP's sessions, if no master password encrypts them."""
    entries = [one for one in ini.entries(data) if one.keys[0].lower().startswith("sessions\\")]
    for entry in entries:
        if entry.name.lower() == "password" and re.fullmatch(r"[0-9A-Fa-f]{20,400}", entry.value):
            yield from secret(data, entry, Place((entry.name,), _WINSCP), {})
    yield from secrets(data, entries, _INI[1:2])


def _davfs(data: bytes) -> Iterator[JudgedSecret]:
    for line in _DAVFS.finditer(data):
        user, comment = text_of(line["user"]), in_comment(data, line.start("password"))
        found = judged(_INI[0].field, text_of(line["password"]), line.span("password"), user=user, comment=comment)
        if found:
            yield found
