"""OpenVPN: static keys and passwords in profiles. Private keys in PEM have a rule of their own.

Documented at https://openvpn.net/community-docs/community-articles/openvpn-2-6-manual.html
"""

from __future__ import annotations

from collections.abc import Iterator

from keyguard.credential_files.judging import Field
from keyguard.credential_files.settings.lines import line, secrets_in_lines
from keyguard.model.judged_secret import JudgedSecret

_STATIC = Field("vpn-secret", "a static key of OpenVPN", guessable=False)
_CLIENT = Field("vpn-secret", "a tls-crypt-v2 key of OpenVPN", guessable=False)
_PASSWORD = Field("vpn-secret", "the password of a profile of OpenVPN")

_ROWS = (
    line(
        rb"-----BEGIN OpenVPN Static key V1-----\s{1,9}(?P<value>(?:[0-9a-f]{32}\s{1,9}){4})(?:"
        rb"[0-9a-f]{32}\s{1,9}){12}-----END",
        _STATIC,
    ),
    line(rb"-----BEGIN OpenVPN tls-crypt-v2 \w{6} key-----\s{1,9}(?P<value>[A-Za-z0-9+/]{40,64})\s", _CLIENT),
    line(
        rb"<auth-user-pass>\s{0,9}\n[ \t]{0,9}(?P<user>[^\s<>]{1,200})\s{0,9}\n[ \t]{0,9}(?P<value>"
        rb"[^\s<>]{1,200})\s{0,9}\n[ \t]{0,9}</auth",
        _PASSWORD,
    ),
)


def find(data: bytes, path: bytes, named: bool) -> Iterator[JudgedSecret]:
    """Yield keys and passwords. See :data:`keyguard.credential_files.table.Finder`."""
    for one in secrets_in_lines(data, _ROWS):
        stop = one.start + len(data[one.start : one.end].rstrip())
        yield one._replace(end=stop)
