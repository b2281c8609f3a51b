"""The id by which a value is accepted: it is the same wherever the value stands, and tells nobody what it is.

It is an HMAC of the value's fingerprint with a salt of the file. Whoever has the repository has the salt, too, and can
try values. Random tokens have too many for that; for values that people choose only 12 bits are kept, so that thousands
of guesses fit each id. So few bits accept nothing by themselves: rule and variable have to be the same as well.
"""

from __future__ import annotations

import os

#: hex digits of an id, and of the id of a value that could be guessed
LENGTH, SHORT = 20, 3


def new_salt() -> str:
    """Return a random salt: 32 hex digits."""
    return os.urandom(16).hex()


def value_id(salt: str, fingerprint: str, *, guessable: bool) -> str:
    """Return the hex digits that name the value with this fingerprint, in files with this salt."""
    import hashlib
    import hmac

    digest = hmac.new(bytes.fromhex(salt), fingerprint.encode(), hashlib.sha256).hexdigest()
    return digest[: SHORT if guessable else LENGTH]


def file_name(path: bytes) -> str:
    """Return a path as text that a TOML file can hold: ``%``, and each byte that is no UTF-8, as ``%XX``."""
    text = path.replace(b"%", b"%25").decode("utf-8", "surrogateescape")
    return "".join(f"%{os.fsencode(char)[0]:02X}" if "\udc80" <= char <= "\udcff" else char for char in text)
