"""The two encodings of keys of wallets, each with a checksum: base58check (BIP-32) and bech32 (BIP-173)."""

from __future__ import annotations

import hashlib

_BASE58 = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_BECH32 = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l"
#: reading digits takes quadratic time, and no key is longer
_LONGEST = 200
_FACTORS = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)


def is_base58check(text: bytes) -> bool:
    """Whether the last four bytes are the start of the double SHA-256 of those before."""
    if len(text) > _LONGEST or text.translate(None, _BASE58):
        return False
    number = 0
    for digit in text:
        number = number * 58 + _BASE58.index(digit)
    raw = number.to_bytes(len(text), "big").lstrip(b"\0")
    return _double_digest(raw[:-4]) == raw[-4:]


def base58check(raw: bytes) -> str:
    """Return the bytes, which do not begin with zero, with their checksum."""
    number = int.from_bytes(raw + _double_digest(raw), "big")
    digits = ""
    while number:
        number, rest = divmod(number, 58)
        digits = chr(_BASE58[rest]) + digits
    return digits


def is_bech32(text: bytes) -> bool:
    """Whether the last six characters are the checksum of what is before them, the name before the ``1`` included."""
    name, _, data = text.lower().rpartition(b"1")
    return not data.translate(None, _BECH32) and _remainder(name, [_BECH32.index(one) for one in data]) == 1


def bech32(name: str, raw: bytes) -> str:
    """Return the bytes with that lower-case name and their checksum."""
    bits = int.from_bytes(raw, "big") << (-len(raw) * 8 % 5)
    count = -(-len(raw) * 8 // 5)
    data = [bits >> 5 * (count - 1 - place) & 31 for place in range(count)]
    check = _remainder(name.encode(), [*data, 0, 0, 0, 0, 0, 0]) ^ 1
    data += [check >> 5 * (5 - place) & 31 for place in range(6)]
    return name + "1" + "".join(chr(_BECH32[one]) for one in data)


def _double_digest(raw: bytes) -> bytes:
    return hashlib.sha256(hashlib.sha256(raw).digest()).digest()[:4]


def _remainder(name: bytes, data: list[int]) -> int:
    """Return the remainder of the polynomial of BIP-173 for a name and values of five bits."""
    state = 1
    for value in (*(one >> 5 for one in name), 0, *(one & 31 for one in name), *data):
        top, state = state >> 25, (state & 0x1FFFFFF) << 5 ^ value
        for bit, factor in enumerate(_FACTORS):
            state ^= factor if top >> bit & 1 else 0
    return state
