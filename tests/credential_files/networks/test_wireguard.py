"""Keys of WireGuard."""

from __future__ import annotations

import pytest

from tests.helpers.credential_files import Found, by_path, by_sign, made_up

KEY, OTHER = made_up(1, 42) + "A=", made_up(2, 42) + "E="


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            f"[Interface]\nPrivateKey = {KEY}\n[Peer]\nPublicKey = {OTHER}\nPresharedKey={OTHER}\n",
            [("wireguard-key", KEY), ("wireguard-key", OTHER)],
        ),
        (f"# PrivateKey = {KEY}", [("wireguard-key#", KEY)]),
        (f"PrivateKey = {KEY[:-2]}B=", []),
        (f"PrivateKey = {'A' * 43}=", []),
    ],
)
def test_private_and_preshared_keys(text: str, found: Found) -> None:
    assert by_path("etc/wireguard/wg0.conf", text) == found
    assert by_sign(text) == found
