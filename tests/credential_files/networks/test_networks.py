"""VPN, wireless networks, routers and switches."""

from __future__ import annotations

import pytest

from keyguard.credential_files.networks.devices import type_7
from tests.helpers.credential_files import Found, by_path, by_sign, in_hex, made_up

DEVICE = "network-device-password"
WEAK = "weak-password-hash"
PASSWORD, PHRASE, HEX = made_up(1, 12), made_up(2, 16), in_hex(3, 64)
STATIC = "".join(f"{in_hex(number, 32)}\n" for number in range(16))
MD5 = f"$1${made_up(4, 4)}${made_up(5, 22)}"
SCRYPT = f"$9${made_up(6, 14)}${made_up(7, 43)}"
#: the text that type 7 is added to, from the second character on
SEVEN = "01" + "".join(f"{ord(one) ^ ord(salt):02X}" for one, salt in zip(PASSWORD, "sfd;kfoA,.iyew", strict=False))


def openvpn(text: str) -> Found:
    return by_path("client.ovpn", text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            f"<secret>\n-----BEGIN OpenVPN Static key V1-----\n{STATIC}-----END OpenVPN Static key V1-----\n",
            [("vpn-secret", STATIC[:131])],
        ),
        (f"<auth-user-pass>\nme\n{PASSWORD}\n</auth-user-pass>", [("vpn-secret", PASSWORD)]),
        ("auth-user-pass credentials.txt\n", []),
        ("-----BEGIN OpenVPN Static key V1-----\n-----END OpenVPN Static key V1-----", []),
    ],
)
def test_openvpn(text: str, found: Found) -> None:
    assert by_path("client.ovpn", text) == found
    assert by_sign(text) == found


@pytest.mark.parametrize(
    ("path", "text", "found"),
    [
        ("etc/ipsec.secrets", f': PSK "{PHRASE}"\n# a : PSK "{PHRASE}"', [PHRASE]),
        ("etc/ipsec.secrets", f'192.0.2.1 @vpn.acme.dev : PSK "{PHRASE}"\nme : EAP "{PASSWORD}"', [PHRASE, PASSWORD]),
        ("etc/ipsec.secrets", f"10.0.0.1 : PSK 0s{made_up(8, 24)}", [made_up(8, 24)]),
        ("etc/ipsec.secrets", f': RSA server.pem "{PASSWORD}"\n: RSA other.pem', [PASSWORD]),
        ("ppp/chap-secrets", f"# client server secret\nme * {PASSWORD} *\n", [PASSWORD]),
        ("swanctl/swanctl.conf", f"secrets {{\n  ike-1 {{\n    secret = {PHRASE}\n  }}\n}}", [PHRASE]),
    ],
)
def test_ipsec_and_ppp(path: str, text: str, found: list[str]) -> None:
    assert by_path(path, text) == [("vpn-secret", value) for value in found]


@pytest.mark.parametrize(
    ("path", "text", "found"),
    [
        ("wpa_supplicant.conf", f'network={{\n  ssid="a"\n  psk="{PASSWORD}"\n}}', [PASSWORD]),
        ("wpa_supplicant.conf", f'network={{\n  #psk="x"\n  psk={HEX}\n  password="{PASSWORD}"\n}}', [HEX, PASSWORD]),
        ("hostapd.conf", f"wpa_passphrase={PASSWORD}", [PASSWORD]),
        ("acme.nmconnection", f"[wifi-security]\nkey-mgmt=wpa-psk\npsk={PASSWORD}", [PASSWORD]),
        ("etc/network/interfaces", "", []),
        ("netplan/01.yaml", f"  wlan0:\n    access-points:\n      acme:\n        password: '{PASSWORD}'", [PASSWORD]),
    ],
)
def test_wireless(path: str, text: str, found: list[str]) -> None:
    assert by_path(path, text) == [("wifi-password", value) for value in found]


def test_a_profile_of_windows_is_known_by_its_content() -> None:
    assert by_sign(f"<sharedKey><keyMaterial>{PASSWORD}</keyMaterial></sharedKey>") == [("wifi-password", PASSWORD)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"enable secret 5 {MD5}", [(WEAK, MD5)]),
        (f"username me privilege 15 secret 9 {SCRYPT}", [("password-hash", SCRYPT)]),
        (f"enable password {PASSWORD}", [(DEVICE, PASSWORD)]),
        (f"line vty 0 4\n password 7 {SEVEN}", [(DEVICE, SEVEN)]),
        (f"username me password 0 {PASSWORD}", [(DEVICE, PASSWORD)]),
        ("username cisco password 0 cisco", [("network-device-password?", "cisco")]),
        (f"snmp-server community {PASSWORD} RO 10", [(DEVICE, PASSWORD)]),
        (
            f"tacacs-server key {PASSWORD}\nenable secret 5 {MD5}",
            [(DEVICE, PASSWORD), (WEAK, MD5)],
        ),
        (f"crypto isakmp key {PASSWORD} address 0.0.0.0", [(DEVICE, PASSWORD)]),
        (f'secret "$9${PHRASE}"; ## SECRET-DATA', [(DEVICE, f"$9${PHRASE}")]),
        (f'encrypted-password "{MD5}";', [(WEAK, MD5)]),
        ("service password-encryption\nno enable password\n", []),
    ],
)
def test_devices(text: str, found: Found) -> None:
    assert by_sign(f"hostname a\n!\n{text}\n!\n") == found


def test_type_7_is_decoded_so_that_a_default_shows() -> None:
    assert type_7(SEVEN) == PASSWORD
    assert type_7("no digits") is None
    default = "00" + "".join(f"{ord(one) ^ ord(salt):02X}" for one, salt in zip("cisco", "dsfd;", strict=True))
    assert by_sign(f"enable password 7 {default}\n") == [("network-device-password?", default)]
