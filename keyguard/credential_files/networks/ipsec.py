"""IPsec and PPP: ``ipsec.secrets`` of strongSwan and Libreswan, ``swanctl.conf``, ``chap-secrets``.

Documented at https://docs.strongswan.org/docs/latest/swanctl/swanctlConf.html and
https://man7.org/linux/man-pages/man8/pppd.8.html
"""

from __future__ import annotations

from collections.abc import Iterator

from keyguard.credential_files.judging import Field
from keyguard.credential_files.settings.lines import line, secrets_in_lines
from keyguard.model.judged_secret import JudgedSecret

_SHARED = Field("vpn-secret", "a preshared key of IPsec")
_USER = Field("vpn-secret", "the password of a user of IPsec")
_PHRASE = Field("vpn-secret", "the pass phrase of a private key of IPsec")
_PPP = Field("vpn-secret", "the secret of an account of PPP")

_IPSEC = (
    line(
        rb"^[^\r\n#:]{0,200}(?::[^\r\n\"#:]{1,100}){0,4}:[ \t]{0,9}PSK[ \t]{1,9}\"(?P<value>[^\"\r\n]{1,300})\"",
        _SHARED,
    ),
    line(rb"^[^\r\n#:]{0,200}:[ \t]{0,9}PSK[ \t]{1,9}0s(?P<value>[A-Za-z0-9+/=]{8,300})\s*$", _SHARED),
    line(
        rb"^(?P<user>[^\r\n#:]{0,200}?)[ \t]{0,9}:[ \t]{0,9}(?:EAP|XAUTH|NTLM)[ \t]{1,9}\"(?P<value>"
        rb"[^\"\r\n]{1,300})\"",
        _USER,
    ),
    line(
        rb"^[^\r\n#:]{0,200}:[ \t]{0,9}(?:RSA|ECDSA|PKCS12|P12)[ \t]{1,9}\S{1,200}[ \t]{1,9}\"(?P<value>"
        rb"[^\"\r\n]{1,300})\"",
        _PHRASE,
    ),
    line(rb"^[ \t]{1,40}secret[ \t]{0,9}=[ \t]{0,9}\"?(?P<value>[^\"\s#]{1,300})", _SHARED),
)
_ACCOUNTS = (
    line(
        rb"^[ \t]{0,9}\"?(?P<user>[^\s\"#]{1,100})\"?[ \t]{1,40}(?:\*|\"?[\w.-]{1,100}\"?)[ \t]{1,40}\"?"
        rb"(?P<value>[^\s\"@]{1,200})\"?"
        rb"(?:[ \t]{1,40}(?:\*|-|[\d./]{7,20}|\"\*\"))?[ \t]{0,9}\r?$",
        _PPP,
    ),
)


def find(data: bytes, path: bytes, named: bool) -> Iterator[JudgedSecret]:
    """Yield keys and passwords. See :data:`keyguard.credential_files.table.Finder`."""
    is_ppp = b"p-secrets" in path.rpartition(b"/")[2].lower()
    yield from secrets_in_lines(data, _ACCOUNTS if is_ppp else _IPSEC if named else _IPSEC[:3])
