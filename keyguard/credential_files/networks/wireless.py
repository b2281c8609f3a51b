"""Passwords of wireless networks: wpa_supplicant, hostapd, NetworkManager, netplan, iwd, ifupdown, Windows' profiles.

Documented at https://man.archlinux.org/man/wpa_supplicant.conf.5 and
https://networkmanager.dev/docs/api/latest/nm-settings-nmcli.html
"""

from __future__ import annotations

from collections.abc import Iterator

from keyguard.credential_files.judging import Field
from keyguard.credential_files.settings.lines import line, secrets_in_lines
from keyguard.model.judged_secret import JudgedSecret

_PASSWORD = Field("wifi-password", "the password of a wireless network")
_KEY = Field("wifi-password", "the key of a wireless network", guessable=False)
_ACCOUNT = Field("wifi-password", "the password of an account for a wireless network or a VPN")

_ROWS = (
    line(rb"^[ \t#]{0,20}psk=\"(?P<value>[^\"\r\n]{8,63})\"", _PASSWORD),
    line(rb"^[ \t#]{0,20}psk=(?P<value>[0-9a-f]{64})\s*$", _KEY),
    line(
        rb"^[ \t#]{0,20}(?:wpa_passphrase|sae_password|Passphrase|WPA_PSK|KEY_PASSPHRASE1)=[\"']?(?P<value>"
        rb"[^\s\"'|]{8,63})",
        _PASSWORD,
    ),
    line(rb"^[ \t#]{0,20}(?:wpa_psk|PreSharedKey)=(?P<value>[0-9a-f]{64})\s*$", _KEY),
    line(rb"^[ \t#]{0,20}wpa-psk[ \t]{1,9}\"?(?P<value>[^\s\"]{8,64})", _PASSWORD),
    line(rb"^[ \t#]{0,20}(?:wep_key\d|wireless-key\d?)[ =]\"?(?P<value>[^\s\"]{5,64})\"?\s*$", _PASSWORD),
    line(rb"<keyMaterial>(?P<value>[^<>\r\n]{5,300})</keyMaterial>", _PASSWORD),
)
#: in files that are of nothing else
_NAMED = (
    line(rb"^psk=(?P<value>[^\s\"]{8,63})\s*$", _PASSWORD),
    line(
        rb"^[ \t]{0,9}(?:password|xauth-password|private-key-password|leap-password)=\"?(?P<value>"
        rb"[^\s\"]{1,200})\"?\s*$",
        _ACCOUNT,
    ),
    line(rb"^[ \t]{6,40}password:[ \t]{1,9}[\"']?(?P<value>[^\s\"'#]{8,64})", _PASSWORD),
)


def find(data: bytes, path: bytes, named: bool) -> Iterator[JudgedSecret]:
    """Yield passwords and keys. See :data:`keyguard.credential_files.table.Finder`."""
    connection = named or b"\n[wifi-security]" in data  # of NetworkManager
    yield from secrets_in_lines(data, (*_ROWS, *_NAMED) if connection else _ROWS)
