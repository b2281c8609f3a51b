"""Configurations of routers and switches: Cisco's IOS, ASA and NX-OS, Arista's EOS, Juniper's Junos.

What a number before a password means is documented at
https://sec.cloudapps.cisco.com/security/center/resources/cisco_ios_password_types; type 7 and Junos' ``$9$`` are
encodings that anyone can undo.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from keyguard.credential_files.judging import Field
from keyguard.credential_files.settings.lines import Directive, line, secrets_in_lines
from keyguard.credential_files.settings.password_hashes import FAST, SLOW
from keyguard.credential_files.settings.secrets import weak
from keyguard.credential_files.window import window
from keyguard.model.judged_secret import JudgedSecret
from keyguard.support.regex import expression

_RULE = "network-device-password"
_CLEAR = Field(_RULE, "a password in the configuration of a network device")
_ENCODED = Field(_RULE, "a password of type 7, which anyone can decode")
_NINE = Field(_RULE, "a $9$ secret of Junos, which anyone can decode")
_COMMUNITY = Field(_RULE, "an SNMP community, which is a password")
_KEY = Field(_RULE, "a shared key in the configuration of a network device")

_PASSWORD = (
    rb"(?:enable password(?: level \d{1,2})?|username \S{1,64}"
    rb"(?: privilege \d{1,2})? password|passwd|[ \t]password|neighbor \S{1,64} password|ppp chap password)"
)
_SHARED = (
    rb"(?:(?:tacacs|radius)-server (?:host \S{1,64} (?:[a-z-]{1,20} \S{1,20} ){0,4})?key|crypto isakm"
    rb"p key|ikev1 pre-shared-key|pre-shared-key|[ \t]key|ip ospf authentication-key|message-di"
    rb"gest-key \d{1,3} md5|key-string)"
)
#: the text that type 7 is added to
_SALT = b"dsfd;kfoA,.iyewrkldJKDHSUBsgvca69834ncxv9873254k;fg87"
_SEVEN = expression(r"[0-5][0-9](?:[0-9A-Fa-f]{2}){1,60}")


def type_7(text: str) -> str | None:
    """Return the password that is written as type 7, None if it is not of that form."""
    if not _SEVEN.fullmatch(text):
        return None
    offset, raw = int(text[:2]), bytes.fromhex(text[2:])
    return bytes(one ^ _SALT[(offset + at) % len(_SALT)] for at, one in enumerate(raw)).decode("latin-1")


def _junos(text: str) -> str | None:
    """Return what stands for a secret of Junos; its password is not decoded."""
    return text if len(text) > 6 else None


_ROWS: tuple[Directive, ...] = (
    line(rb"^.{0,20}" + _PASSWORD + rb" 7 (?P<value>[0-9]{2}[0-9A-F]{4,120})\s*$", _ENCODED, type_7),
    line(rb"^.{0,20}" + _SHARED + rb" 7 (?P<value>[0-9]{2}[0-9A-F]{4,120})\b", _ENCODED, type_7),
    line(rb"^[ \t!]{0,9}enable password(?: level \d{1,2})? (?:0 )?(?P<value>[^\s$]{3,64})\s*$", _CLEAR),
    line(
        rb"^[ \t!]{0,9}username (?P<user>\S{1,64})(?: privilege \d{1,2})? (?:password|secret) (?:0 )?"
        rb"(?P<value>[^\s$*]{3,64})\s*$",
        _CLEAR,
    ),
    line(
        rb"^[ \t!]{0,9}snmp-server community (?P<value>[^\s\"<]{3,64})(?: (?:view \S{1,64} )?r[ow]\b|\s*$)", _COMMUNITY
    ),
    line(rb"^[ \t!]{0,9}(?:tacacs|radius)-server (?:host \S{1,64} )?key (?:0 )?(?P<value>[^\s<]{4,64})\s*$", _KEY),
    line(rb"^[ \t!]{0,9}crypto isakmp key (?:0 )?(?P<value>[^\s<]{4,128}) (?:address|hostname)\b", _KEY),
    line(
        rb"(?:secret|authentication-key|pre-shared-key ascii-text|encrypt"
        rb"ed-password|simple-password|password) \"(?P<value>\$9\$[^\s\"]{6,200})\"",
        _NINE,
        _junos,
    ),
)
#: what vendors and their manuals begin with
_DEFAULTS = {"cisco", "public", "private", "juniper", "juniper1", "arista", "mikrotik", "ubnt"}
_HASHES = expression(
    rb"(?:secret|encrypted-password|password)(?: (?P<kind>[45789])| sha512)? \"?(?P<value>\$[156]\$"
    rb"[^\s\"]{20,130}|\$8\$[./\w]{14}\$[./\w]{43}|\$9\$[./\w]{14}\$[./\w]{43})(?![./\w])",
    re.IGNORECASE,
)
_SIGN = expression(
    rb"\benable (?:secret|password) |password 7 [0-9]{2}[0-9A-F]{4}|^snmp-server community |\"\$9\$|"
    rb"(?:encrypted-password|secret \d|secret sha512) \"?\$"
    rb"|^username \S{1,64} (?:privilege \d{1,2} )?(?:password|secret) |^crypto isakmp key ",
    re.IGNORECASE | re.MULTILINE,
)
_NAMES = {
    b"$1$": (FAST, "a hash of crypt with MD5"),
    b"$9$": (SLOW, "a hash of scrypt"),
    b"$8$": (SLOW, "a hash of PBKDF2"),
}


def find(data: bytes, path: bytes, named: bool) -> Iterator[JudgedSecret]:
    """Yield passwords, keys and hashes. See :data:`keyguard.credential_files.table.Finder`."""
    part = window(data, _SIGN, named)
    if part:
        yield from part.placed(_secrets(part.data))


def _secrets(data: bytes) -> Iterator[JudgedSecret]:
    for one in secrets_in_lines(data, _ROWS):
        value = data[one.start : one.end].decode("utf-8", "replace")
        is_default = {value.lower(), (type_7(value) or "").lower()} & _DEFAULTS
        yield weak(one, "a vendor's default") if is_default else one
    for found in _HASHES.finditer(data):
        rule, name = _NAMES.get(found["value"][:3], (SLOW, "a hash of crypt with SHA-2"))
        yield JudgedSecret(*found.span("value"), rule, (f"{name} in the configuration of a network device",))
